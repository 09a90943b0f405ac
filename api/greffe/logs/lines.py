"""Lines leave in batches, by a thread of their own: nobody who is being answered waits for a disk or for who reads the other end.

They are put into words there too: a thousand one after the other cost a third of what each costs between two answers.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

_PAUSE: Final = 0.05  # seconds that lines are gathered; what a SIGKILL loses at most
_LEAVE: Final = 1.0  # seconds that a process which ends waits for the last of them


class Lines:
    """Lines to a file descriptor. When `most` wait because nobody takes them, further ones are dropped and counted."""

    def __init__(self, descriptor: int, most: int = 20_000) -> None:
        self.dropped = 0
        self._descriptor, self._most = descriptor, most
        self._waiting: deque[str | Callable[[], str]] = deque()
        self._awake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def put(self, line: str | Callable[[], str]) -> None:
        """One line, without its end, or what makes it: called once, by the thread that writes."""
        if len(self._waiting) >= self._most:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._awake.is_set():
            self._awake.set()

    def close(self) -> None:
        """Write what waits, for a second at most; later lines are lost."""
        self._closing.set()
        self._awake.set()
        self._thread.join(_LEAVE)
        atexit.unregister(self.close)

    def _run(self) -> None:
        while True:
            self._awake.wait()
            last = self._closing.wait(_PAUSE)
            self._awake.clear()
            self._write()
            if last:
                return

    def _write(self) -> None:
        found = [self._waiting.popleft() for _ in range(len(self._waiting))]
        text = "".join([f"{line if isinstance(line, str) else line()}\n" for line in found])
        rest = memoryview(text.encode("utf-8", "backslashreplace"))
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # nobody reads any more, or the disk is full: the service goes on
            self.dropped += len(found)
