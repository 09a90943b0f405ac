"""The files that are named, where they lie: what of each belongs to it, and the sha256 that they must have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from greffe.errors import Broken
from greffe.release.parts import Parts
from greffe.settings import Settings
from greffe.store.base import CONFIDENTIAL
from greffe.store.chain import checksum
from greffe.store.depot import version_of
from greffe.store.folders import content_of
from greffe.store.named import Named, kept_path
from greffe.store.records import ExtractRecord
from greffe.transmission import keeping

_SEAL: Final = "manifest.sha256"


@dataclass(frozen=True)
class Wanted:
    """`path` below the home, `source` where it lies; `sha256` '' when nobody said it (lists of refused rows, editions of the
    pivot, seals)."""

    path: str
    source: Path
    sha256: str = ""


Group = Callable[[], list[Wanted]]  # what belongs together; raises Broken


def wanted(parts: Parts, names: Named) -> Iterator[Group]:
    """Every file that is named, in groups: a fault in one hides nothing of another. What this machine has not comes from where
    files are shared."""
    for folder, extract in names.extracts.items():
        yield partial(_of_extract, parts, folder, extract)
    for draft, sha in names.drafts.items():
        yield partial(_of_draft, parts, draft, sha)
    for release, content in names.releases.items():
        yield partial(_of_release, parts, release, content)
    for sha in names.kept:
        yield partial(_of_transmission, parts, sha)
    yield partial(_of_pivot, parts.settings)


def _of_extract(parts: Parts, name: str, record: ExtractRecord) -> list[Wanted]:
    settings, folder = parts.settings, parts.extracts.at(name, version_of(record.rows_checksum))
    originals = sorted(folder.glob("original.*"))
    if not originals:
        raise Broken("A stored file is missing.", file=str(folder / "original"))
    found = [_wanted(settings, originals[0], record.checksum)]
    if record.accepted:
        found.append(_wanted(settings, folder / "rows.parquet", record.rows_checksum))
    rejects = folder / "rejects.csv"
    return [*found, _wanted(settings, rejects)] if rejects.is_file() else found


def _of_draft(parts: Parts, name: str, sha: str) -> list[Wanted]:
    settings, folder = parts.settings, parts.drafts.at(name, version_of(sha))
    path = folder / "draft.json"
    body = content_of(path)
    if checksum(body) != sha:
        raise Broken("A stored file is not what was written.", file=str(path))
    document = json.loads(body)
    found = [_wanted(settings, path, sha), _wanted(settings, folder / "data.parquet", str(document["data_sha256"]))]
    apart = str(document.get("apart_sha256", ""))
    return [*found, _wanted(settings, folder / CONFIDENTIAL, apart)] if apart else found


def _of_release(parts: Parts, name: str, content: str) -> list[Wanted]:
    settings, folder = parts.settings, parts.released.at(name)
    seal = content_of(folder / _SEAL).decode(errors="replace").split(" ")[0]
    path = folder / "manifest.json"
    body = content_of(path)
    document = json.loads(body) if checksum(body) == seal else {}
    if document.get("content_hash") != content:
        raise Broken("A stored file is not what was written.", file=str(path))
    files = [_wanted(settings, folder / file, sha) for file, sha in sorted(document["files"].items())]
    return [*files, _wanted(settings, path, seal), _wanted(settings, folder / _SEAL)]


def _of_transmission(parts: Parts, sha: str) -> list[Wanted]:
    return [Wanted(kept_path(sha), keeping.at(parts, sha), sha)]


def _of_pivot(settings: Settings) -> list[Wanted]:
    """Editions as they came: the reason of their proposal names their checksum, no entry their files."""
    return [_wanted(settings, p) for p in sorted((settings.home / "pivot").glob("*/*")) if p.is_file()]


def _wanted(settings: Settings, path: Path, sha: str = "") -> Wanted:
    return Wanted(path.relative_to(settings.home).as_posix(), path, sha)
