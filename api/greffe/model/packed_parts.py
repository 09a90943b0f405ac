"""How much a ZIP file may hold beside its own size: one that unpacks to a thousand times as much is there to fill a memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

RATIO: Final = 100  # bytes unpacked for one packed; sheets of numbers come to 5 to 30
FREE: Final = 2 << 20  # bytes unpacked that any file may hold
MOST_PARTS: Final = 2_000


def is_bomb(packed: int, unpacked: Iterable[int]) -> bool:
    """Whether parts of those sizes are more than a file of `packed` bytes holds in earnest. What counts is the file itself, not
    what it says of its packed parts: these may lie over each other."""
    sizes = list(unpacked)
    return len(sizes) > MOST_PARTS or sum(sizes) > FREE + RATIO * packed


def twice(names: Iterable[str]) -> str:
    """A name that two parts have, '' for none: one program reads the first of them, another the last."""
    seen: set[str] = set()
    for name in map(str.casefold, names):
        if name in seen:
            return name
        seen.add(name)
    return ""
