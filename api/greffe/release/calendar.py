"""The release calendar: an instant is announced to everybody, may be moved or cancelled for a reason, and stays on record.

What is released for an entry takes effect at its instant, at that second. An entry changes by lines of the register that
are numbered: of two people who change it at once the second is told to look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from greffe.errors import BadQuery, Refused, nearest
from greffe.model.calendar import NO_WORDS, CalendarEntry, Words
from greffe.model.instants import PARIS, paris_time
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.calendar_records import announced_payload, moved_payload

_INSTANTS: Final = ("calendar.announced", "calendar.moved")  # no dataflow is announced twice for one


def public_reason(en: str, fr: str, what: str) -> Words:
    """A reason that everybody reads, in both languages. Raises BadQuery when one lacks."""
    for text, parameter in ((en, "--reason"), (fr, "--reason-fr")):
        if not text.strip():
            raise BadQuery(f"{what} needs its public reason, in English and in French.", parameter=parameter)
    return Words(en.strip(), fr.strip())


@one_by_one
def announce(
    parts: Parts,
    who: Actor,
    flows: Sequence[str],
    at: datetime,
    title: Words = NO_WORDS,
    reason: Words = NO_WORDS,
) -> CalendarEntry:
    """Announce that these dataflows come out together at an instant. Without a title they are called by their names.

    Raises BadQuery when it is nearer than the policy has it (QR-EMB-03, 30 days) and no reason is given in both languages,
    Refused for an instant that is past or a dataflow that is announced for that instant already.
    """
    needs(parts, who, "releaser")
    parts.looks_at(*_INSTANTS)
    found = _flows(parts, flows)
    now = parts.clock()
    _ahead(parts, at, "--at")
    days = parts.catalogue().policies.limits["QR-EMB-03", "notice"]
    near = at - now < timedelta(seconds=int(days * 86_400))
    if near and not (reason.en.strip() and reason.fr.strip()):
        raise BadQuery(
            f"{paris_time(at)} is less than {days} days ahead (QR-EMB-03).",
            parameter="--reason",
            hint="Say why, for everybody to read, with --reason and --reason-fr, or choose a later date.",
        )
    _not_twice(parts, found, at)
    named = Words(title.en.strip() or _names(found, "en"), title.fr.strip() or _names(found, "fr"))
    notice = reason if near else NO_WORDS
    entry = CalendarEntry(_next_id(parts, at), tuple(f.reference for f in found), at, named, now, notice)
    parts.note_all(who, [Act("calendar.announced", entry.id, announced_payload(entry), once=_once(entry))])
    return parts.ledger().entry(entry.id)


@one_by_one
def move(
    parts: Parts, who: Actor, id_: str, at: datetime | None, reason: Words, flows: Sequence[str] = ()
) -> CalendarEntry:
    """Announce another instant, or other dataflows, for an entry. What was made for it already goes with it.

    Raises BadQuery without a reason in both languages, Refused when its instant is past or too near to be taken back, or
    a release that waits for it would lose its dataflow.
    """
    needs(parts, who, "releaser")
    parts.looks_at(*_INSTANTS)
    entry = standing(parts, id_)
    told = public_reason(reason.en, reason.fr, "A move")
    found = tuple(f.reference for f in _flows(parts, flows)) if flows else entry.flows
    wanted = at or entry.at
    if (wanted, set(found)) == (entry.at, set(entry.flows)):
        raise Refused(
            f"{id_} says that already.", hint="Say another instant with --at, or other dataflows with --flow."
        )
    _ahead(parts, wanted, "--at")
    _not_twice(parts, [parts.catalogue().get(Dataflow, f) for f in found], wanted, but=id_)
    if set(found) != set(entry.flows) and waiting(parts, entry):
        raise Refused(
            f"{waiting(parts, entry)[0]} waits for {id_}: its dataflows stay as they are.",
            hint="Withdraw what waits first.",
        )
    new = replace(entry, at=wanted, flows=found)
    parts.note_all(who, [Act("calendar.moved", id_, moved_payload(new, told), once=_once(entry))])
    return parts.ledger().entry(id_)


@one_by_one
def cancel(parts: Parts, who: Actor, id_: str, reason: Words) -> CalendarEntry:
    """Take an announcement back; it stays visible as cancelled. Raises Refused while a release waits for it."""
    needs(parts, who, "releaser")
    entry = standing(parts, id_)
    told = public_reason(reason.en, reason.fr, "A cancellation")
    held = waiting(parts, entry)
    if held:
        raise Refused(f"{held[0]} waits for {id_}.", hint=f"greffe withdraw {held[0]} first, or move {id_}.")
    parts.note_all(who, [Act("calendar.cancelled", id_, {"reason": told.as_json()}, once=_once(entry))])
    return parts.ledger().entry(id_)


def filled(entry: CalendarEntry, releases: Sequence[Release]) -> Act:
    """The line that says what was made for an entry; it goes with the releases' own, all or none."""
    return Act("calendar.filled", entry.id, {"releases": [str(r) for r in releases]}, once=_once(entry))


