"""Deliveries to sign, to send, and those that went wrong; releases and values that are handed to a recipient."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.instants import read
from greffe.model.transmissions import APPROVED, BUILT, FAILED, REFUSED, UNCERTAIN
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task


def deliveries(parts: Parts, who: Asker) -> Iterator[Task]:
    """For approvers and transmitters."""
    for one in parts.ledger().transmissions.values():
        since, place = read(one.said.get(one.state, one.said["built"])), f"/staff/transmissions/{one.id}"
        waits = one.state in (BUILT, APPROVED)
        if waits and not one.signed and who.has("approver") and who.name not in (one.author, *one.approvers):
            yield Task("delivery_sign", one.id, place, since, by=one.author)
        if not who.has("transmitter"):
            continue
        if waits and one.signed:
            yield Task("delivery_send", one.id, place, since, by=one.author)
        elif one.state in (FAILED, UNCERTAIN, REFUSED):
            yield Task(f"delivery_{one.state}", one.id, place, since, by=one.author)
