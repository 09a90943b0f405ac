"""A new release against the one before: final values stay, and nothing that was sent disappears."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts
from greffe.validation.rule import Query, rule
from greffe.validation.sql import above, at_least, below

FINAL = "A"


@rule(
    "QR-VIN-01",
    ERROR,
    "Une révision de plus de {share} % d’une valeur définitive (de plus de {small}, au-dessous de {small}) demande une "
    "approbation.",
    stages=("mapped",),
    level=2,
    needs=("OBS_STATUS",),
)
def final_values_stay(facts: Facts) -> Iterator[Query]:
    """A revision of more than {share} percent of a final value (of more than {small}, under {small}) needs approval.

    Says nothing of a cell that is confidential now: QR-VIN-02 says that it is withdrawn.
    """
    if not facts.previous:
        return
    old, small = f"CAST(o.OBS_VALUE * {facts.scale} AS HUGEINT)", facts.units("QR-VIN-01", "small")
    yield Query(
        f"SELECT {_keys(facts, 'n')}, n.TIME_PERIOD, n.v AS v_new, {old} AS v_old FROM {facts.table} n "
        f"JOIN {quoted(facts.previous)} o ON {_same(facts)} WHERE o.OBS_STATUS = '{FINAL}' AND NOT {facts.marked('n')} AND "
        f"({below(f'abs({old})', small)} AND {above(f'abs(n.v - {old})', small)} OR {at_least(f'abs({old})', small)} "
        f"AND {above(f'abs(n.v - {old})', facts.share('QR-VIN-01', 'share'), f'abs({old})')})",
        "{new} instead of the final value {old}.",
        "{new} au lieu de la valeur définitive {old}.",
    )


@rule(
    "QR-VIN-02",
    WARNING,
    "Une valeur déjà diffusée n’est pas retirée.",
    stages=("mapped",),
    level=2,
    recipients=("ESTAT", "UNODC"),
)
def released_values_are_kept(facts: Facts) -> Iterator[Query]:
    """A value that was already released is not withdrawn.

    The old value of a cell that is suppressed now is not shown: it would be the value that is hidden.
    """
    if not facts.previous:
        return
    old = f"CAST(o.OBS_VALUE * {facts.scale} AS HUGEINT)"
    gone = (
        f"FROM {quoted(facts.previous)} o LEFT JOIN {facts.table} n ON {_same(facts)} "
        "WHERE o.OBS_VALUE IS NOT NULL AND n.v IS NULL"
    )
    yield Query(
        f"SELECT {_keys(facts, 'o')}, o.TIME_PERIOD {gone} AND {facts.marked('n')}",
        "The value of the release before is suppressed now.",
        "La valeur de la diffusion précédente est masquée désormais.",
    )
    yield Query(
        f"SELECT {_keys(facts, 'o')}, o.TIME_PERIOD, {old} AS v_old {gone} AND NOT {facts.marked('n')}",
        "The value {old} of the release before is gone.",
        "La valeur {old} de la diffusion précédente a disparu.",
    )


def _keys(facts: Facts, alias: str) -> str:
    return ", ".join(f"{alias}.{quoted(d)}" for d in facts.dims)


def _same(facts: Facts) -> str:
    return " AND ".join(f"CAST(n.{quoted(d)} AS VARCHAR) = o.{quoted(d)}" for d in (*facts.dims, "TIME_PERIOD"))
