"""What the composition root puts together and every act works with: stores, clock, and the catalogue that is effective."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import checksum_of
from greffe.engine import Connection, opened
from greffe.errors import NotFound, Unavailable
from greffe.model import instants
from greffe.release import kept_catalogues
from greffe.settings import Settings
from greffe.store.access import Access
from greffe.store.base import Act, Actor, Entry, Observations, Register, Seen
from greffe.store.depot import ALONE, Depot, Shelf
from greffe.store.desk import Desk
from greffe.store.leases import Leases
from greffe.store.ledger import Ledger
from greffe.store.ledger_reader import LedgerReader
from greffe.store.records import CatalogueVersion

Clock = Callable[[], datetime]
STEP: Final = timedelta(minutes=1)  # by which a clock is corrected while it is right
_SETTLED: ContextVar[bool] = ContextVar(
    "greffe_settled", default=False
)  # the question is about what a later entry does not move


@contextmanager
def about_the_past() -> Iterator[None]:
    """For a question that names a release, or a moment before the last reading: no release to come changes its answer, so it is
    answered while the register is away, however long (D6). A withdrawal meanwhile shows when the register is back."""
    token = _SETTLED.set(True)
    try:
        yield
    finally:
        _SETTLED.reset(token)


class Served:
    """The clock of those who read: where that of the machine goes back, it stands still, so that nothing that was read is gone.

    It stands where the machine's clock has been while this process ran, and not beyond the latest instant in the register (or
    a step ahead): a release is out once both say so. Where the machine's clock was ahead by mistake, alone, that is forgotten when
    it is set right: an entry of an hour to come that somebody else makes later brings it back to nobody."""

    def __init__(self, strict: Clock, reader: LedgerReader) -> None:
        self.strict, self._reader, self._highest = strict, reader, datetime.min.replace(tzinfo=UTC)
        self._noticed = (
            -1
        )  # how often the register had been read when the clock was found to have gone back; -1: it has not

    def __call__(self) -> datetime:
        now, highest = (
            self.strict(),
            self._highest,
        )  # two at once may write the earlier one: as far apart as two questions
        if now >= highest:
            self._highest, self._noticed = now, -1
            return now
        latest, readings = self._reader.ledger.latest, self._reader.readings
        known = max(now + STEP, instants.read(latest)) if latest else now
        found = max(now, min(highest, known))
        if self._noticed < 0:
            self._noticed = readings
        elif readings > self._noticed:  # what the register said until then is known
            self._highest = found
        return found


@dataclass
class Parts:
    """Stores and clock; `depot`: where other machines find files. `ledger()` polls the register's head; `catalogue()` follows it (D2)."""

    settings: Settings
    register: Register
    observations: Observations
    access: Access
    desk: Desk
    leases: Leases
    clock: Clock
    depot: Depot = ALONE
    relaxed: bool = False
    seen: Seen | None = None  # what one act has looked at, see `looking`
    reader: LedgerReader = field(init=False)
    _polled: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self.reader = LedgerReader(self.register)

    @property
    def extracts(self) -> Shelf:
        """Kept extracts, a folder each."""
        return Shelf(self.settings.extracts, self.depot, "extracts")

    @property
    def drafts(self) -> Shelf:
        """Kept drafts, a folder each; what is drafted anew under one id has another checksum."""
        return Shelf(self.settings.drafts, self.depot, "drafts")

    @property
    def released(self) -> Shelf:
        """Released files, a folder each, `FLOW/NUMBER`."""
        return Shelf(self.settings.releases, self.depot, "releases")

    def ledger(self) -> Ledger:
        """The state now; `relaxed`: as it was read within `poll_seconds`, for those who only read.

        When the register cannot be read, the state of the last reading serves as long as that is less than the effect
        delay ago (D6): after that nobody can tell what is current, and Unavailable is raised but `about_the_past`.
        """
        if self.relaxed and self.fresh():
            return self.reader.ledger
        now = self.clock()
        try:
            found = self.reader.refresh(now)
            self._polled = time.monotonic()
            return found
        except Unavailable as error:
            read_at = self.reader.read_at
            known = timedelta(seconds=self.settings.effect_delay_seconds)
            if read_at is not None and (_SETTLED.get() or now - read_at < known):
                return self.reader.ledger
            raise Unavailable("The register cannot be read, so what is current is not known.") from error

    def fresh(self) -> bool:
        """Whether the register was read within `poll_seconds`."""
        return time.monotonic() - self._polled < self.settings.http.poll_seconds

    def state(self) -> tuple[int, int]:
        """Names what can be read now: the head of the register, and how many instants of effect have passed.

        While it is the same, so are all answers. Raises Unavailable as `ledger` does.
        """
        ledger = self.ledger()
        return ledger.head, ledger.passed(self.clock())

    def reading(self) -> Parts:
        """The same for those who only read: the register is polled every `poll_seconds`, not at every question, and the
        clock does not go back."""
        found = replace(self, relaxed=True)
        found.clock = Served(self.clock, found.reader)
        return found

    def acting(self) -> Parts:
        """The same, with what was read so far, for those who act: the register is asked whether it has more each time, so
        that they see what they wrote."""
        found = copy(self)
        found.relaxed = False
        if isinstance(found.clock, Served):
            found.clock = found.clock.strict  # what leaves, and what is entered, goes by the clock alone
        return found

    def settled(self) -> Parts:
        """The same, with what was read so far, for one look at many things: the register is not asked again before
        `poll_seconds`."""
        found = copy(self)
        found.relaxed = True
        return found

    def catalogue(self, checksum: str = "") -> Catalogue:
        """The effective catalogue, or the one that was effective under another checksum (a release names it)."""
        if not checksum:
            version = self.effective()
            return self.catalogue_of(version.files, version.checksum)
        named = next((v for v in reversed(self.ledger().catalogues) if v.checksum == checksum), None)
        if named is None:
            raise NotFound(f"There is no catalogue {checksum}.")
        return self.catalogue_of(named.files, named.checksum)

    def effective(self) -> CatalogueVersion:
        """The version of the catalogue that holds now. Raises NotFound before the first import."""
        version = self.ledger().definitions.now(self.clock())
        if version is None:
            raise NotFound("There is no catalogue yet.")
        return version

    def catalogue_of(self, files: Mapping[str, str], checksum: str = "") -> Catalogue:
        """The catalogue that contents of the register make: path → sha256. Raises BadDefinition as `load` does.

        `checksum`: its name, when it is known."""

        def contents() -> Mapping[str, bytes]:
            found = self.register.contents(files.values())
            return {path: found[sha] for path, sha in files.items()}

        return kept_catalogues.held(checksum or checksum_of(files), contents)

    def catalogue_at(self, moment: datetime) -> Catalogue:
        """The catalogue that was effective at that moment. Raises NotFound before the first one."""
        return self.catalogue(self.ledger().catalogue_at(moment).checksum)

    @contextmanager
    def connection(self, threads: int = 0, *, modest: bool = False) -> Iterator[Connection]:
        """A DuckDB connection that may read and write below the home directory only. `threads`: other than is set; with
        one, a statement on few rows takes half the time. `modest`: with a tenth of the memory (96 MB at least, where so much is
        set), for what somebody waits for beside everything else; what is more lies on the disk."""
        settings = self.settings
        folders = (settings.extracts, settings.drafts, settings.releases, settings.condensed)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        engine = replace(settings.engine, threads=threads) if threads else settings.engine
        if modest:
            engine = replace(engine, memory_mb=max(engine.memory_mb // 10, min(engine.memory_mb, 96)))
        with opened(engine, settings.spill, folders) as open_:
            yield open_

    def looking(self) -> Parts:
        """The same for one act, which looks and then enters (`one_by_one`): what is noted raises Overtaken when others have entered
        something about its subject since now."""
        found = copy(self)
        found.relaxed = False
        found.seen = Seen(found.ledger().head, frozenset())
        return found

    def looks_at(self, *about: str) -> None:
        """Subjects, or kinds of entries, that this act depends on beside the subject of what it enters."""
        if self.seen is not None:
            self.seen = replace(self.seen, about=self.seen.about | set(about))

    def note(self, actor: Actor, kind: str, subject: str, payload: Mapping[str, object], *, once: str = "") -> None:
        """One line in the register, at this moment."""
        seen = self._seen(subject)
        self._own(self.register.append(actor, self.clock(), kind, subject, payload, once=once, seen=seen))

    def note_all(self, actor: Actor, acts: Sequence[Act]) -> None:
        """Several lines in the register at this moment, all or none."""
        seen = self._seen(*(a.subject for a in acts))
        self._own(*self.register.append_all(actor, self.clock(), acts, seen=seen))

    def enter_person(self, actor: Actor, name: str, roles: Sequence[str], before: Sequence[Act] = ()) -> None:
        """A person with exactly these roles, at this moment, after the acts `before`: all or none."""
        seen = self._seen(name, *(a.subject for a in before))
        self._own(*self.register.add_person(actor, self.clock(), name, roles, seen=seen, before=before))

    def _seen(self, *subjects: str) -> Seen | None:
        return self.seen and replace(self.seen, about=self.seen.about | set(subjects))

    def _own(self, *entries: Entry) -> None:
        if self.seen is not None:
            self.seen = replace(self.seen, own=self.seen.own | {e.number for e in entries})
