"""Giving up a delivery whose deadline was missed: entered with a reason, and taken up again the same way."""

from __future__ import annotations

from greffe.errors import Refused
from greffe.model.given_up import GivenUp
from greffe.model.instants import paris_date
from greffe.model.transmissions import ARRIVED
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.given_up_records import GIVEN_UP, TAKEN_UP
from greffe.transmission.plan import named_plan, named_ways


@one_by_one
def give_up(parts: Parts, who: Actor, delivery: str, year: int, reason: str) -> GivenUp:
    """Send no more what was due and is late. Plans, tasks and figures on what is late leave it out from then on.

    Raises Denied for others than transmitters; NotFound for no delivery, or a year that is not asked for; Refused without a
    reason, before the deadline, where something left, is under way, or is given up already."""
    needs(parts, who, "transmitter")
    plan, id_ = named_plan(parts, delivery, year), f"{delivery}-{year}"
    if not reason.strip():
        raise Refused(f"{id_} is given up for a reason.", parameter="--reason")
    if id_ in parts.ledger().given_up:
        raise Refused(f"{id_} is given up already.")
    if plan.day >= paris_date(parts.clock()):
        raise Refused(f"{id_} is due on {plan.day.isoformat()}: what is not late is not given up.")
    if plan.open:
        raise Refused(f"{plan.open} is under way: it is cancelled first.")
    made = parts.ledger().transmissions.values()
    left = [t.id for t in made if (t.delivery, t.year) == (delivery, year) and t.state in ARRIVED and not t.test]
    if left:
        raise Refused(f"{left[0]} has left: nothing is to be given up.")
    flows = [f.reference.id for f in named_ways(parts, delivery).flows]
    told = {"delivery": delivery, "year": year, "deadline": plan.deadline.id, "flows": flows, "reason": reason.strip()}
    parts.note(who, GIVEN_UP, id_, told)
    return parts.ledger().given_up[id_]


@one_by_one
def take_up(parts: Parts, who: Actor, delivery: str, year: int, reason: str) -> None:
    """Ask for a delivery again that was given up. Raises Denied; Refused without a reason, or for one that is not given up."""
    needs(parts, who, "transmitter")
    id_ = f"{delivery}-{year}"
    if id_ not in parts.ledger().given_up:
        raise Refused(f"{id_} is not given up.")
    if not reason.strip():
        raise Refused(f"{id_} is taken up again for a reason.", parameter="--reason")
    parts.note(who, TAKEN_UP, id_, {"delivery": delivery, "year": year, "reason": reason.strip()})
