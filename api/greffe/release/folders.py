"""Folders that come back: what somebody edited is proposed, what others changed meanwhile is left as they made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from greffe.catalogue.load import read_folders
from greffe.errors import BadInput, Refused
from greffe.model.instants import paris_day
from greffe.release.definitions import EXPORTED
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import Proposal, effect_instant, propose, standing
from greffe.store.base import Actor
from greffe.store.records import CatalogueVersion

Files = Mapping[str, bytes | None]  # path → content, None: no such file


@dataclass(frozen=True)
class Settled:
    """What a folder asks for, and a sentence on each file that it holds as it once was."""

    files: Files
    left_alone: tuple[str, ...] = ()


def settled(
    parts: Parts, files: Files, folder: Path, effective_from: date | None = None, *, named: bool = False
) -> Settled:
    """The files without those that nobody edited: an earlier state in an old folder is no wish to go back to it.

    `folder` is where `greffe export` left its note (`EXPORTED`). With the note, a file as it was exported is left alone,
    and one that was edited while others changed it is refused (Refused, with who did). Without, a file as some earlier
    catalogue had it is left alone, unless people `named` the file: so one goes back on purpose.
    """
    versions = versions_until(parts, effective_from)
    note = _note(folder, versions)
    kept: dict[str, bytes | None] = {}
    left: list[str] = []
    stale: list[str] = []
    for path, body in files.items():
        given = "" if body is None else hashlib.sha256(body).hexdigest()
        held = versions[-1].files.get(path, "")
        taken = None if note is None else note.get(path, "")
        earlier = (
            taken == given if taken is not None else not named and any(v.files.get(path, "") == given for v in versions)
        )
        if given != held and earlier:
            left.append(f"{path} is as it was until {changed_by(parts, versions, path, given)}: left alone.")
        elif given != held and taken is not None and taken != held:
            stale.append(f"{path} by {changed_by(parts, versions, path, taken)}")
        else:
            kept[path] = body
    if stale:
        raise Refused(
            f"Since {folder} was exported others changed what was edited in it: {'; '.join(stale)}.",
            hint="Export into a new folder and edit there.",
        )
    return Settled(kept, tuple(left))


def propose_folders(
    parts: Parts,
    who: Actor,
    sdmx: Path,
    mappings: Path,
    reason: str,
    effective_from: date | None = None,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> Proposal | None:
    """Propose what two folders hold, whole: files that lack are to go. None when nothing changes.

    What `settled` leaves alone is told, a sentence each."""
    needs(parts, who, "author")
    asked = asked_by_folders(parts, sdmx, mappings, effective_from)
    for line in asked.left_alone:
        tell(line)
    return propose(parts, who, asked.files, reason, effective_from) if asked.files else None


def asked_by_folders(parts: Parts, sdmx: Path, mappings: Path, effective_from: date | None = None) -> Settled:
    """What two folders ask for, whole; no file when nothing would change."""
    held = versions_until(parts, effective_from)[-1].files
    found = whole(read_folders(sdmx, mappings), held)
    asked = settled(parts, found, sdmx.parent if sdmx.parent == mappings.parent else sdmx, effective_from)
    same = all(held.get(p, "") == ("" if b is None else hashlib.sha256(b).hexdigest()) for p, b in asked.files.items())
    return Settled({}, asked.left_alone) if same else asked


def whole(found: Mapping[str, bytes], held: Mapping[str, str]) -> Files:
    """What a folder holds, with None for every file of a catalogue that it lacks."""
    return {**found, **dict.fromkeys(path for path in held if path not in found)}


def versions_until(parts: Parts, effective_from: date | None) -> list[CatalogueVersion]:
    """The catalogues up to the one that will stand on that day, the last."""
    ledger, now = parts.ledger(), parts.clock()
    last = standing(ledger, effect_instant(effective_from.isoformat() if effective_from else "", now), now)
    return [v for v in ledger.catalogues if v.instant <= last.instant]


def _note(folder: Path, versions: list[CatalogueVersion]) -> Mapping[str, str] | None:
    """Path → sha256 as exported. None without a note, and when the note is of another house."""
    file = folder / EXPORTED
    if not file.is_file():
        return None
    try:
        said: object = json.loads(file.read_bytes())
        if isinstance(said, dict) and isinstance(said["files"], dict):
            known = any(v.checksum == said["catalogue"] for v in versions)
            return {str(p): str(s) for p, s in said["files"].items()} if known else None
    except (OSError, ValueError, KeyError) as error:
        raise BadInput("It is not what greffe export wrote.", file=str(file), hint="Export again.") from error
    raise BadInput("It is not what greffe export wrote.", file=str(file), hint="Export again.")


def changed_by(parts: Parts, versions: Sequence[CatalogueVersion], path: str, was: str) -> str:
    """Who made another file of what it was, and when: the change after the last catalogue that had it."""
    places = [n for n, v in enumerate(versions[:-1]) if v.files.get(path, "") == was]
    version = versions[places[-1] + 1] if places else versions[-1]
    by = parts.ledger().definitions.proposals.get(version.proposal)
    return f"{f'{by.id} of {by.author}' if by else 'an import'}, effective {paris_day(version.instant)}"
