"""All that a draft is made from, and the key that names it (D4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.protection import FILE as PROTECTION
from greffe.catalogue.policies.thresholds import FORESEEN
from greffe.mapping.breaks import concerning
from greffe.model.maps import StructureMap
from greffe.model.structures import Dataflow, DataStructure
from greffe.protection.linked import Linked
from greffe.protection.tables import Earlier
from greffe.release.sources import Inputs


@dataclass(frozen=True)
class Beside:
    """A dataset of another dataflow, of the same origin: its current release, or a draft that waits."""

    name: str
    data: Path


@dataclass(frozen=True)
class Job:
    """All that a draft is made from: same job, same draft (D4)."""

    catalogue: Catalogue
    map: StructureMap
    dataflow: Dataflow
    structure: DataStructure
    inputs: Inputs
    reason: str = ""
    previous: Path | None = None  # data.parquet of the release that is current
    earlier: tuple[Earlier, ...] = ()  # releases of the dataflow that were public
    linked: tuple[Linked, ...] = ()  # those of dataflows that identities join with it, public or about to be
    today: date | None = None  # in Paris; None: no date of change is passed
    others: Mapping[str, Sequence[Beside]] = field(default_factory=dict)  # by dataflow id: what identities compare with

    @property
    def key(self) -> str:
        """sha256 over dataflow, extract checksums, map and rule versions, thresholds, rules of confidentiality, breaks that
        figures of the map may meet, what other dataflows publish and hide of the same figures, reason (D4)."""
        limits = [f"{t.rule} {t.name} {t.value}" for t in self.catalogue.policies.thresholds if t.rule != FORESEEN]
        rules = [rules_version(), *limits, self.catalogue.files.get(PROTECTION, "")]
        rules += [repr(b) for b in concerning(self.map, self.catalogue.policies.breaks)]
        if any(one.confidential for one in self.linked):
            rules += [one.name for one in self.linked]
        parts = [str(self.dataflow.reference), *self.inputs.checksums, self.map.checksum, *rules, self.reason]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def rules_version() -> str:
    """sha256 over the code of the rules: a changed rule makes another draft."""
    digest = hashlib.sha256()
    for path in sorted(_python_files(files("greffe") / "validation"), key=lambda p: p.name):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _python_files(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _python_files(entry)
        elif entry.name.endswith(".py"):
            found.append(entry)
    return found
