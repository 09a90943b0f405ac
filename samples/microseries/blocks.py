"""The order of an extract: first every indicator at its smallest, then depth."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from . import civil, counts, detention, penal, prison, records, services, suspects
from . import world as w
from .frame import Lists, joined

RECENT = 4  # years that come first, to the department
QUARTERS_FROM = w.LAST - 4


def blocks(world: w.World, lists: Lists) -> Iterator[tuple[str, pd.DataFrame]]:
    """(what it is, block). Every identity holds inside what has been given out when an extract stops."""
    recent = range(w.LAST, w.LAST - RECENT, -1)
    earlier = range(w.LAST - RECENT, w.FIRST - 1, -1)
    every = range(w.LAST, w.FIRST - 1, -1)
    yield "services", joined([services.block(world, lists, year) for year in every])
    yield "other counts", joined([counts.block(world, lists, year) for year in every])
    yield "prison, yearly tables", joined([detention.block(world, lists, year) for year in every])
    for court in civil.COURTS:
        parts = [civil.annual(world, lists, court), civil.quarters(world, lists, court, w.LAST - 1, w.LAST)]
        yield court.prefix, joined([p for p in parts if p is not None])
    for years, levels in ((recent, prison.LEVELS), (earlier, prison.LEVELS[1:])):
        januaries = [prison.block(world, lists, y, [1], levels) for y in years]
        yield f"prison, January {years[-1]}-{years[0]}", joined(januaries)
    for year in recent:
        yield f"penal, France {year}", penal_france(world, lists, year)
    departments = [prison.block(world, lists, y, [1], prison.LEVELS[:1]) for y in earlier]
    yield f"prison, January {earlier[-1]}-{earlier[0]}, departments", joined(departments)
    yield from penal_parts(world, lists, recent, "local")
    for year in range(w.LAST, w.FIRST - 1, -1):
        yield f"prison, February to December {year}", prison.block(world, lists, year, range(2, 13))
    for court in civil.COURTS:
        more = civil.quarters(world, lists, court, QUARTERS_FROM, w.LAST - 2)
        if more is not None:
            yield f"{court.prefix}, quarters", more
    for year in earlier:
        yield f"penal, France {year}", penal_france(world, lists, year)
    yield from penal_parts(world, lists, earlier, "local")
    yield from penal_parts(world, lists, range(w.LAST, w.OLDEST - 1, -1), "fine")


def penal_france(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    blocks = [penal.block(world, lists, indicator, year, "national") for indicator in penal.SPEC]
    return joined([*blocks, suspects.block(world, lists, year), records.block(world, lists, year)])


def penal_parts(world: w.World, lists: Lists, years: range, part: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for year in years:
        for indicator in penal.SPEC:
            yield f"{indicator}, {part} {year}", penal.block(world, lists, indicator, year, part)
