"""Rows that come in from a file of any form become decisions, or problems that name their line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from greffe.catalogue.representation_dump import cells_of, columns_of, dump_representation
from greffe.catalogue.representation_files import check_rows, read_representation, read_row
from greffe.errors import BadInput, GreffeError, nearest
from greffe.mapping.exchange.sets import Column, MappingSet, Signed
from greffe.model.maps import MapRow, RepresentationMap

# What a cell that cannot be read is taken as while the others of its row are looked at.
_PLAIN: Final = {
    "row_id": "-", "match": "exact", "kind": "", "confidence": "inferred", "valid_from": "", "valid_to": "",
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One row of a file as it was found: its line and its cells, named as in the CSV file."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Incoming:
    """What a file says. With `problems` there is no `table`: nothing is taken from a file that is wrong somewhere.

    notes: what was told and not taken, such as signatures. signed: what the file says people signed, by row id.
    """

    file: str
    table: RepresentationMap | None = None
    problems: tuple[BadInput, ...] = ()
    notes: tuple[str, ...] = ()
    signed: Mapping[str, Signed] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The CSV file that it makes."""
        return b"" if self.table is None else dump_representation(self.table)


def incoming(
    file: str,
    base: MappingSet,
    records: Sequence[Record],
    problems: Iterable[BadInput],
    signed: Mapping[str, Signed],
    titles: Mapping[str, str],
) -> Incoming:
    """The records as a representation map in the place of `base`. `titles`: how the file calls the columns of a CSV."""
    found = list(problems)
    header = columns_of(base.table)
    sides = (base.table.sources, base.table.targets)
    rows: list[MapRow] = []
    untouched = {row.row_id: cells_of(base.table, row) for row in base.table.rows}
    for record in records:
        row, faults = _read(file, record, header, sides)
        found += [_as_input(error, titles) for error in faults]
        if row is None:
            continue
        if untouched.get(row.row_id) != cells_of(
            base.table, row
        ):  # others may have mended it since: see `release.returned`
            found += _unknown(file, record, row, base.columns, titles)
        if not faults:
            rows.append(row)
    try:
        check_rows(rows, *sides, file)
    except GreffeError as error:
        found.append(_as_input(error, titles))
    notes = _notes(base, signed)
    if found:
        found.sort(key=lambda p: p.row or 0)
        return Incoming(file, None, tuple(found), notes, signed)
    bare = replace(base.table, rows=tuple(rows))
    return Incoming(file, read_representation(dump_representation(bare), base.table.file), notes=notes, signed=signed)


def _read(
    file: str, record: Record, header: Sequence[str], sides: tuple[tuple[str, ...], tuple[str, ...]]
) -> tuple[MapRow | None, list[GreffeError]]:
    """The decision in a record, and all that is wrong with its cells: one that cannot be read is taken as a plain one, to see what
    else is wrong. None where that does not help."""
    cells, faults = dict(record.cells), list[GreffeError]()
    while True:
        try:
            return read_row(file, record.line, header, [cells[c] for c in header], sides), faults
        except GreffeError as error:
            known = [one.column for one in faults]
            faults.append(error)
            if error.column not in _PLAIN or error.column in known:
                return None, faults
            plain = _PLAIN[error.column]
            has_target = any(cells[c] for c in header if c.startswith("target:"))
            cells[error.column] = ("exact" if has_target else "no-target") if error.column == "kind" else plain


def unknown_state(file: str, base: MappingSet, checksum: str) -> list[BadInput]:
    """The problem of a file whose state of the map is not known here: what it leaves out would seem withdrawn. '' is no
    problem: such a file does not say what it was made of."""
    if checksum in ("", base.checksum):
        return []
    hint = (
        "Export it again and change that file, or take the checksum (and the column hash) out: then it is compared with "
        "the map as it is now."
    )
    told = "It was made of a state of the map that this register never had, or its checksum was edited."
    return [BadInput(told, file=file, column="checksum", hint=hint)]


def ordered(rows: Sequence[tuple[int | None, Record]]) -> list[Record]:
    """By priority; a row without one stays behind the row that stands above it in the file."""
    ranked: list[tuple[int, int, Record]] = []
    last = 0
    for number, (priority, record) in enumerate(rows):
        last = last if priority is None else priority
        ranked.append((last, number, record))
    return [record for _, _, record in sorted(ranked, key=lambda r: r[:2])]


def _as_input(error: GreffeError, titles: Mapping[str, str]) -> BadInput:
    column = titles.get(error.column, error.column)
    return BadInput(
        error.message, file=error.file, row=error.row, column=column, hint=error.hint, nearest=error.nearest
    )


def _unknown(
    file: str, record: Record, row: MapRow, columns: Sequence[Column], titles: Mapping[str, str]
) -> Iterable[BadInput]:
    """Codes that their column does not know. Patterns, and targets that take groups of one, are judged by the load."""
    exact = {f"source:{c.component}": s.match == "exact" for c, s in zip(columns, row.sources, strict=False)}
    for column in columns:
        value = record.cells[column.name]
        checked = exact[column.name] if column.side == "source" else not re.search(r"\\\d", value)
        if value and checked and column.codes is not None and value not in column.codes:
            yield BadInput(
                f"{value!r} is not a code of {column.codelist or column.component}.",
                file=file,
                row=record.line,
                column=titles.get(column.name, column.name),
                nearest=nearest(value, column.codes),
            )


def _notes(base: MappingSet, signed: Mapping[str, Signed]) -> tuple[str, ...]:
    others = [id_ for id_, said in signed.items() if said != base.signed.get(id_, Signed()) and id_ not in base.changed]
    if not others:
        return ()
    shown = ", ".join(others[:5]) + (" …" if len(others) > 5 else "")
    return (
        f"Author, reviewers, status or comments differ from the register in {len(others)} rows ({shown}): "
        "they are not taken from a file; people sign and comment in Greffe.",
    )
