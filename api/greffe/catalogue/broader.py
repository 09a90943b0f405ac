"""A row that says its source is broader than its target says also how the figure goes out (QR-MAP-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from greffe.catalogue.map_view import MapView
from greffe.catalogue.types import Unlike
from greffe.errors import BadDefinition
from greffe.model.maps import CellType, MapRow, RepresentationMap


def check_broader(view: MapView) -> None:
    """A source that holds more than the target asks goes out with the flag D, or is shared by weights (QR-MAP-02)."""
    tables = [c.map for c in view.map.components if c.map is not None]
    always = dict(view.map.fixed)  # and what a table of one row sets: the same of every cell
    always |= {id_: t for m in tables if len(m.rows) == 1 for id_, t in zip(m.targets, m.rows[0].targets, strict=False)}
    inside = {code for codes in view.map.working.values() for code in codes}  # never published
    shared = inside | {code for c in view.map.calculations if c.kind == "split" for code in (c.whole, *c.weights)}
    for table in tables:
        for row in table.rows:
            cells = always | dict(zip(table.targets, row.targets, strict=False))
            types = _about(view, cells, table.targets) if row.kind == "broader" else []
            flagged = any(c.kind == "flag_D" for type_ in types for c in type_.conversions)
            if row.kind != "broader" or shared & set(row.targets) or flagged:
                continue
            with view.faults:
                raise _broader(view, table, row, types)


def _broader(view: MapView, table: RepresentationMap, row: MapRow, types: Sequence[CellType]) -> BadDefinition:
    """The fault; where one type is of just what the row sets, with that type, on which the flag may be declared."""
    own = [t for t in types if any(t.cells.get(c) == v for c, v in zip(table.targets, row.targets, strict=False))]
    error = BadDefinition(
        "The source is broader than the target, and neither a flag D nor a weight says so.",
        file=table.file, row=row.line, column="kind",
        hint=f"A type of {view.map.file} for these cells declares the conversion flag_D, or a split shares it.",
    )  # fmt: skip
    return Unlike.of(error, view.map.file, "flag_D", own[0]) if len(own) == 1 else error


def _about(view: MapView, cells: Mapping[str, str], asked: tuple[str, ...]) -> list[CellType]:
    """The types that are about what the row sets, or about everything, and contradict none of its cells."""
    return [
        type_
        for type_ in view.map.types
        if (not type_.cells or not type_.cells.keys().isdisjoint((*asked, *view.map.fixed)))
        and all(cells.get(id_, code) == code for id_, code in type_.cells.items())
    ]
