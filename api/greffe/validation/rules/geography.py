"""Levels of the internal geography: departments make regions; regions and overseas, and courts, make France.

The tree is the code list of GEO: a department has its region as parent and its court of appeal as annotation RESSORT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import BREAKDOWNS, Facts, literal
from greffe.validation.rule import Query, rule

NEEDS = ("GEO", "NIVEAU_GEO", "TERRITOIRE")


@dataclass(frozen=True)
class Tree:
    """What the list of places says: department → region, and the courts of appeal that cover the departments."""

    regions: dict[str, str]
    courts: frozenset[str]


def tree(facts: Facts) -> Tree:
    """Read the code list of GEO; empty where it says nothing."""
    list_ = facts.codelists.get("GEO")
    items = list_.items if list_ else ()
    courts = {i.id for i in items if not i.parent}
    found = {i.id: (i.parent, i.annotation("RESSORT")) for i in items if i.parent and i.annotation("RESSORT")}
    return Tree({d: region for d, (region, _) in found.items()}, frozenset(c for _, c in found.values() if c in courts))


@rule(
    "QR-SUM-05",
    ERROR,
    "Une région est la somme de ses départements.",
    stages=("internal",),
    needs=NEEDS,
    recipients=("internal",),
)
def departments_make_the_region(facts: Facts) -> Iterator[Query]:
    """A region equals the sum of its departments."""
    regions = tree(facts).regions
    if not regions:
        return
    sizes = {r: sum(1 for x in regions.values() if x == r) for r in set(regions.values())}
    rows = ", ".join(f"({literal(d)}, {literal(r)}, {sizes[r]})" for d, r in sorted(regions.items()))
    rest = ", ".join(quoted(d) for d in facts.others("GEO", "NIVEAU_GEO"))
    shape = ", ".join(quoted(d) for d in facts.others("GEO", "NIVEAU_GEO", "INFRACTION", "NATAFF"))
    table = facts.table
    yield Query(
        f"WITH places(department, region, size) AS (VALUES {rows}), "
        f"parts AS (SELECT region, size, {rest}, TIME_PERIOD, sum(v) AS v_parts, count(v) AS n "
        f"FROM {table} JOIN places ON CAST(GEO AS VARCHAR) = department WHERE NIVEAU_GEO = 'DEP' AND {facts.counted()} "
        f"AND ({shape}) IN (SELECT DISTINCT {shape} FROM {table} WHERE NIVEAU_GEO = 'REG') "
        f"GROUP BY region, size, {rest}, TIME_PERIOD) "
        f"SELECT {', '.join('t.' + quoted(d) for d in facts.dims)}, t.TIME_PERIOD, t.v AS v_total, v_parts, "
        f"CAST(size AS VARCHAR) AS number FROM {table} t JOIN parts p ON CAST(t.GEO AS VARCHAR) = p.region "
        f"AND {_same(facts.others('GEO', 'NIVEAU_GEO'))} "
        "WHERE t.NIVEAU_GEO = 'REG' AND n = size AND t.v <> v_parts",
        "The region has {total}, its {number} departments make {parts}.",
        "La région compte {total}, ses {number} départements font {parts}.",
    )


@rule(
    "QR-SUM-06",
    ERROR,
    "La France est la somme des régions et, dans le champ fr_all, des collectivités d’outre-mer.",
    stages=("internal",),
    needs=NEEDS,
    recipients=("internal",),
)
def regions_make_france(facts: Facts) -> Iterator[Query]:
    """France equals the sum of the regions and, in the field fr_all, of the collectivities overseas."""
    regions = len(set(tree(facts).regions.values()))
    if not regions:
        return
    yield _france(
        facts,
        "'REG', 'COM'",
        f"n_regions = {regions} AND (TERRITOIRE = 'fr_met_drom' AND n_overseas = 0 OR TERRITOIRE = 'fr_all' AND "
        "n_overseas > 0)",
        "France has {total}, the regions and collectivities overseas make {parts}.",
        "La France compte {total}, les régions et collectivités d’outre-mer font {parts}.",
    )


@rule(
    "QR-SUM-08",
    ERROR,
    "La France est la somme des cours d’appel.",
    stages=("internal",),
    needs=NEEDS,
    recipients=("internal",),
)
def courts_make_france(facts: Facts) -> Iterator[Query]:
    """France equals the sum of the courts of appeal."""
    courts = len(tree(facts).courts)
    if not courts:
        return
    yield _france(
        facts,
        "'CA'",
        f"(TERRITOIRE = 'fr_met_drom' AND n_parts = {courts} OR TERRITOIRE = 'fr_all' AND n_parts > {courts})",
        "France has {total}, its {number} courts of appeal make {parts}.",
        "La France compte {total}, ses {number} cours d’appel font {parts}.",
    )


def _france(facts: Facts, levels: str, complete: str, en: str, fr: str) -> Query:
    """National rows against the sum of a level. A breakdown that does not apply (`_Z`) at one level stands as its total
    at the other, so both are read as `T`."""
    rest = facts.others("GEO", "NIVEAU_GEO")
    as_total = [
        f"CASE WHEN {quoted(d)} = '_Z' THEN 'T' ELSE CAST({quoted(d)} AS VARCHAR) END AS {quoted(d)}"
        if d in BREAKDOWNS
        else quoted(d)
        for d in rest
    ]
    columns = ", ".join(quoted(d) for d in rest)
    keys = ", ".join({"GEO": "'FR' AS GEO", "NIVEAU_GEO": "'FR' AS NIVEAU_GEO"}.get(d, quoted(d)) for d in facts.dims)
    part = "NIVEAU_GEO <> 'FR'"
    return Query(
        f"WITH levels AS (SELECT {', '.join(as_total)}, TIME_PERIOD, NIVEAU_GEO, GEO, v FROM {facts.table} "
        f"WHERE NIVEAU_GEO IN ('FR', {levels}) AND {facts.counted()}), "
        f"sums AS (SELECT {columns}, TIME_PERIOD, max(v) FILTER (WHERE NIVEAU_GEO = 'FR') AS v_total, "
        f"count(*) FILTER (WHERE NIVEAU_GEO = 'FR') AS n_total, sum(v) FILTER (WHERE {part}) AS v_parts, "
        f"count(v) FILTER (WHERE {part}) AS n_parts, count(*) FILTER (WHERE {part}) AS n_rows, "
        f"count(DISTINCT GEO) FILTER (WHERE {part}) AS n_places, "
        f"count(*) FILTER (WHERE NIVEAU_GEO = 'REG') AS n_regions, count(*) FILTER (WHERE NIVEAU_GEO = 'COM') AS n_overseas "
        f"FROM levels GROUP BY {columns}, TIME_PERIOD) "
        f"SELECT {keys}, TIME_PERIOD, v_total, v_parts, CAST(n_parts AS VARCHAR) AS number FROM sums "
        f"WHERE n_total = 1 AND n_parts = n_rows AND n_parts = n_places AND v_total <> v_parts AND {complete}",
        en,
        fr,
    )


def _same(dims: tuple[str, ...]) -> str:
    return " AND ".join(f"t.{quoted(d)} = p.{quoted(d)}" for d in (*dims, "TIME_PERIOD"))
