"""Draft → (sent back, prepared again →) two approvals → (releasing.py) released → withdrawn: each a line of the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from greffe.errors import BadQuery, Refused, nearest, numbered
from greffe.logs.spans import mark, span
from greffe.model.findings import Finding, open_errors
from greffe.model.instants import paris_date, written
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.across import beside
from greffe.release.confidential import earlier_of, linked_of
from greffe.release.differing import AHEAD, differing_of
from greffe.release.drafts import Draft, draft_folder, read_draft
from greffe.release.job import Job, rules_version
from greffe.release.parts import Parts
from greffe.release.people import approvers, may_judge, may_sign, needs
from greffe.release.prepare import prepare
from greffe.release.sources import choose_inputs
from greffe.release.turns import one_by_one
from greffe.release.waivers import waived
from greffe.store.base import Actor
from greffe.store.records import Acceptance, Approval, DraftRecord, Withdrawal
from greffe.store.return_records import Returned


@span("prepare")
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
    mark(dataflow=flow.reference.id)
    catalogue, ledger = parts.catalogue(), parts.ledger()
    map_ = catalogue.map_to(flow)
    inputs = choose_inputs(catalogue, map_, ledger.accepted, parts.extracts, origin, extracts)
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
        draft = prepare(connection, job, parts.drafts, parts.settings.condensed, progress)
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
        rules=rules_version(),
    )
    _entered(parts, who, record)
    if current is not None and draft.observations >= AHEAD:
        progress("comparing")
        differing_of(parts, flow, draft, current)
    return draft


@one_by_one
def _entered(parts: Parts, who: Actor, record: DraftRecord) -> None:
    """Enter a draft, unless somebody has who prepared the same."""
    ledger = parts.ledger()
    known = ledger.drafts.get(record.id)
    if known is None or known.checksum != record.checksum or record.id in ledger.returned:
        parts.note(who, "draft.prepared", record.id, record.payload())


def kept_draft(parts: Parts, id_: str) -> tuple[DraftRecord, Draft]:
    """A draft as entered and as kept, its findings with the waivers that are in force (D19). Raises NotFound."""
    record = parts.ledger().draft(id_)
    draft = read_draft(draft_folder(parts, record))
    if draft.checksum != record.checksum:
        raise Refused(f"Draft {id_} is not the one that was entered.", hint="Prepare it again: greffe prepare.")
    return record, replace(draft, findings=waived(parts, draft))


@one_by_one
def approve_draft(parts: Parts, who: Actor, id_: str, comment: str = "") -> int:
    """Sign a draft. Raises Refused while errors are open or nothing is in it: there is nothing to sign. Returns the
    number of approvals."""
    record = parts.ledger().draft(id_)
    may_sign(
        parts, who, id_, record.checksum, record.author
    )  # first: who may not is denied, whatever else stands in the way
    _, draft = kept_draft(parts, id_)
    if draft.observations == 0:
        raise Refused(f"Draft {id_} has no observation.", hint=f"greffe coverage {id_} says what was left out.")
    no_open_errors(draft)
    _not_sent_back(parts, id_)
    parts.note(who, "draft.approved", id_, Approval(id_, record.checksum, comment=comment).payload())
    return len(approvers(parts, id_, record.checksum))


@one_by_one
def accept_warnings(parts: Parts, who: Actor, id_: str, reason: str, rules: Sequence[str] = ()) -> None:
    """Accept the warnings of a draft in writing: all, or those of some rules. Raises BadQuery for a rule that warns of
    nothing in it, Denied unless an approver does it who is not its author."""
    may_judge(parts, who, id_, parts.ledger().draft(id_).author)
    record, draft = kept_draft(parts, id_)
    if not reason.strip():
        raise BadQuery("An acceptance needs its reason.", parameter="--reason")
    _not_sent_back(parts, id_)
    warning = {f.rule for f in draft.warnings}
    for rule in rules:
        if rule not in warning:
            raise BadQuery(f"Draft {id_} has no warning of {rule}.", parameter="--rule", nearest=nearest(rule, warning))
    acceptance = Acceptance(id_, record.checksum, reason, tuple(dict.fromkeys(rules)))
    said = [(a.person, a.reason, a.rules) for a in parts.ledger().accepted_warnings(id_, record.checksum)]
    if (who.name, acceptance.reason, acceptance.rules) not in said:
        parts.note(who, "warnings.accepted", id_, acceptance.payload())


def _not_sent_back(parts: Parts, id_: str) -> None:
    back = parts.ledger().returned.get(id_)
    if back is not None:
        raise Refused(
            f"{back.person} sent draft {id_} back: {back.reason}", hint="Its author prepares it again: greffe prepare."
        )


def rules_not_accepted(parts: Parts, id_: str, checksum: str, warning: Sequence[Finding]) -> tuple[str, ...]:
    """Rules whose warnings on a draft of that content nobody has accepted in writing."""
    accepted = parts.ledger().accepted_warnings(id_, checksum)
    if any(not a.rules for a in accepted):
        return ()
    named = {rule for a in accepted for rule in a.rules}
    return tuple(sorted({f.rule for f in warning} - named))


@one_by_one
def send_back(parts: Parts, who: Actor, id_: str, reason: str) -> Returned:
    """Send a draft back to its author. What was signed of it falls, and nobody signs it until it is prepared again.

    Raises Refused when it is released or was sent back already, Denied unless an approver does it who is not its author."""
    parts.looks_at("release.made")
    record, ledger = parts.ledger().draft(id_), parts.ledger()
    may_judge(parts, who, id_, record.author)
    if not reason.strip():
        raise BadQuery("Sending back needs its reason: the author acts on it.", parameter="--reason")
    release = ledger.release_of_draft(id_)
    if release is not None:
        raise Refused(f"{release} is made of draft {id_}.", hint="A release is withdrawn: greffe withdraw.")
    if id_ in ledger.returned:
        raise Refused(f"{ledger.returned[id_].person} sent draft {id_} back already.")
    parts.note(who, "draft.returned", id_, Returned(id_, record.checksum, reason.strip()).payload())
    return parts.ledger().returned[id_]


def no_open_errors(draft: Draft) -> None:
    """Raise Refused while an error of a draft is open."""
    refused = refused_for_errors(draft)
    if refused is not None:
        raise refused


def refused_for_errors(draft: Draft) -> Refused | None:
    """What is said while errors of a draft are open; None when none is."""
    errors = open_errors(draft.findings)
    if not errors:
        return None
    first = errors[0]
    return Refused(
        f"{numbered(len(errors), 'error is open', 'errors are open')} in draft {draft.id}; the first: {first.rule}, "
        f"{first.messages.get('en', '')}",
        finding=first.messages,
        hint=f"See them with: greffe findings {draft.id}",
    )


@one_by_one
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
