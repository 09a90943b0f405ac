"""Addresses in parts, whoever wrote them: urllib raises ValueError for some that are none (`http://[`, `http://[v1]`)."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

NONE: Final = SplitResult("", "", "", "", "")


def parts_of_url(text: str) -> SplitResult:
    """Scheme, host and port, path, query, fragment; all empty for what cannot be an address (RFC 3986, section 3)."""
    try:
        found = urlsplit(text)
        _ = found.hostname, found.port  # are read only now
    except ValueError:
        return NONE
    return found
