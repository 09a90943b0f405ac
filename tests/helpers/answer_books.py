"""Workbooks of questionnaires as another program saves them: answers, notes and locked cells otherwise than they went out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment

COMMENT, SOURCE, FOOTNOTE = "Commentaire / Comment", "Source", "Note / Footnote"
EXPLAINED, STATUS = "Explication de la variation / Explanation of the variation", "Statut / Status"
_FIRST = 5  # the column after the labels
_OFFICE = "http://schemas.microsoft.com/office"
_THREADS = f"{_OFFICE}/spreadsheetml/2018/threadedcomments"
_OLDER = "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment.\n\nComment:\n    "


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


def attached(body: bytes, name: str, note: str, *replies: str) -> bytes:
    """With a note of the spreadsheet on that cell; with replies a thread, and the note that Excel writes for older programs."""
    book = load_workbook(io.BytesIO(body))
    ((title, where),) = book.defined_names[name].destinations
    cell = where.replace("$", "")
    book[title][cell].comment = Comment(_OLDER + note if replies else note, "A. Martin")
    out = io.BytesIO()
    book.save(out)
    if not replies:
        return out.getvalue()
    number = book.sheetnames.index(title) + 1
    texts = "".join(
        f'<threadedComment ref="{cell}"><text>{escape(t)}</text></threadedComment>' for t in (note, *replies)
    )
    thread = f'<ThreadedComments xmlns="{_THREADS}">{texts}</ThreadedComments>'
    link = (
        f'<Relationship Id="thread" Type="{_OFFICE}/2017/10/relationships/threadedComment" Target="../threads/1.xml"/>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(out) as parts, zipfile.ZipFile(made, "w") as packed:
        for part in parts.namelist():
            content = parts.read(part)
            if part == f"xl/worksheets/_rels/sheet{number}.xml.rels":
                content = content.replace(b"</Relationships>", f"{link}</Relationships>".encode())
                assert link.encode() in content
            packed.writestr(part, content)
        packed.writestr("xl/threads/1.xml", thread)
    return made.getvalue()


def unplaced(body: bytes) -> bytes:
    """The same with notes that are of no cell, as no program writes them."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as parts, zipfile.ZipFile(made, "w") as packed:
        for part in parts.namelist():
            content = parts.read(part)
            packed.writestr(part, re.sub(rb' ref="[A-Z0-9]+"', b' ref=""', content) if "/comment" in part else content)
    return made.getvalue()
