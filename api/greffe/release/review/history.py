"""What became of a row: each version of its table in which it was another one, with who asked, who signed, when and why."""

from __future__ import annotations

from dataclasses import dataclass

from greffe.model.maps import MapRow, RepresentationMap, StructureMap
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.release.review.open_changes import decision, rows_of
from greffe.store.ledger import Ledger
from greffe.store.proposal_records import Comment, Proposal
from greffe.store.records import CatalogueVersion


@dataclass(frozen=True)
class Step:
    """A version of a row. `proposal`: by which it came, None for what was imported; `row` None: it is gone."""

    instant: str
    row: MapRow | None
    proposal: Proposal | None
    people: tuple[str, ...] = ()  # who signed


def versions_of(parts: Parts, file: str) -> tuple[CatalogueVersion, ...]:
    """The catalogues from which on a file was another one, those that wait for their date left out; the last first."""
    ledger, now = parts.ledger(), parts.effective()
    found: list[CatalogueVersion] = []
    for version in ledger.catalogues:
        if version.instant <= now.instant and (
            not found or found[-1].files.get(file, "") != version.files.get(file, "")
        ):
            found.append(version)
    return tuple(reversed([v for v in found if v.files.get(file, "") or v.proposal]))


def history(parts: Parts, table: RepresentationMap, row_id: str, users: tuple[StructureMap, ...]) -> tuple[Step, ...]:
    """The steps of a row, the last first. Of the state that was imported the signatures are those under its maps."""
    ledger = parts.ledger()
    found: list[Step] = []
    for version in reversed(versions_of(parts, table.file)):
        row = rows_of(parts, table.file, version.files.get(table.file, "")).get(row_id)
        if decision(row) != decision(found[-1].row if found else None):
            by = ledger.definitions.proposals.get(version.proposal)
            signed = tuple(a.person for a in by.approvals) if by else _signed(ledger, users)
            found.append(Step(version.instant, row, by, signed))
    return tuple(reversed(found))


def _signed(ledger: Ledger, users: tuple[StructureMap, ...]) -> tuple[str, ...]:
    """Approvers of all maps that read the table, as they are now."""
    signers = [[a.person for a in ledger.approvals(map_subject(m), m.checksum) if a.role == "approver"] for m in users]
    common = [name for name in (signers[0] if signers else []) if all(name in some for some in signers)]
    return tuple(dict.fromkeys(common))


def comments_on(parts: Parts, file: str, row_id: str) -> tuple[Comment, ...]:
    """What was said about a row in proposals."""
    proposals = parts.ledger().definitions.proposals.values()
    return tuple(c for p in proposals for c in p.comments if (c.path, c.row) == (file, row_id))
