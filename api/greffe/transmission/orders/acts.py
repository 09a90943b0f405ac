"""What a body does with its standing orders: makes, pauses, ends them, fetches what is there, says that it came."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadQuery, Denied, GreffeError, NotFound, Refused, nearest
from greffe.model.instants import written
from greffe.model.keys import PREFIX
from greffe.model.orders import (
    ACTIVE,
    DROPPED,
    ENDED,
    FAILED,
    LINK,
    ON_RELEASE,
    PAUSED,
    SENDING,
    SENT,
    UNCERTAIN,
    WAYS,
    WEBHOOK,
    Handed,
    Order,
)
from greffe.model.schedule import checked
from greffe.model.structures import Dataflow
from greffe.release.access.keys import GRANTED, ORDERS, held_to, may_open, reads_for
from greffe.release.grants import granted as granted_now
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, bodies, has_role, needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.order_records import made_payload
from greffe.transmission.channels.addresses import inside
from greffe.transmission.channels.channel import Options
from greffe.transmission.orders.answers import Answers
from greffe.transmission.orders.leaving import shows_nothing_hidden
from greffe.transmission.orders.limits import Limits
from greffe.transmission.webhooks import checked_url
from greffe.urls import parts_of_url

SEES: Final = ("auditor", "transmitter", "administrator")  # of the house: all orders
ACKNOWLEDGED, REFUSED = "acknowledged", "refused"
LONGEST: Final = 2_000  # characters of an address
SOURCE: Final = re.compile(r"(?:https?://[^/?#]+)?(/sdmx/v[12]/data/[^#\s]+)")


@dataclass(frozen=True)
class Wanted:
    """An order as somebody asks for it: see model.orders.Order. `dataflow`: its id, of an order of values by grant."""

    body: str
    title: str
    query: str = ""
    when: str = ON_RELEASE
    way: str = LINK
    to: str = ""
    granted: bool = False
    dataflow: str = ""


@one_by_one
def make_order(
    parts: Parts, who: Actor, wanted: Wanted, answers: Answers, limits: Limits, channels: Mapping[str, Options]
) -> Order:
    """Enter a standing order. Raises Denied for whoever does not read for that body, BadQuery naming what is wrong, Refused
    when the body has too many."""
    _reads(parts, who, wanted.body)
    title = wanted.title.strip()
    if not title or len(title) > 100 or not title.isprintable():
        raise BadQuery("An order has a title, of at most 100 characters.", parameter="title")
    held = [o for o in parts.ledger().orders.values() if o.body == wanted.body and o.state != ENDED]
    if len(held) >= limits.most:
        raise Refused(f"{wanted.body} has {len(held)} standing orders, and no more are kept.", hint="End one of them.")
    when = wanted.when.strip() or ON_RELEASE
    when = when if when == ON_RELEASE else checked(when, "when")
    if wanted.way not in WAYS:
        raise BadQuery(f"{wanted.way!r} is no way.", parameter="way", nearest=nearest(wanted.way, WAYS) or WAYS)
    to = _to(wanted, channels, limits)
    if wanted.dataflow.strip() and not wanted.granted:
        raise BadQuery("An order is of a query, or of the dataflow whose values a grant opens.", parameter="dataflow")
    flow, query = _granted(parts, who, wanted) if wanted.granted else _query(parts, wanted.query, answers)
    may_open(parts, who, ORDERS, flow.reference)
    order = Order(
        f"O-{secrets.token_hex(4)}", wanted.body, title, query, flow.reference, when, wanted.way, to, wanted.granted
    )
    # The number of held orders is part of what is done once: of two who ask at the same time, one is told to look again.
    made = len([o for o in parts.ledger().orders.values() if o.body == wanted.body])
    once = f"order of {wanted.body}:{made + 1}"
    parts.note_all(who, [Act("order.made", order.id, made_payload(order), once=once)])
    return parts.ledger().orders[order.id]


def own_orders(parts: Parts, who: Actor) -> tuple[Order, ...]:
    """The orders that somebody sees: those of the bodies that they read for, of a key those of its dataflows; all of them for
    some of the house."""
    if who.name.startswith(PREFIX):
        may_open(parts, who, ORDERS)
    roles = parts.ledger().people.get(who.name, ())
    found = parts.ledger().orders.values()
    if any(has_role(roles, r) for r in SEES):
        return tuple(found)
    mine, flows = bodies(roles, "recipient"), held_to(parts, who)
    return tuple(o for o in found if o.body in mine and (flows is None or o.dataflow.id in flows))


def own_order(parts: Parts, who: Actor, id_: str) -> Order:
    """One of them. Raises NotFound, in the same words for one of others as for none."""
    mine = {o.id: o for o in own_orders(parts, who)}
    if id_ not in mine:
        raise NotFound(f"There is no order {id_[:40]!r} of yours.", nearest=nearest(id_, mine))
    return mine[id_]


@one_by_one
def change(parts: Parts, who: Actor, id_: str, act: str, reason: str = "") -> Order:
    """pause, resume or end an order. The house may end one, with its reason."""
    order = own_order(parts, who, id_)
    if act not in ("pause", "resume", "end"):
        raise BadQuery(f"{act[:40]!r} is no act.", parameter="act", nearest=("pause", "resume", "end"))
    mine = order.body in bodies(parts.ledger().people.get(who.name, ()), "recipient")
    if not mine and act == "end":
        needs(parts, who, "administrator")
        if not reason.strip():
            raise BadQuery("The house ends an order with its reason.", parameter="reason")
    elif not mine:
        raise Denied(f"{who.name} does not read for {order.body}.")
    possible = {"pause": (ACTIVE,), "resume": (PAUSED,), "end": (ACTIVE, PAUSED)}[act]
    if order.state not in possible:
        raise Refused(f"{order.id} is {order.state}.")
    kind = {"pause": "order.paused", "resume": "order.resumed", "end": "order.ended"}[act]
    parts.note(who, kind, order.id, {"reason": reason.strip()[:500]} if act == "end" else {})
    return parts.ledger().orders[order.id]


@one_by_one
def try_again(parts: Parts, who: Actor, id_: str, number: int) -> Handed:
    """A delivery that failed for good is tried anew."""
    order, one = delivery(parts, who, id_, number)
    _reads(parts, who, order.body)
    if one.state != FAILED:
        raise Refused(f"Delivery {number} of {id_} is {one.state}.")
    parts.note(who, "order.again", id_, {"number": number})
    return delivery(parts, who, id_, number)[1]


@one_by_one
def settle(parts: Parts, who: Actor, id_: str, number: int, *, arrived: bool) -> Handed:
    """What became of a delivery of which nobody could tell: the body looked."""
    order, one = delivery(parts, who, id_, number)
    _reads(parts, who, order.body)
    if one.state != UNCERTAIN:
        raise Refused(f"Delivery {number} of {id_} is {one.state}.")
    word, said = (SENT if arrived else FAILED), f"{who.name}: {'it arrived' if arrived else 'it did not arrive'}"
    told = {"number": number, "attempt": one.tries, "said": said, "lasting": False}
    parts.note_all(who, [Act(f"order.{word}", id_, told, once=f"order:{id_}:{number}:{one.tries}:settled")])
    return delivery(parts, who, id_, number)[1]


@one_by_one
def receipt(parts: Parts, who: Actor, id_: str, number: int, verdict: str, said: str = "") -> Handed:
    """What a body says of what it got: acknowledged or refused, once each."""
    order, one = delivery(parts, who, id_, number)
    _reads(parts, who, order.body)
    if verdict not in (ACKNOWLEDGED, REFUSED):
        known = (ACKNOWLEDGED, REFUSED)
        raise BadQuery(
            f"{verdict[:40]!r} is no verdict.", parameter="verdict", nearest=nearest(verdict, known) or known
        )
    if one.state not in (SENT, UNCERTAIN) and not (one.state in (SENDING, FAILED) and one.tries):
        raise Refused(f"Delivery {number} of {id_} is {one.state}: no receipt of it can have come.")
    if one.verdict != verdict:
        told = {"number": number, "verdict": verdict, "said": said.strip()[:500]}
        parts.note_all(who, [Act("order.receipted", id_, told, once=f"order:{id_}:{number}:{verdict}")])
    return delivery(parts, who, id_, number)[1]


def fetched(parts: Parts, who: Actor, id_: str, number: int) -> tuple[Order, Handed]:
    """A delivery that may be fetched now: asked again at this moment, and entered. Raises Refused when its release was
    withdrawn, (the clock went back) is not out yet, or shows what is hidden since (entered too), Denied where the grant is over."""
    order, one = delivery(parts, who, id_, number)
    _reads(parts, who, order.body)
    if one.state not in (SENT, UNCERTAIN, FAILED) or not (one.sha256 or order.granted):
        raise Refused(f"Delivery {number} of {id_} is {one.state}: there is no file.")
    release = parts.ledger().release(one.release)
    if release.withdrawn_at is not None:
        raise Refused(f"{release} was withdrawn: its file is not handed out.")
    if not release.readable(parts.clock()):
        raise Refused(f"{release} is under embargo: its file is not handed out.")
    if order.granted:
        reads_for(parts, who, order.body, GRANTED, order.dataflow)
        granted_now(parts, order.body, release)
    try:
        shows_nothing_hidden(parts, order, one)
    except Refused as error:
        if one.said != error.message:
            parts.note(HOUSE, f"order.{DROPPED}", id_, {"number": number, "said": error.message})
        raise
    parts.note(who, "order.fetched", id_, {"number": number})
    return order, one


def delivery(parts: Parts, who: Actor, id_: str, number: int) -> tuple[Order, Handed]:
    """A delivery of an order that somebody sees. Raises NotFound."""
    order = own_order(parts, who, id_)
    found = next((h for h in order.handed if h.number == number), None)
    if found is None:
        raise NotFound(f"{id_} has no delivery {number}.")
    return order, found


def _reads(parts: Parts, who: Actor, body: str) -> None:
    may_open(parts, who, ORDERS)
    if body not in bodies(parts.ledger().people.get(who.name, ()), "recipient"):
        raise Denied(f"{who.name} does not read for {body}.")


def _to(wanted: Wanted, channels: Mapping[str, Options], limits: Limits) -> str:
    to = wanted.to.strip()
    if wanted.way == LINK:
        if to:
            raise BadQuery("What is fetched by link is sent nowhere.", parameter="to")
        return ""
    if wanted.granted:
        raise BadQuery("Values by grant are fetched by link alone.", parameter="way", nearest=(LINK,))
    if wanted.way == WEBHOOK:
        url = checked_url(to, "to")
        host = (parts_of_url(url).hostname or "").rstrip(".").lower()
        if host not in limits.intranet and inside(host):
            hint = "E.g. https://data.example.org/hooks/greffe"
            raise BadQuery(f"{host}: it is not of the public network.", parameter="to", hint=hint)
        return url
    mine = own_channels(channels, wanted.body)
    if to not in mine:
        hint = "A channel is set up by the house, with the bodies whose orders leave by it."
        raise BadQuery(
            f"{wanted.body} has no channel {to[:60]!r}.", parameter="to", nearest=nearest(to, mine) or mine, hint=hint
        )
    return to


def own_channels(channels: Mapping[str, Options], body: str) -> Sequence[str]:
    """The channels by which orders of a body may leave: `orders = ["UNODC"]` in channels.toml."""
    return tuple(n for n, o in channels.items() if body in o.texts("orders"))


def _granted(parts: Parts, who: Actor, wanted: Wanted) -> tuple[Dataflow, str]:
    if wanted.query.strip():
        raise BadQuery("Values by grant are of a whole release: there is no query.", parameter="query")
    known = {d.reference.id: d for d in parts.catalogue().dataflows()}
    if wanted.dataflow not in known:
        raise BadQuery(
            f"There is no dataflow {wanted.dataflow[:60]!r}.",
            parameter="dataflow",
            nearest=nearest(wanted.dataflow, known),
        )
    flow = known[wanted.dataflow]
    reads_for(parts, who, wanted.body, GRANTED, flow.reference)
    return flow, ""


def _query(parts: Parts, text: str, answers: Answers) -> tuple[Dataflow, str]:
    """The dataflow of a saved query, and the query without the host. It is asked once, so that what is wrong with it is said."""
    matched = SOURCE.fullmatch(text.strip())
    if matched is None or len(text) > LONGEST:
        hint = "E.g. /sdmx/v2/data/dataflow/SSER/CEPEJ_Q91/1.0.0/*?format=csv"
        raise BadQuery("It is no address of data of SDMX REST.", parameter="query", hint=hint)
    try:
        found = answers(parts, matched[1])
    except GreffeError as error:
        hint = error.hint or ", ".join(error.nearest)
        raise BadQuery(
            f"The query does not hold: {error.message}", parameter=error.parameter or "query", hint=hint
        ) from error
    return parts.catalogue().get(Dataflow, found.dataflow), matched[1]


def told(order: Order) -> dict[str, object]:
    """As plain values, instants in UTC."""
    return {
        "id": order.id, "body": order.body, "title": order.title, "query": order.query, "dataflow": order.dataflow.id,
        "when": order.when, "way": order.way, "to": order.to, "granted": order.granted, "state": order.state,
        "reason": order.reason, "made_at": written(order.made_at) if order.made_at else "",
    }  # fmt: skip
