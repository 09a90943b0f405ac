"""Deliveries of standing orders that a body is to look at: they were given up, or nobody can tell whether they arrived."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.orders import ENDED, FAILED, UNCERTAIN
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task


def ordered(parts: Parts, who: Asker) -> Iterator[Task]:
    """For whoever reads for the body."""
    mine = who.bodies("recipient")
    for order in parts.ledger().orders.values():
        if order.body not in mine or order.state == ENDED:
            continue
        for one in order.handed:
            if one.state == UNCERTAIN or (one.state == FAILED and one.lasting):
                since = one.ended or one.at
                yield Task(
                    f"order_{one.state}", one.release, f"/orders/{order.id}", since, by=order.made_by, more=order.title
                )
