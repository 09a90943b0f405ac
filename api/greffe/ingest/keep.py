"""The original of an extract is copied once, byte for byte, with its checksum, and read from the copy."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from greffe.errors import BadInput
from greffe.ingest.report import Progress

CHUNK: Final = 1 << 20
MARKED: Final = 64  # a progress report every so many chunks


def keep(path: Path, into: Path, progress: Progress) -> str:
    """Copy `path` to the file `into`, made read-only; the sha256 of what was copied, in hexadecimal.

    Raises BadInput for an empty file.
    """
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as source, into.open("wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
            done += len(chunk)
            if done // CHUNK % MARKED == 0:
                progress("copying", done)
    if not done:
        raise BadInput("The file is empty.", file=path.name)
    into.chmod(0o444)
    progress("copying", done)
    return digest.hexdigest()
