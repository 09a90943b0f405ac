"""Local accounts and sessions: an invitation that holds once, a password, a session of some hours.

Who was invited, opened an account, signed in or out and who was denied what are entries of the register; tokens and
passwords are kept as hashes only (store/access.py), and nothing of them is in an entry, a log or an error.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Final

from greffe.errors import BadQuery, Conflict, Denied, NotFound, Refused, TooOften, nearest
from greffe.model.keys import PREFIX
from greffe.release.access import passwords
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, needs
from greffe.release.turns import one_by_one
from greffe.store.access import Session
from greffe.store.base import Actor

INVITED_FOR: Final = timedelta(hours=72)
IDLE: Final = timedelta(minutes=30)  # without a request, a session ends
LONGEST: Final = timedelta(hours=9)  # a working day; then they sign in again
_NOTED: Final = timedelta(minutes=1)  # how exactly is known when somebody was last seen
WINDOW: Final = timedelta(minutes=15)
_TRIES: Final = 3  # how often a password is looked at that is another one a moment later
OF_ACCOUNT, OF_ADDRESS, FROM_ANYWHERE = 5, 50, 100  # failed attempts within the window, before nobody is let in


def digest(token: str) -> str:
    """The name under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(parts: Parts, who: Actor, person: str) -> str:
    """Let a person of the register choose a password: the token of a link that holds once, 72 hours.

    Raises Denied unless an administrator does it (or the house itself), NotFound for a stranger, Refused for the house, Overtaken
    where another one did it at the same moment: of two links the second would end the first, which somebody is being shown."""
    parts = parts.looking()
    needs(parts, who, "administrator")
    people = parts.ledger().people
    if person == HOUSE.name:
        raise Refused(f"{person} is the house itself, which signs in nowhere.")
    if person not in people or person.startswith(PREFIX):
        near = nearest(person, (p for p in people if p != HOUSE.name and not p.startswith(PREFIX)))
        raise NotFound(f"{person} is not in the table of people.", nearest=near)
    token = secrets.token_urlsafe(32)
    with parts.access.together():
        parts.access.invite(digest(token), person, parts.clock() + INVITED_FOR)
        parts.note(who, "account.invited", person, {})
    return token


def invited(parts: Parts, token: str) -> str:
    """Whom a link is for. Raises NotFound when it was used, is too old, is none, or when their account was closed since."""
    person = parts.access.invited(digest(token), parts.clock())
    if not person or person in parts.acting().ledger().closed:
        raise NotFound(
            "This invitation was used, is too old, or never was one.", hint="Ask the administrator for another one."
        )
    return person


def invitation_was(parts: Parts, token: str) -> str:
    """What became of a link that no longer holds: `used`, `expired`, or '' for one that is none or was replaced."""
    return parts.access.invitation_was(digest(token), parts.clock())


def accept(parts: Parts, token: str, password: str) -> str:
    """Use the link: the person has that password from now on. Returns who it is. Raises NotFound, BadQuery."""
    person = invited(parts, token)
    fresh = passwords.hashed(passwords.checked(password, person))
    with parts.access.together():
        if not parts.access.take_invitation(digest(token), parts.clock()):
            raise NotFound("This invitation was used meanwhile.", hint="Ask the administrator for another one.")
        parts.access.set_password(person, fresh)
        parts.note(Actor(person, "local"), "account.opened", person, {})
    return person


def sign_in(parts: Parts, person: str, password: str, address: str) -> tuple[str, Session]:
    """A session for whoever gives the right password: its token, to be kept in a cookie. `address`: where they come from.

    Raises Denied in the same words and after the same work for a wrong password and a stranger; TooOften after 5 failed
    attempts on an account from an address, 50 from an address, or 100 on an account from wherever, within 15 minutes: who
    sits elsewhere shuts nobody out with a few wrong passwords."""
    now, account = parts.clock(), digest(person.casefold())
    limits = (
        (f"account:{account}:{digest(address)}", OF_ACCOUNT),
        (f"address:{digest(address)}", OF_ADDRESS),
        (f"account:{account}", FROM_ANYWHERE),
    )
    for subject, most in limits:
        failed = parts.access.failures(subject, now - WINDOW)
        if len(failed) >= most:
            wait = int((failed[-most] + WINDOW - now).total_seconds()) + 1
            raise TooOften("Too many failed attempts.", wait=wait, hint=f"Try again in {-(-wait // 60)} minutes.")
    kept = ""
    for _ in range(_TRIES):
        kept = parts.access.password(person)
        if not passwords.matches(kept, password) or person not in parts.ledger().people:
            break
        opened = _signed_in(parts, person, password, kept)
        if opened is not None:
            parts.access.forget_failures(limits[0][0])
            return opened
    for subject, _ in limits:
        parts.access.note_failure(subject, now, now - WINDOW)
    note_denied(parts, HOUSE, "sign in", person if kept else "an unknown name")
    raise Denied("The name or the password is wrong.")


