"""Changes that call for an explanation: year on year, against the median, shares of a total."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import WARNING
from greffe.validation.facts import Facts
from greffe.validation.partitions import Partition, partitions
from greffe.validation.rule import OUTSIDE, STAGES, Query, rule
from greffe.validation.sql import rounded

USUAL_FROM = 8  # past changes from which a series says what is usual for it
LEAST = 10_000  # a change below 10 percent (in thousandths of a percent) is never called unusual
PER_CENT = 1_000


@rule(
    "QR-PLA-01",
    WARNING,
    "Une variation de plus de 25 % sur un an est expliquée (à partir de 100 ; petits effectifs : QR-PLA-05).",
    stages=STAGES,
    level=2,
)
def large_change_is_explained(facts: Facts) -> Iterator[Query]:
    """A change from the year before above 25 percent is explained (from 100 on; smaller counts: QR-PLA-05).

    In an internal extract, of many small cells, the change must also be more than chance explains.
    """
    large = f"p.v >= {100 * facts.scale} AND abs(c.v - p.v) * 4 > p.v"
    if facts.internal:
        large += f" AND {_beyond_chance(facts)}"
    yield _change(facts, large)


@rule(
    "QR-PLA-01",
    WARNING,
    "Une variation éloignée de ce qui est usuel pour la série (3 écarts types robustes, au moins 10 %) est expliquée.",
    stages=STAGES,
    level=2,
)
def unusual_change_is_explained(facts: Facts) -> Iterator[Query]:
    """A change far from what is usual for the series (3 robust standard deviations, at least 10 percent) is
    explained.

    Robust standard deviation: 1.4826 × the median distance from the median change. National series only, inside: the
    median keeps its group in memory. Changes in thousandths of a percent, whole numbers.
    """
    keys = ", ".join(quoted(d) for d in facts.dims)
    national = "c.NIVEAU_GEO = 'FR' AND p.NIVEAU_GEO = 'FR'" if facts.has("NIVEAU_GEO") else "TRUE"
    yield Query(
        f"WITH changes AS MATERIALIZED (SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, "
        f"p.v AS v_previous, CAST({rounded(f'(c.v - p.v) * {100 * PER_CENT}', 'p.v')} AS BIGINT) AS change, "
        f"{facts.explained('c')} AS said FROM {facts.table} c JOIN {facts.table} p ON {_year_before(facts)} "
        f"WHERE p.v >= {100 * facts.scale} AND c.v >= 0 AND c.v < p.v * 1000 AND {national} "
        f"AND {_amounts(facts, 'c')}), "
        f"usual AS (SELECT {keys}, quantile_disc(change, 0.5) AS middle FROM changes GROUP BY {keys} "
        f"HAVING count(*) >= {USUAL_FROM}), "
        f"spread AS (SELECT {keys}, middle, quantile_disc(abs(change - middle), 0.5) AS mad FROM changes JOIN usual "
        f"USING ({keys}) GROUP BY {keys}, middle) "
        f"SELECT {keys}, TIME_PERIOD, v_value, v_previous, {_percent('change')} AS change, "
        f"{_percent('middle')} AS usual FROM changes JOIN spread USING ({keys}) "
        f"WHERE NOT said AND abs(change - middle) * 10000 > 3 * 14826 * mad "
        f"AND abs(change - middle) > {LEAST} AND abs(change) <= {25 * PER_CENT}",
        "{value} after {previous}: {change} percent, where {usual} is usual for the series.",
        "{value} après {previous} : {change} %, quand {usual} % est usuel pour la série.",
    )


@rule(
    "QR-PLA-05",
    WARNING,
    "Les effectifs inférieurs à 100 échappent aux seuils relatifs : une variation de plus de 20, au-delà du hasard, "
    "est expliquée.",
    stages=STAGES,
    level=2,
)
def small_count_changes_little(facts: Facts) -> Iterator[Query]:
    """Counts under 100 are exempt from relative thresholds: a change of more than 20, beyond chance, is explained."""
    small = f"p.v < {100 * facts.scale} AND abs(c.v - p.v) > {20 * facts.scale} AND {_beyond_chance(facts)}"
    # Two questions instead of one: each has a small side, so that a large extract is not joined to itself.
    yield _change(facts, f"c.v > {20 * facts.scale} AND {small}")
    yield _change(facts, f"c.v <= {20 * facts.scale} AND p.v > {20 * facts.scale} AND {small}")


@rule(
    "QR-PLA-02",
    WARNING,
    "Une valeur supérieure à 1 000 n’est pas exactement celle de l’année précédente.",
    stages=OUTSIDE,
    level=2,
)
def value_is_not_repeated(facts: Facts) -> Iterator[Query]:
    """A value above 1,000 is not exactly that of the year before."""
    yield Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value FROM {facts.table} c JOIN {facts.table} p "
        f"ON {_year_before(facts)} WHERE c.v = p.v AND c.v > {1000 * facts.scale} AND {_amounts(facts, 'c')}",
        "{value}, as the year before.",
        "{value}, comme l’année précédente.",
    )


@rule(
    "QR-PLA-04",
    WARNING,
    "Une valeur nationale est au plus 10 fois la médiane de sa série.",
    stages=("internal",),
    level=2,
    needs=("NIVEAU_GEO",),
)
def value_is_near_the_median(facts: Facts) -> Iterator[Query]:
    """A national value is at most 10 times the median of its series."""
    keys = ", ".join(quoted(d) for d in facts.dims)
    table = f"(SELECT * FROM {facts.table} WHERE NIVEAU_GEO = 'FR' AND v IS NOT NULL)"
    yield Query(
        f"SELECT {keys}, TIME_PERIOD, v AS v_value, v_median FROM {table} JOIN (SELECT {keys}, "
        f"quantile_disc(v, 0.5) AS v_median FROM {table} GROUP BY {keys} HAVING count(*) >= 3) USING ({keys}) "
        f"WHERE v > 10 * v_median AND v >= {100 * facts.scale} AND v_median > 0",
        "{value}, more than 10 times the median {median} of the series.",
        "{value}, plus de 10 fois la médiane {median} de la série.",
    )


@rule(
    "QR-PLA-07",
    WARNING,
    "La part d’une modalité dans son total bouge d’au plus 10 points en un an quand le total bouge d’au plus 10 %.",
    stages=STAGES,
    level=2,
)
def shares_are_stable(facts: Facts) -> Iterator[Query]:
    """The share of a part in its total moves by at most 10 points in a year while the total moves by at most 10
    percent.
    """
    for partition in partitions(facts, "QR-SUM-01", "QR-SUM-02", "QR-SUM-04"):
        yield Query(
            _shares(facts, partition),
            "Its share of the total went from {before} to {now} percent, while the total went from {total_before} to "
            "{total}.",
            "Sa part du total passe de {before} à {now} %, quand le total passe de {total_before} à {total}.",
        )


def _shares(facts: Facts, partition: Partition) -> str:
    rest = facts.others(*partition.components)
    same = " AND ".join(f"part.{quoted(d)} = whole.{quoted(d)}" for d in (*rest, "TIME_PERIOD"))
    national = "AND whole.NIVEAU_GEO = 'FR'" if facts.has("NIVEAU_GEO") else ""
    return (
        f"WITH shares AS MATERIALIZED (SELECT {_columns(facts, 'part')}, part.TIME_PERIOD, part.year, part.rest, part.v, "
        f"whole.v AS total, {facts.explained('part')} AS said FROM {facts.table} part JOIN {facts.table} whole ON {same} "
        f"WHERE ({partition.is_part('part.')} OR {partition.is_optional('part.')}) AND {partition.is_total('whole.')} "
        f"AND {facts.counted('part')} AND part.v >= 0 AND whole.v >= {100 * facts.scale} {national}) "
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_part, c.total AS v_total, p.total AS v_total_before, "
        f"{_share('c')} AS now, {_share('p')} AS before "
        f"FROM shares c JOIN shares p ON {_year_before(facts)} WHERE NOT c.said "
        "AND abs(c.v * p.total - p.v * c.total) * 10 > c.total * p.total AND abs(c.total - p.total) * 10 <= p.total "
    )


def _share(alias: str) -> str:
    """Share in whole percent, as text."""
    return f"CAST({rounded(f'100 * {alias}.v', f'{alias}.total')} AS VARCHAR)"


def _change(facts: Facts, condition: str) -> Query:
    return Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, p.v AS v_previous, CASE WHEN p.v > 0 THEN "
        f"CAST({rounded('(c.v - p.v) * 100', 'p.v')} AS VARCHAR) ELSE '' END AS change FROM {facts.table} c JOIN {facts.table} p "
        f"ON {_year_before(facts)} WHERE {condition} AND NOT {facts.explained('c')} AND {_amounts(facts, 'c')} "
        f"AND {facts.margin('c')} AND {facts.margin('p')}",
        "{value} after {previous} a year before ({change} %), without explanation.",
        "{value} après {previous} un an avant ({change} %), sans explication.",
    )


def _beyond_chance(facts: Facts) -> str:
    """A count moves by about the square root of what it counts: more than three times that is no chance."""
    return f"(c.v - p.v) * (c.v - p.v) > 9 * (c.v + p.v) * {facts.scale}"


def _amounts(facts: Facts, alias: str) -> str:
    """A rate follows its count: where a structure has units, only amounts are looked at; ratios inside count."""
    return "TRUE" if facts.internal else facts.counted(alias)


def _columns(facts: Facts, alias: str) -> str:
    return ", ".join(f"{alias}.{quoted(d)}" for d in facts.dims)


def _year_before(facts: Facts) -> str:
    same = " AND ".join(f"c.{quoted(d)} = p.{quoted(d)}" for d in facts.dims)
    return f"{same} AND c.year = p.year + 1 AND c.rest = p.rest"


def _percent(thousandths: str) -> str:
    return f"CAST({rounded(thousandths, str(PER_CENT))} AS VARCHAR)"
