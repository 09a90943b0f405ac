"""A total and its parts: sexes, ages, status, groups of cases, sections (partitions.py says which)."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, INFO, WARNING
from greffe.validation.facts import Facts, literal
from greffe.validation.limits import SIX_SECTIONS
from greffe.validation.partitions import Partition, partitions
from greffe.validation.rule import OUTSIDE, STAGES, Query, rule

WIDE = ("GEO", "INFRACTION", "NATAFF", "INDEX_SSMSI")  # long lists: not used to tell tables apart


@rule(
    "QR-SUM-01",
    ERROR,
    "Le total est la somme des sexes, indéterminés compris.",
    stages=STAGES,
    needs=("SEXE|sex|SEX",),
)
def sexes_add_up(facts: Facts) -> Iterator[Query]:
    """The total equals the sum of the sexes, unknown included."""
    return _sums(facts, "QR-SUM-01")


@rule(
    "QR-SUM-02",
    ERROR,
    "Le total est la somme des majeurs et des mineurs, et des personnes morales et indéterminés que la liste prévoit.",
    stages=STAGES,
    needs=("AGE|age",),
    recipients=("ESTAT", "UNODC"),
)
def ages_add_up(facts: Facts) -> Iterator[Query]:
    """The total equals adults plus juveniles, and the legal persons and unknown that the list has."""
    return _sums(facts, "QR-SUM-02")


@rule(
    "QR-SUM-03",
    ERROR,
    "Nationaux et étrangers ensemble ne dépassent pas le total.",
    stages=STAGES,
    needs=("NATIONALITE|citizen|CATEGORY",),
    recipients=("ESTAT", "UNODC"),
)
def nationalities_stay_within_the_total(facts: Facts) -> Iterator[Query]:
    """Nationals and foreigners together do not exceed the total."""
    return _sums(facts, "QR-SUM-03")


@rule(
    "QR-SUM-04",
    ERROR,
    "Prévenus et condamnés font les détenus.",
    stages=STAGES,
    needs=("INDICATEUR|leg_stat|CATEGORY",),
    recipients=("ESTAT", "UNODC"),
)
def untried_and_sentenced_make_the_prisoners(facts: Facts) -> Iterator[Query]:
    """Untried plus sentenced equals prisoners."""
    return _sums(facts, "QR-SUM-04")


@rule(
    "QR-SUM-09",
    ERROR,
    "Les groupes d’affaires (NAC) font le total.",
    stages=("internal",),
    needs=("NAC",),
    recipients=("internal", "CEPEJ"),
)
def groups_of_cases_add_up(facts: Facts) -> Iterator[Query]:
    """The groups of cases (NAC) add up to the total."""
    return _sums(facts, "QR-SUM-09")


@rule(
    "QR-SUM-10",
    ERROR,
    "Le total de la question 91 de la CEPEJ est la somme de ses lignes 1 à 4.",
    stages=OUTSIDE,
    flows=("CEPEJ_*",),
    needs=("QUESTION",),
    recipients=("CEPEJ",),
)
def lines_of_question_91_add_up(facts: Facts) -> Iterator[Query]:
    """The total of CEPEJ question 91 equals its lines 1 to 4."""
    return _sums(facts, "QR-SUM-10")


@rule(
    "QR-SUM-12",
    ERROR,
    "Les sections de l’ICCS des condamnés font leur total : règle de l’infraction principale.",
    stages=OUTSIDE,
    flows=("UNODC_*",),
    needs=("DIMENSION", "CATEGORY"),
    recipients=("UNODC",),
)
def sections_make_the_total(facts: Facts) -> Iterator[Query]:
    """The ICCS sections of persons convicted sum to their total: main-offence rule."""
    return _sums(facts, "QR-SUM-12")


@rule(
    "QR-SUM-13",
    WARNING,
    "Si les sections de l’ICCS des détenus dépassent le total, la note dit que les infractions sont comptées plusieurs "
    "fois.",
    stages=OUTSIDE,
    flows=("UNODC_*",),
    needs=("DIMENSION", "CATEGORY"),
    recipients=("UNODC",),
    limit=SIX_SECTIONS,
)
def multiple_counting_is_said(facts: Facts) -> Iterator[Query]:
    """Where the ICCS sections of persons held exceed the total, the note says that offences are counted more than
    once.
    """
    return _sums(facts, "QR-SUM-13")


@rule(
    "QR-SUB-07",
    ERROR,
    "Les prévenus depuis moins et depuis plus de 12 mois font les prévenus.",
    stages=OUTSIDE,
    flows=("UNODC_*",),
    needs=("DIMENSION", "CATEGORY"),
    recipients=("UNODC",),
)
def lengths_make_the_unsentenced(facts: Facts) -> Iterator[Query]:
    """Unsentenced for less and for more than 12 months make the unsentenced."""
    return _sums(facts, "QR-SUB-07")


@rule(
    "QR-SUM-11",
    ERROR,
    "Les affaires traitées de la question 107 de la CEPEJ sont les lignes 3.1 à 3.4 quand toutes ont une réponse.",
    stages=OUTSIDE,
    flows=("CEPEJ_*",),
    needs=("QUESTION",),
    recipients=("CEPEJ",),
)
def outcomes_of_question_107_add_up(facts: Facts) -> Iterator[Query]:
    """Cases processed in CEPEJ question 107 equal lines 3.1 to 3.4 where all of them are answered."""
    return _sums(facts, "QR-SUM-11")


@rule(
    "QR-SUM-15",
    ERROR,
    "Les classements de la question 107 de la CEPEJ sont la somme de leurs motifs quand tous ont une réponse.",
    stages=OUTSIDE,
    flows=("CEPEJ_*",),
    needs=("QUESTION",),
    recipients=("CEPEJ",),
)
def reasons_of_question_107_add_up(facts: Facts) -> Iterator[Query]:
    """Cases discontinued in CEPEJ question 107 equal the sum of their reasons where all of them are answered."""
    return _sums(facts, "QR-SUM-15")


@rule(
    "QR-SUM-16",
    ERROR,
    "Le total de la question 94 de la CEPEJ est la somme de ses lignes : graves, mineures, autres.",
    stages=OUTSIDE,
    flows=("CEPEJ_*",),
    needs=("QUESTION",),
    recipients=("CEPEJ",),
)
def lines_of_question_94_add_up(facts: Facts) -> Iterator[Query]:
    """The total of CEPEJ question 94 equals its lines: severe, minor, other."""
    return _sums(facts, "QR-SUM-16")


@rule(
    "QR-SUM-14",
    WARNING,
    "Les décès en détention sont les décès naturels et externes.",
    stages=OUTSIDE,
    flows=("UNODC_*",),
    needs=("DIMENSION", "CATEGORY"),
    recipients=("UNODC",),
)
def deaths_add_up(facts: Facts) -> Iterator[Query]:
    """Deaths in prison equal natural plus external deaths."""
    return _sums(facts, "QR-SUM-14")


@rule(
    "QR-SUB-08",
    ERROR,
    "Suicides et homicides en détention ne dépassent pas les décès externes.",
    stages=OUTSIDE,
    flows=("UNODC_*",),
    needs=("DIMENSION", "CATEGORY"),
    recipients=("UNODC",),
)
def violent_deaths_stay_within_the_external(facts: Facts) -> Iterator[Query]:
    """Suicides and homicides in prison do not exceed external deaths."""
    return _sums(facts, "QR-SUB-08")


@rule(
    "QR-SUM-17",
    INFO,
    "Nationaux et étrangers font le total, ou une note dit ce qui manque (nationalité inconnue).",
    stages=OUTSIDE,
    needs=("citizen|CATEGORY",),
    recipients=("ESTAT", "UNODC"),
)
def nationalities_make_the_total_or_say_why(facts: Facts) -> Iterator[Query]:
    """Nationals and foreigners make the total, or a note says what is missing (unknown nationality)."""
    return _sums(facts, "QR-SUM-17")


@rule(
    "QR-MAN-03",
    ERROR,
    "Un total est présent partout où ses parties le sont, dans un tableau qui a des totaux.",
    stages=STAGES,
)
def totals_are_present(facts: Facts) -> Iterator[Query]:
    """A total is present wherever its parts are, in a table that has totals."""
    for partition in partitions(facts, "QR-SUM-01", "QR-SUM-02", "QR-SUM-09", "QR-SUM-04"):
        if len(partition.components) > 1 or partition.components == ("INDICATEUR",):
            continue
        yield Query(
            f"SELECT {_key(facts, partition)}, v_parts FROM ({_grouped(facts, partition)}) "
            "WHERE n_total = 0 AND n_parts > 0",
            f"The total is absent though {partition.kind[0]} are there: they make {{parts}}.",
            f"Le total manque alors que {partition.kind[1]} sont là : leur somme est {{parts}}.",
        )


def _sums(facts: Facts, rule_id: str) -> Iterator[Query]:
    for partition in partitions(facts, rule_id):
        yield Query(
            f"SELECT {_key(facts, partition)}, v_total, v_parts, CAST(n_parts + n_optional AS VARCHAR) AS number "
            f"FROM ({_grouped(facts, partition)}) WHERE {_broken(partition)}",
            f"Total {{total}}, but {partition.kind[0]} make {{parts}}.",
            f"Le total est {{total}}, mais {partition.kind[1]} font {{parts}}.",
        )


def _broken(partition: Partition) -> str:
    """A total that its parts contradict. With a part missing, only more than the total is a contradiction."""
    known = "n_total = 1 AND v_total IS NOT NULL AND "
    if partition.bound:
        return known + "v_parts > v_total" + (" AND n_said = 0" if partition.unless_said else "")
    complete = f"n_parts = {len(partition.parts)}" if partition.parts else "n_parts >= 2"
    alone = "(n_parts = 0 AND n_optional > 0 AND n_empty = 0)"
    if partition.unless_said:
        known += "n_said = 0 AND "
    return known + f"((({complete} AND n_empty = 0) OR {alone}) AND v_parts <> v_total OR v_parts > v_total)"


def _key(facts: Facts, partition: Partition) -> str:
    """The key of the total: its codes for the components, the group's codes for the rest."""
    fixed = dict(zip(partition.components, partition.total, strict=True))
    columns = [f"{literal(fixed[d])} AS {quoted(d)}" if d in fixed else quoted(d) for d in facts.dims]
    return ", ".join((*columns, "TIME_PERIOD"))


