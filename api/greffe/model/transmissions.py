"""A transmission: data of one year for one recipient, as files that leave the house once and only once.

planned ─ built ─ approved ─ sending ─ sent ─ acknowledged
             │        │         ├─ failed (nothing arrived: it is tried again)      └─ refused ─ corrected by a later one
             └────────┴─ cancelled └─ uncertain (it may have arrived: a person or the recipient says)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from greffe.model.contributions import Contributed
from greffe.model.references import Reference

BUILT, APPROVED, SENDING, FAILED, UNCERTAIN = "built", "approved", "sending", "failed", "uncertain"
SENT, ACKNOWLEDGED, REFUSED, CANCELLED = "sent", "acknowledged", "refused", "cancelled"
STATES: Final = (BUILT, APPROVED, SENDING, FAILED, UNCERTAIN, SENT, ACKNOWLEDGED, REFUSED, CANCELLED)
OPEN: Final = (BUILT, APPROVED, SENDING, FAILED, UNCERTAIN)  # what may still leave, or may have left unknown
ARRIVED: Final = (SENT, ACKNOWLEDGED, REFUSED)
TRIED: Final = (*ARRIVED, UNCERTAIN, SENDING)  # of which a receipt may come
ADVANCE, GRANT = "advance", "grant"  # kinds of a right
NEEDED: Final = 2  # approvers, neither of them the author (D1)


@dataclass(frozen=True)
class Beside:
    """A further dataflow of a file that holds several, and its release."""

    dataflow: Reference
    release: str


@dataclass(frozen=True)
class Right:
    """By what a file brings what not everybody has.

    kind: advance, a release before its hour (`id`: the release, `until`: that hour as it was when the file was built, UTC); or
    grant, values that a release hides (`id` of the grant, `until`: its last day, in Paris)."""

    kind: str
    id: str
    until: str


@dataclass(frozen=True)
class SentFile:
    """One file of a transmission: its name, what it is made of, and the checksum and length of its bytes.

    `release`: `ESTAT_CTS_JUST#7`. content: full or incremental; `since`: the release that an incremental one follows.
    A questionnaire holds several dataflows: `dataflow` and `release` are the first, `beside` the others. `answers`: checksum
    of what people answered in it, as it was kept when it was built; '' without any. `contributions`: of houses, merged in it.
    """

    name: str
    dataflow: Reference
    release: str
    format: str
    content: str
    sender: str
    receiver: str
    agreement: str
    observations: int
    sha256: str
    size: int
    since: str = ""
    beside: tuple[Beside, ...] = ()
    answers: str = ""
    contributions: tuple[Contributed, ...] = ()
    rights: tuple[Right, ...] = ()  # by which it brings what not everybody has
    by_flow: bool = False  # its header names the dataflow, and the agreement in Source (0015)

    def by(self, kind: str) -> tuple[Right, ...]:
        """Its rights of that kind."""
        return tuple(r for r in self.rights if r.kind == kind)

    @property
    def sources(self) -> tuple[Beside, ...]:
        """Every dataflow with its release."""
        return (Beside(self.dataflow, self.release), *self.beside)

    def release_of(self, flow: Reference) -> str:
        """The release of a dataflow that is in it, '' when it is not."""
        return next((s.release for s in self.sources if s.dataflow == flow), "")


def message_id(id_: str, file: SentFile) -> str:
    """The id in the header of a file of a delivery."""
    return f"{id_}-{file.dataflow.id}"


@dataclass(frozen=True)
class Attempt:
    """One try to hand a transmission over: who, when, how long nobody else may, and how it ended ('' while it lasts)."""

    number: int
    who: str
    began: str
    lease_until: datetime
    ended: str = ""  # sent, failed, uncertain
    said: str = ""  # what the channel told
    settled: bool = False  # by a person, who asked the recipient
    lasting: bool = False  # it failed for a reason that a person must mend: it is not tried again by itself
    again: str = ""  # not before that instant: the other side asked for it
    holder: str = ""  # the process that has it in hand, as transmission.holders names it
    although: bool = False  # a person settled it as lost although the other side says that it has it
    waits: bool = False  # another file has the name there: nothing was put, and it is waited for


@dataclass(frozen=True)
class Receipt:
    """What a recipient said of a transmission: acknowledged, refused or report; the file that said it, by checksum."""

    verdict: str
    sha256: str
    name: str
    said: str
    instant: str
    who: str


@dataclass(frozen=True)
class Entered:
    """What was found typed into a recipient's form: the exported file, by checksum; how many cells were looked at, how many
    hold what was delivered; `differences`: name of a cell → other or not entered."""

    sha256: str
    name: str
    cells: int
    same: int
    differences: Mapping[str, str]
    instant: str
    who: str

    @property
    def holds(self) -> bool:
        """Whether everything stands there as it was meant."""
        return not self.differences


@dataclass(frozen=True)
class Transmission:
    """`id`: DELIVERY-YEAR-NUMBER, e.g. ESTAT_CTS_JUST-2025-1; `number` counts what was built of one delivery and year.

    `plan`: checksum of the plan that it was built by; `prepared`: the moment that stands in the headers of its files, so
    that they can be built again byte for byte. `approval`: each or standing. `corrects`: the delivery that it replaces.
    """

    id: str
    delivery: str
    deadline: str
    recipient: str
    year: int
    number: int
    channel: str
    test: bool
    approval: str
    plan: str
    catalogue: str
    prepared: datetime
    author: str
    files: tuple[SentFile, ...]
    corrects: str = ""
    reason: str = ""
    foreseen: str = ""  # checksum of the questions that were foreseen when it was built
    state: str = BUILT
    approvers: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    entered: tuple[Entered, ...] = ()
    cancelled: str = ""
    said: Mapping[str, str] = field(default_factory=dict)  # state → when it was reached

    @property
    def signed(self) -> bool:
        """Whether it may be sent as far as signatures go."""
        return self.approval == "standing" or len(set(self.approvers) - {self.author}) >= NEEDED

    @property
    def key(self) -> str:
        """What makes a recipient take it once. Where a person found out that it never came, it is another thing anew."""
        lost = self._lost
        return _key(self.id, lost)

    @property
    def names(self) -> tuple[str, ...]:
        """What a recipient may call it: our name, the keys that it came with, the message ids in the headers of its files."""
        keys = (_key(self.id, lost) for lost in range(self._lost + 1))
        return self.id, *keys, *(message_id(self.id, f) for f in self.files)

    @property
    def earlier(self) -> tuple[tuple[str, int], ...]:
        """Keys with which it was tried before a person said that it never came, the last one first, and the number of the try
        that ended so: the other side is asked about them again, but where the person knew better than it."""
        lost = [a for a in self.attempts if a.settled and a.ended == FAILED]
        return tuple((_key(self.id, n), a.number) for n, a in reversed(list(enumerate(lost))) if not a.although)

    @property
    def tries(self) -> int:
        """How often it was tried, but for those tries that only waited."""
        return sum(not a.waits for a in self.attempts)

    @property
    def _lost(self) -> int:
        return sum(a.settled and a.ended == FAILED for a in self.attempts)

    @property
    def attempt(self) -> Attempt | None:
        """The last try."""
        return self.attempts[-1] if self.attempts else None


def _key(id_: str, lost: int) -> str:
    return f"{id_}.{lost}" if lost else id_
