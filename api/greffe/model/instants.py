"""Instants as the register writes them: UTC with microseconds, `2026-11-24T15:00:00.000000Z` (D3)."""

from __future__ import annotations

from datetime import UTC, datetime

from greffe.errors import Broken


def written(instant: datetime) -> str:
    """The one spelling of an instant; equal instants have equal texts, and texts sort as instants do.

    Raises ValueError on an instant without offset: those are a matter of the screen that took them.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant without offset: {instant.isoformat()}")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(text: str) -> datetime:
    """What `written` wrote. Raises Broken on anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Broken(f"{text!r} is not an instant of the register.") from error
