"""Checks on rows: one counting pass over all of them, then a pass for each that found something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.arrow import integer
from greffe.engine import Connection, quoted
from greffe.ingest.columns import is_date, is_whole
from greffe.ingest.spellings import FRACTIONS, MISSING, NO_COUNTS, Layout
from greffe.ingest.sql import Values, add_rows
from greffe.ingest.stage import STAGED

DIGITS: Final = 38  # of DECIMAL(38, s)
STATUSES: Final = ("STATUT", "OBS_STATUS", "CONF", "CONF_STATUS")
_PLAIN: Final = r"-?[0-9]+(\.[0-9]+)?"
_BLANKS: Final = r"[\s\x{A0}\x{2009}\x{202F}']"
_MINUS_ZERO: Final = r"-0+(\.0+)?"
_BROKEN: Final = r"-?[0-9]+\.[0-9]*[1-9][0-9]*"
_UNPRINTABLE: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"  # no XML 1.0 file can carry them


@dataclass(frozen=True)
class Check:
    """One check of every row. wrong: SQL condition on the staged columns; expected and nearest: SQL."""

    rule: str
    column: str
    wrong: str
    expected: str
    says: str
    nearest: str = "CAST([] AS VARCHAR[])"


def check_rows(connection: Connection, layout: Layout) -> None:
    """Presence, numbers, days and printable text of every row."""
    values = Values()
    checks = [
        *presence(layout, values),
        *number_form(layout, values),
        *number_sense(layout, values),
        *attributes(layout, values),
    ]
    counts = ", ".join(f"count(*) FILTER (WHERE {c.wrong})" for c in checks)
    found = values.run(connection, f"SELECT {counts} FROM {STAGED}")[0]
    for check, count in zip(checks, found, strict=True):
        if integer(count):
            add_rows(
                connection, values, rule=check.rule, column=check.column, found=f"s.{quoted(check.column)}",
                expected=check.expected, says=check.says, nearest=check.nearest,
                rows=f"FROM {STAGED} s WHERE {check.wrong}",
            )  # fmt: skip


def presence(layout: Layout, values: Values) -> list[Check]:
    """QR-KEY-02, QR-STA-01: what is mandatory is there. An empty breakdown means that it does not apply."""
    return [
        Check(
            "QR-STA-01" if component.id in STATUSES else "QR-KEY-02",
            column,
            f"{quoted(column)} = ''",
            values.add("a code" if column in layout.words else "a value"),
            "is mandatory and empty",
        )
        for column, component in layout.columns.items()
        if component.role != "measure" and not layout.may_be_empty(column)
    ]


def number_form(layout: Layout, values: Values) -> list[Check]:
    """QR-FMT-02 and QR-FMT-05: a plain decimal number that fits, or nothing with a status that says why."""
    column, decimals = layout.value, layout.structure.decimals
    value = quoted(column)
    plain = f"regexp_full_match({value}, {values.add(_PLAIN)})"
    whole_digits = DIGITS - decimals
    narrow = rf"-?[0-9]+(\.[0-9]{{1,{decimals}}})?" if decimals else "-?[0-9]+"
    short = rf"-?0*[0-9]{{1,{whole_digits}}}(\.[0-9]+)?"
    minus_zero = f"regexp_full_match({value}, {values.add(_MINUS_ZERO)})"
    status = layout.column("STATUT")
    absent = values.among(quoted(status), layout.spelled("STATUT", MISSING)) if status else "FALSE"
    reasons = ", ".join(MISSING)
    said = f"concat({values.add('no value, for the status is ')}, {quoted(status)})" if status else "''"
    return [
        Check("QR-FMT-02", column, f"{value} <> '' AND (NOT {plain} OR {minus_zero})",
              values.add("a plain decimal number with a point and no blanks, e.g. 1234.5"),
              "is not a plain decimal number", _spelled_plainly(value, values)),
        Check("QR-FMT-02", column, f"{plain} AND NOT regexp_full_match({value}, {values.add(narrow)})",
              values.add(f"at most {decimals} decimals"), "has too many decimals"),
        Check("QR-FMT-02", column, f"{plain} AND NOT regexp_full_match({value}, {values.add(short)})",
              values.add(f"at most {whole_digits} digits before the point"), "is too long a number"),
        Check("QR-FMT-05", column, f"{value} = '' AND NOT {absent}",
              values.add(f"a value, or a status that says why there is none: {reasons}"),
              "is empty, and no status says why"),
        Check("QR-FMT-05", column, f"{value} <> '' AND {absent}", said, "stands beside a status of absent values"),
    ]  # fmt: skip


def _spelled_plainly(value: str, values: Values) -> str:
    """SQL: the number without blanks and with a point, when that makes it plain."""
    bare = f"replace(regexp_replace({value}, {values.add(_BLANKS)}, '', 'g'), ',', '.')"
    plain = f"regexp_full_match({bare}, {values.add(_PLAIN)}) AND {bare} <> {value}"
    return f"CASE WHEN {plain} THEN [{bare}] ELSE CAST([] AS VARCHAR[]) END"


def number_sense(layout: Layout, values: Values) -> list[Check]:
    """QR-FMT-03 and QR-FMT-04: what is counted is not negative and is whole."""
    column, unit = layout.value, layout.column("UNITE")
    if not unit:
        return []
    value, of = quoted(column), quoted(unit)
    return [
        Check("QR-FMT-03", column,
              f"regexp_full_match({value}, {values.add(_PLAIN)}) AND starts_with({value}, '-') AND "
              f"NOT regexp_full_match({value}, {values.add(_MINUS_ZERO)}) AND {_counted(layout, values, NO_COUNTS)}",
              f"concat({values.add('0 or more: counted in ')}, {of})", "is a negative count"),
        Check("QR-FMT-04", column,
              f"regexp_full_match({value}, {values.add(_BROKEN)}) AND {_counted(layout, values, NO_COUNTS + FRACTIONS)}",
              f"concat({values.add('a whole number: counted in ')}, {of})", "is not a whole number"),
    ]  # fmt: skip


def _counted(layout: Layout, values: Values, measures: tuple[str, ...]) -> str:
    """SQL: the unit is a known one and none of those measures."""
    unit = layout.column("UNITE")
    known = layout.words.get(unit)
    if known is None:
        return f"NOT {values.among(quoted(unit), measures)}"
    return values.among(quoted(unit), [word for word, code in known.items() if code and code not in measures])


def attributes(layout: Layout, values: Values) -> list[Check]:
    """Versions are positive whole numbers, days exist, and text can be written in every format."""
    checks = []
    for column, component in layout.columns.items():
        cell = quoted(column)
        if is_whole(component):
            form = values.add("[1-9][0-9]{0,8}")
            checks.append(
                Check("QR-FMT-02", column, f"{cell} <> '' AND NOT regexp_full_match({cell}, {form})",
                      values.add("a positive whole number"), "is not a positive whole number")
            )  # fmt: skip
        elif is_date(component):
            form = values.add(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
            real = f"regexp_full_match({cell}, {form}) AND TRY_CAST({cell} AS DATE) IS NOT NULL"
            checks.append(
                Check("QR-FMT-01", column, f"{cell} <> '' AND NOT ({real})",
                      values.add("a day such as 2024-10-01"), "is not a day")
            )  # fmt: skip
        elif column not in layout.words and component.role in ("dimension", "attribute"):
            form = values.add(_UNPRINTABLE)
            checks.append(
                Check("QR-COD-01", column, f"regexp_matches({cell}, {form})",
                      values.add("printable text"), "holds a character that cannot be published")
            )  # fmt: skip
    return checks
