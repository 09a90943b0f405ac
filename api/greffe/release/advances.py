"""Advance release: a named office or body has a release before its hour; limited by the policy, recorded, made public after.

Only bodies of `mappings/policies/advances.csv` may be granted it, and not earlier than so many hours before the release.
Each time it is handed out is a line of the register. The open API never gives it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from greffe.catalogue.policies.advances import FILE, AdvancePolicy
from greffe.errors import Denied, NotFound, Refused, nearest
from greffe.model.calendar import Advance, Words
from greffe.model.instants import paris_time, written
from greffe.model.releases import Release
from greffe.release.access.keys import ADVANCE, reads_for
from greffe.release.calendar import public_reason
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor


@one_by_one
def grant(parts: Parts, who: Actor, name: str, to: str, start: datetime | None, reason: Words) -> Advance:
    """Let a recipient have a release from an instant on (None: now), until it is in effect.

    Raises NotFound for a recipient whom the policy does not name, Refused for a release that is in effect or withdrawn,
    for an instant that is past, earlier than the policy allows or not before the release, and for a second grant.
    """
    needs(parts, who, "releaser")
    release, policy = _waiting(parts, name), _policy(parts, to)
    told = public_reason(reason.en, reason.fr, "An advance release")
    now = parts.clock()
    begins = now if start is None else start
    if begins < now:
        raise Refused(f"{paris_time(begins)} is past.", parameter="--from", hint="Leave it out for now.")
    earliest = release.effective_at - timedelta(hours=policy.hours)
    if not earliest <= begins < release.effective_at:
        raise Refused(
            f"{to} may have {name} at most {policy.hours} hours before its release, which is at "
            f"{paris_time(release.effective_at)}.",
            parameter="--from",
            hint=f"From {paris_time(earliest)} on; see {FILE}.",
        )
    if (name, to) in parts.ledger().advances:
        raise Refused(f"{to} was granted {name} already.")
    payload = {"to": to, "from": written(begins), "reason": told.as_json()}
    parts.note_all(who, [Act("advance.granted", name, payload, once=f"advance:{name}:{to}")])
    return parts.ledger().advances[name, to]


def may_have(parts: Parts, who: Actor, name: str, to: str) -> Release:
    """The release, when it may be handed out to that recipient now. Raises Denied before the instant of the grant, or
    without one, and for whoever neither releases nor reads for that recipient; Refused once it is in effect or withdrawn.
    When the release was moved, the policy's hours move with it."""
    reads_for(parts, who, to, ADVANCE, parts.ledger().release(name).dataflow)
    release, policy = _waiting(parts, name), _policy(parts, to)
    found = parts.ledger().advances.get((name, to))
    if found is None:
        granted = [a.recipient for a in parts.ledger().advances_of(name)]
        raise Denied(f"{to} was not granted {name}.", nearest=nearest(to, granted), hint="greffe advance grant")
    begins = max(found.start, release.effective_at - timedelta(hours=policy.hours))
    if parts.clock() < begins:
        raise Denied(f"{to} may have {name} from {paris_time(begins)} on.")
    return release


def window(parts: Parts, release: Release, to: str) -> tuple[datetime, datetime] | None:
    """From when to when a body may have a release before everybody: by its grant, within the hours of the policy as they are
    now. None without a grant, or where the policy does not name the body any more."""
    found = parts.ledger().advances.get((str(release), to))
    policy = next((p for p in parts.catalogue().policies.advances if p.recipient == to), None)
    if found is None or policy is None:
        return None
    return max(found.start, release.effective_at - timedelta(hours=policy.hours)), release.effective_at


def open_to(parts: Parts, release: Release, to: str) -> bool:
    """Whether a body may have a release now that waits for its hour."""
    when = window(parts, release, to) if release.withdrawn_at is None else None
    return when is not None and when[0] <= parts.clock() < when[1]


def note_access(parts: Parts, who: Actor, name: str, to: str) -> None:
    """Enter that it is handed out now."""
    parts.note(who, "advance.accessed", name, {"to": to})


def _waiting(parts: Parts, name: str) -> Release:
    release = parts.ledger().release(name)
    if release.withdrawn_at is not None:
        raise Refused(f"{name} was withdrawn.")
    if release.effective_at <= parts.clock():
        raise Refused(f"{name} is in effect: everybody has it.", hint="Take it from the API.")
    return release


def _policy(parts: Parts, to: str) -> AdvancePolicy:
    known = {p.recipient: p for p in parts.catalogue().policies.advances}
    if to not in known:
        raise NotFound(
            f"{to} is no recipient of advance releases.",
            parameter="--to",
            nearest=nearest(to, known),
            hint=f"See {FILE}.",
        )
    return known[to]
