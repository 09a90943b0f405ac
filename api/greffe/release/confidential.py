"""Values that a release holds apart: for the protection of later releases, and for recipients who have a grant."""

from __future__ import annotations

from greffe.errors import NotFound
from greffe.model.references import Reference
from greffe.protection.tables import Earlier
from greffe.release.parts import Parts
from greffe.store.base import CONFIDENTIAL


def earlier_of(parts: Parts, flow: Reference) -> tuple[Earlier, ...]:
    """The releases of a dataflow that were made and may have been read, the withdrawn ones too: what was public stays known."""
    found = []
    for release in parts.ledger().releases_of(flow):
        if release.withdrawn_at is not None and release.withdrawn_at <= release.effective_at:
            continue
        data = parts.observations.file(release.name, "data.parquet")
        try:
            apart = parts.observations.file(release.name, CONFIDENTIAL)
        except NotFound:
            apart = None
        found.append(Earlier(str(release), data, apart))
    return tuple(found)
