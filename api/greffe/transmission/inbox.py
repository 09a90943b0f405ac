"""Receipts that recipients, or the client that fetches them, put into a folder: taken once, each for the delivery it is about.

A channel says where: `inbox = "/srv/edamis/in"`. A JSON receipt names its delivery, the message id, or a file that was sent by its
checksum or name; of any other file the name begins with one of these, e.g. `ESTAT_CTS_PRIS-2025-1_report.csv`. What left by
another channel is not taken. What was taken is moved to `.taken`. What cannot be is kept and entered as turned away, and stays until
somebody has looked at it; then it is moved to `.refused`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, Conflict, Denied, GreffeError
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.published import file_content
from greffe.store.base import Actor
from greffe.transmission.channels.channel import Options
from greffe.transmission.done import Done
from greffe.transmission.reading import LARGEST
from greffe.transmission.receipts import taken
from greffe.transmission.turned_away import UNKNOWN, turn_away
from greffe.transmission.whose import about_of

TAKEN, REFUSED = ".taken", ".refused"
WRITING: Final = 120  # seconds: a file that cannot be read may still be written


def poll(parts: Parts, who: Actor, channels: Mapping[str, Options]) -> Iterator[Done]:
    """What became of each receipt that lies in an inbox. What goes wrong with one holds none of the others up."""
    folders: dict[Path, list[str]] = {}
    for options in channels.values():
        place = options.path("inbox")
        if place is not None:
            folders.setdefault(place, []).append(options.name)
    for folder, ways in folders.items():
        try:
            files = sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink() and p.name[0] != ".")
        except OSError as error:
            yield Done(str(folder), "inbox", f"The inbox cannot be read: {error.strerror}.", failed=True)
            continue
        for file in files:
            found = _taken(parts, who, file, ways)
            if found is not None:
                yield found


def _taken(parts: Parts, who: Actor, file: Path, ways: Sequence[str]) -> Done | None:
    """None: it is perhaps still being written, or somebody has looked at it."""
    content, about = b"", ""
    try:
        content = file_content(file, LARGEST)
        about = about_of(parts, file.name, content, ways)
        if not about:
            return _turned_away(parts, who, (file, content), "", ways, UNKNOWN)
        needs(parts, who, "transmitter")
        one, read = taken(parts, who, about, (file.name, content))
        _moved(file, TAKEN, one.receipts[-1].sha256)
    except BadInput as error:
        if time.time() - file.stat().st_mtime < WRITING:
            return None
        return _turned_away(parts, who, (file, content), about, ways, error.text())
    except (Denied, Conflict) as error:
        return Done(file.name, "not taken", error.text(), failed=True)
    except GreffeError as error:
        return _turned_away(parts, who, (file, content), about, ways, error.text())
    except OSError as error:
        return Done(file.name, "not taken", f"It cannot be moved: {error.strerror}.", failed=True)
    refused = one.receipts[-1].verdict == "refused"
    strange = sum(not r.known for r in read.remarks)
    said = f"{len(read.remarks)} findings" + (f", {strange} on cells that were not sent" if strange else "")
    return Done(one.id, one.receipts[-1].verdict, said, failed=refused or bool(strange))


def _turned_away(
    parts: Parts, who: Actor, came: tuple[Path, bytes], about: str, ways: Sequence[str], fault: str
) -> Done | None:
    """Entered once; when somebody has looked at it, it goes out of the way."""
    (file, content), what = came, "unknown" if fault == UNKNOWN else "not taken"
    try:
        if content:
            one = turn_away(parts, who, (file.name, content), about, ways[0], fault)
            if one.looked:
                _moved(file, REFUSED, one.sha256)
                return None
    except GreffeError as error:
        return Done(file.name, what, f"{fault} {error.text()}", failed=True)
    except OSError as error:
        return Done(file.name, what, f"It cannot be moved: {error.strerror}.", failed=True)
    return Done(file.name, what, fault, failed=True)


def _moved(file: Path, folder: str, sha256: str) -> None:
    place = file.parent / folder
    place.mkdir(exist_ok=True)
    file.replace(place / f"{sha256[:12]}-{file.name}")
