"""A representation map as an XLSX workbook: rows with drop-downs of valid codes, a sheet of codes, a page to read first.

Equal maps make equal bytes: the file holds no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from greffe.catalogue.representation_dump import cells_of
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import wanted
from greffe.errors import Refused
from greffe.mapping.exchange.books import LONGEST, put, saved
from greffe.mapping.exchange.sets import MappingSet, Signed, fingerprint
from greffe.mapping.exchange.sssom_words import urn_of
from greffe.mapping.exchange.workbook_words import (
    CODES,
    EXPLAINED,
    FIRST,
    FORM,
    README,
    REMOVE,
    ROWS,
    SPARE,
    TYPES,
    TYPES_SAID,
    WIDTHS,
    Heading,
    headings,
    listed,
    safe,
)
from greffe.model.maps import KINDS_WITH_TARGET, KINDS_WITHOUT_TARGET, MapRow
from greffe.model.structures import Texts

_BOLD: Final = Font(bold=True)
_GREY: Final = PatternFill("solid", fgColor="FFEDEDED")
_OPEN: Final = Protection(locked=False)
_TEXT: Final = "@"  # the number format that keeps 01 as it is typed


def write_workbook(base: MappingSet) -> bytes:
    """The workbook. Raises Refused for a cell that is longer than Excel allows."""
    book = Workbook()
    front = book.worksheets[0]
    front.title = README
    _read_me(front, base)
    sheet = book.create_sheet(ROWS)
    columns = tuple(headings(base))
    _head(sheet, columns)
    for number, row in enumerate(base.table.rows):
        _row(sheet, FIRST + number, columns, _cells(base, row, number + 1), new=False, file=base.table.file)
    last = FIRST + len(base.table.rows) + SPARE - 1
    for number in range(FIRST + len(base.table.rows), last + 1):
        _row(sheet, number, columns, {}, new=True, file=base.table.file)
    places = _codes(book.create_sheet(CODES), base)
    _choices(sheet, columns, places, last, patterned=any("\\" in t for r in base.table.rows for t in r.targets))
    if base.types:
        _types(book.create_sheet(TYPES), base)
    for each in book.worksheets:
        each.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "autoFilter", "insertRows"):
        setattr(sheet.protection, allowed, False)  # the attribute says what is forbidden
    book.active = 1
    book.properties.title = base.table.file
    book.properties.creator = base.table.reference.agency
    return saved(book)


def _read_me(sheet: Worksheet, base: MappingSet) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 70, 70
    lines: list[Sequence[str]] = [(base.names.get("fr", ""), base.names.get("en", "")), *EXPLAINED, ("", "")]
    lines += [("form", FORM), ("mapping_set_id", urn_of(base)), ("file", base.table.file), ("checksum", base.checksum)]
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = put(sheet, number, column, safe(text))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = _BOLD


def _head(sheet: Worksheet, columns: Sequence[Heading]) -> None:
    for place, heading in enumerate(columns, 1):
        put(sheet, 1, place, heading.name).font = _BOLD
        put(sheet, 2, place, f"{heading.french} / {heading.english}").alignment = Alignment(wrap_text=True)
        letter = get_column_letter(place)
        wide = 28 if heading.name.startswith("label_") else 14
        sheet.column_dimensions[letter].width = WIDTHS.get(heading.name, wide)
    sheet.freeze_panes = f"B{FIRST}"


def _cells(base: MappingSet, row: MapRow, number: int) -> Mapping[str, str]:
    signed = base.signed.get(row.row_id, Signed())
    cells = cells_of(base.table, row)
    said = {
        "priority": str(number),
        "author": signed.author,
        "reviewers": listed(signed.reviewers, "; "),
        "status": signed.status,
        "since": signed.since,
        "comments": listed(signed.comments, "\n"),
        "hash": fingerprint(base.table, row),
    }
    for column in base.columns:
        names = (column.codes or {}).get(cells[column.name], {})
        said |= {f"label_{language}:{column.name}": names.get(language, "") for language in ("fr", "en")}
    return cells | said


def _row(
    sheet: Worksheet, number: int, columns: Sequence[Heading], cells: Mapping[str, str], *, new: bool, file: str
) -> None:
    """One decision, or a row for a new one: there the id may be written."""
    for place, heading in enumerate(columns, 1):
        text = safe(cells.get(heading.name, ""))
        if len(text) > LONGEST:
            hint = "Excel holds no more in a cell: export the map as SSSOM."
            raise Refused(f"It has {len(text)} characters.", file=file, row=number, column=heading.name, hint=hint)
        cell = put(sheet, number, place, text)
        if heading.locked or (heading.name == "row_id" and not new):
            cell.fill = _GREY
        else:
            cell.protection, cell.number_format = _OPEN, _TEXT
        if heading.name in ("reason", "comments"):
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _codes(sheet: Worksheet, base: MappingSet) -> dict[str, tuple[int, int]]:
    """The lists one below the other: list, code, French and English name. Gives the first and last row of each."""
    for letter, width in zip("ABCD", (20, 22, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for place, title in enumerate(("Liste / List", "Code", "Libellé", "Label"), 1):
        put(sheet, 1, place, title).font = _BOLD
    sheet.freeze_panes = "A2"
    lists: dict[str, Mapping[str, Texts]] = {c.name: c.codes for c in base.columns if c.codes}
    lists["match"] = {"exact": {}, "regex": {}, "substring:1-4": {}}
    lists["kind"] = {k: {} for k in (*KINDS_WITH_TARGET, *KINDS_WITHOUT_TARGET)}
    lists["confidence"] = {c: {} for c in CONFIDENCES}
    lists["action"] = {REMOVE: {"fr": "retirer cette décision", "en": "withdraw this decision"}}
    places: dict[str, tuple[int, int]] = {}
    number = 1
    for name, codes in lists.items():
        places[name] = (number + 1, number + len(codes))
        for code, names in codes.items():
            number += 1
            for place, text in enumerate((name, code, names.get("fr", ""), names.get("en", "")), 1):
                put(sheet, number, place, safe(text))
    return places


def _types(sheet: Worksheet, base: MappingSet) -> None:
    """What targets count, a line each: map, cells, the words of the types. It is not read back."""
    for number, text in enumerate(TYPES_SAID, 1):
        put(sheet, number, 1, text)
    for place, title in enumerate(("map", "cells", *TYPE_WORDS), 1):
        put(sheet, 3, place, title).font = _BOLD
        sheet.column_dimensions[get_column_letter(place)].width = 34 if place < 3 else 18
    for number, (file, type_) in enumerate(base.types, 4):
        words = wanted(type_)
        cells = ", ".join(f"{id_}={code}" for id_, code in type_.cells.items())
        for place, text in enumerate((file, cells, *(words[axis] for axis in TYPE_WORDS)), 1):
            put(sheet, number, place, safe(text))


def _choices(
    sheet: Worksheet, columns: Sequence[Heading], places: Mapping[str, tuple[int, int]], last: int, *, patterned: bool
) -> None:
    """Drop-downs. A source may be a pattern, and a target may take a group of one: there Excel only warns."""
    for place, heading in enumerate(columns, 1):
        if heading.codes not in places:
            continue
        begin, end = places[heading.codes]
        loose = heading.name.startswith("source:") or heading.name == "match"
        loose = loose or (patterned and heading.name.startswith("target:"))
        choice = DataValidation(
            type="list",
            formula1=f"'{CODES}'!$B${begin}:$B${end}",
            allow_blank=True,
            errorStyle="warning" if loose else "stop",
            showErrorMessage=True,
            errorTitle="Code",
            error="Ce code n’est pas dans la liste. / This code is not in the list.",
        )
        letter = get_column_letter(place)
        choice.add(f"{letter}{FIRST}:{letter}{last}")
        sheet.add_data_validation(choice)
