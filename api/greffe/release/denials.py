"""Acts that were denied: they wait until an auditor or administrator has taken note of them, which is an entry itself."""

from __future__ import annotations

from greffe.errors import BadQuery, Denied, Refused
from greffe.release.parts import Parts
from greffe.release.people import has_role
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.wanted import Wanted

OVERSEERS = ("auditor", "administrator")


def wanted(parts: Parts) -> Wanted:
    """Denied acts that nobody has taken note of."""
    return Wanted(kind="action.denied", after=parts.ledger().denials_read)


@one_by_one
def take_note(parts: Parts, who: Actor, through: int, comment: str) -> int:
    """Enter that the denied acts up to that entry of the register were looked at, and what came of it; later ones still
    wait. Returns how many they were.

    Raises Denied unless an auditor or administrator does it, BadQuery without a comment, Refused when none is left up to
    there."""
    roles = parts.ledger().people.get(who.name, ())
    if not any(has_role(roles, role) for role in OVERSEERS):
        raise Denied(f"{who.name} is neither auditor nor administrator.")
    if not comment.strip():
        raise BadQuery(
            "Say what you found: why these acts were tried, and whether anything is to be done.", parameter="comment"
        )
    parts.looks_at("action.reviewed")
    count = sum(1 for entry in parts.register.search(wanted(parts)) if entry.number <= through)
    if not count:
        raise Refused("Somebody has taken note of these acts already.")
    parts.note(who, "action.reviewed", str(through), {"through": through, "count": count, "comment": comment.strip()})
    return count
