"""Observations against a recipient's structure: what its structural validation would say of them before it takes them.

The table has a column of text for each component that is there, whatever its name; an empty cell is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import quoted
from greffe.errors import BadQuery, nearest
from greffe.model.findings import WARNING, Finding
from greffe.model.periods import span
from greffe.model.structures import Component
from greffe.validation.facts import literal, literals
from greffe.validation.structural.checked import Checked, empty, is_
from greffe.validation.structural.format_checks import formats
from greffe.validation.structural.limits import outside
from greffe.validation.structural.sides import OURS_ALONE, Side
from greffe.validation.structural.words import (
    CODE,
    CONSTRAINT,
    DUPLICATE,
    EMBARGO,
    MISSING,
    PERIOD,
    SENDER,
    UNDECLARED,
    observations,
    said,
)

# SDMX period forms by the code of FREQ; what no row names is not asked.
PERIODS: Final = {
    "A": r"\d{4}(-A1)?", "S": r"\d{4}-S[12]", "T": r"\d{4}-T[1-3]", "Q": r"\d{4}-Q[1-4]",
    "M": r"\d{4}-(M?(0[1-9]|1[0-2]))", "W": r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])",
    "D": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
}  # fmt: skip
MOST: Final = 200  # codes of one component that are listed


def structural(checked: Checked, theirs: Side, sender: str = "", published: bool = False) -> tuple[Finding, ...]:
    """All structural checks, in their order. `theirs` may lack the structure: then only codes and constraints are asked.

    `published`: a table as a recipient shows it, which leaves out attributes that it is sent."""
    found: list[Finding] = []
    if theirs.structure is not None:
        components = theirs.structure.components
        asked = [c for c in components if not published or c.role != "attribute" or c.id in checked.columns]
        found += _missing(checked, [c for c in asked if c.id not in theirs.not_asked])
        found += _undeclared(checked, theirs)
        found += _duplicates(checked, theirs)
        for component in components:
            found += formats(checked, component)
    for id_ in checked.columns:
        found += _codes(checked, theirs, id_)
    found += _periods(checked)
    found += _ranges(checked, theirs)
    for limits in theirs.limits:
        found += outside(checked, limits, theirs.allowed)
    return (*found, *_embargo(checked), *_sender(checked, sender))


def _missing(checked: Checked, components: Sequence[Component]) -> Iterator[Finding]:
    for component in components:
        if not component.mandatory:
            continue
        if component.id not in checked.columns:
            near = nearest(component.id, checked.columns)
            yield said(
                MISSING,
                f"{component.id} is no column{f'; nearest: {near[0]}' if near else ''}.",
                f"{component.id} n’est pas une colonne{f' ; la plus proche : {near[0]}' if near else ''}.",
                component=component.id,
            )
        elif number := checked.count(empty(component.id)):
            en, fr = observations(number)
            yield said(MISSING, f"{component.id} is empty in {en}.", f"{component.id} est vide dans {fr}.",
                       where=checked.place(empty(component.id)), component=component.id,
                       observations=number)  # fmt: skip


def _undeclared(checked: Checked, theirs: Side) -> Iterator[Finding]:
    for id_ in (*checked.columns, *checked.odd):
        if theirs.component(id_) is None and id_ not in OURS_ALONE:
            number = checked.odd[id_] if id_ in checked.odd else checked.count(f"NOT ({empty(id_)})")
            en, fr = observations(number)
            near = nearest(id_, [c.id for c in theirs.structure.components] if theirs.structure else [])
            yield said(
                UNDECLARED,
                f"{id_} is none of theirs, filled in {en}{f'; nearest: {near[0]}' if near else ''}.",
                f"{id_} n’est pas chez eux, rempli dans {fr}{f' ; le plus proche : {near[0]}' if near else ''}.",
                component=id_,
                observations=number,
            )


def _duplicates(checked: Checked, theirs: Side) -> Iterator[Finding]:
    structure = theirs.structure
    time = (structure.time.id,) if structure and structure.time else ()
    keys = [d for d in (*(structure.dimension_ids if structure else ()), *time) if d in checked.columns]
    if not keys:
        return
    names = ", ".join(quoted(k) for k in keys)
    # Keys as texts take ten times the memory of their hashes: they are grouped where a hash stands twice.
    twice = f"SELECT hash({names}) FROM {{t}} GROUP BY 1 HAVING count(*) > 1"
    rows = checked.rows(
        f"SELECT {names}, count(*) FROM {{t}} WHERE hash({names}) IN ({twice}) GROUP BY {names} HAVING count(*) > 1 "
        f"ORDER BY ALL LIMIT {MOST}"
    )
    for row in rows:
        key, number = ".".join(text(c) for c in row[:-1]), integer(row[-1])
        where = checked.place(" AND ".join(is_(k, text(c)) for k, c in zip(keys, row[:-1], strict=True)))
        yield said(
            DUPLICATE, f"{key} stands {number} times.", f"{key} figure {number} fois.",
            where=where, key=key, observations=number,
        )  # fmt: skip


def _codes(checked: Checked, theirs: Side, id_: str) -> Iterator[Finding]:
    known, allowed = theirs.codes(id_), theirs.allowed.get(id_)
    if known is None and allowed is None:
        return
    there = checked.rows(f"SELECT {quoted(id_)}, count(*) FROM {{t}} WHERE NOT ({empty(id_)}) GROUP BY 1 ORDER BY 1")
    for cell, counted in there:
        code, (en, fr) = text(cell), observations(integer(counted))
        if (known is None or code in known) and (allowed is None or code in allowed):
            continue
        where = checked.place(is_(id_, code))
        if known is not None and code not in known:
            near = nearest(code, checked.spelled.get(id_) or sorted(known))
            yield said(CODE, f"{id_} {code} in {en}{f'; nearest: {near[0]}' if near else ''}.",
                       f"{id_} {code} dans {fr}{f' ; le plus proche : {near[0]}' if near else ''}.",
                       where=where, component=id_, code=code, observations=counted)  # fmt: skip
        else:
            yield said(CONSTRAINT, f"{id_} {code} is not allowed, in {en}.", f"{id_} {code} n’est pas permis, dans {fr}.",
                       where=where, component=id_, code=code, observations=counted)  # fmt: skip


def _periods(checked: Checked) -> Iterator[Finding]:
    frequency = next((c for c in ("FREQ", "freq") if c in checked.columns), "")
    if not frequency or "TIME_PERIOD" not in checked.columns:
        return
    cases = " ".join(
        f"WHEN {quoted(frequency)} = '{f}' THEN NOT regexp_full_match(TIME_PERIOD, '{p}')".replace("{", "{{").replace(
            "}", "}}"
        )
        for f, p in PERIODS.items()
    )
    rows = checked.rows(
        f"SELECT {quoted(frequency)}, TIME_PERIOD, count(*) FROM {{t}} WHERE CASE {cases} ELSE FALSE END "
        f"GROUP BY ALL ORDER BY ALL LIMIT {MOST}"
    )
    for code, period, counted in rows:
        en, fr = observations(integer(counted))
        where = checked.place(f"{is_('TIME_PERIOD', text(period))} AND {is_(frequency, text(code))}")
        yield said(PERIOD, f"{text(period)!r} with {frequency} {text(code)}, in {en}.",
                   f"{text(period)!r} avec {frequency} {text(code)}, dans {fr}.", where=where,
                   observations=counted)  # fmt: skip


def _ranges(checked: Checked, theirs: Side) -> Iterator[Finding]:
    """Periods before the first day or after the last one that a constraint allows; what is no period is told elsewhere."""
    if not theirs.periods or "TIME_PERIOD" not in checked.columns:
        return
    there = checked.rows("SELECT TIME_PERIOD, count(*) FROM {t} WHERE TIME_PERIOD <> '' GROUP BY 1 ORDER BY 1")
    for cell, counted in there:
        period, (en, fr) = text(cell), observations(integer(counted))
        if any(_outside(period, first, last) for first, last in theirs.periods):
            yield said(CONSTRAINT, f"TIME_PERIOD {period} is not allowed, in {en}.",
                       f"TIME_PERIOD {period} n’est pas permis, dans {fr}.",
                       where=checked.place(is_("TIME_PERIOD", period)), component="TIME_PERIOD", code=period,
                       observations=counted)  # fmt: skip


def _outside(period: str, first: str, last: str) -> bool:
    try:
        here = span(period)
    except BadQuery:
        return False
    return (bool(first) and here.first < span(first).first) or (bool(last) and here.last > span(last).last)


def _embargo(checked: Checked) -> Iterator[Finding]:
    """QR-EMB-02."""
    if "EMBARGO_DATE" not in checked.columns:
        return
    status = "coalesce(CONF_STATUS, '')" if "CONF_STATUS" in checked.columns else "''"
    rows = checked.rows(
        f"SELECT {status}, count(*) FROM {{t}} WHERE NOT ({empty('EMBARGO_DATE')}) AND {status} <> 'N' GROUP BY 1 ORDER BY 1"
    )
    for code, counted in rows:
        en, fr = observations(integer(counted))
        yield said(EMBARGO, f"it is {text(code) or 'empty'} in {en}.", f"il est {text(code) or 'vide'} dans {fr}.",
                   observations=counted)  # fmt: skip


def _sender(checked: Checked, sender: str) -> Iterator[Finding]:
    """A sender's id begins with its country: FR1 sends FR, or FRA, as the recipient writes it."""
    area = next((c for c in ("REF_AREA", "geo") if c in checked.columns), "")
    if not sender or not area:
        return
    rows = checked.rows(
        f"SELECT {quoted(area)}, count(*) FROM {{t}} WHERE left({quoted(area)}, 2) <> left({literal(sender)}, 2) "
        "GROUP BY 1 ORDER BY 1"
    )
    for code, counted in rows:
        en, fr = observations(integer(counted))
        yield said(SENDER, f"{sender} sends {area} {text(code)} in {en}.", f"{sender} envoie {area} {text(code)} dans {fr}.",
                   WARNING, observations=counted)  # fmt: skip


def used_codes(checked: Checked, components: Sequence[str]) -> dict[str, dict[str, int]]:
    """Component → code → observations, of the columns that are there."""
    return {
        id_: {
            text(code): integer(number)
            for code, number in checked.rows(
                f"SELECT {quoted(id_)}, count(*) FROM {{t}} WHERE NOT ({empty(id_)}) AND {quoted(id_)} "
                f"NOT IN ({literals(())}) GROUP BY 1"
            )
        }
        for id_ in components
        if id_ in checked.columns
    }
