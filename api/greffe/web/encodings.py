"""Content codings: which one the client takes, and bytes put into it (HTTP-08, HTTP-14).

gzip level 1 and zstd level 1: at the rate at which answers are made, a higher level costs more than making them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

import zstandard

from greffe.errors import NotAcceptable, nearest

OFFERED: Final = ("zstd", "gzip")
LEAST: Final = 1024  # bytes: less is sent as it is
_NAMES: Final = {"x-gzip": "gzip", "true": "gzip", "false": "", "none": "", "identity": ""}
_QUALITY: Final = re.compile(r"q=([01]?(?:\.\d*)?)")


def chosen_encoding(accept: str, asked: str = "") -> str:
    """`asked` (the parameter `compression`) wins; else the best that Accept-Encoding admits; '' = as it is.

    Raises NotAcceptable for an unknown `asked`, and when the header refuses every coding and identity too.
    """
    if asked:
        named = _NAMES.get(asked.lower(), asked.lower())
        if named not in (*OFFERED, ""):
            raise NotAcceptable(
                f"There is no compression {asked!r}.", parameter="compression", nearest=nearest(asked, OFFERED)
            )
        return named
    rated = _rated(accept)
    best = max(OFFERED, key=lambda name: rated.get(name, 0.0))
    identity = rated.get("identity", 0.0 if rated.get("*") == 0 else 0.001)
    if rated.get(best, 0.0) > 0 and rated[best] >= identity:
        return best
    if identity <= 0:
        raise NotAcceptable("No content coding is left.", parameter="Accept-Encoding", hint="Take gzip or identity.")
    return ""


def admitted_encoding(accept: str) -> str:
    """The best that Accept-Encoding admits, '' = as it is; also where the header refuses even that: a page that can be read
    is better than none (RFC 9110, 12.5.3)."""
    try:
        return chosen_encoding(accept)
    except NotAcceptable:
        return ""


def _rated(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (p.strip().lower() for p in part.split(";"))
        matched = next((m for p in parameters if (m := _QUALITY.fullmatch(p))), None)
        if name:
            found[_NAMES.get(name, name) or "identity"] = float(matched[1] or 0) if matched else 1.0
    if "*" in found:
        for name in OFFERED:
            found.setdefault(name, found["*"])
    return found


def encoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks in that coding, as a stream."""
    if not encoding:
        yield from chunks
        return
    machine = zlib.compressobj(1, wbits=31) if encoding == "gzip" else zstandard.ZstdCompressor(level=1).compressobj()
    for chunk in chunks:
        found = machine.compress(chunk)
        if found:
            yield found
    yield machine.flush()
