"""What a process takes on at once, and what one client may ask for: budgets and limits, and how settings say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from greffe.errors import BadDefinition

THREADS_BESIDE: Final = 10  # worker threads over those of all budgets: health, files, compression, the register's poll
DUMPS: Final = "dumps"
DEFAULTS: Final[Mapping[str, str]] = {
    "series": "4/256/2",
    "structures": "4/64/2",
    "data": "4/64/8",
    "dumps": "32/16/10",
    "api": "6/64/5",
    "pages": "6/64/5",
    "staff": "6/64/10",
}
RATES: Final[Mapping[str, int]] = {"structures": 600, "data": 1800, "pages": 1200}
_SAID: Final = re.compile(r"([0-9]{1,4})/([0-9]{1,5})/([0-9]{1,3}(?:\.[0-9]{1,3})?)")


T = TypeVar("T")


class Taken(Protocol):
    """Takes what a reader of one setting gives, or the other value when it raises BadDefinition, which is kept."""

    def __call__(self, read: Callable[[], T], otherwise: T) -> T:
        """The value."""


@dataclass(frozen=True)
class Room:
    """at_once: answers of a class in the making (of dumps: open); waiting: requests that wait for it at most; seconds: how
    long one waits at most."""

    at_once: int
    waiting: int
    seconds: float


@dataclass(frozen=True)
class LoadSettings:
    """For each process. rooms: class of requests → room; rates: policy → requests of one client a minute, 0 for no limit;
    dumps_each: downloads that one client has open at once, 0 for no limit; reader_seconds: for which a client may take
    nothing of an answer that is sent to it."""

    rooms: Mapping[str, Room] = field(
        default_factory=lambda: {name: room(said, name) for name, said in DEFAULTS.items()}
    )
    rates: Mapping[str, int] = field(default_factory=lambda: dict(RATES))
    dumps_each: int = 8

    @property
    def threads(self) -> int:
        """Worker threads that a process needs, so that no class can take those of another. Dumps take few: see web/load."""
        return sum(r.at_once for name, r in self.rooms.items() if name != DUMPS) + THREADS_BESIDE


def room(text: str, name: str) -> Room:
    """`4/64/2`: 4 at once, 64 that wait, 2 seconds at most. Raises BadDefinition."""
    found = _SAID.fullmatch(text.strip())
    if found is None or int(found[1]) < 1:
        raise BadDefinition(
            f"GREFFE_BUDGET_{name.upper()}={text!r} is no budget.",
            hint="Say AT_ONCE/WAITING/SECONDS, with at least 1 at once, e.g. 4/64/2.",
        )
    return Room(int(found[1]), int(found[2]), float(found[3]))


def _strictly(read: Callable[[], T], otherwise: T) -> T:
    return read()


def read_load(env: Mapping[str, str], taken: Taken = _strictly) -> LoadSettings:
    """GREFFE_BUDGET_*, GREFFE_RATE_*, GREFFE_DUMPS_EACH; faults go to `taken`, else BadDefinition is raised."""
    rooms = {
        name: taken(partial(room, env.get(f"GREFFE_BUDGET_{name.upper()}") or said, name), room(said, name))
        for name, said in DEFAULTS.items()
    }
    rates = {
        name: taken(partial(_whole, env, f"GREFFE_RATE_{name.upper()}", rate), rate) for name, rate in RATES.items()
    }
    return LoadSettings(rooms, rates, taken(partial(_whole, env, "GREFFE_DUMPS_EACH", 8), 8))


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise BadDefinition(f"{name}={text!r} is no whole number from 0 on.")
    return int(text)
