"""Which request is being answered: its own id and that of its trace, for every line that is written on the way."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Final, NamedTuple

# UUIDs, numbers in hexadecimal as proxies make them, ULIDs: no name and no key is spelled in those.
_WELL_FORMED: Final = re.compile(rb"[0-9a-fA-F-]{8,64}|[0-9A-HJKMNP-TV-Z]{26}")
# W3C Trace Context, version 00: trace, parent, flags; all zeros is none.
_TRACE: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


class Asked(NamedTuple):
    """`request`: the id taken from X-Request-Id, or made. `trace`: of the traceparent, '' without one; `parent`: that
    header as it came, '' when it is not well-formed."""

    request: str
    trace: str = ""
    parent: str = ""


NOBODY: Final = Asked("")
ASKED: ContextVar[Asked] = ContextVar("greffe_asked", default=NOBODY)


def maker() -> Callable[[], str]:
    """Ids of this process: 32 hexadecimal digits, the first 22 by chance, the rest counted."""
    first, count = secrets.token_hex(11), itertools.count(1)
    return lambda: f"{first}{next(count):010x}"


def read(headers: Iterable[tuple[bytes, bytes]], made: Callable[[], str]) -> Asked:
    """Who asks, by the headers of a request. What is not well-formed counts as absent."""
    request = trace = parent = ""
    for name, value in headers:
        if name == b"x-request-id" and _WELL_FORMED.fullmatch(value):
            request = value.decode("ascii")
        elif name == b"traceparent":
            found = _TRACE.fullmatch(value)
            if found:
                trace, parent = found[1].decode("ascii"), value.decode("ascii")
    return Asked(request or made(), trace, parent)
