"""What a dataflow's page shows when nothing was asked: few enough series to read, all in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.model.releases import Release
from greffe.model.structures import DataStructure
from greffe.release.revisions import leading
from greffe.store.base import Observations, Selection

# Codes that stand for the whole of a dimension, in the lists of the recipients that are served.
TOTALS: Final = ("_T", "T", "TOTAL", "Total", "TOT", "TOTAL_ALL", "CAT00")
FEW: Final = 8  # series that a drawing still tells apart


def first_codes(
    observations: Observations, release: Release, structure: DataStructure, few: int = FEW
) -> dict[str, tuple[str, ...]]:
    """Dimension → code: the unit that most series have, then totals, from the last dimension on, until few series are
    left; the dimension that says what is counted stays free. Every code is one that the others leave, so that something
    is always shown."""
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


def _total(left: Mapping[str, int]) -> str:
    return next((code for code in TOTALS if code in left), "")


def _most(left: Mapping[str, int]) -> str:
    """Of two that as many series have, the first in the order of letters."""
    return max(left, key=lambda code: (left[code], [-ord(c) for c in code]), default="")
