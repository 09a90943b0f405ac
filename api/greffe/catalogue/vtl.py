"""Declared calculations in VTL 2.1: the text that a transformation holds, and what it does not say (D22).

Every calculation reads one data set with the identifiers of the target and the measure OBS_VALUE. What is missing is
null, as in the maps: an absent operand is brought in by a full join, and nothing takes null for zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final

from greffe.model.calculations import MONTHS, quotient, read
from greffe.model.expressions import CONSTANT
from greffe.model.maps import Calculation

MEASURE: Final = "OBS_VALUE"
_FINISHED: Final = f"keep made][rename made to {MEASURE}]"


@dataclass(frozen=True)
class Statement:
    """`result` := or <- `expression`; `differs` says in words where VTL and the map part."""

    result: str
    expression: str
    differs: str = ""


def statements(calculation: Calculation, before: str) -> tuple[Statement, ...]:
    """The statements of one calculation on the data set `before`; the last one is its result, `made_<id>`."""
    result = f"made_{calculation.id}"
    if calculation.kind == "split":
        return _split(calculation, before, result)
    if calculation.kind == "calendar":
        return _calendar(calculation, before, result)
    one = {"rate": _rate, "convert": _convert, "lag": _lag}.get(calculation.kind, _over)
    expression, differs = one(calculation, before)
    return (Statement(result, expression + _set(calculation), differs),)


def _text(value: str) -> str:
    return '"' + value.replace('"', "") + '"'


def _among(component: str, codes: Sequence[str]) -> str:
    if len(codes) == 1:
        return f"{component} = {_text(codes[0])}"
    return f"{component} in {{{', '.join(_text(c) for c in codes)}}}"


def filtered(name: str, cells: Mapping[str, Sequence[str]], *more: str) -> str:
    """The observations of a data set with one of the codes in every component."""
    conditions = [*(_among(component, codes) for component, codes in cells.items()), *more]
    return f"{name}[filter {' and '.join(conditions)}]" if conditions else name


def _source(calculation: Calculation, before: str, *more: str, **held: str) -> str:
    """What is read, without the dimensions that the result sets: held to the one code that is read, or, of several, the
    only one that has a value."""
    held = held | {d: codes[0] for d, codes in calculation.where.items() if d in calculation.set and len(codes) == 1}
    found = filtered(before, {d: c for d, c in calculation.where.items() if d not in held}, *more) + f"[keep {MEASURE}]"
    if held:
        found += f"[sub {', '.join(f'{d} = {_text(c)}' for d, c in held.items())}]"
    free = [d for d in calculation.set if d not in held]
    return f"max({found} group except {', '.join(free)})" if free else found


def _set(calculation: Calculation, **more: str) -> str:
    codes = {**calculation.set, **more}
    return f"[calc {', '.join(f'identifier {d} := {_text(c)}' for d, c in codes.items())}]" if codes else ""


def _number(value: Fraction) -> str:
    """As a decimal when it is one."""
    for digits in range(16):
        if (value * 10**digits).denominator == 1:
            whole = str(abs(int(value * 10**digits))).rjust(digits + 1, "0")
            return ("-" if value < 0 else "") + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)
    return f"{value.numerator} / {value.denominator}"


def _linear(form: Mapping[str, Fraction], columns: Mapping[str, str]) -> str:
    terms = []
    for name, coefficient in form.items():
        column = columns.get(name, "")
        sign, size = ("- " if coefficient < 0 else "+ "), abs(coefficient)
        one = _number(size) if name == CONSTANT else column if size == 1 else f"{_number(size)} * {column}"
        terms.append(sign + one)
    joined = " ".join(terms)
    return joined[2:] if joined.startswith("+ ") else f"0 {joined}"


def _rounded(expression: str, decimals: int | None) -> str:
    return expression if decimals is None else f"round({expression}, {decimals})"


def _over(calculation: Calculation, before: str) -> tuple[str, str]:
    """Total, complement, formula."""
    names, found = read(calculation), quotient(calculation)
    sources = [_source(calculation, before, **{calculation.over: name}) for name in names]
    columns = {name: f"d{n}#{MEASURE}" if len(names) > 1 else MEASURE for n, name in enumerate(names, 1)}
    made = _linear(found.numerator, columns)
    if found.denominator is None:
        made = _rounded(made, calculation.decimals)
    else:
        below = _linear(found.denominator, columns)
        made = f"if {below} = 0 then null else {_rounded(f'({made}) / ({below})', calculation.decimals)}"
    if len(names) == 1:
        return f"{sources[0]}[calc made := {made}][{_FINISHED}", ""
    joined = ", ".join(f"{source} as d{n}" for n, source in enumerate(sources, 1))
    return f"full_join({joined} calc made := {made} {_FINISHED.replace(']', ')', 1)}", ""


def _rate(calculation: Calculation, before: str) -> tuple[str, str]:
    population = calculation.population
    if population is None:
        return _source(calculation, before), ""
    people = filtered(population.dataflow.id, {**population.select, "TERRITOIRE": (population.territory,)})
    made = _rounded(f"{_number(calculation.factor)} * c#{MEASURE} / p#{MEASURE}", calculation.decimals)
    return (
        f"left_join({_source(calculation, before)} as c, max({people}[keep {MEASURE}] group by TIME_PERIOD) as p "
        f"calc made := if p#{MEASURE} = 0 then null else {made} {_FINISHED.replace(']', ')', 1)}",
        "Of two populations of one period VTL takes the greater; the map takes none and says so.",
    )


def _convert(calculation: Calculation, before: str) -> tuple[str, str]:
    made = _rounded(f"{MEASURE} * {_number(calculation.factor)}", calculation.decimals)
    return f"{_source(calculation, before)}[calc made := {made}][{_FINISHED}", ""


def _lag(calculation: Calculation, before: str) -> tuple[str, str]:
    beside = f"count({before}[keep {MEASURE}] group except {', '.join(calculation.set)})"
    return (
        f"inner_join(timeshift({_source(calculation, before)}, {calculation.years}) as a, {beside} as b "
        f"calc made := a#{MEASURE} {_FINISHED.replace(']', ')', 1)}",
        "VTL shifts by periods: this is written for years.",
    )


def _calendar(calculation: Calculation, before: str, result: str) -> tuple[Statement, ...]:
    """All periods count when they have a value; of the first or the last, that one alone is read."""
    count, notation = MONTHS[calculation.to] // MONTHS[calculation.from_], _text(calculation.from_)
    conditions = [f"period_indicator(TIME_PERIOD) = cast({notation}, duration)"]
    differs = "VTL knows no periods of four months." if calculation.from_ == "T" else ""
    if calculation.method in ("first", "last"):
        place = 0 if calculation.method == "first" else count - 1
        starts = range(1 + place * MONTHS[calculation.from_], 13, MONTHS[calculation.to])
        conditions.append(f"({' or '.join(f'getmonth(TIME_PERIOD) = {month}' for month in starts)})")
        source = _source(calculation, before, *conditions)
        found = f"max({source} group all time_agg({_text(calculation.to)}))"
        return (Statement(result, found + _set(calculation), differs),)
    source = _source(calculation, before, *conditions)
    agg = f"group all time_agg({_text(calculation.to)})"
    valued = f"{source}[filter not isnull({MEASURE})]"
    value = f"s#{MEASURE}"
    if calculation.method == "mean":
        value = _rounded(f"s#{MEASURE} / n#int_var", calculation.decimals)
    needed = f"n#int_var >= {calculation.least}" if calculation.least else f"n#int_var = {count}"
    return (
        Statement(
            result,
            f"left_join(sum({source} {agg}) as s, count({valued} {agg}) as n "
            f"calc made := if {needed} then {value} else null {_FINISHED.replace(']', ')', 1)}{_set(calculation)}",
            differs,
        ),
    )


def _split(calculation: Calculation, before: str, result: str) -> tuple[Statement, ...]:
    """Floors first, then a unit for each of the largest remainders; among equal ones the first declared."""
    scale, codes = 10 ** (calculation.decimals or 0), list(calculation.weights)
    common = lcm(*(w.denominator for w in calculation.weights.values()))
    share = {code: int(weight * common) for code, weight in calculation.weights.items()}
    units = f"shares_{calculation.id}"
    numbered = list(enumerate(codes, 1))
    floors = ", ".join(
        f"f{n} := trunc(u * {share[c]} / {common}), r{n} := mod(u * {share[c]}, {common})" for n, c in numbered
    )
    pairs = [(n, m) for n, _ in numbered for m, _ in numbered if m != n]
    ahead = ", ".join(f"a{n}_{m} := if r{m} {'>=' if m < n else '>'} r{n} then 1 else 0" for n, m in pairs)
    turns = ", ".join(f"t{n} := {' + '.join(f'a{n}_{m}' for o, m in pairs if o == n)}" for n, _ in numbered)
    more = ", ".join(f"e{n} := if t{n} < left_over then 1 else 0" for n, _ in numbered)
    source = _source(calculation, before, **{calculation.over: calculation.whole})
    cut = (
        f"{source}[calc u := round(abs({MEASURE}) * {scale}, 0), signed := if {MEASURE} < 0 then -1 else 1]"
        f"[calc {floors}][calc left_over := u - {' - '.join(f'f{n}' for n, _ in numbered)}, {ahead}]"
        f"[calc {turns}][calc {more}]"
    )
    made = [
        f"{units}[calc made := signed * (f{n} + e{n}) / {scale}][{_FINISHED}{_set(calculation, **{calculation.over: code})}"
        for n, code in numbered
    ]
    differs = "A whole that is finer than its shares is rounded here; the map shares nothing and says so."
    return (Statement(units, cut), Statement(result, f"union({', '.join(made)})", differs))
