"""Cells and bytes of a workbook: text that stays text, numbers that stay exact, a file that is the same for the same."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from greffe.errors import NotAcceptable
from greffe.formats.escaping import carried

BOLD: Final = Font(bold=True)
ALARM: Final = Font(bold=True, color="FFC00000")
OPEN: Final = Protection(locked=False)
WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
HEAD: Final = PatternFill("solid", fgColor="FFE8EDF3")
ANSWER: Final = PatternFill("solid", fgColor="FFFFFBE6")
CLOSED: Final = PatternFill("solid", fgColor="FFD9D9D9")
DIGITS: Final = 15  # more of them are rounded by readers: such a number stays text
_LONGEST: Final = 32_767
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A text, whatever it begins with: never a formula. Raises NotAcceptable for one that no cell holds."""
    if len(text) > _LONGEST:
        raise NotAcceptable(f"A text of {len(text)} characters does not fit into a cell of a workbook.")
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # nothing is merged here
    cell.value = _ESCAPE.sub("_x005F_", carried(text)).replace("\r\n", "\n").replace("\r", "\n")
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True  # it stays text when somebody edits it
    return cell


def put_number(sheet: Worksheet, row: int, column: int, number: Decimal) -> Cell:
    """A number with its decimals, shown without separators; text when a reader would round it."""
    text = f"{number:f}"
    if len(text.replace(".", "").strip("-0")) > DIGITS:
        return put(sheet, row, column, text)
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = number
    decimals = len(text.partition(".")[2])
    cell.number_format = f"0.{'0' * decimals}" if decimals else "0"
    return cell


def line(sheet: Worksheet, row: int, texts: Sequence[str], font: Font | None = None) -> int:
    """Texts beside each other; gives the next row."""
    for column, text in enumerate(texts, 1):
        cell = put(sheet, row, column, text)
        cell.alignment = WRAPPED
        if font is not None:
            cell.font = font
    return row + 1


def saved(book: Workbook, prepared: datetime) -> bytes:
    """The bytes of a workbook, whatever the clock says: the moment of its parts is the one it was prepared at.

    Parts are stored as they are: another version of the compressor would give other bytes."""
    moment = prepared.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.created = moment
    body, out = io.BytesIO(), io.BytesIO()
    book.save(body)
    book.properties.modified = moment  # openpyxl wrote the clock
    core = tostring(book.properties.to_tree())
    with ZipFile(body) as made, ZipFile(out, "w", ZIP_STORED) as file:
        for name in made.namelist():
            info = ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
            info.external_attr = 0o600 << 16
            info.create_system = 3
            file.writestr(info, core if name == "docProps/core.xml" else made.read(name))
    return out.getvalue()
