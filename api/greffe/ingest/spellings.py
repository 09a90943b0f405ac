"""What a cell of each column may hold: codes, their original spellings, and what an empty cell stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.ingest.columns import columns_of
from greffe.model.structures import Codelist, Component, DataStructure

NOT_APPLICABLE: Final = "_Z"
MISSING: Final = ("NC", "SO", "S")  # statuses of a value that is not there
NO_COUNTS: Final = ("euro", "pourcent", "mois", "jour")  # units that measure rather than count
FRACTIONS: Final = ("ETP",)  # full-time equivalents: never negative, rarely whole


@dataclass(frozen=True)
class Layout:
    """A structure with its lists, as the checks read it. `words`: column → word of a cell → its code (None: absent).

    A column that is not coded has no entry in `words`.
    """

    structure: DataStructure
    columns: Mapping[str, Component]
    words: Mapping[str, Mapping[str, str | None]]
    units: Mapping[str, str] = field(default_factory=dict)  # indicator → its unit, where its code says so

    def column(self, id_: str) -> str:
        """Header of a component, '' when the structure has none of that id."""
        return next((name for name, c in self.columns.items() if c.id == id_), "")

    @property
    def value(self) -> str:
        """Header of the measure."""
        return self.structure.measures[0].column

    @property
    def key(self) -> tuple[str, ...]:
        """Headers of what a key is made of: dimensions and time."""
        time = (self.structure.time.column,) if self.structure.time else ()
        return (*(d.column for d in self.structure.dimensions), *time)

    def may_be_empty(self, column: str) -> bool:
        """An empty cell has a meaning there."""
        component = self.columns[column]
        return "" in self.words[column] if column in self.words else not component.mandatory

    def spelled(self, id_: str, codes: tuple[str, ...]) -> list[str]:
        """The words that stand for those codes of a component; the codes themselves where it is not coded."""
        known = self.words.get(self.column(id_))
        return list(codes) if known is None else [word for word, code in known.items() if code in codes]


def layout_of(structure: DataStructure, codelists: Mapping[str, Codelist]) -> Layout:
    """The layout of the extracts of a structure."""
    columns = columns_of(structure)
    words = {name: _words(c, codelists[c.id]) for name, c in columns.items() if c.id in codelists}
    indicators = codelists["INDICATEUR"].items if "INDICATEUR" in codelists else ()
    return Layout(structure, columns, words, {i.id: u for i in indicators if (u := i.annotation("UNIT"))})


def _words(component: Component, codelist: Codelist) -> dict[str, str | None]:
    codes = {i.id for i in codelist.items}
    words: dict[str, str | None] = {}
    if component.role == "attribute" and not component.mandatory:
        words[""] = None
    elif component.role == "dimension" and NOT_APPLICABLE in codes:
        words[""] = NOT_APPLICABLE
    for item in codelist.items:
        if spelling := item.annotation("SOURCE_CODE"):
            words[spelling] = item.id
    return words | {item.id: item.id for item in codelist.items}  # a code wins over another one's spelling
