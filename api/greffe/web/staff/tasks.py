"""Tasks as pages tell them: every source in one list; found once a state of the register for each person, counted in the menu.

To add a source: one function `(parts, asker) -> tasks` (`release/tasks/task.py: Source`) and one line in `_quick` or `_slow`; each
new kind of task is a word in GROUPS there, with two sentences in `locale/staff_todo.yaml`: `kind_…` and `why_…`.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from greffe.errors import GreffeError
from greffe.release.aside import aside
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.tasks.mapping import compared, unmapped
from greffe.release.tasks.task import Source, Task, urgent_first
from greffe.release.waiting import SOURCES, waiting_for
from greffe.store.base import Actor
from greffe.transmission.tasks import answers, queries

_LOG: Final = logging.getLogger("greffe")
KEPT: Final = 64  # people whose tasks are kept ready
SOON: Final = 0.6  # seconds that the page of tasks waits for what takes long
AT_ONCE: Final = 0.05  # and a menu
MENU: Final = {  # page of the menu → where its tasks are done
    "/staff/mappings": ("/staff/mappings",),
    "/staff/proposals": ("/staff/proposals", "/staff/signing"),
    "/staff/findings": ("/staff/findings",),
    "/staff/releases": ("/staff/releases", "/staff/drafts"),
    "/staff/contributions": ("/staff/contributions",),
    "/staff/transmissions": ("/staff/transmissions",),
    "/staff/answers": ("/staff/answers",),
    "/staff/people": ("/staff/keys",),
    "/staff/register": ("/staff/denied",),
    "/staff/granted": ("/staff/granted",),
    "/orders": ("/orders",),
    "/staff/jobs": ("/staff/jobs",),
}


def _quick(_parts: Parts) -> tuple[Source, ...]:
    """What is told from the ledger. Steps above `release` add theirs here."""
    return (*(source for source in SOURCES if source is not unmapped), queries)


def _slow(parts: Parts) -> tuple[Source, ...]:
    """What reads datasets once they change: `compared` takes the comparison that the pages of the bridge keep ready."""
    return (
        unmapped,
        compared(parts),
        answers,
    )


@dataclass(frozen=True)
class Found:
    """`tasks`: the most urgent first; `whole` false while some are still looked for."""

    tasks: tuple[Task, ...]
    whole: bool


class Tasks:
    """The tasks of whoever is signed in. `parts`: those that the pages were made with. What takes long is looked for beside:
    no page waits for it, the last that was known is told meanwhile."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts.acting()
        self._quick, self._slow = _quick(parts), _slow(parts)
        self._found: Few[tuple[object, ...], tuple[Task, ...]] = Few(KEPT)
        self._beside: Few[tuple[object, ...], tuple[Task, ...]] = Few(KEPT)
        self._last: Few[str, tuple[Task, ...]] = Few(KEPT)  # what took long, of each person
        self._running: dict[tuple[object, ...], threading.Thread] = {}
        self._lock = threading.Lock()

    def of(self, who: Actor, patience: float = SOON) -> Found:
        """What waits for that person. Dates that pass are seen within a minute."""
        decided = tuple(sorted((s.place, s.item) for s in self._parts.desk.on(who.name)))
        minute = self._parts.clock().replace(second=0, microsecond=0)
        key = (who.name, *self._parts.state(), minute, decided)
        known = self._found.get(key)
        if known is not None:
            return Found(known, whole=True)
        quick = waiting_for(self._parts.settled(), who, self._quick)
        slow = self._looked_for(key, who, patience)
        if slow is None:
            return Found(urgent_first((*quick, *(self._last.get(who.name) or ()))), whole=False)
        return Found(self._found.keep(key, urgent_first((*quick, *slow))), whole=True)

    def counts(self, who: Actor) -> Mapping[str, int]:
        """How many wait on each page of the menu, all of them on /staff. Nothing where they cannot be told now: a page is
        shown without."""
        try:
            found = self.of(who, AT_ONCE).tasks
        except GreffeError:
            return {}
        counts = Counter(page for task in found for page, places in MENU.items() if task.place.startswith(places))
        return {"/staff": len(found), **counts} if found else {}

    def _looked_for(self, key: tuple[object, ...], who: Actor, patience: float) -> tuple[Task, ...] | None:
        """What takes long, None while it is looked for."""
        with self._lock:
            known = self._beside.get(key)
            if known is not None:
                return known
            thread = self._running.get(key)
            if thread is None:
                thread = self._running[key] = aside(partial(self._look, key, who), f"tasks of {who.name}")
        thread.join(patience)
        return self._beside.get(key)

    def _look(self, key: tuple[object, ...], who: Actor) -> None:
        try:
            self._last.keep(who.name, self._beside.keep(key, waiting_for(self._parts.settled(), who, self._slow)))
        except GreffeError as error:  # told where it lies: on the page of that thing
            _LOG.warning("Not all tasks of somebody were found.", exc_info=error)
        finally:
            with self._lock:
                self._running.pop(key, None)
