"""Which entries of the register somebody looks for, and the same question in plain Python and in SQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, true

from greffe.store.base import Entry
from greffe.store.chain import canonical
from greffe.store.tables import ENTRIES


@dataclass(frozen=True)
class Wanted:
    """All that is given holds. `kind`: a kind (`release.made`) or all of a thing (`release`). `subject`, `text`: a part of
    it, whatever the case of a to z; `text` is looked for in the subject and in what was said. `start`, `end`: instants as
    they are written, the end is not in. `hidden`: things that are told only where they are of `own` (all when '')."""

    person: str = ""
    kind: str = ""
    subject: str = ""
    text: str = ""
    start: str = ""
    end: str = ""
    hidden: tuple[str, ...] = ()
    own: str = ""

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is wanted."""
        thing = entry.kind.partition(".")[0]
        said = f"{entry.subject}\n{canonical(entry.payload)}".lower()
        return (
            self.person in ("", entry.actor)
            and self.kind in ("", entry.kind, thing)
            and self.subject.lower() in entry.subject.lower()
            and self.text.lower() in said
            and self.start <= entry.instant
            and (not self.end or entry.instant < self.end)
            and (thing not in self.hidden or entry.actor == self.own)
        )

    def condition(self) -> ColumnElement[bool]:
        """The same of rows of ENTRIES."""
        c = ENTRIES.c
        found: list[ColumnElement[bool]] = [true()]
        if self.person:
            found.append(c.actor == self.person)
        if self.kind:
            found.append(or_(c.kind == self.kind, c.kind.startswith(f"{self.kind}.", autoescape=True)))
        if self.subject:
            found.append(func.lower(c.subject).contains(self.subject.lower(), autoescape=True))
        if self.text:
            said = [func.lower(one).contains(self.text.lower(), autoescape=True) for one in (c.subject, c.payload)]
            found.append(or_(*said))
        if self.start:
            found.append(c.instant >= self.start)
        if self.end:
            found.append(c.instant < self.end)
        hidden = [c.kind.startswith(f"{thing}.", autoescape=True) for thing in self.hidden]
        if hidden:
            found.append(or_(c.actor == self.own, ~or_(*hidden)))
        return and_(*found)
