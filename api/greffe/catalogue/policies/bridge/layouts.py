"""How bodies lay out the tables that they publish as plain CSV: `publication_layouts.csv`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows

FILE: Final = "mappings/policies/publication_layouts.csv"
COLUMNS: Final = (
    "body", "dataset", "series", "components", "fixed", "separator", "period", "value", "flag", "note", "confidence",
    "reason", "reference",
)  # fmt: skip
KEY: Final = ("body", "dataset")
LATER: Final = ("components", "fixed")  # homes keep tables from before there were any


@dataclass(frozen=True)
class Layout:
    """The columns of a table. `dataset` is empty where it holds for all of a body. `series`: the columns that make the text of
    a series, joined by `separator`. `components`: what each of them is in our mirror structures, in the same order, empty
    where nothing mirrors the table; `fixed`: components that no column has, with their code."""

    body: str
    dataset: str
    series: tuple[str, ...]
    separator: str
    period: str
    value: str
    flag: str
    note: str
    components: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return (*self.series, *(c for c in (self.period, self.value, self.flag, self.note) if c))

    def fits(self, dimensions: Collection[str]) -> bool:
        """Whether its components are the dimensions of a structure."""
        return bool(self.components) and {*self.components, *self.fixed} == set(dimensions)


def read_layouts(content: bytes, file: str) -> tuple[Layout, ...]:
    """The layouts in the order of the file, one for each body and dataset. Raises BadDefinition."""
    found: dict[tuple[str, str], Layout] = {}
    for row in read_rows(content, file, COLUMNS, later=LATER):
        key = row.text("body"), row.cells["dataset"]
        if key in found:
            raise row.wrong(f"{' '.join(key)} has a layout already.", "dataset")
        row.text("confidence")
        row.text("reason")
        found[key] = Layout(
            *key, tuple(row.text("series").split("+")), row.text("separator"), row.text("period"), row.text("value"),
            row.cells["flag"], row.cells["note"], *_components(row),
        )  # fmt: skip
    return tuple(found.values())


def _components(row: Row) -> tuple[tuple[str, ...], Mapping[str, str]]:
    components = tuple(c for c in row.cells["components"].split("+") if c)
    if components and len(components) != len(row.cells["series"].split("+")):
        raise row.wrong("It must name as many components as series has columns, or none.", "components")
    pairs = [pair.partition("=") for pair in row.cells["fixed"].split("+") if pair]
    if any(not (name and code) for name, _, code in pairs):
        raise row.wrong("It is written COMPONENT=CODE, several joined by +.", "fixed")
    return components, {name: code for name, _, code in pairs}


def layout_of(layouts: tuple[Layout, ...], body: str, dataset: str) -> Layout | None:
    """The layout of a dataset, else that of its body."""
    found = {(one.body, one.dataset): one for one in layouts}
    return found.get((body, dataset)) or found.get((body, ""))
