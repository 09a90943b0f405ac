"""A task: one thing that waits for somebody; who asks; what a source of tasks is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from greffe.release.parts import Parts
from greffe.release.people import bodies, has_role

# Kind of task → the group it is shown in. A kind has two sentences in the words of the page: `kind_…` says what is to be
# done, `why_…` why it is theirs.
GROUPS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("proposal", "sign", "warnings", "waiver", "grant", "map", "delivery_sign", "contribution_sign"), "sign"
    ),
    **dict.fromkeys(("returned", "errors", "errors_fixed", "found", "release", "remapped"), "drafts"),
    **dict.fromkeys(("overdue", "undrafted", "late", "deadline"), "dates"),
    **dict.fromkeys(("contribute", "contribution_merge", "contributions_wait", "contributions_late"), "deliveries"),
    **dict.fromkeys(
        ("delivery_send", "delivery_failed", "delivery_uncertain", "delivery_refused", "query", "answers"), "deliveries"
    ),
    **dict.fromkeys(("unmapped", "pending", "info", "refused", "outrun"), "mappings"),
    **dict.fromkeys(("parted", "differ"), "bridge"),
    **dict.fromkeys(("denied", "key", "job"), "oversight"),
    **dict.fromkeys(("advance", "granted", "order_failed", "order_uncertain"), "handed"),
}
_FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """`kind`: what is to be done, one of GROUPS; `subject`: of what; `place`: where it is done, an address of the pages;
    `since`: when it began to wait; `due`: until when; `count`: of how many things; `by`: whose work it is; `more`: another
    name that its words need, e.g. the dataset in which codes weigh most."""

    kind: str
    subject: str
    place: str
    since: datetime
    due: datetime | None = None
    count: int = 0
    by: str = ""
    more: str = ""

    @property
    def group(self) -> str:
        """The group it is shown in."""
        return GROUPS[self.kind]


@dataclass(frozen=True)
class Asker:
    """For whom tasks are looked for."""

    name: str
    roles: tuple[str, ...] = ()

    def has(self, *roles: str) -> bool:
        """Whether one of those roles is theirs, for whichever body."""
        return any(has_role(self.roles, role) for role in roles)

    def bodies(self, role: str) -> tuple[str, ...]:
        """The bodies that they stand for in that role."""
        return bodies(self.roles, role)


# What waits for somebody of one sort of thing, in any order. It is asked for every page that somebody signed in opens, once
# a state of the register: it reads the ledger and what is kept ready, no data.
Source = Callable[[Parts, Asker], Iterable[Task]]


def urgent_first(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """What is due by its date, then what waits longest."""
    return tuple(sorted(tasks, key=lambda t: (t.due or _FAR, t.since, t.kind, t.subject)))
