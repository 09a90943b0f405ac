"""The bytes of one file of a transmission: a release, or what changed since another one, in a format, with its header.

The same release, parties, moment and catalogue give the same bytes: that is how a past delivery is built again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from greffe.catalogue.catalogue import Catalogue, Recipient
from greffe.catalogue.questionnaires import Questionnaire
from greffe.errors import NotFound, Refused, nearest
from greffe.formats.negotiation import DATA_FORMATS
from greffe.formats.parameters import Parameters
from greffe.model.answers import Said
from greffe.model.dataset import DataMessage, DataSet, Header
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, ProvisionAgreement
from greffe.model.transmissions import Right, SentFile, message_id
from greffe.query import answer
from greffe.query.queries import DataQuery
from greffe.release.parts import Parts
from greffe.transmission.answers.kept import kept_answers
from greffe.transmission.answers.observations import Observed, joined, observed
from greffe.transmission.rights import marked, told
from greffe.transmission.workbooks import kind_of
from greffe.transmission.workbooks.answered import answered
from greffe.transmission.workbooks.answers import Key, answers_of
from greffe.transmission.workbooks.filled import Filled, Source, filled_sheets
from greffe.validation.structural.sides import OURS_ALONE

REPLACE: Final = "R"
BY_FLOW: Final = ("sdmx-ml-3.0",)  # formats whose readers fail where the header names the agreement
SOURCE: Final = "{providers}; {release}"


@dataclass(frozen=True)
class Content:
    """What a file says: `since` for what changed after that release, in place of all of it."""

    id: str  # of the message
    release: Release
    format: str
    sender: str
    receiver: str
    agreement: tuple[str, str] | None
    prepared: datetime
    test: bool
    since: Release | None = None
    delivery: str = ""  # of which it is a file
    year: int = 0
    releases: tuple[Release, ...] = ()  # of every dataflow in it
    answers: Mapping[str, Said] = field(default_factory=dict)  # cell → what was said of it, of a questionnaire
    rights: tuple[Right, ...] = ()  # by which it says what not everybody has
    recipient: str = ""
    by_flow: bool = False  # the header names the dataflow, and the agreement in Source: readers fail on it elsewhere


@dataclass(frozen=True)
class Headed:
    """What the headers of all files of one transmission share."""

    id: str
    test: bool
    prepared: datetime
    year: int
    recipient: str = ""


def content(parts: Parts, headed: Headed, file: SentFile) -> Content:
    """What a file says, from what the register says of it. Raises NotFound for a release that is not there."""
    ledger = parts.ledger()
    agency, _, id_ = file.agreement.partition(":")
    return Content(
        message_id(headed.id, file), ledger.release(file.release), file.format, file.sender, file.receiver,
        (agency, id_) if id_ else None, headed.prepared, headed.test, ledger.release(file.since) if file.since else None,
        headed.id, headed.year, tuple(ledger.release(s.release) for s in file.sources), kept_answers(parts, file.answers),
        file.rights, headed.recipient, file.by_flow,
    )  # fmt: skip


def written(parts: Parts, catalogue: Catalogue, content: Content) -> Iterator[bytes]:
    """The bytes of the file, piece by piece. Raises NotFound for an unknown format, questionnaire or agreement."""
    kind = kind_of(content.format)
    if kind is not None:
        yield kind.write(filled(parts, catalogue, content))
        return
    format_ = next((f for f in DATA_FORMATS if f.name == content.format), None)
    if format_ is None:
        raise NotFound(f"There is no format {content.format}.")
    said = told_answers(parts, catalogue, content)
    datasets = tuple(
        marked(parts, joined(_sent(catalogue, d, content), said), content.release, content.rights)
        for d in _datasets(parts, catalogue, content)
    )
    header = _header(content)
    agreed = _agreement(catalogue, content) if content.by_flow else None
    if agreed is not None:
        header = replace(header, source=f"{Urn('provisionagreement', agreed)}; {header.source}")
    yield from format_.write(DataMessage(header, datasets, "en"), Parameters())


def told_since(parts: Parts, catalogue: Catalogue, content: Content) -> set[tuple[str, ...]]:
    """Series and period of each observation of an incremental file, in the order of the structure."""
    return {(*key, period) for d in _datasets(parts, catalogue, content) for key, period in answers_of(d)}


def filled(parts: Parts, catalogue: Catalogue, content: Content) -> Filled:
    """A questionnaire filled from its releases. Raises NotFound, Refused for figures that have no cell."""
    id_ = content.format.partition(":")[2]
    if id_ not in catalogue.questionnaires:
        raise NotFound(f"There is no questionnaire {id_}.", nearest=nearest(id_, catalogue.questionnaires))
    one = catalogue.questionnaires[id_]
    sources = sources_of(parts, catalogue, one, content.releases)
    missing = [r for r in content.releases if r.dataflow.id not in sources]
    if missing:
        raise Refused(f"{one.id} has no sheet for {missing[0].dataflow.id}.", hint=f"Give it one in {one.file}.")
    recipient = next((r.names for r in catalogue.recipients if _gets(catalogue, r, sources)), {})
    sheets = answered(one, filled_sheets(one, content.year, sources), content.answers)
    return Filled(one, content.delivery, recipient, content.year, content.prepared, content.test, sheets)


def asking(catalogue: Catalogue, flow: str) -> Questionnaire | None:
    """The questionnaire that asks what a dataflow says, None where none does."""
    return next((q for _, q in sorted(catalogue.questionnaires.items()) if q.sheet_of(flow)), None)


def told_answers(parts: Parts, catalogue: Catalogue, content: Content) -> Mapping[tuple[Key, str], Observed]:
    """What was answered, by key and year, in a file of observations."""
    flow = catalogue.get(Dataflow, content.release.dataflow)
    one = asking(catalogue, flow.reference.id) if content.answers else None
    if one is None:
        return {}
    sources = sources_of(parts, catalogue, one, (content.release,))
    sheets = [s for s in filled_sheets(one, content.year, sources) if s.layout.flow == flow.reference.id]
    return observed(one, sheets, content.answers, catalogue.structure(flow))


def _gets(catalogue: Catalogue, recipient: Recipient, sources: Mapping[str, Source]) -> bool:
    return any(s.flow.reference in recipient.dataflows for s in sources.values())


def sources_of(
    parts: Parts, catalogue: Catalogue, one: Questionnaire, releases: Sequence[Release]
) -> dict[str, Source]:
    """What fills the sheets of a questionnaire, by dataflow: those releases, and nothing where there is none."""
    return {flow: _source(parts, catalogue, flow, releases) for flow in dict.fromkeys(s.flow for s in one.sheets)}


def _source(parts: Parts, catalogue: Catalogue, flow_id: str, releases: Sequence[Release]) -> Source:
    release = next((r for r in releases if r.dataflow.id == flow_id), None)
    flow = catalogue.latest(Dataflow, flow_id) if release is None else catalogue.get(Dataflow, release.dataflow)
    structure = catalogue.structure(flow)
    source = Source(flow, structure, catalogue.codelists(structure), catalogue.concepts(structure))
    if release is None:
        return source
    (data,) = _read(parts, catalogue, (replace(release, withdrawn_at=None),), None)
    return replace(source, release=release, data=data)


def _datasets(parts: Parts, catalogue: Catalogue, content: Content) -> tuple[DataSet, ...]:
    releases = _told(content)
    return _read(parts, catalogue, releases, releases[0].effective_at if content.since else None)


def _read(
    parts: Parts, catalogue: Catalogue, releases: tuple[Release, ...], after: datetime | None
) -> tuple[DataSet, ...]:
    flow = releases[-1].dataflow
    query = DataQuery(agencies=(flow.agency,), ids=(flow.id,), versions=(flow.version,), updated_after=after)
    found = answer.data(
        query, catalogue, lambda _: releases, releases[-1].effective_at, parts.observations, releases[-1].series
    )
    return found.datasets


def _told(content: Content) -> tuple[Release, ...]:
    """The releases as if they had just come out, one after the other: a later withdrawal, or a moment that was moved,
    changes nothing of what was sent."""
    last = replace(content.release, withdrawn_at=None)
    if content.since is None:
        return (last,)
    before = min(content.since.effective_at, last.effective_at - timedelta(microseconds=1))
    return replace(content.since, withdrawn_at=None, effective_at=before), last


def _header(content: Content) -> Header:
    release = content.release
    words = SOURCE.format(providers=release.provider, release=release)
    if release.origin == "synthetic":
        words = f"SYNTHETIC figures, invented for trials; {words}"
    words = told(content.rights, content.recipient) + words
    prepared = content.prepared.astimezone(UTC).replace(microsecond=0).isoformat()
    return Header(content.id, prepared, content.sender, content.receiver, content.test, words)


def _sent(catalogue: Catalogue, dataset: DataSet, content: Content) -> DataSet:
    """Without what we say to our own readers; a test keeps the mark of invented figures. The whole replaces what is there."""
    kept = ("DATA_ORIGIN",) if content.test else ()
    attributes = tuple(a for a in dataset.attributes if a in kept or a not in OURS_ALONE)
    action = dataset.action if content.since else REPLACE
    found = replace(dataset, attributes=attributes, action=action)
    agreed = _agreement(catalogue, content)
    if agreed is None or content.by_flow:
        return found
    return replace(found, context="provisionagreement", agreement=agreed)


def _agreement(catalogue: Catalogue, content: Content) -> Reference | None:
    """Under which it is sent; None without any. Raises NotFound."""
    if content.agreement is None:
        return None
    agency, id_ = content.agreement
    return catalogue.latest(ProvisionAgreement, id_, agency).reference
