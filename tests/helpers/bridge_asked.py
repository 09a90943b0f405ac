"""`greffe bridge` asked in JSON."""

from __future__ import annotations

from pathlib import Path

from journey_tools import inside


def asked(home: Path, *arguments: str) -> dict:
    """The whole answer of a home directory."""
    ran = inside(home, "bridge", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json()
