"""Columns and cells of rows of mapping tables, as pages call them: a file has `target:iccs` and `not-applicable`."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.representation_files import CONFIDENCES
from greffe.mapping.words import kind_word
from greffe.web.pages.words import sayer, table

_CELLS: Final = "staff_cells"
_SIDES: Final = ("source", "target")


def column_word(column: str, lang: str) -> str:
    """`target:iccs` → `cible iccs`; a column of another table by its own name."""
    side, colon, component = column.partition(":")
    if colon and side in _SIDES:
        return sayer((_CELLS,), lang)(f"column_{side}", component=component)
    found = table(_CELLS).get(f"column_{column}")
    return found[lang] if found else column


def sure_word(sure: str, lang: str) -> str:
    """How sure something is, in words; what is none of ours by itself."""
    return sayer((), lang)(f"sure_{sure}") if sure in CONFIDENCES else sure


def cell_word(column: str, value: str, lang: str) -> str:
    """What a cell says: the words of a kind and of a confidence, anything else as it is written."""
    words = {"kind": kind_word, "confidence": sure_word}.get(column)
    return words(value, lang) if words else value
