"""Files of transmissions, kept by their checksum: written whole or not at all, never changed, read only when they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from greffe.errors import Broken, NotFound, Refused
from greffe.release.parts import Parts
from greffe.settings import Settings
from greffe.store.depot import fetched
from greffe.store.folders import file_checksum, flush, make


def kept(settings: Settings, sha256: str) -> Path:
    """Where the file of that checksum lies, if it is kept."""
    return settings.transmissions / sha256[:2] / sha256


def keep(parts: Parts, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Keep a file, for all machines, and give its sha256 and length. Raises Refused when the disk does not take it; nothing is
    left then. Raises Unavailable when it cannot be shared: then it is known to nobody."""
    folder = parts.settings.transmissions
    work = folder / f".{uuid4().hex}.part"
    digest, size = hashlib.sha256(), 0
    try:
        make(folder)
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
            place = kept(parts.settings, name)
            place.parent.mkdir(exist_ok=True)
            work.replace(place)
            flush(place.parent)
            flush(folder)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"The file cannot be kept: {error.strerror}.", file=str(folder)) from error
    parts.depot.put(shared_name(name), place)
    return name, size


def whole(parts: Parts, sha256: str) -> Path:
    """A kept file that holds what was written, read once and not held. Raises Broken when it is gone or another one."""
    place = kept(parts.settings, sha256)
    try:
        return _whole(place, sha256)
    except Broken:
        if not parts.depot.shared:
            raise
        _brought(parts, place, sha256)
        return _whole(place, sha256)


def at(parts: Parts, sha256: str) -> Path:
    """Where a kept file is, once it came from where files are shared; it need not be: who opens it sees."""
    place = kept(parts.settings, sha256)
    if parts.depot.shared and not place.is_file():
        with suppress(Broken):
            _brought(parts, place, sha256)
    return place


def shared_name(sha256: str) -> str:
    """What a kept file is called where all machines find it."""
    return f"transmissions/{sha256[:2]}/{sha256}"


def _brought(parts: Parts, place: Path, sha256: str) -> None:
    """The file from another machine, in the place of what is here. Raises Broken when nobody has it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    work = parts.settings.transmissions / f".{uuid4().hex}.part"
    try:
        fetched(parts.depot, shared_name(sha256), work, sha256)
        work.replace(place)
    except NotFound as error:
        raise Broken("A file of a transmission is nowhere.", file=str(place), hint="Restore it from a copy.") from error
    finally:
        work.unlink(missing_ok=True)


def _whole(place: Path, sha256: str) -> Path:
    if file_checksum(place) != sha256:
        raise Broken("A file of a transmission is not what was written.", file=str(place))
    return place


def content(parts: Parts, sha256: str) -> bytes:
    """The bytes of a kept file. Raises Broken as `whole` does."""
    return whole(parts, sha256).read_bytes()
