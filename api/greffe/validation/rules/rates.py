"""Rates per 100,000 follow from the count and the population of the same year and field, without a double anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import LAST, Facts, literal, literals
from greffe.validation.measures import COUNT_UNITS, FIELD_OF_PUBLICATIONS, FRANCE, RATE_UNITS
from greffe.validation.rule import OUTSIDE, Query, rule
from greffe.validation.sql import rounded

FACTOR = 100_000
MOST_SHOWN = 4  # decimals of what was expected
SEVERAL = 3  # rates that follow from one population: no accident
BOTH = ("T", "TOTAL", "Total", "_T", "_Z")
SEXES = {"1": ("M", "Male"), "2": ("F", "Female")}  # code of SEXE → codes of the recipients


@rule(
    "QR-RAT-01",
    ERROR,
    "Un taux pour 100 000 suit de l’effectif et de la population de la même année, à {relative} % près plus {absolute} s’il "
    "est publié à deux décimales (dix fois moins pour chaque décimale de plus).",
    stages=OUTSIDE,
    level=3,
    needs=("unit|UNIT",),
    recipients=("ESTAT", "UNODC"),
)
def rate_follows_from_count_and_population(facts: Facts) -> Iterator[Query]:
    """A rate per 100,000 follows from the count and the population of the same year, within {relative} percent plus
    {absolute} where it is published with two decimals (ten times less for every decimal more).

    Both sexes and all ages, the only population held. Names the years whose population gives the rate to the digit, or else
    the one population that several rates of the year follow from.

    |rate - count / population × 100000| <= room + relative × rate, multiplied out: with r and n in units of 1/scale and the
    room (absolute × 100) units of the last decimal of the rate, |r × p - n × 100000| <= (room + relative × r) × p.
    """
    if facts.population:
        yield _follows(facts, population_sql(facts), pairs_sql(facts))


@rule(
    "QR-RAT-02",
    ERROR,
    "Un taux d’un sexe suit de son effectif et de la population de ce sexe, avec la tolérance de QR-RAT-01.",
    stages=OUTSIDE,
    level=3,
    needs=("unit|UNIT", "sex|SEX"),
    recipients=("ESTAT",),
)
def rate_of_a_sex_follows_from_its_population(facts: Facts) -> Iterator[Query]:
    """A rate of one sex follows from its count and the population of that sex, within what QR-RAT-01 allows.

    Says nothing where the extract of the population has no figures by sex.
    """
    if facts.population:
        for code, codes in SEXES.items():
            yield _follows(facts, population_sql(facts, code), pairs_sql(facts, codes))


def _follows(facts: Facts, people: str, pairs: str) -> Query:
    """Rates that their counts and the population do not make."""
    room, relative = facts.limit("QR-RAT-01", "absolute") * 100, facts.share("QR-RAT-01", "relative")
    both = lcm(room.denominator, relative.denominator)
    difference = f"abs(r_rate * population - v_count * {FACTOR}) * {both}"
    tolerance = f"({room * both} * {LAST} + {relative * both} * r_rate) * population"
    shown = f"greatest({LAST}, {10 ** max(facts.decimals - MOST_SHOWN, 0)})"
    keys = ", ".join(quoted(d) for d in facts.dims)
    return Query(
        f"WITH population AS ({people}), pairs AS ({pairs}), "
        "known AS (SELECT pairs.*, p.population FROM pairs JOIN population p USING (year, field)), "
        f"broken AS (SELECT *, {_expected('population', shown)} AS r_expected FROM known WHERE {difference} > {tolerance}), "
        # As many years as there are populations: a group that small may be gathered.
        "vintage AS (SELECT b.*, string_agg(o.year, ', ' ORDER BY o.year) AS other FROM broken b LEFT JOIN population o "
        f"ON o.field = b.field AND o.year <> b.year AND {_expected('o.population', LAST)} = r_rate GROUP BY ALL), "
        f"{_one_population()} "
        f"SELECT {keys}, TIME_PERIOD, r_rate, r_expected, v_count, CAST(population AS VARCHAR) AS population, "
        "coalesce(other, '') AS vintage, coalesce(CAST(single AS VARCHAR), '') AS single, "
        "CASE WHEN other IS NOT NULL THEN '; it follows from the population of ' || other WHEN single IS NOT NULL THEN "
        "concat('; it follows, as ', rates - 1, ' others of the year do, from a population of ', single) ELSE '' END "
        "AS en_vintage, "
        "CASE WHEN other IS NOT NULL THEN ' ; il suit de la population de ' || other WHEN single IS NOT NULL THEN "
        "concat(' ; comme ', rates - 1, ' autres de l’année, il suit d’une population de ', single) ELSE '' END "
        "AS fr_vintage FROM told",
        "Rate {rate}, expected {expected} from the count {count} and the population {population}{en_vintage}.",
        "Taux {rate}, attendu {expected} d’après l’effectif {count} et la population {population}{fr_vintage}.",
    )


def _expected(population: str, unit: str) -> str:
    """SQL: what the count and a population make, rounded to a unit."""
    return f"({rounded(f'v_count * {FACTOR}', f'{population} * {unit}')} * {unit})"


def _one_population() -> str:
    """SQL of the table `told`: `single`, a population that no year has and from which the rate follows, as do at least
    SEVERAL of its year (`rates`): the recipient's own. It is the one that the largest count gives, to a person."""
    of = f"({rounded(f'v_count * {FACTOR}', 'r_rate')})"
    apart = f"2 * abs(r_rate * single - v_count * {FACTOR})"
    return (
        f"largest AS (SELECT year, field, arg_max({of}, v_count) AS single FROM broken WHERE r_rate > 0 GROUP BY ALL), "
        f"near AS (SELECT v.*, CASE WHEN other IS NULL AND {apart} <= single * {LAST} + 2 * r_rate THEN single END AS one "
        "FROM vintage v LEFT JOIN largest USING (year, field)), "
        "counted AS (SELECT *, count(one) OVER (PARTITION BY year, field) AS rates FROM near), "
        f"told AS (SELECT * EXCLUDE (one), CASE WHEN rates >= {SEVERAL} THEN one END AS single FROM counted)"
    )


