"""Who may do what (D1): people are rows of the register, roles are data, and nobody signs their own work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery, Denied, Refused, nearest
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.store.ledger import Approval

ROLES: Final = ("author", "approver", "releaser", "administrator", "auditor")
HOUSE: Final = Actor("greffe", "local")  # the service itself: it imports what was shipped


def actor(parts: Parts, name: str) -> Actor:
    """The person of that name, as asserted on the command line. Raises Denied for a stranger."""
    people = parts.ledger().people
    if name not in people:
        raise Denied(
            f"{name} is not in the table of people." if name else "Nobody is named who acts.",
            nearest=nearest(name, people),
            hint="Say who acts with --as NAME; an administrator enters people: greffe people --add NAME --role ROLE.",
        )
    return Actor(name)


def needs(parts: Parts, who: Actor, role: str) -> None:
    """Raises Denied unless that person has the role. An administrator may do everything but sign: three different persons
    stand behind a thing (D1), and neither who enters people nor the service itself is one of them by that."""
    roles = parts.ledger().people.get(who.name, ())
    if role not in roles and (role == "approver" or "administrator" not in roles):
        raise Denied(f"{who.name} is no {role} (roles: {', '.join(roles) or 'none'}).")


def add_person(parts: Parts, who: Actor, name: str, roles: Sequence[str]) -> None:
    """Enter a person, or give one more roles. The house itself does it until an administrator is a person.

    Raises BadQuery for an unknown role, Denied unless an administrator does it."""
    for role in roles:
        if role not in ROLES:
            raise BadQuery(f"{role!r} is no role.", nearest=nearest(role, ROLES), hint=f"Roles: {', '.join(ROLES)}.")
    needs(parts, who, "administrator")
    if not re.fullmatch(r"[\w.@-][\w.@ -]{0,60}", name):
        raise BadQuery(f"{name!r} is no name of a person.", parameter="--add")
    people = parts.ledger().people
    others = [n for n, r in people.items() if "administrator" in r and n != HOUSE.name]
    if who == HOUSE and others:
        raise Denied(
            f"People are entered by an administrator now: {', '.join(others)}.", hint="Say who acts with --as NAME."
        )
    parts.register.add_person(who, parts.clock(), name, tuple(dict.fromkeys((*people.get(name, ()), *roles))))


def may_sign(parts: Parts, who: Actor, subject: str, checksum: str, author: str) -> None:
    """An approver who is not the author and has not signed this content yet. Raises Denied or Refused."""
    needs(parts, who, "approver")
    if who.name == author:
        raise Denied(f"{who.name} is the author of {subject}: two other people approve it.")
    if who.name in approvers(parts, subject, checksum):
        raise Refused(f"{who.name} has already approved {subject}.")


def approvers(parts: Parts, subject: str, checksum: str) -> tuple[str, ...]:
    """Names of those who approved exactly that content."""
    signed: tuple[Approval, ...] = parts.ledger().approvals(subject, checksum)
    return tuple(dict.fromkeys(a.person for a in signed if a.role == "approver"))


def author_of(parts: Parts, subject: str, checksum: str) -> str:
    """Who stands as author of exactly that content, or ''."""
    signed: tuple[Approval, ...] = parts.ledger().approvals(subject, checksum)
    return next((a.person for a in signed if a.role == "author"), "")


def signed_by_two(parts: Parts, subject: str, checksum: str, author: str) -> bool:
    """Two approvers, neither of them the author."""
    return len(set(approvers(parts, subject, checksum)) - {author}) >= 2
