"""Where the files of a house are, as its register says since they were moved: in an entry of their own, or in the one by which a
register arrived that they went along with. Nothing says it where they never moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from greffe.errors import Refused
from greffe.store.base import Entry, Register
from greffe.store.chain import ARRIVED, FILES_MOVED
from greffe.urls import parts_of_url

SAYING: Final = (FILES_MOVED, ARRIVED)  # kinds of entries
DISK: Final = "disk"  # what the register calls it when there is no bucket


def place_of(files: str) -> str:
    """A place as the register names it: a bucket without what may be written in several ways, or DISK."""
    if not files:
        return DISK
    parts = parts_of_url(files)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}/{parts.path.strip('/')}".rstrip("/")


def setting_of(place: str) -> str:
    """What the setting `files` says of a place."""
    return "" if place == DISK else place


def said(entries: Iterable[tuple[int, str, str, Mapping[str, object]]]) -> tuple[str, int]:
    """The place that the last of those says, by number, kind, subject and payload; and its number. '' and 0 when none does."""
    found = ("", 0)
    for number, kind, subject, payload in entries:
        place = subject if kind == FILES_MOVED else str(payload.get("files", ""))
        found = (place, number) if place else found
    return found


def said_by(register: Register) -> tuple[str, int]:
    """The same of a whole register."""
    return said(map(_told, register.read(kinds=SAYING)))


def _told(entry: Entry) -> tuple[int, str, str, Mapping[str, object]]:
    return entry.number, entry.kind, entry.subject, entry.payload


def elsewhere(found: tuple[str, int], files: str) -> Refused | None:
    """What is wrong with settings that say `files` where the register says another place; None when nothing is."""
    place, number = found
    if place in ("", place_of(files)):
        return None
    return Refused(
        f'The files were moved: since entry {number} settings say files = "{setting_of(place)}", and these say files = "{files}".',
        hint="Set GREFFE_FILES (or files in greffe.toml) and start again; greffe move --undo brings them back.",
    )


def in_place(register: Register, files: str) -> None:
    """Raise Refused for settings that name another place than the register."""
    wrong = elsewhere(said_by(register), files)
    if wrong is not None:
        raise wrong
