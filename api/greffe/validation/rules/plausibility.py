"""Changes that call for an explanation: year on year, against the median, shares of a total."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from greffe.catalogue.policies.breaks import ANY, MODERATE
from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts
from greffe.validation.partitions import Partition, partitions
from greffe.validation.rule import MAPPED, OUTSIDE, STAGES, Query, rule, worded
from greffe.validation.sql import above, at_least, below, breaks_here, rounded

PER_CENT = 1_000  # changes are told in thousandths of a percent, as whole numbers
SPREAD = Fraction("1.4826")  # of a normal distribution: standard deviation over median distance from the middle
BEYOND = 1_000  # a value that is so many times the one before is QR-PLA-01 by its change alone, and fits no BIGINT here


@rule(
    "QR-PLA-01",
    WARNING,
    "Une variation de plus de {change} % sur un an est expliquée (à partir de {QR-PLA-05/small} ; petits effectifs : "
    "QR-PLA-05).",
    stages=STAGES,
    level=2,
    compares=True,
)
def large_change_is_explained(facts: Facts) -> Iterator[Query]:
    """A change from the year before above {change} percent is explained (from {QR-PLA-05/small} on; smaller counts:
    QR-PLA-05).

    In an internal extract, of many small cells, the change must also be more than chance explains.
    """
    large = f"{_known(facts)} AND {above('abs(c.v - p.v)', facts.share('QR-PLA-01', 'change'), 'p.v')}"
    if facts.internal:
        large += f" AND {_beyond_chance(facts)}"
    yield _change(facts, large)


@rule(
    "QR-PLA-01",
    WARNING,
    "Une variation éloignée de ce qui est usuel pour la série ({deviations} écarts types robustes, au moins {least} %, "
    "dès {history} variations) est expliquée.",
    stages=STAGES,
    level=2,
    compares=True,
)
def unusual_change_is_explained(facts: Facts) -> Iterator[Query]:
    """A change far from what is usual for the series ({deviations} robust standard deviations, at least {least} percent,
    from {history} changes on) is explained.

    Robust standard deviation: 1.4826 × the median distance from the median change. National series only, inside: the
    median keeps its group in memory. Changes in thousandths of a percent, whole numbers.
    """
    keys = ", ".join(quoted(d) for d in facts.dims)
    far = facts.limit("QR-PLA-01", "deviations") * SPREAD
    least, most = (facts.limit("QR-PLA-01", name) * PER_CENT for name in ("least", "change"))
    national = "c.NIVEAU_GEO = 'FR' AND p.NIVEAU_GEO = 'FR'" if facts.has("NIVEAU_GEO") else "TRUE"
    yield Query(
        f"WITH changes AS MATERIALIZED (SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, "
        f"p.v AS v_previous, CAST({rounded(f'(c.v - p.v) * {100 * PER_CENT}', 'p.v')} AS BIGINT) AS change, "
        f"{_explained(facts, 'c', 'p')} AS said FROM {facts.table} c JOIN {facts.table} p ON {_year_before(facts)} "
        f"WHERE {_known(facts)} AND c.v >= 0 AND c.v < p.v * {BEYOND} AND {national} "
        f"AND {_amounts(facts, 'c')}), "
        f"usual AS (SELECT {keys}, quantile_disc(change, 0.5) AS middle FROM changes GROUP BY {keys} "
        f"HAVING {at_least('count(*)', facts.limit('QR-PLA-01', 'history'))}), "
        f"spread AS (SELECT {keys}, middle, quantile_disc(abs(change - middle), 0.5) AS mad FROM changes JOIN usual "
        f"USING ({keys}) GROUP BY {keys}, middle) "
        f"SELECT {keys}, TIME_PERIOD, v_value, v_previous, {_percent('change')} AS change, "
        f"{_percent('middle')} AS usual FROM changes JOIN spread USING ({keys}) "
        f"WHERE NOT said AND {above('abs(change - middle)', far, 'mad')} "
        f"AND {above('abs(change - middle)', least)} AND NOT {above('abs(change)', most)}",
        "{value} after {previous}: {change} %, where {usual} % is usual for the series.",
        "{value} après {previous} : {change} %, quand {usual} % est usuel pour la série.",
    )


@rule(
    "QR-PLA-05",
    WARNING,
    "Les effectifs inférieurs à {small} échappent aux seuils relatifs : une variation de plus de {change}, au-delà du "
    "hasard ({chance} écarts types), est expliquée.",
    stages=STAGES,
    level=2,
    compares=True,
)
def small_count_changes_little(facts: Facts) -> Iterator[Query]:
    """Counts under {small} are exempt from relative thresholds: a change of more than {change}, beyond chance ({chance}
    standard deviations), is explained.
    """
    change = facts.units("QR-PLA-05", "change")
    small = (
        f"{below('p.v', facts.units('QR-PLA-05', 'small'))} AND {above('abs(c.v - p.v)', change)} "
        f"AND {_beyond_chance(facts)}"
    )
    # Two questions instead of one: each has a small side, so that a large extract is not joined to itself.
    yield _change(facts, f"{above('c.v', change)} AND {small}")
    yield _change(facts, f"NOT {above('c.v', change)} AND {above('p.v', change)} AND {small}")


@rule(
    "QR-PLA-02",
    WARNING,
    "Une valeur supérieure à {least} n’est pas exactement celle de l’année précédente.",
    stages=OUTSIDE,
    level=2,
    compares=True,
)
def value_is_not_repeated(facts: Facts) -> Iterator[Query]:
    """A value above {least} is not exactly that of the year before."""
    yield Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value FROM {facts.table} c JOIN {facts.table} p "
        f"ON {_year_before(facts)} WHERE c.v = p.v AND {above('c.v', facts.units('QR-PLA-02', 'least'))} "
        f"AND {_amounts(facts, 'c')}",
        "{value}, as the year before.",
        "{value}, comme l’année précédente.",
    )


@rule(
    "QR-PLA-04",
    WARNING,
    "Une valeur nationale est au plus {times} fois la médiane de sa série, dès {history} périodes.",
    stages=("internal",),
    level=2,
    needs=("NIVEAU_GEO",),
    recipients=("internal",),
)
def value_is_near_the_median(facts: Facts) -> Iterator[Query]:
    """A national value is at most {times} times the median of its series, from {history} periods on."""
    times, history = facts.limit("QR-PLA-04", "times"), facts.limit("QR-PLA-04", "history")
    keys = ", ".join(quoted(d) for d in facts.dims)
    table = f"(SELECT * FROM {facts.table} WHERE NIVEAU_GEO = 'FR' AND v IS NOT NULL)"
    yield Query(
        f"SELECT {keys}, TIME_PERIOD, v AS v_value, v_median FROM {table} JOIN (SELECT {keys}, "
        f"quantile_disc(v, 0.5) AS v_median FROM {table} GROUP BY {keys} HAVING {at_least('count(*)', history)}) USING ({keys}) "
        f"WHERE {above('v', times, 'v_median')} AND {at_least('v', facts.units('QR-PLA-05', 'small'))} AND v_median > 0",
        f"{{value}}, more than {worded(times, 'en')} times the median {{median}} of the series.",
        f"{{value}}, plus de {worded(times, 'fr')} fois la médiane {{median}} de la série.",
    )


@rule(
    "QR-PLA-06",
    WARNING,
    "Le nombre national des détenus varie de moins de {share} % d’un mois au suivant.",
    stages=("internal",),
    level=2,
    needs=("INDICATEUR", "FREQ", "NIVEAU_GEO"),
    recipients=("internal",),
)
def monthly_prison_stock_moves_little(facts: Facts) -> Iterator[Query]:
    """The national number of detainees moves by less than {share} percent from one month to the next."""
    rest = facts.others("INDICATEUR", "FREQ", "TERRITOIRE", "NIVEAU_GEO", "GEO")
    whole = "".join(f" AND {quoted(d)} IN ('T', '_Z')" for d in rest)
    table = (
        f"(SELECT *, year * 12 + TRY_CAST(rest[2:] AS INTEGER) AS month FROM {facts.table} WHERE FREQ = 'M' "
        f"AND INDICATEUR = 'PRI_DETENUS' AND NIVEAU_GEO = 'FR'{whole})"
    )
    same = " AND ".join(f"c.{quoted(d)} = p.{quoted(d)}" for d in facts.dims)
    yield Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, p.v AS v_previous FROM {table} c JOIN {table} p "
        f"ON {same} AND c.month = p.month + 1 WHERE NOT {_explained(facts, 'c', 'p')} "
        f"AND NOT {below('abs(c.v - p.v)', facts.share('QR-PLA-06', 'share'), 'p.v')}",
        "{value} after {previous} a month before.",
        "{value} après {previous} un mois avant.",
    )


@rule(
    "QR-PLA-03",
    ERROR,
    "Une rupture qui retourne la tendance est documentée par une note.",
    stages=(MAPPED,),
    level=2,
    needs=("OBS_STATUS", "COMMENT_OBS|FOOTNOTE|SOURCE_NOTE"),
    compares=True,
)
def break_that_turns_the_trend_is_documented(facts: Facts) -> Iterator[Query]:
    """A break that turns the trend is documented by a note."""
    silent = " AND ".join(f"coalesce(c.{quoted(n)}, '') = ''" for n in facts.comments)
    same = " AND ".join(f"p.{quoted(d)} = b.{quoted(d)}" for d in facts.dims)
    yield Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, p.v AS v_previous, b.v AS v_before "
        f"FROM {facts.table} c JOIN {facts.table} p ON {_year_before(facts)} JOIN {facts.table} b "
        f"ON {same} AND p.year = b.year + 1 AND p.rest = b.rest "
        f"WHERE c.OBS_STATUS = 'B' AND sign(c.v - p.v) * sign(p.v - b.v) < 0 AND {silent}",
        "{value} after {previous} and {before}: a break that turns the trend, without a note.",
        "{value} après {previous} et {before} : une rupture qui retourne la tendance, sans note.",
    )


@rule(
    "QR-PLA-07",
    WARNING,
    "La part d’une modalité dans son total bouge d’au plus {points} points en un an quand le total bouge d’au plus "
    "{total} %.",
    stages=STAGES,
    level=2,
    compares=True,
)
def shares_are_stable(facts: Facts) -> Iterator[Query]:
    """The share of a part in its total moves by at most {points} points in a year while the total moves by at most
    {total} percent.
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
    now, before, total, total_before = map(facts.amount, ("c.v", "p.v", "c.total", "p.total"))
    points = facts.share("QR-PLA-07", "points")
    return (
        f"WITH shares AS MATERIALIZED (SELECT {_columns(facts, 'part')}, part.TIME_PERIOD, part.year, part.rest, part.v, "
        f"whole.v AS total, {_explained(facts, 'part', 'prior')} AS said FROM {facts.table} part "
        f"JOIN {facts.table} whole ON {same} LEFT JOIN {facts.table} prior ON {_year_before(facts, 'part', 'prior')} "
        f"WHERE ({partition.is_part('part.')} OR {partition.is_optional('part.')}) AND {partition.is_total('whole.')} "
        f"AND {facts.counted('part')} AND part.v >= 0 "
        f"AND {at_least('whole.v', facts.units('QR-PLA-05', 'small'))} {national}) "
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_part, c.total AS v_total, p.total AS v_total_before, "
        f"{_share('c')} AS now, {_share('p')} AS before FROM shares c JOIN shares p ON {_year_before(facts)} WHERE NOT c.said "
        f"AND {above(f'abs({now} * {total_before} - {before} * {total})', points, f'{total} * {total_before}')} "
        f"AND NOT {above('abs(c.total - p.total)', facts.share('QR-PLA-07', 'total'), 'p.total')}"
    )


