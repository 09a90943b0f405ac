"""What a recipient may have and has not taken yet: releases before their hour, values by grant."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.instants import paris_date, read
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task
from greffe.store.wanted import Wanted


def handed(parts: Parts, who: Asker) -> Iterator[Task]:
    """For whoever reads for a body: until somebody has taken it for that body."""
    mine, ledger, now = who.bodies("recipient"), parts.ledger(), parts.clock()
    if not mine:
        return
    for advance in ledger.advances.values():
        release = ledger.release(advance.release)
        waits = release.withdrawn_at is None and advance.start <= now < release.effective_at
        if advance.recipient in mine and waits and not advance.accesses:
            place = f"/staff/granted/{advance.recipient}/{release.dataflow.id}?what=advance&release={release.number}"
            yield Task("advance", str(release), place, advance.start, release.effective_at, more=advance.recipient)
    for grant in ledger.grants.values():
        if grant.recipient not in mine or grant.state(paris_date(now)) != "in force":
            continue
        current = ledger.current(grant.dataflow, now)
        taken = Wanted(kind="grant.used", subject=grant.id, text=f'"{current}"')
        if current is not None and not parts.register.count(taken):
            place = f"/staff/granted/{grant.recipient}/{grant.dataflow.id}?what=granted"
            since = max(current.effective_at, read(grant.instant))
            yield Task("granted", str(current), place, since, more=grant.recipient)
