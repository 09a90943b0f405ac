"""What cannot be more than something else."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts
from greffe.validation.inequalities import exceeding, pairs
from greffe.validation.rule import OUTSIDE, STAGES, Query, rule
from greffe.validation.rules.stocks import pivoted


@rule(
    "QR-SUB-01",
    ERROR,
    "Les mineurs ne dépassent pas l’ensemble des âges.",
    stages=STAGES,
    needs=("AGE|age",),
)
def minors_do_not_exceed_all_ages(facts: Facts) -> Iterator[Query]:
    """Minors do not exceed all ages.

    Of a rate or a mean nothing is asked: it may be higher for minors.
    """
    yield from _exceeding(
        facts,
        "QR-SUB-01",
        "{part} minors, but {whole} persons of all ages.",
        "{part} mineurs, mais {whole} personnes de tous âges.",
    )


@rule(
    "QR-SUB-04",
    ERROR,
    "Les détenus ne dépassent pas les écroués.",
    stages=("internal",),
    needs=("INDICATEUR",),
    recipients=("internal",),
)
def detained_do_not_exceed_committed(facts: Facts) -> Iterator[Query]:
    """Detained persons do not exceed persons under committal."""
    yield from _exceeding(
        facts,
        "QR-SUB-04",
        "{part} detained, but {whole} under committal.",
        "{part} détenus, mais {whole} écroués.",
    )


@rule(
    "QR-SUB-05",
    ERROR,
    "Les condamnés ne dépassent pas les condamnations.",
    stages=("internal",),
    needs=("INDICATEUR",),
    recipients=("internal",),
)
def convicted_do_not_exceed_convictions(facts: Facts) -> Iterator[Query]:
    """Persons convicted do not exceed convictions."""
    yield from _exceeding(
        facts,
        "QR-SUB-05",
        "{part} persons convicted, but {whole} convictions.",
        "{part} condamnés, mais {whole} condamnations.",
    )


@rule(
    "QR-SUB-06",
    ERROR,
    "Les poursuivis ne dépassent pas les auteurs poursuivables, ni ceux-ci les auteurs traités.",
    stages=("internal",),
    needs=("INDICATEUR",),
    recipients=("internal",),
)
def prosecuted_do_not_exceed_suspects(facts: Facts) -> Iterator[Query]:
    """Persons prosecuted do not exceed suspects who can be prosecuted, nor these all suspects dealt with."""
    for pair in pairs(facts, "QR-SUB-06"):
        yield Query(
            exceeding(facts, pair),
            f"{{part}} ({pair.part}), but {{whole}} ({pair.whole}).",
            f"{{part}} ({pair.part}), mais {{whole}} ({pair.whole}).",
        )


@rule(
    "QR-SUB-09",
    WARNING,
    "Admissions et rejets d’aide juridictionnelle ne dépassent pas les demandes.",
    stages=("internal",),
    needs=("INDICATEUR",),
    recipients=("internal",),
)
def legal_aid_decisions_do_not_exceed_applications(facts: Facts) -> Iterator[Query]:
    """Legal aid admissions and refusals do not exceed applications."""
    states = {"v_granted": "AJ_ADM", "v_refused": "AJ_REJ", "v_asked": "AJ_DEM"}
    columns = ", ".join(states)
    yield Query(
        pivoted(facts, "INDICATEUR", states, "AJ_DEM", columns, "v_granted + v_refused > v_asked"),
        "{granted} admissions and {refused} refusals, but {asked} applications.",
        "{granted} admissions et {refused} rejets, mais {asked} demandes.",
    )


@rule(
    "QR-SUB-10",
    ERROR,
    "Les affaires en cours depuis plus de deux ans ne dépassent pas les affaires en cours.",
    stages=OUTSIDE,
    needs=("CASE_STATUS",),
    recipients=("CEPEJ",),
)
def old_cases_do_not_exceed_pending(facts: Facts) -> Iterator[Query]:
    """Cases pending over two years do not exceed pending cases."""
    yield from _exceeding(
        facts,
        "QR-SUB-10",
        "{part} cases pending over two years, but {whole} pending.",
        "{part} affaires en cours depuis plus de deux ans, mais {whole} en cours.",
    )


@rule(
    "QR-SUB-11",
    WARNING,
    "Les équivalents temps plein ne dépassent pas l’effectif quand les deux sont envoyés (questions 46, 52 et 55).",
    stages=OUTSIDE,
    flows=("CEPEJ_*",),
    needs=("QUESTION", "UNIT"),
    recipients=("CEPEJ",),
)
def full_time_equivalents_do_not_exceed_the_headcount(facts: Facts) -> Iterator[Query]:
    """Full-time equivalents do not exceed the headcount where both are sent (questions 46, 52 and 55)."""
    yield from _exceeding(
        facts,
        "QR-SUB-11",
        "{part} full-time equivalents, but {whole} persons.",
        "{part} équivalents temps plein, mais {whole} personnes.",
    )


def _exceeding(facts: Facts, rule_id: str, en: str, fr: str) -> Iterator[Query]:
    return (Query(exceeding(facts, pair), en, fr) for pair in pairs(facts, rule_id))
