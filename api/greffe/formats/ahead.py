"""The next chunk is made while the last one is being sent or written: both release the interpreter's lock."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor


def ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, one of them always in the making. At most one more is in memory; what `chunks` raises is raised
    here, in its place. Worth a thread for large answers only."""
    with ThreadPoolExecutor(1, thread_name_prefix="chunks") as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk
