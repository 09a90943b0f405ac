"""A deadline that was missed, and that the house gave up: what was asked by then is sent no more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GivenUp:
    """`delivery` of `year`, asked by `deadline`, with the ids of its dataflows (`flows`).

    `who` gave it up, when (`instant`, UTC), and why."""

    delivery: str
    year: int
    deadline: str
    flows: tuple[str, ...]
    reason: str
    who: str
    instant: str
