"""Checks on distinct words: codes in their lists, periods of their frequency, units of their indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from greffe.arrow import pa, text
from greffe.engine import Connection, quoted
from greffe.errors import BadQuery, nearest
from greffe.ingest.spellings import Layout
from greffe.ingest.sql import Values, Words, add_words, distinct_of, fill_table
from greffe.ingest.stage import STAGED
from greffe.model.periods import EXAMPLES, PATTERNS, span

WORDS: Final = "ingest_words"  # component column, word, n: the distinct words of coded columns
SPELLINGS: Final = "ingest_spellings"  # column, word, code: what is allowed there
SHORT: Final = 12  # a list of at most that many words is told whole


def create_words(connection: Connection, layout: Layout) -> None:
    """The tables WORDS and SPELLINGS."""
    allowed = [(column, word, code) for column, words in layout.words.items() for word, code in words.items()]
    fields = ("column", "word", "code")
    arrays = {f: pa.array([a[i] for a in allowed], pa.string()) for i, f in enumerate(fields)}
    fill_table(connection, SPELLINGS, pa.table(arrays))
    values = Values()
    parts = [
        f'SELECT {values.add(c)} AS "column", {quoted(c)} AS word, count(*) AS n FROM {STAGED} GROUP BY {quoted(c)}'
        for c in layout.words
    ]
    empty = "SELECT '' AS \"column\", '' AS word, 0 AS n WHERE FALSE"
    values.run(connection, f"CREATE OR REPLACE TEMP TABLE {WORDS} AS {' UNION ALL '.join(parts) or empty}")


def check_codes(connection: Connection, layout: Layout) -> None:
    """QR-COD-01: every code belongs to its code list, in its own or its original spelling. An empty cell is another
    check's matter."""
    found = connection.execute(
        f'SELECT DISTINCT w."column" FROM {WORDS} w ANTI JOIN {SPELLINGS} k USING ("column", word) WHERE w.word <> \'\''
    ).fetchall()
    for column in sorted(text(row[0]) for row in found):
        known = [w for w in layout.words[column] if w]
        values = Values()
        name = values.add(column)
        add_words(
            connection,
            values,
            Words(
                rule="QR-COD-01",
                column=column,
                on=(column,),
                distinct=f'SELECT word AS {quoted(column)}, n FROM {WORDS} WHERE "column" = {name}',
                wrong=f"{quoted(column)} <> '' AND {quoted(column)} NOT IN "
                f'(SELECT word FROM {SPELLINGS} WHERE "column" = {name})',
                expected=values.add(_listed(known, layout, column)),
                says="is not in its code list",
                hint=lambda pair, column=column, known=known: nearest(pair[column], known),  # type: ignore[misc]
            ),
        )


def _listed(known: Sequence[str], layout: Layout, column: str) -> str:
    if len(known) <= SHORT:
        return "one of " + ", ".join(known)
    enumeration = layout.columns[column].representation.enumeration
    return f"one of the {len(known)} codes of {enumeration.reference if enumeration else 'its list'}"


def check_periods(connection: Connection, layout: Layout) -> None:
    """QR-FMT-01: the period is written as its frequency asks, and exists in the calendar."""
    time = layout.structure.time
    if time is None:
        return
    period, frequency = quoted(time.column), layout.column("FREQ")
    values = Values()
    cases, expected = _cases(values, period, quoted(frequency)) if frequency else ("FALSE", "''")
    pattern = values.add("|".join(PATTERNS.values()))
    forms = values.add("a period such as " + ", ".join(EXAMPLES.values()))
    other = f"NOT regexp_full_match({period}, {pattern})"
    wrong = f"CASE {cases} ELSE {other} END" if frequency else other
    unreal = values.among(period, _unreal(connection, time.column))
    add_words(
        connection,
        values,
        Words(
            rule="QR-FMT-01",
            column=time.column,
            on=(frequency, time.column) if frequency else (time.column,),
            distinct=distinct_of([frequency, time.column] if frequency else [time.column]),
            wrong=f"{period} <> '' AND ({wrong} OR {unreal})",
            expected=f"CASE {expected} ELSE {forms} END" if frequency else forms,
            says="is not a period of its frequency",
            hint=lambda pair: suggested(pair.get(frequency, ""), pair[time.column]),
        ),
    )


