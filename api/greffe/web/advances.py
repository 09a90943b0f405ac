"""A release before its hour: the message that a recipient gets, and who had it, made public once it is in effect."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.formats.embargoed import embargoed
from greffe.formats.format import DataWriter, Format
from greffe.formats.negotiation import Choice
from greffe.model.calendar import Advance, Words
from greffe.model.dataset import DataMessage
from greffe.model.instants import PARIS
from greffe.model.releases import Release
from greffe.query import answer
from greffe.query.queries import DataQuery
from greffe.release.parts import Parts
from greffe.web.models import AdvanceOut
from greffe.web.rest.answers import header_of, tag_of
from greffe.web.rest.data import source_of


def advance_message(
    parts: Parts, release: Release, to: str, choice: Choice[Format[DataWriter]], language: str
) -> Iterator[bytes]:
    """The whole release as one message, as it will be read at its instant, each observation marked. Who may have it is
    asked before (release.advances.may_have)."""
    flow = release.dataflow
    query = DataQuery(agencies=(flow.agency,), ids=(flow.id,), versions=(flow.version,))
    found = answer.data(
        query, parts.catalogue(), lambda _: (release,), release.effective_at, parts.observations, release.series
    )
    tag = tag_of(str(release), release.content_hash, to, language, choice.content_type, release.effective_at)
    words = {"fr": "Sous embargo jusqu’au {until}, pour {to}"}.get(language, "Under embargo until {until}, for {to}")
    until = f"{release.effective_at.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
    source = f"{words.format(until=until, to=to)}; {source_of([release], language)}"
    header = header_of(tag, release.made_at, test=release.origin == "synthetic", source=source)
    datasets = tuple(embargoed(d, release.effective_at) for d in found.datasets)
    yield from choice.format.write(DataMessage(header, datasets, language), choice.parameters)


def early_access(parts: Parts, release: Release) -> list[AdvanceOut]:
    """Who had a release before its hour: told once it is in effect."""
    if parts.clock() < release.effective_at:
        return []
    return [_advance(parts, a) for a in parts.ledger().advances_of(str(release))]


def _advance(parts: Parts, advance: Advance) -> AdvanceOut:
    names = {p.recipient: Words(p.name_en, p.name_fr) for p in parts.catalogue().policies.advances}
    return AdvanceOut(
        release=advance.release,
        recipient=advance.recipient,
        names=names.get(advance.recipient, Words(advance.recipient, advance.recipient)).as_json(),
        start=advance.start.isoformat(),
        reasons=advance.reason.as_json(),
        accesses=[a.isoformat() for a in advance.accesses],
    )
