"""English templates and the texts that fit them: which template said this, and what stood in its placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_HOLE: Final = re.compile(r"\{(!r|\*)?\}")
_PLACE: Final = re.compile(r"\{(\d+)\}")
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^'"\s\[(]\S*|[\[(].*[\])]""", re.DOTALL)
_SMALL: Final = frozenset(
    (
        "a",
        "and",
        "are",
        "by",
        "from",
        "has",
        "in",
        "into",
        "is",
        "not",
        "of",
        "on",
        "or",
        "time",
        "times",
        "to",
        "was",
        "with",
    )
)
_TRIES: Final = 60  # ways to cut one text, before it is told as it is: what people type must not cost more

_WAYS: Final = 12  # ways to cut that are compared

Known = Callable[[str], bool]


@dataclass(frozen=True)
class Template:
    """`{!r} is not a code of {}.` with its French, `{1} n’est pas un code de {2}.`"""

    english: str
    french: str

    @cached_property
    def holes(self) -> tuple[str, ...]:
        """The sort of each placeholder: empty, `!r` or `*`."""
        return tuple(m.group(1) or "" for m in _HOLE.finditer(self.english))

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What is written around the placeholders: one more than these."""
        found, at = [], 0
        for match in _HOLE.finditer(self.english):
            found.append(self.english[at : match.start()])
            at = match.end()
        return (*found, self.english[at:])

    @cached_property
    def longest(self) -> str:
        """The longest piece: a text without it does not fit."""
        return max(self.pieces, key=len)

    @property
    def weight(self) -> int:
        """How much of it is written: the most literal template is tried first."""
        return sum(map(len, self.pieces))

    @cached_property
    def general(self) -> bool:
        """Whether small words are all that is written: it would fit nearly everything."""
        return set(re.findall(r"\w+", " ".join(self.pieces))) <= _SMALL

    def places(self) -> frozenset[int]:
        """The numbers that the French uses."""
        return frozenset(int(n) for n in _PLACE.findall(self.french))

    def values(self, text: str, known: Known) -> list[str] | None:
        """What stands in the placeholders of a text; None when it is none of this template.

        `known`: whether words of ours say it; asked where a placeholder follows another without anything between."""
        first, last = self.pieces[0], self.pieces[-1]
        if len(text) < self.weight or not text.startswith(first) or not text.endswith(last):
            return None
        end = len(text) - len(last)
        return self._from(text, 0, len(first), end, known, iter(range(_TRIES)))

    def _from(self, text: str, hole: int, at: int, end: int, known: Known, tries: Iterator[int]) -> list[str] | None:
        if hole == len(self.holes) - 1:
            value = text[at:end]
            return [value] if _fits(self.holes[hole], value) else None
        piece = self.pieces[hole + 1]
        for cut in self._cuts(text, piece, at, end, known if self.holes[hole] == "*" else None):
            if next(tries, None) is None:
                return None
            if _fits(self.holes[hole], text[at:cut]):
                rest = self._from(text, hole + 1, cut + len(piece), end, known, tries)
                if rest is not None:
                    return [text[at:cut], *rest]
        return None

    @staticmethod
    def _cuts(text: str, piece: str, at: int, end: int, known: Known | None) -> Iterator[int]:
        """Where a placeholder may end, the nearest first; after words that are known, where these may be cut in several ways."""
        if not piece:
            if known is not None:
                yield from (cut for cut in range(at + 1, min(end, at + 80) + 1) if known(text[at:cut]))
            yield at
            return
        cuts: list[int] = []
        cut = text.find(piece, at, end)
        while cut >= 0 and len(cuts) < _TRIES:
            cuts.append(cut)
            cut = text.find(piece, cut + 1, end)
        if known is not None and len(cuts) > 1:
            near = sorted(cuts[:_WAYS], key=lambda c: not known(text[at:c]))
            cuts = near + cuts[_WAYS:]
        yield from cuts

    def filled(self, values: list[str]) -> str:
        """The French with its placeholders filled."""
        return _PLACE.sub(lambda m: values[int(m.group(1)) - 1], self.french)


def small(value: str) -> bool:
    """Whether a value begins with a small word and goes on: names do not."""
    first, _, rest = value.partition(" ")
    return first in _SMALL and bool(rest)


def _fits(sort: str, value: str) -> bool:
    return _QUOTED.fullmatch(value) is not None if sort == "!r" else True


def quoted(value: str) -> str:
    """`'x'` as French quotes it: « x », with its spaces that do not break. What is no text stays as it is."""
    return (
        f"«\u00a0{value[1:-1]}\u00a0»"
        if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1
        else value
    )
