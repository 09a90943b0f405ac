"""How bodies lay out the tables that they publish as plain CSV: `publication_layouts.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies.tables import read_rows

FILE: Final = "mappings/policies/publication_layouts.csv"
COLUMNS: Final = (
    "body", "dataset", "series", "separator", "period", "value", "flag", "note", "confidence", "reason", "reference",
)  # fmt: skip
KEY: Final = ("body", "dataset")


@dataclass(frozen=True)
class Layout:
    """The columns of a table. `dataset` is empty where it holds for all of a body. `series`: the columns that make the text of
    a series, joined by `separator`."""

    body: str
    dataset: str
    series: tuple[str, ...]
    separator: str
    period: str
    value: str
    flag: str
    note: str


def read_layouts(content: bytes, file: str) -> tuple[Layout, ...]:
    """The layouts in the order of the file, one for each body and dataset. Raises BadDefinition."""
    found: dict[tuple[str, str], Layout] = {}
    for row in read_rows(content, file, COLUMNS):
        key = row.text("body"), row.cells["dataset"]
        if key in found:
            raise row.wrong(f"{' '.join(key)} has a layout already.", "dataset")
        row.text("confidence")
        row.text("reason")
        found[key] = Layout(
            *key, tuple(row.text("series").split("+")), row.text("separator"), row.text("period"), row.text("value"),
            row.cells["flag"], row.cells["note"],
        )  # fmt: skip
    return tuple(found.values())


def layout_of(layouts: tuple[Layout, ...], body: str, dataset: str) -> Layout | None:
    """The layout of a dataset, else that of its body."""
    found = {(one.body, one.dataset): one for one in layouts}
    return found.get((body, dataset)) or found.get((body, ""))
