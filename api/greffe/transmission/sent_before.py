"""What a recipient got of us: the deliveries that left, and which release of a dataflow it holds by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.model.transmissions import ACKNOWLEDGED, ARRIVED, REFUSED, Transmission
from greffe.release.parts import Parts
from greffe.release.vintages import Comparison, structure_of


@dataclass(frozen=True)
class Last:
    """The deliveries of one kind and year that left, in their order, and the releases that they brought."""

    deliveries: tuple[Transmission, ...]
    releases: dict[str, Release]

    @property
    def transmission(self) -> Transmission:
        """The last one."""
        return self.deliveries[-1]

    def held(self, flow: Reference, format_: str) -> Release | None:
        """What the recipient got last of a dataflow in a format, unless it refused it."""
        return self._last(flow, format_, [t for t in self.deliveries if t.state != REFUSED])

    def acknowledged(self, flow: Reference, format_: str) -> Release | None:
        """What it said that it has: only then may a file tell no more than what changed since."""
        return self._last(flow, format_, [t for t in self.deliveries if t.state == ACKNOWLEDGED])

    def unanswered(self, flow: Reference, format_: str) -> str:
        """The delivery that brought another release than the acknowledged one after it, and of which the recipient has said
        nothing: it may hold either. '' for none."""
        acknowledged = self.acknowledged(flow, format_)
        last = max(
            (n for n, t in enumerate(self.deliveries) if t.state == ACKNOWLEDGED and _brings(t, flow, format_)),
            default=-1,
        )
        after = [t for t in self.deliveries[last + 1 :] if t.state != REFUSED]
        return next((t.id for t in reversed(after) for r in _brings(t, flow, format_) if r != str(acknowledged)), "")

    def _last(self, flow: Reference, format_: str, among: Sequence[Transmission]) -> Release | None:
        found = [r for t in among for r in _brings(t, flow, format_)]
        return self.releases.get(found[-1]) if found else None

    def difference(self, parts: Parts, before: Release, release: Release) -> tuple[int, int, int] | None:
        """Observations added, changed and gone between what it holds and a release; None where dimensions differ."""
        catalogue, structure = structure_of(parts, release)
        if structure_of(parts, before)[1].dimension_ids != structure.dimension_ids:
            return None
        flow = catalogue.get(Dataflow, release.dataflow)
        added, gone, changed = Comparison(before, release, flow, structure, catalogue, parts.observations).counts
        return added, changed, gone


def _brings(one: Transmission, flow: Reference, format_: str) -> list[str]:
    return [r for f in one.files if f.format == format_ and (r := f.release_of(flow))]


def last_of(parts: Parts, delivery: str, year: int, test: bool) -> Last | None:
    """What left of a delivery and year; a test is compared with tests, and nothing else with them."""
    ledger = parts.ledger()
    left = tuple(
        t
        for t in ledger.transmissions.values()
        if (t.delivery, t.year, t.test) == (delivery, year, test) and t.state in ARRIVED
    )
    return Last(left, dict(ledger.releases)) if left else None


def next_number(parts: Parts, delivery: str, year: int) -> int:
    """The number of the next one of a delivery and year."""
    same = [t.number for t in parts.ledger().transmissions.values() if (t.delivery, t.year) == (delivery, year)]
    return max(same, default=0) + 1
