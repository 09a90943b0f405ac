"""Decimal texts as JSON numbers, a batch at a time: digits stay as they came, INF and NaN become strings (J-10)."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from greffe.arrow import octets, offsets, pa
from greffe.errors import Broken

# What JSON takes for a number (RFC 8259), and what a released number may look like beyond that (`+5`, `.5`, `007`).
_JSON: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DECIMAL: Final = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<power>[eE][+-]?[0-9]+)?")
_WORDS: Final = ("NaN", "INF", "-INF", "+INF")
_FEW: Final = 64  # numbers that are looked at one by one
_PLAIN: Final = np.zeros(256, dtype=np.bool_)
_PLAIN[np.frombuffer(b"0123456789-.", dtype=np.uint8)] = True


def is_number(text: str) -> bool:
    """Whether JSON takes the text for a number as it stands."""
    return _JSON.fullmatch(text) is not None


def number(text: str) -> str:
    """The text as JSON: a number of equal value and digits, or a quoted NaN, INF, -INF. Raises Broken."""
    if is_number(text):
        return text
    if text in _WORDS:
        return f'"{text.lstrip("+")}"'
    match = _DECIMAL.fullmatch(text)
    if match is None or not (match["whole"] or match["part"]):
        raise Broken(f"A released value is not the text of a number: {text!r}.")
    sign = "-" if match["sign"] == "-" else ""
    part = f".{match['part']}" if match["part"] else ""
    return f"{sign}{match['whole'].lstrip('0') or '0'}{part}{match['power'] or ''}"


def numbers(column: pa.StringArray) -> pa.StringArray:
    """Every text of the column as JSON; null stays null. Almost always that is the column itself, found by its bytes."""
    if len(column) <= _FEW:
        known = [value if value is None else number(value) for value in column.to_pylist()]
        return pa.array(known, pa.string())
    if _surely(column):
        return column
    found = column.dictionary_encode()
    known = [number(str(value)) for value in found.dictionary.to_pylist()]
    return pa.array(known, pa.string()).take(found.indices)


def _surely(column: pa.StringArray) -> bool:
    """Whether all texts are digits with one point inside them at most, no sign but a minus in front, no idle zero."""
    data, bounds = octets(column), offsets(column)
    if not len(data):
        return True
    starts, ends = bounds[:-1] - bounds[0], bounds[1:] - bounds[0]
    there = ends > starts
    starts, ends = starts[there], ends[there]
    minus = data == ord("-")
    negative = minus[starts]
    starts = starts + negative  # of the digits
    # Behind the last digit of the column there is nothing: its own end stands for the next character.
    following = data[np.minimum(starts + 1, len(data) - 1)]
    zero = (data[np.minimum(starts, len(data) - 1)] == ord("0")) & (starts + 1 < ends) & (following != ord("."))
    points = data == ord(".")
    before = np.concatenate(([0], np.cumsum(points, dtype=np.int32)))
    return bool(
        _PLAIN[data].all()
        and np.count_nonzero(minus) == np.count_nonzero(negative)
        and (starts < ends).all()
        and not zero.any()
        and not points[starts].any()
        and not points[ends - 1].any()
        and (before[ends] - before[starts] <= 1).all()
    )
