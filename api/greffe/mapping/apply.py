"""Internal observations become the recipient's: select, resolve, join and group, judge, calculate (SM-*, D15-D17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from greffe.arrow import decimal, integer
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, Overflow, quoted
from greffe.errors import BadInput
from greffe.mapping.breaks import mark
from greffe.mapping.calculations import calculate
from greffe.mapping.checks import judge
from greffe.mapping.condensed import condense, form_of
from greffe.mapping.group import group
from greffe.mapping.not_provided import without_working, write_not_provided
from greffe.mapping.notations import one_notation
from greffe.mapping.relation import Cells
from greffe.mapping.resolve import PARTS, Plan, Resolved, let_go, plan, resolve
from greffe.mapping.sql import columns
from greffe.mapping.unmapped import Unmapped, unmapped
from greffe.model.findings import Finding
from greffe.model.maps import StructureMap
from greffe.model.references import Reference

__all__ = ["Mapped", "Unmapped", "apply", "apply_to"]


@dataclass(frozen=True)
class Mapped:
    """The mapped table and what was found on the way. `selected` rows of the source, of which `mapped` found a target.

    The table has a VARCHAR column per target dimension, TIME_PERIOD, OBS_VALUE DECIMAL(38,s) (NULL = missing), OBS_TEXT
    (what will be published), a VARCHAR column per attribute (NULL = absent) and origin_kind: 'mapped', 'not_provided'
    or the id of a calculation. A key that stands in an error of `findings` is not in it.
    """

    table: str
    unmapped: tuple[Unmapped, ...]
    findings: tuple[Finding, ...]
    selected: int
    mapped: int


def apply(
    connection: Connection,
    map_: StructureMap,
    catalogue: Catalogue,
    source: str,
    populations: Mapping[Reference, str],
    into: str,
    *,
    unique: bool = False,
    whole: bool = False,
    brief: bool = False,
) -> Mapped:
    """Map the rows of `source` (columns `extract`, `row`, the internal components, OBS_TEXT, OBS_DECIMALS) into the new temporary
    table `into`. `populations` names a table of the same shape for each dataflow that a rate divides by.
    `unique`: no two rows of `source` share a key, as in kept extracts, so that they may be brought together first.
    `whole`: `source` is a condensed table of the selected rows alone, which is dropped. `brief`: rows without a target are
    counted, not told.

    Raises BadDefinition for a map that cannot run, BadInput for a number that exact arithmetic cannot hold.
    """
    plan_ = plan(map_, catalogue)
    rows = _brought_together(connection, plan_, source, f"{into}_condensed") if unique else source
    resolved = resolve(connection, plan_, rows, into, whole=whole or rows != source)
    try:
        mapped = apply_to(connection, resolved, populations, into, {}, source, brief=brief)
        without_working(connection, map_.working, into)
        return mapped
    finally:
        let_go(connection, resolved)


def _brought_together(connection: Connection, plan_: Plan, source: str, into: str) -> str:
    """The table of the rows that the rules can tell apart, made in one pass over the source; the source itself where that
    would bring nothing together."""
    form = form_of(plan_)
    if not form.summed or PARTS in columns(connection, source):
        return source
    try:
        return into if condense(connection, plan_, source, form, into, unique=True) else source
    except Overflow:
        return source


def apply_to(
    connection: Connection,
    resolved: Resolved,
    populations: Mapping[Reference, str],
    into: str,
    only: Cells,
    source: str = "",
    *,
    brief: bool = False,
) -> Mapped:
    """The same for a map that is resolved, limited to mapped observations with the target cells `only`, and with the
    working cells, which calculations read and nobody is sent.

    `source`: the table of the single rows, where `resolved` reads them brought together; findings name single rows.
    """
    try:
        grouped = group(connection, resolved, only, into)
        _fits(connection, into)
    except Overflow as error:
        raise BadInput(
            f"A sum of {resolved.plan.map.reference} has more digits than DECIMAL(38,"
            f"{resolved.plan.target.decimals}) holds: {str(error).splitlines()[0]}"
        ) from error
    left_out = () if brief else unmapped(connection, resolved, into)
    found = _found(connection, into) if brief else resolved.selected - sum(u.rows for u in left_out)
    single = (
        replace(resolved, source=source, kept="", condensed=False) if source not in ("", resolved.source) else resolved
    )
    findings = judge(connection, single, grouped, only)
    for column in ("parts", "fault", "differing"):
        connection.execute(f"ALTER TABLE {quoted(into)} DROP COLUMN {column}")
    doubled = one_notation(connection, resolved.plan.target.dimension_ids, into)
    absent = write_not_provided(connection, resolved, into)
    computed = calculate(connection, resolved.plan, populations, into)
    mark(connection, into, resolved.plan.target, resolved.plan.breaks_of(resolved.plan.map.target))
    return Mapped(into, left_out, (*findings, *doubled, *absent, *computed), resolved.selected, found)


def _found(connection: Connection, table: str) -> int:
    """The source rows that the keys are made of."""
    row = connection.execute(f"SELECT CAST(coalesce(sum(parts), 0) AS BIGINT) FROM {quoted(table)}").fetchone()
    return integer(row[0]) if row else 0


def _fits(connection: Connection, table: str) -> None:
    """The engine's sum may go past 38 digits without saying so, up to the width of its 128 bits."""
    found = connection.execute(f"SELECT min(OBS_VALUE), max(OBS_VALUE) FROM {quoted(table)}").fetchone() or ()
    for value in found:
        number = decimal(value)
        if number is not None and len(number.as_tuple().digits) > 38:
            raise BadInput(f"A sum in {table} has more than 38 digits.")