def _share(alias: str) -> str:
    """Share in whole percent, as text."""
    return f"CAST({rounded(f'100 * {alias}.v', f'{alias}.total')} AS VARCHAR)"


def _change(facts: Facts, condition: str) -> Query:
    percent = _signed(rounded("(c.v - p.v) * 100", "p.v"))
    return Query(
        f"SELECT {_columns(facts, 'c')}, c.TIME_PERIOD, c.v AS v_value, p.v AS v_previous, CASE WHEN p.v > 0 THEN "
        f"{percent} ELSE '' END AS change, CASE WHEN p.v > 0 THEN concat(' (', {percent}, ' %)') ELSE '' END AS en_percent "
        f"FROM {facts.table} c JOIN {facts.table} p "
        f"ON {_year_before(facts)} WHERE {condition} AND NOT {_explained(facts, 'c', 'p', ANY)} AND {_amounts(facts, 'c')} "
        f"AND {facts.margin('c')} AND {facts.margin('p')}",
        "{value} after {previous} a year before{en_percent}, without explanation.",
        "{value} après {previous} un an avant{en_percent}, sans explication.",
    )


def _explained(facts: Facts, alias: str, before: str = "", size: str = MODERATE) -> str:
    """SQL condition: what the observation says of itself (and not of the one before) explains a change of that size, or a
    declared break of the extract's figures does. A mapped observation says that one itself (mapping.breaks), and some
    breaks explain no change of any size."""
    said = facts.explained_since(alias, before) if before else facts.explained(alias)
    enough = [b for b in facts.breaks if size in (b.explains, MODERATE)]
    if facts.internal:
        return f"({' OR '.join((said, *(f'({breaks_here(one, alias)})' for one in enough)))})"
    too_small = [f"({breaks_here(one, alias)})" for one in facts.breaks if one not in enough]
    return f"({' AND NOT '.join((said, *too_small))})"


