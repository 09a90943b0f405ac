"""What waits for somebody, by their roles: each sort of thing is a source, and all of them stand in one list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from greffe.release.parts import Parts
from greffe.release.tasks.contributions import contributions
from greffe.release.tasks.dates import near
from greffe.release.tasks.deliveries import deliveries
from greffe.release.tasks.drafts import of_drafts, waiting_drafts, warnings_accepted
from greffe.release.tasks.handed import handed
from greffe.release.tasks.mapping import asked_of, unmapped
from greffe.release.tasks.ordered import ordered
from greffe.release.tasks.oversight import denied, jobs, keys
from greffe.release.tasks.remade import outrun, refused, remapped
from greffe.release.tasks.signing import to_sign
from greffe.release.tasks.task import Asker, Source, Task, urgent_first
from greffe.store.base import Actor

__all__ = ["SOURCES", "Task", "waiting_drafts", "waiting_for", "warnings_accepted"]

SOURCES: Final[tuple[Source, ...]] = (
    to_sign,
    of_drafts,
    refused,
    outrun,
    remapped,
    near,
    contributions,
    deliveries,
    unmapped,
    asked_of,
    denied,
    keys,
    jobs,
    handed,
    ordered,
)


def waiting_for(parts: Parts, who: Actor, sources: Iterable[Source] = SOURCES) -> tuple[Task, ...]:
    """What waits for that person, the most urgent first: what is due by its date, then the oldest."""
    asker = Asker(who.name, parts.ledger().people.get(who.name, ()))
    return urgent_first(task for source in sources for task in source(parts, asker))
