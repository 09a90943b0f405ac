"""What a question found of the very same columns before: a changed map is judged by the questions that read what changed.

The name of an answer is a digest of the question (its SQL and its words) and of every column it names, key columns always
among them. Equal names, equal answers: nothing has to be known of how a dataset was made.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Protocol

from greffe.engine import Connection, quoted
from greffe.model.findings import Finding
from greffe.validation.facts import FEW, Facts
from greffe.validation.rule import Query, Rule

WORD = re.compile(r"[a-z_][a-z_0-9]*")
WHOLE_ROWS = re.compile(r"SELECT\s+(DISTINCT\s+)?\*|\w\.\*|\bNATURAL\b", re.IGNORECASE)


class Answers(Protocol):
    """Findings by the name of their question. `others`: what identifies the content of the tables that a question may read
    beside the dataset (population, release before), by the name of the table."""

    @property
    def others(self) -> Mapping[str, str]:
        """Identities by table."""

    def found(self, name: str) -> tuple[Finding, ...] | None:
        """What is kept under that name, None when nothing is."""

    def keep(self, name: str, findings: tuple[Finding, ...]) -> None:
        """Keep them."""


def digests(connection: Connection, facts: Facts) -> Mapping[str, str]:
    """sha256 of each column of the facts, in the order of the keys; empty where rows are many or a key is not filled."""
    keys = [*facts.dims, "TIME_PERIOD"]
    order = ", ".join(quoted(k) for k in keys)
    cursor = connection.execute(f"SELECT * FROM {facts.table} ORDER BY {order} LIMIT {FEW + 1}")
    names = [str(column[0]) for column in cursor.description or ()]
    rows = cursor.fetchall()
    if len(rows) > FEW:
        return {}
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return {n: hashlib.sha256(repr(c).encode()).hexdigest() for n, c in zip(names, columns, strict=True)}


def name_of(facts: Facts, rule: Rule, query: Query, columns: Mapping[str, str], others: Mapping[str, str]) -> str:
    """The name of an answer; '' for a question that must be asked: of a table whose content is not known."""
    words = set(WORD.findall(query.sql.lower()))  # wherever they stand: more is named than read, never less
    beside = [t for t in (facts.population, facts.previous) if t and t.lower() in words]
    if not columns or any(t not in others for t in beside):
        return ""
    whole = WHOLE_ROWS.search(query.sql) is not None
    always = {*facts.dims, "TIME_PERIOD", *(n for n in columns if not WORD.fullmatch(n.lower()))}
    read = {n: d for n, d in columns.items() if whole or n in always or n.lower() in words}
    told = [
        rule.id,
        rule.name,
        rule.severity,
        rule.said(facts.thresholds),
        query.sql,
        query.en,
        query.fr,
        facts.dims,
        facts.decimals,
    ]
    document = json.dumps([told, sorted(read.items()), [(t, others[t]) for t in beside]], default=dict)
    return hashlib.sha256(document.encode()).hexdigest()
