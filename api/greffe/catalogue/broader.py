"""A row that says its source is broader than its target says also how the figure goes out (QR-MAP-02)."""

from __future__ import annotations

from collections.abc import Mapping

from greffe.catalogue.map_view import MapView
from greffe.errors import BadDefinition


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
            if row.kind != "broader" or shared & set(row.targets) or _is_flagged(view, cells, table.targets):
                continue
            with view.faults:
                raise BadDefinition(
                    "The source is broader than the target, and neither a flag D nor a weight says so.",
                    file=table.file, row=row.line, column="kind",
                    hint=f"A type of {view.map.file} for these cells declares the conversion flag_D, or a split shares it.",
                )  # fmt: skip


def _is_flagged(view: MapView, cells: Mapping[str, str], asked: tuple[str, ...]) -> bool:
    """A type with the flag that is about what the row sets, or about everything, and contradicts none of its cells."""
    return any(
        conversion.kind == "flag_D"
        for type_ in view.map.types
        if (not type_.cells or not type_.cells.keys().isdisjoint((*asked, *view.map.fixed)))
        and all(cells.get(id_, code) == code for id_, code in type_.cells.items())
        for conversion in type_.conversions
    )
