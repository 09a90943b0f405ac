"""Representation maps from their CSV files (D15): one row a decision, file order is priority, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from greffe.catalogue.csv_records import records
from greffe.catalogue.patterns import compiled
from greffe.catalogue.row_order import check_order
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import KINDS_WITH_TARGET, KINDS_WITHOUT_TARGET, MapRow, RepresentationMap, SourceValue
from greffe.model.references import Reference

COLUMNS: Final = ("row_id", "match", "kind", "valid_from", "valid_to", "confidence", "reason", "reference")
CONFIDENCES: Final = (
    "verified", "verified-secondary", "inferred", "recalled", "recalled-low", "unverified", "synthetic",
)  # fmt: skip
_FREE: Final = ("reason", "reference")  # columns of prose; the others hold no blanks at their ends
_SUBSTRING: Final = re.compile(r"substring:([1-9]\d{0,2})-([1-9]\d{0,2})")


def read_representation(content: bytes, file: str) -> RepresentationMap:
    """The rows of one CSV file (UTF-8, comma). Raises BadDefinition with file, line, column, found and nearest."""
    sources, targets, rows = _read(content, file, ("source", "target"))
    check_order(rows, sources, targets, file)
    return RepresentationMap(representation_reference(file), file, sources, targets, rows)


def read_row(
    file: str, line: int, header: Sequence[str], cells: Sequence[str], columns: tuple[tuple[str, ...], tuple[str, ...]]
) -> MapRow:
    """The decision in one record, whatever file it comes from: `header` names its cells as the CSV file does.

    columns: source components, target components. Raises BadDefinition that names `file`, `line` and the column.
    """
    return _Row(file, line, header, cells).read(*columns)


def check_rows(rows: Sequence[MapRow], sources: Sequence[str], targets: Sequence[str], file: str) -> None:
    """Refuses a row id that stands twice, and two decisions about the same source values at the same time."""
    _check_ids(rows, file)
    check_order(rows, sources, targets, file)


def read_decisions(content: bytes, file: str) -> tuple[tuple[str, ...], tuple[MapRow, ...]]:
    """The source columns and rows of a CSV file without target columns: what leads nowhere, and why."""
    sources, _, rows = _read(content, file, ("source",))
    return sources, rows


def _read(
    content: bytes, file: str, needed: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[MapRow, ...]]:
    """Source and target components, and rows. `needed`: the sides that must have a column; no other may."""
    found = records(content, file)
    header = next(found, (1, []))[1]
    sources, targets = _check_header(header, file, needed)
    rows = tuple(_Row(file, line, header, cells).read(sources, targets) for line, cells in found)
    _check_ids(rows, file)
    return sources, targets, rows


def representation_reference(file: str) -> Reference:
    """`mappings/ESTAT/sexe_to_sex.csv` → SSER:ESTAT_SEXE_TO_SEX(1.0.0)."""
    path = PurePosixPath(file)
    id_ = f"{path.parent.name}_{path.stem}".upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9_\-]*", id_):
        raise BadDefinition(f"{path.name!r} makes no SDMX id.", file=file, hint="Use letters, digits and underscores.")
    return Reference("SSER", id_)


def _check_header(header: Sequence[str], file: str, needed: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The source and target components, in the order of their columns."""
    sides: dict[str, list[str]] = {side: [] for side in needed}
    for name in header:
        if header.count(name) > 1:
            raise BadDefinition("The column stands twice.", file=file, row=1, column=name)
        side, colon, component = name.partition(":")
        if colon and component and side in sides:
            sides[side].append(component)
        elif name not in COLUMNS:
            known = (*(f"{side}:COMPONENT" for side in needed), *COLUMNS)
            hint = f"Known here: {', '.join(known)}."
            raise BadDefinition(
                "The column is not known.", file=file, row=1, column=name, nearest=nearest(name, known), hint=hint
            )
    missing = [c for c in COLUMNS if c not in header] + [f"{s}:…" for s, found in sides.items() if not found]
    if missing:
        raise BadDefinition("The column is missing.", file=file, row=1, column=missing[0])
    return tuple(sides["source"]), tuple(sides.get("target", ()))


