"""Which entries somebody looks for (wanted.py), asked in plain Python and in SQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, true

from greffe.store.base import Entry
from greffe.store.chain import canonical
from greffe.store.tables import ENTRIES
from greffe.store.wanted import Wanted


def holds(wanted: Wanted, entry: Entry) -> bool:
    """Whether an entry is wanted."""
    thing = entry.kind.partition(".")[0]
    said = f"{entry.subject}\n{canonical(entry.payload)}".lower()
    return (
        wanted.person in ("", entry.actor)
        and wanted.kind in ("", entry.kind, thing)
        and wanted.subject.lower() in entry.subject.lower()
        and wanted.text.lower() in said
        and wanted.start <= entry.instant
        and (not wanted.end or entry.instant < wanted.end)
        and entry.number > wanted.after
        and (thing not in wanted.hidden or entry.actor == wanted.own)
    )


def condition(wanted: Wanted) -> ColumnElement[bool]:
    """The same of rows of ENTRIES."""
    c = ENTRIES.c
    found: list[ColumnElement[bool]] = [true()]
    if wanted.person:
        found.append(c.actor == wanted.person)
    if wanted.kind:
        found.append(or_(c.kind == wanted.kind, c.kind.startswith(f"{wanted.kind}.", autoescape=True)))
    if wanted.subject:
        found.append(func.lower(c.subject).contains(wanted.subject.lower(), autoescape=True))
    if wanted.text:
        said = [func.lower(one).contains(wanted.text.lower(), autoescape=True) for one in (c.subject, c.payload)]
        found.append(or_(*said))
    if wanted.start:
        found.append(c.instant >= wanted.start)
    if wanted.end:
        found.append(c.instant < wanted.end)
    if wanted.after:
        found.append(c.number > wanted.after)
    hidden = [c.kind.startswith(f"{thing}.", autoescape=True) for thing in wanted.hidden]
    if hidden:
        found.append(or_(c.actor == wanted.own, ~or_(*hidden)))
    return and_(*found)
