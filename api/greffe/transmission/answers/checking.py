"""An answer as it was typed, checked by the type of its question: each error names the field and what would do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from greffe.catalogue.questionnaires import CHOICE, NUMBER, TEXT, YES_NO, Rows
from greffe.errors import BadQuery, nearest
from greffe.model.answers import LANGUAGES, MISSING, PARTS, Said
from greffe.model.answers import TEXT as WORDS
from greffe.transmission.workbooks.limits import UNLIMITED, Limit

NUMBERS: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
LONGEST: Final = 5_000  # characters of a text

WORDS_YES_NO: Final = ("Yes", "No")  # as the workbook has them
SPOKEN: Final = {"yes": "Yes", "oui": "Yes", "no": "No", "non": "No"}
_UNPRINTED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def checked(
    layout: Rows, value: str, missing: str, words: Mapping[str, Mapping[str, str]], limit: Limit = UNLIMITED
) -> Said:
    """What is said, in the form that is kept. `value`, `missing` as typed; `words`: part → language → text. `limit`: which
    numbers its cell takes.

    Raises BadQuery, with the parameter: no value of that type, a number that the cell does not take, a value
    and NA at once, a text that cannot be kept."""
    value, missing = value.strip(), missing.strip()
    if not missing and value.upper() in MISSING:
        value, missing = "", value.upper()
    if missing and missing not in MISSING:
        raise BadQuery(f"{missing!r} is neither NA nor NAP.", parameter="missing", nearest=nearest(missing, MISSING))
    told = {part: texts for part in PARTS if (texts := _texts(part, words.get(part, {})))}
    if missing and (value or told.get(WORDS)):
        raise BadQuery(f"A cell is {missing} or has a value, not both.", parameter="value")
    if told.get(WORDS) and layout.type != TEXT:
        raise BadQuery(f"This question is answered with {TYPED[layout.type]}, not with a text.", parameter="text")
    return Said(_value(layout, value, limit), missing, told)


TYPED: Final = {
    NUMBER: "a number", YES_NO: "Yes or No", CHOICE: "a word of its list", TEXT: "a text in French and English",
}  # fmt: skip


def _value(layout: Rows, value: str, limit: Limit) -> str:
    if not value:
        return ""
    if layout.type == NUMBER:
        return _number(value, limit)
    if layout.type == YES_NO:
        if value.casefold() not in SPOKEN:
            raise BadQuery(f"{value!r} is neither Yes nor No.", parameter="value", nearest=WORDS_YES_NO)
        return SPOKEN[value.casefold()]
    if layout.type == CHOICE:
        if value not in layout.choices:
            near = nearest(value, layout.choices) or layout.choices
            raise BadQuery(f"{value!r} is none of the choices.", parameter="value", nearest=near)
        return value
    raise BadQuery(
        "This question is answered with words.", parameter="value", hint="Give the text in French and in English."
    )


def _number(value: str, limit: Limit) -> str:
    """Digits with a point. A comma or blanks are refused: they may part thousands or decimals."""
    if not NUMBERS.fullmatch(value):
        raise BadQuery(
            f"{value!r} is no number.",
            parameter="value",
            hint="Digits without separators, decimals after a point: 1234.5.",
        )
    found = Decimal(value)
    if limit.counts:
        if found < 0 or found % 1:
            hint = "A count is a whole number, 0 or more."
            wrong = f"{value} is below zero." if found < 0 else f"{value} is no whole number."
            raise BadQuery(wrong, parameter="value", hint=hint)
        return f"{abs(found):.0f}"
    if limit.decimals is not None and found != round(found, limit.decimals):
        raise BadQuery(f"{value} has more than {limit.decimals} decimals, which its unit has.", parameter="value")
    return f"{found:f}"


def _texts(part: str, texts: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        text = texts.get(language, "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            raise BadQuery(f"A text has at most {LONGEST} characters.", parameter=f"{part}_{language}")
        if _UNPRINTED.search(text):
            raise BadQuery("The text holds a character that no file carries.", parameter=f"{part}_{language}")
        if text:
            found[language] = text
    return found
