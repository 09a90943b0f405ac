"""A file that is written by a library and taken away in pieces while it grows."""

from __future__ import annotations

from collections.abc import Iterator


class Sink:
    """Takes what is written and gives it away; it cannot be read or go back."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._size = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Keep the bytes until they are taken."""
        self._waiting.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes were written so far."""
        return self._size

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def seekable(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """No more is written; what waits may still be taken."""
        self.closed = True

    def taken(self) -> Iterator[bytes]:
        """What was written since it was last taken, in one piece; nothing when nothing was."""
        if self._waiting:
            found, self._waiting = b"".join(self._waiting), []
            yield found
