"""A value as a body published it: whose concept is not known yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedValue:
    """`series`: the text under which it stands there; `value`: the digits that were published, '' when there is none;
    `row`: line of the file."""

    series: str
    period: str
    value: str
    flag: str = ""
    note: str = ""
    row: int = 0
