"""Suppressed cells that arithmetic on the published ones would bring back. No message here holds a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.audit import given_by_systems
from greffe.validation.facts import MARKED, ROUNDED, Facts, literals
from greffe.validation.measures import COUNT_UNITS, RATE_UNITS
from greffe.validation.partitions import PARTITIONS, Partition
from greffe.validation.rule import MAPPED, Query, rule

HINT_EN: Final = "Suppress another cell or mark it in the source."
HINT_FR: Final = "Masquer une autre cellule ou la marquer dans la source."
FLOWS: Final = ("IN", "RES", "P1")  # beside P0, or pending a year before
RATIOS: Final = (("CR", "RES", "IN"), ("DT", "P1", "RES"))


@rule(
    "QR-CNF-02",
    ERROR,
    "Aucune cellule masquée ne se recalcule à partir des marges publiées.",
    stages=(MAPPED,),
    needs=("OBS_STATUS", "CONF_STATUS"),
    examine=given_by_systems,
    recipients=("internal",),
    waivable=False,
)
def suppressed_cells_stay_hidden(facts: Facts) -> Iterator[Query]:
    """No suppressed cell can be recomputed from published margins.

    What one relation gives, by queries; what several give together, by linear programmes over the system of all relations
    (validation.audit). A rounded value leaves a true one anywhere less than the base away: no query takes it as known.
    """
    for partition in PARTITIONS:
        if partition.usable(facts):
            yield _sum(facts, partition)
    component = _states_in(facts)
    if component:
        yield from _stocks(facts, component)
        yield from _ratios(facts, component)
    if facts.unit:
        yield _rates(facts)


def _sum(facts: Facts, partition: Partition) -> Query:
    """The only hidden cell among a total and its parts. Optional parts that are absent count nothing."""
    total, part, optional = partition.is_total(), partition.is_part(), partition.is_optional()
    number = f"= {len(partition.parts)}" if partition.parts else ">= 2"
    complete = (
        f"count(*) FILTER (WHERE {total}) OVER w = 1 AND (count(*) FILTER (WHERE {part}) OVER w {number} OR "
        f"count(*) FILTER (WHERE {part}) OVER w = 0 AND count(*) FILTER (WHERE {optional}) OVER w > 0)"
    )
    if partition.unless_said:
        said = facts.explained(facts.table)
        complete += f" AND count(*) FILTER (WHERE NOT {total} AND {said}) OVER w = 0"
    where = f"({total} OR {part} OR {optional}) AND {facts.counted()} AND {partition.limits()}"
    en, fr = partition.kind
    if partition.bound:  # the parts may be less than the total: what is left is the most that the cell can be
        start_en = f"Suppressed, but the published cells of one sum (the total, {en}) give its value, or a bound of it."
        start_fr = (
            f"Masquée, mais les cellules publiées d’une somme (le total, {fr}) en donnent la valeur ou une borne."
        )
    else:
        start_en = f"Suppressed, but the published cells of one sum (the total, {en}) give its value by difference."
        start_fr = f"Masquée, mais les cellules publiées d’une somme (le total, {fr}) donnent sa valeur par différence."
    return _query(
        facts, facts.table, where, partition.components, f"{_only_one(facts)} AND {complete}", start_en, start_fr
    )


def _stocks(facts: Facts, component: str) -> Iterator[Query]:
    """Pending at the start + new - resolved = pending at the end; the start is the end of the year before."""
    name = quoted(component)
    every = f"{_only_one(facts)} AND count(*) OVER w = 4"
    en = "Suppressed, but pending cases and flows that are published (start, new, resolved, end) give its value."
    fr = "Masquée, mais les stocks et flux publiés (début, nouvelles, terminées, fin) donnent sa valeur."
    if "P0" not in facts.codes(component):
        yield _query(facts, _years(facts, name, FLOWS), "TRUE", (component,), every, en, fr, "at_year")
        return
    yield _query(facts, facts.table, f"{name} IN ({literals(('P0', *FLOWS))})", (component,), every, en, fr)
    yield _query(
        facts,
        _years(facts, name, ("P0",)),
        "TRUE",
        (component,),
        f"{_only_one(facts)} AND count(*) OVER w = 2",
        "Suppressed, but pending at the start of a year is pending at the end of the year before: one of them is published.",
        "Masquée, mais le stock du début d’une année est celui de la fin de la précédente : l’un des deux est publié.",
        "at_year",
    )


def _years(facts: Facts, name: str, codes: Sequence[str]) -> str:
    """Rows of those codes at their year, and pending at the end at the year after."""
    columns = ", ".join((*(quoted(d) for d in facts.dims), "TIME_PERIOD", "v", "rest", MARKED, ROUNDED))
    return (
        f"(SELECT {columns}, year AS at_year FROM {facts.table} WHERE {name} IN ({literals(tuple(codes))}) UNION ALL "
        f"SELECT {columns}, year + 1 AS at_year FROM {facts.table} WHERE {name} = 'P1')"
    )


def _ratios(facts: Facts, component: str) -> Iterator[Query]:
    """Clearance rate and disposition time: two of a ratio and its operands give the third."""
    for ratio in RATIOS:
        if set(ratio) <= facts.codes(component):
            yield _query(
                facts,
                facts.table,
                f"{quoted(component)} IN ({literals(ratio)})",
                (component,),
                f"{_only_one(facts)} AND count(*) OVER w = 3",
                "Suppressed, but two of a ratio and its operands are published and give the third.",
                "Masquée, mais deux éléments d’un ratio et de ses termes sont publiés et donnent le troisième.",
            )


def _rates(facts: Facts) -> Query:
    """A rate and its count: populations are public, so that each gives the other."""
    units = literals((*COUNT_UNITS, *RATE_UNITS))
    return _query(
        facts,
        facts.table,
        f"{quoted(facts.unit)} IN ({units})",
        (facts.unit,),
        f"{facts.hidden()} AND count(*) FILTER (WHERE {facts.exact()}) OVER w > 0",
        "Suppressed, but of a rate and its count one is published: the population gives the other.",
        "Masquée, mais d’un taux et de son effectif l’un est publié : la population donne l’autre.",
    )


def _query(
    facts: Facts, source: str, where: str, within: Sequence[str], condition: str, en: str, fr: str, at: str = ""
) -> Query:
    """Keys of the rows that meet `condition`, in which `w` is the group of rows that differ by `within` only; `at`
    replaces the period in the group. No column but the key: a finding holds no value."""
    keys = ", ".join(quoted(d) for d in facts.dims)
    group = ", ".join((*(quoted(d) for d in facts.others(*within)), *((at, "rest") if at else ("TIME_PERIOD",))))
    sql = (
        f"SELECT {keys}, TIME_PERIOD FROM {source} AS {facts.table} WHERE {where} "
        f"WINDOW w AS (PARTITION BY {group}) QUALIFY {condition}"
    )
    return Query(sql, f"{en} {HINT_EN}", f"{fr} {HINT_FR}")


def _only_one(facts: Facts) -> str:
    """SQL condition: the row is hidden, and all others of its group have exact values."""
    return f"{facts.hidden()} AND count(*) FILTER (WHERE NOT {facts.exact()}) OVER w = 1"


def _states_in(facts: Facts) -> str:
    """The dimension that holds incoming, resolved and pending cases."""
    return next((c for c in ("CASE_STATUS", "INDICATOR") if c in facts.dims and set(FLOWS) <= facts.codes(c)), "")
