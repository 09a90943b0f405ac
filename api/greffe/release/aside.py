"""Work that goes on beside the answers, in threads that end when the process does: an engine must not be left in the middle."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from typing import Final
from weakref import WeakSet

_ENDING: Final = threading.Event()
_THREADS: Final[WeakSet[threading.Thread]] = WeakSet()
_PATIENCE: Final = 10.0  # seconds for which the process waits for each


def aside(work: Callable[[], None], name: str) -> threading.Thread:
    """Begin work. It looks at `ending` from time to time, and stops soon."""
    found = threading.Thread(target=work, daemon=True, name=name)
    _THREADS.add(found)
    found.start()
    return found


def ending() -> bool:
    """Whether the process ends."""
    return _ENDING.is_set()


@atexit.register
def _end() -> None:
    _ENDING.set()
    for one in list(_THREADS):
        one.join(_PATIENCE)
