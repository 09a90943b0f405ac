"""Questionnaires filled from releases: one file for several dataflows. A kind is a function and a line of WORKBOOKS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from greffe.transmission.workbooks import order, xlsx
from greffe.transmission.workbooks.filled import Filled


@dataclass(frozen=True)
class Kind:
    """`write`: the bytes of a questionnaire that is filled, the same for the same. `faults`: what is not in the bytes as it
    was filled, read again by other means. `questions`: it speaks of the recipient's questions, so that each sheet has some."""

    write: Callable[[Filled], bytes]
    faults: Callable[[Filled, bytes], list[str]]
    questions: bool = False


# Kind → how; `deliveries.csv` says KIND:QUESTIONNAIRE, `mappings/<BODY>/questionnaires/` lays questionnaires out.
WORKBOOKS: Final[Mapping[str, Kind]] = {
    "workbook": Kind(xlsx.write, xlsx.faults),
    "cepej-order": Kind(order.write, order.faults, questions=True),
}


def kind_of(format_: str) -> Kind | None:
    """The kind of a format of deliveries.csv, None where each dataflow has a file of its own or there is no such kind."""
    kind, _, questionnaire = format_.partition(":")
    return WORKBOOKS.get(kind) if questionnaire else None
