"""Notes that a spreadsheet program attaches to a cell: comments of old, and threads of replies. No form of ours reads them as answers,
so that each is told with what it says."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator
from typing import Final
from zipfile import ZipFile

from openpyxl.packaging.relationship import get_dependents
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.functions import fromstring

NOTES: Final = "comments"  # how the kind of a part ends, whichever edition of the standard names it
THREADS: Final = "threadedComment"


def attached(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Sheet, cell (`B7`) and text of each note; a thread is one text. Raises what zipfile and openpyxl raise on broken files."""
    reader = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    with reader.archive as archive:
        reader.read_manifest()
        reader.read_workbook()
        known = set(archive.namelist())
        for sheet, part in reader.parser.find_sheets():
            folder, _, file = part.target.rpartition("/")
            beside = f"{folder}/_rels/{file}.rels"
            if beside not in known:
                continue
            parts = [(posixpath.basename(r.Type), r.target) for r in get_dependents(archive, beside)]
            notes = _texts(archive, [t for kind, t in parts if kind == NOTES and t in known], "comment", "t")
            # A thread has a note for older programs, which says first that they cannot show it.
            notes |= _texts(archive, [t for kind, t in parts if kind == THREADS and t in known], THREADS, "text")
            yield from ((str(sheet.name), cell, text) for cell, text in notes.items() if text)


def _texts(archive: ZipFile, names: list[str], each: str, said: str) -> dict[str, str]:
    """Cell → what all elements of that name say of it."""
    found: dict[str, list[str]] = {}
    for name in names:
        for element in fromstring(archive.read(name)).iter(f"{{*}}{each}"):
            told = "".join(e.text or "" for e in element.iter(f"{{*}}{said}"))
            found.setdefault(str(element.get("ref", "")).upper(), []).append(told.strip())
    return {cell: "\n".join(filter(None, texts)) for cell, texts in found.items()}
