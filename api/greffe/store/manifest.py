"""The folder of a release as it is written, and its manifest as it is read: what it holds, and under which checksums."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from greffe.errors import Broken
from greffe.store import derived
from greffe.store.base import CONFIDENTIAL, Saved
from greffe.store.chain import canonical, checksum
from greffe.store.coded import VALUE, Layout, Observed, write_flat
from greffe.store.difference import Difference, difference
from greffe.store.folders import content_of, file_checksum

DATA, DIFFERENCE, MANIFEST, SEAL = "data.parquet", "difference.parquet", "manifest.json", "manifest.sha256"
SERVING = "serving"
_SEALED: Final = re.compile(rb"[0-9a-f]{64}  manifest\.json\n")


@dataclass(frozen=True)
class Written:
    """What the manifest of a release says."""

    layout: Layout
    saved: Saved
    previous: str
    identity: str  # of the content and all that was said of it


def write_release(
    found: Observed, before: Observed | None, said: Mapping[str, object], work: Path, apart: Path | None
) -> None:
    """Everything of a release, the manifest last."""
    layout = found.layout
    write_flat(work / DATA, found.columns, found.values, (*layout.key, VALUE, *layout.attributes))
    change = difference(found, before)
    write_flat(work / DIFFERENCE, change.columns, change.values, Difference.order(layout))
    files: tuple[str, ...] = (DATA, DIFFERENCE)
    if apart is not None:
        shutil.copyfile(apart, work / CONFIDENTIAL)
        files = (*files, CONFIDENTIAL)
    document = {
        **said,
        "columns": asdict(layout),
        "files": {f: file_checksum(work / f) for f in files},
        "series": len(found.starts),
        "observations": len(found),
        "changed": change.changed,
    }
    body = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()
    (work / MANIFEST).write_bytes(body)
    (work / SEAL).write_bytes(_seal(checksum(body)))
    (work / SERVING).mkdir()
    derived.write(found, str(said["content_hash"]), work / SERVING)


_KEPT: Final = ("columns", "files", "series", "observations", "content_hash", "changed", "previous", "identity")


def _parsed(document: Mapping[str, object], seal: str) -> Written:
    kept = {name: document[name] for name in _KEPT if name in document}  # thousands of findings may stand beside
    read = json.loads(canonical(kept))  # plain values again, without a type for each level
    layout = Layout(**{k: tuple(v) for k, v in read["columns"].items()})
    files = {**read["files"], MANIFEST: seal}
    return Written(
        layout,
        Saved(files, read["series"], read["observations"], read["content_hash"], read["changed"]),
        read["previous"],
        read.get("identity", read["content_hash"]),  # older releases have one hash for both
    )


def read_written(folder: Path, name: str) -> Written:
    """The manifest of a release, checked against its seal. Raises Broken."""
    sealed, body = content_of(folder / SEAL), content_of(folder / MANIFEST)
    found = checksum(body)
    if sealed == _seal(found):
        return _parsed(json.loads(body), found)
    file = (
        MANIFEST if _SEALED.fullmatch(sealed) else SEAL
    )  # of two that differ the one is damaged that cannot be a seal
    raise Broken("A stored file is not what was written.", file=str(folder / file), hint="Restore it from a copy.")


def _seal(sha256: str) -> bytes:
    return f"{sha256}  {MANIFEST}\n".encode()
