"""Target cells that a recipient asks, each in one state: filled, confidential, explained, missing, or with nothing said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, quoted
from greffe.mapping.group import CONF
from greffe.mapping.sql import Parameters, columns, condition
from greffe.mapping.status import FREE
from greffe.model.maps import NotProvided

MOST: Final = 1_000  # cells without a reason that are listed; all are counted
CELLS: Final = 1_000_000  # combinations of allowed codes that are looked at one by one
FILLED, CONFIDENTIAL, MISSING, NONE = "filled", "confidential", "missing", ""  # states of cells that no entry explains


@dataclass(frozen=True)
class Cells:
    """Target cells: combinations of the codes that constraints allow. `filled` by a value in some period; the others by
    reason: the kind of a `not_provided`, `confidential` (values are hidden), `missing` (only empty observations, whose
    status says why), or none.

    `unexplained`: the first cells without a reason. `counted` is False when there are too many to look at.
    """

    expected: int
    filled: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    without_reason: int = 0
    unexplained: tuple[Mapping[str, str], ...] = ()
    counted: bool = True


def cells(
    connection: Connection,
    dimensions: Sequence[str],
    allowed: Mapping[str, frozenset[str]],
    observations: str,
    not_provided: Sequence[NotProvided],
) -> Cells:
    """Every combination of the allowed codes held against a table of observations (dimensions, OBS_VALUE, NULL missing).

    A dimension that no constraint restricts is asked for the codes that are there.
    """
    expected = combinations(dimensions, allowed)
    if expected > CELLS:
        return Cells(expected, 0, counted=False)
    parameters = Parameters()
    marked = _marked(connection, dimensions, allowed, observations, not_provided, parameters)
    names = ", ".join(quoted(d) for d in dimensions)
    rows = connection.execute(
        f"SELECT mark, {names}, count(*) OVER (PARTITION BY mark) AS n FROM ({marked}) "
        f"QUALIFY row_number() OVER (PARTITION BY mark ORDER BY {names}) "
        f"<= CASE WHEN mark = '' THEN {MOST} ELSE 1 END ORDER BY ALL",
        parameters.values,
    ).fetchall()
    counts: Counter[str] = Counter()
    for mark, count in {text(row[0]): integer(row[-1]) for row in rows}.items():
        counts[_reason(mark, not_provided)] += count
    left = tuple(dict(zip(dimensions, map(text, row[1:]), strict=False)) for row in rows if row[0] == "")
    reasons = {reason: count for reason, count in sorted(counts.items()) if reason not in (NONE, FILLED)}
    return Cells(counts.total(), counts[FILLED], reasons, counts[NONE], left)


@dataclass(frozen=True)
class Place:
    """Target cells with these codes of some dimensions that are in one state: FILLED, CONFIDENTIAL, MISSING, the kind of
    what says why they are empty (`entry`: its place in the list that was given), or NONE."""

    codes: tuple[str, ...]
    state: str
    count: int
    entry: int = -1


def places(
    connection: Connection,
    dimensions: Sequence[str],
    allowed: Mapping[str, frozenset[str]],
    observations: str,
    not_provided: Sequence[NotProvided],
    by: Sequence[str],
) -> tuple[Place, ...]:
    """The same cells counted by the codes of some dimensions, by state and by what explains them; () when they are too many
    to look at."""
    if combinations(dimensions, allowed) > CELLS:
        return ()
    parameters = Parameters()
    marked = _marked(connection, dimensions, allowed, observations, not_provided, parameters)
    names = "".join(f"{quoted(d)}, " for d in by)
    rows = connection.execute(
        f"SELECT {names}mark, count(*) FROM ({marked}) GROUP BY ALL ORDER BY ALL", parameters.values
    ).fetchall()
    return tuple(
        Place(
            tuple(map(text, row[: len(by)])),
            _reason(text(row[-2]), not_provided),
            integer(row[-1]),
            int(text(row[-2])) if text(row[-2]).isdecimal() else -1,
        )
        for row in rows
    )


def combinations(dimensions: Sequence[str], allowed: Mapping[str, frozenset[str]]) -> int:
    """How many cells the allowed codes make."""
    return prod(len(allowed[d]) for d in dimensions if d in allowed)


def _marked(
    connection: Connection,
    dimensions: Sequence[str],
    allowed: Mapping[str, frozenset[str]],
    observations: str,
    not_provided: Sequence[NotProvided],
    parameters: Parameters,
) -> str:
    """SQL: each cell with its mark: FILLED, CONFIDENTIAL, the place of the entry that explains it, MISSING, NONE."""
    axes = ", ".join(_axis(d, allowed.get(d), observations, parameters) for d in dimensions)
    names = ", ".join(quoted(d) for d in dimensions)
    on = " AND ".join(f"c.{quoted(d)} = o.{quoted(d)}" for d in dimensions)
    hidden = (
        f"bool_or(coalesce({CONF}, '') NOT IN ('', '{FREE}'))" if CONF in columns(connection, observations) else "FALSE"
    )
    cases = [f"WHEN {_met(entry, dimensions, parameters)} THEN '{n}'" for n, entry in enumerate(not_provided)]
    return (
        f"SELECT c.*, CASE WHEN o.valued THEN '{FILLED}' WHEN o.hidden THEN '{CONFIDENTIAL}' {' '.join(cases)} "
        f"WHEN o.valued IS NOT NULL THEN '{MISSING}' ELSE '{NONE}' END AS mark "
        f"FROM (SELECT * FROM {axes}) c LEFT JOIN (SELECT {names}, bool_or(OBS_VALUE IS NOT NULL) AS valued, "
        f"{hidden} AS hidden FROM {quoted(observations)} GROUP BY {names}) o ON {on}"
    )


def _reason(mark: str, not_provided: Sequence[NotProvided]) -> str:
    return not_provided[int(mark)].kind if mark.isdecimal() else mark


def _axis(dimension: str, codes: frozenset[str] | None, observations: str, parameters: Parameters) -> str:
    name = quoted(dimension)
    if codes is None:
        return f"(SELECT DISTINCT {name} FROM {quoted(observations)}) {quoted(f'a_{dimension}')}"
    return f"(SELECT unnest({parameters.add(sorted(codes))}) AS {name}) {quoted(f'a_{dimension}')}"


def _met(entry: NotProvided, dimensions: Sequence[str], parameters: Parameters) -> str:
    """A cell is one of those that the map says it leaves empty; the attributes that are written with it name no cell."""
    return condition(parameters, {c: (code,) for c, code in entry.cells.items() if c in dimensions}, "c.")
