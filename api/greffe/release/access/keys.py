"""Keys for machines: made, used, rotated, revoked. What a key may do is said by its entries, its secret is kept as a hash.

A key is an actor of its own (`key.ID`, established "key"). It opens what its actions name, for its dataflows, until it
expires; no key approves, releases or lets others in (people.PEOPLES, D1). A secret is told once and never again.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from greffe.errors import BadQuery, Denied, NotFound, Refused, TooOften, Unidentified, known_words, nearest
from greffe.model.instants import written
from greffe.model.keys import PREFIX, Key
from greffe.model.references import Reference
from greffe.release.access.accounts import OF_ADDRESS, WINDOW, digest, note_denied
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, bodies, checked_role, needs, told_roles
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.key_records import made_payload

LONGEST: Final = timedelta(days=400)
OVERLAP: Final = timedelta(days=7)
ADVANCE, GRANTED, REGISTER, ORDERS, QUERIES, RECEIPTS = (
    "advance", "granted", "register", "orders", "queries", "receipts",
)  # fmt: skip
# What a key opens → the role that it is part of. A role without a line here may not have a key yet.
ACTIONS: Final = {
    ADVANCE: "recipient", GRANTED: "recipient", ORDERS: "recipient", QUERIES: "recipient", RECEIPTS: "recipient",
    REGISTER: "auditor",
}  # fmt: skip
_SECRET: Final = re.compile(r"greffe_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOTED: Final = timedelta(minutes=1)  # how exactly is known when a key was last used


@one_by_one
def make_key(
    parts: Parts, who: Actor, title: str, role: str, actions: Sequence[str], flows: Sequence[str], until: datetime
) -> tuple[Key, str]:
    """A key and its secret, which is told here alone. `flows`: ids of dataflows, all when empty.

    Raises Denied unless an administrator does it; BadQuery for a role or action that no key has, or an end that is past or
    more than 400 days ahead; NotFound for a dataflow that is not there; Refused for the title of a key that is in force."""
    needs(parts, who, "administrator")
    parts.looks_at("key.made")  # of one title there is one
    if not title.strip() or len(title) > 100:
        raise BadQuery("A key is called by what uses it, in at most 100 characters.", parameter="TITLE")
    found = _actions(parts, role, actions)
    known = {d.reference.id for d in parts.catalogue().dataflows()}
    for flow in flows:
        if flow not in known:
            raise NotFound(f"There is no dataflow {flow}.", parameter="--flow", nearest=nearest(flow, known))
    if flows and REGISTER in found:
        raise BadQuery("The register is of all dataflows.", parameter="--flow", hint="Leave it out.")
    end = _end(parts, until)
    now = parts.clock()
    same = [
        k.id
        for k in parts.ledger().keys.values()
        if k.title.casefold() == title.strip().casefold() and k.state(now) == "in force"
    ]
    if same:
        raise Refused(
            f"The key {same[0]} is called {title.strip()!r} already.",
            parameter="TITLE",
            hint="Call this one otherwise, or rotate that one.",
        )
    key = Key(secrets.token_hex(6), title.strip(), role, found, tuple(dict.fromkeys(flows)), end)
    with parts.access.together():
        secret = _another(parts, key, end, now)
        parts.enter_person(who, key.name, (role,), [Act("key.made", key.name, made_payload(key))])
    return parts.ledger().keys[key.name], secret


def rotate_key(
    parts: Parts, who: Actor, id_: str, overlap: timedelta, until: datetime | None = None
) -> tuple[Key, str]:
    """Another secret for a key; the one it has holds on for the overlap, at most 7 days. `until`: another end of the key.

    Raises Denied, NotFound, BadQuery as `make_key`; Refused for a key that was revoked or has expired; Overtaken for one to which
    something was done at the same moment: of two rotations the second would end the secret that the first is being shown."""
    parts = parts.looking()
    needs(parts, who, "administrator")
    key = _standing(parts, id_)
    if not timedelta() <= overlap <= OVERLAP:
        raise BadQuery(f"The old secret holds at most {OVERLAP.days} days on.", parameter="--overlap")
    now = parts.clock()
    end = key.until if until is None else _end(parts, until)
    with parts.access.together():
        secret = _another(parts, key, end, now + overlap)
        parts.note(who, "key.rotated", key.name, {"overlap": written(now + overlap), "until": written(end)})
    return parts.ledger().keys[key.name], secret


@one_by_one
def revoke_key(parts: Parts, who: Actor, id_: str, reason: str) -> Key:
    """End a key now. Raises Denied, NotFound; BadQuery without a reason; Refused when it was revoked before."""
    needs(parts, who, "administrator")
    key = key_named(parts, id_)
    if not reason.strip():
        raise BadQuery("A revocation needs its reason.", parameter="--reason")
    if key.revoked_at is not None:
        raise Refused(f"{key.id} was revoked before.")
    revoked = Act("key.revoked", key.name, {"reason": reason.strip()}, once=f"revoked:{key.name}")
    parts.enter_person(who, key.name, (), [revoked])
    parts.access.forget_secrets(key.name)  # which open nothing any more
    return parts.ledger().keys[key.name]


def key_named(parts: Parts, id_: str) -> Key:
    """A key by its id, with or without `key.` before it. Raises NotFound with the nearest."""
    known = {k.id: k for k in parts.ledger().keys.values()}
    found = known.get(id_.removeprefix(PREFIX))
    if found is None:
        raise NotFound(f"There is no key {id_}.", nearest=nearest(id_, known))
    return found


def identified(parts: Parts, secret: str, address: str) -> Actor:
    """The key that brings this secret. Raises Unidentified, in the same words whether it is wrong, expired or revoked, and
    records it; TooOften after 50 failures from an address within 15 minutes, which are not recorded one by one."""
    now, subject = parts.clock(), f"key:{digest(address)}"
    failed = parts.access.failures(subject, now - WINDOW)
    if len(failed) >= OF_ADDRESS:
        wait = int((failed[-OF_ADDRESS] + WINDOW - now).total_seconds()) + 1
        raise TooOften("Too many failed attempts.", wait=wait, hint=f"Try again in {-(-wait // 60)} minutes.")
    matched = _SECRET.fullmatch(secret)
    key = parts.ledger().keys.get(f"{PREFIX}{matched[1]}") if matched else None
    kept = parts.access.secrets(key.name, now) if key is not None else ()
    given = digest(secret)
    right = [hmac.compare_digest(given, one) for one in kept]
    if key is None or not any(right) or key.state(now) != "in force":
        parts.access.note_failure(subject, now, now - WINDOW)
        state = "" if key is None else f", {key.state(now)}" if key.state(now) != "in force" else ", wrong secret"
        note_denied(parts, HOUSE, f"use a key{state}", key.name if key is not None else "an unknown key")
        raise Unidentified("This key does not hold.", hint="It is wrong, expired or revoked: ask the administrator.")
    used = parts.access.uses().get(key.name)
    if used is None or now - used >= _NOTED:
        with suppress(Refused):  # the register was moved: here it is only read
            parts.access.note_use(key.name, now)
    return Actor(key.name, "key")


def may_open(parts: Parts, who: Actor, action: str, flow: Reference | None = None) -> None:
    """Raises Denied when a key is not for that action or dataflow, or does not hold; people are not judged here."""
    if not who.name.startswith(PREFIX):
        return
    key = parts.ledger().keys.get(who.name)
    if who.established != "key" or key is None or key.state(parts.clock()) != "in force":
        raise Denied(f"{who.name} does not hold.")
    if action not in key.actions:
        raise Denied(f"{who.name} is not for {action}.", hint=f"It is for: {', '.join(key.actions)}.")
    if flow is not None and key.flows and flow.id not in key.flows:
        raise Denied(f"{who.name} is not for {flow.id}.", hint=f"It is for: {', '.join(key.flows)}.")


def held_to(parts: Parts, who: Actor) -> frozenset[str] | None:
    """Ids of the dataflows that a key is for; None for all, and for people, who are not judged here."""
    key = parts.ledger().keys.get(who.name)
    return frozenset(key.flows) if key is not None and key.flows else None


def reads_for(parts: Parts, who: Actor, body: str, action: str, flow: Reference) -> None:
    """Raises Denied unless somebody may have what a body is entitled to: a releaser, who hands it out, or a person or key
    that reads for that body."""
    may_open(parts, who, action, flow)
    if body not in bodies(parts.ledger().people.get(who.name, ()), "recipient"):
        if who.name.startswith(PREFIX):
            raise Denied(f"{who.name} does not read for {body}.")
        needs(parts, who, "releaser")


def _actions(parts: Parts, role: str, actions: Sequence[str]) -> tuple[str, ...]:
    name = checked_role(parts, role).partition(":")[0]
    possible = [a for a, r in ACTIONS.items() if r == name]
    if not possible:
        roles = sorted(set(ACTIONS.values()))
        raise BadQuery(
            f"No key opens anything as {told_roles([name])}.",
            parameter="--role",
            hint=f"Roles of keys: {told_roles(roles)}.",
        )
    for one in actions:
        if one not in possible:
            near = nearest(one, possible)
            told, hint = f"{one!r} is no action of the role {told_roles([name])}.", known_words(near, possible)
            raise BadQuery(told, parameter="--action", nearest=near, hint=hint)
    if not actions:
        raise BadQuery("No action is named.", parameter="--action", hint=known_words((), possible))
    return tuple(a for a in possible if a in actions)


def _end(parts: Parts, until: datetime) -> datetime:
    now = parts.clock()
    if not now < until <= now + LONGEST:
        raise BadQuery(f"A key ends within {LONGEST.days} days from now.", parameter="--until")
    return until


def _standing(parts: Parts, id_: str) -> Key:
    key = key_named(parts, id_)
    state = key.state(parts.clock())
    if state != "in force":
        raise Refused(f"{key.id} is {state}.", hint="Make another one: greffe keys make.")
    return key


def _another(parts: Parts, key: Key, end: datetime, others: datetime) -> str:
    secret = f"greffe_{key.id}_{secrets.token_urlsafe(32)}"
    parts.access.keep_secret(key.name, digest(secret), end, others)
    return secret
