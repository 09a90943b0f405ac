"""Artefacts and maps in the register: imported from the folders, exported to them byte for byte, approved by two (D2)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load, read_folders
from greffe.errors import Refused
from greffe.model.maps import StructureMap
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, author_of, may_sign, needs
from greffe.store.base import Actor
from greffe.store.ledger import Approval, CatalogueVersion

SCHEME_VERSION = "1.0"  # agency and provider schemes have this one version for good, and grow within it (D9)


def set_up(parts: Parts) -> bool:
    """On first start: enter the house itself, import what was shipped. False when that was done before."""
    if parts.ledger().catalogue_files:
        return False
    if not parts.ledger().people:
        parts.register.add_person(HOUSE, parts.clock(), HOUSE.name, ("administrator", "author"))
    import_folders(parts, HOUSE, parts.settings.sdmx, parts.settings.mappings)
    return True


def import_folders(parts: Parts, who: Actor, sdmx: Path, mappings: Path) -> CatalogueVersion | None:
    """Load the folders and make them the effective catalogue, the importer being the author of each map that is new.

    Loading what is already there changes nothing (None). A map that changed loses its approvals by its new checksum.
    An artefact of a version that was effective does not change any more: three-part versions are immutable (R2-VER-07,
    D14). Raises BadDefinition or Refused, and then nothing changed.
    """
    needs(parts, who, "author")
    contents = read_folders(sdmx, mappings)
    catalogue = load(contents)
    files = {path: hashlib.sha256(body).hexdigest() for path, body in contents.items()}
    known = parts.ledger().catalogue_files
    if files == dict(known):
        return None
    _unchanged(parts.catalogue() if known else None, catalogue)
    version = CatalogueVersion(catalogue.checksum, files)
    parts.register.append(
        who,
        parts.clock(),
        "catalogue.imported",
        catalogue.checksum,
        version.payload(),
        contents=list(contents.values()),
    )
    for map_ in catalogue.maps.values():
        subject = map_subject(map_)
        if not author_of(parts, subject, map_.checksum):
            parts.note(who, "map.approved", subject, Approval(subject, map_.checksum, role="author").payload())
    return version


def _unchanged(before: Catalogue | None, after: Catalogue) -> None:
    for map_ in before.maps if before else ():
        if map_ not in after.maps:
            raise Refused(
                f"The map {map_} is gone.", hint="What was effective stays: change it, or add another version."
            )
    for (kind, reference), artefact in before.artefacts.items() if before else ():
        if before is not None and (kind, reference) in before.derived:
            continue  # a map: its change is a matter of approvals
        now = after.artefacts.get((kind, reference))
        if now is None:
            raise Refused(f"{kind} {reference} is gone.", hint="What was effective stays: add versions, remove none.")
        if now != artefact and reference.version != SCHEME_VERSION:
            raise Refused(
                f"{kind} {reference} is not what it was: a version that was effective does not change.",
                hint="Give the changed artefact a new version.",
            )


def export_folders(parts: Parts, into: Path) -> int:
    """Write the effective catalogue back as files, byte for byte. Refuses a folder that is not empty."""
    if into.exists() and any(into.iterdir()):
        raise Refused(f"{into} is not empty.", hint="Name a new folder.")
    files = parts.ledger().catalogue_files
    for path, checksum in files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(parts.register.content(checksum))
    return len(files)


def map_subject(map_: StructureMap) -> str:
    """What approvals of a map are written under: `map:SSER:MAP_…(1.0.0)`."""
    return f"map:{map_.reference}"


def approve_map(parts: Parts, who: Actor, map_: StructureMap, comment: str = "") -> None:
    """Sign the map as it is now effective: its YAML and every row of its representation maps."""
    subject = map_subject(map_)
    may_sign(parts, who, subject, map_.checksum, author_of(parts, subject, map_.checksum))
    parts.note(who, "map.approved", subject, Approval(subject, map_.checksum, comment=comment).payload())
