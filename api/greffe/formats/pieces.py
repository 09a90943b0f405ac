"""What a format is made of: pieces of text around columns, and when they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from greffe.arrow import pa

NUMERIC: Final = "0123456789+-.eEINFa"  # what a number is made of: a decimal text, INF, NaN


@dataclass(frozen=True)
class Cell:
    """A column of codes or texts: `render` writes a distinct value with its punctuation, `missing` stands for null."""

    id: str
    render: Callable[[str], str]
    missing: str = ""


@dataclass(frozen=True)
class Number:
    """The column of values: their canonical decimal text as it is, or what `write` makes of a batch of such texts.

    `missing` stands for null.
    """

    id: str
    missing: str = ""
    write: Callable[[pa.StringArray], pa.StringArray] | None = None


@dataclass(frozen=True)
class Present:
    """`before`, the pieces, `after`; nothing of it in a row where every cell among the pieces is missing."""

    before: str
    pieces: tuple[Piece, ...]
    after: str


Piece: TypeAlias = "str | Cell | Number | Present"


@dataclass(frozen=True)
class Layout:
    """What is written for a series and for an observation.

    opening: once a series, before its first observation (cells of the series only); () in a flat format.
    row: one observation; cells of the series and of the observation may be mixed.
    between: after each observation of a series but the last.
    closing: once a series, after its last observation.
    bare: a series without observations is written too, as one row whose observation cells are all missing.
    """

    row: tuple[Piece, ...]
    opening: tuple[Piece, ...] = ()
    between: str = ""
    closing: str = ""
    bare: bool = True
