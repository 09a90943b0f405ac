"""Which values of a column of text satisfy a condition, and how they sort as numbers: fast and exact."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from greffe.arrow import pa, pc
from greffe.store.arrays import Codes, Flags, Ints, codes_of
from greffe.store.conditions import ORDERING, Where, holds, number

_LESS: Final = {"lt": (True, False, False), "le": (True, True, False), "eq": (False, True, False)}
_MORE: Final = {"ge": (False, True, True), "gt": (False, False, True), "ne": (True, False, True)}
_ACCEPTS: Final = _LESS | _MORE  # operator → whether it accepts what is less, equal, more


def allowed(where: Where, words: list[str]) -> Flags:
    """For each word whether it satisfies the condition, and False at the end: what is absent (code -1) does not."""
    return np.array([*(holds(where, w) for w in words), False], np.bool_)


def passing(values: pa.StringArray, where: Where) -> Flags:
    """For each value whether it satisfies the condition."""
    plain = where.kind == "number" and all(t.operator in ORDERING for a in where.alternatives for t in a)
    floats = _floats(values) if plain else None
    if floats is None:
        words, codes = _encoded(values)
        return allowed(where, words)[codes]
    found = np.zeros(len(values), np.bool_)
    for terms in where.alternatives:
        within = np.ones(len(values), np.bool_)
        for term in terms:
            within &= _compared(values, floats, term.operator, Decimal(term.value))
        found |= within
    return found


def ranks(values: pa.StringArray) -> Codes:
    """A place for each value that sorts as the number does; equal numbers share it, what is none has -1."""
    words, codes = _encoded(values)
    floats = _floats(pa.array(words, pa.string()))
    if floats is None or not np.isfinite(floats).all():
        read = [number(w) for w in words]
        place = {n: rank for rank, n in enumerate(sorted({n for n in read if n is not None}))}
        return np.array([*(-1 if n is None else place[n] for n in read), -1], np.int32)[codes]
    return np.append(_exact_ranks(words, floats), np.int32(-1))[codes]


def _exact_ranks(words: list[str], floats: NDArray[np.float64]) -> Codes:
    """Doubles that differ are in the order of the numbers; those that are equal are looked at exactly."""
    order = np.argsort(floats, kind="stable")
    new = np.concatenate([[True], floats[order][1:] != floats[order][:-1]])[: len(order)]
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(order))[: len(starts)]
    steps = new.astype(np.int32)
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        run = sorted((Decimal(words[int(n)]), int(n)) for n in order[start:end])
        order[start:end] = [n for _, n in run]
        steps[start + 1 : end] = [int(a[0] != b[0]) for a, b in pairwise(run)]
    ranked = np.empty(len(order), np.int32)
    ranked[order] = np.cumsum(steps)
    return ranked


def _encoded(values: pa.StringArray) -> tuple[list[str], Codes]:
    found = values.dictionary_encode()
    return [str(w) for w in found.dictionary.to_pylist()], codes_of(found)


def _floats(values: pa.StringArray) -> NDArray[np.float64] | None:
    """The values as doubles, NaN for null; None when one of them is no number."""
    try:
        read = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    return cast("NDArray[np.float64]", read.to_numpy(zero_copy_only=False))


def _compared(values: pa.StringArray, floats: NDArray[np.float64], operator: str, asked: Decimal) -> Flags:
    """Rounding to a double keeps order, so two doubles that differ settle it; the others are compared exactly."""
    less, equal, more = _ACCEPTS[operator]
    limit, finite = float(asked), np.isfinite(floats)
    found = finite & (((floats < limit) & less) | ((floats > limit) & more))
    valid = np.asarray(values.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    doubtful: Ints = np.flatnonzero(valid & (~finite | (floats == limit)))
    if len(doubtful):
        words, codes = _encoded(values.take(pa.array(doubtful, pa.int64())))
        accepted = [_accepts(number(w), asked, less, equal, more) for w in words]
        found[doubtful] = np.array(accepted, np.bool_)[codes]
    return found


def _accepts(read: Decimal | None, asked: Decimal, less: bool, equal: bool, more: bool) -> bool:
    if read is None:
        return False
    return less if read < asked else more if read > asked else equal
