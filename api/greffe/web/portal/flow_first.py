"""What a dataflow's page shows when nothing was asked: few enough series to read, all in one unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from greffe.model.releases import Release
from greffe.model.structures import DataStructure
from greffe.release.revisions import leading
from greffe.release.vintages import Figure
from greffe.store.base import Observations, Selection
from greffe.web.portal.flow_table import pages_of

# Codes that stand for the whole of a dimension, in the lists of the recipients that are served.
TOTALS: Final = ("_T", "T", "TOTAL", "Total", "TOT", "TOTAL_ALL", "CAT00")
FEW: Final = 8  # series that a drawing still tells apart
TRIES: Final = 24  # selections that are tried where the first shows nothing
PAGES: Final = 40  # pages of series that are looked through after that


def first_codes(
    observations: Observations, release: Release, structure: DataStructure, few: int = FEW
) -> dict[str, tuple[str, ...]]:
    """Dimension → code: the unit that most series have, then totals, from the last dimension on, until few series are
    left; the dimension that says what is counted stays free. Every code is one that the others leave, so that something
    is always shown; and where nothing but zeros and gaps would be, the nearest selection that has more (`_nearest`)."""
    found = _plain(observations, release, structure, few)
    if _tells(observations, release, structure, found):
        return found
    return next(_nearest(observations, release, structure, found), found)


def _plain(
    observations: Observations, release: Release, structure: DataStructure, few: int
) -> dict[str, tuple[str, ...]]:
    subject, unit = leading(structure)
    found: dict[str, tuple[str, ...]] = {}
    others = [d for d in reversed(structure.dimension_ids) if d not in (subject, unit)]
    for dimension in (*((unit,) if unit else ()), *others):
        keys = ({d: frozenset(codes) for d, codes in found.items()},) if found else ()
        left = observations.tallies(release.name, Selection(keys=keys))[dimension]
        code = _most(left) if dimension == unit else _total(left)
        if len(left) > 1 and code and (dimension == unit or sum(left.values()) > few):
            found[dimension] = (code,)
    return found


def _tells(
    observations: Observations, release: Release, structure: DataStructure, codes: Mapping[str, tuple[str, ...]]
) -> bool:
    """A value that is not zero is on the first page of those series, so that a drawing shows something."""
    return any(
        _is_something(f)
        for some in pages_of(observations, release, structure, _keys(codes)).values()
        for f in some.values()
    )


def _is_something(figure: Figure) -> bool:
    return not figure.confidential and bool(figure.number)


def _nearest(
    observations: Observations, release: Release, structure: DataStructure, codes: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, tuple[str, ...]]]:
    """Selections that tell something and differ in one dimension: another code of it, totals first, then those that most series
    have. Then the first of the first series that do, whole but for what is counted."""
    subject, _ = leading(structure)
    tried = 0
    for dimension in (*codes, *(d for d in structure.dimension_ids if d not in codes)):
        others = {d: c for d, c in codes.items() if d != dimension}
        left = observations.tallies(release.name, _keys(others))[dimension]
        for code in sorted(left, key=lambda c: (c not in TOTALS, -left[c], c)):
            changed = {**others, dimension: (code,)}
            if changed != codes and len(left) > 1 and tried < TRIES:
                tried += 1
                if _tells(observations, release, structure, changed):
                    yield changed
    for page in range(1, PAGES + 1):
        for key, figures in pages_of(observations, release, structure, Selection(), page).items():
            if any(_is_something(f) for f in figures.values()):
                codes_of = dict(zip(structure.dimension_ids, key, strict=True))
                yield {d: (c,) for d, c in codes_of.items() if d != subject}


def _keys(codes: Mapping[str, tuple[str, ...]]) -> Selection:
    return Selection(keys=({d: frozenset(some) for d, some in codes.items()},) if codes else ())


def _total(left: Mapping[str, int]) -> str:
    return next((code for code in TOTALS if code in left), "")


def _most(left: Mapping[str, int]) -> str:
    """Of two that as many series have, the first in the order of letters."""
    return max(left, key=lambda code: (left[code], [-ord(c) for c in code]), default="")
