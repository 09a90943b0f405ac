"""A comparison of two releases as a workbook: a page to read first, a summary, what changed, came and went."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from greffe.formats.languages import best
from greffe.mapping.exchange.books import put, saved
from greffe.model.instants import paris_time
from greffe.release.revisions import Revised, leading
from greffe.release.vintage_tables import Table
from greffe.release.vintage_words import lines, word
from greffe.release.vintages import ADDED, CHANGED, GONE, Cell

_BOLD: Final = Font(bold=True)
_RED: Final = Font(bold=True, color="FF8A1C00")
_DIGITS: Final = 15  # that Excel keeps


def write_book(table: Table, lang: str) -> bytes:
    """The workbook. Equal comparisons make equal bytes."""
    book = Workbook()
    front = book.worksheets[0]
    front.title = word(lang, "read_me")
    _read_me(front, table, lang)
    _summary(book.create_sheet(word(lang, "summary")), table, lang)
    for how in (CHANGED, ADDED, GONE):
        cells = [c for c in table.cells if c.how == how]
        _cells(book.create_sheet(word(lang, how)), table, cells, lang, how)
    return saved(book)


def _read_me(sheet: Worksheet, table: Table, lang: str) -> None:
    comparison, w = table.comparison, partial(word, lang)
    rows: list[tuple[str, str]] = [(w("title"), "")]
    if table.origin == "synthetic":
        rows.append((w("warning"), w("synthetic")))
    flow = comparison.dataflow
    rows.append((w("dataflow"), f"{best(flow.names, lang)} ({flow.reference})"))
    for name, release in (("older", comparison.older), ("newer", comparison.newer)):
        rows.append((w(name), str(release)))
        rows.append((w("effective"), paris_time(release.effective_at)))
        why = (release.notice_fr if lang == "fr" else "") or release.notice or release.reason
        rows += [(w("reason"), why)] if why else []
    whole = table.whole
    for name, count in ((CHANGED, whole.changed), (ADDED, whole.added), (GONE, whole.gone)):
        rows.append((f"{w('counts')}: {w(name)}", str(count)))
    rows.append((w("how"), ""))
    rows += [("", line) for line in (*lines(lang), w("long"))]
    for number, (left, right) in enumerate(rows, 1):
        put(sheet, number, 1, left).font = _RED if left == w("warning") else _BOLD
        put(sheet, number, 2, right).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 100


def _summary(sheet: Worksheet, table: Table, lang: str) -> None:
    subject, unit = leading(table.comparison.structure)
    names = ("indicator", "label", "unit", CHANGED, ADDED, GONE, "confidential", "numbers", "up", "down", "mean",
             "mean_absolute", "relative")  # fmt: skip
    _head(sheet, [word(lang, n) for n in names])
    rows: list[tuple[str, str, str, Revised, bool]] = [(word(lang, "all"), "", "", table.whole, False)]
    for one in table.by_indicator:
        label = table.label(subject, one.indicator, lang)
        rows.append((one.indicator, label, table.label(unit, one.unit, lang) if unit else "", one.revised, True))
    for number, (code, label, named, found, means) in enumerate(rows, 2):
        for place, text in enumerate((code, label, named), 1):
            put(sheet, number, place, text)
        counts = (
            found.changed,
            found.added,
            found.gone,
            found.confidential,
            found.numbers,
            found.upward,
            found.downward,
        )
        for place, count in enumerate(counts, 4):
            sheet.cell(number, place, count)
        for place, mean in enumerate((found.mean, found.mean_absolute, found.percent), 11):
            _number(sheet, number, place, mean if means else None)


def _cells(sheet: Worksheet, table: Table, cells: Sequence[Cell], lang: str, how: str) -> None:
    dimensions = table.comparison.structure.dimension_ids
    figures = {CHANGED: ("before", "after", "difference", "percent"), ADDED: ("after",), GONE: ("before",)}[how]
    named = [word(lang, n) for n in ("period", *figures, "attributes")]
    _head(sheet, [h for d in dimensions for h in (d, f"{d}_label")] + named)
    for number, cell in enumerate(cells, 2):
        place = 1
        for dimension in dimensions:
            code = cell.key[dimension]
            put(sheet, number, place, code)
            put(sheet, number, place + 1, table.label(dimension, code, lang))
            place += 2
        put(sheet, number, place, cell.period)
        for name in figures:
            place += 1
            _figure(sheet, number, place, cell, name)
        changes = "; ".join(f"{n}: {old or '–'} → {new or '–'}" for n, (old, new) in cell.attributes.items())
        put(sheet, number, place + 1, f"{word(lang, 'confidential')}; {changes}" if cell.confidential else changes)


def _figure(sheet: Worksheet, row: int, column: int, cell: Cell, name: str) -> None:
    figure = {"before": cell.before, "after": cell.after}.get(name)
    if figure is not None and figure.number is None:
        put(sheet, row, column, figure.value or "")
        return
    found = figure.number if figure else {"difference": cell.difference, "percent": cell.percent}.get(name)
    _number(sheet, row, column, found)


def _number(sheet: Worksheet, row: int, column: int, number: Decimal | None) -> None:
    """A number, or its text where Excel would round it."""
    if number is None:
        return
    if len(number.as_tuple().digits) > _DIGITS:
        put(sheet, row, column, f"{number:f}")
    else:
        sheet.cell(row, column, number)


def _head(sheet: Worksheet, headers: Sequence[str]) -> None:
    for place, header in enumerate(headers, 1):
        put(sheet, 1, place, header).font = _BOLD
        sheet.column_dimensions[get_column_letter(place)].width = 18
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}1"