def standing(parts: Parts, id_: str) -> CalendarEntry:
    """An entry that is neither cancelled nor past, nor so near that readers may act on it already (D6)."""
    entry = parts.ledger().entry(id_)
    if entry.cancelled_at is not None:
        raise Refused(f"{id_} was cancelled.", hint="Announce another one: greffe calendar announce.")
    if entry.at <= parts.clock():
        raise Refused(f"{id_} was for {paris_time(entry.at)}: that is past.", hint="Announce another one.")
    _ahead(parts, entry.at, "ENTRY")
    return entry


def waiting(parts: Parts, entry: CalendarEntry) -> tuple[Release, ...]:
    """The releases that were made for an entry and not withdrawn."""
    known = parts.ledger().releases
    return tuple(r for n in entry.releases for r in (known.get(n),) if r is not None and r.withdrawn_at is None)


def coming(parts: Parts) -> list[CalendarEntry]:
    """Entries that are announced, and those that have passed without a release."""
    return [e for e in parts.ledger().calendar.values() if e.cancelled_at is None and not waiting(parts, e)]


def _ahead(parts: Parts, at: datetime, parameter: str) -> None:
    earliest = parts.clock() + timedelta(seconds=parts.settings.effect_delay_seconds)
    if at < earliest:
        raise Refused(
            f"{paris_time(at)} is past, or too near for everybody to hear of it.",
            parameter=parameter,
            hint=f"The earliest is {paris_time(earliest)}.",
        )


def _flows(parts: Parts, flows: Sequence[str]) -> tuple[Dataflow, ...]:
    catalogue = parts.catalogue()
    found = [dataflow_named(parts, name) for name in flows]
    for flow in found:
        if catalogue.internal(flow):
            public = [d.reference.id for d in catalogue.dataflows()]
            raise BadQuery(
                f"{flow.reference.id} is internal: it is never released.", nearest=nearest(flow.reference.id, public)
            )
    if not found:
        raise BadQuery("No dataflow is named.", parameter="FLOW")
    if len({f.reference for f in found}) < len(found):
        raise BadQuery("A dataflow is named twice.", parameter="FLOW")
    return tuple(found)


def _not_twice(parts: Parts, flows: Sequence[Dataflow], at: datetime, but: str = "") -> None:
    for entry in parts.ledger().calendar.values():
        if entry.id == but or entry.cancelled_at is not None or entry.at != at:
            continue
        for flow in flows:
            if flow.reference in entry.flows:
                raise Refused(f"{flow.reference.id} is announced for {paris_time(at)} already, by {entry.id}.")


def _names(flows: Sequence[Dataflow], language: str) -> str:
    return "; ".join(f.names.get(language) or next(iter(f.names.values()), f.reference.id) for f in flows)


def _next_id(parts: Parts, at: datetime) -> str:
    """`CAL-2027-003`: the year is that of the first announced instant in Paris."""
    year = f"CAL-{at.astimezone(PARIS).year}-"
    taken = [int(id_.removeprefix(year)) for id_ in parts.ledger().calendar if id_.startswith(year)]
    return f"{year}{max(taken, default=0) + 1:03d}"


def _once(entry: CalendarEntry) -> str:
    return f"calendar:{entry.id}:{entry.changes}"


def same_flows(entry: CalendarEntry, flows: Sequence[Reference]) -> None:
    """Raise Refused unless exactly what was announced together is there: it comes out together or not at all."""
    missing = [f.id for f in entry.flows if f not in flows]
    others = [f.id for f in flows if f not in entry.flows]
    if others:
        raise Refused(
            f"{entry.id} does not announce {others[0]}.", nearest=nearest(others[0], [f.id for f in entry.flows])
        )
    if missing:
        raise Refused(
            f"{entry.id} announces {', '.join(missing)} too, and what is announced together comes out together.",
            hint=f"Name their drafts as well, or take them out of {entry.id}: greffe calendar move --flow …",
        )
