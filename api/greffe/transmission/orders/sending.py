"""Standing orders done: what is due is rendered and kept, then handed over once, the register being the outbox (0015, 0018).

A release is prepared once an order (`once = order:ID:RELEASE`); a try is entered before it is made. A webhook is tried again under
the same id, which its receiver takes once; a channel is asked first whether an earlier try arrived.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from greffe.errors import BadDefinition, Conflict, GreffeError, NotFound, Refused, TooLarge
from greffe.model.instants import written
from greffe.model.keys import PREFIX
from greffe.model.orders import (
    ACTIVE,
    DROPPED,
    FAILED,
    ON_RELEASE,
    PAUSED,
    SENDING,
    SENT,
    UNCERTAIN,
    WEBHOOK,
    Handed,
    Order,
)
from greffe.model.releases import Release
from greffe.model.schedule import due
from greffe.release.grants import granted as granted_now
from greffe.release.parts import Parts
from greffe.release.people import bodies
from greffe.store.base import Act, Actor
from greffe.transmission import keeping
from greffe.transmission.channels.addresses import Inside
from greffe.transmission.channels.answers import taken
from greffe.transmission.channels.channel import (
    ABSENT,
    LEASE,
    PARTLY,
    THERE,
    NotSent,
    Options,
    Outgoing,
    Parcel,
    Unsure,
)
from greffe.transmission.done import Done
from greffe.transmission.orders.answers import Answer, Answers
from greffe.transmission.orders.leaving import barred, waits
from greffe.transmission.orders.limits import Limits
from greffe.transmission.orders.secrets import mark_of, secret_of
from greffe.transmission.running import FIRST_WAIT, TRIES
from greffe.transmission.ways import channel_of
from greffe.transmission.webhooks import Hook, in_time
from greffe.urls import parts_of_url

Beat: TypeAlias = Callable[[], None]
WHOLE: Final = 120.0  # seconds that one webhook may take in all
AHEAD: Final = timedelta(days=366)  # how far back a due moment of a schedule is looked for


@dataclass(frozen=True)
class Means:
    """How orders are answered and leave."""

    answers: Answers
    limits: Limits
    channels: Mapping[str, Options]


def run_orders(parts: Parts, who: Actor, means: Means) -> Iterator[Done]:
    """What is due of every order. What goes wrong with one holds none of the others up. `failed` is said of what the house is
    to look at: a delivery that a receiver did not take too, which is shown to the body that made the order as well; until it is taken,
    or its body asked for it again, or a later one arrived."""
    tried: set[tuple[str, int]] = set()
    for order in list(parts.ledger().orders.values()):
        if order.state != ACTIVE:
            continue
        if not stands(parts, order.body):
            yield Done(order.id, "nobody's", f"Nobody reads for {order.body} any more.", failed=True)
            continue
        try:
            found = _prepared(parts, who, order, means)
        except Conflict:
            continue  # another one prepared it
        except GreffeError as error:
            yield Done(order.id, "not prepared", error.text(), failed=True)
            continue
        if found:
            yield Done(order.id, found, "")
    for order in list(parts.ledger().orders.values()):
        for one in order.handed:
            if order.state in (ACTIVE, PAUSED) and one.open and _now(one, parts.clock()):
                told = list(_handed(parts, who, order, one, means))
                yield from told
                tried |= {(order.id, one.number)} if any(d.failed for d in told) else set()
    for order in parts.ledger().orders.values():
        for one in order.handed:
            if _in_trouble(order, one) and (order.id, one.number) not in tried:
                yield Done(order.id, one.state, "", failed=True)  # it is no better for not being tried now


def _in_trouble(order: Order, one: Handed) -> bool:
    """Whether somebody is to look at a delivery: it failed, also for good, or nobody can tell. Not while its order rests, nor where
    a later release arrived since."""
    later = any(h.number > one.number and h.state == SENT for h in order.handed)
    troubled = one.state in (FAILED, UNCERTAIN) or (one.state == SENDING and one.attempt > 1)
    return order.state == ACTIVE and troubled and not later


def stands(parts: Parts, body: str) -> bool:
    """Whether somebody reads for a body: a person, or a key that holds."""
    ledger, now = parts.ledger(), parts.clock()
    for name, roles in ledger.people.items():
        key = ledger.keys.get(name)
        holds = not name.startswith(PREFIX) or (key is not None and key.state(now) == "in force")
        if holds and body in bodies(roles, "recipient"):
            return True
    return False


def next_try(one: Handed) -> datetime | None:
    """When a delivery that failed is tried again by itself; None when it is not."""
    if one.state != FAILED or one.lasting or one.attempt >= TRIES:
        return None
    return one.at if one.ended is None else one.ended + FIRST_WAIT * (1 << (one.attempt - 1))


def _now(one: Handed, now: datetime) -> bool:
    if one.state == SENDING:
        return one.lease is not None and one.lease <= now
    if one.state == FAILED:
        at = next_try(one)
        return at is not None and at <= now
    return one.state != UNCERTAIN


def wanted_release(parts: Parts, order: Order) -> Release | None:
    """The release that an order waits for and has not had: the current one; of a schedule, when it was out at its last hour."""
    now = parts.clock()
    current = parts.ledger().current(order.dataflow, now)
    if current is None or order.of(str(current)) is not None:
        return None
    if order.when == ON_RELEASE:
        return current
    found = due(order.when, max(order.made_at or now, now - AHEAD), now)
    return current if found is not None and current.effective_at <= found.last else None


def _prepared(parts: Parts, who: Actor, order: Order, means: Means) -> str:
    """Render, keep and enter what is due: a word for what was done, '' when nothing is due. Raises Conflict, and what an
    answer raises."""
    release = wanted_release(parts, order)
    if release is None:
        return ""
    number = len(order.handed) + 1
    told: dict[str, object] = {"number": number, "release": str(release)}
    if order.granted:
        with suppress(GreffeError):
            granted_now(parts, order.body, release)
            return _entered(parts, who, order, "prepared", told | {"name": f"{order.id}_{release.dataflow.id}.csv"})
        return _entered(parts, who, order, DROPPED, told | {"said": Refused("No grant is in force.").message})
    try:
        answer = means.answers(parts, order.query)
    except NotFound as error:  # what 1.5 says where nothing matches
        return _entered(parts, who, order, "empty", told | {"said": error.message})
    if answer.release and answer.release != str(release):
        return ""  # another release took effect in between: at the next look
    if answer.empty:
        return _entered(parts, who, order, "empty", told)
    try:
        sha256, size = keeping.keep(parts, _bounded(answer, means.limits.largest))
    except TooLarge as error:
        return _entered(parts, who, order, DROPPED, told | {"said": error.message})
    kept = {"name": f"{order.id}_{answer.name}", "media_type": answer.media_type, "sha256": sha256, "size": size}
    return _entered(parts, who, order, "prepared", told | kept)


def _entered(parts: Parts, who: Actor, order: Order, word: str, told: Mapping[str, object]) -> str:
    """Once a release: raises Conflict for who comes second."""
    parts.note_all(who, [Act(f"order.{word}", order.id, told, once=f"order:{order.id}:{told['release']}")])
    return word


def _bounded(answer: Answer, most: int) -> Iterator[bytes]:
    size = 0
    for piece in answer.pieces:
        size += len(piece)
        if size > most:
            raise TooLarge(f"The answer has more than {most} bytes.", hint="Ask for less.")
        yield piece


def _handed(parts: Parts, who: Actor, order: Order, one: Handed, means: Means) -> Iterator[Done]:
    """One delivery: asked again whether it may leave, whether it left; then tried."""
    release = parts.ledger().release(one.release)
    if release.effective_at > parts.clock():
        return  # the clock went back: its hour comes again
    try:
        why = barred(parts, order, one)
        if why and one.state == SENDING and order.way != WEBHOOK:  # it may be there already
            found = _looked(parts, who, order, one, _file(parts, one), means)
            if found:
                yield Done(order.id, found, "", failed=found == UNCERTAIN)
                return
        if why:
            told = {"number": one.number, "said": why, "lasting": True, "attempt": one.tries}
            parts.note_all(
                who, [Act(f"order.{DROPPED}", order.id, told, once=f"order:{order.id}:{one.number}:dropped")]
            )
            yield Done(order.id, DROPPED, "")
            return
        if order.state != ACTIVE or waits(parts, order, one) or not stands(parts, order.body):
            return
        word = _tried(parts, who, order, one, means)
        yield Done(order.id, word, "", failed=word in (FAILED, UNCERTAIN))
    except Conflict:
        return  # another one tries it
    except GreffeError as error:
        yield Done(order.id, "not sent", error.text(), failed=True)


def _file(parts: Parts, one: Handed) -> Outgoing:
    return Outgoing(one.name, keeping.whole(parts, one.sha256), one.sha256, one.size)


def _tried(parts: Parts, who: Actor, order: Order, one: Handed, means: Means) -> str:
    """How a try ended, entered. Raises Conflict when another made it; Broken when the kept file is damaged."""
    file = _file(parts, one)
    if order.way != WEBHOOK and one.state == SENDING:
        found = _looked(parts, who, order, one, file, means)
        if found:
            return found
    number = one.tries + 1
    told = {"number": one.number, "attempt": number, "lease": written(parts.clock() + LEASE)} | _signed(parts, order)
    once = f"order:{order.id}:{one.number}:{number}"
    parts.note_all(who, [Act("order.sending", order.id, told, once=once)])
    now = parts.ledger().orders[order.id].of(one.release)
    if now is not None and now.state == SENT:
        return SENT  # its body said meanwhile that it has it
    word, said, lasting = FAILED, "", False
    try:
        said, word = _delivered(parts, order, one, file, means), SENT
    except Inside:  # whom a name leads to inside is not told to whoever asks
        host = parts_of_url(order.to).hostname
        said, lasting = Refused(f"{host}: it is not of the public network.").message, True
    except NotSent as error:
        said, lasting = str(error), error.lasting
    except Unsure as error:
        word, said = (FAILED if order.way == WEBHOOK else UNCERTAIN), str(error)
    except (GreffeError, OSError) as error:
        word, said = (FAILED if order.way == WEBHOOK else UNCERTAIN), str(error)
    lasting = lasting or (word == FAILED and one.attempt + 1 >= TRIES)  # given up, until the body asks
    return _ended(parts, who, order, (one.number, number), word, said, lasting=lasting)


def _signed(parts: Parts, order: Order) -> dict[str, str]:
    """By which key, of what is signed; a key that is none is told when it is used."""
    with suppress(GreffeError, OSError):
        return {"key": mark_of(parts.settings)} if order.way == WEBHOOK else {}
    return {}


def _delivered(parts: Parts, order: Order, one: Handed, file: Outgoing, means: Means) -> str:
    if order.way != WEBHOOK:
        return channel_of(means.channels, order.to, order.body).deliver(Parcel(f"{order.id}-{one.number}", (file,)))
    host = parts_of_url(order.to).hostname or ""
    inside = host in means.limits.intranet
    trust = _trust(means.limits) if inside else None
    hook = Hook(order.to, secret_of(parts.settings, order.id), inside, trust)
    id_, now = f"{order.id}.{one.number}", parts.clock()
    return taken(in_time(lambda: hook.post(id_, file.path, one.media_type, now, one.name), WHOLE))


def _looked(parts: Parts, who: Actor, order: Order, one: Handed, file: Outgoing, means: Means) -> str:
    """What became of a try that was cut off; '' when it did not arrive and may be tried again."""
    this = one.number, one.tries
    try:
        found = channel_of(means.channels, order.to, order.body).look(Parcel(f"{order.id}-{one.number}", (file,)))
    except NotSent as error:
        return _ended(parts, who, order, this, UNCERTAIN, f"the try did not end, and nobody can be asked: {error}")
    if found == THERE:
        return _ended(parts, who, order, this, SENT, "found at the other side")
    if found in (ABSENT, PARTLY):
        return ""
    return _ended(parts, who, order, this, UNCERTAIN, "the try did not end, and the other side does not tell")


def _ended(
    parts: Parts, who: Actor, order: Order, this: tuple[int, int], word: str, said: str, *, lasting: bool = False
) -> str:
    number, attempt = this
    told = {"number": number, "attempt": attempt, "said": said[:500], "lasting": lasting}
    once = f"order:{order.id}:{number}:{attempt}:end"
    parts.note_all(who, [Act(f"order.{word}", order.id, told, once=once)])
    return word


def order_faults(parts: Parts, order: Order) -> Iterator[str]:
    """Kept files of an order that are gone or other than what was written."""
    for sha256 in dict.fromkeys(h.sha256 for h in order.handed if h.sha256):
        try:
            keeping.whole(parts, sha256)
        except GreffeError as error:
            yield f"{order.id}: {error.text()}"


def _trust(limits: Limits) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(limits.ca_file) if limits.ca_file else None)
    except (ssl.SSLError, OSError) as error:
        raise BadDefinition("ca_file of [orders] holds no certificates that can be read.") from error
