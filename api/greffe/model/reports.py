"""Reference metadata on their way to a client: reports, each with what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from greffe.model.artefacts import Texts
from greffe.model.dataset import Header
from greffe.model.metadata import Metadataflow, MetadataSet, MetadataStructure


@dataclass(frozen=True)
class Report:
    """A metadata set, its flow and structure, and names for labels.

    targets: names of what it reports on, in the order of its targets ({} where unknown here). headings: dotted id of a
    metadata attribute → names of its concept. codes: dotted id of a coded one → code → names.
    """

    set: MetadataSet
    metadataflow: Metadataflow
    structure: MetadataStructure
    targets: Sequence[Texts] = ()
    headings: Mapping[str, Texts] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, Texts]] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportMessage:
    """One answer. A stub among the sets says its headings, not what stands under them."""

    header: Header
    reports: Sequence[Report]
    language: str = "en"
