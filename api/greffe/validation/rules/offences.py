"""The tree of offences (ICCS): an offence holds its sub-offences. Parents come from the code list."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import Facts, literal
from greffe.validation.rule import OUTSIDE, Query, rule


@rule(
    "QR-SUB-02",
    ERROR,
    "Une infraction de l’ICCS est au moins égale à chacune de celles qu’elle contient.",
    stages=OUTSIDE,
    needs=("iccs",),
    recipients=("ESTAT", "UNODC"),
)
def offence_is_at_least_each_part(facts: Facts) -> Iterator[Query]:
    """An ICCS offence is at least each offence that it holds."""
    if _ancestors(facts):
        yield Query(
            f"WITH {_pairs(facts)} SELECT {_keys(facts)}, TIME_PERIOD, v_parent, v_child, child_code FROM pairs "
            "WHERE v_child > v_parent",
            "{parent}, but {child} in {child_code}, which it holds.",
            "{parent}, mais {child} dans {child_code}, qu’elle contient.",
        )


@rule(
    "QR-SUB-03",
    ERROR,
    "Une infraction de l’ICCS est au moins la somme des infractions publiées qu’elle contient : elles s’excluent.",
    stages=OUTSIDE,
    needs=("iccs",),
    recipients=("ESTAT",),
)
def offence_is_at_least_the_sum_of_its_parts(facts: Facts) -> Iterator[Query]:
    """An ICCS offence is at least the sum of the reported offences that it holds: they exclude each other.

    Of several reported offences below one another only the highest counts.
    """
    if not _ancestors(facts):
        return
    keys = _keys(facts)
    yield Query(
        f"WITH {_pairs(facts)}, deeper AS (SELECT DISTINCT {keys}, TIME_PERIOD, below AS child_code FROM pairs "
        "JOIN tree ON above = child_code) "
        f"SELECT {keys}, TIME_PERIOD, v_parent, sum(v_child) AS v_children, CAST(count(*) AS VARCHAR) AS number "
        f"FROM pairs ANTI JOIN deeper USING ({keys}, TIME_PERIOD, child_code) "
        f"GROUP BY {keys}, TIME_PERIOD, v_parent HAVING count(*) > 1 AND sum(v_child) > v_parent",
        "{parent}, but {children} in the {number} reported offences that it holds.",
        "{parent}, mais {children} dans les {number} infractions publiées qu’elle contient.",
    )


def _keys(facts: Facts) -> str:
    return ", ".join(quoted(d) for d in facts.dims)


def _pairs(facts: Facts) -> str:
    """CTEs `tree` (above, below) and `pairs`: every reported offence with every reported offence below it."""
    rows = ", ".join(f"({literal(a)}, {literal(b)})" for a, b in _ancestors(facts))
    same = " AND ".join(f"p.{quoted(d)} = c.{quoted(d)}" for d in (*facts.others("iccs"), "TIME_PERIOD"))
    keys = ", ".join(
        f"CAST(p.{quoted(d)} AS VARCHAR) AS {quoted(d)}" if d == "iccs" else f"p.{quoted(d)}" for d in facts.dims
    )
    return (
        f"tree(above, below) AS (VALUES {rows}), pairs AS (SELECT {keys}, p.TIME_PERIOD, p.v AS v_parent, "
        f"c.v AS v_child, CAST(c.iccs AS VARCHAR) AS child_code FROM {facts.table} p "
        f"JOIN tree ON CAST(p.iccs AS VARCHAR) = above "
        f"JOIN {facts.table} c ON CAST(c.iccs AS VARCHAR) = below AND {same} "
        f"WHERE {facts.counted('p')} AND {facts.counted('c')} AND p.v IS NOT NULL AND c.v IS NOT NULL)"
    )


def _ancestors(facts: Facts) -> list[tuple[str, str]]:
    """(ancestor, code) for every code of the list of `iccs`, however far apart."""
    list_ = facts.codelists.get("iccs")
    parents = {i.id: i.parent for i in list_.items} if list_ else {}
    found = []
    for code in parents:
        above = parents[code]
        seen = {code}
        while above and above not in seen:
            found.append((above, code))
            seen.add(above)
            above = parents.get(above, "")
    return sorted(found)
