"""What a component of an observation must be: conditions on codes, texts, numbers and periods, and when they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from greffe.model.periods import Span, span

Kind = Literal["text", "number", "time"]
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_TEXT: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda found, value: found == value,
    "ne": lambda found, value: found != value,
    "lt": lambda found, value: found < value,
    "le": lambda found, value: found <= value,
    "gt": lambda found, value: found > value,
    "ge": lambda found, value: found >= value,
    "co": lambda found, value: value in found,
    "nc": lambda found, value: value not in found,
    "sw": lambda found, value: found.startswith(value),
    "ew": lambda found, value: found.endswith(value),
}
OPERATORS: Final = tuple(_TEXT)
ORDERING: Final = ("eq", "ne", "lt", "le", "gt", "ge")  # these look at what a text means; the others at its letters
_NUMBERS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "eq": lambda found, value: found == value,
    "ne": lambda found, value: found != value,
    "lt": lambda found, value: found < value,
    "le": lambda found, value: found <= value,
    "gt": lambda found, value: found > value,
    "ge": lambda found, value: found >= value,
}
_PERIODS: Final[Mapping[str, Callable[[Span, Span], bool]]] = {
    "eq": lambda found, asked: asked.first <= found.first and found.last <= asked.last,
    "ne": lambda found, asked: not (asked.first <= found.first and found.last <= asked.last),
    "lt": lambda found, asked: found.last < asked.first,
    "le": lambda found, asked: found.last <= asked.last,
    "gt": lambda found, asked: found.first > asked.last,
    "ge": lambda found, asked: found.first >= asked.first,
}


@dataclass(frozen=True)
class Term:
    """One condition. `days` are those of the period that is asked for, when a period is compared."""

    operator: str
    value: str
    days: Span | None = None


@dataclass(frozen=True)
class Where:
    """What a component must be: alternatives of terms that hold together. Something missing satisfies no term.

    kind: `text` compares letters, codes too (by the number of the character); `number` compares exact decimals, and what
    is no number (NaN) satisfies nothing; `time` compares days: equal means within (R1-DATA-07). co, nc, sw, ew look at
    the letters of all three.
    """

    component: str
    alternatives: tuple[tuple[Term, ...], ...]
    kind: Kind = "text"


def number(text: str) -> Decimal | None:
    """The exact number that a text means, None when it is none."""
    return Decimal(text) if NUMBER.fullmatch(text) else None


def holds(where: Where, found: str | None) -> bool:
    """Whether what was found satisfies one of the alternatives."""
    if found is None:
        return False
    if where.kind == "number":
        read = number(found)
        if read is None:
            return False
        return _any(where, lambda t: _number(t, found, read))
    if where.kind == "time":
        days = span(found)
        return _any(where, lambda t: _period(t, found, days))
    return _any(where, lambda t: _TEXT[t.operator](found, t.value))


def _any(where: Where, passes: Callable[[Term], bool]) -> bool:
    return any(all(passes(t) for t in terms) for terms in where.alternatives)


def _number(term: Term, text: str, read: Decimal) -> bool:
    asked = number(term.value)
    if term.operator not in _NUMBERS or asked is None:
        return term.operator not in _NUMBERS and _TEXT[term.operator](text, term.value)
    return _NUMBERS[term.operator](read, asked)


def _period(term: Term, text: str, days: Span) -> bool:
    if term.operator not in _PERIODS or term.days is None:
        return term.operator not in _PERIODS and _TEXT[term.operator](text, term.value)
    return _PERIODS[term.operator](days, term.days)