class _Row:
    """One record: knows its place, and turns its cells into a decision."""

    def __init__(self, file: str, line: int, header: Sequence[str], cells: Sequence[str]) -> None:
        self.file, self.line = file, line
        if len(cells) != len(header):
            raise self.wrong(f"{len(header)} cells are expected, found {len(cells)}.")
        self.cells: Mapping[str, str] = dict(zip(header, cells, strict=True))
        for name, value in self.cells.items():
            if name not in _FREE and value != value.strip():
                raise self.wrong(f"{value!r} begins or ends with a blank.", name)

    def wrong(self, message: str, column: str = "", hint: str = "", near: Sequence[str] = ()) -> BadDefinition:
        """The error to raise about this row."""
        return BadDefinition(message, file=self.file, row=self.line, column=column, hint=hint, nearest=near)

    def read(self, sources: Sequence[str], targets: Sequence[str]) -> MapRow:
        """The decision this row holds."""
        if not re.fullmatch(r"[A-Za-z0-9_.\-]+", self.cells["row_id"]):
            raise self.wrong(f"{self.cells['row_id']!r} is not a row id.", "row_id", "Give each row one, e.g. r001.")
        kind = self._word("kind", (*KINDS_WITH_TARGET, *KINDS_WITHOUT_TARGET))
        valid_from, valid_to = self._date("valid_from"), self._date("valid_to")
        if valid_from and valid_to and valid_to < valid_from:
            raise self.wrong(f"{valid_to} is before valid_from, {valid_from}.", "valid_to")
        found = MapRow(
            self.cells["row_id"],
            self._sources(sources),
            tuple(self.cells[f"target:{t}"] for t in targets),
            kind,
            valid_from,
            valid_to,
            self._word("confidence", CONFIDENCES),
            self.cells["reason"],
            self.cells["reference"],
            self.line,
        )
        self._check_targets(found, targets)
        return found

    def _word(self, column: str, known: Sequence[str]) -> str:
        found = self.cells[column]
        if found not in known:
            hint = f"Known here: {', '.join(known)}."
            raise self.wrong(f"{found!r} is not known here.", column, hint, nearest(found, known))
        return found

    def _date(self, column: str) -> str:
        found = self.cells[column]
        try:
            if found and (len(found) != 10 or not date.fromisoformat(found)):
                raise ValueError(found)
        except ValueError as error:
            raise self.wrong(f"{found!r} is not a date.", column, "Write it as 2008-01-31.") from error
        return found

    def _sources(self, sources: Sequence[str]) -> tuple[SourceValue, ...]:
        words = self.cells["match"].split("|")
        if len(words) == 1:
            words *= len(sources)
        if len(words) != len(sources):
            hint = f"Write one word for all {len(sources)} source columns, or one for each joined by |."
            raise self.wrong(f"{self.cells['match']!r} has {len(words)} words.", "match", hint)
        return tuple(self._source(f"source:{s}", word) for s, word in zip(sources, words, strict=True))

    def _source(self, column: str, word: str) -> SourceValue:
        value, part = self.cells[column], _SUBSTRING.fullmatch(word)
        if part is not None:
            start, end = int(part[1]), int(part[2])
            if end < start:
                raise self.wrong(f"{word!r} ends before it begins.", "match")
            if not 0 < len(value) <= end - start + 1:
                raise self.wrong(f"{value!r} is never what {word} cuts out.", column)
            return SourceValue(value, "substring", start, end)
        if word == "regex":
            try:
                compiled(value)
            except BadDefinition as error:
                raise self.wrong(error.message, column, error.hint) from error
        elif word != "exact":
            known = ("exact", "regex", "substring:1-4")
            hint = f"Known here: {', '.join(known)}."
            raise self.wrong(f"{word!r} is not a way to match.", "match", hint, nearest(word, known))
        return SourceValue(value, word)

    def _check_targets(self, row: MapRow, targets: Sequence[str]) -> None:
        if row.has_target and not any(row.targets):
            raise self.wrong(
                f"A row of kind {row.kind} needs a target.",
                f"target:{targets[0]}" if targets else "kind",
                "Or say why there is none, by kind.",
            )
        if not row.has_target and any(row.targets):
            column = next(f"target:{t}" for t, value in zip(targets, row.targets, strict=True) if value)
            raise self.wrong(f"A row of kind {row.kind} has no target, found {self.cells[column]!r}.", column)
        if not row.has_target and not row.reason:
            raise self.wrong(f"A row of kind {row.kind} says why.", "reason")
        patterns = [s.value for s in row.sources if s.match == "regex"]
        groups = sum(compiled(p).groups for p in patterns)
        for name, target in zip(targets, row.targets, strict=True) if patterns else ():
            for number in re.findall(r"\\(\d{1,2})", target):
                if not 1 <= int(number) <= groups:
                    raise self.wrong(f"It refers to group {number}, and its patterns have {groups}.", f"target:{name}")


def _check_ids(rows: Sequence[MapRow], file: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.row_id in seen:
            raise BadDefinition(
                f"{row.row_id!r} is the id of line {seen[row.row_id]} already.",
                file=file,
                row=row.line,
                column="row_id",
                hint="A row id is never used twice.",
            )
        seen[row.row_id] = row.line
