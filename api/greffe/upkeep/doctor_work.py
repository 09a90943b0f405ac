"""What the doctor looks at of work that goes on by itself: jobs, transmissions, standing orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from greffe.errors import GreffeError
from greffe.jobs.configured import read_jobs
from greffe.jobs.reminders import ready
from greffe.jobs.showing import Shown, shown
from greffe.model import orders
from greffe.model import transmissions as sending
from greffe.model.instants import written
from greffe.release.parts import Parts
from greffe.upkeep.found import ToLookAt, Wrong

LATE: Final = timedelta(minutes=15)


def jobs(parts: Parts) -> Iterator[GreffeError]:
    """Each is run at its hours, none is stuck, what failed was seen, and reminders can go to the houses that have an address."""
    configured = read_jobs(parts.settings.jobs)
    try:
        ready(parts, configured)
    except GreffeError as error:
        yield error
    every = [one for one in shown(parts, configured) if one.job.enabled]
    if every and all(one.last is None for one in every):
        yield ToLookAt("No job was ever run here.", hint="Start them: greffe serve --jobs, or greffe jobs run.")
        return
    for one in every:
        yield from _job(one, parts)


def _job(one: Shown, parts: Parts) -> Iterator[GreffeError]:
    name = one.job.name
    if one.state == "cut off":
        yield ToLookAt(
            f"The job {name} was cut off: {one.standing.holder} had it.",
            hint="It is taken over by the next look at the jobs: see that one runs, greffe jobs run.",
        )
    elif one.state == "ahead":
        yield Wrong(
            f"The job {name} waits for {written(one.standing.handled)}: the clock was far ahead once.",
            hint=f"greffe jobs reset {name}",
        )
    elif one.state != "running" and one.next is not None and one.next < parts.clock() - LATE:
        yield Wrong(
            f"The job {name} is overdue since {written(one.next)}.",
            hint="Nobody runs the jobs: greffe serve --jobs, or greffe jobs run.",
        )
    if one.alert is not None:
        yield ToLookAt(
            f"The job {name} failed, and is not well since {one.alert.since}.", hint=f"greffe jobs show {name}"
        )


def transmissions(parts: Parts) -> Iterator[GreffeError]:
    """None of which nobody knows whether it arrived, none that waits for somebody to mend something."""
    ledger, now = parts.ledger(), parts.clock()
    for one in ledger.transmissions.values():
        last = one.attempt
        cut = one.state == sending.SENDING and last is not None and last.lease_until < now
        if one.state == sending.UNCERTAIN or cut:
            yield Wrong(
                f"Nobody knows whether {one.id} arrived.",
                hint=f"greffe transmissions send {one.id} asks the recipient; else ask a person there, and greffe transmissions settle.",
            )
        elif one.state == sending.FAILED and last is not None and last.lasting:
            yield ToLookAt(
                f"{one.id} is not sent again by itself.", hint=f"greffe transmissions show {one.id} says what to mend."
            )
    for order in ledger.orders.values():
        for handed in order.handed:
            if handed.state == orders.UNCERTAIN or (handed.state == orders.FAILED and handed.lasting):
                yield ToLookAt(
                    f"What the standing order {order.id} handed over as number {handed.number} may not have arrived.",
                    hint="Look at /staff/orders.",
                )
