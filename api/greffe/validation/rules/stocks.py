"""Pending cases follow from the flows: pending at the end = pending at the start + new - resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts, literal, literals
from greffe.validation.measures import EXACT_STOCKS, HARMONISED_STOCKS, Stock
from greffe.validation.rule import OUTSIDE, Query, rule
from greffe.validation.sql import above

EN = "Pending {pending}, but {before} a year before, {new} new and {resolved} resolved make {expected}."
FR = "{pending} affaires en cours, mais {before} un an avant, {new} nouvelles et {resolved} terminées font {expected}."


@rule(
    "QR-ACC-01",
    ERROR,
    "Les affaires en cours sont celles d’un an avant, plus les nouvelles, moins les terminées (sauf tribunaux "
    "judiciaires, QR-ACC-04).",
    stages=("internal",),
    needs=("INDICATEUR", "FREQ"),
    recipients=("internal", "CEPEJ", "ESTAT"),
)
def stock_follows_from_flows(facts: Facts) -> Iterator[Query]:
    """Pending cases equal those of a year before, plus new, minus resolved (all courts but the judicial ones,
    QR-ACC-04).
    """
    yield Query(_internal(facts, EXACT_STOCKS, "v_pending <> v_expected"), EN, FR)


@rule(
    "QR-ACC-04",
    WARNING,
    "Les affaires en cours des tribunaux judiciaires suivent des flux à {share} % près.",
    stages=("internal",),
    needs=("INDICATEUR", "FREQ"),
    recipients=("internal", "CEPEJ", "ESTAT"),
)
def judicial_stock_follows_within_one_percent(facts: Facts) -> Iterator[Query]:
    """Pending cases of the judicial courts follow from the flows within {share} percent."""
    broken = above("abs(v_pending - v_expected)", facts.share("QR-ACC-04", "share"), "v_pending")
    yield Query(_internal(facts, HARMONISED_STOCKS, broken), EN, FR)


def _internal(facts: Facts, stocks: Sequence[Stock], broken: str) -> str:
    roles = ", ".join(
        f"({literal(name)}, {literal(s.pending)}, '{role}')"
        for s in stocks
        for role, name in (("new", s.new), ("resolved", s.resolved), ("pending", s.pending))
    )
    rest = facts.others("INDICATEUR")
    columns = ", ".join(quoted(d) for d in rest)
    same = " AND ".join(f"n.{quoted(d)} = b.{quoted(d)}" for d in rest)
    keys = ", ".join("n.stock AS INDICATEUR" if d == "INDICATEUR" else f"n.{quoted(d)}" for d in facts.dims)
    return (
        f"WITH roles(indicator, stock, role) AS (VALUES {roles}), "
        f"years AS MATERIALIZED (SELECT stock, {columns}, year, max(v) FILTER (WHERE role = 'new') AS v_new, "
        "max(v) FILTER (WHERE role = 'resolved') AS v_resolved, max(v) FILTER (WHERE role = 'pending') AS v_pending "
        f"FROM {facts.table} JOIN roles ON CAST(INDICATEUR AS VARCHAR) = indicator WHERE FREQ = 'A' "
        f"GROUP BY stock, {columns}, year), "
        f"linked AS (SELECT {keys}, CAST(n.year AS VARCHAR) AS TIME_PERIOD, n.v_pending, b.v_pending AS v_before, n.v_new, "
        "n.v_resolved, b.v_pending + n.v_new - n.v_resolved AS v_expected "
        f"FROM years n JOIN years b ON n.stock = b.stock AND {same} AND n.year = b.year + 1) "
        f"SELECT * FROM linked WHERE {broken}"
    )


@rule(
    "QR-ACC-02",
    WARNING,
    "Les affaires en cours au début sont celles de la fin de l’année précédente.",
    stages=OUTSIDE,
    level=2,
    needs=("CASE_STATUS",),
    recipients=("CEPEJ",),
)
def start_equals_end_of_the_year_before(facts: Facts) -> Iterator[Query]:
    """Pending at the start equals pending at the end of the year before."""
    rest = facts.others("CASE_STATUS")
    same = " AND ".join(f"s.{quoted(d)} = e.{quoted(d)}" for d in rest)
    keys = ", ".join(f"s.{quoted(d)}" for d in facts.dims)
    yield Query(
        f"SELECT {keys}, s.TIME_PERIOD, s.v AS v_start, e.v AS v_end FROM {facts.table} s JOIN {facts.table} e "
        f"ON {same} AND s.year = e.year + 1 AND s.rest = e.rest "
        "WHERE s.CASE_STATUS = 'P0' AND e.CASE_STATUS = 'P1' AND s.v <> e.v",
        "Pending on 1 January {start}, but {end} on 31 December of the year before.",
        "{start} affaires en cours au 1er janvier, mais {end} au 31 décembre précédent.",
    )


@rule(
    "QR-ACC-04",
    WARNING,
    "Les affaires en cours de la question 91 de la CEPEJ suivent des flux à {share} % près.",
    stages=OUTSIDE,
    needs=("CASE_STATUS",),
    recipients=("internal", "CEPEJ", "ESTAT"),
)
def answers_follow_within_one_percent(facts: Facts) -> Iterator[Query]:
    """Pending cases of CEPEJ question 91 follow from the flows within {share} percent."""
    expected = "v_before + v_new - v_resolved"
    broken = above(f"abs(v_pending - ({expected}))", facts.share("QR-ACC-04", "share"), "v_pending")
    columns = f"v_pending, v_before, v_new, v_resolved, {expected} AS v_expected"
    yield Query(pivoted(facts, "CASE_STATUS", STATES, "P1", columns, broken), EN, FR)


MOVEMENTS = ("PRI_DETENUS", "PRI_ENTREES", "PRI_SORTIES")


@rule(
    "QR-ACC-03",
    WARNING,
    "D’un 1er janvier au suivant, les détenus varient des entrées moins les sorties, à {share} % près.",
    stages=("internal",),
    level=2,
    needs=("INDICATEUR", "FREQ"),
    recipients=("internal",),
)
def prison_stock_follows_from_movements(facts: Facts) -> Iterator[Query]:
    """From one 1 January to the next, detainees change by entries minus exits, within {share} percent.

    Of rows that are whole but for the place: entries and exits are cut by other things than the stock.
    """
    place = [d for d in facts.dims if d in ("TERRITOIRE", "NIVEAU_GEO", "GEO")]
    rest = facts.others("INDICATEUR", "FREQ", *place)
    whole = " AND ".join(f"{quoted(d)} IN ('T', '_Z')" for d in rest) or "TRUE"
    at = ", ".join(quoted(d) for d in (*place, "year"))
    values = ", ".join(
        f"max(v) FILTER (WHERE INDICATEUR = {literal(i)}) AS {name}"
        for name, i in zip(("v_stock", "v_entries", "v_exits"), MOVEMENTS, strict=True)
    )
    keys = {"INDICATEUR": "'PRI_DETENUS' AS INDICATEUR", "FREQ": "'A' AS FREQ"}
    keys |= {d: f"a.{quoted(d)}" for d in place} | {d: f"'_Z' AS {quoted(d)}" for d in rest}
    same = " AND ".join(f"a.{quoted(d)} = b.{quoted(d)}" for d in place) or "TRUE"
    expected = "b.v_stock + b.v_entries - b.v_exits"
    yield Query(
        f"WITH years AS (SELECT {at}, {values} FROM {facts.table} WHERE FREQ = 'A' "
        f"AND INDICATEUR IN ({literals(MOVEMENTS)}) AND {whole} GROUP BY {at}) "
        f"SELECT {', '.join(keys[d] for d in facts.dims)}, CAST(a.year AS VARCHAR) AS TIME_PERIOD, a.v_stock, "
        f"b.v_stock AS v_before, b.v_entries, b.v_exits, {expected} AS v_expected FROM years a JOIN years b "
        f"ON {same} AND a.year = b.year + 1 "
        f"WHERE {above(f'abs(a.v_stock - ({expected}))', facts.share('QR-ACC-03', 'share'), 'a.v_stock')}",
        "{stock} detainees, but {before} a year before, {entries} entries and {exits} exits make {expected}.",
        "{stock} détenus, mais {before} un an avant, {entries} entrées et {exits} sorties font {expected}.",
    )


STATES = {"v_before": "P0", "v_new": "IN", "v_resolved": "RES", "v_pending": "P1"}


def pivoted(
    facts: Facts, component: str, states: dict[str, str], shown: str, columns: str, where: str, rows: str = ""
) -> str:
    """One row per key without `component`, its codes side by side as columns; `shown` is its code in the key; `rows`: a
    table expression, instead of all facts."""
    rest = ", ".join(quoted(d) for d in facts.others(component))
    keys = ", ".join(f"{literal(shown)} AS {quoted(d)}" if d == component else quoted(d) for d in facts.dims)
    values = ", ".join(
        f"max(v) FILTER (WHERE {quoted(component)} = {literal(code)}) AS {name}" for name, code in states.items()
    )
    return (
        f"SELECT {keys}, TIME_PERIOD, {columns} FROM (SELECT {rest}, TIME_PERIOD, {values} FROM {rows or facts.table} "
        f"WHERE {quoted(component)} IN ({literals(tuple(states.values()))}) GROUP BY {rest}, TIME_PERIOD) WHERE {where}"
    )
