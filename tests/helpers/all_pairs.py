"""Combinations of levels of factors in which each pair (or triple) of levels that goes together stands at least once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product
from random import Random

Case = dict[str, str]


def covering(
    factors: Mapping[str, Sequence[str]], possible: Callable[[Case], bool], strength: int = 2, tries: int = 60
) -> list[Case]:
    """Cases that hold every combination of `strength` levels which a possible case can hold; always the same ones.

    `possible` judges whole cases; a combination that no case was found for within `tries` is left out.
    """
    dice = Random(7)
    left = {
        tuple(zip(names, levels, strict=True)): None
        for names in combinations(factors, strength)
        for levels in product(*(factors[n] for n in names))
    }
    found: list[Case] = []
    while left:
        wanted = dict(next(iter(left)))
        drawn = [{n: wanted.get(n) or dice.choice(list(levels)) for n, levels in factors.items()} for _ in range(tries)]
        good = [(len(_new(case, left, strength)), case) for case in drawn if possible(case)]
        if not good:
            left.pop(next(iter(left)))
            continue
        best = max(good, key=lambda one: one[0])[1]
        for one in _new(best, left, strength):
            left.pop(one)
        found.append(best)
    return found


def _new(
    case: Case, left: Mapping[tuple[tuple[str, str], ...], None], strength: int
) -> list[tuple[tuple[str, str], ...]]:
    return [one for one in combinations(case.items(), strength) if one in left]
