"""Files appear at a place whole and once: in a folder of this machine, or on a server of the recipient.

A file is written under a name that clients pass over, then renamed: nobody ever takes half of one, and what an earlier try
wrote is completed. What a client took away cannot be told from what never came; the note, written before the first file is
shown, says which were put there.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from greffe.errors import numbered
from greffe.transmission.channels.channel import (
    ABSENT,
    PARTLY,
    THERE,
    UNKNOWN,
    Arrived,
    NotSent,
    Occupied,
    Outgoing,
    Parcel,
    Unsure,
)

NOTES: Final = ".greffe"
CHUNK: Final = 1 << 16


class Place(Protocol):
    """Files by name, below one folder. Every step raises OSError when it fails.

    `reads`: whether what lies there is read back and compared by checksum; else sizes and the note must do.
    """

    @property
    def where(self) -> str:
        """As a person names it."""

    @property
    def reads(self) -> bool:
        """Whether files are read back."""

    def size(self, name: str) -> int | None:
        """Length in bytes; None when there is no such file."""

    def digest(self, name: str, length: int) -> str:
        """The sha256 of the first bytes of a file, in hexadecimal digits."""

    def write(self, name: str, source: BinaryIO, at: int) -> None:
        """Write what is left of the source into a file from a position on; at 0 it is made, or made anew."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name in one step."""

    def folder(self, name: str) -> None:
        """Make a folder that may be there."""


@dataclass(frozen=True)
class Found:
    """What lies there of a parcel: whether its note does, each file's state; names that other files have. Without the note
    nothing of the parcel was ever shown, so that what has such a name is not of it."""

    noted: bool
    states: tuple[Arrived, ...]
    foreign: tuple[str, ...] = ()

    @property
    def state(self) -> Arrived:
        """All files in a word."""
        if UNKNOWN in self.states:
            return UNKNOWN
        if set(self.states) <= {THERE}:
            return THERE
        return ABSENT if set(self.states) == {ABSENT} else PARTLY


def found(place: Place, parcel: Parcel) -> Found:
    """By the note and by the files themselves. A part that is there was never shown: renaming it is what shows it. What
    the note says was to be shown, and is there neither way, a client may have taken. Raises NotSent when nobody answers."""
    try:
        noted = place.size(_note(parcel)) is not None
        states = tuple(_state(place, file, noted) for file in parcel.files)
        if noted:
            return Found(True, states)
        foreign = tuple(f.name for f, s in zip(parcel.files, states, strict=True) if s == UNKNOWN)
        return Found(False, tuple(ABSENT if s == UNKNOWN else s for s in states), foreign)
    except OSError as error:
        raise NotSent(f"{place.where}: {reason(error)}.") from error


def put(place: Place, parcel: Parcel) -> str:
    """Write what is not there yet, note it, and show it. What was seen there once is not touched: should a client take it
    meanwhile, it does not come a second time. Raises Occupied where another file has one of the names, and nothing was put."""
    seen = found(place, parcel)
    if seen.foreign:
        name = seen.foreign[0]
        raise Occupied(f"{place.where}: {name} lies there, and is not this delivery's. Nothing was put.", name)
    if seen.state == THERE:
        return "all files were there"
    if seen.state == UNKNOWN:
        raise Unsure(f"{place.where}: a file that was put there is gone, or another one has its name.")
    lacking = [file for file, state in zip(parcel.files, seen.states, strict=True) if state != THERE]
    try:
        for file in lacking:
            _write(place, file)
        if not seen.noted:
            _write_note(place, parcel)
    except OSError as error:
        told = f"{place.where}: {reason(error)}."
        raise (Unsure(told) if seen.noted else NotSent(told)) from error
    try:
        for file in lacking:
            _show(place, file)
    except OSError as error:
        raise Unsure(f"{place.where}: {reason(error)}.") from error
    return f"{numbered(len(parcel.files), 'file')} in the folder"


def reason(error: OSError) -> str:
    """What an error of the system or of a server says."""
    return (error.strerror or str(error) or type(error).__name__).rstrip(".")


def _state(place: Place, file: Outgoing, noted: bool) -> Arrived:
    size = place.size(file.name)
    if size is not None:
        # Without reading it: no file had that name when the note was written, so that the one that is there is ours.
        same = place.digest(file.name, size) == file.sha256 if place.reads else noted
        return (
            THERE if size == file.size and same else UNKNOWN
        )  # an earlier delivery that nobody took, or a foreign file
    if place.size(_part(file)) is not None:
        return PARTLY
    return UNKNOWN if noted else ABSENT


def _write(place: Place, file: Outgoing) -> None:
    part = _part(file)
    at = _resumed(place, file, part)
    with file.path.open("rb") as source:
        source.seek(at)
        place.write(part, source, at)
    size = place.size(part)
    if size != file.size:
        raise OSError(f"{file.name} has {size} bytes there, of {file.size}")
    if place.reads and place.digest(part, file.size) != file.sha256:
        place.write(part, io.BytesIO(), 0)  # it begins anew with the next try
        raise OSError(f"{file.name} reads back otherwise than it was written")


def _resumed(place: Place, file: Outgoing, part: str) -> int:
    """How many bytes of an earlier try are good."""
    size = place.size(part) or 0
    if size > file.size:
        return 0
    if not (size and place.reads):
        return size
    digest = hashlib.sha256()
    with file.path.open("rb") as source:
        left = size
        while left and (piece := source.read(min(CHUNK, left))):
            digest.update(piece)
            left -= len(piece)
    return size if place.digest(part, size) == digest.hexdigest() else 0


def _write_note(place: Place, parcel: Parcel) -> None:
    told = json.dumps({f.name: f.sha256 for f in parcel.files}, sort_keys=True) + "\n"
    place.folder(NOTES)
    work = f"{NOTES}/{parcel.key}.part"
    place.write(work, io.BytesIO(told.encode()), 0)
    place.rename(work, _note(parcel))


def _show(place: Place, file: Outgoing) -> None:
    if place.size(file.name) is not None:
        raise OSError(f"{file.name}: meanwhile another file has that name")
    place.rename(_part(file), file.name)


def _note(parcel: Parcel) -> str:
    return f"{NOTES}/{parcel.key}.json"


def _part(file: Outgoing) -> str:
    return f".{file.name}.{file.sha256[:12]}.part"
