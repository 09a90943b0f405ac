"""What auditors and administrators look after: acts that were denied, keys that end, jobs that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from greffe.model.instants import read
from greffe.release.denials import wanted
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task

KEYS_AHEAD: Final = timedelta(days=30)


def denied(parts: Parts, who: Asker) -> Iterator[Task]:
    """Acts that were denied since somebody last took note of them."""
    if who.has("auditor", "administrator"):
        count = parts.register.count(wanted(parts))
        if count:
            first = next(parts.register.search(wanted(parts), most=1, skip=count - 1))
            yield Task("denied", "", "/staff/denied", read(first.instant), count=count)


def keys(parts: Parts, who: Asker) -> Iterator[Task]:
    """Keys of machines that end soon."""
    if not who.has("administrator"):
        return
    now = parts.clock()
    for key in parts.ledger().keys.values():
        if key.state(now) == "in force" and key.until - now <= KEYS_AHEAD:
            yield Task("key", key.title, "/staff/keys", key.made_at or now, key.until, more=key.id)


def jobs(parts: Parts, who: Asker) -> Iterator[Task]:
    """Jobs whose alert is open: they failed for good, or somebody is to look."""
    if not who.has("administrator", "transmitter"):
        return
    for name, text in parts.leases.alerts().items():
        told = json.loads(text)
        if not name.startswith(":") and told["mark"] != "over":
            yield Task("job", name, f"/staff/jobs/{name}", read(told["since"]))
