"""Tasks as pages tell them: every source in one list; found once a state of the register for each person, counted in the menu.

To add a source: one function `(parts, asker) -> tasks` (`release/tasks/task.py: Source`) and one line in `_sources`; each new
kind of task is a word in GROUPS there, with two sentences in `locale/staff_todo.yaml`: `kind_…` and `why_…`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from greffe.errors import GreffeError
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.tasks.mapping import compared
from greffe.release.tasks.task import Source, Task
from greffe.release.waiting import SOURCES, waiting_for
from greffe.store.base import Actor

KEPT: Final = 64  # people whose tasks are kept ready
MENU: Final = {  # page of the menu → where its tasks are done
    "/staff/mappings": ("/staff/mappings",),
    "/staff/proposals": ("/staff/proposals", "/staff/signing"),
    "/staff/findings": ("/staff/findings",),
    "/staff/releases": ("/staff/releases", "/staff/drafts"),
    "/staff/contributions": ("/staff/contributions",),
    "/staff/transmissions": ("/staff/transmissions",),
    "/staff/people": ("/staff/keys",),
    "/staff/register": ("/staff/denied",),
    "/staff/granted": ("/staff/granted",),
}


def _sources(parts: Parts) -> tuple[Source, ...]:
    """Everything that can wait for somebody. Steps above `release` add theirs here, e.g. `compared`, which needs the
    comparison that the pages of the bridge keep ready."""
    return (
        *SOURCES,
        compared(parts),
    )


class Tasks:
    """The tasks of whoever is signed in. `parts`: those that the pages were made with."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts.acting()
        self._sources = _sources(parts)
        self._found: Few[tuple[object, ...], tuple[Task, ...]] = Few(KEPT)

    def of(self, who: Actor) -> tuple[Task, ...]:
        """What waits for that person, the most urgent first. Dates that pass are seen within a minute."""
        decided = tuple(sorted((s.place, s.item) for s in self._parts.desk.on(who.name)))
        minute = self._parts.clock().replace(second=0, microsecond=0)
        key = (who.name, *self._parts.state(), minute, decided)
        found = self._found.get(key)
        return found if found is not None else self._found.keep(key, waiting_for(self._parts, who, self._sources))

    def counts(self, who: Actor) -> Mapping[str, int]:
        """How many wait on each page of the menu, all of them on /staff. Nothing where they cannot be told now: a page is
        shown without."""
        try:
            found = self.of(who)
        except GreffeError:
            return {}
        counts = Counter(page for task in found for page, places in MENU.items() if task.place.startswith(places))
        return {"/staff": len(found), **counts} if found else {}
