"""Quality of releases, kept in memory: a release never changes, and measuring reads its Parquet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, TooLarge, Unavailable
from greffe.model.metadata import MetadataSet
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.quality import Quality, measured
from greffe.release.quality_set import outline, reference_of, reported
from greffe.release.vintages import readable

Key: TypeAlias = tuple[str, str, tuple[int, ...]]
MOST: Final = 256  # kept
AT_ONCE: Final = 200  # reports of one answer
_PATIENCE: Final = 30.0
_KEPT: Final[WeakKeyDictionary[object, Few[Key, Quality]]] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()
_TURN: Final = threading.Lock()


def quality_of(parts: Parts, release: Release) -> Quality:
    """The quality of a release that may be read. Measured once, one at a time. Raises Unavailable when too many wait."""
    now = parts.clock()
    told = tuple(r.number for r in parts.ledger().releases_of(release.dataflow) if r.readable(now))
    key = str(release), release.content_hash, told
    with _LOCK:
        kept = _KEPT.setdefault(parts.observations, Few(MOST))
    found = kept.get(key)
    if found is not None:
        return found
    if not _TURN.acquire(timeout=_PATIENCE):
        raise Unavailable("Too many quality reports are made at once.")
    try:
        found = kept.get(key) or measured(parts, release)
    finally:
        _TURN.release()
    return kept.keep(key, found)


def quality_named(parts: Parts, flow: Dataflow, number: int = 0) -> Quality:
    """Of the current release of a dataflow, or of that number. Raises NotFound with the nearest releases."""
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        raise NotFound(f"Nothing of {flow.reference} is released.")
    return quality_of(parts, readable(parts, flow, number or current.number, "release"))


def quality_links(release: Release) -> tuple[str, str]:
    """Links (RFC 8288) from the figures of a release to what describes their quality: a page, and SDMX."""
    flow, reference = release.dataflow, reference_of(release)
    report = f"/sdmx/v2/metadata/metadataset/{reference.agency}/{reference.id}/{reference.version}"
    return (
        f'</quality/{flow.id}?release={release.number}>; rel="describedby"; type="text/html"',
        f'<{report}>; rel="describedby"; type="application/vnd.sdmx.metadata+json"',
    )


class Reports:
    """The reports on releases of one answer: outlines at first, then those that match, whole."""

    def __init__(self, parts: Parts, catalogue: Catalogue, moment: datetime | None) -> None:
        self._parts, self._catalogue = parts, catalogue
        now = parts.clock()
        at = now if moment is None else min(moment, now)
        flows = {d.reference: d for d in parts.catalogue().dataflows()}
        told = [
            r for r in parts.ledger().releases.values() if r.readable(now) and r.held_at(at) and r.dataflow in flows
        ]
        self._releases = {reference_of(r): r for r in told}
        self._made = 0
        self.outlines: Sequence[MetadataSet] = tuple(outline(r, flows[r.dataflow]) for r in told)
        self.state = tuple((str(r), r.content_hash) for r in told)
        self.modified = max((t for r in parts.ledger().releases.values() for t in r.instants(now)), default=None)

    def whole(self, report: MetadataSet) -> MetadataSet:
        """The report with what it says; one that people wrote as it is. Raises TooLarge for too many of them."""
        release = self._releases.get(report.reference)
        if release is None:
            return report
        self._made += 1
        if self._made > AT_ONCE:
            raise TooLarge(f"More than {AT_ONCE} reports on releases.", hint="Name one, or ask for the latest (~).")
        return reported(quality_of(self._parts, release), self._catalogue)

    def synthetic(self, reports: Sequence[MetadataSet]) -> bool:
        """Whether one of them is on invented figures."""
        found = (self._releases.get(r.reference) for r in reports)
        return any(r is not None and r.origin == "synthetic" for r in found)
