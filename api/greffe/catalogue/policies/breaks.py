"""Where series are known to break: `mappings/policies/breaks.csv`, one break a row, with its reason in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.errors import BadQuery
from greffe.model.periods import span
from greffe.model.structures import Texts

FILE: Final = "mappings/policies/breaks.csv"
COLUMNS: Final = (
    "break_id",
    "flow",
    "cells",
    "periods",
    "explains",
    "reason_fr",
    "reason_en",
    "confidence",
    "reference",
)
KEY: Final = ("break_id",)
LATER: Final = ("explains",)  # tables that were kept before it came to be go on: their breaks explain any change
ANY, MODERATE = "any", "moderate"  # changes that a break explains: of any size, or not above the limit of QR-PLA-01
EXPLAINS: Final = (ANY, MODERATE)
BROKEN: Final = "B"  # CL_OBS_STATUS: time series break


@dataclass(frozen=True)
class Break:
    """A change of definition, scope, source or producer. `flow`: the id of a dataflow, internal or a recipient's; `cells`:
    its figures (component → codes); `periods`: the first one of the new series, in each frequency that there is; `explains`:
    which changes (EXPLAINS): another reference date moves a stock, and does not make it a tenth."""

    id: str
    flow: str
    cells: Mapping[str, tuple[str, ...]]
    periods: tuple[str, ...]
    reasons: Texts
    confidence: str
    reference: str
    explains: str = ANY
    line: int = field(default=0, compare=False)  # of the file

    @property
    def comment(self) -> str:
        """What travels with a broken observation, as recipients read it."""
        return f"Break in series: {self.reasons['en']}"

    @property
    def words(self) -> Texts:
        """What is said of it to people."""
        return {"en": self.comment, "fr": f"Rupture de série : {self.reasons['fr']}"}

    def holds(self, key: Mapping[str, str], period: str) -> bool:
        """Whether an observation of the dataflow is the first after it."""
        return period in self.periods and all(key.get(c) in codes for c, codes in self.cells.items())


def read_breaks(content: bytes, file: str) -> tuple[Break, ...]:
    """The breaks in the order of the file. Raises BadDefinition."""
    found: dict[str, Break] = {}
    for row in read_rows(content, file, COLUMNS, LATER):
        one = Break(
            id=row.text("break_id"),
            flow=row.text("flow"),
            cells=row.codes("cells"),
            periods=_periods(row),
            reasons={"en": row.text("reason_en"), "fr": row.text("reason_fr")},
            confidence=row.word("confidence", CONFIDENCES),
            reference=row.cells["reference"],
            explains=row.word("explains", EXPLAINS) if row.cells["explains"] else ANY,
            line=row.line,
        )
        if one.id in found:
            raise row.wrong(f"{one.id} stands in line {found[one.id].line} already.", "break_id")
        found[one.id] = one
    return tuple(found.values())


def _periods(row: Row) -> tuple[str, ...]:
    """`2017;2017-Q1`."""
    found = tuple(row.text("periods").split(";"))
    for period in found:
        try:
            span(period)
        except BadQuery as error:
            raise row.wrong(
                f"{period!r} is no period.", "periods", hint="One for each frequency: 2017;2017-Q1;2017-01."
            ) from error
    if len(set(found)) < len(found):
        raise row.wrong("A period stands twice.", "periods")
    return found
