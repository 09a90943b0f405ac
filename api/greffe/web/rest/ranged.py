"""A file that may be asked for in parts (RFC 9110, 14): what cannot be read counts as absent, what is not there is 416."""

from __future__ import annotations

import re
from typing import Final

from anyio import Path
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from greffe.errors import BadQuery
from greffe.web.load.gate import as_dump
from greffe.web.problems import answer

_BYTES: Final = re.compile(r"bytes=(.+)", re.IGNORECASE)
_PART: Final = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_MOST: Final = 100  # parts of one question; more is a mistake or an attack


class RangedFile(FileResponse):
    """Starlette's answer, with the standard's error message where a part lies behind the end.

    Starlette itself says 400 in plain text to a header that it cannot read, where RFC 9110 says to ignore it.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whole, in parts, or 416; 503 or 429 when too many files are being sent."""
        await as_dump(scope, receive, send, self._sent, answer)

    async def _sent(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = MutableHeaders(scope=scope).get("range")
        if asked is None:
            await super().__call__(scope, receive, send)
            return
        size = (await Path(self.path).stat()).st_size
        parts = satisfiable(asked, size) if scope["method"] == "GET" else None
        if parts:
            await super().__call__(_with(scope, f"bytes={', '.join(parts)}"), receive, send)
        elif parts is None or _outdated(scope, self):
            await super().__call__(_with(scope, None), receive, send)
        else:
            refused = answer(Request(scope), BadQuery(f"The answer has {size} bytes.", parameter="Range"), 416)
            refused.headers["Content-Range"] = f"bytes */{size}"
            await refused(scope, receive, send)


class WholeFile(FileResponse):
    """A kept answer of a format that is never given in parts: kept or not, it is the same answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The file, whatever Range says."""
        del self.headers["accept-ranges"]
        await as_dump(_with(scope, None), receive, send, super().__call__, answer)


def satisfiable(asked: str, size: int) -> list[str] | None:
    """The parts of a Range header that a file of `size` bytes has, as `first-last`; None for a header to be ignored."""
    matched = _BYTES.fullmatch(asked.strip())
    found = [_PART.fullmatch(p.strip()) for p in matched[1].split(",")] if matched else []
    if not 0 < len(found) <= _MOST:
        return None
    out = []
    for one in found:
        if one is None or one[0] == "-" or (one[1] and one[2] and int(one[2]) < int(one[1])):
            return None
        first = int(one[1]) if one[1] else max(size - int(one[2]), 0)
        last = min(int(one[2]), size - 1) if one[1] and one[2] else size - 1
        if first < size:
            out.append(f"{first}-{last}")
    return out


def _outdated(scope: Scope, response: FileResponse) -> bool:
    """A part is wanted of another version of the answer only: then the whole of this one is sent."""
    wanted = MutableHeaders(scope=scope).get("if-range")
    return wanted is not None and wanted not in (response.headers.get("etag"), response.headers.get("last-modified"))


def _with(scope: Scope, wanted: str | None) -> Scope:
    kept = [(n, v) for n, v in scope["headers"] if n != b"range"]
    return {**scope, "headers": kept + ([(b"range", wanted.encode())] if wanted else [])}
