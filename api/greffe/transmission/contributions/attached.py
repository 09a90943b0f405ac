"""Notes that a spreadsheet program attaches to a cell: comments of old, and threads of replies. No form of ours reads them as answers,
so that each is told with what it says."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final
from zipfile import ZipFile

from openpyxl.xml.functions import fromstring

from greffe.model.books_read import Book, links

NOTES: Final = "comments"  # how the kind of a part ends, whichever edition of the standard names it
THREADS: Final = "threadedComment"


def attached(book: Book) -> Iterator[tuple[str, str, str]]:
    """Sheet, cell (`B7`) and text of each note; a thread is one text. Raises what zipfile and an XML parser raise on broken files."""
    known = set(book.parts.namelist())
    for sheet, part in book.sheets.items():
        folder, _, file = part.rpartition("/")
        if f"{folder}/_rels/{file}.rels" not in known:
            continue
        parts = [(posixpath.basename(link["Type"]), to) for link, to in links(book.parts, part, book.file)]
        notes = _texts(book.parts, [t for kind, t in parts if kind == NOTES and t in known], "comment", "t")
        # A thread has a note for older programs, which says first that they cannot show it.
        notes |= _texts(book.parts, [t for kind, t in parts if kind == THREADS and t in known], THREADS, "text")
        yield from ((sheet, cell, text) for cell, text in notes.items() if text)


def _texts(archive: ZipFile, names: list[str], each: str, said: str) -> dict[str, str]:
    """Cell → what all elements of that name say of it."""
    found: dict[str, list[str]] = {}
    for name in names:
        for element in fromstring(archive.read(name)).iter(f"{{*}}{each}"):
            told = "".join(e.text or "" for e in element.iter(f"{{*}}{said}"))
            found.setdefault(str(element.get("ref", "")).upper(), []).append(told.strip())
    return {cell: "\n".join(filter(None, texts)) for cell, texts in found.items()}
