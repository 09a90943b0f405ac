"""An act has the hour of the clock of its machine. By one that is behind the register it would have a false one, so it is refused;
where an entry is of an hour that is still to come, an administrator says that the clock is right (docs/decisions/0026)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from greffe.errors import BadQuery, Refused
from greffe.model.instants import read
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.folding import CLOCK_RIGHT

LATE: Final = timedelta(minutes=1)  # more than clocks that are kept by NTP are ever apart
HINT: Final = "Set the clock if it is wrong (timedatectl, chrony). If it is right, an administrator says so: greffe clock --right."


def on_time(parts: Parts) -> None:
    """Raise Refused where this clock is behind the latest entry of the register by more than a minute."""
    acting = parts.acting()
    ledger, now = acting.ledger(), acting.clock()
    if ledger.latest and read(ledger.latest) > now + LATE:
        raise Refused(behind(f"{now:%Y-%m-%d %H:%M:%S}", ledger.latest_entry, ledger.latest), hint=HINT)


def behind(now: str, number: int, instant: str) -> str:
    """What is said of an entry that is ahead of this clock."""
    return f"This clock says {now} UTC, and entry {number} of the register is of {instant}: one of the two is wrong."


@one_by_one
def say_right(parts: Parts, who: Actor, reason: str) -> int:
    """Enter that this clock is right and that entries ahead of it have a wrong hour: from now on acts are measured by what comes after.
    Gives the number of the entry that was furthest ahead.

    Raises Denied unless an administrator does it, BadQuery without a reason, Refused when none is ahead."""
    needs(parts, who, "administrator")
    if not reason.strip():
        raise BadQuery("How it is known that the clock is right is said.", parameter="--reason")
    ledger = parts.ledger()
    if not ledger.latest or read(ledger.latest) <= parts.clock():
        raise Refused("No entry of the register is ahead of this clock.")
    told = {"entry": ledger.latest_entry, "instant": ledger.latest, "reason": reason.strip()}
    parts.note(who, CLOCK_RIGHT, "clock", told)
    return ledger.latest_entry
