"""What a cell of a workbook says, strictly: a number is written as one, a shared text is one that there is. A program that reads
1_0 as 10, or a text that is not there as the last that is, reads a figure that nobody wrote."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from greffe.errors import BadInput

BUILTIN_DATES: Final = frozenset({*range(14, 23), 45, 46, 47})  # ECMA-376 part 1, 18.8.30
_EPOCH: Final = datetime(1899, 12, 30)
_LONGEST_NUMBER: Final = 400  # characters; 1E308 written out has 309
_LONGEST_DATE: Final = 64
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")


class Formula(str):
    """What a cell is to calculate, as it is written, after '='."""

    __slots__ = ()


@dataclass(frozen=True)
class Styles:
    """Which styles of cells make a date, or a length of time, of a number."""

    dates: frozenset[int] = frozenset()
    lengths: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Shared:
    """What the sheets of a workbook share. epoch: the day 0 of its dates."""

    texts: Sequence[str] = ()
    styles: Styles = field(default_factory=Styles)
    epoch: datetime = _EPOCH


def value_of(kind: str, style: str | None, text: str, shared: Shared) -> object:
    """What `<v>` says in a cell of that type: int, float, bool, str, date, datetime, time or timedelta; None for nothing. Types:
    ECMA-376 part 1, 18.18.11. Raises BadInput, without its place."""
    if not text:
        return None
    if kind == "s":
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(shared.texts):
            return shared.texts[int(text)]
        raise BadInput(f"There is no shared text {text[:40]!r}.")
    if kind == "n":
        return _number(text, style, shared)
    if kind == "b":
        if text not in ("0", "1"):
            raise BadInput(f"{text[:40]!r} is neither 0 nor 1.")
        return text == "1"
    if kind == "d":
        return _date(text)
    if kind in ("str", "e"):
        return text
    raise BadInput(f"The type {kind[:40]!r} of the cell is not known.")


def _number(text: str, style: str | None, shared: Shared) -> object:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        number: int | float = int(text)
    else:
        number = _other_number(text.strip(" \t\r\n"))
    style = style or "0"
    if not (style.isascii() and style.isdigit() and len(style) < 10):
        raise BadInput(f"The style {style[:40]!r} of the cell is not known.")
    if int(style) not in shared.styles.dates:
        return number
    return _day(number, int(style), shared)


def _other_number(text: str) -> int | float:
    if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        number = int(text) if _WHOLE.fullmatch(text) else float(text)
        if isinstance(number, int) or math.isfinite(number):
            return number
    raise BadInput(f"{text[:40]!r} is no number.")


def _day(number: float, style: int, shared: Shared) -> object:
    from openpyxl.utils.datetime import from_excel

    try:
        day: object = from_excel(number, shared.epoch, timedelta=style in shared.styles.lengths)
    except (ArithmeticError, ValueError) as error:
        raise BadInput(f"The number {number} is no date, and its cell is formatted as one.") from error
    return day


def _date(text: str) -> object:
    from openpyxl.utils.datetime import from_ISO8601

    try:
        if len(text) <= _LONGEST_DATE:
            day: object = from_ISO8601(text)  # type: ignore[no-untyped-call]
            return day
    except (ArithmeticError, ValueError, TypeError):
        pass
    raise BadInput(f"{text[:40]!r} is no date.")


def text_of(value: object, file: str, row: int, column: int) -> str:
    """The text that a value stands for: 12 for the number 12 (not 12.0), 2008-01-31 for a date, '' for nothing. Raises BadInput for a
    formula."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        hint = "Write the value itself: a formula gives what its last reader calculated."
        raise BadInput("It is a formula.", file=file, row=row, column=letters(column), hint=hint)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def letters(column: int) -> str:
    """A for 1, AA for 27."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
