"""Lists of Structured Fields (RFC 9651, 4.2.1) whose items are strings with parameters of integers, strings or bytes: what
RateLimit and RateLimit-Policy are made of. Anything else is refused, as a parser of the standard would."""

from __future__ import annotations

import re
from typing import Final

_STRING: Final = r'"((?:[ !#-\[\]-~]|\\["\\])*)"'
_PARAMETER: Final = re.compile(rf"; *([a-z*][a-z0-9_\-.*]*)=(?:(-?[0-9]{{1,15}})(?![0-9.])|{_STRING})")
_ITEM: Final = re.compile(_STRING)
_NEXT: Final = re.compile(r"[ \t]*,[ \t]*")


def items(field: str) -> dict[str, dict[str, int | str]]:
    """String → its parameters. Raises ValueError for what is no such list, and for an empty one."""
    found: dict[str, dict[str, int | str]] = {}
    at, text = 0, field.strip(" ")
    while True:
        item = _ITEM.match(text, at)
        if item is None:
            raise ValueError(f"no string at {at} of {text!r}")
        at = item.end()
        named: dict[str, int | str] = {}
        while parameter := _PARAMETER.match(text, at):
            named[parameter[1]] = parameter[3] if parameter[2] is None else int(parameter[2])
            at = parameter.end()
        found[item[1]] = named
        if at == len(text):
            return found
        comma = _NEXT.match(text, at)
        if comma is None:
            raise ValueError(f"no comma at {at} of {text!r}")
        at = comma.end()
