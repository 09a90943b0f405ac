"""Rows that a proposal leads to codes which a recipient's constraint does not allow: what nobody can release until it is widened."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_files import read_representation
from greffe.errors import GreffeError
from greffe.mapping.exchange.sets import table_named
from greffe.release.parts import Parts
from greffe.release.review.outside import Outside, outside
from greffe.store.proposal_records import Proposal


def unreleasable(parts: Parts, catalogue: Catalogue, proposal: Proposal) -> tuple[tuple[str, str, Outside], ...]:
    """File, row and what is outside, of rows that the proposal adds or leads elsewhere, by the constraints as they are now. A
    constraint that comes with the proposal itself is left out: it is widened with it."""
    return tuple(one for one in _found(parts, catalogue, proposal) if one[2].file not in proposal.files)


def _found(parts: Parts, catalogue: Catalogue, proposal: Proposal) -> Iterator[tuple[str, str, Outside]]:
    for path, sha in sorted(proposal.files.items()):
        if not sha or not path.startswith("mappings/") or not path.endswith(".csv"):
            continue
        try:
            table = table_named(catalogue, path)
            after = read_representation(parts.register.content(sha), path)
            before = read_representation(parts.register.content(s), path).rows if (s := proposal.before[path]) else ()
        except GreffeError:
            continue  # no table that a map reads now
        was = {row.row_id: row.targets for row in before}
        for row in after.rows:
            if row.has_target and was.get(row.row_id) != row.targets:
                for one in outside(catalogue, table, row.targets):
                    yield path, row.row_id, one
