"""Which language commands speak: `greffe --lang fr …`, else that of the terminal (GREFFE_LANG, LC_ALL, LC_MESSAGES, LANG).

Errors, those of the option parser too, sentences after something was done, headings of tables and of help are told in it, and
what a command has in both languages (findings, bridges, reports); help too (`help.py`). Exit codes, the names that `--json`
prints and errors as JSON are for programs and the same in every language.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from greffe.web.language import LANGUAGES, chosen_language

VARIABLES: Final = ("GREFFE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
COLUMNS: Final = Path(__file__).parent / "columns.csv"
_asked: ContextVar[str] = ContextVar("lang", default="")


def speak(lang: str) -> None:
    """From now on in that language. Raises NotAcceptable for one that is not offered."""
    _asked.set("")
    _asked.set(chosen_language(lang, "") if lang else "")


def here(lang: str = "") -> str:
    """The language of an answer: the one that a command was asked for, else the one of the call, else of the terminal."""
    return chosen_language(lang, "") if lang else _asked.get() or of_terminal(os.environ)


def of_terminal(environ: Mapping[str, str]) -> str:
    """`fr` for `fr_FR.UTF-8`; English for every other locale. The first variable that is set decides."""
    found = next((environ[name] for name in VARIABLES if environ.get(name)), "")
    name = found.partition("_")[0].partition(".")[0].lower()
    return name if name in LANGUAGES else "en"


def heading(column: str, lang: str) -> str:
    """What a column of a table is called; in English by its name, which `--json` has too."""
    return _columns().get(column, column) if lang == "fr" else column


def colon(lang: str) -> str:
    """As the language writes it."""
    return "\u00a0:" if lang == "fr" else ":"


@cache
def _columns() -> Mapping[str, str]:
    with COLUMNS.open(encoding="utf-8", newline="") as lines:
        return {row["en"]: row["fr"] for row in csv.DictReader(lines)}
