"""Blanks of French typography: those before : ; ? ! and within « » do not break, whoever wrote the text of a page.

Templates write `{{ colon }}` and `{{ semicolon }}` after a word, and words of pages have their blanks; names and reasons in
artefacts and in the register have ordinary ones, which a narrow window breaks at. Only text that is read is touched: no
attribute (a field sends back what it was given), no code, nothing that is copied or posted.
"""

from __future__ import annotations

import re
from typing import Final

NB: Final = "\u00a0"
_KEPT: Final = (
    r"<(?P<kept>code|pre|textarea|script|style|svg)\b.*?</(?P=kept)>|<option(?![^>]*\bvalue=)[^>]*>[^<]*|<[^>]*>"
)
_BLANK: Final = r"(?P<before>(?<=\S) (?=[:;?!»](?:[\s<.,;)»…]|$)))|(?P<within>(?<=«) )"
_FOUND: Final = re.compile(f"{_KEPT}|{_BLANK}", re.DOTALL)
_ANY: Final = re.compile(r" [:;?!»]|« ")


def colon(lang: str) -> str:
    """What stands after a word, as the language writes it."""
    return f"{NB}:" if lang == "fr" else ":"


def semicolon(lang: str) -> str:
    """What stands between two halves of a sentence, as the language writes it."""
    return f"{NB};" if lang == "fr" else ";"


def marks(text: str, lang: str) -> str:
    """A text in the quotation marks of the language."""
    return f"«{NB}{text}{NB}»" if lang == "fr" else f"“{text}”"


def unbroken(page: str) -> str:
    """A page in French with its blanks before : ; ? ! » and after « made such as do not break."""
    return _FOUND.sub(_replaced, page) if _ANY.search(page) else page


def _replaced(found: re.Match[str]) -> str:
    return NB if found["before"] or found["within"] else found[0]
