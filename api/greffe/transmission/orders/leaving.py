"""Whether a delivery of a standing order may leave now, by webhook, channel or link: asked at each of these moments."""

from __future__ import annotations

from greffe.errors import Refused
from greffe.model.orders import DROPPED, EMPTY, SENDING, Handed, Order
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.transmission import keeping
from greffe.transmission.orders.shown import shown
from greffe.transmission.still_open import hidden_since


def barred(parts: Parts, order: Order, one: Handed) -> str:
    """Why a delivery never leaves any more, '' while it may. Raises Broken when the kept file is damaged."""
    if not parts.ledger().release(one.release).readable(parts.clock()):
        return Refused("The release was withdrawn.").message
    newer = overtaken(parts, order, one)
    if newer is not None:
        return Refused(f"It is superseded by {newer}, which goes in its place.").message
    try:
        shows_nothing_hidden(parts, order, one)
    except Refused as error:
        return error.message
    return ""


def overtaken(parts: Parts, order: Order, one: Handed) -> Release | None:
    """A newer release of the same order that is out and was prepared: who loads what comes does not go back in time."""
    mine, now = parts.ledger().release(one.release), parts.clock()
    later = [
        release
        for other in order.handed
        if other.state != DROPPED and (release := parts.ledger().release(other.release)).number > mine.number
    ]
    return max((r for r in later if r.readable(now)), key=lambda r: r.number, default=None)


def waits(parts: Parts, order: Order, one: Handed) -> bool:
    """Whether an earlier delivery of the order is being sent at this moment: it arrives first, or not at all."""
    now = parts.clock()
    return any(
        h.number < one.number and h.state == SENDING and h.lease is not None and h.lease > now for h in order.handed
    )


def shows_nothing_hidden(parts: Parts, order: Order, one: Handed) -> None:
    """Raises Refused where the newest release, out or waiting for its hour, hides a figure that the kept file shows. The file is read;
    one that cannot be is taken to show all that its release shows. Values by grant are of that release, and the grant is asked."""
    if order.granted or one.state == EMPTY or not one.sha256:
        return
    release = parts.ledger().release(one.release)
    newest, names, hidden = hidden_since(parts, release)
    if hidden:
        hidden = shown(keeping.whole(parts, one.sha256), one.media_type, names, hidden)
    if hidden:
        first = ".".join(min(hidden))
        raise Refused(f"{newest} hides what {release} shows, {first} first: its file is not handed out.")
