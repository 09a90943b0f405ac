"""What a recipient alone has: a release before its hour, or with the values that it hides; who had one early, told once it is out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from greffe.formats.embargoed import embargoed
from greffe.formats.filled import Apart, filled
from greffe.formats.format import DataWriter, Format
from greffe.formats.negotiation import Choice
from greffe.model.calendar import Advance, Words
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.grants import Grant
from greffe.model.instants import PARIS
from greffe.model.releases import Release
from greffe.query import answer
from greffe.query.queries import DataQuery
from greffe.release.parts import Parts
from greffe.web.models import AdvanceOut
from greffe.web.rest.answers import header_of, tag_of
from greffe.web.rest.data import source_of


@dataclass(frozen=True)
class Handed:
    """A release as one body has it. `words`: what its message says of that, by language; `marked`: what its data sets become;
    `state`: what that depends on, for the id of the message. Who may have it is asked before."""

    release: Release
    to: str
    words: Words
    state: str
    marked: Callable[[DataSet], DataSet]

    def datasets(self, parts: Parts, offset: int = 0, limit: int | None = None) -> tuple[DataSet, ...]:
        """Its data, all observations or a window of them, in their order."""
        release, flow = self.release, self.release.dataflow
        query = DataQuery(agencies=(flow.agency,), ids=(flow.id,), versions=(flow.version,), offset=offset, limit=limit)
        now = max(parts.clock(), release.effective_at)
        found = answer.data(
            query, parts.catalogue(), lambda _: (release,), now, parts.observations, max(release.series, 1)
        )
        return tuple(self.marked(d) for d in found.datasets)

    def message(self, parts: Parts, choice: Choice[Format[DataWriter]], language: str) -> Iterator[bytes]:
        """The whole release as one message that says what it is."""
        release = self.release
        tag = tag_of(str(release), release.content_hash, self.to, language, choice.content_type, self.state)
        source = f"{self.words.in_(language)}; {source_of([release], language)}"
        header = header_of(tag, release.made_at, test=release.origin == "synthetic", source=source)
        yield from choice.format.write(DataMessage(header, self.datasets(parts), language), choice.parameters)


def ahead(release: Release, to: str) -> Handed:
    """A release before its hour: each observation is marked as under embargo (release.advances.may_have)."""
    until = f"{release.effective_at.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
    words = Words(f"Under embargo until {until}, for {to}", f"Sous embargo jusqu’au {until}, pour {to}")
    return Handed(release, to, words, str(release.effective_at), lambda d: embargoed(d, release.effective_at))


def by_grant(release: Release, grant: Grant, apart: Apart) -> Handed:
    """A release with the values that it hides; CONF_STATUS tells which (release.grants.entitled)."""
    to = grant.recipient
    words = Words(
        f"Confidential values by grant {grant.id}, for {to}",
        f"Valeurs confidentielles par habilitation {grant.id}, pour {to}",
    )
    return Handed(release, to, words, grant.id, lambda d: filled(d, apart))


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
