"""A parcel of two small files, a client that takes them, and a process that is gone in the middle."""

from __future__ import annotations

import hashlib
from pathlib import Path

from greffe.transmission.channels.channel import Outgoing, Parcel

CONTENTS = {"A.CSV": b"first\n" * 50, "B.CSV": b"second\n" * 70}


class Killed(BaseException):
    """The process is gone: nothing that it would have caught is caught."""


def parcel(folder: Path, key: str = "D-2024-1", **contents: bytes) -> Parcel:
    """A.CSV and B.CSV, or those that are given (their names without .CSV)."""
    files = []
    for name, content in ({f"{k}.CSV": v for k, v in contents.items()} or CONTENTS).items():
        (folder / name).write_bytes(content)
        files.append(Outgoing(name, folder / name, hashlib.sha256(content).hexdigest(), len(content)))
    return Parcel(key, tuple(files))


def taken(out: Path) -> list[str]:
    """A client takes what it sees: whole files only, or the test fails."""
    found = []
    for path in sorted(out.glob("[A-Z]*")):
        assert path.read_bytes() == CONTENTS[path.name]
        path.unlink()
        found.append(path.name)
    return found
