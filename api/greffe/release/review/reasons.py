"""What the review itself adds to the reason of a row."""

from __future__ import annotations

from greffe.french import ours, spoken


def added(reason: str, said: str) -> str:
    """A reason with a sentence of ours after it: in French after what somebody wrote in French, else in English, of which
    pages tell the French when all of the reason is ours."""
    return f"{reason} {ours(said, 'fr') if spoken(reason) == 'fr' else said}".strip()
