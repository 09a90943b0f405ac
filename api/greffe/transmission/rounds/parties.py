"""Who may ask about a delivery and say of an answer that it holds: transmitters enter what a recipient wrote to us; a recipient
itself, or its key, speaks for its own deliveries alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from greffe.errors import Denied, NotFound, nearest
from greffe.model.keys import PREFIX
from greffe.model.rounds import Query
from greffe.model.transmissions import ACKNOWLEDGED, REFUSED, SENT, UNCERTAIN, Transmission
from greffe.release.access.keys import QUERIES, held_to, may_open
from greffe.release.parts import Parts
from greffe.release.people import bodies, has_role, needs
from greffe.store.base import Actor

LEFT: Final = (SENT, UNCERTAIN, ACKNOWLEDGED, REFUSED)


def recipients_of(parts: Parts, who: Actor) -> tuple[str, ...]:
    """The recipients that somebody speaks for. Raises Denied for a key that is not for queries."""
    if who.name.startswith(PREFIX):
        may_open(parts, who, QUERIES)
    return bodies(parts.ledger().people.get(who.name, ()), "recipient")


def own_deliveries(parts: Parts, who: Actor) -> dict[str, Transmission]:
    """Deliveries that left for the recipients that somebody speaks for. Raises Denied for who speaks for none."""
    recipients_of(parts, who)
    return own_of(parts, who)


def own_of(parts: Parts, who: Actor, states: Collection[str] = LEFT) -> dict[str, Transmission]:
    """The same, in some states, whatever a key may do: its caller has looked at that. A key of some dataflows has those
    deliveries that bring nothing else: what is said of a delivery is said of all that is in it."""
    mine = bodies(parts.ledger().people.get(who.name, ()), "recipient")
    if not mine:
        raise Denied(f"{who.name} speaks for no recipient.")
    flows = held_to(parts, who)
    return {
        t.id: t
        for t in parts.ledger().transmissions.values()
        if t.recipient in mine
        and t.state in states
        and (flows is None or all(s.dataflow.id in flows for f in t.files for s in f.sources))
    }


def own_queries(parts: Parts, who: Actor) -> dict[str, Query]:
    """What was asked about these deliveries, in its order. Raises Denied as `own_deliveries` does."""
    mine = own_deliveries(parts, who)
    return {q.id: q for q in parts.ledger().queries.values() if q.transmission in mine}


def asked_about(parts: Parts, who: Actor, id_: str) -> Transmission:
    """A delivery that somebody may ask about. Raises Denied; NotFound, of a recipient in the same words for one of others as
    for none."""
    if _of_the_house(parts, who):
        needs(parts, who, "transmitter")
        return parts.ledger().transmission(id_)
    mine = own_deliveries(parts, who)
    if id_ not in mine:
        raise NotFound(f"There is no delivery {id_[:60]!r} of yours.", nearest=nearest(id_, mine))
    return mine[id_]


def own_query(parts: Parts, who: Actor, id_: str) -> Query:
    """A query that somebody may speak of. Raises as `asked_about` does."""
    if _of_the_house(parts, who):
        needs(parts, who, "transmitter")
        return parts.ledger().query(id_)
    mine = own_queries(parts, who)
    if id_ not in mine:
        raise NotFound(f"There is no query {id_[:60]!r} of yours.", nearest=nearest(id_, mine))
    return mine[id_]


def _of_the_house(parts: Parts, who: Actor) -> bool:
    roles = parts.ledger().people.get(who.name, ())
    return has_role(roles, "transmitter") or not bodies(roles, "recipient")
