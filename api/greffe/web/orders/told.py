"""What pages and API say of orders alike; the file of a delivery."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from greffe.jobs.configured import read_jobs
from greffe.model.instants import written
from greffe.model.orders import WEBHOOK, Handed, Order
from greffe.release.grants import granted
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission import keeping
from greffe.transmission.channels.channel import Options
from greffe.transmission.orders import acts
from greffe.transmission.orders.acts import Wanted
from greffe.transmission.orders.limits import Limits, limits_of
from greffe.transmission.orders.secrets import secret_of
from greffe.transmission.orders.sending import next_try
from greffe.transmission.ways import read_channels
from greffe.transmission.webhooks import secret_text
from greffe.web.granted import granted_file
from greffe.web.orders.models import DeliveryOut, OrderOut
from greffe.web.pages.render import HEADERS
from greffe.web.rest.ordered import saved_answer


def channels_of(parts: Parts) -> dict[str, Options]:
    """The channels of the installation."""
    return dict(read_channels(parts.settings.channels))


def limits_now(parts: Parts) -> Limits:
    """The limits of the installation."""
    found = read_jobs(parts.settings.jobs)
    return limits_of(found.orders, found.file)


def made(parts: Parts, who: Actor, wanted: Wanted) -> Order:
    """See acts.make_order."""
    return acts.make_order(parts, who, wanted, saved_answer, limits_now(parts), channels_of(parts))


def order_out(order: Order, secret: str = "") -> OrderOut:
    """An order with its deliveries, the last one first."""
    listed = [delivery_out(order, one) for one in reversed(order.handed)]
    return OrderOut(
        id=order.id, body=order.body, title=order.title, query=order.query, dataflow=order.dataflow.id, when=order.when,
        way=order.way, to=order.to, granted=order.granted, state=order.state, reason=order.reason,
        made_at=written(order.made_at) if order.made_at else "", deliveries=listed, secret=secret,
    )  # fmt: skip


def delivery_out(order: Order, one: Handed) -> DeliveryOut:
    """One delivery."""
    again = next_try(one)
    there = one.state in ("sent", "failed", "uncertain") and bool(one.sha256 or order.granted)
    return DeliveryOut(
        number=one.number, release=one.release, state=one.state, at=written(one.at), name=one.name, media_type=one.media_type,
        size=one.size, sha256=one.sha256, tries=one.tries, next_try=written(again) if again else None, said=one.said,
        fetched=one.fetched, verdict=one.verdict, receipt=one.receipt,
        link=f"/api/v1/orders/{order.id}/deliveries/{one.number}" if there else "",
    )  # fmt: skip


def secret_told(parts: Parts, order: Order) -> str:
    """The secret by which a webhook is signed; '' of other orders."""
    return secret_text(secret_of(parts.settings, order.id)) if order.way == WEBHOOK else ""


def file_of(parts: Parts, who: Actor, id_: str, number: int) -> Response:
    """The file of a delivery, if it may be handed out at this moment; that it was is entered."""
    order, one = acts.fetched(parts, who, id_, number)
    if order.granted:
        release = parts.ledger().release(one.release)
        return granted_file(parts, who, granted(parts, order.body, release), release, "", "en")
    headers = {**HEADERS, "Cache-Control": "no-store", "Release": one.release}
    place = keeping.whole(parts, one.sha256)
    return FileResponse(place, media_type=one.media_type, filename=one.name, headers=headers)
