"""Everything that can be done for deliveries now, by nobody's hand: built, sent, tried again, asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from greffe.errors import Conflict, GreffeError
from greffe.model import instants
from greffe.model.transmissions import APPROVED, ARRIVED, BUILT, FAILED, SENDING, UNCERTAIN, Transmission
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.store.base import Actor
from greffe.transmission.building import build
from greffe.transmission.channels.channel import Options
from greffe.transmission.collecting import collect
from greffe.transmission.done import Done
from greffe.transmission.inbox import poll
from greffe.transmission.plan import plans
from greffe.transmission.sending import Outcome, send
from greffe.transmission.whose import way

TRIES: Final = 8  # after which a person looks
AHEAD: Final = 30  # days before its deadline that a delivery is built, where nobody says otherwise
FIRST_WAIT: Final = timedelta(minutes=2)  # doubled after each try
IN_INBOX: Final = "its receipt was there already, and nothing is sent again"
OTHERS: Final = "in other hands"  # another process does it: nobody is to look


def run(
    parts: Parts, who: Actor, until: date, channels: Mapping[str, Options], *, test: bool = False
) -> Iterator[Done]:
    """Build what is due up to a day and was never sent, then send what may leave. A correction is built by a person, who
    says why. What goes wrong with one delivery holds none of the others up. Before anything is sent again the inbox is looked into:
    its receipt may lie there."""
    for plan in plans(parts, until, test=test):
        if plan.open or plan.corrects or plan.empty:
            continue
        if not plan.ready:
            yield Done(plan.id, "held up", " ".join(o.said() for o in plan.obstacles), failed=True)
            continue
        try:
            made = build(parts, who, plan).transmission
        except Conflict as error:
            yield Done(plan.id, OTHERS, error.text())
            continue
        except GreffeError as error:
            yield Done(plan.id, "not built", error.text(), failed=True)
            continue
        yield Done(made.id, "built", f"{len(made.files)} files")
    yield from _answered(parts, who, channels, test=test)
    for one in list(parts.ledger().transmissions.values()):
        if one.test != test:
            continue
        if one.state == UNCERTAIN or _to_send(one, parts.clock()):
            yield _sent(parts, who, one, channels)
        elif one.state == FAILED and one.attempt is not None:
            yield Done(one.id, one.state, one.attempt.said, failed=True)  # it is no better for not being tried now


def _answered(parts: Parts, who: Actor, channels: Mapping[str, Options], *, test: bool) -> Iterator[Done]:
    """Receipts of deliveries that would be sent again. What lies there of others is told when receipts are taken."""
    now, known = parts.clock(), parts.ledger().transmissions
    again = [t for t in known.values() if t.test == test and t.attempts and (t.state == UNCERTAIN or _to_send(t, now))]
    if again:
        ways = {way(t) for t in again}
        yield from (d for d in collect({n: o for n, o in channels.items() if n in ways}) if d.failed)
        yield from (d for d in poll(parts, who, channels) if d.id in known)


def send_by_hand(
    parts: Parts, who: Actor, id_: str, channels: Mapping[str, Options]
) -> tuple[Outcome, tuple[Done, ...]]:
    """What a person sends: of what was tried before, the counterpart's receipts are fetched and the inbox is looked into first. Gives what
    became of it, and what became of each receipt that lay there; where one of them ends the delivery, nothing is sent.

    Raises as `send`."""
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    found: tuple[Done, ...] = ()
    if one.attempts and one.state not in ARRIVED:
        own = channels.get(way(one))
        beside = {n: o for n, o in channels.items() if own and o.path("inbox") and o.path("inbox") == own.path("inbox")}
        failed = (d for d in collect({n: o for n, o in channels.items() if o is own}) if d.failed)
        found = (*failed, *poll(parts, who, beside))
        now = parts.ledger().transmission(id_)
        if now.state in ARRIVED:
            return Outcome(now, IN_INBOX), found
    return send(parts, who, id_, channels), found


def soon(parts: Parts, days: int = AHEAD) -> date:
    """Up to which day deliveries are built by themselves: so many days from today in Paris."""
    return instants.paris_date(parts.clock()) + timedelta(days=days)


def next_try(one: Transmission) -> datetime | None:
    """When a delivery that failed is tried again by itself; None when it is not: tried too often, or for a reason that lasts. Never before
    the other side asks for it (Retry-After)."""
    last = one.attempt
    if one.state != FAILED or last is None or last.lasting or one.tries >= TRIES:
        return None
    failed = instants.read(one.said.get(FAILED, last.began))
    ours = failed + FIRST_WAIT * (1 << min(len(one.attempts) - 1, TRIES - 2))
    return max(ours, instants.read(last.again)) if last.again else ours


def _to_send(one: Transmission, now: datetime) -> bool:
    if one.state in (BUILT, APPROVED):
        return one.signed
    if one.state == SENDING:
        return one.attempt is not None and one.attempt.lease_until <= now
    at = next_try(one)
    return at is not None and at <= now


def _sent(parts: Parts, who: Actor, one: Transmission, channels: Mapping[str, Options]) -> Done:
    try:
        found = send(parts, who, one.id, channels, again=one.tries < TRIES)
    except Conflict as error:
        return Done(one.id, OTHERS, error.text())
    except GreffeError as error:
        now = parts.ledger().transmission(one.id)
        if now.state in ARRIVED and one.state not in ARRIVED:  # another was done with it before this one began
            return Done(one.id, OTHERS, error.text())
        if now.state == UNCERTAIN:
            return Done(one.id, UNCERTAIN, error.text(), failed=True)
        return Done(one.id, "not sent", error.text(), failed=True)
    state = found.transmission.state
    return Done(one.id, state, found.said, failed=state != "sent")
