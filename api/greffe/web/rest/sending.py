"""How a prepared answer leaves: whole when small, streamed when large, as a file when it is kept or asked for in parts."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from greffe.errors import Unavailable
from greffe.web.encodings import LEAST, encoded
from greffe.web.kept import Dumps, Kept
from greffe.web.rest.answers import Prepared
from greffe.web.rest.ranged import RangedFile, WholeFile
from greffe.web.streaming import CHUNK, joined, streaming


def sent(ready: Prepared, dumps: Dumps, *, body: bool, partial: bool) -> tuple[Response, Kept | None]:
    """The response, and what may be kept of it in memory; to be called in a worker, since it makes what is small.

    `body` False: the question was HEAD. `partial`: it was for a part. Both need the length of what may be asked for in
    parts, so that is made whole as a file; a GET of all of it streams, and its copy serves the parts asked for later:
    the same question gives the same bytes.
    """
    if ready.status in (204, 304):
        return Response(status_code=ready.status, headers=ready.headers), Kept(ready.status, ready.headers, b"")
    headers = {**ready.headers, "Content-Type": ready.media_type}
    if ready.encoding:
        headers["Content-Encoding"] = ready.encoding
    tag = headers.get("ETag", "")
    path = dumps.path(tag) if tag else None
    if path is None and ready.ranged and (partial or not body):
        try:
            path = dumps.whole(tag, ready.chunks)
        except OSError as error:  # no room for the whole file: a plain GET still streams
            raise Unavailable("Parts of this answer cannot be served now: there is no room to keep it.") from error
    if path is not None:
        return (RangedFile if ready.ranged else WholeFile)(path, headers=headers), None
    if ready.ranged:
        headers["Accept-Ranges"] = "bytes"
    first = joined(ready.chunks)
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


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
