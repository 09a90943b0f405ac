"""What a calculation reads, as a table of one shape: a row per result with its exact quotient and its operands' states.

Columns: the target dimensions and TIME_PERIOD of the result; `above`, `below` HUGEINT (below NULL: no division);
`same_text` (the text of an operand that is carried over); `decimals` of the finest operand; `absent` (what is missing,
in words, or NULL); rank_valued, rank_missing (status.precedence); the operands' attributes; territory and territory_max.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from greffe.engine import quoted
from greffe.errors import BadDefinition
from greffe.mapping.exact import linear, whole
from greffe.mapping.group import COMMENT, CONF, STATUS, TERRITORY
from greffe.mapping.resolve import TIME, Plan
from greffe.mapping.sql import Parameters, condition, decimals_of
from greffe.mapping.status import FREE
from greffe.model.expressions import Quotient, parse
from greffe.model.maps import Calculation

OWN: Final = (STATUS, CONF, COMMENT, TERRITORY)  # attributes that have rules of their own


@dataclass(frozen=True)
class Step:
    """One calculation of a map on one table of mapped observations."""

    plan: Plan
    calculation: Calculation
    table: str

    @property
    def digits(self) -> int:
        """Decimals of OBS_VALUE."""
        return self.plan.target.decimals

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Target dimensions and the period."""
        return (*self.plan.target.dimension_ids, TIME)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that a result keeps when all its operands have the same."""
        return tuple(a.id for a in self.plan.target.attributes if a.id not in OWN)

    def has(self, attribute: str) -> bool:
        """The target structure has that attribute."""
        return self.plan.target.component(attribute) is not None

    def refused(self, why: str) -> BadDefinition:
        """The error of a calculation that cannot run."""
        return BadDefinition(f"Calculation {self.calculation.id}: {why}", file=self.plan.map.file)


def quotient(step: Step) -> Quotient:
    """What a total or a formula computes over the codes of its dimension."""
    calculation = step.calculation
    if calculation.kind == "total":
        return Quotient({part: Fraction(1) for part in calculation.parts})
    return parse(calculation.expression)


def result_keys(step: Step, prefix: str, parameters: Parameters, dimensions: Sequence[str]) -> list[str]:
    """The dimensions of a result: `set` over what the operands have."""
    fixed = step.calculation.set
    return [
        f"CAST({parameters.add(fixed[d])} AS VARCHAR) AS {quoted(d)}" if d in fixed else f"{prefix}{quoted(d)}"
        for d in dimensions
    ]


def over_codes(step: Step, parameters: Parameters) -> str:
    """Total and formula: observations that differ in dimension `over` alone, brought together."""
    calculation = step.calculation
    found = quotient(step)
    names = found.names()
    over = quoted(calculation.over)
    code = {name: f"{over} = {parameters.add(name)}" for name in names}
    value = {n: f"max({whole('OBS_VALUE', step.digits)}) FILTER ({code[n]})" for n in names}
    above, below = _fraction(step, found, value, parameters)
    kept = [d for d in step.dimensions if d != calculation.over]
    absent = ", ".join(f"CASE WHEN {value[n]} IS NULL THEN {parameters.add(n)} END" for n in names)
    columns = [
        *result_keys(step, "", parameters, kept),
        f"CAST({parameters.add(calculation.set[calculation.over])} AS VARCHAR) AS {over}",
        f"{above} AS above",
        f"{below} AS below",
        "CAST(NULL AS VARCHAR) AS same_text",
        f"max({_decimals(step)}) AS decimals",
        f"nullif(concat_ws(', ', {absent}), '') AS absent",
        *_states(step, [f"max({COMMENT}) FILTER ({code[n]})" for n in names], parameters),
    ]
    where = condition(parameters, calculation.where)
    by = ", ".join(quoted(d) for d in kept)
    among = parameters.among(over, names)
    # Grouped by the operands' own dimensions: names of `set` must not hide them.
    return f"SELECT {', '.join(columns)} FROM {quoted(step.table)} AS o WHERE {where} AND {among} GROUP BY {_own(by)}"


def _own(names: str) -> str:
    return ", ".join(f"o.{n}" for n in names.split(", "))


def _fraction(
    step: Step, found: Quotient, value: Mapping[str, str], parameters: Parameters
) -> tuple[str, str]:
    """Numerator and denominator, in units of 10^-decimals of the result (10^-digits when nothing is rounded)."""
    decimals = step.calculation.decimals
    one = 10**step.digits
    above, common = linear(found.numerator, value, one, parameters)
    if decimals is None:
        if not found.whole:
            raise step.refused("it rounds, so it must declare its decimals.")
        return above, "CAST(NULL AS HUGEINT)"
    below, other = ("CAST(1 AS HUGEINT)", 1) if found.denominator is None else linear(
        found.denominator, value, one, parameters
    )
    # Both forms are in units of 10^-digits, which cancel in a quotient and stay in a linear form.
    factor = Fraction(other * 10**decimals, common * (one if found.denominator is None else 1))
    return (
        f"{parameters.add(factor.numerator)} * {above}",
        f"{parameters.add(factor.denominator)} * {below}",
    )


def each(step: Step, parameters: Parameters, population: str) -> str:
    """Rate: every observation, over the population of its period (table `population`: period, amount, digits, rank)."""
    calculation = step.calculation
    decimals = calculation.decimals
    if decimals is None:
        raise step.refused("a rate must declare its decimals.")
    digits = f"(CAST(10 AS HUGEINT) ** 0)"
    raise NotImplementedError(digits)
