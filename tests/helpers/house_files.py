"""The files of a house by what they are, and what the doctor says of them."""

from __future__ import annotations

import re
from pathlib import Path

from examples import SOAK
from faulted import composed_as

from greffe.upkeep.doctor import examine

DERIVED = ("condensed/", "/serving/", ".lock", "verification", "/.differing/", "/since-")
SETTINGS = (".toml",)  # people write them


def kind(path: str) -> str:
    """A file by what it is, without names that a house gives."""
    path = re.sub(r"^(extracts|drafts|releases)/[A-Z][^/]*(/\d+)?", r"\1/*", path)
    path = re.sub(r"^transmissions/.*", "transmissions/*", path)
    return re.sub(r"condensed/.*\.", "condensed/*.", path)


def doctor(home: Path) -> list[str]:
    told = examine({"GREFFE_WARM": "0"}, home, composed_as, quick=False, tell=lambda name: None)
    return [e.text() for t in told if t.state == "wrong" and t.check != "disk" for e in t.errors]


def files(home: Path) -> dict[str, Path]:
    """One of each kind; in `make soak` each."""
    found: dict[str, Path] = {}
    for path in sorted(p for p in home.rglob("*") if p.is_file() and p.stat().st_size):
        name = str(path.relative_to(home))
        if not name.startswith("register.db") and not name.endswith((*SETTINGS, ".lock")):
            found[name if SOAK else kind(name)] = path
    return found
