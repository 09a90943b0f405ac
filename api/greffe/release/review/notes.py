"""Remarks at a code of a table, and questions to somebody: kept in the register, whoever decides the code later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.errors import BadQuery, nearest
from greffe.model.maps import RepresentationMap
from greffe.release.parts import Parts
from greffe.release.people import has_role, needs
from greffe.store.base import Actor
from greffe.store.ledger import Ledger
from greffe.store.note_records import Note

ROLES: Final = ("author", "approver", "releaser", "auditor")
ASKED, SETTLED = "asked", "settled"


def people(ledger: Ledger) -> tuple[str, ...]:
    """Who may be asked: people of the house."""
    return tuple(name for name, roles in ledger.people.items() if any(has_role(roles, role) for role in ROLES))


def note(
    parts: Parts,
    who: Actor,
    table: RepresentationMap,
    code: str,
    text: str,
    flag: str = "",
    asked: tuple[str, ...] = (),
) -> None:
    """Say something of a code (`SEXE=1`); with flag `asked` information is needed of those named, `settled` ends that. Raises
    Denied, BadQuery."""
    known = people(parts.ledger())
    if who.name not in known:
        needs(parts, who, "author")
    if not text.strip():
        raise BadQuery("The comment is empty.", parameter="text")
    for name in asked:
        if name not in known:
            raise BadQuery(f"{name} is not of the house.", parameter="asked", nearest=nearest(name, known))
    if flag == ASKED and not asked:
        raise BadQuery("Nobody is asked.", parameter="asked", hint="Say who can give the information.")
    parts.note(who, "map.noted", table.file, Note(table.file, code, text, flag, asked).payload())


def said_of(ledger: Ledger, file: str, code: str) -> tuple[Note, ...]:
    """What was said of a code, in its order."""
    return tuple(n for n in ledger.notes if (n.file, n.code) == (file, code))


def open_questions(ledger: Ledger) -> Mapping[tuple[str, str], Note]:
    """File and code → the last question about it that nobody settled."""
    found: dict[tuple[str, str], Note] = {}
    for one in ledger.notes:
        if one.flag == ASKED:
            found[one.file, one.code] = one
        elif one.flag == SETTLED:
            found.pop((one.file, one.code), None)
    return found
