"""Artefacts and maps in the register: imported on first start, exported byte for byte, maps approved by two (D2)."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from greffe.catalogue.load import read_folders
from greffe.errors import Conflict, Refused
from greffe.model.maps import StructureMap
from greffe.release.kept_catalogues import handed_in
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, author_of, may_sign
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.records import Approval, CatalogueVersion

EXPORTED: Final = ".greffe.json"  # in an exported folder: which catalogue it was, and what each file was


def set_up(parts: Parts) -> bool:
    """On first start: enter the house itself, import what was shipped. False when that was done before."""
    if parts.ledger().catalogues:
        return False
    if not parts.ledger().people:
        parts.register.add_person(HOUSE, parts.clock(), HOUSE.name, ("administrator", "author"))
    with suppress(Conflict):  # another process was first: its import is the same
        _import(parts)
    return True


def _import(parts: Parts) -> None:
    """Make the shipped folders the effective catalogue, the house being the author of each map."""
    contents = read_folders(parts.settings.sdmx, parts.settings.mappings)
    catalogue = handed_in(contents)
    version = CatalogueVersion(
        catalogue.checksum, {path: hashlib.sha256(body).hexdigest() for path, body in contents.items()}
    )
    parts.register.append(
        HOUSE,
        parts.clock(),
        "catalogue.imported",
        catalogue.checksum,
        version.payload(),
        once=parts.ledger().definitions.once,
        contents=list(contents.values()),
    )
    acts = [
        Act("map.approved", subject, Approval(subject, map_.checksum, role="author").payload())
        for map_ in catalogue.maps.values()
        if not author_of(parts, subject := map_subject(map_), map_.checksum)
    ]
    if acts:
        parts.note_all(HOUSE, acts)


def export_folders(parts: Parts, into: Path) -> int:
    """Write the effective catalogue back as files, byte for byte, and a hidden note of what was exported, by which an old
    folder is known when it comes back. Refuses a folder that is not empty; returns the number of files of the catalogue.
    """
    if into.exists() and any(into.iterdir()):
        raise Refused(f"{into} is not empty.", hint="Name a new folder.")
    version = parts.effective()
    files = version.files
    for path, checksum in files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(parts.register.content(checksum))
    note = {"catalogue": version.checksum, "files": dict(files)}
    (into / EXPORTED).write_text(json.dumps(note, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return len(files)


def map_subject(map_: StructureMap) -> str:
    """What approvals of a map are written under: `map:SSER:MAP_…(1.0.0)`."""
    return f"map:{map_.reference}"


@one_by_one
def approve_map(parts: Parts, who: Actor, map_: StructureMap, comment: str = "") -> None:
    """Sign the map as it is now effective: its YAML and every row of its representation maps."""
    subject = map_subject(map_)
    may_sign(parts, who, subject, map_.checksum, author_of(parts, subject, map_.checksum))
    parts.note(who, "map.approved", subject, Approval(subject, map_.checksum, comment=comment).payload())
