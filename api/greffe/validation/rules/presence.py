"""Cells that should be there."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import BREAKDOWNS, Facts
from greffe.validation.rule import Query, rule


@rule(
    "QR-MAN-01",
    ERROR,
    "Une cellule nationale que son tableau contient toutes les autres années est présente.",
    stages=("internal",),
    needs=("NIVEAU_GEO", "FREQ", "TERRITOIRE"),
)
def no_national_cell_is_missing(facts: Facts) -> Iterator[Query]:
    """A national cell that its table holds in every other year is there.

    What is mandatory is read from the extract itself: a table is an indicator, a frequency, a field and the
    breakdowns that apply; a cell is missing where it stands in all other periods of its table (at least 3), or
    in both the period before and the period after.
    """
    dims = [quoted(d) for d in facts.others("NIVEAU_GEO", "GEO")]
    series = ", ".join(dims)
    kinds = ", ".join(
        f"{quoted(d)} = '_Z'" if d in BREAKDOWNS else f"CAST({quoted(d)} AS VARCHAR)"
        for d in facts.others("NIVEAU_GEO", "GEO")
    )
    keys = ", ".join({"GEO": "'FR' AS GEO", "NIVEAU_GEO": "'FR' AS NIVEAU_GEO"}.get(d, quoted(d)) for d in facts.dims)
    yield Query(
        f"WITH cells AS (SELECT {series}, TIME_PERIOD, hash({kinds}) AS shape FROM {facts.table} "
        "WHERE NIVEAU_GEO = 'FR' AND TERRITOIRE <> 'none'), "
        "periods AS (SELECT shape, TIME_PERIOD, row_number() OVER (PARTITION BY shape ORDER BY TIME_PERIOD) AS place, "
        "count(*) OVER (PARTITION BY shape) AS periods FROM (SELECT DISTINCT shape, TIME_PERIOD FROM cells)), "
        f"there AS (SELECT {series}, shape, place, periods, count(*) OVER (PARTITION BY {series}, shape) AS present, "
        f"lead(place) OVER (PARTITION BY {series}, shape ORDER BY place) AS following, "
        f"min(place) OVER (PARTITION BY {series}, shape) AS first, max(place) OVER (PARTITION BY {series}, shape) AS last "
        "FROM cells JOIN periods USING (shape, TIME_PERIOD)), "
        f"holes AS (SELECT {series}, shape, place + 1 AS place FROM there WHERE following = place + 2 "
        f"UNION SELECT {series}, shape, CASE WHEN first > 1 THEN 1 ELSE periods END FROM there "
        "WHERE present = periods - 1 AND present >= 3 AND (first > 1 OR last < periods)) "
        f"SELECT {keys}, TIME_PERIOD FROM holes JOIN periods USING (shape, place)",
        "The cell is absent, though its table holds it in the other periods.",
        "La cellule manque, alors que son tableau la contient aux autres périodes.",
    )
