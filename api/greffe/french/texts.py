"""What the shipped maps, policies and demonstration say in English, in French: `texts/*.csv`, sentence by sentence.

Kept apart from messages: what people write is looked up here, and none of it may be taken for a message of the code. A text is
told when all of it is known; one of which a part is not stays as it was written.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition
from greffe.french.read import read
from greffe.french.templates import Template

TEXTS: Final = Path(__file__).parent / "texts"
_ENDS: Final = re.compile(r"(?<=[.!?…])(?P<blank> )(?=[A-Z0-9«])|(?P<semicolon>; )|(?P<line>\n)")
_JOINTS: Final = {"blank": " ", "semicolon": "\u00a0; ", "line": "\n"}
_LONGEST: Final = 2_000  # characters of a text that is looked up


@lru_cache(maxsize=4096)
def text_in_french(text: str) -> str | None:
    """The French of a text of ours; None where nothing of ours says it, or not all of it."""
    return _found(text.strip()) if 0 < len(text) <= _LONGEST else None


def ours(text: str, lang: str) -> str:
    """A text of the artefacts in a language; what is none of ours stays as it was written."""
    return (text_in_french(text) if lang == "fr" else None) or text


def _found(text: str) -> str | None:
    whole = _one(text)
    if whole is not None:
        return whole
    for end in _ENDS.finditer(text):
        first = _one(text[: end.start()])
        rest = _found(text[end.end() :]) if first is not None else None
        if first is not None and rest is not None:
            return f"{first}{_JOINTS[str(end.lastgroup)]}{rest}"
    return None


def _one(text: str) -> str | None:
    exact = _exact().get(text)
    if exact is not None:
        return exact
    for template in _with_holes():
        values = template.values(text, lambda value: _one(value) is not None) if template.longest in text else None
        filled = values and _filled(template, values)
        if filled:
            return filled
    return None


def _filled(template: Template, values: list[str]) -> str | None:
    """`{}` takes a number, a code or a name, never the end of a sentence; `{*}` words that are known themselves."""
    told: list[str] = []
    for sort, value in zip(template.holes, values, strict=True):
        found = _found(value) if sort == "*" else value
        if not value or found is None or (sort != "*" and _ENDS.search(value)):
            return None
        told.append(found)
    return template.filled(told)


@cache
def texts() -> tuple[Template, ...]:
    """Every sentence, in the order of the files. Raises BadDefinition for a line that cannot be used."""
    found: dict[str, Template] = {}
    for file in sorted(TEXTS.glob("*.csv")):
        for row, template in read(file):
            if template.english in found:
                raise BadDefinition(f"{template.english!r} stands twice.", file=file.name, row=row, column="en")
            found[template.english] = template
    return tuple(found.values())


@cache
def _exact() -> dict[str, str]:
    return {t.english: t.french for t in texts() if not t.holes}


@cache
def _with_holes() -> tuple[Template, ...]:
    return tuple(sorted((t for t in texts() if t.holes), key=lambda t: -t.weight))
