"""What is kept for all routers of a process: one explanation cache, one comparison, however many pages show them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar, cast
from weakref import WeakValueDictionary

from greffe.release.parts import Parts

T = TypeVar("T")
_MADE: Final[WeakValueDictionary[tuple[int, object], object]] = WeakValueDictionary()
_LOCK: Final = threading.RLock()  # what is made may ask for another


def shared(parts: Parts, make: Callable[[Parts], T]) -> T:
    """The one that `make` made of these parts, as long as somebody holds it. It must hold the parts itself, so that their
    identity stays theirs."""
    key = id(parts), make
    with _LOCK:
        found = _MADE.get(key)
        if found is None:
            found = make(parts)
            _MADE[key] = found
        return cast(T, found)
