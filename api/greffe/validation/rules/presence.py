"""Cells that should be there."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import BREAKDOWNS, Facts
from greffe.validation.rule import OUTSIDE, Query, rule
from greffe.validation.sql import at_least


@rule(
    "QR-MAN-01",
    ERROR,
    "Une cellule nationale que son tableau contient les autres années (au moins {periods} périodes) est présente.",
    stages=("internal",),
    needs=("NIVEAU_GEO", "FREQ", "TERRITOIRE"),
)
def no_national_cell_is_missing(facts: Facts) -> Iterator[Query]:
    """A national cell that its table holds in the other years (of at least {periods} periods) is there.

    What is mandatory is read from the extract itself: a table is an indicator, a frequency, a field and the breakdowns
    that apply, over the years (the same month or quarter of each). A cell is missing where the year before and the
    year after have it, or where only the last year lacks it, of enough: a series may start late.
    """
    dims = [quoted(d) for d in facts.others("NIVEAU_GEO", "GEO")]
    series = ", ".join(dims)
    kinds = ", ".join(
        f"{quoted(d)} = '_Z'" if d in BREAKDOWNS else f"CAST({quoted(d)} AS VARCHAR)"
        for d in facts.others("NIVEAU_GEO", "GEO")
    )
    keys = ", ".join({"GEO": "'FR' AS GEO", "NIVEAU_GEO": "'FR' AS NIVEAU_GEO"}.get(d, quoted(d)) for d in facts.dims)
    yield Query(
        f"WITH cells AS (SELECT {series}, TIME_PERIOD, hash({kinds}, rest) AS shape FROM {facts.table} "
        "WHERE NIVEAU_GEO = 'FR' AND TERRITOIRE <> 'none'), "
        "periods AS (SELECT shape, TIME_PERIOD, row_number() OVER (PARTITION BY shape ORDER BY TIME_PERIOD) AS place, "
        "count(*) OVER (PARTITION BY shape) AS periods FROM (SELECT DISTINCT shape, TIME_PERIOD FROM cells)), "
        f"there AS (SELECT {series}, shape, place, periods, count(*) OVER (PARTITION BY {series}, shape) AS present, "
        f"lead(place) OVER (PARTITION BY {series}, shape ORDER BY place) AS following, "
        f"max(place) OVER (PARTITION BY {series}, shape) AS last "
        "FROM cells JOIN periods USING (shape, TIME_PERIOD)), "
        f"holes AS (SELECT {series}, shape, place + 1 AS place FROM there WHERE following = place + 2 "
        f"UNION SELECT {series}, shape, periods FROM there "
        f"WHERE present = periods - 1 AND {at_least('periods', facts.limit('QR-MAN-01', 'periods'))} AND last < periods) "
        f"SELECT {keys}, TIME_PERIOD FROM holes JOIN periods USING (shape, place)",
        "The cell is absent, though its table holds it in the other years.",
        "La cellule manque, alors que son tableau la contient les autres années.",
    )


@rule(
    "QR-MAN-02",
    WARNING,
    "Toute année entre la première et la dernière d’un jeu de données a des observations.",
    stages=OUTSIDE,
    flows=("ESTAT_*", "UNODC_*"),
    recipients=("ESTAT", "UNODC"),
)
def no_year_is_missing(facts: Facts) -> Iterator[Query]:
    """Every year between the first and the last of a dataset has observations."""
    yield Query(
        f"WITH years AS (SELECT DISTINCT year FROM {facts.table} WHERE year IS NOT NULL) "
        "SELECT CAST(wanted AS VARCHAR) AS TIME_PERIOD FROM "
        "(SELECT unnest(range(min(year), max(year))) AS wanted FROM years) WHERE wanted NOT IN (SELECT year FROM years)",
        "No observation of this year.",
        "Aucune observation de cette année.",
    )
