"""Which numbers a cell takes: a count is whole and not below zero; no more decimals than its unit or its measure declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from greffe.model.relations import COUNT_UNITS, RATIO_INDICATORS, UNITS
from greffe.model.structures import Dataflow, DataStructure


@dataclass(frozen=True)
class Limit:
    """`counts`: things that are counted. `decimals`: at most so many, None where nothing says how many."""

    counts: bool = False
    decimals: int | None = None


UNLIMITED: Final = Limit()


def limit_of(flow: Dataflow, structure: DataStructure, codes: Mapping[str, str]) -> Limit:
    """What the structure says of a cell by its codes, as the rules on figures read it (QR-FMT-03, -04, -10): by the unit where
    there is one, by the indicator else; a table that has neither counts."""
    unit = next((codes[u] for u in UNITS if u in codes), None)
    counts = unit in COUNT_UNITS if unit is not None else codes.get("INDICATOR", "") not in RATIO_INDICATORS
    if counts:
        return Limit(True, 0)
    declared = {a.type: a.title for a in (*structure.annotations, *flow.annotations)}
    title = declared.get(f"DECIMALS_{unit}", "")
    measure = next((m.representation.decimals for m in structure.measures), None)
    return Limit(False, int(title) if title.isdecimal() else measure)
