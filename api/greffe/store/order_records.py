"""What the register says of standing orders, folded entry by entry; subject of all: the id of the order.

Kind → payload: order.made {body, title, query, dataflow, when, way, to, granted}; order.paused, order.resumed {}; order.ended {reason};
order.prepared {number, release, name, media_type, sha256, size}; order.empty, order.dropped {number, release, said};
order.sending {number, attempt, lease, key}; order.sent, order.failed, order.uncertain {number, attempt, said, lasting};
order.again {number}; order.fetched {number}; order.receipted {number, verdict, said}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from greffe.model import instants
from greffe.model.orders import (
    ACTIVE,
    DROPPED,
    EMPTY,
    ENDED,
    FAILED,
    LINK,
    PAUSED,
    READY,
    SENDING,
    SENT,
    Handed,
    Order,
)
from greffe.store.base import Entry
from greffe.store.payload import Fields

Orders = Mapping[str, Order]
ORDER_KINDS: Final = (
    "order.made", "order.paused", "order.resumed", "order.ended", "order.prepared", "order.empty", "order.dropped",
    "order.sending", "order.sent", "order.failed", "order.uncertain", "order.again", "order.fetched", "order.receipted",
)  # fmt: skip
STATES: Final = {"paused": PAUSED, "resumed": ACTIVE, "ended": ENDED}


def made_payload(order: Order) -> dict[str, object]:
    """What order.made appends."""
    return {
        "body": order.body, "title": order.title, "query": order.query, "dataflow": str(order.dataflow), "when": order.when,
        "way": order.way, "to": order.to, "granted": order.granted,
    }  # fmt: skip


def orders_after(orders: Orders, entry: Entry) -> Orders:
    """The orders after an entry of one of their kinds."""
    fields, word = Fields(entry), entry.kind.partition(".")[2]
    if word == "made":
        return {**orders, entry.subject: _made(entry, fields)}
    found = orders.get(entry.subject)
    if found is None:
        return orders  # of one that a newer program made in another way
    if word in STATES:
        return {**orders, found.id: replace(found, state=STATES[word], reason=fields.text("reason"))}
    number, at = fields.integer("number"), instants.read(entry.instant)
    if word in ("prepared", EMPTY, DROPPED) and number > len(found.handed):
        state = word if word != "prepared" else SENT if found.way == LINK else READY
        one = Handed(
            number, fields.text("release"), state, at, fields.text("name"), fields.text("media_type"), fields.text("sha256"),
            fields.integer("size"), ended=at if state != READY else None, said=fields.text("said"),
        )  # fmt: skip
        return {**orders, found.id: replace(found, handed=(*found.handed, one))}
    handed = tuple(_after(h, word, fields, entry) if h.number == number else h for h in found.handed)
    return {**orders, found.id: replace(found, handed=handed)}


def _after(one: Handed, word: str, fields: Fields, entry: Entry) -> Handed:
    at = instants.read(entry.instant)
    if word == SENDING and one.state == SENT:
        return one  # the body said meanwhile that it has it
    if word == SENDING:
        lease = instants.read(fields.text("lease"))
        return replace(one, state=SENDING, tries=one.tries + 1, attempt=one.attempt + 1, lease=lease)
    if word == "again":
        return replace(one, state=FAILED, attempt=0, lasting=False, ended=None, said="")
    if word == "fetched":
        return replace(one, fetched=one.fetched + 1)
    if word == "receipted":
        said = replace(one, verdict=fields.text("verdict"), receipt=fields.text("said"))
        # Who has it, or refuses it, got it: it is not tried again.
        return said if one.state == SENT else replace(said, state=SENT, lasting=False, ended=at)
    if word == DROPPED and one.state == SENT:
        return replace(
            one, said=fields.text("said")
        )  # it did leave: what is said is why its file is handed out no more
    if one.state == SENT:
        return one  # a try that was given up cannot make unsent what was found to have arrived
    return replace(one, state=word, said=fields.text("said"), lasting=fields.flag("lasting"), ended=at)


def _made(entry: Entry, fields: Fields) -> Order:
    return Order(
        entry.subject, fields.text("body"), fields.text("title"), fields.text("query"), fields.reference("dataflow"),
        fields.text("when"), fields.text("way"), fields.text("to"), fields.flag("granted"), entry.actor,
        instants.read(entry.instant),
    )  # fmt: skip