def _beyond_chance(facts: Facts) -> str:
    """A count moves by about the square root of what it counts: some times that is no chance."""
    times = facts.limit("QR-PLA-05", "chance")
    difference, both = facts.amount("(c.v - p.v)"), facts.amount("(c.v + p.v)")
    return above(f"{difference} * {difference}", times * times * facts.amount_scale, both)


def _known(facts: Facts) -> str:
    """SQL: the value before is large enough for a share of it."""
    return at_least("p.v", facts.units("QR-PLA-05", "small"))


def _amounts(facts: Facts, alias: str) -> str:
    """A rate follows its count: where a structure has units, only amounts are looked at; ratios inside count."""
    return "TRUE" if facts.internal else facts.counted(alias)


def _columns(facts: Facts, alias: str) -> str:
    return ", ".join(f"{alias}.{quoted(d)}" for d in facts.dims)


def _year_before(facts: Facts, now: str = "c", before: str = "p") -> str:
    same = " AND ".join(f"{now}.{quoted(d)} = {before}.{quoted(d)}" for d in facts.dims)
    return f"{same} AND {now}.year = {before}.year + 1 AND {now}.rest = {before}.rest"


def _percent(thousandths: str) -> str:
    return _signed(rounded(thousandths, str(PER_CENT)))


def _signed(number: str) -> str:
    """SQL: a change as text, which says its direction: +88, -42, 0."""
    return f"concat(CASE WHEN {number} > 0 THEN '+' ELSE '' END, {number})"
