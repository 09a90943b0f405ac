"""Keys that cannot be written become findings with both inputs and leave the mapped table (SM-21, QR-TYP-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, quoted
from greffe.mapping.group import AMBIGUOUS, TERRITORIES, TOO_FINE, Grouped
from greffe.mapping.relation import Cells, relation
from greffe.mapping.resolve import TIME, Resolved
from greffe.mapping.sql import Parameters
from greffe.model.findings import ERROR, WARNING, Finding

MOST: Final = 1_000  # findings of one cause that are told one by one; a last one counts the others
RULES: Final[Mapping[str, str]] = {AMBIGUOUS: "SM-21", TERRITORIES: "QR-TYP-02", TOO_FINE: "QR-FMT-10"}
_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    AMBIGUOUS: (
        "{n} source rows lead to this key and no aggregate declares their sum: nothing is written.",
        "{n} lignes sources aboutissent à cette clé sans somme déclarée : rien n'est écrit.",
    ),
    TERRITORIES: (
        "{n} source rows of different territorial fields would be added up: nothing is written.",
        "{n} lignes sources de champs territoriaux différents seraient additionnées : rien n'est écrit.",
    ),
    TOO_FINE: (
        "The value has more decimals than the structure holds ({decimals}): nothing is written.",
        "La valeur a plus de décimales que n'en porte la structure ({decimals}) : rien n'est écrit.",
    ),
}


def finding(
    rule: str,
    severity: str,
    key: Mapping[str, str],
    english: str,
    french: str,
    values: Mapping[str, str] | None = None,
    where: str = "",
) -> Finding:
    """A finding on a key that holds its TIME_PERIOD."""
    series = {c: code for c, code in key.items() if c != TIME}
    return Finding(rule, severity, series, key.get(TIME, ""), {"en": english, "fr": french}, values or {}, where)


def more(rule: str, severity: str, left: int) -> Finding:
    """The last finding of a cause: how many others there are."""
    return finding(rule, severity, {}, f"{left} more of the same cause.", f"{left} autres constats de même cause.")


def judge(connection: Connection, resolved: Resolved, grouped: Grouped, only: Cells) -> tuple[Finding, ...]:
    """Findings on the keys that cannot be written, which are deleted, and on attributes that were left out."""
    found = connection.execute(
        f"SELECT fault, count(*) FROM {quoted(grouped.table)} WHERE fault <> '' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    findings: list[Finding] = []
    for fault, count in found:
        findings += _faults(connection, resolved, grouped, only, text(fault))
        if integer(count) > MOST:
            findings.append(more(RULES[text(fault)], ERROR, integer(count) - MOST))
    if found:
        connection.execute(f"DELETE FROM {quoted(grouped.table)} WHERE fault <> ''")
    return (*findings, *_differing(connection, grouped))


def _faults(connection: Connection, resolved: Resolved, grouped: Grouped, only: Cells, fault: str) -> list[Finding]:
    """The first keys with a fault, each with its number of parts and its first two source rows."""
    parameters = Parameters()
    rows = relation(resolved, parameters, only)
    keys = grouped.keys
    named = ", ".join(quoted(k) for k in keys)
    bad = (
        f"SELECT {named}, parts FROM {quoted(grouped.table)} WHERE fault = {parameters.add(fault)} "
        f"ORDER BY {named} LIMIT {MOST}"
    )
    same = " AND ".join(f"bad.{quoted(k)} = r.{quoted(k)}" for k in keys)
    targets = ", ".join(f"{rows.target(k)} AS {quoted(k)}" for k in keys)
    of_key = ", ".join(f"bad.{quoted(k)}" for k in keys)
    inputs = connection.execute(
        f"SELECT {of_key}, bad.parts, r.extract, r.row, r.OBS_TEXT FROM ({bad}) bad "
        f"JOIN (SELECT {targets}, s.extract, s.row, s.OBS_TEXT {rows.body}) r ON {same} "
        f"QUALIFY row_number() OVER (PARTITION BY {of_key} ORDER BY r.extract, r.row) <= 2 "
        f"ORDER BY {of_key}, r.extract, r.row",
        parameters.values,
    ).fetchall()
    return _told(keys, fault, inputs, resolved.plan.target.decimals)


def _told(keys: Sequence[str], fault: str, inputs: Sequence[Sequence[object]], decimals: int) -> list[Finding]:
    by_key: dict[tuple[str, ...], list[Sequence[object]]] = {}
    for row in inputs:
        by_key.setdefault(tuple(text(c) for c in row[: len(keys)]), []).append(row[len(keys) :])
    findings = []
    for codes, parts in by_key.items():
        english, french = (m.format(n=text(parts[0][0]), decimals=decimals) for m in _MESSAGES[fault])
        values: dict[str, str] = {}
        for number, part in enumerate(parts, 1):
            values |= {f"row_{number}": f"{text(part[1])}, row {text(part[2])}", f"value_{number}": text(part[3])}
        where = f"{text(parts[0][1])}, row {text(parts[0][2])}"
        key = dict(zip(keys, codes, strict=True))
        findings.append(finding(RULES[fault], ERROR, key, english, french, values, where))
    return findings


def _differing(connection: Connection, grouped: Grouped) -> list[Finding]:
    named = ", ".join(quoted(k) for k in grouped.keys)
    rows = connection.execute(
        f"SELECT {named}, differing FROM {quoted(grouped.table)} "
        f"WHERE differing <> '' ORDER BY {named} LIMIT {MOST + 1}"
    ).fetchall()
    findings = []
    for row in rows[:MOST]:
        key = dict(zip(grouped.keys, (text(c) for c in row[:-1]), strict=True))
        english = f"The parts of this sum differ in {text(row[-1])}, which is left out."
        french = f"Les éléments de cette somme diffèrent par {text(row[-1])}, qui n'est pas repris."
        findings.append(finding("SM-22", WARNING, key, english, french))
    if len(rows) > MOST:
        findings.append(finding("SM-22", WARNING, {}, "There are more of the same cause.", "Il y en a d'autres."))
    return findings
