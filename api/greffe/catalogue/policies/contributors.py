"""Which house gives which figures of a recipient's dataflows: `mappings/policies/contributors.csv`, a row a house and part.

Coverage names the house of a cell that we leave empty; a transmission will ask that house for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from typing import Final

from greffe.catalogue.policies.tables import read_rows
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.model.maps import NotProvided
from greffe.model.structures import Texts

FILE: Final = "mappings/policies/contributors.csv"
COLUMNS: Final = ("id", "house", "name_en", "name_fr", "flows", "cells", "confidence", "reason", "reference")
KEY: Final = ("id",)
OTHER_HOUSE: Final = "other-house"


@dataclass(frozen=True)
class Contributor:
    """A house and figures that are its own. `flows`: patterns of dataflow ids; `cells`: component → codes, {} for all of a
    dataflow's figures."""

    id: str
    house: str
    names: Texts
    flows: tuple[str, ...]
    cells: Mapping[str, tuple[str, ...]]
    confidence: str
    reason: str
    reference: str
    line: int = field(default=0, compare=False)  # of the file

    def concerns(self, flow: str) -> bool:
        """Whether figures of a dataflow are meant."""
        return any(fnmatchcase(flow, p) for p in self.flows)

    def holds(self, cells: Mapping[str, str]) -> bool:
        """Whether all figures with these codes are its own."""
        return all(cells.get(c) in codes for c, codes in self.cells.items())

    def entries(self) -> Iterator[NotProvided]:
        """Its cells as what a map would say of them."""
        for codes in product(*self.cells.values()):
            cells = dict(zip(self.cells, codes, strict=True))
            yield NotProvided(cells, OTHER_HOUSE, f"{self.names['en']}: {self.reason}", self.reference)


def read_contributors(content: bytes, file: str) -> tuple[Contributor, ...]:
    """The houses in the order of the file, each id once. Raises BadDefinition."""
    found: dict[str, Contributor] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Contributor(
            id=row.text("id"),
            house=row.text("house"),
            names={"en": row.text("name_en"), "fr": row.text("name_fr")},
            flows=tuple(row.text("flows").split(" ")),
            cells=row.codes("cells"),
            confidence=row.word("confidence", CONFIDENCES),
            reason=row.text("reason"),
            reference=row.cells["reference"],
            line=row.line,
        )
        if one.id in found:
            raise row.wrong(f"{one.id} stands in line {found[one.id].line} already.", "id")
        found[one.id] = one
    return tuple(found.values())
