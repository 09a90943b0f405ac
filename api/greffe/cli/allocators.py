"""What a process that serves, or takes in millions of rows, takes its memory from. Answers are made by some forty threads, in pieces
that are let go at once; allocators that keep what each thread let go for that thread hold three hundred megabytes of which three are
in use.

Measured in docs/reference/performance.md ("What load costs").
"""

from __future__ import annotations

import ctypes
from typing import Final

import pyarrow as pa

_ARENA_MAX: Final = -8  # M_ARENA_MAX of glibc's mallopt(3)
_ARENAS: Final = 2


def spare_memory() -> None:
    """Before the first thread begins: columns by jemalloc where it is there, else by the system; glibc shares two arenas among all
    threads instead of having eight for each processor."""
    pools = pa.supported_memory_backends()
    pa.set_memory_pool(pa.jemalloc_memory_pool() if "jemalloc" in pools else pa.system_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other libraries of C have none, and need none
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
