"""Calendar: months, quarters, four-month periods and half-years become longer periods (model.periods notations)."""

from __future__ import annotations

import re
from typing import Final

from greffe.engine import quoted
from greffe.mapping.exact import whole
from greffe.mapping.operands import Step, keys, together
from greffe.mapping.resolve import TIME
from greffe.mapping.sql import Parameters, condition
from greffe.model.calculations import MONTHS, read
from greffe.model.maps import Calculation
from greffe.model.periods import PATTERNS

# Shorter periods as they may be written: a month with its letter or without (model.periods.span).
_SHORTER: Final = PATTERNS | {"M": "[0-9]{4}-M?(?:0[1-9]|1[0-2])"}


def coarser(step: Step, parameters: Parameters) -> str:
    """The periods of one longer period brought together; of the first or the last, that one alone is read."""
    calculation = step.calculation
    places = read(calculation)
    rows = (
        f"(SELECT p.*, {longer_period(calculation, f'p.{TIME}')} AS longer, {place_in_longer(calculation, f'p.{TIME}')} AS place "
        f"FROM {quoted(step.table)} p WHERE {condition(parameters, calculation.where, 'p.')} "
        f"AND {is_shorter(calculation, f'p.{TIME}')}) o "
        f"WHERE o.place IN ({', '.join(places)})"
    )
    code = {place: f"o.place = {place}" for place in places}
    called = {place: _called(calculation, "o.longer", int(place)) for place in places}
    by = ["o.longer", *(f"o.{quoted(d)}" for d in step.dimensions if d != TIME)]
    key = keys(step, parameters, {TIME: "o.longer"})
    if not calculation.least:
        return together(step, parameters, key, (code, called), rows, by)
    key += ["count(o.OBS_VALUE) AS valued", f"sum({whole('o.OBS_VALUE', step.digits)}) AS added"]
    return _some(step, parameters, together(step, parameters, key, (code, called), rows, by), len(places))


def _some(step: Step, parameters: Parameters, found: str, count: int) -> str:
    """A mean of fewer periods than there are, when enough have a value: estimated, with a comment."""
    calculation, order = step.calculation, parameters.add(list(step.plan.statuses))
    few = f"m.valued BETWEEN {calculation.least} AND {count - 1}"
    note = f"concat('mean of ', m.valued, ' of {count} periods: ', {parameters.add(calculation.reason)})"
    return (
        f"SELECT m.* REPLACE (CASE WHEN {few} THEN {parameters.add(10 ** (calculation.decimals or 0))} * m.added "
        f"ELSE m.above END AS above, "
        f"CASE WHEN {few} THEN {parameters.add(10**step.digits)} * m.valued ELSE m.below END AS below, "
        f"CASE WHEN {few} THEN NULL ELSE m.absent END AS absent, "
        f"CASE WHEN {few} THEN least(m.rank_valued, list_position({order}, 'E')) ELSE m.rank_valued END AS rank_valued, "
        f"CASE WHEN {few} THEN concat_ws('; ', m.said, {note}) ELSE m.said END AS said) "
        f"FROM ({found}) m"
    )


def is_shorter(calculation: Calculation, period: str) -> str:
    """SQL: it is a period of those that become longer ones, in any notation."""
    return f"regexp_full_match({period}, '{_SHORTER[calculation.from_]}')"


def _per_year(period: str, letter: str) -> str:
    """SQL: which period of its year it is, from 1."""
    return f"CAST(right({period}, {2 if letter == 'M' else 1}) AS INTEGER)"


def longer_period(calculation: Calculation, period: str) -> str:
    """SQL: the longer period that a period lies in."""
    if calculation.to == "A":
        return f"left({period}, 4)"
    count = MONTHS[calculation.to] // MONTHS[calculation.from_]
    number = f"({_per_year(period, calculation.from_)} - 1) // {count} + 1"
    return f"concat(left({period}, 4), '-{calculation.to}', {number})"


def place_in_longer(calculation: Calculation, period: str) -> str:
    """SQL: which part of the longer period it is, from 1."""
    count = MONTHS[calculation.to] // MONTHS[calculation.from_]
    return f"({_per_year(period, calculation.from_)} - 1) % {count} + 1"


def _called(calculation: Calculation, longer: str, place: int) -> str:
    """SQL: the notation of one part of a longer period."""
    count = MONTHS[calculation.to] // MONTHS[calculation.from_]
    before = "0" if calculation.to == "A" else f"(CAST(right({longer}, 1) AS INTEGER) - 1) * {count}"
    number = f"CAST({before} + {place} AS VARCHAR)"
    if calculation.from_ == "M":
        return f"concat(left({longer}, 4), '-', lpad({number}, 2, '0'))"
    return f"concat(left({longer}, 4), '-{calculation.from_}', {number})"


def parts(calculation: Calculation, period: str) -> tuple[str, ...]:
    """The periods that a longer one is made of, in every notation; none for another notation."""
    count = MONTHS[calculation.to] // MONTHS[calculation.from_]
    if not re.fullmatch(PATTERNS[calculation.to], period):
        return ()
    before = 0 if calculation.to == "A" else (int(period[-1]) - 1) * count
    numbers = [before + int(place) for place in read(calculation)]
    forms = ("{}-{:02}", "{}-M{:02}") if calculation.from_ == "M" else ("{}-" + calculation.from_ + "{}",)
    return tuple(form.format(period[:4], number) for form in forms for number in numbers)
