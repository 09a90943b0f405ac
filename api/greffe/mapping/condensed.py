"""Selected rows of a source, brought together where no rule can tell them apart: what a changed map is tried on.

A condensed table stands for its source in `resolve` and `apply`: the same columns, a row per distinct combination of what
the rules read, and beside it `parts` (source rows in it); OBS_DECIMALS is of the finest. A dimension that
the declared sum runs over and no rule reads is gone: its column holds one selected code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.arrow import decimal
from greffe.engine import Connection, quoted
from greffe.mapping.breaks import told_apart
from greffe.mapping.group import repeated
from greffe.mapping.kinds import MEASURE
from greffe.mapping.resolve import DECIMALS, INDICATOR, PARTS, TIME, Plan, cell, hold
from greffe.mapping.sql import Parameters, columns, condition

DIGITS: Final = 38


@dataclass(frozen=True)
class Form:
    """What a condensed table is of: the rows selected, the dimensions summed away, the attributes kept."""

    select: Mapping[str, tuple[str, ...]]
    summed: tuple[str, ...]
    attributes: tuple[str, ...]

    def serves(self, plan: Plan) -> bool:
        """A map with this plan makes of the condensed table what it makes of the source."""
        select, read = plan.map.select, _read(plan)
        narrower = all(c in select and set(select[c]) <= set(codes) for c, codes in self.select.items())
        same = all(set(select.get(c, ())) == set(self.select.get(c, ())) for c in self.summed)
        over = plan.map.aggregate.over if plan.map.aggregate is not None else ()
        return (
            narrower
            and same
            and set(self.summed) <= set(over)
            and not set(self.summed) & read
            and {a.id for a in plan.source.attributes} & read <= set(self.attributes)
        )


def form_of(plan: Plan) -> Form:
    """The form in which the source of a map may be kept, as long as no two of its rows share a whole key."""
    read = _read(plan)
    over = plan.map.aggregate.over if plan.map.aggregate is not None else ()
    summed = tuple(d for d in over if d in plan.free_dimensions and d not in read)
    return Form(
        {c: tuple(codes) for c, codes in plan.map.select.items()},
        summed,
        tuple(a.id for a in plan.source.attributes if a.id in read),
    )


def _read(plan: Plan) -> set[str]:
    """The components whose values matter: sources of rules, the indicator, the period, what tells a break."""
    broken = {c for one in plan.breaks_of(plan.map.source) for c in told_apart(plan.map, one)}
    return {INDICATOR, TIME, *(s for rule in plan.rules for s in rule.sources), *broken}


def condense(connection: Connection, plan: Plan, source: str, form: Form, into: str, *, unique: bool = False) -> bool:
    """Make the condensed table `into` of the rows of `source`. False, and no table, when that would change a result:
    rows share a whole key (a sum would count one twice), or a sum has more digits than a column holds.

    `unique`: the caller knows that no two rows share a key, so that one pass is enough.
    """
    held = "" if unique else hold(connection, plan, source, into)
    selected = {} if held else plan.map.select
    rows = held or source
    if not unique and repeated(connection, plan, rows, selected):
        return False
    parameters = Parameters()
    dimensions = [*plan.source.dimension_ids, TIME]
    there = columns(connection, rows)
    constant = [d for d in dimensions if d in form.summed or d not in there or len(form.select.get(d, ())) == 1]
    # Where only this run reads the table, single rows are read from the source itself.
    first = (
        "CAST('' AS VARCHAR) AS extract, 0 AS row"
        if unique
        else "min(extract) AS extract, min(row) AS row, min(OBS_TEXT) AS OBS_TEXT"
    )
    keys = [quoted(d) for d in dimensions if d not in constant]
    keys += [quoted(a) if unique else f"{cell(plan, a)} AS {quoted(a)}" for a in form.attributes]
    gone = [f"CAST({parameters.add(_code(form, d))} AS VARCHAR) AS {quoted(d)}" for d in constant]
    where = condition(parameters, selected)
    by = ", ".join(str(n + 1) for n in range(len(keys) + 1))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(into)} AS SELECT {', '.join(keys)}, {MEASURE} IS NOT NULL AS valued, "
        f"{', '.join(gone)}{', ' if gone else ''}{first}, sum({MEASURE}) AS {MEASURE}, "
        f"count(*) AS {PARTS}, max({DECIMALS}) AS {DECIMALS} "
        f"FROM {quoted(rows)} WHERE {where} GROUP BY {by}",
        parameters.values,
    )
    if held:
        connection.execute(f"DROP TABLE {quoted(held)}")
    if _fits(connection, into):
        return True
    connection.execute(f"DROP TABLE {quoted(into)}")
    return False


def _code(form: Form, dimension: str) -> str:
    codes: Sequence[str] = form.select.get(dimension, ())
    return codes[0] if codes else ""


def _fits(connection: Connection, table: str) -> bool:
    found = connection.execute(f"SELECT min({MEASURE}), max({MEASURE}) FROM {quoted(table)}").fetchone() or ()
    numbers = [decimal(value) for value in found]
    return all(n is None or len(n.as_tuple().digits) <= DIGITS for n in numbers)
