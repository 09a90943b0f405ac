"""Pairs and bounds (model.inequalities) as SQL, where the structure of a checked table has them."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.inequalities import BOUNDS, PAIRS, Bound, Codes, Pair
from greffe.validation.facts import Facts, literal, literals
from greffe.validation.sql import above, below


def pairs(facts: Facts, rule: str) -> Iterator[Pair]:
    """The pairs of a rule that mean something for this structure."""
    for pair in PAIRS:
        codes = facts.codes(pair.component)
        if pair.rule == rule and pair.component in facts.dims and (not codes or {pair.part, pair.whole} <= codes):
            yield pair


def exceeding(facts: Facts, pair: Pair) -> str:
    """Rows of code `part` that are more than the row of code `whole`, all else equal."""
    name = quoted(pair.component)
    same = " AND ".join(f"p.{quoted(d)} = w.{quoted(d)}" for d in (*facts.others(pair.component), "TIME_PERIOD"))
    keys = ", ".join(f"p.{quoted(d)}" for d in facts.dims)
    more = f" AND {facts.counted('p')}" if pair.counted else ""
    more += f" AND p.{quoted(pair.where[0])} IN ({literals(pair.where[1])})" if pair.where[0] else ""
    return (
        f"SELECT {keys}, p.TIME_PERIOD, p.v AS v_part, w.v AS v_whole FROM {facts.table} p JOIN {facts.table} w "
        f"ON {same} WHERE p.{name} = {literal(pair.part)} AND w.{name} = {literal(pair.whole)} AND p.v > w.v{more}"
    )


def bound_of(rule: str) -> Bound:
    """The bound of a rule."""
    return next(b for b in BOUNDS if b.rule == rule)


def outside(facts: Facts, rule: str) -> str:
    """SQL condition: the figure is one that the bound of a rule is about, and lies outside."""
    bound = bound_of(rule)
    of = [_among(name, codes) for name, codes in bound.where]
    of += [f"NOT {_among(name, codes)}" for name, codes in bound.without]
    out = ["v < 0"] if bound.floor else []
    out += [below("v", facts.units(rule, bound.low))] if bound.low else []
    out += [above("v", facts.units(rule, bound.high))] if bound.high else []
    return " AND ".join((*of, f"({' OR '.join(out)})"))


def _among(name: str, codes: Codes) -> str:
    return f"{quoted(name)} = {literal(codes[0])}" if len(codes) == 1 else f"{quoted(name)} IN ({literals(codes)})"
