"""Time rules of a structure map from its YAML file (SM-30 to SM-35)."""

from __future__ import annotations

import re
from typing import Final

from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition, BadQuery
from greffe.model.date_patterns import check_readable, date_pattern
from greffe.model.maps import TimeRule
from greffe.model.periods import span
from greffe.model.stretches import NANOSECONDS, RESOLVES

# What a rule of each kind needs beside what all need.
_KINDS: Final = {"date-pattern": ("pattern",), "epoch": ("base", "unit")}
_COMMON: Final = ("id", "kind", "source")
_FREQUENCIES: Final = ("frequency", "frequency_dimension")
_OPTIONAL: Final = ("target", "resolve", "locale")


def read_times(root: Node) -> tuple[TimeRule, ...]:
    """The entries of `times`, ids each once. Raises BadDefinition with the path."""
    found: list[TimeRule] = []
    for node in root.entries("times"):
        found.append(_time(node))
        if any(t.id == found[-1].id for t in found[:-1]):
            raise node.child("id").wrong(f"{found[-1].id!r} stands twice.")
    return tuple(found)


def read_formats(root: Node) -> dict[str, str]:
    """`frequency_formats`: frequency → date pattern in which its periods are written (SM-33)."""
    node = root.child("frequency_formats")
    found = node.texts() if "frequency_formats" in root else {}
    for frequency, pattern in found.items():
        _readable(node.child(frequency), pattern, "en")
    return found


def _time(node: Node) -> TimeRule:
    every = {key for needed in _KINDS.values() for key in needed}
    node.only((*_COMMON, *sorted(every), *_FREQUENCIES, *_OPTIONAL), _COMMON)
    kind = node.child("kind").word(_KINDS)
    node.only((*_COMMON, *_KINDS[kind], *_FREQUENCIES, *_OPTIONAL), (*_COMMON, *_KINDS[kind]))
    if sum(key in node for key in _FREQUENCIES) != 1:
        raise node.wrong(
            "Either frequency or frequency_dimension is expected here.",
            hint="frequency: a code; frequency_dimension: the target component that gives it.",
        )
    found = TimeRule(
        id=node.child("id").identifier(),
        kind=kind,
        source=node.child("source").text(),
        target=node.text_or("target", "TIME_PERIOD"),
        pattern=node.text_or("pattern"),
        locale=node.text_or("locale", "en"),
        resolve=node.child("resolve").word(RESOLVES) if "resolve" in node else "endOfPeriod",
        base=node.text_or("base", "1970"),
        unit=node.child("unit").word(NANOSECONDS) if "unit" in node else "",
        frequency=node.text_or("frequency"),
        frequency_dimension=node.text_or("frequency_dimension"),
    )
    if kind == "date-pattern":
        _readable(node.child("pattern"), found.pattern, found.locale, input_=True)
    else:
        _base(node.child("base"), found.base)
    return found


def _readable(node: Node, text: str, locale: str, *, input_: bool = False) -> None:
    """Refuses a pattern that means nothing, and as input one that names no stretch of time."""
    try:
        pattern = date_pattern(text, locale)
        if input_:
            check_readable(pattern)
    except BadDefinition as error:
        raise node.wrong(error.message, hint=error.hint) from error


def _base(node: Node, text: str) -> None:
    try:
        span(text)
    except BadQuery as error:
        raise node.wrong(error.message, hint=error.hint) from error
    if re.search("T[0-9]{2}:", text):
        raise node.wrong(f"{text!r} has a time: epochs are counted from the beginning of a day.")
