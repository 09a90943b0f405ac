"""Ratios of prisons and of courts: density, clearance rate, disposition time."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts, literal
from greffe.validation.rule import OUTSIDE, Query, rule
from greffe.validation.rules.stocks import pivoted
from greffe.validation.sql import rounded

PLACE = ("FREQ", "TERRITOIRE", "NIVEAU_GEO", "GEO")
NEEDS = ("CASE_STATUS|INDICATOR", "QUESTION")
STATES = {"v_new": "IN", "v_resolved": "RES", "v_pending": "P1"}


@rule(
    "QR-RAT-03",
    ERROR,
    "La densité carcérale est le rapport des détenus aux places, en pourcentage, à 0,1 près.",
    stages=("internal",),
    needs=("INDICATEUR", "DETAIL", *PLACE),
)
def density_is_detained_over_places(facts: Facts) -> Iterator[Query]:
    """Prison density equals detained persons over places, in percent, within 0.1.

    |density - 100 × detained / places| <= 0.1, multiplied out, with values in units of 1/scale.
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
    yield Query(
        f"SELECT {keys}, TIME_PERIOD, v_density, v_detained, v_places, {expected} AS v_expected FROM ("
        f"SELECT {place}, TIME_PERIOD, {values} FROM {facts.table} "
        f"WHERE INDICATEUR IN ('PRI_DENSITE', 'PRI_DETENUS', 'PRI_CAPA') AND {whole} "
        f"AND (INDICATEUR <> 'PRI_DETENUS' OR DETAIL IN ('T', '_Z')) GROUP BY {place}, TIME_PERIOD) "
        f"WHERE v_places > 0 AND abs(v_density * v_places - 100 * v_detained * {facts.scale}) * 10 > "
        f"{facts.scale} * v_places",
        "Density {density}, but {detained} detained over {places} places make {expected}.",
        "Densité {density}, mais {detained} détenus pour {places} places font {expected}.",
    )


@rule(
    "QR-RAT-08",
    WARNING,
    "La densité carcérale nationale est comprise entre 50 et 250 %.",
    stages=("internal",),
    needs=("INDICATEUR", "DETAIL", *PLACE),
)
def national_density_is_likely(facts: Facts) -> Iterator[Query]:
    """National prison density lies between 50 and 250 percent."""
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_density FROM {facts.table} "
        f"WHERE INDICATEUR = 'PRI_DENSITE' AND NIVEAU_GEO = 'FR' "
        f"AND NOT v BETWEEN {50 * facts.scale} AND {250 * facts.scale}",
        "Density {density}.",
        "Densité {density}.",
    )


@rule(
    "QR-RAT-04",
    WARNING,
    "Le taux de variation du stock est compris entre 70 et 140 %.",
    stages=OUTSIDE,
    needs=NEEDS,
)
def clearance_rate_is_likely(facts: Facts) -> Iterator[Query]:
    """The clearance rate lies between 70 and 140 percent."""
    yield from _clearance(facts, 70, 140)


@rule(
    "QR-RAT-05",
    ERROR,
    "Le taux de variation du stock est compris entre 0 et 500 %.",
    stages=OUTSIDE,
    needs=NEEDS,
)
def clearance_rate_is_possible(facts: Facts) -> Iterator[Query]:
    """The clearance rate lies between 0 and 500 percent."""
    yield from _clearance(facts, 0, 500)


@rule(
    "QR-RAT-06",
    ERROR,
    "La durée d’écoulement du stock est d’au plus 3 650 jours.",
    stages=OUTSIDE,
    needs=NEEDS,
)
def disposition_time_is_possible(facts: Facts) -> Iterator[Query]:
    """The disposition time is at most 3,650 days."""
    component = _states_in(facts)
    if component:
        days = rounded(f"365 * v_pending * {facts.scale}", "v_resolved")
        yield Query(
            pivoted(
                facts,
                component,
                STATES,
                "P1",
                f"v_pending, v_resolved, {days} AS v_days",
                "v_resolved > 0 AND 365 * v_pending > 3650 * v_resolved OR v_resolved = 0 AND v_pending > 0",
            ),
            "{pending} pending and {resolved} resolved in the year: {days} days.",
            "{pending} affaires en cours et {resolved} terminées dans l’année : {days} jours.",
        )


def _clearance(facts: Facts, low: int, high: int) -> Iterator[Query]:
    component = _states_in(facts)
    if component:
        rate = rounded(f"100 * v_resolved * {facts.scale}", "v_new")
        outside = f"NOT 100 * v_resolved BETWEEN {low} * v_new AND {high} * v_new"
        yield Query(
            pivoted(
                facts,
                component,
                STATES,
                "RES",
                f"v_resolved, v_new, {rate} AS r_rate",
                f"v_new > 0 AND {outside}",
            ),
            f"{{resolved}} resolved over {{new}} new cases make {{rate}} percent, outside {low} to {high}.",
            f"{{resolved}} affaires terminées pour {{new}} nouvelles font {{rate}} %, hors de {low} à {high}.",
        )


def _states_in(facts: Facts) -> str:
    """The dimension that holds incoming, resolved and pending cases."""
    return next(
        (c for c in ("CASE_STATUS", "INDICATOR") if c in facts.dims and set(STATES.values()) <= facts.codes(c)), ""
    )
