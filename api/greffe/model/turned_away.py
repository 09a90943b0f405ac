"""A receipt that was not taken: kept as it came, with why, until somebody has looked at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TurnedAway:
    """`about`: the delivery that it was brought for or names, '' for none that left here. `way`: how it came: page, command,
    api, or the channel in whose inbox it lay. `fault`: why nobody took it, in English. `looked`: who has dealt with it, when
    and how, '' while nobody has."""

    id: str
    about: str
    sha256: str
    name: str
    way: str
    fault: str
    who: str
    instant: str
    looked: str = ""
    looked_at: str = ""
    note: str = ""
