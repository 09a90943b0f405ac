"""Numbers as people and files read them."""

from __future__ import annotations

from decimal import Decimal


def plain(number: Decimal) -> str:
    """Exact, without trailing zeros and without exponent."""
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
