"""What a calculation reads, as SQL of one shape: a row per result with its exact quotient and its operands' states.

Columns: the result's dimensions and TIME_PERIOD; `above` and `below` HUGEINT (below NULL: nothing is divided);
`same_text` (text of an operand that is carried over); `decimals` of the finest operand; `absent` (what is missing, in
words, or NULL); rank_valued and rank_missing (status.precedence); field and field_max (TERRITORY of the operands);
said (their comments); CONF_STATUS; the other attributes where all operands agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from greffe.engine import quoted
from greffe.errors import BadDefinition
from greffe.mapping.exact import linear, whole
from greffe.mapping.group import CONF, TERRITORY
from greffe.mapping.resolve import TIME, Plan
from greffe.mapping.sql import Parameters, condition, decimals_of
from greffe.mapping.status import COMMENT, FREE, STATUS
from greffe.model.calculations import quotient, read
from greffe.model.expressions import Quotient
from greffe.model.maps import Calculation

OWN: Final = (STATUS, CONF, COMMENT, TERRITORY)  # attributes that have rules of their own


@dataclass(frozen=True)
class Step:
    """One calculation of a map on one table of mapped observations. `population` is the table of denominators by
    period (period, amount × 10^population_digits as text, rank of its status), for a rate."""

    plan: Plan
    calculation: Calculation
    table: str
    population: str = ""
    population_digits: int = 0

    @property
    def digits(self) -> int:
        """Decimals of OBS_VALUE."""
        return self.plan.target.decimals

    @property
    def rounded(self) -> int | None:
        """Decimals that the result is rounded to; None when it is exact as it is."""
        return None if self.calculation.kind == "lag" else self.calculation.decimals

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


def over_codes(step: Step, parameters: Parameters) -> str:
    """Total, complement, formula: observations that differ in dimension `over` alone, brought together."""
    over, names = f"o.{quoted(step.calculation.over)}", read(step.calculation)
    code = {name: f"{over} = {parameters.add(name)}" for name in names}
    absent = {name: parameters.add(name) for name in names}
    where = f"{condition(parameters, step.calculation.where, 'o.')} AND {parameters.among(over, names)}"
    by = [f"o.{quoted(d)}" for d in step.dimensions if d != step.calculation.over]
    return together(
        step, parameters, keys(step, parameters), (code, absent), f"{quoted(step.table)} o WHERE {where}", by
    )


def together(
    step: Step, parameters: Parameters, key: Sequence[str], named: tuple[Mapping[str, str], Mapping[str, str]],
    rows: str, by: Sequence[str],
) -> str:  # fmt: skip
    """Operands `o` of `rows` brought together `by` columns: `named` gives, for each that the calculation reads, the
    condition that it is that one, and what it is called when it is missing."""
    found, (code, called) = quotient(step.calculation), named
    value = {n: f"max({whole('o.OBS_VALUE', step.digits)}) FILTER ({is_it})" for n, is_it in code.items()}
    above, below = fraction(step, found, value, parameters)
    absent = ", ".join(f"CASE WHEN {value[n]} IS NULL THEN {called[n]} END" for n in code)
    columns = [
        *key,
        f"{above} AS above",
        f"{below} AS below",
        "CAST(NULL AS VARCHAR) AS same_text",
        f"max({decimals(step)}) AS decimals",
        f"nullif(concat_ws(', ', {absent}), '') AS absent",
        *states(step, parameters, "min({})", "max({})"),
        f"{said([f'max(o.{COMMENT}) FILTER ({c})' for c in code.values() if step.has(COMMENT)])} AS said",
    ]
    return f"SELECT {', '.join(columns)} FROM {rows} GROUP BY {', '.join(by)}"


def over_population(step: Step, parameters: Parameters) -> str:
    """Rate: every observation, over the population of its period."""
    calculation = step.calculation
    if calculation.decimals is None:
        raise step.refused("a rate must declare its decimals.")
    factor = Fraction(calculation.factor * 10 ** (calculation.decimals + step.population_digits), 10**step.digits)
    above = f"{parameters.add(factor.numerator)} * {whole('o.OBS_VALUE', step.digits)}"
    below = f"{parameters.add(factor.denominator)} * CAST(p.amount AS HUGEINT)"
    columns = [
        *keys(step, parameters),
        f"{above} AS above",
        f"{below} AS below",
        "CAST(NULL AS VARCHAR) AS same_text",
        "0 AS decimals",
        f"CASE WHEN o.OBS_VALUE IS NULL THEN 'the count' WHEN p.amount IS NULL "
        f"THEN concat('the population of ', o.{TIME}) END AS absent",
        *states(step, parameters, "{}", "{}", "CAST(p.rank AS BIGINT)", "p.amount"),
        f"{comment_of(step)} AS said",
    ]
    where = condition(parameters, calculation.where, "o.")
    return (
        f"SELECT {', '.join(columns)} FROM {quoted(step.table)} o "
        f"LEFT JOIN {quoted(step.population)} p ON p.period = o.{TIME} WHERE {where}"
    )


def earlier(step: Step, parameters: Parameters) -> str:
    """Lag: the observation some years earlier, where the cells beside the result have one in its period.

    Without that condition the last stock of a series would open a year that nobody has reported yet.
    """
    calculation = step.calculation
    later = later_period(f"o.{TIME}", calculation.years)
    columns = [
        *keys(step, parameters, {TIME: later}),
        f"{whole('o.OBS_VALUE', step.digits)} AS above",
        "CAST(NULL AS HUGEINT) AS below",
        "o.OBS_TEXT AS same_text",
        f"{decimals(step)} AS decimals",
        "CAST(NULL AS VARCHAR) AS absent",
        *states(step, parameters, "{}", "{}"),
        f"{comment_of(step)} AS said",
    ]
    beside = [f"b.{quoted(d)} = o.{quoted(d)}" for d in step.dimensions if d != TIME and d not in calculation.set]
    exists = f"EXISTS (SELECT 1 FROM {quoted(step.table)} b WHERE {' AND '.join([f'b.{TIME} = {later}', *beside])})"
    where = condition(parameters, calculation.where, "o.")
    return f"SELECT {', '.join(columns)} FROM {quoted(step.table)} o WHERE {where} AND {exists}"


def converted(step: Step, parameters: Parameters) -> str:
    """Convert: every observation times the factor."""
    calculation, one = step.calculation, whole("o.OBS_VALUE", step.digits)
    factor, below = calculation.factor, "CAST(NULL AS HUGEINT)"
    if calculation.decimals is not None:
        factor = factor * Fraction(10**calculation.decimals, 10**step.digits)
        below = parameters.add(factor.denominator)
    above = f"{parameters.add(factor.numerator)} * {one}"
    columns = [
        *keys(step, parameters),
        f"{above} AS above",
        f"{below} AS below",
        "CAST(NULL AS VARCHAR) AS same_text",
        f"{decimals(step)} AS decimals",
        "CAST(NULL AS VARCHAR) AS absent",
        *states(step, parameters, "{}", "{}"),
        f"{comment_of(step)} AS said",
    ]
    return f"SELECT {', '.join(columns)} FROM {quoted(step.table)} o WHERE {condition(parameters, calculation.where, 'o.')}"


def comment_of(step: Step) -> str:
    """SQL: the comment of an operand."""
    return f"o.{COMMENT}" if step.has(COMMENT) else "CAST(NULL AS VARCHAR)"


def later_period(period: str, years: int) -> str:
    """SQL: the same period, that many years later, in the same notation."""
    return f"concat(lpad(CAST(CAST(left({period}, 4) AS INTEGER) + {years} AS VARCHAR), 4, '0'), substr({period}, 5))"


def keys(step: Step, parameters: Parameters, other: Mapping[str, str] | None = None) -> list[str]:
    """The dimensions of a result: `set` over what the operands have."""
    fixed = step.calculation.set
    made = {d: f"CAST({parameters.add(fixed[d])} AS VARCHAR)" for d in step.dimensions if d in fixed}
    made |= other or {}
    return [f"{made.get(d, f'o.{quoted(d)}')} AS {quoted(d)}" for d in step.dimensions]


def fraction(step: Step, found: Quotient, value: Mapping[str, str], parameters: Parameters) -> tuple[str, str]:
    """Numerator and denominator, in units of 10^-decimals of the result (10^-digits when nothing is rounded)."""
    decimals, one = step.calculation.decimals, 10**step.digits
    above, common = linear(found.numerator, value, one, parameters)
    if decimals is None:
        if not found.whole:
            raise step.refused("it rounds, so it must declare its decimals.")
        return above, "CAST(NULL AS HUGEINT)"
    if found.denominator is None:
        factor, below = Fraction(10**decimals, common * one), "CAST(1 AS HUGEINT)"
    else:  # both forms are in units of 10^-digits, which cancel
        below, other = linear(found.denominator, value, one, parameters)
        factor = Fraction(other * 10**decimals, common)
    return f"{parameters.add(factor.numerator)} * {above}", f"{parameters.add(factor.denominator)} * {below}"


def decimals(step: Step) -> str:
    """SQL: decimals of the text of an operand."""
    return f"CASE WHEN o.OBS_TEXT IS NULL THEN 0 ELSE least({decimals_of('o.OBS_TEXT')}, {step.digits}) END"


def states(
    step: Step, parameters: Parameters, lowest: str, highest: str, other: str = "NULL", present: str = "TRUE"
) -> list[str]:
    """Status ranks, territorial field, confidentiality and the rest; `lowest` and `highest` bring operands together.

    `other` is the status rank of a second operand; its value is missing when `present` is NULL.
    """
    rank = "CAST(NULL AS BIGINT)"
    if step.has(STATUS):
        rank = f"CAST(list_position({parameters.add(list(step.plan.statuses))}, o.{STATUS}) AS BIGINT)"
    valued = f"CASE WHEN o.OBS_VALUE IS NOT NULL THEN least({rank}, {other}) END"
    missing = f"CASE WHEN o.OBS_VALUE IS NULL THEN {rank} WHEN {present} IS NULL THEN {other} END"
    columns = [f"{lowest.format(valued)} AS rank_valued", f"{lowest.format(missing)} AS rank_missing"]
    field = f"o.{TERRITORY}" if step.has(TERRITORY) else "CAST(NULL AS VARCHAR)"
    columns += [f"{lowest.format(field)} AS field", f"{highest.format(field)} AS field_max"]
    if step.has(CONF):
        kept = f"CASE WHEN o.{CONF} <> '{FREE}' THEN o.{CONF} END"
        columns.append(f"coalesce({lowest.format(kept)}, {lowest.format(f'o.{CONF}')}) AS {CONF}")
    for attribute in step.attributes:
        one = f"o.{quoted(attribute)}"
        same = f"{lowest.format(one)} = {highest.format(one)}"
        columns.append(f"CASE WHEN {same} THEN {lowest.format(one)} END AS {quoted(attribute)}")
    return columns


def said(comments: Sequence[str]) -> str:
    """The operands' comments in their order, an equal one once."""
    if not comments:
        return "CAST(NULL AS VARCHAR)"
    once = [
        f"CASE WHEN NOT coalesce(list_contains([{', '.join(comments[:n])}], {c}), FALSE) THEN {c} END" if n else c
        for n, c in enumerate(comments)
    ]
    return f"nullif(concat_ws('; ', {', '.join(once)}), '')"
