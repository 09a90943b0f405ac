"""What is sent to us as text is UTF-8: no name of a codec that a client writes is ever looked up. Some take time that grows with
the square of what they read (punycode), some fail always (undefined), some make what is no text (unicode_escape)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from python_multipart.multipart import parse_options_header

FOREIGN: Final = "What is sent here is UTF-8, and names no other character set."
_OURS: Final = (b"utf-8", b"utf8")


def names_another(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a Content-Type of those headers (names are small) names another character set than UTF-8."""
    return any(
        parse_options_header(value.decode("latin-1"))[1].get(b"charset", b"utf-8").strip().lower() not in _OURS
        for name, value in headers
        if name == b"content-type"
    )
