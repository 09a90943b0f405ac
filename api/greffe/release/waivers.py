"""Is a waiver about something: a rule that exists, components and codes of the flow or of its source, a period (D19)."""

from __future__ import annotations

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, nearest
from greffe.model.periods import span
from greffe.model.structures import Codelist, Dataflow
from greffe.store.ledger import Waiver
from greffe.validation.run import RULES

MAPPING_RULES = ("SM-21", "SM-22")  # what the mapping itself finds


def check_waiver(catalogue: Catalogue, waiver: Waiver) -> None:
    """Raises BadQuery with the nearest rule, component or code."""
    rules = {r.id for r in RULES} | set(MAPPING_RULES)
    if waiver.rule not in rules:
        raise BadQuery(f"There is no rule {waiver.rule}.", nearest=nearest(waiver.rule, rules))
    if not waiver.key:
        raise BadQuery(
            "A waiver is by rule and key.", parameter="--key", hint="Say COMPONENT=CODE, as often as needed."
        )
    flow = catalogue.get(Dataflow, waiver.dataflow)
    source = catalogue.get(Dataflow, catalogue.map_to(flow).source)
    lists: dict[str, list[Codelist | None]] = {}
    for structure in (catalogue.structure(flow), catalogue.structure(source)):
        for dimension in structure.dimensions:
            lists.setdefault(dimension.id, []).append(catalogue.codelist(dimension))
    for name, code in waiver.key.items():
        if name not in lists:
            raise BadQuery(
                f"{flow.reference.id} has no dimension {name}.", parameter="--key", nearest=nearest(name, lists)
            )
        codes = [item.id for found in lists[name] if found is not None for item in found.items]
        if codes and code not in codes:
            raise BadQuery(f"{code!r} is no code of {name}.", parameter="--key", nearest=nearest(code, codes))
    if waiver.period:
        span(waiver.period)
