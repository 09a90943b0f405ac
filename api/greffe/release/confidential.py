"""Values that a release holds apart: for the protection of later releases, and for recipients who have a grant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from greffe.arrow import pa, pc, pq, text
from greffe.errors import NotFound
from greffe.model.references import Reference
from greffe.model.releases import Release
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
        found.append(Earlier(str(release), data, apart_of(parts, release)))
    return tuple(found)


def apart_of(parts: Parts, release: Release) -> Path | None:
    """The file of the values that a release hides, where it hides any."""
    try:
        return parts.observations.file(release.name, CONFIDENTIAL)
    except NotFound:
        return None


def kept_apart(parts: Parts, release: Release, key: Mapping[str, str], period: str) -> str | None:
    """The true value of one observation that a release hides or rounds; None for any other."""
    path = apart_of(parts, release)
    if path is None:
        return None
    found = pq.read_table(path)
    for name, code in {**key, "TIME_PERIOD": period}.items():
        found = found.filter(pc.equal(found.column(name), pa.scalar(code)))
    values = found.column("OBS_VALUE").to_pylist()
    return text(values[0]) if values else None
