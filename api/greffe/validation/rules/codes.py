"""Codes that a recipient expects of France, and answers that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import Facts, literals
from greffe.validation.rule import MAPPED, OUTSIDE, Query, rule

REGIONAL: Final = "crim_gen_reg"  # the one table of Eurostat that goes below the nation
ANSWERS: Final = {"L": "NA", "M": "NAP"}  # OBS_STATUS → the answer of the CEPEJ: not available, not applicable


@rule(
    "QR-COD-03",
    ERROR,
    "Le territoire d’un tableau national d’Eurostat est FR ; celui d’un tableau régional est une région française.",
    stages=(MAPPED,),
    level=0,
    flows=("ESTAT_*",),
    needs=("geo",),
    recipients=("ESTAT",),
    waivable=False,
)
def geo_is_france(facts: Facts) -> Iterator[Query]:
    """The territory of a national table of Eurostat is FR; that of a regional table is a French region."""
    expected = "geo = 'FR'" if facts.annotations.get("TABLE") != REGIONAL else "starts_with(CAST(geo AS VARCHAR), 'FR')"
    yield Query(
        f"SELECT geo, CAST(count(*) AS VARCHAR) AS number FROM {facts.table} WHERE NOT {expected} GROUP BY geo",
        "Not French, in {number} observations.",
        "Non français, dans {number} observations.",
    )


@rule(
    "QR-COD-06",
    ERROR,
    "Une réponse à la CEPEJ est un nombre, NA ou NAP (statut L ou M), jamais rien.",
    stages=OUTSIDE,
    level=0,
    service="STRUVAL",
    flows=("CEPEJ_*",),
    needs=("OBS_STATUS", "QUESTION"),
    recipients=("CEPEJ",),
    waivable=False,
)
def answers_are_numbers_or_say_why_not(facts: Facts) -> Iterator[Query]:
    """An answer to the CEPEJ is a number, NA or NAP (status L or M), never nothing."""
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, coalesce(CAST(OBS_STATUS AS VARCHAR), '') AS "
        f"status FROM {facts.table} WHERE v IS NULL AND coalesce(OBS_STATUS, '') NOT IN ({literals(tuple(ANSWERS))})",
        "No number, and status {status} is neither NA (L) nor NAP (M).",
        "Pas de nombre, et le statut {status} n’est ni NA (L) ni NAP (M).",
    )
