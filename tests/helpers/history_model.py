"""What history must say, in plain Python over dicts: written from the standard's text and the notes, slow and obvious.

A moment is a whole number (an hour). A table is key → cell; a key is (series code, period), a cell (value, status, name
of the series' attribute).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Key: TypeAlias = tuple[str, str]
Cell: TypeAlias = tuple["str | None", "str | None", "str | None"]
Table: TypeAlias = Mapping[Key, Cell]
NOTHING: Cell = (None, None, None)


@dataclass(frozen=True)
class Vintage:
    """A release. `previous`: the number of the one that was current when it was made, 0 = none."""

    number: int
    made: int
    effective: int
    previous: int
    table: Table
    withdrawn: int | None = None

    def readable(self, moment: float) -> bool:
        return self.effective <= moment and (self.withdrawn is None or moment < self.withdrawn)


@dataclass(frozen=True)
class Said:
    """One data set: action, rows (of deleted ones the keys), since and until when they were what was published."""

    action: str
    table: Table
    start: int | None = None
    end: int | None = None


class Silence(Exception):
    """Nothing may be said: nothing was released then, or what was has been withdrawn."""


def known(story: Sequence[Vintage], now: float) -> list[Vintage]:
    """What has happened by now: no release that is made later, no withdrawal that comes later."""
    return [
        Vintage(v.number, v.made, v.effective, v.previous, v.table, v.withdrawn if v.withdrawn and v.withdrawn <= now else None)
        for v in story
        if v.made <= now
    ]  # fmt: skip


def current(story: Sequence[Vintage], moment: float) -> Vintage | None:
    """The highest number among those that can be read at that moment."""
    found = None
    for one in story:
        if one.readable(moment) and (found is None or one.number > found.number):
            found = one
    return found


def at(story: Sequence[Vintage], now: float, moment: float | None) -> list[Said]:
    """Data as they are now, or were at a moment (asOf)."""
    return [Said("I", _told(known(story, now), now, moment).table)]


def _told(story: Sequence[Vintage], now: float, moment: float | None) -> Vintage:
    found = current(story, now if moment is None else min(moment, now))
    if found is None or found.withdrawn is not None:
        raise Silence
    return found


def since(story: Sequence[Vintage], now: float, after: float, moment: float | None) -> list[Said]:
    """What a client lacks who asked at `after`: keys to delete, rows to put in place of what it has (updatedAfter)."""
    story = known(story, now)
    latest = _told(story, now, moment)
    before = current(story, min(after, now))
    if before is None:
        return [Said("R", latest.table)]
    gone = {key: NOTHING for key in before.table if key not in latest.table}
    new = {key: cell for key, cell in latest.table.items() if before.table.get(key) != cell}
    touched = _touched(story, before, latest, now if moment is None else min(moment, now))
    new |= {key: latest.table[key] for key in touched if key in latest.table}
    return [one for one in (Said("D", gone), Said("R", new)) if one.table]


def _touched(story: Sequence[Vintage], before: Vintage, latest: Vintage, moment: float) -> set[Key]:
    """Keys that a release in between revised, though they may be again what they were: of a chain of releases each made on
    the one before, all of which may be told."""
    chain = [latest]
    while chain[-1].number != before.number:
        if chain[-1].previous == 0:
            return set()
        chain.append(next(v for v in story if v.number == chain[-1].previous))
    between = [v for v in story if before.number <= v.number <= latest.number]
    if not all(v.readable(moment) for v in between):
        return set()
    found = set()
    for newer, older in pairwise(chain):
        found |= {k for k in {*newer.table, *older.table} if newer.table.get(k) != older.table.get(k)}
    return found


def history(story: Sequence[Vintage], now: float, after: float | None, moment: float | None) -> list[Said]:
    """Every dissemination that may be told: all of it, and before it the keys that it lacks (includeHistory)."""
    told = [v for v in known(story, now) if v.withdrawn is None]
    until = now if moment is None else min(moment, now)
    turns: list[tuple[int, Vintage]] = []
    for start in sorted({v.effective for v in told if v.effective <= until}):
        one = current(told, start)
        if one is not None and (not turns or turns[-1][1].number != one.number):
            turns.append((start, one))
    if not turns:
        raise Silence
    found: list[Said] = []
    for place, (start, one) in enumerate(turns):
        if after is not None and start <= after:
            continue
        if place:
            older = turns[place - 1][1].table
            gone = {key: NOTHING for key in older if key not in one.table}
            found += [Said("D", gone, None, start)] if gone else []
        end = turns[place + 1][0] if place + 1 < len(turns) else None
        found += [Said("R", one.table, start, end)] if one.table else []
    return found


def narrowed(said: Sequence[Said], codes: Sequence[str], periods: Sequence[str]) -> list[Said]:
    """Those series and periods alone; a data set without any is none."""
    kept = [
        Said(s.action, {k: c for k, c in s.table.items() if k[0] in codes and k[1] in periods}, s.start, s.end)
        for s in said
    ]
    return [s for s in kept if s.table]


def applied(table: Table, said: Sequence[Said]) -> dict[Key, Cell]:
    """What a client has after it did as it was told."""
    found = dict(table)
    for one in said:
        for key, cell in one.table.items():
            if one.action == "D":
                found.pop(key, None)
            else:
                found[key] = cell
    return found
