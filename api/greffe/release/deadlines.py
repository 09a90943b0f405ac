"""What recipients want by when, and how far it is: no draft, a draft, or released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from greffe.catalogue.policies.deadlines import Deadline
from greffe.model.instants import paris_date
from greffe.model.periods import span
from greffe.model.references import Reference
from greffe.release.parts import Parts

NOTHING, DRAFT, RELEASED = "no draft", "draft", "released"
_LATE_FOR: Final = 2  # years for which what was never released is still told as due


@dataclass(frozen=True)
class Due:
    """One dataflow that answers a deadline: data of `year` by `day`; `held`: the draft or release that holds them."""

    deadline: Deadline
    year: int
    day: date
    flow: Reference
    state: str
    held: str
    late: bool


def horizon(now: datetime) -> date:
    """How far ahead deadlines are told: to the end of next year, in Paris."""
    return date(paris_date(now).year + 1, 12, 31)


def due(parts: Parts, until: date) -> list[Due]:
    """Deadlines up to a day, by day, recipient and dataflow: those to come, and past ones that were not answered yet."""
    today = paris_date(parts.clock())
    first = today.replace(year=today.year - _LATE_FOR, day=min(today.day, 28))
    found = [
        one
        for deadline in parts.catalogue().policies.deadlines
        for year, day in deadline.days(until)
        if day >= first
        for one in _of(parts, deadline, year, day, today)
        if day >= today or one.state != RELEASED
    ]
    return sorted(found, key=lambda d: (d.day, d.deadline.recipient, d.flow))


@dataclass(frozen=True)
class Asked:
    """What one recipient wants by one day: the dataflows that answer, each with how far it is. Of a day that is past, those
    that are not released alone."""

    deadline: Deadline
    year: int
    day: date
    flows: tuple[Due, ...]

    @property
    def left(self) -> int:
        """How many of them are not released."""
        return sum(d.state != RELEASED for d in self.flows)

    @property
    def drafted(self) -> int:
        """How many have a draft."""
        return sum(d.state == DRAFT for d in self.flows)

    @property
    def late(self) -> bool:
        """Whether the day is past and not all are released."""
        return any(d.late for d in self.flows)


def by_day(found: Iterable[Due]) -> tuple[Asked, ...]:
    """Deadlines a line each, in their order; those that are answered whole are left out."""
    together: dict[tuple[str, int], list[Due]] = {}
    for one in found:
        together.setdefault((one.deadline.id, one.year), []).append(one)
    asked = [Asked(d[0].deadline, d[0].year, d[0].day, tuple(d)) for d in together.values()]
    return tuple(a for a in sorted(asked, key=lambda a: (a.day, a.deadline.id)) if a.left)


def _of(parts: Parts, deadline: Deadline, year: int, day: date, today: date) -> Iterator[Due]:
    """Mirrors are compared with what the recipient publishes and never sent (D11): nothing of them is due, nor of what was given up."""
    ledger = parts.ledger()
    left = {f for g in ledger.given_up.values() if (g.deadline, g.year) == (deadline.id, year) for f in g.flows}
    for flow in parts.catalogue().dataflows(("collection",)):
        if not deadline.asks(flow.reference.id) or flow.reference.id in left:
            continue
        current = ledger.current(flow.reference, parts.clock())
        drafts = [d for d in ledger.drafts.values() if d.dataflow == flow.reference and reaches(d.last_period, year)]
        if current is not None and reaches(current.last_period, year):
            state, held = RELEASED, str(current)
        elif drafts:
            state, held = DRAFT, drafts[-1].id
        else:
            state, held = NOTHING, ""
        yield Due(deadline, year, day, flow.reference, state, held, late=day < today and state != RELEASED)


def reaches(last_period: str, year: int) -> bool:
    """Whether data whose last period is that one hold the year (or a later one)."""
    return bool(last_period) and span(last_period).last.year >= year
