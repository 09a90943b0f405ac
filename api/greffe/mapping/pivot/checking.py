"""Records become a table of the pivot, or the list of everything that is wrong with them: nothing is guessed or dropped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from greffe.errors import nearest
from greffe.mapping.pivot.layout import NFI, Layout
from greffe.mapping.pivot.reading import Record
from greffe.mapping.pivot.table import Offence, PivotTable, Post, Problem
from greffe.model.maps import KINDS_WITH_TARGET

PREFIX: Final = "ICCS"  # of the ids of SSER:ICCS
_CODE: Final = re.compile(r"[A-Za-z0-9_\-]{1,30}")
_FRENCH: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_LAST: Final = "9999-12-31"
_NEAR: Final = 100  # problems that get nearest codes: looking among thousands takes time


class Checker:
    """Takes the records of a file in any order, then judges them together."""

    def __init__(self, layout: Layout, iccs: Collection[str]) -> None:
        self.layout, self.iccs = layout, iccs
        self.natures = {word.casefold(): code for code, words in layout.natures.items() for word in words}
        self.levels = {name.casefold(): n for n, name in enumerate(layout.levels, 1)}
        self.levels |= {str(n): n for n in range(1, len(layout.levels) + 1)}
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()  # posts that are told to be wrong: what refers to them is not told again
        self.posts: dict[str, tuple[Post, Record]] = {}
        self.offences: list[tuple[Offence, Record]] = []

    def check(self, records: Iterable[Record]) -> PivotTable | None:
        """The table, or None when there are problems."""
        for record in records:
            if record.part == NFI:
                self._post(record)
            else:
                self._offence(record)
        self._nest()
        self._place()
        if not self.offences and not self.problems:
            self.problems.append(Problem("", 1, self.layout.natinf.columns["code"], "", "There is no NATINF code."))
        if self.problems:
            self.problems.sort(key=lambda p: (p.sheet, p.row, p.column))
            return None
        offences = sorted((o for o, _ in self.offences), key=lambda o: (len(o.code), o.code, o.valid_from))
        table = PivotTable({c: p for c, (p, _) in sorted(self.posts.items())}, tuple(offences))
        last = table.latest
        same = tuple(replace(o, label=last[o.code].label, nature=last[o.code].nature) for o in offences)
        return PivotTable(table.posts, same)

    def _wrong(self, record: Record, field: str, message: str, known: Collection[str] = ()) -> None:
        found = record.cells[field]
        near = nearest(found, known) if known and len(self.problems) < _NEAR else ()
        column = record.headers[field]
        self.problems.append(Problem(record.sheet, record.row, column, found, message, tuple(near)))

    def _post(self, record: Record) -> None:
        cells = record.cells
        before = len(self.problems)
        code, level = self._nfi(record, "code"), self.levels.get(cells["level"].casefold(), 0)
        if not cells["label"]:
            self._wrong(record, "label", "The post has no label.")
        if not level:
            self._wrong(record, "level", "It is no level.", self.levels)
        iccs, kind = self._iccs(record), cells["kind"] or ("aggregate" if cells["iccs"] else "")
        if kind and kind not in KINDS_WITH_TARGET:
            self._wrong(record, "kind", "It is no kind of relation.", KINDS_WITH_TARGET)
        if len(self.problems) > before:
            self.faulty.add(code)
            return
        post = Post(code, cells["code"], cells["label"], level, cells["parent"].replace(".", "_"), iccs, kind)
        other = self.posts.setdefault(code, (post, record))
        if other[0] != post:
            self._wrong(record, "code", f"The post stands otherwise in row {other[1].row} already.")

    def _nfi(self, record: Record, field: str) -> str:
        """A code of the NFI as an SDMX id: a point becomes an underscore."""
        code = record.cells[field].replace(".", "_")
        if not _CODE.fullmatch(code):
            self._wrong(record, field, "It is no code of a post." if code else "The post has no code.")
        return code

    def _iccs(self, record: Record) -> str:
        found = record.cells["iccs"]
        code = f"{PREFIX}{found.removeprefix(PREFIX)}"
        if found and code not in self.iccs:
            lost = f"{PREFIX}0{found}" in self.iccs
            message = "ICCS has no such code" + (": the leading zero is lost, make the cells text." if lost else ".")
            self._wrong(record, "iccs", message, [c.removeprefix(PREFIX) for c in self.iccs])
        return code if found else ""

    def _offence(self, record: Record) -> None:
        cells = record.cells
        before = len(self.problems)
        if not cells["code"].isascii() or not cells["code"].isdigit() or len(cells["code"]) > 6:
            self._wrong(record, "code", "It is no NATINF code: up to six digits.")
        if not cells["label"]:
            self._wrong(record, "label", "The NATINF code has no label.")
        nature = self.natures.get(cells["nature"].casefold(), "")
        if not nature:
            self._wrong(
                record, "nature", "It is no legal nature.", [w for ws in self.layout.natures.values() for w in ws]
            )
        start, end = self._day(record, "valid_from"), self._day(record, "valid_to")
        if end and end < start:
            self._wrong(record, "valid_to", "The validity ends before it begins.")
        if len(self.problems) == before:
            nfi = cells["nfi"].replace(".", "_")
            self.offences.append((Offence(cells["code"], cells["label"], nature, nfi, start, end), record))

    def _day(self, record: Record, field: str) -> str:
        text = _FRENCH.sub(r"\3-\2-\1", record.cells[field])
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            self._wrong(record, field, "It is no day: 2021-01-31 or 31/01/2021.")
            return ""

    def _nest(self) -> None:
        """Every post below the first level has its parent one level above: said, or the longest code it begins with."""
        known = {code: post for code, (post, _) in self.posts.items()}
        for code, (post, record) in self.posts.items():
            parent = post.parent or _parent(post, known)
            if post.level == 1 and post.parent:
                self._wrong(record, "parent", "A post of the first level has no parent.")
            elif post.level > 1 and (post.parent in self.faulty or _below(code, self.faulty)) and parent not in known:
                continue
            elif post.level > 1 and parent not in known:
                field = "parent" if post.parent else "code"
                self._wrong(record, field, f"The post has no parent of level {post.level - 1}.", known)
            elif post.level > 1 and known[parent].level != post.level - 1:
                self._wrong(record, "level", f"Its parent {parent} is of level {known[parent].level}.")
            else:
                self.posts[code] = (replace(post, parent=parent), record)

    def _place(self) -> None:
        """Every NATINF code lies under a known post, and under one at a time."""
        periods: dict[str, list[tuple[Offence, Record]]] = {}
        for one, record in self.offences:
            if one.nfi not in self.posts and one.nfi not in self.faulty:
                self._wrong(record, "nfi", "No post has this code.", self.posts)
            for other, earlier in periods.get(one.code, ()):
                if one.valid_from <= (other.valid_to or _LAST) and other.valid_from <= (one.valid_to or _LAST):
                    same = (one.valid_from, one.valid_to) == (other.valid_from, other.valid_to)
                    what = "stands twice" if same else "is valid twice at the same time"
                    self._wrong(
                        record, "code", f"The NATINF code {what}: see row {earlier.row}{_sheet(earlier, record)}."
                    )
                    break
            periods.setdefault(one.code, []).append((one, record))


def _sheet(earlier: Record, record: Record) -> str:
    return f" of sheet {earlier.sheet}" if earlier.sheet != record.sheet else ""


def _parent(post: Post, known: Mapping[str, Post]) -> str:
    """The longest known code of the level above that the code begins with, '' for none."""
    return next((c for c in _prefixes(post.code) if c in known and known[c].level == post.level - 1), "")


def _below(code: str, others: Collection[str]) -> bool:
    return any(prefix in others for prefix in _prefixes(code))


def _prefixes(code: str) -> Iterator[str]:
    return (code[:end].rstrip("_-") for end in range(len(code) - 1, 0, -1))
