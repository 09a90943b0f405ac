"""What stands between a draft and its release, all of it: the page of sign-off tells it, a release is refused for the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greffe.errors import Refused
from greffe.model.findings import open_errors
from greffe.model.structures import Dataflow
from greffe.release.definitions import map_subject
from greffe.release.drafts import Draft
from greffe.release.lifecycle import refused_for_errors, rules_not_accepted
from greffe.release.parts import Parts
from greffe.release.people import approvers, author_of, has_role, signed_by_two
from greffe.store.records import DraftRecord

NEEDED = 2  # signatures


@dataclass(frozen=True)
class Obstacle:
    """`kind`: errors, origin, warnings, signatures, map_changed, map_signatures; `values`: what words of it need; `error`:
    how the core says it."""

    kind: str
    values: Mapping[str, str | int]
    error: Refused


def obstacles(parts: Parts, record: DraftRecord, draft: Draft) -> Iterator[Obstacle]:
    """In the order in which people see to them."""
    yield from _of_findings(parts, record, draft)
    if not signed_by_two(parts, record.id, record.checksum, record.author):
        have = len(approvers(parts, record.id, record.checksum))
        refused = Refused(f"Draft {record.id} has {have} of 2 approvals.", hint=f"greffe approve {record.id} --as NAME")
        yield Obstacle("signatures", {"n": have, "who": ", ".join(may_still_sign(parts, record))}, refused)
    yield from _of_map(parts, record)


def may_still_sign(parts: Parts, record: DraftRecord) -> tuple[str, ...]:
    """Approvers who are not its author and have not signed it, by name."""
    signed = approvers(parts, record.id, record.checksum)
    people = parts.ledger().people
    return tuple(
        sorted(n for n, roles in people.items() if has_role(roles, "approver") and n not in (record.author, *signed))
    )


def _of_findings(parts: Parts, record: DraftRecord, draft: Draft) -> Iterator[Obstacle]:
    refused = refused_for_errors(draft)
    if refused is not None:
        yield Obstacle("errors", {"n": len(open_errors(draft.findings))}, refused)
    current = parts.ledger().current(record.dataflow, parts.clock())
    if current is not None and current.origin != record.origin:
        refused = Refused(
            f"{current} holds {current.origin} figures, draft {record.id} {record.origin} ones.",
            hint=f"Withdraw {current} first if that is meant.",
        )
        yield Obstacle("origin", {"release": str(current)}, refused)
    left = set(rules_not_accepted(parts, record.id, record.checksum, draft.warnings))
    if left:
        count = sum(f.rule in left for f in draft.warnings)
        refused = Refused(
            f"{count} warnings of draft {record.id} are not accepted ({', '.join(sorted(left))}).",
            hint=f'Read them (greffe findings {record.id}), then: greffe accept {record.id} --as NAME --reason "…".',
        )
        yield Obstacle("warnings", {"n": count, "rules": ", ".join(sorted(left))}, refused)


def _of_map(parts: Parts, record: DraftRecord) -> Iterator[Obstacle]:
    map_ = parts.catalogue().map_to(parts.catalogue().get(Dataflow, record.dataflow))
    if map_.checksum != record.map_checksum:
        refused = Refused(
            f"The map {map_.reference} changed since draft {record.id} was prepared.", hint="Prepare it again."
        )
        yield Obstacle("map_changed", {"map": map_.reference.id}, refused)
    subject = map_subject(map_)
    if not signed_by_two(parts, subject, map_.checksum, author_of(parts, subject, map_.checksum)):
        have = len(approvers(parts, subject, map_.checksum))
        refused = Refused(
            f"The map {map_.reference} has {have} of 2 approvals.",
            hint=f"greffe approve map:{map_.reference.id} --as NAME",
        )
        yield Obstacle("map_signatures", {"map": map_.reference.id, "n": have, "subject": subject}, refused)
