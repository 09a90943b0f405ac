"""Periods of different length: a year and its quarters."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import Facts, literals
from greffe.validation.rule import Query, rule


@rule(
    "QR-SUM-07",
    ERROR,
    "Un flux annuel est la somme de ses quatre trimestres.",
    stages=("internal",),
    needs=("FREQ", "INDICATEUR"),
    recipients=("internal",),
)
def quarters_make_the_year(facts: Facts) -> Iterator[Query]:
    """An annual flow equals the sum of its four quarters.

    Only where the indicator says that periods may be added (ADDITIVE_OVER holds `time`).
    """
    list_ = facts.codelists.get("INDICATEUR")
    flows = [i.id for i in list_.items if "time" in i.annotation("ADDITIVE_OVER").split(";")] if list_ else []
    if not flows:
        return
    rest = ", ".join(quoted(d) for d in facts.others("FREQ"))
    keys = ", ".join("'A' AS FREQ" if d == "FREQ" else quoted(d) for d in facts.dims)
    quarterly = f"SELECT DISTINCT INDICATEUR FROM {facts.table} WHERE FREQ = 'Q'"
    yield Query(
        f"SELECT {keys}, CAST(year AS VARCHAR) AS TIME_PERIOD, v_total, v_parts FROM ("
        f"SELECT {rest}, year, max(v) FILTER (WHERE FREQ = 'A') AS v_total, sum(v) FILTER (WHERE FREQ = 'Q') AS v_parts, "
        f"count(v) FILTER (WHERE FREQ = 'Q') AS n "
        f"FROM {facts.table} WHERE FREQ IN ('A', 'Q') AND INDICATEUR IN ({literals(flows)}) "
        f"AND INDICATEUR IN ({quarterly}) AND {facts.counted()} GROUP BY {rest}, year) "
        "WHERE n = 4 AND v_total <> v_parts",
        "The year has {total}, its quarters make {parts}.",
        "L’année compte {total}, ses trimestres font {parts}.",
    )
