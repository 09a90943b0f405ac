"""A comparison of two releases as a workbook: a page to read first, a summary, what changed, came and went."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from greffe.formats.languages import best
from greffe.mapping.exchange.books import saved
from greffe.model.instants import paris_time
from greffe.release.revisions import Revised, leading
from greffe.release.vintage_tables import Table
from greffe.release.vintage_words import lines, word
from greffe.release.vintages import ADDED, CHANGED, GONE, Cell

_BOLD: Final = Font(bold=True)
_RED: Final = Font(bold=True, color="FF8A1C00")
_DIGITS: Final = 15  # that Excel keeps


def write_book(table: Table, lang: str) -> bytes:
    """The workbook, written row by row. Equal comparisons make equal bytes."""
    book = Workbook(write_only=True)
    _read_me(_sheet(book, word(lang, "read_me"), (40, 100)), table, lang)
    _summary(book, table, lang)
    for how in (CHANGED, ADDED, GONE):
        _cells(book, table, [c for c in table.cells if c.how == how], lang, how)
    return saved(book)


def _sheet(book: Workbook, title: str, widths: Sequence[int], headers: Sequence[str] = ()) -> WriteOnlyWorksheet:
    """A sheet; with headers a frozen line of them, with filters."""
    sheet = book.create_sheet(title)
    assert isinstance(sheet, WriteOnlyWorksheet)
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width  # type: ignore[attr-defined]  # stubs lack it
    if headers:
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}1"  # type: ignore[attr-defined]
        sheet.append([_text(sheet, h, _BOLD) for h in headers])
    return sheet


def _text(sheet: WriteOnlyWorksheet, text: str, font: Font | None = None, *, wrapped: bool = False) -> object:
    """A cell whose text stays text, whatever it begins with."""
    if font is None and not wrapped and not text.startswith("="):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    if wrapped:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _read_me(sheet: WriteOnlyWorksheet, table: Table, lang: str) -> None:
    comparison, w = table.comparison, partial(word, lang)
    rows: list[tuple[str, str]] = [(w("title"), "")]
    if table.origin == "synthetic":
        rows.append((w("warning"), w("synthetic")))
    flow = comparison.dataflow
    rows.append((w("dataflow"), f"{best(flow.names, lang)} ({flow.reference})"))
    for name, release in (("older", comparison.older), ("newer", comparison.newer)):
        rows.append((w(name), str(release)))
        rows.append((w("effective"), paris_time(release.effective_at, lang)))
        why = (release.notice_fr if lang == "fr" else "") or release.notice or release.reason
        rows += [(w("reason"), why)] if why else []
    whole, colon = table.whole, "\u00a0: " if lang == "fr" else ": "
    for name, count in ((CHANGED, whole.changed), (ADDED, whole.added), (GONE, whole.gone)):
        rows.append((f"{w('counts')}{colon}{w(name)}", str(count)))
    rows.append((w("how"), ""))
    rows += [("", line) for line in (*lines(lang), w("long"))]
    for left, right in rows:
        font = _RED if left == w("warning") else _BOLD
        sheet.append([_text(sheet, left, font), _text(sheet, right, wrapped=True)])


def _summary(book: Workbook, table: Table, lang: str) -> None:
    subject, unit = leading(table.comparison.structure)
    names = ("indicator", "label", "unit", CHANGED, ADDED, GONE, "confidential", "numbers", "up", "down", "mean",
             "mean_absolute", "relative")  # fmt: skip
    sheet = _sheet(book, word(lang, "summary"), [18] * len(names), [word(lang, n) for n in names])
    rows: list[tuple[str, str, str, Revised, bool]] = [(word(lang, "all"), "", "", table.whole, False)]
    for one in table.by_indicator:
        label = table.label(subject, one.indicator, lang)
        rows.append((one.indicator, label, table.label(unit, one.unit, lang) if unit else "", one.revised, True))
    for code, label, named, found, means in rows:
        counts = (
            found.changed,
            found.added,
            found.gone,
            found.confidential,
            found.numbers,
            found.upward,
            found.downward,
        )
        sizes = (found.mean, found.mean_absolute, found.percent) if means else (None, None, None)
        sheet.append([*(_text(sheet, t) for t in (code, label, named)), *counts, *(_number(sheet, s) for s in sizes)])


def _cells(book: Workbook, table: Table, cells: Sequence[Cell], lang: str, how: str) -> None:
    dimensions = table.comparison.structure.dimension_ids
    figures = {CHANGED: ("before", "after", "difference", "percent"), ADDED: ("after",), GONE: ("before",)}[how]
    headers = [h for d in dimensions for h in (d, f"{d}_label")]
    headers += [word(lang, n) for n in ("period", *figures, "attributes")]
    sheet = _sheet(book, word(lang, how), [18] * len(headers), headers)
    for cell in cells:
        codes = [t for d in dimensions for t in (cell.key[d], table.label(d, cell.key[d], lang))]
        changes = "; ".join(f"{n}: {old or '–'} → {new or '–'}" for n, (old, new) in cell.attributes.items())
        note = f"{word(lang, 'confidential')}; {changes}" if cell.confidential else changes
        texts = [_text(sheet, t) for t in (*codes, cell.period)]
        sheet.append([*texts, *(_figure(sheet, cell, name) for name in figures), _text(sheet, note)])


def _figure(sheet: WriteOnlyWorksheet, cell: Cell, name: str) -> object:
    figure = {"before": cell.before, "after": cell.after}.get(name)
    if figure is not None:
        return _number(sheet, figure.number) if figure.number is not None else _text(sheet, figure.value or "")
    return _number(sheet, {"difference": cell.difference, "percent": cell.percent}.get(name))


def _number(sheet: WriteOnlyWorksheet, number: Decimal | None) -> object:
    """A number, shown with the decimals that it has, or its text where Excel would round it."""
    if number is None:
        return None
    text = f"{number:f}"
    if len(number.as_tuple().digits) > _DIGITS:
        return text
    decimals = len(text.partition(".")[2])
    if not decimals:
        return number
    cell = WriteOnlyCell(sheet)
    cell.value = number
    cell.number_format = f"0.{'0' * decimals}"
    return cell
