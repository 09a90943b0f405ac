"""What a channel fetches of its counterpart: receipts that lie there to be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from greffe.transmission.channels.channel import NotSent

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+ -]{0,150}")
MOST: Final = 500  # names that are looked at
LARGEST: Final = 20_000_000  # bytes of one of them


@dataclass(frozen=True)
class Collected:
    """A file of the counterpart. `mark` changes when the file does; `content` is None for one that is not fetched, and `fault`
    says why."""

    name: str
    mark: str
    content: bytes | None
    fault: str = ""


@runtime_checkable
class Collects(Protocol):
    """A channel whose counterpart has receipts to fetch."""

    @property
    def where(self) -> str:
        """As a person names it."""

    def collect(self, known: Mapping[str, str]) -> Iterator[Collected]:
        """Files that are not known by their name and mark. Raises NotSent when nobody answers."""


def unfit(name: str, size: int) -> str:
    """Why a file is not fetched, '' for one that is."""
    if not NAME.fullmatch(name):
        return f"{name[:60]!r} is no name of a receipt: letters, digits, _ . + - and blanks."
    return f"{name} is larger than {LARGEST // 1_000_000} MB." if size > LARGEST else ""


def few(names: int, where: str) -> None:
    """Raises NotSent for a folder of more files than anybody looks at."""
    if names > MOST:
        raise NotSent(
            f"{where}: {names} files lie there, and {MOST} at most are looked at. Old ones are to be taken away."
        )
