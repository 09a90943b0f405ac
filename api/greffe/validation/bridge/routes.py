"""One figure by several routes: a body passes on what another one counts, and what we release for a body is what it publishes.

A step that reads a figure by another route than the pair does reads that figure all the same: it proves nothing. Two cells are
one figure when they are declared so (`copy_of` in published_series.csv), or when both are published as figures of one concept
with one definition, for one code and one day: whatever they say, they say it of the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from greffe.catalogue.policies.bridge.concepts import FigureOf, holds_for
from greffe.catalogue.policies.bridge.series import PublishedSeries

Key = tuple[str, ...]
Periods = Mapping[tuple[str, str], str]  # (code, reference date) → period, of a published series


def routes(
    series: Sequence[PublishedSeries], figures: Sequence[FigureOf], known: Mapping[str, Periods]
) -> dict[Key, Key]:
    """(series, code, reference date) → what stands for the figure that it is, the same for every route of it.

    `known`: by name of a series, what is published of it."""
    parents: dict[Key, Key] = {}

    def top(key: Key) -> Key:
        while (above := parents.setdefault(key, key)) != key:
            key = above
        return key

    for one, same in (*_declared(series, known), *_defined(figures, known)):
        parents[top(one)] = top(same)
    return {(name, *at): top((name, *at)) for name, periods in known.items() for at in periods}


def _declared(series: Sequence[PublishedSeries], known: Mapping[str, Periods]) -> Iterator[tuple[Key, Key]]:
    for one in series:
        if one.copy_of:
            yield from (((one.name, *at), (one.copy_of, *at)) for at in known[one.name])


def _defined(figures: Sequence[FigureOf], known: Mapping[str, Periods]) -> Iterator[tuple[Key, Key]]:
    for of in figures:
        lines = [f for f in figures if f.name == of.name]
        for at, period in known.get(of.alone, {}).items():
            if holds_for(lines, of, at[0], period):
                said = (text for item in sorted(of.definition.items()) for text in item)
                yield (of.alone, *at), ("", of.concept, *at, *said)
