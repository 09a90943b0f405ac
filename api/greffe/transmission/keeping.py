"""Files of transmissions, kept by their checksum: written whole or not at all, never changed, read only when they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from greffe.errors import Broken, Refused
from greffe.settings import Settings
from greffe.store.folders import flush


def kept(settings: Settings, sha256: str) -> Path:
    """Where the file of that checksum lies, if it is kept."""
    return settings.transmissions / sha256[:2] / sha256


def keep(settings: Settings, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Keep a file and give its sha256 and length. Raises Refused when the disk does not take it; nothing is left then."""
    folder = settings.transmissions
    work = folder / f".{uuid4().hex}.part"
    digest, size = hashlib.sha256(), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with work.open("wb") as stream:
                os.fchmod(stream.fileno(), 0o600)
                for piece in pieces:
                    stream.write(piece)
                    digest.update(piece)
                    size += len(piece)
                stream.flush()
                os.fsync(stream.fileno())
            name = digest.hexdigest()
            place = kept(settings, name)
            place.parent.mkdir(exist_ok=True)
            work.replace(place)
            flush(place.parent)
            flush(folder)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"The file cannot be kept: {error.strerror}.", file=str(folder)) from error
    return name, size


def whole(settings: Settings, sha256: str) -> Path:
    """A kept file that holds what was written, read once and not held. Raises Broken when it is gone or another one."""
    place = kept(settings, sha256)
    try:
        with place.open("rb") as stream:
            same = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except OSError as error:
        raise Broken(f"A file of a transmission is not there: {error.strerror}.", file=str(place)) from error
    if not same:
        raise Broken("A file of a transmission is not what was written.", file=str(place))
    return place


def content(settings: Settings, sha256: str) -> bytes:
    """The bytes of a kept file. Raises Broken as `whole` does."""
    return whole(settings, sha256).read_bytes()
