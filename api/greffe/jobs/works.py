"""What each kind of job does. A step is done once whoever is killed: by the entries it makes, not by the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from greffe.jobs.alerts import look, tell_releases
from greffe.jobs.reminders import remind
from greffe.jobs.reports import Report
from greffe.jobs.running import Task, Work
from greffe.model.instants import written
from greffe.release.eviction import make_room
from greffe.release.verify import looks
from greffe.transmission.collecting import collect
from greffe.transmission.done import Done
from greffe.transmission.inbox import poll
from greffe.transmission.orders.limits import limits_of
from greffe.transmission.orders.sending import Means, order_faults, run_orders
from greffe.transmission.proof import faults
from greffe.transmission.running import run, soon
from greffe.transmission.turned_away import faults as kept_faults
from greffe.transmission.turned_away import waiting
from greffe.transmission.verified import kept_looks
from greffe.transmission.ways import read_channels

KEPT: Final = timedelta(days=90)  # runs
IDLE: Final = timedelta(days=2)  # runs that found nothing to do
FIRST: Final = 10  # faults whose words are kept in the register


def transmissions(task: Task) -> Report:
    """What is due soon is built, what is signed is sent, what failed is tried again, what may have arrived is asked for."""
    parts = task.tools.parts
    return _done(
        task,
        run(parts, task.who, soon(parts, task.job.days), read_channels(parts.settings.channels), test=task.job.test),
    )


def receipts(task: Task) -> Report:
    """What lies at counterparts of channels is fetched, what lies in inboxes is taken; what nobody took, however it came, is told
    until somebody has looked at it."""
    parts = task.tools.parts
    channels = read_channels(parts.settings.channels)
    seen = set[str]()

    def steps() -> Iterator[Done]:
        yield from collect(channels)
        for one in poll(parts, task.who, channels):
            seen.add(one.id)
            yield one
        for left in waiting(parts):
            if left.name not in seen:
                yield Done(left.id, "turned away", left.fault, failed=True)

    return _done(task, steps())


def releases(task: Task) -> Report:
    """Who wants to know is told which releases took effect."""
    told, not_told = tell_releases(task.tools.parts, task.tools.configured, task.holding.beat)
    return Report({k: n for k, n in (("told", told), ("not told", not_told)) if n})


def orders(task: Task) -> Report:
    """Standing orders: what is due is rendered, kept and handed over."""
    tools, parts = task.tools, task.tools.parts
    limits = limits_of(tools.configured.orders, tools.configured.file)
    means = Means(tools.answers, limits, read_channels(parts.settings.channels))
    return _done(task, run_orders(parts, task.who, means))


def reminders(task: Task) -> Report:
    """Houses whose cells are due soon, or were due, are told by mail, each once."""
    return _done(task, remind(task.tools.parts, task.who, task.tools.configured))


def verify(task: Task) -> Report:
    """Everything that is kept is looked at; the register says what was found. A fault is no failure of the job: somebody is
    to look."""
    parts, began = task.tools.parts, written(task.tools.parts.clock())
    todo = list(looks(parts))
    todo += [(one.id, partial(faults, parts, one)) for one in parts.ledger().transmissions.values()]
    todo += [(one.id, partial(order_faults, parts, one)) for one in parts.ledger().orders.values()]
    todo.append(("receipts", partial(kept_faults, parts)))
    todo += kept_looks(parts, ("contribution.", "round."))
    found: dict[str, list[str]] = {}
    for name, look_at in todo:
        task.holding.beat()
        wrong = list(look_at())
        if wrong:
            found[name] = wrong
    told = [line for lines in found.values() for line in lines]
    payload = {"looked_at": len(todo), "of": len(todo), "faults": len(told), "first_faults": told[:FIRST]}
    task.holding.renew()
    parts.note(task.who, "register.verified", "all", {**payload, "started": began, "late": False})
    counts = {"looked at": len(todo)} | ({"faults": len(told)} if told else {})
    return Report(counts, tuple(found), attention=bool(found))


def housekeeping(task: Task) -> Report:
    """Derived files that nobody reads any more go, and runs of long ago."""
    parts, now = task.tools.parts, task.tools.parts.clock()
    releases, files = make_room(parts)
    task.holding.beat()
    forgotten = parts.leases.forget(now - KEPT, now - IDLE)
    return Report({k: n for k, n in (("evicted", len(releases) + len(files)), ("forgotten", forgotten)) if n})


def alerts(task: Task) -> Report:
    """What failed is told, once a day while it lasts, and that it is over."""
    told, not_told = look(task.tools.parts, task.tools.configured, task.holding.beat)
    return Report({k: n for k, n in (("told", told), ("not told", not_told)) if n})


WORKS: Final[Mapping[str, Work]] = {
    "transmissions": transmissions,
    "receipts": receipts,
    "releases": releases,
    "orders": orders,
    "reminders": reminders,
    "verify": verify,
    "housekeeping": housekeeping,
    "alerts": alerts,
}


def _done(task: Task, steps: Iterable[Done]) -> Report:
    """Step by step, the lease asked between them."""
    counts, about = Counter[str](), dict[str, None]()
    for one in steps:
        counts[one.what] += 1
        if one.failed:
            about[one.id] = None
        task.holding.beat()
    return Report(dict(counts), tuple(about), attention=bool(about))
