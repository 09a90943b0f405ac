"""Statuses, confidentiality marks and explanations."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts
from greffe.validation.measures import PERSONAL, SMALL
from greffe.validation.rule import MAPPED, Query, rule


@rule(
    "QR-CNF-01",
    ERROR,
    "Un effectif de personnes de 1 à 4 au-dessous du niveau national est marqué comme confidentiel.",
    stages=("internal",),
    needs=("NIVEAU_GEO", "CONF"),
)
def small_counts_are_marked(facts: Facts) -> Iterator[Query]:
    """A count of persons from 1 to 4 below the national level is marked as confidential.

    Only where a breakdown may point at a person: offence, sex, age, nationality.
    """
    personal = [f"{quoted(c)} <> '_Z'" for c in PERSONAL if c in facts.dims]
    if personal:
        yield Query(
            f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_value FROM {facts.table} "
            f"WHERE v > 0 AND v < {SMALL * facts.scale} AND NIVEAU_GEO <> 'FR' AND coalesce(CONF, '') = '' "
            f"AND ({' OR '.join(personal)}) AND {facts.counted()}",
            "Small count {value} without its mark C1.",
            "Petit effectif {value} sans sa marque C1.",
        )


@rule(
    "QR-STA-02",
    WARNING,
    "La dernière année est provisoire tant que sa source n’est pas complète.",
    stages=("internal",),
    needs=("INDICATEUR", "FREQ", "STATUT"),
)
def last_year_is_provisional(facts: Facts) -> Iterator[Query]:
    """The last year is provisional until its source is complete.

    One finding a row where the year is provisional elsewhere in the extract; one per indicator of prosecution and of the
    criminal record where the whole year is final.
    """
    keys = ", ".join(quoted(d) for d in facts.dims)
    last = (
        "WITH last AS (SELECT INDICATEUR, FREQ, year, "
        "sum(count(*) FILTER (WHERE STATUT = 'PR')) OVER (PARTITION BY year) AS provisional, "
        f"count(*) FILTER (WHERE STATUT = 'D') AS final FROM {facts.table} GROUP BY INDICATEUR, FREQ, year "
        "QUALIFY year = max(year) OVER (PARTITION BY INDICATEUR, FREQ)) "
    )
    yield Query(
        f"{last}SELECT {keys}, TIME_PERIOD FROM {facts.table} JOIN last USING (INDICATEUR, FREQ, year) "
        "WHERE STATUT = 'D' AND provisional > 0",
        "Marked final, though this year, the last one, is provisional.",
        "Marqué définitif, alors que cette année, la dernière, est provisoire.",
    )
    yield Query(
        f"{last}SELECT INDICATEUR, FREQ, CAST(year AS VARCHAR) AS TIME_PERIOD, CAST(final AS VARCHAR) AS number "
        "FROM last WHERE provisional = 0 AND final > 0 AND regexp_matches(CAST(INDICATEUR AS VARCHAR), '^(CJN|PEN)_')",
        "The last year is marked final in all its {number} rows.",
        "La dernière année est marquée définitive dans ses {number} lignes.",
    )


@rule(
    "QR-MAN-04",
    WARNING,
    "Une note explique tout statut B, D ou E.",
    stages=(MAPPED,),
    needs=("OBS_STATUS", "COMMENT_OBS|FOOTNOTE|SOURCE_NOTE"),
)
def special_status_is_explained(facts: Facts) -> Iterator[Query]:
    """A note explains each status B, D or E."""
    silent = " AND ".join(f"coalesce({quoted(c)}, '') = ''" for c in facts.comments)
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, CAST(OBS_STATUS AS VARCHAR) AS status "
        f"FROM {facts.table} WHERE OBS_STATUS IN ('B', 'D', 'E') AND {silent}",
        "Status {status} without a note.",
        "Statut {status} sans note.",
    )