def _cases(values: Values, period: str, frequency: str) -> tuple[str, str]:
    """SQL cases by frequency: is it badly written; how it is written."""
    wrong, expected = [], []
    for code, pattern in PATTERNS.items():
        when = f"WHEN {frequency} = {values.add(code)} THEN"
        wrong.append(f"{when} NOT regexp_full_match({period}, {values.add(pattern)})")
        expected.append(f"{when} {values.add(f'frequency {code}: a period such as {EXAMPLES[code]}')}")
    return " ".join(wrong), " ".join(expected)


def _unreal(connection: Connection, column: str) -> list[str]:
    """Well-written days, weeks and years that no calendar has: 2023-02-30, 2023-W53, 0000."""
    values = Values()
    written = values.add("|".join([PATTERNS["D"], PATTERNS["W"], "0000.*"]))
    found = values.run(
        connection,
        f"SELECT DISTINCT {quoted(column)} FROM {STAGED} WHERE regexp_full_match({quoted(column)}, {written})",
    )
    return sorted(word for row in found if not _exists(word := text(row[0])))


def _exists(period: str) -> bool:
    try:
        span(period)
    except BadQuery:
        return False
    return True


def suggested(frequency: str, found: str) -> tuple[str, ...]:
    """A well-written period of that frequency with the numbers of what was found: 07/2023 → 2023-07."""
    numbers = re.findall(r"\d+", found)
    year = next((n for n in numbers if len(n) == 4), "")
    rest = [n for n in numbers if len(n) <= 2]
    form = {"A": "{y}", "M": "{y}-{n:02d}", "Q": "{y}-Q{n}", "S": "{y}-S{n}", "T": "{y}-T{n}", "W": "{y}-W{n:02d}"}
    if not year or frequency not in form or (frequency != "A" and not rest):
        return ()
    word = form[frequency].format(y=year, n=int(rest[0]) if rest else 0)
    return (word,) if re.fullmatch(PATTERNS[frequency], word) and word != found else ()


def check_units(connection: Connection, layout: Layout) -> None:
    """QR-UNI-02: the unit is the one that the indicator's code declares. Unknown codes are another check's matter."""
    indicator, unit = layout.column("INDICATEUR"), layout.column("UNITE")
    if not indicator or not unit or not layout.units:
        return
    wanted = {w: layout.units[c] for w, c in layout.words[indicator].items() if c is not None and c in layout.units}
    fill_table(
        connection,
        "ingest_units",
        pa.table({"word": pa.array(list(wanted), pa.string()), "unit": pa.array(list(wanted.values()), pa.string())}),
    )
    values = Values()
    known = layout.words.get(unit)
    code = unit_code = quoted(unit)
    joined = ""
    if known is not None:
        code = "k.code"
        joined = f'JOIN {SPELLINGS} k ON k."column" = {values.add(unit)} AND k.word = p.{unit_code}'
    add_words(
        connection,
        values,
        Words(
            rule="QR-UNI-02",
            column=unit,
            on=(indicator, unit),
            distinct=f"SELECT p.*, u.unit AS ingest_unit, {code} AS ingest_code FROM ({distinct_of([indicator, unit])}) p "
            f"JOIN ingest_units u ON u.word = p.{quoted(indicator)} {joined}",
            wrong="ingest_code <> ingest_unit",
            expected=f"concat(ingest_unit, ', the unit of ', {quoted(indicator)})",
            says="is not the unit of its indicator",
            hint=lambda pair: (wanted[pair[indicator]],),
        ),
    )


def ambiguous(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    """Columns in which two different words stand for one code: column → word → the word to compare by."""
    rows = connection.execute(
        f'SELECT w."column", w.word, min(w.word) OVER (PARTITION BY w."column", k.code) AS least '
        f'FROM {WORDS} w JOIN {SPELLINGS} k USING ("column", word) QUALIFY least <> w.word'
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for column, word, least in rows:
        found.setdefault(text(column), {})[text(word)] = text(least)
    return found
