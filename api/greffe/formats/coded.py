"""Columns that take few values: neighbours are joined beforehand, once for each pair of values and not for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from greffe.arrow import joined, pa

_PRODUCT: Final = 4_096  # fragments of neighbouring columns that are joined beforehand, at most
_PRODUCT_BYTES: Final = 256 * 1024
_FEW_ROWS: Final = 1_024  # of which joining what stands beside each other costs more than it saves

Strings: TypeAlias = "pa.StringArray"
Part: TypeAlias = "str | Strings | Coded"


@dataclass(frozen=True)
class Coded:
    """A column that takes few values: which one each row has, and the fragments."""

    indices: npt.NDArray[np.int32]
    fragments: Strings

    def strings(self) -> Strings:
        """The fragment of each row."""
        return self.fragments.take(pa.array(self.indices, pa.int32()))

    def then(self, between: str, other: Coded) -> Coded | None:
        """Both columns as one, with all pairs of fragments joined beforehand; None when there are too many of them."""
        if len(self.indices) < _FEW_ROWS:
            return None
        mine, others = len(self.fragments), len(other.fragments)
        size = self.fragments.nbytes * others + other.fragments.nbytes * mine
        if mine * others > min(_PRODUCT, max(64, len(self.indices) // 4)) or size > _PRODUCT_BYTES:
            return None
        left = self.fragments.take(pa.array(np.repeat(np.arange(mine), others), pa.int32()))
        right = other.fragments.take(pa.array(np.tile(np.arange(others), mine), pa.int32()))
        indices = self.indices * np.int32(others) + other.indices
        return Coded(indices, joined([left, between, right]))


def in_one(parts: list[Part], size: int) -> Strings:
    """The parts of each of `size` rows in one string; null counts as nothing."""
    columns = [part.strings() if isinstance(part, Coded) else part for part in _fewer(parts)]
    filled = any(not isinstance(column, str) for column in columns)
    return joined(columns if filled else [*columns, pa.nulls(size, pa.string())])


def _fewer(parts: list[Part]) -> list[Part]:
    """Neighbouring constants, and neighbouring columns of few values, as one: every column costs as much as its rows."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else ""
        if isinstance(part, str) and isinstance(last, str):
            merged[-1:] = [last + part]
        elif isinstance(part, Coded):
            between = merged.pop() if len(merged) > 1 and isinstance(last, str) else ""
            before = merged[-1] if merged else None
            both = before.then(str(between), part) if isinstance(before, Coded) else None
            if both is not None:
                merged[-1] = both
            else:
                merged += [between, part] if between else [part]
        else:
            merged.append(part)
    return merged
