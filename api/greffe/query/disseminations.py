"""Which releases answer a data query: the one in effect, the one at a moment, what changed since, or all of them in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from greffe.errors import NotFound
from greffe.model.releases import Release, current, current_at
from greffe.query.queries import DataQuery
from greffe.store.base import Change


@dataclass(frozen=True)
class Piece:
    """One data set to be: rows of `release`, or of what changed (`change`). `action`: I, R or D, see model.dataset."""

    release: Release
    action: str = "I"
    change: Change | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True)
class Dissemination:
    """A release that was the current one from `start` to `end` (None = still is)."""

    release: Release
    start: datetime
    end: datetime | None


def pieces(query: DataQuery, releases: Sequence[Release], now: datetime) -> tuple[Piece, ...]:
    """The data sets of a flow whose releases those are, oldest first; none when nothing changed.

    What is withdrawn by now is never told, and nothing that is not in effect yet: a moment to come counts as now. Raises
    NotFound when nothing is released, or the release at that moment was withdrawn since.
    """
    moment = now if query.as_of is None else min(query.as_of, now)
    told = [r for r in releases if r.withdrawn_at is None]
    if query.history:
        return tuple(_history(told, moment, query.updated_after))
    latest = current(releases, now) if query.as_of is None else current_at(releases, moment)
    if latest is None:
        if query.as_of is not None:
            raise NotFound("Nothing of it was released then.")
        raise NotFound("Nothing of it is released.", hint=_withdrawn(releases, now))
    if latest not in told:
        raise NotFound(
            f"What was in effect then, {latest}, has been withdrawn.", parameter="asOf", hint="Ask for another moment."
        )
    if query.updated_after is None:
        return (Piece(latest),)
    # A moment to come would compare with a release that is not in effect yet, and so tell what it will change.
    before = current_at(releases, min(query.updated_after, now))
    if before is None:
        return (Piece(latest, "R"),)
    return tuple(_since(before, latest, told, moment)) if before != latest else ()


def _withdrawn(releases: Sequence[Release], now: datetime) -> str:
    """Why what everybody could read is not there any more, in both languages; '' when nothing ever was."""
    found = [r for r in releases if r.withdrawn_at is not None and r.effective_at <= min(r.withdrawn_at, now)]
    if not found:
        return ""
    last = max(found, key=lambda r: r.number)
    reasons = " / ".join(filter(None, (last.withdrawal_reason.rstrip("."), last.withdrawal_reason_fr.rstrip("."))))
    return f"{last} was withdrawn: {reasons}."


def _since(before: Release, latest: Release, told: Sequence[Release], moment: datetime) -> Iterator[Piece]:
    """What vanished, then what is new or revised (J-12)."""
    linear = _linear(before, latest, told, moment)
    yield Piece(latest, "D", Change(latest.name, before.name, gone=True, linear=linear))
    yield Piece(latest, "R", Change(latest.name, before.name, linear=linear))


def _linear(before: Release, latest: Release, told: Sequence[Release], moment: datetime) -> bool:
    """Whether what each release changed may be folded: all numbers from the older to the newer were in effect."""
    readable = {r.number for r in told if r.held_at(moment)}
    return before.number < latest.number and readable.issuperset(range(before.number, latest.number + 1))


def disseminations(told: Sequence[Release], moment: datetime) -> tuple[Dissemination, ...]:
    """Which releases were current up to that moment, and when; one with a lower number than the current is none."""
    found: list[Dissemination] = []
    for start in sorted({r.effective_at for r in told if r.effective_at <= moment}):
        latest = current_at(told, start)
        if latest is None or (found and found[-1].release == latest):
            continue
        if found:
            found[-1] = Dissemination(found[-1].release, found[-1].start, start)
        found.append(Dissemination(latest, start, None))
    return tuple(found)


def _history(told: Sequence[Release], moment: datetime, after: datetime | None) -> Iterator[Piece]:
    """For each dissemination what vanished by it, and all of it (R1-DATA-17). Raises NotFound when there is none."""
    found = disseminations(told, moment)
    if not found:
        raise NotFound("Nothing of it is released.")
    for older, one in zip((None, *found[:-1]), found, strict=True):
        if after is not None and one.start <= after:
            continue
        if older is not None:
            linear = _linear(older.release, one.release, told, moment)
            change = Change(one.release.name, older.release.name, gone=True, linear=linear)
            yield Piece(one.release, "D", change, valid_to=one.start)
        yield Piece(one.release, "R", valid_from=one.start, valid_to=one.end)
