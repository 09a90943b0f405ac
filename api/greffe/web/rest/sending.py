"""How a prepared answer leaves: whole when small, streamed when large, as a file when it is asked for in parts."""

from __future__ import annotations

from collections.abc import Iterator

from anyio import to_thread
from starlette.responses import Response

from greffe.web.encodings import LEAST, encoded
from greffe.web.kept import Dumps, Kept
from greffe.web.rest.answers import Prepared
from greffe.web.rest.ranged import RangedFile
from greffe.web.streaming import CHUNK, joined, streaming


async def sent(ready: Prepared, dumps: Dumps, *, body: bool) -> tuple[Response, Kept | None]:
    """The response, and what may be kept of it in memory. `body` False: the question was HEAD."""
    if ready.status in (204, 304):
        return Response(status_code=ready.status, headers=ready.headers), Kept(ready.status, ready.headers, b"")
    headers = {**ready.headers, "Content-Type": ready.media_type}
    if ready.encoding:
        headers["Content-Encoding"] = ready.encoding
    tag = headers.get("ETag", "")
    path = await to_thread.run_sync(_file, ready, dumps, tag)
    if path is not None:
        return RangedFile(path, headers=headers), None
    first = await to_thread.run_sync(joined, ready.chunks)
    if len(first) < CHUNK:
        if ready.encoding and len(first) >= LEAST:
            first = b"".join(encoded(iter([first]), ready.encoding))
        else:
            headers.pop("Content-Encoding", None)
        headers["Content-Length"] = str(len(first))
        return Response(first if body else b"", headers=headers), Kept(200, headers, first)
    if not body:  # the length is not known without making it all: said by leaving it out
        return streaming(iter(()), headers), None
    chunks = encoded(_again(first, ready.chunks), ready.encoding)
    return streaming(dumps.keeping(tag, chunks) if tag else chunks, headers), None


def _file(ready: Prepared, dumps: Dumps, tag: str) -> str | None:
    if ready.ranged:
        return str(dumps.whole(tag, ready.chunks))
    found = dumps.path(tag) if tag else None
    return None if found is None else str(found)


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
