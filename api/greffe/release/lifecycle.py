"""Draft → two approvals → (releasing.py) released → withdrawn: each step once, each a line of the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from greffe.errors import BadQuery, Refused
from greffe.model.findings import open_errors
from greffe.model.instants import paris_date, written
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.across import beside
from greffe.release.confidential import earlier_of, linked_of
from greffe.release.drafts import Draft, read_draft
from greffe.release.job import Job
from greffe.release.parts import Parts
from greffe.release.people import approvers, may_sign, needs
from greffe.release.prepare import prepare
from greffe.release.sources import choose_inputs
from greffe.release.waivers import waived
from greffe.store.base import Actor
from greffe.store.ledger import Acceptance, Approval, DraftRecord, Withdrawal


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
        earlier_of(parts, flow.reference),
        linked_of(parts, catalogue, flow, inputs.origin),
        paris_date(parts.clock()),
        beside(parts, catalogue, flow, inputs.origin),
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
    no_open_errors(draft)
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


def no_open_errors(draft: Draft) -> None:
    """Raise Refused while an error of a draft is open."""
    errors = open_errors(draft.findings)
    if errors:
        first = errors[0]
        raise Refused(
            f"{len(errors)} errors are open in draft {draft.id}; the first: {first.rule} {first.messages.get('en', '')}",
            hint=f"See them with: greffe findings {draft.id}",
        )


def withdraw(parts: Parts, who: Actor, name: str, reason: str, reason_fr: str = "") -> Release:
    """Take a release out of reading from now on; the one before it is current again. Raises Refused when it already is.

    The reasons are for everybody to read."""
    needs(parts, who, "releaser")
    release = parts.ledger().release(name)
    if not reason.strip():
        raise BadQuery("A withdrawal needs its reason.", parameter="--reason")
    if release.withdrawn_at is not None:
        raise Refused(f"{name} was withdrawn on {paris_date(release.withdrawn_at)}.")
    withdrawal = Withdrawal(release.dataflow, release.number, reason, written(parts.clock()), reason_fr)
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
