"""The bytes of one file of a transmission: a release, or what changed since another one, in a format, with its header.

The same release, parties, moment and catalogue give the same bytes: that is how a past delivery is built again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.formats.negotiation import DATA_FORMATS
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, DataSet, Header
from greffe.model.releases import Release
from greffe.model.structures import ProvisionAgreement
from greffe.model.transmissions import SentFile
from greffe.query import answer
from greffe.query.queries import DataQuery
from greffe.release.parts import Parts
from greffe.validation.structural.sides import OURS_ALONE

REPLACE: Final = "R"
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


@dataclass(frozen=True)
class Headed:
    """What the headers of all files of one transmission share."""

    id: str
    test: bool
    prepared: datetime


def content(parts: Parts, headed: Headed, file: SentFile) -> Content:
    """What a file says, from what the register says of it. Raises NotFound for a release that is not there."""
    ledger = parts.ledger()
    agency, _, id_ = file.agreement.partition(":")
    return Content(
        f"{headed.id}-{file.dataflow.id}", ledger.release(file.release), file.format, file.sender, file.receiver,
        (agency, id_) if id_ else None, headed.prepared, headed.test, ledger.release(file.since) if file.since else None,
    )  # fmt: skip


def written(parts: Parts, catalogue: Catalogue, content: Content) -> Iterator[bytes]:
    """The bytes of the file, piece by piece. Raises NotFound for an unknown format or agreement."""
    format_ = next((f for f in DATA_FORMATS if f.name == content.format), None)
    if format_ is None:
        raise NotFound(f"There is no format {content.format}.")
    flow = content.release.dataflow
    versions = (flow.version,)
    releases = _told(content)
    query = DataQuery(
        agencies=(flow.agency,),
        ids=(flow.id,),
        versions=versions,
        updated_after=releases[0].effective_at if content.since else None,
    )
    found = answer.data(
        query, catalogue, lambda _: releases, releases[-1].effective_at, parts.observations, content.release.series
    )
    datasets = tuple(_sent(catalogue, d, content) for d in found.datasets)
    yield from format_.write(DataMessage(_header(content), datasets, "en"), Parameters())


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
    prepared = content.prepared.astimezone(UTC).replace(microsecond=0).isoformat()
    return Header(content.id, prepared, content.sender, content.receiver, content.test, words)


def _sent(catalogue: Catalogue, dataset: DataSet, content: Content) -> DataSet:
    """Without what we say to our own readers; a test keeps the mark of invented figures. The whole replaces what is there."""
    kept = ("DATA_ORIGIN",) if content.test else ()
    attributes = tuple(a for a in dataset.attributes if a in kept or a not in OURS_ALONE)
    action = dataset.action if content.since else REPLACE
    found = replace(dataset, attributes=attributes, action=action)
    if content.agreement is None:
        return found
    agency, id_ = content.agreement
    agreement = catalogue.latest(ProvisionAgreement, id_, agency)
    return replace(found, context="provisionagreement", agreement=agreement.reference)
