"""Who may do what (D1): people are rows of the register, roles are data, and nobody signs their own work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from greffe.errors import BadQuery, Denied, NotFound, Refused, nearest
from greffe.model.calendar import Words
from greffe.model.keys import PREFIX
from greffe.release.parts import Parts
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.records import Approval

ROLES: Final[Mapping[str, Words]] = {
    "author": Words("author", "auteur"),
    "approver": Words("approver", "valideur"),
    "releaser": Words("releaser", "diffuseur"),
    "transmitter": Words("transmitter", "transmetteur"),
    "auditor": Words("auditor", "auditeur"),
    "administrator": Words("administrator", "administrateur"),
    "recipient": Words("recipient", "destinataire"),
    "contributor": Words("contributor", "contributeur"),
}
OF_A_BODY: Final = ("recipient", "contributor")  # said with whom they stand for: `recipient:ESTAT`
PEOPLES: Final = ("approver", "releaser", "administrator")  # no machine signs, releases or lets others in (D1)
HOUSE: Final = Actor("greffe", "local")  # the service itself: it imports what was shipped
# Letters are Latin ones, with accents: one of another script looks like them and is another (n\u03bfor).
_LETTER: Final = r"0-9A-Za-z_.@\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u01c4-\u024f\u1e00-\u1eff-"
_NAME: Final = re.compile(f"[{_LETTER}][{_LETTER} ]{{0,60}}")


def actor(parts: Parts, name: str) -> Actor:
    """The person of that name, as asserted on the command line. Raises Denied for a stranger."""
    people = parts.ledger().people
    if name.startswith(PREFIX):
        raise Denied(f"{name} is a key: it acts over HTTP, with its secret, and not here.")
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
    if who.name.startswith(PREFIX) and role in PEOPLES:
        raise Denied(f"{who.name} is a key: no machine acts as {told_roles([role])} (D1).")
    if not has_role(roles, role) and (role == "approver" or "administrator" not in roles):
        raise Denied(f"{who.name} is no {told_roles([role])} (roles: {told_roles(roles)}).")


def told_roles(roles: Iterable[str]) -> str:
    """Roles as a message says them: `author, recipient (ESTAT)`, or `no role`."""
    found = [(ROLES[name].en if name in ROLES else name, body) for name, _, body in (r.partition(":") for r in roles)]
    return ", ".join(f"{name} ({body})" if body else name for name, body in found) or "no role"


def has_role(roles: Iterable[str], role: str) -> bool:
    """Whether somebody with those roles has that one, for whichever body."""
    return any(r.partition(":")[0] == role for r in roles)


def bodies(roles: Iterable[str], role: str) -> tuple[str, ...]:
    """The bodies that somebody with those roles stands for: `recipient:ESTAT` → ESTAT."""
    return tuple(r.partition(":")[2] for r in roles if r.startswith(f"{role}:"))


def checked_role(parts: Parts, role: str) -> str:
    """A role as it is written, a body's with the body it is for. Raises BadQuery with the nearest."""
    name, colon, body = role.partition(":")
    if name not in ROLES:
        raise BadQuery(f"{role!r} is no role.", nearest=nearest(role, ROLES), hint=f"Roles: {', '.join(ROLES)}.")
    if name not in OF_A_BODY:
        if colon:
            raise BadQuery(f"The role {name} is for no body.", nearest=(name,))
        return role
    known = bodies_known(parts, name)
    if body not in known:
        told = f"{name}:{body}" if body else name
        raise BadQuery(
            f"{told!r} names no body.",
            nearest=[f"{name}:{b}" for b in nearest(body, known)],
            hint=f"E.g. {name}:{known[0]}; known: {', '.join(known)}." if known else "",
        )
    return role


def bodies_known(parts: Parts, role: str) -> tuple[str, ...]:
    """Whom a role may be for: bodies that we report to or hand releases in advance, houses whose figures we publish."""
    catalogue = parts.catalogue()
    if role == "contributor":
        owners = {c.house for c in catalogue.policies.contributors}
        return tuple(sorted({*owners, *(m.provider for m in catalogue.maps.values())}))
    return tuple(
        dict.fromkeys((*(r.id for r in catalogue.recipients), *(p.recipient for p in catalogue.policies.advances)))
    )


@one_by_one
def add_person(parts: Parts, who: Actor, name: str, roles: Sequence[str]) -> None:
    """Enter a person, or give one more roles. The house itself does it until an administrator is a person.

    Raises BadQuery for an unknown role, a blank name or one that is none, Refused for one that differs from another by its
    capitals alone, Denied unless an administrator does it."""
    people = may_add(parts, who, name, roles)
    after = tuple(dict.fromkeys((*people.get(name, ()), *roles)))
    if name not in people or people[name] != after:
        parts.enter_person(who, name, after)


def may_add(parts: Parts, who: Actor, name: str, roles: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The people there are, name → roles. Raises what `add_person` raises; nothing is written."""
    _enters(parts, who, roles)
    if not name.strip():
        raise BadQuery("The name is blank: say who it is.", parameter="name")
    people = parts.ledger().people
    spelt = name == " ".join(name.split()) and _NAME.fullmatch(name) is not None
    if name.startswith(PREFIX) or not (spelt or name in people):
        raise BadQuery(
            f"{name!r} is no name of a person.",
            parameter="name",
            hint="At most 61 Latin letters, digits, . _ - @ and single blanks between them.",
        )
    alike = next((n for n in people if n != name and n.casefold() == name.casefold()), "")
    if alike:
        raise Refused(f"{alike} is there already: two names must differ by more than capitals.", parameter="name")
    return people


@one_by_one
def set_roles(parts: Parts, who: Actor, name: str, roles: Sequence[str]) -> None:
    """Give somebody exactly these roles; none takes all their rights, what they did stands.

    Raises BadQuery, Denied as `add_person`; NotFound for a stranger; Refused for the house and for one's own roles: nobody
    locks themself out, nor takes rights unseen by another administrator."""
    people = may_set(parts, who, name, roles)
    if people[name] != tuple(dict.fromkeys(roles)):
        parts.enter_person(who, name, tuple(dict.fromkeys(roles)))


def may_set(parts: Parts, who: Actor, name: str, roles: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The people there are, name → roles. Raises what `set_roles` raises; nothing is written."""
    _enters(parts, who, roles)
    people = parts.ledger().people
    if name not in people or name.startswith(PREFIX):
        raise NotFound(f"{name} is not in the table of people.", nearest=nearest(name, people))
    if name in (HOUSE.name, who.name):
        raise Refused(f"The roles of {name} are changed by another administrator.")
    return people


def _enters(parts: Parts, who: Actor, roles: Sequence[str]) -> None:
    for role in roles:
        checked_role(parts, role)
    needs(parts, who, "administrator")
    people = parts.ledger().people
    others = [n for n, r in people.items() if "administrator" in r and n != HOUSE.name]
    if who == HOUSE and others:
        raise Denied(
            f"People are entered by an administrator now: {', '.join(others)}.", hint="Say who acts with --as NAME."
        )


def may_judge(parts: Parts, who: Actor, subject: str, author: str) -> None:
    """An approver who did not make it: of one's own work nobody accepts warnings or sends it back (D1). Raises Denied."""
    needs(parts, who, "approver")
    if who.name == author:
        raise Denied(f"{who.name} is the author of {subject}: another approver decides on it.")


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
