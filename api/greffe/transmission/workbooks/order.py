"""The order list of an on-line form, as CSV: what is typed where, in the order of the questions."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from greffe.transmission.workbooks import words
from greffe.transmission.workbooks.answers import EXPLANATION
from greffe.transmission.workbooks.filled import Cell, Column, Filled, Row

COLUMNS: Final = (
    "order", "question", "sub_cell", "type_in", "label_fr", "label_en", "status", "comment", "cell",
)  # fmt: skip
UNANSWERED: Final = "not answered"  # in place of what is to be typed: nobody said NA of it (a test may leave so)
_NUMBERED: Final = re.compile(r"\D*(\d+)(?:-(\d+))?")


def write(filled: Filled) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read the accents."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(filled))
    return out.getvalue().encode("utf-8-sig")


def faults(filled: Filled, content: bytes) -> list[str]:
    """What a reader finds otherwise than it was filled."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    there = {r["cell"]: r["type_in"] for r in rows}
    expected = {cell.name: _typed(cell) for *_, cell in filled.cells()}
    found = [
        f"{name} is to be typed as {there.get(name)!r}, not {text}"
        for name, text in expected.items()
        if there.get(name) != text
    ]
    places = [(r["question"], r["sub_cell"]) for r in rows]
    return found + [f"{' '.join(p)} stands twice" for p in sorted({p for p in places if places.count(p) > 1})]


def _lines(filled: Filled) -> Iterator[tuple[str, ...]]:
    """Sorted by the number of the question; within one, as the questionnaire is laid out."""
    cells = sorted(filled.cells(), key=lambda found: _number(found[1].question))
    for order, (_, row, column, cell) in enumerate(cells, 1):
        labels = [" – ".join(filter(None, (row.labels[n], column.labels[n] if column.codes else ""))) for n in (0, 1)]
        yield (
            str(order), row.question, _sub_cell(filled, row, column), _typed(cell), *map(_plain, labels),
            cell.notes.get("OBS_STATUS", ""), _plain(_comment(filled, cell)), cell.name,
        )  # fmt: skip


def _number(question: str) -> tuple[int, int]:
    """`Q12-1` follows `Q12`; lines of ours, `Q91-L2.1`, stay with their question."""
    found = _NUMBERED.match(question)
    return (int(found[1]), int(found[2] or 0)) if found else (1_000_000, 0)


def _sub_cell(filled: Filled, row: Row, column: Column) -> str:
    period = (column.period,) if filled.questionnaire.years > 1 else ()
    return ".".join(filter(None, (row.code, *column.codes, *period))) or "T"


def _typed(cell: Cell) -> str:
    """What is to be typed: what is released or was answered, never the questionnaire's word in the place of an answer."""
    return cell.text if cell.held or (cell.said is not None and cell.said.answers) else UNANSWERED


def _comment(filled: Filled, cell: Cell) -> str:
    texts = filled.questionnaire.unheld.texts
    if not (cell.held or cell.said):
        return words.both((texts["fr"], texts["en"]))
    return "; ".join(filter(None, (cell.notes.get(note, "") for note in ("COMMENT_OBS", EXPLANATION))))


def _plain(text: str) -> str:
    """A spreadsheet that opens the list takes no text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
