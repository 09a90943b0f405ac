"""Draft → two approvals → released, at a stated instant → withdrawn: each step once, each a line of the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from greffe.errors import BadQuery, Conflict, Refused
from greffe.model.findings import open_errors
from greffe.model.instants import paris_date, paris_time, written
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.definitions import map_subject
from greffe.release.drafts import Draft, read_draft
from greffe.release.eviction import sweep
from greffe.release.job import Job
from greffe.release.parts import Parts
from greffe.release.people import approvers, author_of, may_sign, needs, signed_by_two
from greffe.release.prepare import prepare
from greffe.release.sources import choose_inputs
from greffe.release.waivers import waived
from greffe.store.base import Actor, Saved
from greffe.store.ledger import Acceptance, Approval, DraftRecord, Withdrawal, release_payload


def make_draft(
    parts: Parts,
    who: Actor,
    flow: Dataflow,
    progress: Callable[[str], None],
    *,
    origin: str = "",
    extracts: Sequence[str] = (),
    reason: str = "",
) -> Draft:
    """Prepare a draft of a dataflow from accepted extracts and enter it. The same job gives the same draft again."""
    needs(parts, who, "author")
    catalogue, ledger = parts.catalogue(), parts.ledger()
    map_ = catalogue.map_to(flow)
    inputs = choose_inputs(catalogue, map_, ledger.accepted, parts.settings.extracts, origin, extracts)
    current = ledger.current(flow.reference, parts.clock())
    job = Job(
        catalogue,
        map_,
        flow,
        catalogue.structure(flow),
        inputs,
        reason,
        parts.observations.file(current.name, "data.parquet") if current else None,
        paris_date(parts.clock()),
    )
    with parts.connection() as connection:
        draft = prepare(connection, job, parts.settings.drafts, parts.settings.condensed, progress)
    record = DraftRecord(
        id=draft.id,
        dataflow=flow.reference,
        key=draft.key,
        checksum=draft.checksum,
        origin=draft.origin,
        provider=draft.provider,
        map=draft.map,
        map_checksum=draft.map_checksum,
        catalogue_checksum=draft.catalogue_checksum,
        extracts=draft.extracts,
        errors=len(draft.errors),
        warnings=len(draft.warnings),
        observations=draft.observations,
        series=draft.series,
        last_period=draft.last_period,
        reason=reason,
        partial=draft.partial,
    )
    known = ledger.drafts.get(draft.id)
    if known is None or known.checksum != draft.checksum:
        parts.note(who, "draft.prepared", draft.id, record.payload())
    return draft


def kept_draft(parts: Parts, id_: str) -> tuple[DraftRecord, Draft]:
    """A draft as entered and as kept, its findings with the waivers that are in force (D19). Raises NotFound."""
    record = parts.ledger().draft(id_)
    draft = read_draft(parts.settings.drafts / id_)
    if draft.checksum != record.checksum:
        raise Refused(f"Draft {id_} is not the one that was entered.", hint="Prepare it again: greffe prepare.")
    return record, replace(draft, findings=waived(parts, draft))


def approve_draft(parts: Parts, who: Actor, id_: str, comment: str = "") -> int:
    """Sign a draft. Raises Refused while errors are open or nothing is in it: there is nothing to sign. Returns the
    number of approvals."""
    record, draft = kept_draft(parts, id_)
    if draft.observations == 0:
        raise Refused(f"Draft {id_} has no observation.", hint=f"greffe coverage {id_} says what was left out.")
    _no_open_errors(draft)
    may_sign(parts, who, id_, record.checksum, record.author)
    parts.note(who, "draft.approved", id_, Approval(id_, record.checksum, comment=comment).payload())
    return len(approvers(parts, id_, record.checksum))


def accept_warnings(parts: Parts, who: Actor, id_: str, reason: str) -> None:
    """Accept the warnings of a draft in writing."""
    needs(parts, who, "approver")
    record, _ = kept_draft(parts, id_)
    if not reason.strip():
        raise BadQuery("An acceptance needs its reason.", parameter="--reason")
    parts.note(who, "warnings.accepted", id_, Acceptance(id_, record.checksum, reason).payload())


def make_release(parts: Parts, who: Actor, id_: str, at: datetime | None = None) -> Release:
    """Release a draft; it takes effect at `at`, at the earliest the effect delay from now (D6).

    Refused unless: no error is open, warnings are accepted, two people other than its author approved it, two people
    other than its author approved the map it was made with. The same draft released again is the same release (D4).
    """
    needs(parts, who, "releaser")
    ledger = parts.ledger()
    record, draft = kept_draft(parts, id_)
    now = parts.clock()
    if at is not None and at < now:
        raise Refused(f"{paris_time(at)} is past.", parameter="--at", hint="Leave it out to release now.")
    made = ledger.release_of_draft(id_)
    if made is not None:
        return _made_before(made, at)
    _releasable(parts, record, draft)
    earliest = now + timedelta(seconds=parts.settings.effect_delay_seconds)
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    before = ledger.current(record.dataflow, now)
    number, saved = _saved(parts, flow, record, draft, before)
    release = Release(
        dataflow=record.dataflow,
        number=number,
        content_hash=saved.content_hash,
        made_at=now,
        effective_at=max(earliest, (at or earliest).astimezone(UTC)),
        origin=record.origin,
        provider=record.provider,
        observations=saved.observations,
        series=saved.series,
        last_period=record.last_period,
        reason=record.reason,
        draft=id_,
    )
    # One release follows each: of two releasers at once the second is told to look again, and the chain cannot fork.
    once = f"release:{record.dataflow.id}:{ledger.next_number(record.dataflow)}"
    parts.note(who, "release.made", str(release), release_payload(release), once=once)
    sweep(parts)
    return release


def _made_before(made: Release, at: datetime | None) -> Release:
    """The same draft is the same release (D4): nothing of it changes by asking again."""
    if made.withdrawn_at is not None:
        raise Refused(f"{made} was made of this draft and withdrawn.", hint="Prepare another one, with --reason.")
    if at is not None and at != made.effective_at:
        raise Refused(
            f"{made} is made of this draft and takes effect at {paris_time(made.effective_at)}.",
            parameter="--at",
        )
    return made


def _saved(
    parts: Parts, flow: Dataflow, record: DraftRecord, draft: Draft, before: Release | None
) -> tuple[int, Saved]:
    """Write the files under the next number. A number whose files a killed release left behind, with other content and
    no entry in the register, is passed over: it never was a release."""
    number = parts.ledger().next_number(record.dataflow)
    manifest = _manifest(parts, record, draft)
    structure = parts.catalogue().structure(flow)
    previous = before.name if before else ""
    for attempt in range(number, number + 100):
        try:
            return attempt, parts.observations.save(
                f"{record.dataflow.id}/{attempt}", structure, draft.data, manifest, previous
            )
        except Conflict:
            continue
    raise Refused(f"Numbers {number} to {number + 99} of {record.dataflow.id} are taken by files without a release.")


def _releasable(parts: Parts, record: DraftRecord, draft: Draft) -> None:
    _no_open_errors(draft)
    ledger = parts.ledger()
    current = ledger.current(record.dataflow, parts.clock())
    if current is not None and current.origin != record.origin:
        raise Refused(
            f"{current} holds {current.origin} figures, draft {record.id} {record.origin} ones.",
            hint=f"Withdraw {current} first if that is meant.",
        )
    if draft.warnings and not ledger.accepted_warnings(record.id, record.checksum):
        raise Refused(
            f"{len(draft.warnings)} warnings of draft {record.id} are not accepted.",
            hint=f'Read them (greffe findings {record.id}), then: greffe accept {record.id} --as NAME --reason "…".',
        )
    if not signed_by_two(parts, record.id, record.checksum, record.author):
        have = len(approvers(parts, record.id, record.checksum))
        raise Refused(f"Draft {record.id} has {have} of 2 approvals.", hint=f"greffe approve {record.id} --as NAME")
    map_ = parts.catalogue().map_to(parts.catalogue().get(Dataflow, record.dataflow))
    if map_.checksum != record.map_checksum:
        raise Refused(
            f"The map {map_.reference} changed since draft {record.id} was prepared.", hint="Prepare it again."
        )
    subject = map_subject(map_)
    if not signed_by_two(parts, subject, map_.checksum, author_of(parts, subject, map_.checksum)):
        raise Refused(
            f"The map {map_.reference} has {len(approvers(parts, subject, map_.checksum))} of 2 approvals.",
            hint=f"greffe approve map:{map_.reference.id} --as NAME",
        )


def _no_open_errors(draft: Draft) -> None:
    errors = open_errors(draft.findings)
    if errors:
        first = errors[0]
        raise Refused(
            f"{len(errors)} errors are open in draft {draft.id}; the first: {first.rule} {first.messages.get('en', '')}",
            hint=f"See them with: greffe findings {draft.id}",
        )


def _manifest(parts: Parts, record: DraftRecord, draft: Draft) -> dict[str, object]:
    """What a release keeps of how it was made; with the kept inputs it is enough to make it again. People are in the
    register: the same draft is the same release, whoever releases it."""
    used = sorted({f.waiver for f in draft.findings if f.waiver})
    ledger = parts.ledger()
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
        "findings": [f.as_json() for f in draft.findings],
        "coverage": draft.coverage,
        "waivers": [ledger.waiver(w).payload() for w in used],
        "prepared": record.prepared_at,
    }


def withdraw(parts: Parts, who: Actor, name: str, reason: str) -> Release:
    """Take a release out of reading from now on; the one before it is current again. Raises Refused when it already is."""
    needs(parts, who, "releaser")
    release = parts.ledger().release(name)
    if not reason.strip():
        raise BadQuery("A withdrawal needs its reason.", parameter="--reason")
    if release.withdrawn_at is not None:
        raise Refused(f"{name} was withdrawn on {paris_date(release.withdrawn_at)}.")
    withdrawal = Withdrawal(release.dataflow, release.number, reason, written(parts.clock()))
    parts.note(who, "release.withdrawn", name, withdrawal.payload(), once=f"withdrawn:{name}")
    return parts.ledger().release(name)


def dataflow_named(parts: Parts, text: str) -> Dataflow:
    """A dataflow by `ESTAT_CRIM_OFF_CAT`, `SSER:ESTAT_CRIM_OFF_CAT` or with its version. Raises NotFound, nearest ids."""
    agency, _, rest = text.rpartition(":")
    id_, _, version = rest.partition("(")
    catalogue = parts.catalogue()
    if version:
        return catalogue.get(Dataflow, Reference(agency or "SSER", id_, version.rstrip(")")))
    return catalogue.latest(Dataflow, id_, agency)
