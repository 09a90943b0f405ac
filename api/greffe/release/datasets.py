"""The datasets there are: current releases and the drafts that wait, each with what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from greffe.errors import NotFound
from greffe.model.findings import Finding
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.release.drafts import Draft, draft_folder, read_draft
from greffe.release.manifest import findings, made_from, table
from greffe.release.parts import Parts

RELEASED: Final = "released"
DRAFTED: Final = "drafted"
NEW: Final = "new"


@dataclass(frozen=True)
class Dataset:
    """A dataset as it is: a current release, a draft that waits, or (`new`) a dataflow of a map that has none yet.

    `coverage` is what preparation left out (release.drafts.Coverage as plain values), `data` its flat Parquet.
    """

    name: str
    state: str
    dataflow: Reference
    origin: str
    extracts: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    data: Path | None = None
    map: str = ""
    map_checksum: str = ""
    catalogue_checksum: str = ""
    coverage: Mapping[str, object] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """A number of its coverage: `selected` or `mapped`; 0 when it does not say."""
        found = self.coverage.get(name)
        return found if isinstance(found, int) else 0

    def listed(self, name: str) -> tuple[Mapping[str, object], ...]:
        """A list of its coverage: `unmapped` or `not_provided`."""
        found = self.coverage.get(name)
        return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list | tuple) else ()


def known(parts: Parts, flow: Reference) -> list[Dataset]:
    """The current release of a dataflow, and the last draft of each origin, if it is not released."""
    release, drafts = _names(parts, flow)
    return [*([of_release(parts, release)] if release else []), *(of_draft(parts, id_) for id_ in drafts)]


def how_many(parts: Parts, flow: Reference) -> int:
    """The number of datasets that `known` gives."""
    release, drafts = _names(parts, flow)
    return len(drafts) + (release is not None)


def _names(parts: Parts, flow: Reference) -> tuple[Release | None, list[str]]:
    ledger = parts.ledger()
    waiting = {d.origin: d for d in ledger.drafts.values() if d.dataflow == flow}
    drafts = [
        d.id for d in waiting.values() if ledger.release_of_draft(d.id) is None and draft_folder(parts, d).is_dir()
    ]
    return ledger.current(flow, parts.clock()), drafts


def of_release(parts: Parts, release: Release) -> Dataset:
    """A release, readable or not."""
    manifest = made_from(parts, release)
    coverage = manifest.get("coverage")
    return Dataset(
        str(release), RELEASED, release.dataflow, release.origin, tuple(table(manifest, "extracts")), findings(manifest),
        parts.observations.file(release.name, "data.parquet"), str(manifest.get("map", "")),
        str(manifest.get("map_checksum", "")), str(manifest.get("catalogue_checksum", "")),
        coverage if isinstance(coverage, Mapping) else {},
    )  # fmt: skip


def of_draft(parts: Parts, id_: str) -> Dataset:
    """A draft. Raises NotFound."""
    record = parts.ledger().draft(id_)
    draft: Draft = read_draft(draft_folder(parts, record))
    return Dataset(
        id_, DRAFTED, record.dataflow, record.origin, tuple(record.extracts), draft.findings, draft.data, draft.map,
        draft.map_checksum, draft.catalogue_checksum, draft.coverage,
    )  # fmt: skip


def before(parts: Parts, dataset: Dataset) -> Dataset | None:
    """What was released before it: of a release the one before, of a draft the current one."""
    ledger = parts.ledger()
    if dataset.state == DRAFTED:
        current = ledger.current(dataset.dataflow, parts.clock())
        return of_release(parts, current) if current else None
    number = ledger.release(dataset.name).number if dataset.state == RELEASED else 0
    earlier = [r for r in ledger.releases_of(dataset.dataflow) if r.number < number and r.withdrawn_at is None]
    return of_release(parts, earlier[-1]) if earlier else None


def named(parts: Parts, subject: str) -> Dataset:
    """A draft or a release by its name. Raises NotFound."""
    if "#" in subject:
        return of_release(parts, parts.ledger().release(subject))
    if subject not in parts.ledger().drafts:
        raise NotFound(f"There is no draft {subject}.")
    return of_draft(parts, subject)
