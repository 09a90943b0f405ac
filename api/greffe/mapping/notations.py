"""One period is written in one way: 2022-01 and 2022-M01 in a series are two values for one key (SM-21)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, quoted
from greffe.errors import BadQuery
from greffe.mapping.checks import MOST, finding, more
from greffe.mapping.resolve import TIME
from greffe.mapping.sql import fill_table
from greffe.model.findings import ERROR, Finding
from greffe.model.periods import Span, span

_RULE: Final = "SM-21"


def one_notation(connection: Connection, dimensions: Sequence[str], table: str) -> tuple[Finding, ...]:
    """Findings on the keys of a mapped table that have one period in several notations; none of them is written."""
    periods = [text(p) for (p,) in connection.execute(f"SELECT DISTINCT {TIME} FROM {quoted(table)}").fetchall()]
    several = _several(periods)
    if not several:
        return ()
    name = f"{table}_notations"
    fill_table(connection, name, {"period": list(several), "first": list(several.values())})
    series = [d for d in dimensions if d != TIME]
    named = ", ".join(f"t.{quoted(d)}" for d in series)
    twice = (
        f"SELECT {named}, n.first, list_sort(list(t.{TIME})) AS periods, "
        f"list(coalesce(t.OBS_TEXT, '') ORDER BY t.{TIME}) AS texts FROM {quoted(table)} t "
        f"JOIN {quoted(name)} n ON n.period = t.{TIME} GROUP BY {named}, n.first HAVING count(*) > 1"
    )
    found = connection.execute(f"SELECT * FROM ({twice}) ORDER BY ALL LIMIT {MOST}").fetchall()
    total = connection.execute(f"SELECT count(*) FROM ({twice})").fetchone() or (0,)
    same = " AND ".join(f"t.{quoted(d)} = d.{quoted(d)}" for d in series)
    connection.execute(
        f"DELETE FROM {quoted(table)} t USING ({twice}) d WHERE {same} AND list_contains(d.periods, t.{TIME})"
    )
    connection.execute(f"DROP TABLE {quoted(name)}")
    findings = [_finding(dict(zip(series, map(text, row), strict=False)), row[-2], row[-1]) for row in found]
    left = integer(total[0]) - len(findings)
    return (*findings, more(_RULE, ERROR, left)) if left else tuple(findings)


def _several(periods: Iterable[str]) -> dict[str, str]:
    """Period → the first notation of it, for those that stand in more than one. A moment of a day is no notation of it."""
    days: dict[Span, list[str]] = {}
    for period in sorted(periods):
        try:
            days.setdefault(span(period), []).append(period)
        except BadQuery:
            continue  # a period that is none has a finding of its own
    same = [found for found in days.values() if len([p for p in found if ":" not in p]) > 1]
    return {p: found[0] for found in same for p in found if ":" not in p}


def _finding(key: dict[str, str], periods: object, texts: object) -> Finding:
    names = [text(p) for p in periods] if isinstance(periods, list) else []
    values = [text(v) for v in texts] if isinstance(texts, list) else []
    written = ", ".join(names)
    return finding(
        _RULE, ERROR, {**key, TIME: names[0]},
        f"One period is written in {len(names)} ways, {written}, and each has a value: nothing is written.",
        f"Une même période est écrite de {len(names)} façons, {written}, chacune avec une valeur : rien n'est écrit.",
        dict(zip(names, values, strict=True)),
    )  # fmt: skip