def _signed_in(parts: Parts, person: str, password: str, kept: str) -> tuple[str, Session] | None:
    """A session for the password that was found to be right, hashed anew where it costs too little; None when it is not theirs any
    more: comparing takes long enough for an account to be closed meanwhile."""
    if passwords.outdated(kept):
        fresh = passwords.hashed(password)
        if not parts.access.replace_password(person, kept, fresh):
            return None
        kept = fresh
    try:
        return open_session(parts, Actor(person, "local"), kept)
    except Denied:
        return None


def open_session(parts: Parts, who: Actor, password: str | None = None) -> tuple[str, Session]:
    """Start a session of somebody whose identity was just established: its token and what is kept of it. `password`: the hash that
    they gave the right password for; Denied when it does not hold any more."""
    now = parts.clock()
    token = secrets.token_urlsafe(32)
    session = Session(who.name, who.established, secrets.token_urlsafe(32), now, now, now + LONGEST)
    with parts.access.together():
        if not parts.access.open_session(digest(token), session, password):
            raise Denied("The name or the password is wrong.")
        parts.note(who, "session.opened", who.name, {})
    return token, session


def session_of(parts: Parts, token: str) -> Session | None:
    """The session of a token while it holds: not idle for 30 minutes, not older than 9 hours, of a person who is known, and of an
    account of this house that is not closed."""
    if not token or len(token) > 100:
        return None
    name, now = digest(token), parts.clock()
    found = parts.access.session(name)
    ledger = parts.ledger()
    if found is None or found.person not in ledger.people:
        return None
    if found.established == "local" and found.person in ledger.closed:
        return None
    over = now >= min(found.seen_at + IDLE, found.ends_at)
    with suppress(Refused):  # the register was moved: here it is only read, and nothing is written down of that
        if over:
            parts.access.close_session(name)
        elif now - found.seen_at >= _NOTED:
            parts.access.touch_session(name, now)
    return None if over else found


def sign_out(parts: Parts, token: str) -> None:
    """End a session; nothing happens when it has ended already."""
    found = session_of(parts, token)
    parts.access.close_session(digest(token))
    if found is not None:
        parts.note(Actor(found.person, found.established), "session.closed", found.person, {})


def change_password(parts: Parts, who: Actor, old: str, new: str) -> None:
    """Replace one's own password; all one's sessions end. Raises Denied, BadQuery, Conflict when it was changed meanwhile."""
    kept = parts.access.password(who.name)
    if not kept:
        raise BadQuery("There is no password to change: this account signs in elsewhere.")
    if not passwords.matches(kept, old):
        note_denied(parts, who, "change the password", who.name)
        raise Denied("The present password is wrong.")
    fresh = passwords.hashed(passwords.checked(new, who.name))
    with parts.access.together():
        if not parts.access.replace_password(who.name, kept, fresh):
            raise Conflict(
                "This password was changed meanwhile: nothing was changed here.",
                hint="Sign in with the one that holds.",
            )
        parts.note(who, "account.changed", who.name, {})


@one_by_one
def close_account(parts: Parts, who: Actor, person: str) -> None:
    """Take somebody's password, invitation and sessions away; what they did stands. Raises Denied, NotFound."""
    needs(parts, who, "administrator")
    people = parts.ledger().people
    if person not in people or person.startswith(PREFIX):
        raise NotFound(f"{person} is not in the table of people.", nearest=nearest(person, people))
    with parts.access.together():
        parts.access.close_account(person)
        parts.note(who, "account.closed", person, {})


def note_denied(parts: Parts, who: Actor, what: str, subject: str) -> None:
    """Record an act that was denied: who tried what. `who` is the house for those whom nobody knows."""
    parts.note(who, "action.denied", subject[:200] or "-", {"what": what[:300]})
