"""Releases are made: of one draft, or of several at once, all or none, at one instant; each checked before anything is
written, then their files, then one act of the register that makes all of them releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from greffe.errors import BadQuery, Conflict, Refused, numbered
from greffe.logs.spans import mark, span
from greffe.model.calendar import NO_WORDS, CalendarEntry, Words
from greffe.model.findings import Finding
from greffe.model.instants import paris_time
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.across import contradictions
from greffe.release.calendar import filled, same_flows, standing, waiting
from greffe.release.confidential import unguarded
from greffe.release.drafts import Draft
from greffe.release.eviction import sweep
from greffe.release.lifecycle import kept_draft
from greffe.release.obstacles import obstacles
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.revision_policy import Follows, revisions_of
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor, Saved
from greffe.store.records import DraftRecord, Withdrawal, release_payload
from greffe.validation.run import RULES

PASSED_OVER: Final = 100  # numbers that killed releases may have left files under


@dataclass(frozen=True)
class Terms:
    """How releases go out: at an instant or that of an entry of the calendar, else as soon as may be; what kind of
    revision they are (planned, exceptional, correction) and why, for everybody to read; what their edition is called."""

    at: datetime | None = None
    calendar: str = ""
    revision: str = ""
    reason: Words = NO_WORDS
    vintage: str = ""


@dataclass(frozen=True)
class _Ready(Follows):
    """A draft that may be released, as it was entered."""

    record: DraftRecord


def make_release(parts: Parts, who: Actor, id_: str, at: datetime | None = None) -> Release:
    """Release one draft; see make_releases."""
    return make_releases(parts, who, [id_], Terms(at=at))[0]


@span("release")
@one_by_one
def make_releases(parts: Parts, who: Actor, ids: Sequence[str], terms: Terms) -> tuple[Release, ...]:
    """Release drafts, all or none, in effect at one instant: the stated one, at the earliest the effect delay from now
    (D6), or exactly that of the calendar's entry, whose dataflows they must be.

    Refused unless: no error is open, warnings are accepted, two people other than its author approved each draft, two
    people other than its author approved the map it was made with, and what changes of published values is declared
    and within the policy of revisions. The same drafts released again are the same releases (D4).
    """
    needs(parts, who, "releaser")
    _looks(parts, ids)
    now = parts.clock()
    if terms.at is not None and terms.calendar:
        raise BadQuery("An instant and an entry of the calendar are both given.", parameter="--at", hint="Choose one.")
    if terms.at is not None and terms.at < now:
        raise Refused(f"{paris_time(terms.at)} is past.", parameter="--at", hint="Leave it out to release now.")
    kept = [kept_draft(parts, id_) for id_ in dict.fromkeys(ids)]
    made = _made_before(parts, [record for record, _ in kept], terms)
    if made:
        return made
    _one_each([record for record, _ in kept])
    entry = standing(parts, terms.calendar) if terms.calendar else None
    if entry is not None:
        _may_fill(parts, entry, [record for record, _ in kept])
    earliest = now + timedelta(seconds=parts.settings.effect_delay_seconds)
    effective = entry.at if entry else max(earliest, (terms.at or earliest).astimezone(UTC))
    ready = [_releasable(parts, record, draft, effective) for record, draft in kept]
    kinds = revisions_of(parts, ready, terms.revision, terms.reason)
    _agreeing(parts, ready, effective)
    _guarded(parts, [draft for _, draft in kept])
    own = [replace(terms, revision=kind, reason=terms.reason if kind else NO_WORDS) for kind in kinds]
    releases = tuple(_written(parts, one, now, effective, mine) for one, mine in zip(ready, own, strict=True))
    acts = [_act(parts, one) for one in releases]
    parts.note_all(who, [*acts, filled(entry, releases)] if entry else acts)
    mark(releases=", ".join(map(str, releases)), observations=sum(one.observations for one in releases))
    _still_guarded(parts, who, releases, [draft for _, draft in kept])
    sweep(parts)
    return releases


def _looks(parts: Parts, ids: Sequence[str]) -> None:
    """Releasing depends on its drafts, and on every release of their dataflows: of two who release one draft at once, the second
    finds it released (D4); of two drafts of a dataflow, the second is judged on what the first made."""
    ledger = parts.ledger()
    flows = {ledger.draft(id_).dataflow.id: ledger.next_number(ledger.draft(id_).dataflow) for id_ in ids}
    names = (f"{flow}#{n}" for flow, number in flows.items() for n in range(1, number + PASSED_OVER))
    parts.looks_at(*ids, *names)


def _agreeing(parts: Parts, ready: Sequence[_Ready], effective: datetime) -> None:
    """Refuse what contradicts another dataflow: one that is released together with it, else what will be current then."""
    together = {one.record.dataflow.id: one.draft for one in ready}
    for one in ready:
        against = contradictions(parts, one.draft, one.flow, together, effective)
        if against:
            raise Refused(
                f"Draft {one.record.id} contradicts what is current, {numbered(len(against), 'time')}; the first: "
                f"{against[0].rule}, {against[0].messages['en']}",
                finding=against[0].messages,
                hint="Release both together, once the other dataflow has a draft that agrees.",
            )


def _guarded(parts: Parts, drafts: Sequence[Draft]) -> None:
    """Refuse what was protected before other figures came out, or will, from which hidden cells could be recomputed."""
    for draft in drafts:
        beside = unguarded(parts, draft, [other for other in drafts if other is not draft])
        if beside:
            raise Refused(
                f"Draft {draft.id} was protected without {beside}, which holds the same figures and may give hidden ones away.",
                hint=f"Prepare it again once {beside} is released, if only with --at: it is then protected beside it.",
            )


def _still_guarded(parts: Parts, who: Actor, releases: Sequence[Release], drafts: Sequence[Draft]) -> None:
    """Another releaser may have been as fast: what neither of both saw is taken back before its hour."""
    for release, draft in zip(releases, drafts, strict=True):
        beside = unguarded(parts, draft)
        if beside and beside not in map(str, releases):
            told = f"It was made at the same time as {beside}, which holds the same figures."
            told_fr = f"Faite au même moment que {beside}, qui porte les mêmes chiffres."
            taken = [Withdrawal(one.dataflow, one.number, told, reason_fr=told_fr) for one in releases]
            parts.note_all(who, [Act("release.withdrawn", f"{w.dataflow.id}#{w.number}", w.payload()) for w in taken])
            raise Conflict(f"{release} is withdrawn before its hour: {told}", hint="Prepare it again.")


def _one_each(records: Sequence[DraftRecord]) -> None:
    seen: dict[str, str] = {}
    for record in records:
        if record.dataflow.id in seen:
            raise Refused(f"{seen[record.dataflow.id]} and {record.id} are drafts of one dataflow.")
        seen[record.dataflow.id] = record.id


def _may_fill(parts: Parts, entry: CalendarEntry, records: Sequence[DraftRecord]) -> None:
    held = waiting(parts, entry)
    if held:
        raise Refused(f"{held[0]} was made for {entry.id} already.", hint=f"greffe withdraw {held[0]} first.")
    same_flows(entry, [r.dataflow for r in records])


def _written(parts: Parts, one: _Ready, now: datetime, effective: datetime, terms: Terms) -> Release:
    """The files of a release, and what the register is to say of it."""
    record, before = one.record, one.before
    number, saved = _saved(parts, one.flow, record, one.draft, before)
    return Release(
        dataflow=record.dataflow,
        number=number,
        content_hash=saved.content_hash,
        made_at=now,
        effective_at=effective,
        origin=record.origin,
        provider=record.provider,
        observations=saved.observations,
        series=saved.series,
        last_period=record.last_period,
        reason=record.reason,
        draft=record.id,
        revision=terms.revision,
        notice=terms.reason.en,
        notice_fr=terms.reason.fr,
        vintage=terms.vintage or _edition(parts, record),
        replaces=str(before) if before else "",
        calendar=terms.calendar,
    )


def _edition(parts: Parts, record: DraftRecord) -> str:
    """`2022-E2`: the second edition whose last period is 2022."""
    known = parts.ledger().releases_of(record.dataflow)
    same = [r for r in known if r.last_period == record.last_period and r.withdrawn_at is None]
    return f"{record.last_period}-E{len(same) + 1}"


def _act(parts: Parts, release: Release) -> Act:
    """One release follows each: the chain cannot fork."""
    once = f"release:{release.dataflow.id}:{parts.ledger().next_number(release.dataflow)}"
    return Act("release.made", str(release), release_payload(release), once=once)


def _made_before(parts: Parts, records: Sequence[DraftRecord], terms: Terms) -> tuple[Release, ...]:
    """The same drafts are the same releases (D4): nothing of them changes by asking again. Raises Refused when only
    some of them were made, or at other terms."""
    ledger = parts.ledger()
    found = [(record, ledger.release_of_draft(record.id)) for record in records]
    made = [one for _, one in found if one is not None]
    for one in made:
        if one.withdrawn_at is not None:
            raise Refused(f"{one} was made of this draft and withdrawn.", hint="Prepare another one, with --reason.")
        at = ledger.entry(terms.calendar).at if terms.calendar else terms.at
        if (at is not None and at != one.effective_at) or (terms.calendar and terms.calendar != one.calendar):
            raise Refused(
                f"{one} is made of this draft and takes effect at {paris_time(one.effective_at)}.",
                parameter="--calendar" if terms.calendar else "--at",
            )
    kinds = {one.revision for one in made}
    if made and terms.revision and terms.revision not in kinds:
        had = ", ".join(sorted(kinds - {""}))
        raise Refused(
            f"{made[0]} is made of this draft {f'as revision {had}' if had else 'and is no revision'}: that does not change.",
            parameter="--revision",
            hint="Ask again without --revision, or prepare another draft, with --reason.",
        )
    if made and len(made) < len(found):
        raise Refused(f"{made[0]} was made before, the others were not.", hint="Leave its draft out.")
    return tuple(made)


def _saved(
    parts: Parts, flow: Dataflow, record: DraftRecord, draft: Draft, before: Release | None
) -> tuple[int, Saved]:
    """Write the files under the next number. A number whose files a killed release left behind, with other content and
    no entry in the register, is passed over: it never was a release."""
    number = parts.ledger().next_number(record.dataflow)
    manifest = _manifest(parts, record, draft)
    structure = parts.catalogue().structure(flow)
    previous = before.name if before else ""
    for attempt in range(number, number + PASSED_OVER):
        try:
            return attempt, parts.observations.save(
                f"{record.dataflow.id}/{attempt}", structure, draft.data, manifest, previous, draft.apart
            )
        except Conflict:
            continue
    raise Refused(
        f"Numbers {number} to {number + PASSED_OVER - 1} of {record.dataflow.id} are taken by files without a release."
    )


def _releasable(parts: Parts, record: DraftRecord, draft: Draft, effective: datetime) -> _Ready:
    """A draft beside what it replaces: the release that is current when it takes effect, which may still wait for its own."""
    for one in obstacles(parts, record, draft):
        raise one.error
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    return _Ready(flow, draft, parts.ledger().current(record.dataflow, effective), record)


def _without_figures(draft: Draft, dims: tuple[str, ...]) -> Sequence[Finding]:
    """The findings. Where the draft hides figures, those on internal ones lose theirs: a hidden figure may be made of them.
    The draft keeps them for those who prepare it."""
    if draft.apart is None:
        return draft.findings
    said = {r.id: r.sentences for r in RULES}
    return [
        f if f.key and set(f.key) <= set(dims) else replace(f, values={}, messages=said.get(f.rule, {}))
        for f in draft.findings
    ]


def _manifest(parts: Parts, record: DraftRecord, draft: Draft) -> dict[str, object]:
    """What a release keeps of how it was made; with the kept inputs it is enough to make it again. People are in the
    register: the same draft is the same release, whoever releases it."""
    used = sorted({f.waiver for f in draft.findings if f.waiver})
    ledger = parts.ledger()
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    return {
        "dataflow": str(record.dataflow),
        "draft": record.id,
        "draft_checksum": record.checksum,
        "key": record.key,
        "origin": record.origin,
        "provider": record.provider,
        "reason": record.reason,
        "partial": record.partial,
        "extracts": dict(record.extracts),
        "map": record.map,
        "map_checksum": record.map_checksum,
        "catalogue_checksum": record.catalogue_checksum,
        "catalogue_files": next(
            (dict(v.files) for v in ledger.catalogues if v.checksum == record.catalogue_checksum), {}
        ),
        "findings": [f.as_json() for f in _without_figures(draft, parts.catalogue().structure(flow).dimension_ids)],
        "coverage": draft.coverage,
        "waivers": [ledger.waiver(w).payload() for w in used],
        "prepared": record.prepared_at,
    }
