"""Run every rule that applies to a dataset, one after the other, and return what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Context as Exactly
from decimal import Decimal
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, Overflow
from greffe.model.allowed import restricting
from greffe.model.findings import ERROR, Finding
from greffe.model.numbers import plain
from greffe.validation import rules as registering
from greffe.validation.facts import Facts, prepared
from greffe.validation.kept import Answers, digests, name_of
from greffe.validation.rule import REGISTERED, Context, Query, Rule

__all__ = ["RULES", "Context", "Rule", "differing", "run"]

EXACT: Final = Exactly(prec=60)
MOST: Final = 10_000  # findings that are listed per question; the rest is counted
# Importing the package of rules has registered them.
RULES: Final[tuple[Rule, ...]] = tuple(sorted(REGISTERED, key=lambda r: (r.id, r.name))) if registering else ()


def run(
    connection: Connection, context: Context, rules: Sequence[Rule] = RULES, kept: Answers | None = None
) -> tuple[Finding, ...]:
    """Findings of every rule that applies, in the order of `rules`, then of keys and periods.

    Bounded: at most MOST findings per question, then one that says how many more there are. Never raises on data: a
    number that exact arithmetic cannot hold is a finding. `kept`: what was found of the same columns before is not asked
    again (validation.kept).
    """
    chosen = [r for r in rules if r.applies(context)]
    try:
        with prepared(connection, _facts(context), context.table) as facts:
            columns = digests(connection, facts) if kept is not None else {}
            return tuple(f for r in chosen for f in _found(connection, facts, r, kept, columns))
    except Overflow as error:
        return (_beyond(context.table, error),)


def differing(before: Context, after: Context, rules: Sequence[Rule] = RULES) -> tuple[Rule, ...]:
    """The rules that apply to `after` and ask something else there: a threshold is another one."""
    then, now = _facts(before), _facts(after)
    return tuple(r for r in rules if r.applies(after) and tuple(r.check(then)) != tuple(r.check(now)))


def _facts(context: Context) -> Facts:
    catalogue, flow, structure = context.catalogue, context.dataflow, context.structure
    return Facts(
        structure=structure,
        codelists=catalogue.codelists(structure),
        allowed=restricting(catalogue.constraints(flow)),
        annotations={a.type: a.title for a in (*structure.annotations, *flow.annotations)},
        stage=context.stage,
        population=context.population,
        previous=context.previous,
        thresholds=catalogue.policies.limits,
        breaks=tuple(b for b in catalogue.policies.breaks if b.flow == flow.reference.id),
        apart=context.apart,
    )


def _found(
    connection: Connection, facts: Facts, rule: Rule, kept: Answers | None, columns: Mapping[str, str]
) -> Iterator[Finding]:
    for query in rule.check(facts):
        name = name_of(facts, rule, query, columns, kept.others) if kept is not None else ""
        found = kept.found(name) if kept is not None and name else None
        try:
            if found is None:
                found = tuple(_answers(connection, facts, rule, query))
                if kept is not None and name:
                    kept.keep(name, found)
            yield from found
        except Overflow as error:
            yield _beyond(rule.id, error)
    if rule.examine is not None:
        yield from rule.examine(connection, facts)


def _answers(connection: Connection, facts: Facts, rule: Rule, query: Query) -> Iterator[Finding]:
    # Most questions find nothing or little: to have the engine sort it costs a quarter of all that they cost.
    cursor = connection.execute(f"SELECT * FROM ({query.sql}) LIMIT {MOST + 1}")
    names = [text(column[0]) for column in cursor.description or ()]
    rows = cursor.fetchall()
    if len(rows) > MOST:
        rows = connection.execute(f"SELECT * FROM ({query.sql}) ORDER BY ALL LIMIT {MOST + 1}").fetchall()
    for row in sorted(rows[:MOST], key=_place):
        yield _finding(facts, rule, query, dict(zip(names, row, strict=True)))
    if len(rows) > MOST:
        sentences = rule.said(facts.thresholds)
        counted = connection.execute(f"SELECT count(*) FROM ({query.sql})").fetchone()
        found = integer(counted[0]) if counted else len(rows)
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            key={},
            period="",
            messages={
                "en": f"{found - MOST} more like the {MOST} that are listed: {sentences['en']}",
                "fr": f"{found - MOST} de plus que les {MOST} listés : {sentences['fr']}",
            },
            values={"found": str(found), "listed": str(MOST)},
        )


def _place(row: Sequence[object]) -> tuple[tuple[bool, object], ...]:
    """What puts rows of one question in the order of the engine's ORDER BY ALL: column by column, texts by code point (so are
    the enumerations of `facts`), what is missing last."""
    return tuple((cell is None, "" if cell is None else cell) for cell in row)


def _finding(facts: Facts, rule: Rule, query: Query, row: Mapping[str, object]) -> Finding:
    key = {name: text(row[name]) for name in facts.dims if name in row}
    shown = {
        _short(n): _shown(n, cell, facts.decimals) for n, cell in row.items() if n not in key and n != "TIME_PERIOD"
    }
    numbers = {_short(n) for n in row if n[:2] in ("v_", "r_")}
    french = {n: s.replace(".", ",") if n in numbers else s for n, s in shown.items()}
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        key=key,
        period=text(row.get("TIME_PERIOD")),
        messages={"en": query.en.format_map(shown), "fr": query.fr.format_map(french)},
        values={n: s for n, s in shown.items() if s and n[:3] not in ("en_", "fr_")},
    )


def _short(name: str) -> str:
    return name[2:] if name[:2] in ("v_", "r_") else name


def _shown(name: str, cell: object, decimals: int) -> str:
    """A value as text: without zeros at its end, but `r_` with two decimals at least; anything else as it is."""
    if cell is None or name[:2] not in ("v_", "r_"):
        return text(cell)
    number = EXACT.scaleb(Decimal(integer(cell)), -decimals)
    shown = plain(number)
    if name[:2] == "r_" and decimals >= 2 and len(shown.partition(".")[2]) < 2:
        return f"{number:.2f}"
    return shown


def _beyond(what: str, error: Exception) -> Finding:
    return Finding(
        rule=what if what.startswith("QR-") else "QR-FMT-02",
        severity=ERROR,
        key={},
        period="",
        messages={
            "en": f"A number is too large to be checked exactly: {error}",
            "fr": f"Un nombre est trop grand pour être vérifié exactement : {error}",
        },
    )
