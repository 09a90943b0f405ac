"""What is on the shelf now: public dataflows, the release of each that is current, subjects, and the index over them.

One value for a state of the register, made when it is first asked for and kept until something is released, withdrawn or
changed; codes of a release are read once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Request

from greffe.catalogue.catalogue import Catalogue, Recipient
from greffe.errors import Broken, NotFound, nearest
from greffe.model import instants
from greffe.model.releases import Release
from greffe.model.structures import Categorisation, CategoryScheme, Dataflow, Item
from greffe.query.find import Index
from greffe.query.find_terms import Held, terms
from greffe.query.queries import TIME
from greffe.release.parts import Parts
from greffe.store.base import Observations, Selection

SUBJECTS: Final = "JUSTICE_SUBJECTS"
_AGAIN: Final = 60.0  # seconds until a release whose files were damaged is looked at again
_NEVER: Final = float("inf")


@dataclass(frozen=True)
class Subject:
    """A category: `path` from the top, `CRIMINAL.CONVICTIONS`; `flows` in it and below, by id."""

    path: str
    item: Item
    depth: int
    flows: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """flows: public dataflows by id. current: the release of each that has one. held: what each of those holds whose files are
    not damaged. since: when the catalogue took effect."""

    catalogue: Catalogue
    flows: Mapping[str, Dataflow]
    current: Mapping[str, Release]
    held: Mapping[str, Held]
    since: datetime

    @cached_property
    def index(self) -> Index:
        """The index of the search. Of dataflows that answer alike, released ones come first, real ones, and those in the
        shape in which a recipient publishes, which observatories know (mirrors, D11)."""
        ranks = {id_: self._rank(id_) for id_ in self.flows}
        return Index(terms(self.catalogue, self.held), ranks)

    def _rank(self, id_: str) -> int:
        release = self.current.get(id_)
        collected = int(self.flows[id_].annotation("SCOPE") == "collection")
        return collected + (4 if release is None else 2 * (release.origin == "synthetic"))

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """The tree of subjects in its order, a parent before its children; those without a public dataflow too."""
        try:
            scheme = self.catalogue.latest(CategoryScheme, SUBJECTS)
        except NotFound:
            return ()
        placed: dict[str, list[str]] = {}
        for one in self.catalogue.all(Categorisation):
            if one.source is not None and one.target is not None and one.target.reference.id == SUBJECTS:
                placed.setdefault(one.target.item, []).append(one.source.reference.id)
        return tuple(self._tree(scheme, "", "", 0, placed))

    def _tree(
        self, scheme: CategoryScheme, parent: str, above: str, depth: int, placed: Mapping[str, list[str]]
    ) -> Iterator[Subject]:
        for item in (i for i in scheme.items if i.parent == parent):
            path = f"{above}{item.id}"
            below = {f for p, flows in placed.items() if f"{p}.".startswith(f"{path}.") for f in flows}
            yield Subject(path, item, depth, tuple(sorted(below & self.flows.keys())))
            yield from self._tree(scheme, item.id, f"{path}.", depth + 1, placed)

    def subject(self, path: str) -> Subject:
        """A subject by its path, or by its last part. Raises NotFound with the nearest."""
        for one in self.subjects:
            if path in (one.path, one.item.id):
                return one
        raise NotFound(f"There is no subject {path[:100]!r}.", nearest=nearest(path, [s.path for s in self.subjects]))

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Bodies that get a public dataflow, most dataflows first."""
        found = [r for r in self.catalogue.recipients if self.of_recipient(r.id)]
        return tuple(sorted(found, key=lambda r: (-len(self.of_recipient(r.id)), r.id)))

    def of_recipient(self, id_: str) -> tuple[str, ...]:
        """The public dataflows of a recipient, those with a release first."""
        found = [f for f, flow in self.flows.items() if flow.annotation("RECIPIENT") == id_]
        return tuple(sorted(found, key=lambda f: (f not in self.current, f)))

    def address(self, flow: str, cells: Mapping[str, tuple[str, ...]], start: str = "", end: str = "") -> str:
        """The page of a dataflow with that choice: `key` has a slot for each dimension, as on SDMX REST."""
        structure = self.catalogue.structure(self.flows[flow])
        key = ".".join("+".join(cells.get(d, ())) for d in structure.dimension_ids)
        asked = f"key={quote(key, safe='.+')}" if cells else ""
        periods = urlencode({n: p for n, p in (("startPeriod", start), ("endPeriod", end)) if p})
        said = "&".join(filter(None, (asked, periods)))
        return f"/data/{quote(flow)}{'?' if said else ''}{said}"

    def span(self, flow: str) -> tuple[str, ...]:
        """First and last period of what is released, () of nothing and of what is damaged."""
        return self.held.get(flow, {}).get(TIME, ())


class Shelves:
    """Keeps the shelf of the state that holds. One for all threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._shelf: Shelf | None = None
        self._again = _NEVER  # when what was damaged is looked at once more, on a clock that only goes on
        self._held: dict[tuple[str, str], Held] = {}

    def now(self) -> Shelf:
        """What holds now. Raises Unavailable as `Parts.ledger` does."""
        with self._lock:
            state = self._parts.state()
            if self._shelf is None or state != self._state or time.monotonic() >= self._again:
                self._shelf, self._state = self._made(self._shelf), state
            return self._shelf

    def _made(self, before: Shelf | None) -> Shelf:
        parts, now = self._parts, self._parts.clock()
        catalogue, ledger = parts.catalogue(), parts.ledger()
        flows = {f.reference.id: f for f in catalogue.dataflows()}
        found = {id_: ledger.current(flow.reference, now) for id_, flow in flows.items()}
        current = {id_: release for id_, release in found.items() if release is not None}
        if before is not None and before.catalogue is catalogue and before.current == current and self._again == _NEVER:
            return before  # the register went on with something else
        read = {id_: self._of(r, parts.observations) for id_, r in current.items()}
        held = {id_: one for id_, one in read.items() if one is not None}
        self._held = {(r.name, r.content_hash): held[id_] for id_, r in current.items() if id_ in held}
        self._again = _NEVER if len(held) == len(read) else time.monotonic() + _AGAIN
        return Shelf(catalogue, flows, current, held, instants.read(parts.effective().instant))

    def _of(self, release: Release, observations: Observations) -> Held | None:
        """What a release holds; None of one whose files are damaged: its own page says so."""
        known = self._held.get((release.name, release.content_hash))
        if known is not None:
            return known
        try:
            return observations.available(release.name, Selection())
        except (Broken, NotFound):
            return None


_MAKING: Final = threading.Lock()


def _shelf(request: Request) -> Shelf:
    """What holds now, of one application: all its pages share it."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "shelves"):
            state.shelves = Shelves(state.parts)
        shelves: Shelves = state.shelves
    return shelves.now()


OnShelf = Annotated[Shelf, Depends(_shelf)]
