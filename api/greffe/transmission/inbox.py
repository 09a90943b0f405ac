"""Receipts that recipients, or the client that fetches them, put into a folder: taken once, each for the delivery it is about.

A channel says where: `inbox = "/srv/edamis/in"`. A JSON receipt names its delivery, the message id, or a file that was sent by its
checksum or name; of any other file the name begins with one of these, e.g. `ESTAT_CTS_PRIS-2025-1_report.csv`. What left by
another channel is not taken. What was taken is moved to `.taken`; what cannot be stays, and is told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, GreffeError
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission.channels.channel import Options
from greffe.transmission.receipts import take
from greffe.transmission.running import Done
from greffe.transmission.whose import about_of

TAKEN: Final = ".taken"
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
    """None: it is perhaps still being written."""
    try:
        about = about_of(parts, file, ways)
        if not about:
            return Done(file.name, "unknown", "It names no delivery that left here.", failed=True)
        one, read = take(parts, who, about, file)
        place = file.parent / TAKEN
        place.mkdir(exist_ok=True)
        file.replace(place / f"{one.receipts[-1].sha256[:12]}-{file.name}")
    except BadInput as error:
        if time.time() - file.stat().st_mtime < WRITING:
            return None
        return Done(file.name, "not taken", error.text(), failed=True)
    except GreffeError as error:
        return Done(file.name, "not taken", error.text(), failed=True)
    except OSError as error:
        return Done(file.name, "not taken", f"It cannot be moved: {error.strerror}.", failed=True)
    refused = one.receipts[-1].verdict == "refused"
    strange = sum(not r.known for r in read.remarks)
    said = f"{len(read.remarks)} findings" + (f", {strange} on cells that were not sent" if strange else "")
    return Done(one.id, one.receipts[-1].verdict, said, failed=refused or bool(strange))
