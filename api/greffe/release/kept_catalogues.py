"""Catalogues that this process has read, by checksum: reading one takes a second, and it is the same whoever asks."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import checksum_of, load

_KEPT: Final = 4  # releases of the past may want older ones; few at a time
_LOCK: Final = threading.Lock()
_reading: dict[str, threading.Lock] = {}
_known: dict[str, tuple[Catalogue, bool]] = {}  # the one asked for last is last; whether it was checked as handed in


def held(checksum: str, contents: Callable[[], Mapping[str, bytes]]) -> Catalogue:
    """The catalogue of that checksum, as the register holds it; `contents` is asked for its files when it is not known. Who
    asks while somebody reads it waits for that reading, which began before. Raises BadDefinition as `load` does."""
    found = _asked(checksum, handed_in=False)
    if found is not None:
        return found
    with _LOCK:
        turn = _reading.setdefault(checksum, threading.Lock())
    with turn:
        found = _asked(checksum, handed_in=False)
        try:
            with _uncollected():
                return found or _keep(load(contents(), held=True), handed_in=False)
        finally:
            with _LOCK:
                _reading.pop(checksum, None)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A catalogue is hundreds of thousands of objects that stay: to look for garbage among them while they are made takes a
    fifth of the time. Who was told not to look goes on not looking."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def being_read(checksum: str) -> bool:
    """Whether somebody reads that catalogue just now."""
    with _LOCK:
        return checksum in _reading


def handed_in(contents: Mapping[str, bytes]) -> Catalogue:
    """The catalogue that files make which somebody hands in. Raises BadDefinition as `load` does: whatever is wrong."""
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    found = _asked(checksum_of(sums), handed_in=True)
    return found or _keep(load(contents), handed_in=True)


def _asked(checksum: str, *, handed_in: bool) -> Catalogue | None:
    with _LOCK:
        found = _known.get(checksum)
        if found is None or (handed_in and not found[1]):
            return None
        _known[checksum] = _known.pop(checksum)
        return found[0]


def _keep(catalogue: Catalogue, *, handed_in: bool) -> Catalogue:
    with _LOCK:
        _known.pop(catalogue.checksum, None)
        while len(_known) >= _KEPT:
            del _known[next(iter(_known))]
        _known[catalogue.checksum] = (catalogue, handed_in)
    return catalogue
