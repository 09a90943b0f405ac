"""A folder from which a client of the recipient takes files: that of EDAMIS, a share, a portal's upload folder.

A file is written under a name that clients pass over, then renamed: nobody ever takes half of one. What a client took away
cannot be told from what never came; the note beside the files says which were put there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Final

from greffe.errors import numbered
from greffe.transmission.channels.channel import (
    ABSENT,
    PARTLY,
    THERE,
    UNKNOWN,
    Arrived,
    NotSent,
    Options,
    Outgoing,
    Parcel,
    Unsure,
)

NOTES: Final = ".greffe"


class Folder:
    """Settings: `path`, an absolute path of a folder that is there."""

    def __init__(self, options: Options) -> None:
        options.only("path")
        self._path = Path(options.text("path"))
        if not self._path.is_absolute():
            raise options.wrong("path", f"{str(self._path)!r} is no absolute path")

    def deliver(self, parcel: Parcel) -> str:
        """Write what is not there yet, note it, and show all files."""
        if not self._path.is_dir():
            raise NotSent(f"{self._path} is no folder that can be reached.")
        state = self.look(parcel)
        if state == THERE:
            return "all files were there"
        if state == UNKNOWN:
            raise Unsure(f"{self._path}: a file that was put there is gone, or another one has its name.")
        try:
            for file in parcel.files:
                self._write(file)
        except OSError as error:
            raise NotSent(f"{self._path}: {error.strerror}.") from error
        try:
            self._show(parcel)
        except OSError as error:
            raise Unsure(f"{self._path}: {error.strerror}.") from error
        return f"{numbered(len(parcel.files), 'file')} in the folder"

    def look(self, parcel: Parcel) -> Arrived:
        """By the note and by the files themselves. A part that is there was never shown: renaming it is what shows it. What
        the note says was to be shown, and is there neither way, a client may have taken."""
        try:
            noted = (self._path / NOTES / f"{parcel.key}.json").exists()
            found = [self._state(file, noted) for file in parcel.files]
        except OSError as error:
            raise NotSent(f"{self._path}: {error.strerror}.") from error
        if UNKNOWN in found:
            return UNKNOWN
        if set(found) <= {THERE}:
            return THERE
        return ABSENT if set(found) == {ABSENT} else PARTLY

    def _state(self, file: Outgoing, noted: bool) -> Arrived:
        if self._whole(file):
            return THERE
        if self._at(file).exists():
            return UNKNOWN  # another file of that name: an earlier delivery that nobody took, or a foreign one
        if self._part(file).exists():
            return PARTLY
        return UNKNOWN if noted else ABSENT

    def _at(self, file: Outgoing) -> Path:
        return self._path / file.name

    def _part(self, file: Outgoing) -> Path:
        return self._path / f".{file.name}.{file.sha256[:12]}.part"

    def _whole(self, file: Outgoing) -> bool:
        place = self._at(file)
        if not place.is_file() or place.stat().st_size != file.size:
            return False
        with place.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256

    def _write(self, file: Outgoing) -> None:
        if self._whole(file):
            return
        with file.path.open("rb") as source, self._part(file).open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())

    def _show(self, parcel: Parcel) -> None:
        """The note first: from then on nobody takes a file that is missing for one that never came."""
        notes = self._path / NOTES
        notes.mkdir(exist_ok=True)
        work = notes / f"{parcel.key}.part"
        work.write_text(json.dumps({f.name: f.sha256 for f in parcel.files}, sort_keys=True) + "\n", encoding="utf-8")
        work.replace(notes / f"{parcel.key}.json")
        for file in parcel.files:
            if self._part(file).exists():
                self._part(file).rename(self._at(file))
