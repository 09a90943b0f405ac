"""A file of a plan: from which releases, by which row of deliveries.csv, and what differs from what was sent last."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from greffe.catalogue.policies.deliveries import Delivery
from greffe.model.contributions import Contributed
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.model.transmissions import Right
from greffe.transmission.answers import kept
from greffe.transmission.answers.asked import Round


@dataclass(frozen=True)
class Source:
    """A dataflow and the release of it that goes into a file."""

    flow: Dataflow
    release: Release


@dataclass(frozen=True)
class PlannedFile:
    """A file that is to be: `since` is the release after which an incremental one tells what changed. `changed`: what
    differs from what that recipient got last (added, changed, gone); empty when it never got any. `beside`: the other
    dataflows of a questionnaire, in the order of its sheets; `round`: what people answered in it; `asked_by`: the questionnaire
    whose cells it holds, '' for none; `contributions`: of houses, merged in it; `rights`: by what it brings what not everybody has;
    `unanswered`: the delivery that makes an incremental one leave whole, as its recipient has not said whether it took it, or ''."""

    name: str
    flow: Dataflow
    release: Release
    row: Delivery
    content: str
    since: Release | None
    changed: tuple[int, int, int] | None
    beside: tuple[Source, ...] = ()
    round: Round | None = None
    contributions: tuple[Contributed, ...] = ()
    asked_by: str = ""
    rights: tuple[Right, ...] = ()
    unanswered: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every dataflow with its release."""
        return (Source(self.flow, self.release), *self.beside)

    @property
    def answers(self) -> str:
        """Names the answers in it, '' where there are none."""
        return kept.checksum(self.round.answers) if self.round else ""

    def as_json(self) -> dict[str, object]:
        """What a person reads, and what the checksum of the plan is over."""
        told = dict(zip(("added", "changed", "gone"), self.changed, strict=True)) if self.changed else None
        return (
            {
                "name": self.name,
                "dataflow": str(self.flow.reference),
                "release": str(self.release),
                "observations": sum(s.release.observations for s in self.sources),
                "origin": self.release.origin,
                "format": self.row.format,
                "content": self.content,
                "since": str(self.since) if self.since else "",
                "sender": self.row.sender,
                "receiver": self.row.receiver,
                "agreement": self.row.agreement.replace("{flow}", self.flow.reference.id),
                "difference": told,
                "sources": [{"dataflow": str(s.flow.reference), "release": str(s.release)} for s in self.sources],
                "contributions": [asdict(c) for c in self.contributions],
            }
            | ({"rights": [asdict(r) for r in self.rights]} if self.rights else {})
            | ({"unanswered": self.unanswered} if self.unanswered else {})
            | ({"answers": {"checksum": self.answers, **self.round.counts()}} if self.round else {})
        )
