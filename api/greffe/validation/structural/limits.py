"""Constraints of several regions, of keys, with dates, or that leave out: which observations none of them lets in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.received_regions import Dates, Limits, Member, Region, Value
from greffe.engine import quoted
from greffe.errors import BadQuery
from greffe.model.findings import Finding
from greffe.model.periods import span
from greffe.model.structures import Codelist
from greffe.validation.facts import literals
from greffe.validation.structural.checked import Checked
from greffe.validation.structural.words import CONSTRAINT, observations, said

TIME: Final = "TIME_PERIOD"
MOST: Final = 200  # combinations of codes of one constraint that are listed


def expanded(limits: Limits, lists: Mapping[str, Codelist]) -> Limits:
    """The same with each code by itself: those below a code that says so, those that a `%` stands for."""
    return replace(
        limits,
        regions=tuple(
            replace(region, members=tuple(_expanded(member, lists.get(member.id)) for member in region.members))
            for region in limits.regions
        ),
    )


def _expanded(member: Member, list_: Codelist | None) -> Member:
    if list_ is None:
        return member
    found = [replace(v, code=code, cascade="") for v in member.values for code in _codes(v, list_)]
    return replace(member, values=tuple(found))


def _codes(value: Value, list_: Codelist) -> tuple[str, ...]:
    ids = [i.id for i in list_.items]
    if "%" in value.code:
        pattern = re.compile(".*".join(map(re.escape, value.code.split("%"))))
        return tuple(i for i in ids if pattern.fullmatch(i))
    if not value.cascade:
        return (value.code,)
    found: list[str] = []
    level = {value.code}
    while level:
        level = {i.id for i in list_.items if i.parent in level} - {*found}
        found += sorted(level)
    return (*(() if value.cascade == "excluderoot" else (value.code,)), *found)


def marginal(limits: Limits, lists: Mapping[str, Codelist]) -> dict[str, frozenset[str]]:
    """Component → codes that some observation may have: what no region lets in, or one leaves out altogether, is not there."""
    inside = [r for r in limits.regions if r.include]
    found: dict[str, frozenset[str]] = {}
    for id_ in dict.fromkeys(m.id for r in inside for m in r.members):
        members = [next((m for m in r.members if m.id == id_), None) for r in inside]
        sets = [_let_in(m, lists.get(id_)) if m is not None else None for m in members]
        known = [s for s in sets if s is not None]
        if len(known) == len(sets):
            found[id_] = frozenset().union(*known)
    for region in limits.regions:
        if region.include or len(region.members) != 1 or region.dates:
            continue
        (member,) = region.members
        list_ = lists.get(member.id)
        plain = not any(v.dates or "%" in v.code for v in member.values)
        if member.values and member.include and not member.dates and plain:
            every = found.get(member.id) or (frozenset(i.id for i in list_.items) if list_ is not None else None)
            if every is not None:
                found[member.id] = every - {v.code for v in member.values}
    return found


def _let_in(member: Member, list_: Codelist | None) -> frozenset[str] | None:
    if member.range is not None or not member.values:
        return None
    codes = frozenset(v.code for v in member.values)
    if any("%" in code for code in codes):  # of what has no list
        return None
    if member.include:
        return codes
    return frozenset(i.id for i in list_.items) - codes if list_ is not None and not member.dates else None


def outside(checked: Checked, limits: Limits, allowed: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Observations that a constraint does not let in, by their codes; those with a code that is never allowed were told."""
    conditions = _Conditions(checked)
    inside = [r for r in limits.regions if r.include]
    let_in = conditions.any(inside) if inside else "TRUE"
    wrong = f"(NOT {let_in} OR {conditions.any([r for r in limits.regions if not r.include])})"
    told = [f"coalesce({quoted(c)}, '') IN ({literals(codes)})" for c, codes in allowed.items() if c in checked.columns]
    named = [c for c in checked.columns if c in conditions.used]
    if not named:
        return
    names = ", ".join(map(quoted, named))
    sql = f"SELECT {names}, count(*) FROM {quoted(checked.table)} WHERE {' AND '.join([wrong, *told])} GROUP BY {names}"
    for row in checked.connection.execute(f"{sql} ORDER BY ALL LIMIT {MOST}").fetchall():
        cells = [text(c) for c in row[:-1]]
        what = ", ".join(f"{c} {cell}" for c, cell in zip(named, cells, strict=True))
        en, fr = observations(integer(row[-1]))
        where = checked.place(" AND ".join(_is(c, cell) for c, cell in zip(named, cells, strict=True)))
        yield said(CONSTRAINT, f"{limits.reference} does not let in {what}, in {en}.",
                   f"{limits.reference} n’admet pas {what}, dans {fr}.", where=where, component=" ".join(named),
                   code=" ".join(cells), observations=row[-1])  # fmt: skip


