"""Receipts that nobody took: kept by checksum and entered with why, so that they are looked at and nothing that came is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from greffe.errors import BadInput, GreffeError, NotFound, Refused, TooOften, nearest
from greffe.model.transmissions import Receipt, Transmission
from greffe.model.turned_away import TurnedAway
from greffe.release.parts import Parts
from greffe.release.people import bodies, needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.turned_away_records import LOOKED_AT, TURNED_AWAY, turned_away_id
from greffe.transmission import keeping

PAGE, COMMAND, API = "page", "command", "api"
VERDICT: Final = "--verdict"
UNKNOWN: Final = "It names no delivery that left here."
HOUR: Final = timedelta(hours=1)
MOST_AN_HOUR, MOST_WAITING = 20, 50  # of one sender over HTTP: what is kept of it takes room on our disk


def of_the_file(error: GreffeError) -> bool:
    """Whether a person's try failed for what the file is, and not for what they typed beside it."""
    return isinstance(error, Refused | BadInput) and error.parameter != VERDICT


@one_by_one
def turn_away(parts: Parts, who: Actor, came: tuple[str, bytes], about: str, way: str, fault: str) -> TurnedAway:
    """Keep a receipt that was not taken, name and bytes, and enter why; once for the same file and reason by one channel, of one
    sender over HTTP.

    Raises Refused when the disk does not take it, TooOften for one of more than we keep of a sender: nothing is entered then."""
    name, content = came
    digest = hashlib.sha256(content).hexdigest()
    sender = who.name if way == API else ""
    same = (digest, about, fault[:2000], way, sender)
    before = next((one for one in parts.ledger().turned_away.values() if _same(one) == same), None)
    if before is not None:
        return before
    if way == API:
        _has_room(parts, who.name)
    id_ = turned_away_id(digest, about, fault, way, sender)
    keeping.keep(parts, [content])
    told = {"about": about, "sha256": digest, "name": name[:200], "way": way, "fault": fault[:2000]}
    parts.note_all(who, [Act(TURNED_AWAY, id_, told, once=id_)])
    return parts.ledger().turned_away[id_]


def _has_room(parts: Parts, sender: str) -> None:
    now = parts.clock()
    theirs = (one for one in parts.ledger().turned_away.values() if one.way == API and one.who == sender)
    free = sorted(datetime.fromisoformat(one.instant) + HOUR for one in theirs)[-MOST_AN_HOUR:]
    if len(free) == MOST_AN_HOUR and free[0] > now:
        wait = int((free[0] - now).total_seconds()) + 1
        raise TooOften(
            f"{MOST_AN_HOUR} receipts of one sender are refused and kept in an hour: this one is not.",
            wait=wait,
        )
    if sum(one.way == API and one.who == sender for one in waiting(parts)) >= MOST_WAITING:
        wait = int(HOUR.total_seconds())
        raise TooOften(
            f"{MOST_WAITING} receipts of this sender were refused and wait to be looked at: this one is not kept.",
            wait=wait,
        )


def _same(one: TurnedAway) -> tuple[str, ...]:
    return one.sha256, one.about, one.fault, one.way, one.who if one.way == API else ""


def turned_away(parts: Parts, id_: str) -> TurnedAway:
    """One by its id. Raises NotFound with the nearest."""
    known = parts.ledger().turned_away
    if id_ not in known:
        raise NotFound(f"No receipt {id_} was turned away.", nearest=nearest(id_, known))
    return known[id_]


@one_by_one
def look_at(parts: Parts, who: Actor, id_: str, reason: str) -> TurnedAway:
    """Say that it was dealt with, and how: it raises no alert any more. Raises Denied, NotFound; Refused without how, or twice."""
    needs(parts, who, "transmitter")
    one = turned_away(parts, id_)
    if one.looked:
        raise Refused(f"{one.looked} has looked at {id_} already.")
    if not reason.strip():
        raise Refused(f"What became of {id_} is said.", parameter="--reason")
    parts.note(who, LOOKED_AT, id_, {"about": one.about, "reason": reason.strip()})
    return parts.ledger().turned_away[id_]


def waiting(parts: Parts) -> list[TurnedAway]:
    """Those that somebody is to look at: not dealt with, and not taken since for what they are. The same bytes, taken from another
    sender or by another channel, say nothing of these."""
    taken: dict[str, list[tuple[Transmission, Receipt]]] = {}
    for t in parts.ledger().transmissions.values():
        for r in t.receipts:
            taken.setdefault(r.sha256, []).append((t, r))
    return [
        one
        for one in parts.ledger().turned_away.values()
        if not one.looked and not any(_settles(parts, one, *found) for found in taken.get(one.sha256, ()))
    ]


def _settles(parts: Parts, one: TurnedAway, taken: Transmission, receipt: Receipt) -> bool:
    """Whether bytes that were taken are what was turned away before: for the delivery that it was brought for; from the recipient that
    handed it in; by the channel in whose inbox it lay; or by a person of the house, who has read them."""
    if one.about == taken.id:
        return True
    speaking = {who: bodies(parts.ledger().people.get(who, ()), "recipient") for who in (one.who, receipt.who)}
    if one.way == API:
        return receipt.who == one.who or taken.recipient in speaking[one.who]
    if one.way not in (PAGE, COMMAND) and receipt.who == one.who:
        return taken.channel == one.way
    return not speaking[receipt.who]


def faults(parts: Parts) -> Iterator[str]:
    """Kept receipts that are gone, or other than they came."""
    for one in parts.ledger().turned_away.values():
        try:
            keeping.whole(parts, one.sha256)
        except GreffeError as error:
            yield f"{one.id}: {error.text()}"
