"""What proposals that are open, or wait for their date, do to the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greffe.catalogue.representation_files import read_representation
from greffe.model.maps import MapRow, RepresentationMap
from greffe.release.parts import Parts
from greffe.release.proposals import Proposal, state_of
from greffe.release.review.pending import question


@dataclass(frozen=True)
class OpenChange:
    """A row as a proposal wants it (None: gone), and as it was when that was made (None: new)."""

    proposal: Proposal
    before: MapRow | None
    after: MapRow | None


def open_changes(parts: Parts, table: RepresentationMap) -> Mapping[str, tuple[OpenChange, ...]]:
    """Changes by item: the row id, or of a new row its source values."""
    ledger, now = parts.ledger(), parts.clock()
    found: dict[str, tuple[OpenChange, ...]] = {}
    for proposal in ledger.definitions.proposals.values():
        if table.file in proposal.files and state_of(ledger, proposal, now) in ("open", "approved"):
            for item, change in _changes(parts, proposal, table):
                found[item] = (*found.get(item, ()), change)
    return found


def _changes(parts: Parts, proposal: Proposal, table: RepresentationMap) -> list[tuple[str, OpenChange]]:
    old, new = (rows_of(parts, table.file, sha) for sha in (proposal.before[table.file], proposal.files[table.file]))
    found = []
    for id_ in dict.fromkeys((*new, *old)):
        was, now = old.get(id_), new.get(id_)
        if was is None and now is not None:
            item = question(table, [s.value for s in now.sources]) if len(now.sources) == len(table.sources) else id_
            found.append((item, OpenChange(proposal, None, now)))
        elif was is None or now is None or same(was, now) is False:
            found.append((id_, OpenChange(proposal, was, now)))
    return found


def rows_of(parts: Parts, file: str, sha: str) -> dict[str, MapRow]:
    """The rows of a state of a table by id; none where there was no file."""
    if not sha:
        return {}
    return {row.row_id: row for row in read_representation(parts.register.content(sha), file).rows}


def same(one: MapRow, other: MapRow) -> bool:
    """Whether two rows say the same, wherever they stand."""
    return decision(one) == decision(other) and one.row_id == other.row_id


def decision(row: MapRow | None) -> object:
    """What a row says, without its id and its line."""
    if row is None:
        return None
    return (
        row.sources, row.targets, row.kind, row.valid_from, row.valid_to, row.confidence, row.reason, row.reference,
    )  # fmt: skip
