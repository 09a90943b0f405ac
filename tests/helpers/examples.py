"""How many examples a property is tried on: few in `make test`, many in `make soak` (decision D24: same code, larger number)."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("GREFFE_SOAK"))


def examples(short: int, soak: int | None = None) -> int:
    """`short` in `make test`; in `make soak` twenty times as many, unless said otherwise. GREFFE_TEST_EXAMPLES takes the
    place of both, for who looks into one property."""
    return int(os.environ.get("GREFFE_TEST_EXAMPLES") or ((soak or 20 * short) if SOAK else short))
