"""What a client may ask of a format beside its name: labels and keys of SDMX-CSV (FMT-08)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """labels: id | name | both; keys: none | series | obs | both; time_format: original | normalized.

    The defaults are those of the standard.
    """

    labels: str = "id"
    keys: str = "none"
    time_format: str = "original"
