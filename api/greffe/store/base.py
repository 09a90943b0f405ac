"""What the rest of the program needs of a store: two narrow doors, each held by one compliance kit in tests/spec/store.

Observations keeps releases, Register keeps who did what. Implementations: columnar.py (files), register.py (SQL),
memory.py (both; the reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from greffe.errors import BadInput
from greffe.model.dataset import SeriesBlock
from greffe.model.periods import Span
from greffe.model.structures import DataStructure
from greffe.store.conditions import Where
from greffe.store.wanted import Wanted

CONFIDENTIAL: Final = "confidential.parquet"  # beside the data of a release: true values of hidden cells


@dataclass(frozen=True)
class Actor:
    """Who acts, and how that was established: cli-asserted, local, key, oidc (D1)."""

    name: str
    established: str = "cli-asserted"


@dataclass(frozen=True)
class Entry:
    """One line of the register. `previous` and `hash` chain it to the entry before (D1)."""

    number: int
    instant: str  # UTC, microseconds, e.g. 2026-11-24T15:00:00.000000Z
    actor: str
    established: str
    kind: str  # e.g. extract.accepted, draft.prepared, draft.approved, release.made, release.withdrawn
    subject: str  # what it is about, e.g. SSER:ESTAT_CRIM_OFF_CAT#7
    payload: Mapping[str, object]
    previous: str
    hash: str


ROLES: Final = "person.added"  # the kind of the entry that gives somebody their roles


@dataclass(frozen=True)
class Seen:
    """What whoever acts had looked at: all entries up to `number`, and `own`, which they made since. `about`: of which subjects, and
    of which kinds, none may have come from others since; nor one that gives whoever acts other roles: what they may do was looked at."""

    number: int
    about: frozenset[str]
    own: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Act:
    """One line that is to be appended; `once` as `Register.append` has it."""

    kind: str
    subject: str
    payload: Mapping[str, object]
    once: str = ""


class Register(Protocol):
    """Append-only, hash-chained. Every write is one transaction that is durable when the call returns."""

    def append(
        self,
        actor: Actor,
        instant: datetime,
        kind: str,
        subject: str,
        payload: Mapping[str, object],
        *,
        once: str = "",
        contents: Sequence[bytes] = (),
        seen: Seen | None = None,
    ) -> Entry:
        """Add an entry, and contents by checksum with it, all or nothing.

        `once`: a key that may be used by one entry only; a second use raises Overtaken (release numbers, same key same
        release). `seen`: raises Overtaken when there is an entry that it had not seen and is about.
        Raises Denied when the actor is not a person of the register, Refused when it was moved elsewhere
        (register.moved): then nothing but its coming back (register.arrived) can be entered.
        """

    def append_all(
        self, actor: Actor, instant: datetime, acts: Sequence[Act], *, seen: Seen | None = None
    ) -> tuple[Entry, ...]:
        """Add several entries, all or none: no reader ever sees some of them. Raises as `append` does."""

    def read(self, *, after: int = 0, kinds: Sequence[str] = (), subject: str = "") -> Iterator[Entry]:
        """Entries with a number above `after`, in order, of those kinds (all when empty), of that subject."""

    def search(self, wanted: Wanted, *, before: int = 0, most: int = 0, skip: int = 0) -> Iterator[Entry]:
        """The entries that are wanted, the last one first, of those with a number below `before` (0: all); at most `most`
        (0: all) after the first `skip`."""

    def count(self, wanted: Wanted) -> int:
        """How many entries are wanted."""

    def head(self) -> int:
        """Number of the last entry, 0 when there is none. Cheap: readers poll it."""

    def content(self, checksum: str) -> bytes:
        """Bytes that were stored under that sha256. Raises NotFound."""

    def contents(self, checksums: Iterable[str]) -> Mapping[str, bytes]:
        """sha256 → bytes of all of them, in one look. Raises NotFound for one that is not stored."""

    def verify(self) -> Iterable[str]:
        """Faults of the chain and of contents, as sentences; empty when all is as written."""

    def people(self) -> Mapping[str, tuple[str, ...]]:
        """Name → roles of everyone who may act."""

    def add_person(
        self,
        actor: Actor,
        instant: datetime,
        name: str,
        roles: Sequence[str],
        *,
        seen: Seen | None = None,
        before: Sequence[Act] = (),
    ) -> tuple[Entry, ...]:
        """Enter a person (the first one enters themself): the last of the entries, kind person.added, after the acts `before`, all
        or none; `seen` as `append` has it."""


@dataclass(frozen=True)
class Order:
    """By which component rows are sorted. What is absent or no number is less than all else."""

    component: str
    descending: bool = False


@dataclass(frozen=True)
class Across:
    """A cross-section: `dimension` stands with the observations, and so do the series `attributes` that hang on it."""

    dimension: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """Which observations of a release, in the plainest terms: codes per dimension, conditions, how many, in which order.

    keys: alternatives; each maps dimension id → allowed codes (a dimension not named is free). Empty = everything.
    where: all of them hold. first, last: per series, of the observations that keys, spans and where leave.
    order: rows by those components, then as they come without: by key and period (text), in a cross-section by the other
    dimensions, period, dimension. Periods sort by days, the measure as a number, all else by its letters.
    skip, most: of what is left in that order, observations, or series when `series_only`.
    gathered: of rows in an order that breaks series apart, those of one series come together, where its first one is.
    """

    keys: tuple[Mapping[str, frozenset[str]], ...] = ()
    spans: tuple[Span, ...] = ()  # alternatives; a period matches when it lies within one, see query.queries
    first: int | None = None
    last: int | None = None
    series_only: bool = False
    where: tuple[Where, ...] = ()
    order: tuple[Order, ...] = ()
    across: Across | None = None
    skip: int = 0
    most: int | None = None
    gathered: bool = False


@dataclass(frozen=True)
class Change:
    """What changed from release `old` to release `new`: observations of `new` that were added or revised, or, `gone`, the
    keys of those that vanished (value and attributes absent).

    `linear`: every release from `old` to `new` was made on the one before and may be told. Then what each of them changed
    is folded: an observation that was revised and revised back is told, one that came and went is not. Otherwise both
    releases are compared.
    """

    new: str
    old: str
    gone: bool = False
    linear: bool = False


@dataclass(frozen=True)
class Saved:
    """What was written for a release: file name → sha256, counts, and the hash of what anybody may read of it: it does not
    change with a value that is hidden, nor with what the release was made of."""

    files: Mapping[str, str]
    series: int
    observations: int
    content_hash: str
    changed: Mapping[str, int] = field(default_factory=dict)  # inserted, updated, deleted against the predecessor


@dataclass(frozen=True)
class Footprint:
    """Bytes of a release: what it is (Parquet, difference, manifest), and what is derived from that, which may be removed.
    `used`: when the derived was last used, seconds since 1970; 0 when there is none."""

    truth: int
    derived: int = 0
    used: float = 0.0


class Observations(Protocol):
    """Releases, each written once. Names are `FLOW_ID/number`, e.g. ESTAT_CRIM_OFF_CAT/7."""

    def save(
        self,
        name: str,
        structure: DataStructure,
        observations: Path,
        manifest: Mapping[str, object],
        previous: str = "",
        apart: Path | None = None,
    ) -> Saved:
        """Write the release whose flat Parquet lies at `observations`, with the difference from the release `previous`.
        `apart`: values that nobody is answered with, kept beside as the file CONFIDENTIAL.

        Columns are text: dimensions, TIME_PERIOD, OBS_VALUE (null = missing), attributes (null = absent). Durable and
        whole, or not there. Saving the same again changes nothing; something else under the name raises Conflict.
        Raises BadInput when columns lack, a key is incomplete or doubled, or a series attribute varies in its series.
        """

    def select(self, name: str, selection: Selection) -> Iterator[SeriesBlock]:
        """Matching series in the order of the selection. Faults show before the first block.

        Raises Absent for a release that is not there, Broken when its data are not what was written, TooLarge when
        more observations would have to be sorted than the store was told to.
        """

    def changed(self, change: Change, selection: Selection) -> Iterator[SeriesBlock]:
        """The same over what changed between two releases (see Change). Raises BadInput when their dimensions differ."""

    def periods(self, name: str) -> tuple[str, ...]:
        """The periods that occur in the release, as text, in the order of their letters."""

    def available(self, name: str, selection: Selection) -> Mapping[str, tuple[str, ...]]:
        """Codes that occur in the matching series, per dimension, in order; TIME_PERIOD holds first and last period."""

    def counts(self, name: str, selection: Selection) -> tuple[int, int]:
        """How many series, and how many observations of them, match."""

    def tallies(self, name: str, selection: Selection) -> Mapping[str, Mapping[str, int]]:
        """How many of the matching series have each code, per dimension; codes in order, none that has no series."""

    def file(self, name: str, file: str) -> Path:
        """A file of the release for reading (data.parquet, difference.parquet, manifest.json, CONFIDENTIAL), checksum verified."""

    def verify(self, name: str) -> Iterable[str]:
        """Faults of the files of a release, as sentences."""

    def evict(self, name: str) -> int:
        """Remove what is derived of a release, and where others have the release all of it, and tell how many bytes that were. It
        is made again, and verified, when the release is asked for; who reads it meanwhile reads on."""

    def footprint(self, name: str) -> Footprint:
        """What a release takes on this machine."""

    def mended(self) -> Iterable[str]:
        """Derived files that were found damaged and made again by themselves, as sentences, oldest first."""


def same_dimensions(name: str, old: Sequence[str], new: Sequence[str]) -> None:
    """Raise BadInput when a release has other dimensions than its successor: no key of one is a key of the other."""
    if tuple(old) != tuple(new):
        raise BadInput(f"Release {name} has other dimensions: there is no difference from it.")
