"""Figures of two dataflows that must agree: identities that staff declare, tried on the datasets at hand (QR-XSR-*)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from greffe.arrow import decimal, text
from greffe.catalogue.policies.identities import DeclaredDifference, Figures, Identity
from greffe.engine import Connection, quoted
from greffe.model.findings import INFO, Finding
from greffe.model.numbers import plain
from greffe.model.structures import DataStructure
from greffe.validation.facts import literal

MOST: Final = 1_000  # contradictions of one identity that are told


@dataclass(frozen=True)
class Held:
    """A dataset at hand: `table` has a column per dimension, TIME_PERIOD, and OBS_VALUE (a DECIMAL or its text, NULL where
    it is missing or taken out). `name` is what people call it, `ESTAT_CRIM_JUST_SEX#2`."""

    dataflow: str
    structure: DataStructure
    table: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """An identity tried on two datasets: pairs of figures that both sides have, and what contradicts it or is declared."""

    identity: Identity
    compared: int
    findings: tuple[Finding, ...]


def tried(
    connection: Connection,
    identity: Identity,
    left: Held,
    right: Held,
    declared: Sequence[DeclaredDifference],
    about: str,
) -> Outcome:
    """Compare both sides. `about`: the side whose keys the findings have, left or right.

    A figure that either side lacks is no contradiction. A difference that is declared to the last digit is INFO.
    """
    rows = connection.execute(_sql(identity, left, right)).fetchall()
    known = {(d.cells, d.period): d for d in declared if d.identity == identity.id}
    found = []
    for row in rows:
        cells, (period, shown, one, other) = tuple(map(text, row[:-4])), row[-4:]
        pair = _Pair(cells, text(period), text(shown), decimal(one) or Decimal(), decimal(other) or Decimal())
        if pair.holds(identity):
            continue
        said = known.get((cells, pair.period))
        excused = said is not None and Fraction(said.difference) == pair.apart(identity.factor)
        found.append(_finding(identity, left, right, pair, about, said if excused else None))
    return Outcome(identity, len(rows), tuple(found[:MOST]))


@dataclass(frozen=True)
class _Pair:
    """Figures of both sides. `period` is the left one's, `shown` the right one's."""

    cells: tuple[str, ...]
    period: str
    shown: str
    one: Decimal
    other: Decimal

    def apart(self, factor: Decimal) -> Fraction:
        """Left less factor × right, exactly."""
        return Fraction(self.one) - Fraction(factor) * Fraction(self.other)

    def holds(self, identity: Identity) -> bool:
        """The relation holds, within the tolerance."""
        apart = self.apart(identity.factor)
        room = abs(Fraction(identity.factor) * Fraction(self.other)) * Fraction(identity.tolerance) / 100
        if identity.relation == "=":
            return abs(apart) <= room
        return apart <= room if identity.relation == "<=" else -apart <= room


def _sql(identity: Identity, left: Held, right: Held) -> str:
    joined = [f"l.c{n} = r.c{n}" for n in range(len(identity.by))] + ["l.at = r.at"]
    cells = "".join(f"l.c{n}, " for n in range(len(identity.by)))
    return (
        f"SELECT {cells}l.period, r.period, l.v, r.v FROM ({_side(identity.left, left, [a for a, _ in identity.by], 0)}) l "
        f"JOIN ({_side(identity.right, right, [b for _, b in identity.by], identity.shift)}) r ON {' AND '.join(joined)} "
        "ORDER BY ALL"
    )


def _side(figures: Figures, held: Held, by: Sequence[str], shift: int) -> str:
    """A row per value of the joined components and period: the sum of the figures, where every one is there."""
    digits = held.structure.decimals
    where = [f"{quoted(c)} IN ({', '.join(map(literal, codes))})" for c, codes in figures.cells.items()]
    parts = 1
    for codes in figures.cells.values():
        parts *= len(codes)
    keys = "".join(f"{quoted(c)} AS c{n}, " for n, c in enumerate(by))
    year = f"CAST(left(TIME_PERIOD, 4) AS INTEGER) - {shift}"
    return (
        f"SELECT {keys}TIME_PERIOD AS period, concat({year}, substr(TIME_PERIOD, 5)) AS at, "
        f"sum(CAST(OBS_VALUE AS DECIMAL(38,{digits}))) AS v FROM {quoted(held.table)} WHERE {' AND '.join(where) or 'TRUE'} "
        f"GROUP BY ALL HAVING count(OBS_VALUE) = {parts}"
    )


def _finding(
    identity: Identity, left: Held, right: Held, pair: _Pair, about: str, said: DeclaredDifference | None
) -> Finding:
    one, other = plain(pair.one), plain(pair.other)
    times = f"{plain(identity.factor)} × " if identity.factor != 1 else ""
    en = f"{identity.sentences['en']} {left.name} has {one} for {pair.period}, {right.name} {times}{other} for {pair.shown}."
    fr = (
        f"{identity.sentences['fr']} {left.name} a {_french(one)} pour {pair.period}, {right.name} "
        f"{_french(times)}{_french(other)} pour {pair.shown}."
    )
    if said is not None:
        en, fr = f"{en} Declared: {said.reasons['en']}", f"{fr} Déclaré : {said.reasons['fr']}"
    return Finding(
        rule=identity.rule,
        severity=INFO if said is not None else identity.severity,
        key=_key(identity, pair, about),
        period=pair.period if about == "left" else pair.shown,
        messages={"en": en, "fr": fr},
        values={"identity": identity.id, "left": one, "right": other},
    )


def _key(identity: Identity, pair: _Pair, about: str) -> Mapping[str, str]:
    """The cells that were held, where they are of one code, and those that were joined."""
    figures = identity.left if about == "left" else identity.right
    place = 0 if about == "left" else 1
    held = {c: codes[0] for c, codes in figures.cells.items() if len(codes) == 1}
    return held | {names[place]: code for names, code in zip(identity.by, pair.cells, strict=True)}


def _french(number: str) -> str:
    return number.replace(".", ",")


def sides(identity: Identity, dataflow: str) -> Iterator[str]:
    """The sides on which figures of a dataflow stand; the left one alone when both are the same flow."""
    if identity.left.dataflow == dataflow:
        yield "left"
    elif identity.right.dataflow == dataflow:
        yield "right"
