"""Statuses, confidentiality marks and explanations."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts, literal, literals
from greffe.validation.measures import PERSONAL, SMALL, WITHHELD
from greffe.validation.rule import MAPPED, OUTSIDE, STAGES, Query, rule
from greffe.validation.sql import breaks_here


@rule(
    "QR-CNF-01",
    ERROR,
    "Un effectif de personnes de 1 à 4 au-dessous du niveau national est marqué comme confidentiel.",
    stages=("internal",),
    needs=("NIVEAU_GEO", "CONF"),
    recipients=("internal", "ESTAT"),
    waivable=False,
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
    recipients=("internal", "ESTAT"),
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
    "QR-STA-03",
    ERROR,
    "Une rupture de série connue porte le statut B.",
    stages=OUTSIDE,
    needs=("OBS_STATUS",),
)
def known_breaks_are_marked(facts: Facts) -> Iterator[Query]:
    """A known break of series carries the status B.

    Breaks are declared (`mappings/policies/breaks.csv`). One of the internal figures becomes the status of what a map makes
    of them; one of this dataflow is looked for here. A rounded figure has the status E, and says the break in its comment.
    """
    keys = ", ".join(quoted(d) for d in facts.dims)
    for one in facts.breaks:
        yield Query(
            f"SELECT {keys}, TIME_PERIOD, coalesce(CAST(OBS_STATUS AS VARCHAR), '') AS status, "
            f"{literal(one.id)} AS break_id, {literal(one.reasons['en'])} AS en_reason, "
            f"{literal(one.reasons['fr'])} AS fr_reason FROM {facts.table} "
            f"WHERE {breaks_here(one)} AND coalesce(OBS_STATUS, '') <> 'B' AND {facts.exact()}",
            "Status {status}, and the series breaks here ({break_id}): {en_reason}",
            "Statut {status}, et la série est rompue ici ({break_id}) : {fr_reason}",
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


@rule(
    "QR-CNF-03",
    ERROR,
    "Une valeur confidentielle est absente du jeu diffusé, avec OBS_STATUS Q.",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    needs=("OBS_STATUS", "CONF_STATUS"),
    recipients=("internal",),
    waivable=False,
)
def confidential_values_are_taken_out(facts: Facts) -> Iterator[Query]:
    """A confidential value is absent from the dataset that goes out, with OBS_STATUS Q.

    Says no value: it would be the one that is hidden.
    """
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, CAST(CONF_STATUS AS VARCHAR) AS mark, "
        f"coalesce(CAST(OBS_STATUS AS VARCHAR), '') AS status FROM {facts.table} "
        f"WHERE CONF_STATUS IN ({literals(WITHHELD)}) AND (v IS NOT NULL OR coalesce(OBS_STATUS, '') <> 'Q')",
        "CONF_STATUS {mark} with OBS_STATUS {status}: the value must be absent, and the status Q.",
        "CONF_STATUS {mark} avec OBS_STATUS {status} : la valeur doit manquer, et le statut être Q.",
    )


@rule(
    "QR-CNF-04",
    WARNING,
    "Aucun zéro n’est marqué comme confidentiel sans nécessité, et aucune dimension n’est un texte libre.",
    stages=STAGES,
    needs=("CONF|CONF_STATUS",),
    recipients=("internal",),
)
def zeros_are_open_and_keys_are_coded(facts: Facts) -> Iterator[Query]:
    """No zero is marked as confidential without need, and no dimension is free text, which could name a person."""
    mark = "coalesce(CONF, '') <> ''" if facts.internal else "coalesce(CONF_STATUS, 'F') <> 'F'"
    keys = ", ".join(quoted(d) for d in facts.dims)
    yield Query(
        f"SELECT {keys}, TIME_PERIOD FROM {facts.table} WHERE v = 0 AND {mark}",
        "A zero that is marked as confidential: it points at nobody.",
        "Un zéro marqué comme confidentiel : il ne désigne personne.",
    )
    for component in facts.dims:
        if not facts.codes(component):
            yield Query(
                f"SELECT CAST(count(DISTINCT {quoted(component)}) AS VARCHAR) AS number, '{component}' AS component "
                f"FROM {facts.table} HAVING count(*) > 0",
                "{component} has no code list: any text, and so a person, could be a key. It has {number} values.",
                "{component} n’a pas de nomenclature : tout texte, donc une personne, pourrait être une clé. Elle a "
                "{number} valeurs.",
            )
