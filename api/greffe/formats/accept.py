"""Reads an Accept header leniently: q-values, blanks, quotes, any order, versions in short (FMT-06, HTTP-01 to 05)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PART: Final = re.compile(r'((?:[^,"]|"[^"]*")+)')
_PARAMETER: Final = re.compile(r';\s*([^=;\s]+)\s*=\s*("[^"]*"|[^;]*)')
# Clients' spellings of the same thing; `key` is that of the CSV field guide.
_SAME: Final = {"key": "keys"}
# They change nothing: every answer is UTF-8, and a CSV always has its header line.
_IDLE: Final = ("charset", "header", "q")


@dataclass(frozen=True)
class Range:
    """One media range: `type` and parameter names in lower case, parameters without q and charset."""

    type: str
    parameters: tuple[tuple[str, str], ...] = ()
    quality: float = 1.0

    def get(self, name: str) -> str:
        """The value of a parameter, or ''."""
        return next((v for n, v in self.parameters if n == name), "")


def ranges(accept: str) -> list[Range]:
    """The ranges of an Accept header in their order; an empty header is `*/*`. What cannot be read is passed over."""
    if not accept.strip():
        return [Range("*/*")]
    return [found for part in _PART.findall(accept) if (found := _range(part)) is not None]


def _range(text: str) -> Range | None:
    type_ = text.split(";", 1)[0].strip().casefold()
    if type_ == "*":  # what Java's URLConnection sends
        type_ = "*/*"
    if not re.fullmatch(r"[^/\s]+/[^/\s]+", type_):
        return None
    pairs = [(n.casefold(), v.strip().strip('"').strip()) for n, v in _PARAMETER.findall(text)]
    quality = next((v for n, v in pairs if n == "q"), "1")
    if not re.fullmatch(r"[01]?(\.\d*)?", quality):
        return None
    kept = tuple((_SAME.get(n, n), v if n == "version" else v.casefold()) for n, v in pairs if n not in _IDLE)
    return Range(type_, kept, min(float(quality), 1.0) if quality.strip(".") else 0.0)


def same_or_newer(asked: str, offered: str) -> bool:
    """Whether `offered` is the version asked for: `3.0` is `3.0.0`; of `2+.0.1` the part with `+` may be greater, or
    equal with at least what follows: anything from 2.0.1 on; `2.0+.0` is any 2.x, `~` and `+` are any version."""
    if asked in ("~", "+"):
        return True
    wanted = asked.split(".")
    have = [int(part) for part in offered.split(".")]
    if not all(re.fullmatch(r"[0-9]{1,9}\+?", part) for part in wanted) or len(wanted) > 3:
        return False
    have += [0] * (3 - len(have))
    for number, part in enumerate(wanted):
        least = int(part.rstrip("+"))
        if part.endswith("+"):
            return tuple(have[number:3]) >= tuple(int(p.rstrip("+")) for p in wanted[number:])
        if have[number] != least:
            return False
    return all(rest == 0 for rest in have[len(wanted) :])
