"""What arithmetic says of the cells of one dataflow: partitions, trees of codes, stocks, and what its map calculates.

The one place that both the audit of published cells and the choice of cells to suppress read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from greffe.catalogue.calculated import Linear, Longer, linear_of, longer_of, operands
from greffe.model.maps import Calculation, StructureMap
from greffe.model.relations import (
    COUNT_UNITS,
    END,
    INCOMING,
    PARTITIONS,
    RATE_UNITS,
    RATIO_INDICATORS,
    RATIO_UNITS,
    RATIOS,
    RESOLVED,
    START,
    STATES,
    UNITS,
    Codes,
)
from greffe.model.structures import Codelist, DataStructure

Key: TypeAlias = tuple[str, ...]  # codes in the order of the dimensions, and the period
ALL: Final = "_Z"


@dataclass(frozen=True)
class Sum:
    """A total and its parts, over cells that differ by `components` alone. No parts: every other code but _Z is one."""

    name: str
    components: Codes
    total: Codes
    parts: tuple[Codes, ...]
    optional: tuple[Codes, ...] = ()
    bound: bool = False
    where: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True)
class Tree:
    """A code list in which codes have parents: a parent is at least the sum of its children."""

    component: str
    children: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Mate:
    """Two cells of which each gives the other: the cells that meet `where`, and the same with the codes `set`."""

    where: Mapping[str, frozenset[str]]
    set: Mapping[str, str]
    years: int = 0


@dataclass(frozen=True)
class Made:
    """A cell that its operands give, cells that differ by `component` alone."""

    component: str
    operands: tuple[str, ...]
    result: Mapping[str, str]


@dataclass(frozen=True)
class Relations:
    """All that is known of the cells of a dataflow. `state`: the dimension that holds new, resolved and pending cases."""

    dims: tuple[str, ...]
    sums: tuple[Sum, ...]
    trees: tuple[Tree, ...]
    state: str
    starts: bool  # pending at the start of the year has a code of its own
    mates: tuple[Mate, ...]
    made: tuple[Made, ...]
    unit: str
    indicator: str
    linear: tuple[Linear, ...] = ()
    longer: tuple[Longer, ...] = ()

    def counted(self, key: Key) -> bool:
        """Whether a cell holds an amount that parts of a whole may be summed into."""
        if self.unit == "UNITE":
            return key[self.dims.index(self.unit)] not in RATIO_UNITS if self.unit in self.dims else True
        if self.unit in self.dims:
            return key[self.dims.index(self.unit)] in COUNT_UNITS
        return self.indicator not in self.dims or key[self.dims.index(self.indicator)] not in RATIO_INDICATORS

    @property
    def varying(self) -> tuple[str, ...]:
        """The dimensions in which cells of one relation may differ."""
        found = {c for s in self.sums for c in s.components} | {t.component for t in self.trees} | {self.state}
        found |= {c for m in self.mates for c in m.set} | {c for m in self.made for c in (m.component, *m.result)}
        found |= {c for one in self.linear for c in (one.component, *one.result)}
        found |= {c for one in self.longer for c in (*one.result, *one.where)}
        return tuple(d for d in self.dims if d in found)

    @property
    def over_time(self) -> bool:
        """Whether a relation joins cells of different periods."""
        return bool(self.state or self.longer) or any(m.years for m in self.mates)


def relations_of(
    codelists: Mapping[str, Codelist], structure: DataStructure, map_: StructureMap | None = None
) -> Relations:
    """The relations of a structure's cells (`codelists` by component), and those that a map's calculations make."""
    dims = structure.dimension_ids
    lists = {c.id: codelists.get(c.id) for c in structure.dimensions}
    codes = {id_: frozenset(i.id for i in found.items) if found else frozenset[str]() for id_, found in lists.items()}
    sums = [
        Sum(p.rule, p.components, p.total, p.parts, p.optional, p.bound, _where(p.where))
        for p in PARTITIONS
        if all(c in dims for c in p.components)
        and all(not codes[c] or all(w[i] in codes[c] for w in (p.total, *p.parts)) for i, c in enumerate(p.components))
    ]
    trees = []
    for id_, found in lists.items():
        children: dict[str, list[str]] = {}
        for item in found.items if found else ():
            if item.parent:
                children.setdefault(item.parent, []).append(item.id)
        if children:
            trees.append(Tree(id_, {p: tuple(c) for p, c in children.items()}))
    unit = next((u for u in UNITS if structure.component(u) is not None), "")
    state = next((s for s in STATES if s in dims and {INCOMING, RESOLVED, END} <= codes[s]), "")
    mates = [Mate({unit: frozenset({c})}, {unit: r}) for c in COUNT_UNITS for r in RATE_UNITS] if unit in dims else []
    made = [Made(state, ratio[1:], {state: ratio[0]}) for ratio in RATIOS if state and set(ratio) <= codes[state]]
    for one in map_.calculations if map_ is not None else ():
        sums += _sums_of(one)
        mates += _mates_of(one)
        made += _made_of(one)
    calculations = map_.calculations if map_ is not None else ()
    return Relations(
        dims, tuple(sums), tuple(trees), state, START in codes.get(state, frozenset()), tuple(mates), tuple(made),
        unit, "INDICATOR" if "INDICATOR" in dims else "",
        tuple(e for one in calculations if (e := linear_of(one)) is not None),
        tuple(p for one in calculations if (p := longer_of(one)) is not None),
    )  # fmt: skip


def _where(where: tuple[str, tuple[str, ...]]) -> dict[str, frozenset[str]] | None:
    return {where[0]: frozenset(where[1])} if where[0] else None


def _limits(one: Calculation, *without: str) -> dict[str, frozenset[str]]:
    return {c: frozenset(codes) for c, codes in one.where.items() if c not in without}


def _sums_of(one: Calculation) -> Iterator[Sum]:
    """Totals and complements over one dimension, where nothing else is set but what the operands have."""
    if one.kind not in ("total", "complement") or one.over not in one.set:
        return
    others = [c for c in one.set if c != one.over]
    if any(tuple(one.where.get(c, ())) != (one.set[c],) for c in others):
        return
    made, limits = one.set[one.over], _limits(one, one.over)
    whole, parts = (made, one.parts) if one.kind == "total" else (one.whole, (*one.parts, made))
    yield Sum(one.id, (one.over,), (whole,), tuple((p,) for p in parts), where=limits)


def _mates_of(one: Calculation) -> Iterator[Mate]:
    if one.kind in ("rate", "convert"):
        yield Mate(_limits(one), one.set)
    if one.kind == "lag":
        yield Mate(_limits(one), one.set, one.years)
    if one.kind == "split":
        for code in one.weights:
            yield Mate({**_limits(one, one.over), one.over: frozenset({one.whole})}, {**one.set, one.over: code})


def _made_of(one: Calculation) -> Iterator[Made]:
    if one.kind == "formula" and (linear_of(one) is None or one.decimals is not None):
        yield Made(one.over, operands(one), one.set)
