"""A table of the pivot as a value: posts of the NFI with their place in ICCS, and the NATINF codes under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Post:
    """A post of the NFI. `code` is an SDMX id, `spelling` that of the table; `level` 1 (section) to 5 (sub-class).

    `iccs`: code of the list SSER:ICCS, '' where the table gives none; `kind`: how the post relates to it.
    """

    code: str
    spelling: str
    label: str
    level: int
    parent: str = ""
    iccs: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Offence:
    """A NATINF code under a post, for a period (ISO dates, inclusive, '' open). A code has a row for each period."""

    code: str
    label: str
    nature: str
    nfi: str
    valid_from: str = ""
    valid_to: str = ""


@dataclass(frozen=True)
class PivotTable:
    """One edition. Every period of a code has the label and nature of its latest one."""

    posts: Mapping[str, Post]
    offences: tuple[Offence, ...]

    @cached_property
    def latest(self) -> Mapping[str, Offence]:
        """Each NATINF code as it stands last."""
        found: dict[str, Offence] = {}
        for one in self.offences:
            if one.code not in found or one.valid_from >= found[one.code].valid_from:
                found[one.code] = one
        return found

    def placed(self, nfi: str) -> Post | None:
        """The nearest post, upwards from that one, that has a place in ICCS."""
        while nfi and not self.posts[nfi].iccs:
            nfi = self.posts[nfi].parent
        return self.posts[nfi] if nfi else None

    def iccs_of(self, natinf: str) -> str:
        """The ICCS code that the latest period of a NATINF code leads to, '' for none."""
        post = self.placed(self.latest[natinf].nfi)
        return post.iccs if post else ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell of the table. `row` as the spreadsheet shows it, `column` by its header."""

    sheet: str
    row: int
    column: str
    found: str
    message: str
    nearest: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "found": self.found,
            "problem": self.message, "nearest": list(self.nearest),
        }  # fmt: skip
