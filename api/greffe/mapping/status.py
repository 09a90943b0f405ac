"""OBS_STATUS and CONF_STATUS of what is made of several observations (D17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

STATUS: Final = "OBS_STATUS"
COMMENT: Final = "COMMENT_OBS"
MISSING: Final = ("Q", "L", "M", "O")  # of missing observations, the strongest first
CHANGING: Final = ("A", "P", "E")  # what a definition that differs (D) replaces
DIFFERS: Final = "D"
ABSENT: Final = "O"  # an operand that is not there at all
UNDEFINED: Final = "M"  # a division by zero: the value cannot exist
FREE: Final = "F"  # CONF_STATUS of what anyone may see
_FIRST: Final = (*MISSING, "B", "D", "E", "P", "U")
_OTHERS: Final = ("S", "F", "G", "I", "V", "N", "J", "H", "K", "W")


def precedence(codes: Iterable[str] = ()) -> tuple[str, ...]:
    """Every status, the strongest first: missing ones, then B D E P U, then others, then A.

    `codes` adds those of a code list that are not known here. A rank is a position in this order, from 1.
    """
    known = (*_FIRST, *_OTHERS)
    return (*known, *sorted(set(codes) - set(known) - {"A"}), "A")


# What a cell is published with that is declared as not provided: data exist and are not held; the data cannot exist.
WITHOUT: Final = {"not-available": "L", "not-applicable": "M"}
