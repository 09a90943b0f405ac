"""The form of a mapped dataset: codes, keys, mandatory attributes, numbers and their decimals."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.engine import quoted
from greffe.model.findings import ERROR, WARNING
from greffe.validation.facts import Facts, literals
from greffe.validation.inequalities import outside
from greffe.validation.measures import COUNT_UNITS, FRACTIONS, MISSING, RATE_UNITS
from greffe.validation.rule import MAPPED, OUTSIDE, STAGES, Query, rule


@rule(
    "QR-COD-01",
    ERROR,
    "Tout code est dans sa nomenclature et permis par les contraintes du flux.",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    waivable=False,
)
def codes_are_known_and_allowed(facts: Facts) -> Iterator[Query]:
    """Every code is in its code list and allowed by the constraints of the dataflow."""
    for component in (*facts.structure.dimensions, *facts.structure.attributes):
        known = facts.codes(component.id)
        allowed = facts.allowed.get(component.id)
        if not known and allowed is None:
            continue
        accepted = known if allowed is None else allowed if not known else known & allowed
        name = quoted(component.id)
        where = f"{name} IS NOT NULL AND CAST({name} AS VARCHAR) NOT IN ({literals(accepted)})"
        key = name if component.id in facts.dims else f"CAST({name} AS VARCHAR) AS attribute_code"
        yield Query(
            f"SELECT {key}, CAST({name} AS VARCHAR) AS code, '{component.id}' AS component, "
            f"CAST(count(*) AS VARCHAR) AS number, CASE WHEN CAST({name} AS VARCHAR) IN ({literals(known)}) "
            f"THEN 'allowed' ELSE 'known' END AS word, CASE WHEN CAST({name} AS VARCHAR) IN ({literals(known)}) "
            f"THEN 'permis' ELSE 'connu' END AS mot FROM {facts.table} WHERE {where} GROUP BY {name}",
            "{component} {code} is not {word}, in {number} observations.",
            "{component} {code} n’est pas {mot}, dans {number} observations.",
        )


@rule(
    "QR-KEY-01",
    ERROR,
    "Une clé n’existe qu’une fois.",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    waivable=False,
)
def keys_are_unique(facts: Facts) -> Iterator[Query]:
    """A key stands once."""
    keys = ", ".join(quoted(d) for d in (*facts.dims, "TIME_PERIOD"))
    yield Query(
        f"SELECT {keys}, CAST(count(*) AS VARCHAR) AS number, min(v) AS v_least, max(v) AS v_most FROM {facts.table} "
        f"GROUP BY {keys} HAVING count(*) > 1",
        "{number} observations of one key, from {least} to {most}.",
        "{number} observations d’une même clé, de {least} à {most}.",
    )


@rule(
    "QR-KEY-02",
    ERROR,
    "Aucune dimension n’est vide.",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    recipients=("ESTAT",),
    waivable=False,
)
def dimensions_are_filled(facts: Facts) -> Iterator[Query]:
    """No dimension is empty."""
    names = (*facts.dims, "TIME_PERIOD")
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, {_empty_names(names)} AS missing "
        f"FROM {facts.table} WHERE {_any_empty(names)}",
        "Without {missing}.",
        "Sans {missing}.",
    )


@rule(
    "QR-STA-01",
    ERROR,
    "Toute observation a ses attributs obligatoires, statut et confidentialité d’abord.",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    recipients=("ESTAT",),
    waivable=False,
)
def mandatory_attributes_are_filled(facts: Facts) -> Iterator[Query]:
    """Every observation has its mandatory attributes, status and confidentiality first."""
    names = tuple(a.id for a in facts.structure.attributes if a.mandatory)
    if names:
        yield Query(
            f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, {_empty_names(names)} AS missing "
            f"FROM {facts.table} WHERE {_any_empty(names)}",
            "Without {missing}.",
            "Sans {missing}.",
        )


@rule(
    "QR-FMT-05",
    ERROR,
    "Une valeur est vide si et seulement si son statut dit qu’elle manque (O, M, L, Q).",
    stages=(MAPPED,),
    level=0,
    service="STRUVAL",
    needs=("OBS_STATUS",),
    waivable=False,
)
def empty_value_has_a_missing_status(facts: Facts) -> Iterator[Query]:
    """A value is empty if and only if its status says that it is missing (O, M, L, Q)."""
    missing = f"coalesce(OBS_STATUS, '') IN ({literals(MISSING)})"
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_value, coalesce(CAST(OBS_STATUS AS "
        f"VARCHAR), '') AS status FROM {facts.table} WHERE (v IS NULL) <> ({missing})",
        "Value {value} with status {status}.",
        "Valeur {value} avec le statut {status}.",
    )


@rule(
    "QR-FMT-03",
    ERROR,
    "Les effectifs ne sont pas négatifs.",
    stages=STAGES,
)
def counts_are_not_negative(facts: Facts) -> Iterator[Query]:
    """Counts are not negative."""
    yield Query(
        f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_value FROM {facts.table} "
        f"WHERE {outside(facts, 'QR-FMT-03')} AND {_whole(facts)}",
        "Negative count {value}.",
        "Effectif négatif {value}.",
    )


@rule(
    "QR-FMT-04",
    ERROR,
    "Les effectifs de personnes, d’affaires et de places sont entiers.",
    stages=STAGES,
)
def counts_are_whole(facts: Facts) -> Iterator[Query]:
    """Counts of persons, cases and places are whole numbers."""
    if facts.scale > 1:
        yield Query(
            f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_value FROM {facts.table} "
            f"WHERE coalesce(TRY_CAST(v AS BIGINT) % {facts.scale}, v % {facts.scale}) <> 0 AND {_whole(facts)}",
            "Count {value} is not whole.",
            "L’effectif {value} n’est pas entier.",
        )


@rule(
    "QR-FMT-10",
    WARNING,
    "Une valeur a au plus les décimales de son unité : effectifs {count}, taux {rate}, densité {percent}.",
    stages=OUTSIDE,
    level=0,
    service="STRUVAL",
    needs=("unit|UNIT",),
    recipients=("ESTAT", "UNODC"),
)
def decimals_follow_the_unit(facts: Facts) -> Iterator[Query]:
    """A value has at most the decimals of its unit: counts {count}, rates {rate}, density {percent}.

    An annotation DECIMALS_<UNIT> of the structure or the dataflow goes before. Where neither it nor the measure says how many
    there are, the recipient publishes ratios as they come out of a division: nothing is asked of them.
    """
    declared = {type_.partition("DECIMALS_")[2]: n for type_, n in facts.annotations.items()}
    usual = dict.fromkeys(COUNT_UNITS, "count") | dict.fromkeys(RATE_UNITS, "rate") | {"PC": "percent"}
    if not facts.structure.decimals:
        usual = {}
    units = {code: int(facts.limit("QR-FMT-10", name)) for code, name in usual.items()} | {
        code: int(n) for code, n in declared.items() if code and n.isdecimal()
    }
    unit = quoted(facts.unit)
    finer = [
        f"{unit} = '{code}' AND v % {10 ** (facts.decimals - places)} <> 0"
        for code, places in sorted(units.items())
        if places < facts.decimals and code not in COUNT_UNITS
    ]
    if finer:
        yield Query(
            f"SELECT {', '.join(quoted(d) for d in facts.dims)}, TIME_PERIOD, v AS v_value FROM {facts.table} "
            f"WHERE {' OR '.join(finer)}",
            "{value} has more decimals than its unit.",
            "{value} a plus de décimales que son unité.",
        )


def _whole(facts: Facts) -> str:
    """The observation is a count of whole things."""
    if facts.internal:
        return f"coalesce({quoted(facts.unit)}, '') NOT IN ({literals(FRACTIONS)})" if facts.unit else "TRUE"
    return facts.counted()


def _any_empty(names: tuple[str, ...]) -> str:
    return " OR ".join(f"coalesce(CAST({quoted(n)} AS VARCHAR), '') = ''" for n in names)


def _empty_names(names: tuple[str, ...]) -> str:
    """Text: the names of the empty components of a row."""
    parts = ", ".join(f"CASE WHEN coalesce(CAST({quoted(n)} AS VARCHAR), '') = '' THEN '{n}' END" for n in names)
    return f"concat_ws(', ', {parts})"