@rule(
    "QR-TYP-02",
    ERROR,
    "Un taux et son effectif couvrent le même champ territorial, et une population de ce champ existe.",
    stages=OUTSIDE,
    needs=("unit|UNIT", "TERRITORY"),
)
def rate_and_count_cover_one_territory(facts: Facts) -> Iterator[Query]:
    """A rate and its count cover the same territorial field, and a population of that field exists."""
    keys = ", ".join(quoted(d) for d in facts.dims)
    yield Query(
        f"SELECT {keys}, TIME_PERIOD, field, count_field FROM ({pairs_sql(facts)}) WHERE field <> count_field",
        "The rate covers {field}, its count {count_field}.",
        "Le taux couvre {field}, son effectif {count_field}.",
    )
    if facts.population:
        yield Query(
            f"WITH population AS ({population_sql(facts)}) "
            f"SELECT DISTINCT {keys}, TIME_PERIOD, field FROM ({pairs_sql(facts)}) "
            "WHERE year IN (SELECT year FROM population) AND field NOT IN (SELECT field FROM population)",
            "The rate covers {field}, of which no population is held.",
            "Le taux couvre {field}, dont aucune population n’est tenue.",
        )


def population_sql(facts: Facts, sex: str = "T") -> str:
    """Year, territorial field, population of France of a sex, or of both, all ages."""
    return (
        "SELECT TRY_CAST(TIME_PERIOD AS INTEGER) AS year, TERRITOIRE AS field, max(CAST(OBS_VALUE AS HUGEINT)) AS "
        f"population FROM {quoted(facts.population)} WHERE INDICATEUR = 'POP_1JAN' AND FREQ = 'A' AND GEO = 'FR' "
        f"AND SEXE = {literal(sex)} AND AGE = 'T' AND OBS_VALUE > 0 GROUP BY ALL"
    )


def pairs_sql(facts: Facts, sexes: tuple[str, ...] = BOTH) -> str:
    """Rates beside their counts: key, year, field of both, r_rate, v_count. A publication that names no field stands for
    the territory of the European Union."""
    unit = quoted(facts.unit)
    rest = facts.others(facts.unit)
    same = " AND ".join(f"r.{quoted(d)} = n.{quoted(d)}" for d in (*rest, "TIME_PERIOD"))
    keys = ", ".join(f"r.{quoted(d)}" for d in facts.dims)
    asked = {"sex": sexes, "SEX": sexes, "age": BOTH, "AGE": BOTH}
    whole = [f"r.{quoted(c)} IN ({literals(codes)})" for c, codes in asked.items() if c in facts.dims]
    area = facts.first("geo", "REF_AREA")
    if area:
        whole.append(f"r.{quoted(area)} IN ({literals(FRANCE)})")
    field = [
        f"coalesce(CAST({a}.TERRITORY AS VARCHAR), {literal(FIELD_OF_PUBLICATIONS)})"
        if facts.has("TERRITORY")
        else literal(FIELD_OF_PUBLICATIONS)
        for a in ("r", "n")
    ]
    return (
        f"SELECT {keys}, r.TIME_PERIOD, r.year, {field[0]} AS field, {field[1]} AS count_field, r.v AS r_rate, "
        f"n.v AS v_count, {facts.last('r')} AS {LAST} FROM {facts.table} r JOIN {facts.table} n ON {same} "
        f"WHERE r.{unit} IN ({literals(tuple(RATE_UNITS))}) AND n.{unit} IN ({literals(COUNT_UNITS)}) "
        f"AND r.v IS NOT NULL AND n.v IS NOT NULL AND {' AND '.join(whole) or 'TRUE'}"
    )
