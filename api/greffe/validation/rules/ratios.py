"""Ratios of prisons and of courts: density, clearance rate, disposition time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts, literal, literals
from greffe.validation.inequalities import outside
from greffe.validation.rule import OUTSIDE, Query, rule, worded
from greffe.validation.rules.rates import BOTH
from greffe.validation.rules.stocks import pivoted
from greffe.validation.sql import above, below, ratio, rounded

PLACE = ("FREQ", "TERRITOIRE", "NIVEAU_GEO", "GEO")
NEEDS = ("CASE_STATUS|INDICATOR", "QUESTION")
STATES = {"v_new": "IN", "v_resolved": "RES", "v_pending": "P1"}


@rule(
    "QR-RAT-03",
    ERROR,
    "La densité carcérale est le rapport des détenus aux places, en pourcentage, à {absolute} près.",
    stages=("internal",),
    needs=("INDICATEUR", "DETAIL", *PLACE),
    recipients=("internal",),
)
def density_is_detained_over_places(facts: Facts) -> Iterator[Query]:
    """Prison density equals detained persons over places, in percent, within {absolute}.

    |density - 100 × detained / places| <= absolute, multiplied out, with values in units of 1/scale.
    """
    place = ", ".join(quoted(d) for d in PLACE)
    whole = " AND ".join(f"{quoted(d)} IN ('T', '_Z')" for d in facts.others("INDICATEUR", *PLACE, "DETAIL"))
    keys = ", ".join(
        quoted(d) if d in PLACE else f"'PRI_DENSITE' AS {quoted(d)}" if d == "INDICATEUR" else f"'_Z' AS {quoted(d)}"
        for d in facts.dims
    )
    values = ", ".join(
        f"max(v) FILTER (WHERE INDICATEUR = {literal(i)}) AS {name}"
        for name, i in (("v_density", "PRI_DENSITE"), ("v_detained", "PRI_DETENUS"), ("v_places", "PRI_CAPA"))
    )
    expected = rounded(f"100 * v_detained * {facts.scale}", "v_places")
    difference = f"abs(v_density * v_places - 100 * v_detained * {facts.scale})"
    yield Query(
        f"SELECT {keys}, TIME_PERIOD, v_density, v_detained, v_places, {expected} AS v_expected FROM ("
        f"SELECT {place}, TIME_PERIOD, {values} FROM {facts.table} "
        f"WHERE INDICATEUR IN ('PRI_DENSITE', 'PRI_DETENUS', 'PRI_CAPA') AND {whole} "
        f"AND (INDICATEUR <> 'PRI_DETENUS' OR DETAIL IN ('T', '_Z')) GROUP BY {place}, TIME_PERIOD) "
        f"WHERE v_places > 0 AND {above(difference, facts.units('QR-RAT-03', 'absolute'), 'v_places')}",
        "Density {density}, but {detained} detained over {places} places make {expected}.",
        "Densité {density}, mais {detained} détenus pour {places} places font {expected}.",
    )


@rule(
    "QR-RAT-08",
    WARNING,
    "La densité carcérale nationale est comprise entre {low} et {high} %.",
    stages=("internal",),
    needs=("INDICATEUR", "DETAIL", *PLACE),
    recipients=("internal", "ESTAT"),
)
def national_density_is_likely(facts: Facts) -> Iterator[Query]:
    """National prison density lies between {low} and {high} percent."""
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_density FROM {facts.table} "
        f"WHERE {outside(facts, 'QR-RAT-08')}",
        "Density {density}.",
        "Densité {density}.",
    )


@rule(
    "QR-RAT-07",
    ERROR,
    "Un taux interne en pourcentage est compris entre {low} et {high}, la densité carcérale à part.",
    stages=("internal",),
    needs=("INDICATEUR", "UNITE"),
    recipients=("internal",),
)
def percentages_are_shares(facts: Facts) -> Iterator[Query]:
    """An internal rate in percent lies between {low} and {high}, prison density apart."""
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_rate FROM {facts.table} "
        f"WHERE {outside(facts, 'QR-RAT-07')}",
        "{rate} percent.",
        "{rate} %.",
    )


@rule(
    "QR-RAT-09",
    WARNING,
    "La part des femmes parmi les détenus est comprise entre {low} et {high} %.",
    stages=OUTSIDE,
    flows=("ESTAT_*_PRIS*", "UNODC_*PRISONS"),
    needs=("sex|SEX",),
    recipients=("ESTAT", "UNODC"),
)
def share_of_women_in_prison_is_likely(facts: Facts) -> Iterator[Query]:
    """The share of women among detainees lies between {low} and {high} percent.

    Of whole rows only: all ages, all statuses, all offences.
    """
    sex = facts.first("sex", "SEX")
    women, both = ("F", "T") if sex == "sex" else ("Female", "Total")
    wholes = ("age", "AGE", "DIMENSION", "CATEGORY", "iccs", "citizen", "leg_stat")
    where = [f"{quoted(c)} IN ({literals((*BOTH, 'CAT00'))})" for c in wholes if c in facts.dims]
    where += ["INDICATOR = 'PERS_HELD'"] if "INDICATOR" in facts.dims else []
    rows = f"(SELECT * FROM {facts.table} WHERE {' AND '.join((*where, facts.counted()))})"
    share = ratio(facts, "100 * v_women", "v_both")
    low, high = facts.share("QR-RAT-09", "low"), facts.share("QR-RAT-09", "high")
    yield Query(
        pivoted(
            facts,
            sex,
            {"v_women": women, "v_both": both},
            women,
            f"v_women, v_both, {share} AS r_share",
            f"v_both > 0 AND ({below('v_women', low, 'v_both')} OR {above('v_women', high, 'v_both')})",
            rows,
        ),
        "{women} women among {both} detainees make {share} percent.",
        "{women} femmes parmi {both} détenus font {share} %.",
    )


@rule(
    "QR-RAT-04",
    WARNING,
    "Le taux de variation du stock est compris entre {low} et {high} %.",
    stages=OUTSIDE,
    needs=NEEDS,
    recipients=("CEPEJ",),
)
def clearance_rate_is_likely(facts: Facts) -> Iterator[Query]:
    """The clearance rate lies between {low} and {high} percent."""
    yield from _clearance(facts, facts.limit("QR-RAT-04", "low"), facts.limit("QR-RAT-04", "high"))


@rule(
    "QR-RAT-05",
    ERROR,
    "Le taux de variation du stock est compris entre {low} et {high} %.",
    stages=OUTSIDE,
    needs=NEEDS,
    recipients=("CEPEJ",),
)
def clearance_rate_is_possible(facts: Facts) -> Iterator[Query]:
    """The clearance rate lies between {low} and {high} percent."""
    yield from _clearance(facts, facts.limit("QR-RAT-05", "low"), facts.limit("QR-RAT-05", "high"))


@rule(
    "QR-RAT-06",
    ERROR,
    "La durée d’écoulement du stock est d’au plus {days} jours.",
    stages=OUTSIDE,
    needs=NEEDS,
    recipients=("CEPEJ",),
)
def disposition_time_is_possible(facts: Facts) -> Iterator[Query]:
    """The disposition time is at most {days} days."""
    component = _states_in(facts)
    if component:
        days = ratio(facts, "365 * v_pending", "v_resolved")
        yield Query(
            pivoted(
                facts,
                component,
                STATES,
                "P1",
                f"v_pending, v_resolved, {days} AS v_days",
                f"v_resolved > 0 AND {above('365 * v_pending', facts.limit('QR-RAT-06', 'days'), 'v_resolved')} "
                "OR v_resolved = 0 AND v_pending > 0",
            ),
            "{pending} pending and {resolved} resolved in the year: {days} days.",
            "{pending} affaires en cours et {resolved} terminées dans l’année : {days} jours.",
        )


def _clearance(facts: Facts, low: Fraction, high: Fraction) -> Iterator[Query]:
    component = _states_in(facts)
    if component:
        rate = ratio(facts, "100 * v_resolved", "v_new")
        outside = f"({below('100 * v_resolved', low, 'v_new')} OR {above('100 * v_resolved', high, 'v_new')})"
        yield Query(
            pivoted(
                facts,
                component,
                STATES,
                "RES",
                f"v_resolved, v_new, {rate} AS r_rate",
                f"v_new > 0 AND {outside}",
            ),
            f"{{resolved}} resolved over {{new}} new cases make {{rate}} percent, outside {worded(low, 'en')} to {worded(high, 'en')}.",
            f"{{resolved}} affaires terminées pour {{new}} nouvelles font {{rate}} %, hors de {worded(low, 'fr')} à {worded(high, 'fr')}.",
        )


def _states_in(facts: Facts) -> str:
    """The dimension that holds incoming, resolved and pending cases."""
    return next(
        (c for c in ("CASE_STATUS", "INDICATOR") if c in facts.dims and set(STATES.values()) <= facts.codes(c)), ""
    )
