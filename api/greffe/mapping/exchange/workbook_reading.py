"""A workbook of a map becomes rows again, or problems that name the row and column that Excel shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from openpyxl.utils import get_column_letter

from greffe.catalogue.representation_dump import columns_of
from greffe.errors import BadInput, nearest
from greffe.mapping.exchange.books import opened, rows_of
from greffe.mapping.exchange.incoming import Incoming, Record, incoming, ordered, unknown_state
from greffe.mapping.exchange.sets import MappingSet, Signed, fingerprint
from greffe.mapping.exchange.sssom_words import urn_of
from greffe.mapping.exchange.workbook_words import (
    FIRST,
    FORM,
    README,
    REMOVE,
    ROWS,
    headings,
    plain,
    texts_of,
)
from greffe.model.books_read import Book

_KEYS: Final = ("form", "mapping_set_id", "file", "checksum")


def read_workbook(content: bytes, file: str, base: MappingSet) -> Incoming:
    """The rows as they would stand in the place of `base`.

    Raises BadInput for what is no workbook of this map; what is wrong in a row is a problem.
    """
    with opened(content, file) as book:
        said = _front(book, file)
        if said["mapping_set_id"] != urn_of(base):
            hint = "Export the map that you mean to change, and change that file."
            raise BadInput(f"It is the map {said['mapping_set_id']}, not {urn_of(base)}.", file=file, hint=hint)
        formulas: list[BadInput] = []
        lines = rows_of(book, ROWS, file, formulas)
        header, problems = _header(next(lines, (1, ()))[1], file, base, marked=bool(said["checksum"]))
        rest = [(number, cells) for number, cells in lines if number >= FIRST]
    spoiled = {(one.row, one.column) for one in formulas}
    problems += formulas
    if not header:
        return Incoming(file, None, _placed(problems))
    found = [line for number, cells in rest if (line := _line(file, number, header, cells, spoiled, problems))]
    return _taken(file, base, said["checksum"], found, problems)


def _line(
    file: str, number: int, header: Sequence[str], cells: Sequence[str], spoiled: Collection[tuple[int | None, str]],
    problems: list[BadInput],
) -> _Line | None:  # fmt: skip
    """A row of the sheet; None when cells stand beside its columns, which is a problem."""
    at = {name for place, name in enumerate(header, 1) if (number, get_column_letter(place)) in spoiled}
    try:
        return _Line(file, number, header, cells, frozenset(at))
    except BadInput as error:
        problems.append(error)
        return None


def _taken(file: str, base: MappingSet, checksum: str, found: Sequence[_Line], problems: list[BadInput]) -> Incoming:
    """The rows, or all that is wrong with them."""
    problems += unknown_state(file, base, checksum)
    if checksum or any(line.cells["hash"] for line in found):
        problems += _fingerprints(file, base, [line for line in found if not line.formulas & {"row_id", "hash"}])
    rows: list[tuple[int | None, Record]] = []
    signed: dict[str, Signed] = {}
    for line in found:
        faults, parts = line.faults(base)
        problems += faults
        if parts is not None:
            rows.append((parts[0], Record(line.number, line.decision(base))))
            signed[line.cells["row_id"]] = parts[1]
    told = {k: s for k, s in signed.items() if s != Signed()}
    read = incoming(file, base, ordered(rows), problems, told, {})
    return replace(read, problems=_placed(read.problems))


def _placed(problems: Iterable[BadInput]) -> tuple[BadInput, ...]:
    """The problems in the order of their rows, with the sheet that they are on."""
    found = sorted(problems, key=lambda p: p.row or 0)
    for one in found:
        one.sheet = one.sheet or (README if one.column == "checksum" else ROWS)
    return tuple(found)


def front(content: bytes, file: str) -> Mapping[str, str]:
    """What the page to read first says of the workbook: form, mapping_set_id, file, checksum ('' when it does not say). Raises BadInput."""
    with opened(content, file) as book:
        return _front(book, file)


def _front(book: Book, file: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for _, cells in rows_of(book, README, file):
        if len(cells) > 1 and cells[0] in _KEYS:
            said[cells[0]] = plain(cells[1])
    missing = [key for key in _KEYS if not said.get(key) and key != "checksum"]
    if missing or said["form"] != FORM:
        raise BadInput(f"The sheet {README} does not say {missing[0] if missing else FORM}.", file=file, column="A")
    return {"checksum": "", **said}


def _header(cells: Sequence[str], file: str, base: MappingSet, *, marked: bool) -> tuple[list[str], list[BadInput]]:
    """The names of the columns: all of them, each once, in any order, and what is wrong with them. One that is nearly called as
    one that is missing is taken for it, so that its cells are looked at; none where columns are missing all the same. Without a
    checksum fingerprints may lack too."""
    header = list(cells)
    while header and not header[-1]:
        header.pop()
    known = [h.name for h in headings(base)]
    missing = [n for n in known if n not in header and not (n.startswith("label_") or (n == "hash" and not marked))]
    problems: list[BadInput] = []
    for place, name in enumerate(header):
        if name not in known:
            near = nearest(name, known)
            problems.append(BadInput("The column is not known.", file=file, row=1, column=name, nearest=near))
            meant = next((one for one in near if one in missing), "")
            missing = [one for one in missing if one != meant]
            header[place] = meant or f"({get_column_letter(place + 1)})"
        elif name in header[:place]:
            problems.append(BadInput("The column stands twice.", file=file, row=1, column=name))
            header[place] = f"({get_column_letter(place + 1)})"
    problems += [BadInput("The column is missing.", file=file, row=1, column=name) for name in missing]
    return ([] if missing else header), problems


class _Line:
    """One row of the sheet."""

    def __init__(
        self,
        file: str,
        number: int,
        header: Sequence[str],
        cells: Sequence[str],
        formulas: frozenset[str] = frozenset(),
    ) -> None:
        if any(cells[len(header) :]):
            beside = next(c for c in cells[len(header) :] if c)
            raise BadInput(f"A cell beside the columns holds {beside!r}.", file=file, row=number)
        self.file, self.number, self.formulas = file, number, formulas
        padded = (*cells, *("" for _ in range(len(header) - len(cells))))
        self.cells: Mapping[str, str] = {"hash": ""} | {n: plain(c) for n, c in zip(header, padded, strict=False)}

    def wrong(self, message: str, column: str, known: Sequence[str] = ()) -> BadInput:
        """The problem with this row."""
        hint = f"Known here: {', '.join(known)}." if known else ""
        near = nearest(self.cells[column], known)
        return BadInput(message, file=self.file, row=self.number, column=column, hint=hint, nearest=near)

    def withdrawn(self) -> bool:
        """True when the decision is to go."""
        if self.cells["action"] not in ("", REMOVE):
            raise self.wrong(f"{self.cells['action']!r} is no action.", "action", (REMOVE,))
        return self.cells["action"] == REMOVE

    def priority(self) -> int | None:
        """The rank the row asks for, None when it stands where it stands."""
        text = self.cells["priority"]
        if text and not (text.isascii() and text.isdigit()):
            raise self.wrong(f"{text!r} is no whole number.", "priority")
        return int(text[:18]) if text else None

    def faults(self, base: MappingSet) -> tuple[list[BadInput], tuple[int | None, Signed] | None]:
        """What is wrong with the cells that are the sheet's own, and its rank and signatures; none where it is withdrawn, or
        where a formula stands in a cell that is read: then what is wrong with the others."""
        found: list[BadInput] = []
        try:
            if self.withdrawn():
                return found, None
        except BadInput as error:
            found.append(error)
        rank, signed = None, Signed()
        try:
            rank = self.priority()
        except BadInput as error:
            found.append(error)
        try:
            signed = self.signed()
        except BadInput as error:
            found.append(error)
        if self.formulas & set(columns_of(base.table)):
            return [*found, *self._codes(base)], None
        return found, (rank, signed)

    def _codes(self, base: MappingSet) -> Iterator[BadInput]:
        """Codes that their column does not know, of a row that cannot be read whole."""
        for column in base.columns:
            value = self.cells[column.name]
            plain = column.side == "target" or self.cells["match"] in ("", "exact")
            if value and plain and column.codes is not None and value not in column.codes:
                told = f"{value!r} is not a code of {column.codelist or column.component}."
                yield self.wrong(told, column.name, tuple(column.codes))

    def decision(self, base: MappingSet) -> Mapping[str, str]:
        """The cells of the CSV file; a new row without a way to match is compared whole."""
        cells = {name: self.cells[name] for name in columns_of(base.table)}
        return cells | {"match": cells["match"] or "exact"}

    def signed(self) -> Signed:
        """What the row says people signed."""
        found = []
        for name, separator in (("reviewers", "; "), ("comments", "\n")):
            try:
                found.append(texts_of(self.cells[name], separator))
            except (ValueError, RecursionError) as error:
                raise self.wrong("The cell is locked, and is no list of texts any more.", name) from error
        return Signed(self.cells["author"], found[0], self.cells["status"], self.cells["since"], found[1])


def _fingerprints(file: str, base: MappingSet, lines: Sequence[_Line]) -> list[BadInput]:
    """The locked columns: each row that came out of the base has its id and the fingerprint it had."""
    own = {row.row_id: fingerprint(base.table, row) for row in base.table.rows}
    owner = {print_: row_id for row_id, print_ in own.items()}
    present = {line.cells["row_id"] for line in lines}
    found: list[BadInput] = []
    for line in lines:
        row_id, said = line.cells["row_id"], line.cells["hash"]
        origin = owner.get(said, "")
        if row_id in own and not said:
            found.append(line.wrong(f"{row_id!r} is the id of a decision already: a new one needs its own.", "row_id"))
        elif row_id in own and said != own[row_id]:
            told = "The fingerprint is not that of the row as it is now: the map has changed since, or the cell was edited."
            found.append(line.wrong(told, "hash"))
        elif said and row_id not in own and origin not in present:
            was = f" It was {origin!r}." if origin else ""
            found.append(line.wrong(f"The id of a decision is locked, found {row_id!r}.{was}", "row_id"))
    return found
