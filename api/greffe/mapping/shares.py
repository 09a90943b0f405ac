"""Split: one cell is shared out by declared weights, so that the shares add up to it exactly (largest remainder)."""

from __future__ import annotations

from math import lcm

from greffe.engine import quoted
from greffe.mapping.exact import whole
from greffe.mapping.operands import Step, comment_of, keys, states
from greffe.mapping.sql import Parameters, condition


def shares(step: Step, parameters: Parameters) -> str:
    """A result for each weight of each whole. Every share is cut to the declared decimals; what is left over goes, unit
    by unit, to the largest remainders, the first declared among equal ones. `fine`: the whole has more decimals than its
    shares, which then cannot add up to it."""
    calculation, decimals = step.calculation, step.calculation.decimals
    if decimals is None:
        raise step.refused("a split must declare its decimals.")
    columns = [
        *keys(step, parameters, {calculation.over: "o.share_code"}),
        "CASE WHEN o.OBS_VALUE < 0 THEN -1 ELSE 1 END * (o.floor + CASE WHEN o.turn <= o.units - o.given "
        "THEN 1 ELSE 0 END) AS above",
        "CAST(1 AS HUGEINT) AS below",
        "CAST(NULL AS VARCHAR) AS same_text",
        "0 AS decimals",
        "CAST(NULL AS VARCHAR) AS absent",
        *states(step, parameters, "{}", "{}"),
        f"{comment_of(step)} AS said",
        "coalesce(o.fine, FALSE) AS fine",
    ]
    return f"SELECT {', '.join(columns)} FROM ({_shared(step, parameters, decimals)}) o"


def _shared(step: Step, parameters: Parameters, decimals: int) -> str:
    """Every whole beside every weight: the floor of the share, its turn by remainder, and what the floors add up to."""
    calculation, unit = step.calculation, 10 ** (step.digits - decimals)
    common = lcm(*(weight.denominator for weight in calculation.weights.values()))
    rows = ", ".join(
        f"({place}, {parameters.add(code)}, {parameters.add(int(weight * common))})"
        for place, (code, weight) in enumerate(calculation.weights.items())
    )
    asked = {**calculation.where, calculation.over: (calculation.whole,)}
    value = whole("w.OBS_VALUE", step.digits)
    wholes = (
        f"SELECT w.*, abs({value}) // {parameters.add(unit)} AS units, {value} % {parameters.add(unit)} <> 0 AS fine "
        f"FROM {quoted(step.table)} w WHERE {condition(parameters, asked, 'w.')}"
    )
    divisor = parameters.add(common)
    cut = (
        f"SELECT w.*, v.*, w.units * v.share // {divisor} AS floor, w.units * v.share % {divisor} AS rest "
        f"FROM ({wholes}) w, (VALUES {rows}) v(share_place, share_code, share)"
    )
    each = f"PARTITION BY {', '.join(f'c.{quoted(d)}' for d in step.dimensions)}"
    return (
        f"SELECT c.*, row_number() OVER ({each} ORDER BY c.rest DESC, c.share_place) AS turn, "
        f"sum(c.floor) OVER ({each}) AS given FROM ({cut}) c"
    )