def _grouped(facts: Facts, partition: Partition) -> str:
    """One row a group: the total and the sum of its parts, in one pass over the rows of tables that have totals."""
    rest = ", ".join(quoted(d) for d in facts.others(*partition.components))
    total, part, optional = partition.is_total(), partition.is_part(), partition.is_optional()
    member = f"({part} OR {optional})"
    said = facts.explained(facts.table)
    speaker = member if partition.bound else "TRUE"
    return (
        f"SELECT {rest}, TIME_PERIOD, max(v) FILTER (WHERE {total}) AS v_total, count(*) FILTER (WHERE {total}) AS "
        f"n_total, sum(v) FILTER (WHERE {member}) AS v_parts, count(*) FILTER (WHERE {part}) AS n_parts, "
        f"count(*) FILTER (WHERE {optional}) AS n_optional, count(*) FILTER (WHERE {member} AND v IS NULL) AS n_empty, "
        f"count(*) FILTER (WHERE {speaker} AND {said}) AS n_said "
        f"FROM {facts.table} WHERE ({total} OR {member}) AND {facts.counted()} AND {partition.limits()} "
        f"AND {_tables_with_totals(facts, partition)} GROUP BY {rest}, TIME_PERIOD"
    )


def _tables_with_totals(facts: Facts, partition: Partition) -> str:
    """Leaves out the full cubes of large extracts, which have no totals, before anything is grouped.

    A table is what has the same codes in all dimensions but the long ones. Target datasets are small and are expected to
    have their totals.
    """
    if not facts.internal:
        return "TRUE"
    shape = [quoted(d) for d in facts.others(*partition.components, *WIDE)]
    return (
        f"({', '.join(shape)}) IN (SELECT DISTINCT {', '.join(shape)} FROM {facts.table} WHERE {partition.is_total()})"
    )
