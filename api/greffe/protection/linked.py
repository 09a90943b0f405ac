"""Tables of other dataflows that hold the same figures: joined by the identities that staff declare
(mappings/policies/identities.csv), where they are exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final

from greffe.catalogue.policies.identities import Figures, Identity
from greffe.catalogue.relations import Key, Relations

_YEAR: Final = re.compile(r"(\d{4})(.*)", re.DOTALL)


@dataclass(frozen=True)
class Linked:
    """A release of another dataflow, public or about to be, with its relations and the decimals of its measure."""

    name: str
    dataflow: str
    data: Path
    confidential: Path | None
    relations: Relations
    decimals: int


@dataclass(frozen=True)
class Side:
    """Cells of one dataset: their keys and values, and the numbers they have in the system."""

    dims: tuple[str, ...]
    keys: Sequence[Key]
    places: Sequence[int]


def exact(identity: Identity) -> bool:
    """Whether both sides of an identity are the same figure, to the last digit."""
    return identity.relation == "=" and identity.factor == 1 and identity.tolerance == 0


def links(
    identity: Identity, left: Side, right: Side, values: Sequence[int | None]
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Terms of the equations that an identity makes between two datasets, where the figures agree."""
    ours = _groups(identity.left, left, [a for a, _ in identity.by], 0)
    theirs = _groups(identity.right, right, [b for _, b in identity.by], identity.shift)
    for place, cells in ours.items():
        others = theirs.get(place)
        if others is None:
            continue
        one, other = ([values[c] for c in some] for some in (cells, others))
        if None in one or None in other or sum(v or 0 for v in one) != sum(v or 0 for v in other):
            continue
        yield (*((c, 1) for c in cells), *((c, -1) for c in others))


def _groups(figures: Figures, side: Side, by: Sequence[str], shift: int) -> Mapping[tuple[str, ...], list[int]]:
    """The cells of the figures for each value of the joined components and year, where every one is there."""
    if any(c not in side.dims for c in (*figures.cells, *by)):
        return {}
    at = {d: n for n, d in enumerate(side.dims)}
    found: dict[tuple[str, ...], list[int]] = {}
    for key, place in zip(side.keys, side.places, strict=True):
        year = _YEAR.fullmatch(key[-1])
        if year is None or any(key[at[c]] not in codes for c, codes in figures.cells.items()):
            continue
        found.setdefault((*(key[at[b]] for b in by), f"{int(year[1]) - shift:04}{year[2]}"), []).append(place)
    whole = prod(len(codes) for codes in figures.cells.values())
    return {place: cells for place, cells in found.items() if len(cells) == whole}
