"""Values against the text type and the facets of a component that has no code list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from greffe.arrow import text
from greffe.catalogue.received_shapes import EXCLUSIVE, Shape
from greffe.engine import knows_pattern, quoted
from greffe.errors import BadDefinition
from greffe.model.findings import WARNING, Finding
from greffe.model.structures import Component, Representation
from greffe.validation.facts import literal, literals
from greffe.validation.structural.checked import Checked, empty, is_
from greffe.validation.structural.sequences import in_sequence
from greffe.validation.structural.words import FORMAT, observations, said

_NUMBER: Final = r"-?[0-9]+(\.[0-9]+)?"
_FLOAT: Final = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_ZONE: Final = r"(Z|[-+][0-9]{2}:[0-9]{2})?"
_YEAR, _MONTH = r"[0-9]{4}", r"[0-9]{4}-(0[1-9]|1[0-2])"
_DAY: Final = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?{_ZONE}"
_REPORTING: Final = {
    "ReportingYear": r"[0-9]{4}-A1", "ReportingSemester": r"[0-9]{4}-S[12]", "ReportingTrimester": r"[0-9]{4}-T[1-3]",
    "ReportingQuarter": r"[0-9]{4}-Q[1-4]", "ReportingMonth": r"[0-9]{4}-M(0[1-9]|1[0-2])",
    "ReportingWeek": r"[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])",
    "ReportingDay": r"[0-9]{4}-D(0[0-9]{2}|[12][0-9]{2}|3[0-5][0-9]|36[0-6])",
}  # fmt: skip
_GREGORIAN: Final = rf"({_YEAR}|{_MONTH}|{_DAY}){_ZONE}"
_REPORTED: Final = f"({'|'.join(_REPORTING.values())})"
# Text type → how a value is written. Every value of the empty ones will do; periods by FREQ are asked apart.
FORMS: Final = {
    "String": "", "XHTML": "", "URI": "", "ObservationalTimePeriod": "",
    "Alpha": "[A-Za-z]+", "AlphaNumeric": "[A-Za-z0-9]+", "Numeric": "[0-9]+", "Boolean": "true|false|1|0",
    "Decimal": _NUMBER, "Double": _FLOAT, "Float": _FLOAT,
    "Incremental": _NUMBER, "InclusiveValueRange": _NUMBER, "ExclusiveValueRange": _NUMBER,
    "Duration": r"-?P([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?",
    "Time": rf"[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?{_ZONE}",
    "Month": rf"--(0[1-9]|1[0-2]){_ZONE}", "MonthDay": rf"--(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]){_ZONE}",
    "Day": rf"---(0[1-9]|[12][0-9]|3[01]){_ZONE}", "TimeRange": rf"({_DAY}|{_TIME})/P.+",
    **dict.fromkeys(("Integer", "BigInteger", "Long", "Short", "Count"), "[-+]?[0-9]+"),
    "GregorianYear": _YEAR + _ZONE, "GregorianYearMonth": _MONTH + _ZONE, "GregorianDay": _DAY + _ZONE,
    "GregorianTimePeriod": _GREGORIAN, "DateTime": _TIME, "BasicTimePeriod": f"{_GREGORIAN}|{_TIME}",
    "ReportingTimePeriod": _REPORTED, "StandardTimePeriod": f"{_GREGORIAN}|{_TIME}|{_REPORTED}", **_REPORTING,
}  # fmt: skip
_NUMBERS: Final = (
    "Incremental",
    "InclusiveValueRange",
    "ExclusiveValueRange",
    "Decimal",
    "Double",
    "Float",
    "Integer",
    "BigInteger",
    "Long",
    "Short",
    "Count",
)
# Inclusive bounds of what is stored in 64, 32 and 16 bits.
_BITS: Final = {"Long": 64, "Integer": 32, "Short": 16}


def formats(checked: Checked, component: Component) -> Iterator[Finding]:
    """Values that are not as the component says. Raises BadDefinition for a text type or pattern that is not known here."""
    shape, id_ = component.representation, component.id
    if shape.enumeration is not None:
        return
    if shape.text_type not in FORMS:
        raise BadDefinition(f"The text type {shape.text_type} is not checked here: {id_}.")
    if id_ not in checked.columns:
        return
    column = quoted(id_)
    if shape.pattern and not knows_pattern(checked.connection, shape.pattern):
        raise BadDefinition(f"The pattern {shape.pattern} is not checked here: {id_}.")
    filled = f"NOT ({empty(id_)}) AND {column} <> 'NaN'"
    if isinstance(shape, Shape):
        if shape.sentinels:
            yield from _sentinels(checked, id_, shape.sentinels)
            filled += f" AND {column} NOT IN ({literals(shape.sentinels)})"
        asked = [*_asked(column, shape), *in_sequence(checked, id_, shape)]
    else:
        asked = [*_asked(column, shape)]
    for wrong, expected_en, expected_fr in asked:
        number = checked.count(f"{filled} AND {wrong}")
        if number:
            (example,) = checked.connection.execute(
                f"SELECT min({column}) FROM {quoted(checked.table)} WHERE {filled} AND {wrong}"
            ).fetchall()[0]
            en, fr = observations(number)
            yield said(FORMAT, f"{id_} is to be {expected_en}, in {en} it is not: {text(example)!r}.",
                       f"{id_} doit être {expected_fr}, ne l’est pas dans {fr} : {text(example)!r}.",
                       where=checked.place(f"{filled} AND {wrong}"), component=id_, observations=number)  # fmt: skip


def _sentinels(checked: Checked, id_: str, sentinels: Sequence[str]) -> Iterator[Finding]:
    """Values of ours that they would read as something else."""
    for sentinel in sentinels:
        number = checked.count(is_(id_, sentinel))
        if number:
            en, fr = observations(number)
            yield said(FORMAT, f"{id_} {sentinel} has a meaning of its own with them, in {en}.",
                       f"{id_} {sentinel} a chez eux un sens particulier, dans {fr}.", WARNING,
                       where=checked.place(is_(id_, sentinel)), component=id_, observations=number)  # fmt: skip


def _asked(column: str, shape: Representation) -> Iterator[tuple[str, str, str]]:
    """SQL condition of what is wrong, and what is expected in English and French."""
    form, type_ = FORMS[shape.text_type], shape.text_type
    if form:
        names = ("a plain number", "un nombre simple") if form == _NUMBER else (type_, type_)
        yield (f"NOT regexp_full_match({column}, {literal(form)})", *names)
    if type_ in _BITS:
        most = 2 ** (_BITS[type_] - 1)
        yield f"NOT coalesce({_value(column)} BETWEEN {-most} AND {most - 1}, TRUE)", type_, type_
    if type_ in _NUMBERS and shape.decimals is not None:
        yield (f"length(split_part({column}, '.', 2)) > {shape.decimals}",
               f"at most {shape.decimals} decimals", f"au plus {shape.decimals} décimales")  # fmt: skip
    if shape.max_length is not None:
        yield (f"length({column}) > {shape.max_length}",
               f"at most {shape.max_length} characters", f"au plus {shape.max_length} caractères")  # fmt: skip
    if shape.pattern:
        yield (f"NOT regexp_full_match({column}, {literal(shape.pattern)})",
               f"as {shape.pattern}", f"selon {shape.pattern}")  # fmt: skip
    if isinstance(shape, Shape):
        yield from _bounds(column, shape)


def _bounds(column: str, shape: Shape) -> Iterator[tuple[str, str, str]]:
    if shape.min_length is not None:
        yield (f"length({column}) < {shape.min_length}",
               f"at least {shape.min_length} characters", f"au moins {shape.min_length} caractères")  # fmt: skip
    if shape.min_value is not None:
        less, en, fr = ("<=", "more than", "plus de") if shape.text_type == EXCLUSIVE else ("<", "at least", "au moins")
        yield (f"coalesce({_value(column)} {less} {shape.min_value:f}, FALSE)",
               f"{en} {shape.min_value:f}", f"{fr} {shape.min_value:f}")  # fmt: skip
    if shape.max_value is not None:
        more, en, fr = (">=", "less than", "moins de") if shape.text_type == EXCLUSIVE else (">", "at most", "au plus")
        yield (f"coalesce({_value(column)} {more} {shape.max_value:f}, FALSE)",
               f"{en} {shape.max_value:f}", f"{fr} {shape.max_value:f}")  # fmt: skip
    if shape.least > 1:
        yield "TRUE", f"at least {shape.least} values", f"au moins {shape.least} valeurs"


def _value(column: str) -> str:
    """The number in a column of text; none where it is no number, which is told apart."""
    return f"TRY_CAST({column} AS DECIMAL(38, 10))"
