"""Handing in what was decided: the files that it makes, and the proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import dump_representation
from greffe.errors import BadQuery, Refused
from greffe.mapping.exchange.sets import table_named
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import Proposal, propose
from greffe.release.review.admitting import map_files
from greffe.release.review.pending import Pending, everything_pending, rows_with
from greffe.store.base import Actor


def contents(
    parts: Parts, catalogue: Catalogue, decided: Mapping[str, Mapping[str, Pending]]
) -> dict[str, bytes | None]:
    """The files that decisions make: their tables, and the maps that say more of a target. Raises Refused while one of them
    was taken on a row that is another one by now, or has no reason."""
    files: dict[str, bytes | None] = {}
    for file, pending in decided.items():
        stale = [one.item for one in pending.values() if one.stale]
        if stale:
            raise Refused(
                f"Others changed {len(stale)} rows of {file} since you decided: {', '.join(stale)}."
                if len(stale) > 1
                else f"Others changed {stale[0]} of {file} since you decided.",
                hint="Look at these rows again: decide anew, or undo.",
            )
        silent = [one.item for one in pending.values() if not one.row.reason.strip()]  # kept before this was asked for
        if silent:
            raise Refused(
                f"No reason is given for {', '.join(silent)} of {file}.",
                hint="Give each its reason, or undo them.",
            )
        table = table_named(catalogue, file)
        files[file] = dump_representation(replace(table, rows=rows_with(table, pending.values())))
    return files | map_files(
        parts, catalogue, [s for some in decided.values() for one in some.values() for s in one.types]
    )


def submit(parts: Parts, who: Actor, files: Sequence[str], reason: str, effective_from: date | None = None) -> Proposal:
    """Propose what is pending on those tables, and clear it from the desk. Raises what `propose` raises; then all stays."""
    needs(parts, who, "author")
    catalogue = parts.catalogue()
    decided = {f: d for f, d in everything_pending(parts, who, catalogue).items() if f in files}
    if not decided:
        raise BadQuery("Nothing is pending there.", parameter="table")
    made = propose(parts, who, contents(parts, catalogue, decided), reason, effective_from)
    for file, pending in decided.items():
        parts.desk.take(who.name, file, tuple(pending))
    return made
