"""The deliveries of a standing order as news (Atom), for readers that send a key."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from greffe import __version__
from greffe.formats.atom import MEDIA_TYPE, Feed, Item, Link, atom, stable_id
from greffe.model.orders import SENT, Handed, Order
from greffe.release.parts import Parts
from greffe.web.feeds import MOST, WORDS
from greffe.web.keyed import NOT_KEPT


def feed_of(parts: Parts, order: Order, lang: str) -> Response:
    """What was delivered, the last one first; of a release that was withdrawn since, nothing."""
    base, now = parts.settings.public_url, parts.clock()
    out = [h for h in order.handed if h.state == SENT and parts.ledger().release(h.release).readable(now)]
    items = [_item(base, order, one) for one in reversed(out[-MOST:])]
    feed = Feed(
        id=stable_id("order", order.id),
        title=order.title,
        address=f"{base}/api/v1/orders/{order.id}/feed",
        page=f"{base}/orders/{order.id}",
        updated=max((i.updated for i in items), default=order.made_at or now),
        items=items,
        author=WORDS[lang]["author"],
        rights=WORDS[lang]["rights"],
        language=lang,
        version=__version__,
    )
    body = atom(feed)
    tag = f'"{hashlib.sha256(body).hexdigest()[:40]}"'
    return Response(
        body, headers={**NOT_KEPT, "ETag": tag, "Content-Language": lang}, media_type=f"{MEDIA_TYPE}; charset=utf-8"
    )


def _item(base: str, order: Order, one: Handed) -> Item:
    link = Link(
        f"{base}/api/v1/orders/{order.id}/deliveries/{one.number}", "enclosure", one.media_type or "text/csv", one.name
    )
    page = Link(f"{base}/orders/{order.id}")
    at = one.ended or one.at
    return Item(
        stable_id("order", order.id, str(one.number)), f"{order.title}: {one.release}", one.name, at, at, (page, link)
    )
