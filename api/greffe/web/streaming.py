"""A body that is sent while it is made: each chunk in a worker thread, the first one before the headers leave.

A sync generator of small chunks costs 8 to 12 times as much as this; and a failure before the first chunk is an error
with its own status, not a 200 that breaks off.
"""

from __future__ import annotations

from asyncio import create_task, wait
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from typing import Final

from anyio import to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from greffe.web.load.gate import as_dump, piece
from greffe.web.problems import answer

CHUNK: Final = 256 * 1024  # bytes; smaller pieces are joined until this is reached
_END: Final = b""


def joined(chunks: Iterator[bytes]) -> bytes:
    """The next pieces, together at least CHUNK bytes unless it is the end; b'' at the end."""
    parts: list[bytes] = []
    size = 0
    for part in chunks:
        parts.append(part)
        size += len(part)
        if size >= CHUNK:
            break
    return b"".join(parts)


class Streamed(StreamingResponse):
    """Chunks that are made one ahead of the one that is being sent, in turn with those of other dumps. 503 or 429 when too many
    are being sent already."""

    def __init__(self, chunks: Iterator[bytes], headers: dict[str, str]) -> None:
        self._chunks = chunks
        super().__init__(self._made({}), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with aclosing(self._made(scope)) as body:  # who goes away leaves nothing open until it is collected
            self.body_iterator = body
            await as_dump(scope, receive, send, super().__call__, answer)

    async def _made(self, scope: Scope) -> AsyncGenerator[bytes]:
        coming = create_task(self._next(scope))
        try:
            while (chunk := await coming) != _END:
                coming = create_task(self._next(scope))
                yield chunk
        finally:
            coming.cancel()
            await wait([coming])  # a thread that makes a chunk goes on until it has it
            if not coming.cancelled():
                coming.exception()  # was raised above, or nobody is there to be told
            if isinstance(self._chunks, Generator):
                self._chunks.close()

    async def _next(self, scope: Scope) -> bytes:
        async with piece(scope):
            return await to_thread.run_sync(joined, self._chunks)


def streaming(chunks: Iterator[bytes], headers: dict[str, str]) -> StreamingResponse:
    """A response whose chunks are made while it is sent."""
    return Streamed(chunks, headers)
