"""Workbooks of questionnaires as another program saves them: answers, notes and locked cells otherwise than they went out."""

from __future__ import annotations

import io
from collections.abc import Mapping

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

COMMENT, SOURCE, FOOTNOTE = "Commentaire / Comment", "Source", "Note / Footnote"
EXPLAINED, STATUS = "Explication de la variation / Explanation of the variation", "Statut / Status"
_FIRST = 5  # the column after the labels


def changed(
    body: bytes, values: Mapping[str, object], locked: str = "", notes: Mapping[tuple[str, str], object] | None = None
) -> bytes:
    """As another program saves it: values by name of a cell, notes by name and title of their column; `locked`: something typed over
    the title of that sheet."""
    book = load_workbook(io.BytesIO(body))
    for name, value in values.items():
        ((title, where),) = book.defined_names[name].destinations
        book[title][where] = value
    for (name, note), value in (notes or {}).items():
        beside(book, name, note).value = value
    if locked:
        book[locked]["A1"] = "Other"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def beside(book: Workbook, name: str, note: str) -> Cell:
    """The cell of a note: in the column whose title is the note's and that of the answer's column."""
    ((title, where),) = book.defined_names[name].destinations
    made = book[title]
    answer = made[where]
    head = {made.cell(2, c).value: c for c in range(_FIRST, made.max_column + 1)}
    found = made.cell(answer.row, head[f"{note}: {made.cell(2, answer.column).value}"])
    assert isinstance(found, Cell)
    return found
