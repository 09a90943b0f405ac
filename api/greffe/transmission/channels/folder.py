"""A folder from which a client of the recipient takes files: that of EDAMIS, a share, a portal's upload folder."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from greffe.store.folders import flush, make
from greffe.transmission.channels.channel import Arrived, NotSent, Options, Parcel
from greffe.transmission.channels.putting import CHUNK, found, put


class Disk:
    """Files below a folder of this machine, written through to the disk before they are shown."""

    reads = True

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        """Its path."""
        return str(self._path)

    def size(self, name: str) -> int | None:
        """Length in bytes; None when there is no such file."""
        try:
            return (self._path / name).stat().st_size
        except FileNotFoundError:
            return None

    def digest(self, name: str, length: int) -> str:
        """The sha256 of its first bytes."""
        digest = hashlib.sha256()
        with (self._path / name).open("rb") as stream:
            while length and (piece := stream.read(min(CHUNK, length))):
                digest.update(piece)
                length -= len(piece)
        return digest.hexdigest()

    def write(self, name: str, source: BinaryIO, at: int) -> None:
        """From a position on; at 0 anew."""
        with (self._path / name).open("r+b" if at else "wb") as target:
            target.seek(at)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())

    def rename(self, old: str, new: str) -> None:
        """In one step, which the disk has when it ends: what was sent is there after a power cut."""
        (self._path / old).replace(self._path / new)
        flush((self._path / new).parent)

    def folder(self, name: str) -> None:
        """Made if it is not there."""
        make(self._path / name)


class Folder:
    """Settings: `path`, of a folder that is there; a relative one begins at the folder of channels.toml."""

    def __init__(self, options: Options) -> None:
        options.only("path")
        self._path = options.path("path") or Path(options.text("path"))  # the second one tells that it must be said

    @property
    def where(self) -> str:
        """Its path."""
        return str(self._path)

    @property
    def tells(self) -> bool:
        """What a client took away nobody can tell."""
        return False

    def deliver(self, parcel: Parcel) -> str:
        """Write what is not there yet, note it, and show all files."""
        self._there()
        return put(Disk(self._path), parcel)

    def look(self, parcel: Parcel) -> Arrived:
        """By the note and by the files themselves."""
        return found(Disk(self._path), parcel).state

    def reach(self) -> str:
        """Whether the folder is there and may be written to."""
        self._there()
        if not os.access(self._path, os.R_OK | os.W_OK | os.X_OK):
            raise NotSent(f"{self._path} may not be read and written by this account.", lasting=True)
        return "may be written"

    def _there(self) -> None:
        if not self._path.is_dir():
            raise NotSent(f"{self._path} is no folder that can be reached.")
