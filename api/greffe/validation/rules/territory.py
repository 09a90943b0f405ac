"""Which France: one territorial field per indicator and per released series (D12)."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR
from greffe.validation.facts import Facts, literal
from greffe.validation.rule import MAPPED, Query, rule


@rule(
    "QR-TYP-02",
    ERROR,
    "Un chiffre couvre le champ territorial que déclare son indicateur.",
    stages=("internal",),
    needs=("INDICATEUR", "TERRITOIRE"),
)
def field_is_that_of_the_indicator(facts: Facts) -> Iterator[Query]:
    """A figure covers the territorial field that its indicator declares."""
    list_ = facts.codelists.get("INDICATEUR")
    fields = {i.id: i.annotation("TERRITORY") for i in list_.items} if list_ else {}
    rows = ", ".join(f"({literal(i)}, {literal(field)})" for i, field in sorted(fields.items()) if field)
    if rows:
        yield Query(
            f"WITH declared(indicator, field) AS (VALUES {rows}) "
            f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, CAST(TERRITOIRE AS VARCHAR) AS found, field "
            f"FROM {facts.table} JOIN declared ON CAST(INDICATEUR AS VARCHAR) = indicator "
            "WHERE CAST(TERRITOIRE AS VARCHAR) <> field",
            "Field {found}, but the indicator covers {field}.",
            "Champ {found}, mais l’indicateur couvre {field}.",
        )


@rule(
    "QR-TYP-02",
    ERROR,
    "Une série couvre un seul champ territorial.",
    stages=(MAPPED,),
    needs=("TERRITORY",),
)
def series_covers_one_field(facts: Facts) -> Iterator[Query]:
    """A series covers one territorial field."""
    keys = ", ".join(quoted(d) for d in facts.dims)
    yield Query(
        f"SELECT {keys}, CAST(count(DISTINCT TERRITORY) AS VARCHAR) AS number, CAST(min(TERRITORY) AS VARCHAR) AS one, "
        f"CAST(max(TERRITORY) AS VARCHAR) AS another FROM {facts.table} GROUP BY {keys} HAVING count(DISTINCT TERRITORY) > 1",
        "{number} territorial fields in one series, among them {one} and {another}.",
        "{number} champs territoriaux dans une série, dont {one} et {another}.",
    )