def _is(column: str, cell: str) -> str:
    return f"coalesce({quoted(column)}, '') IN ({literals((cell,))})"


class _Conditions:
    """SQL of regions. `used`: the components that they ask after, of those that the table has."""

    def __init__(self, checked: Checked) -> None:
        self.columns = checked.columns
        self.used: set[str] = set()
        there = checked.rows(f"SELECT DISTINCT {TIME} FROM {{t}}") if TIME in checked.columns else []
        self.periods = [text(row[0]) for row in there]

    def any(self, regions: Sequence[Region]) -> str:
        """In one of them. Keys of the same components, which may be thousands, are one list."""
        listed: dict[tuple[str, ...], list[str]] = {}
        found = []
        for region in regions:
            ids = tuple(m.id for m in region.members if m.id in self.columns)
            if region.key and ids and not region.dates and all(_one(m) for m in region.members):
                codes = [literals((m.values[0].code,)) for m in region.members if m.id in self.columns]
                listed.setdefault(ids, []).append(f"({', '.join(codes)})")
            else:
                found.append(self._in(region))
        for ids, keys in listed.items():
            self.used.update(ids)
            cells = ", ".join(f"coalesce({quoted(i)}, '')" for i in ids)
            found.append(f"(({cells}) IN ({', '.join(keys)}))")
        return f"({' OR '.join(found) or 'FALSE'})"

    def _in(self, region: Region) -> str:
        parts = [self._member(m) for m in region.members if m.id in self.columns]
        parts += [self._within(region.dates)] if region.dates else []
        return f"({' AND '.join(parts) or 'TRUE'})"

    def _member(self, member: Member) -> str:
        self.used.add(member.id)
        column = f"coalesce({quoted(member.id)}, '')"
        found = []
        if member.range is not None:
            found = [self._within(member.range)] if member.id == TIME else ["TRUE"]
        elif not member.values:  # no value: the component is there, whatever it says
            found = [f"{column} <> ''"]
        plain = [v.code for v in member.values if not v.dates and "%" not in v.code]
        found += [
            f"({column} LIKE {literals((v.code.replace('_', '?_'),))} ESCAPE '?' AND {self._within(v.dates)})"
            for v in member.values
            if "%" in v.code
        ]
        found += [f"{column} IN ({literals(tuple(plain))})"] if plain else []
        found += [
            f"({column} IN ({literals((v.code,))}) AND {self._within(v.dates)})"
            for v in member.values
            if v.dates and "%" not in v.code
        ]
        inside = f"({' OR '.join(found)})"
        if member.dates:
            inside = f"({inside} AND {self._within(member.dates)})"
        return inside if member.include else f"(NOT {inside})"

    def _within(self, dates: Dates) -> str:
        """The period of the observation lies within; without a period it cannot be asked."""
        if not dates:
            return "TRUE"
        if TIME not in self.columns:
            return "TRUE"
        self.used.add(TIME)
        inside = [p for p in self.periods if within(p, dates)]
        return f"(coalesce({TIME}, '') IN ({literals(tuple(inside))}))" if inside else "FALSE"


def _one(member: Member) -> bool:
    plain = len(member.values) == 1 and not member.values[0].dates and "%" not in member.values[0].code
    return member.include and plain and not member.dates


def within(period: str, dates: Dates) -> bool:
    """Whether a period lies between two, its first day and its last; what is no period is told elsewhere."""
    try:
        here = span(period)
    except BadQuery:
        return True
    if dates.first:
        first = span(dates.first)
        if here.first <= first.last if dates.without[0] else here.first < first.first:
            return False
    if dates.last:
        last = span(dates.last)
        return here.last < last.first if dates.without[1] else here.last <= last.last
    return True
