"""JSON schema of SDMX-JSON data, made from a structure and what constraints leave of it (SDMX-JSON 2.0, 2.1; R2-SCH-07).

It extends the standard's own schema of data messages by reference and adds what only the structure knows: which
components there are and at which level, their place in the key, and which codes each may have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from greffe.formats.languages import best
from greffe.model.structures import Component
from greffe.model.validity import DataValidity

TIME: Final = "TIME_PERIOD"
FLAT: Final = "AllDimensions"
Json = dict[str, object]
_NUMBERS: Final = frozenset(
    {"BigInteger", "Integer", "Long", "Short", "Decimal", "Float", "Double", "Count", "InclusiveValueRange",
     "ExclusiveValueRange", "Incremental"}
)  # fmt: skip
# Numbers may be texts, so that they keep their digits; null and NaN are missing.
_NUMBER: Final[Json] = {
    "type": ["number", "string", "null"],
    "pattern": r"^(?:NaN|-?INF|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$",
}


@dataclass(frozen=True)
class Edition:
    """One version of SDMX-JSON: the dialect of JSON schema and the standard's own schema of data messages."""

    dialect: str
    base: str


V20: Final = Edition(
    "http://json-schema.org/draft-07/schema#",
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/"
    "sdmx-json-data-schema.json",
)
V21: Final = Edition(
    "https://json-schema.org/draft/2019-09/schema", "https://json.sdmx.org/2.1/sdmx-json-data-schema.json"
)


def write(valid: DataValidity, edition: Edition, language: str = "en") -> Iterator[bytes]:
    """The schema of one context and one dimension at observation; titles are in `language` where there is such a name."""
    document: Json = {
        "$schema": edition.dialect,
        "$id": f"{valid.context.urn}:ObsLevelDim:{valid.dimension_at_observation}",
        "title": best(valid.context.names, language),
        "type": "object",
        "allOf": [{"$ref": edition.base}],
        "properties": {
            "data": {
                "properties": {
                    "structures": {"items": _structure(valid, language)},
                    "dataSets": {"items": _dataset(valid)},
                },
                "allOf": _measured(valid),
            }
        },
    }
    return iter([json.dumps(document, ensure_ascii=False, indent=1).encode(), b"\n"])


def _structure(valid: DataValidity, language: str) -> Json:
    """What `data.structures[]` may say: known components, each with its place and its codes."""
    structure, at = valid.structure, valid.dimension_at_observation
    keys = [*structure.dimensions, *((structure.time,) if structure.time else ())]
    places = {key.id: place for place, key in enumerate(keys)}
    upper = [k for k in keys if k.id != at]
    lower = keys if at == FLAT else [k for k in keys if k.id == at]
    dimensions: Json = {
        "dataSet": _components(upper, valid, language, places),
        "series": {"maxItems": 0} if at == FLAT else _components(upper, valid, language, places),
        "observation": _components(lower, valid, language, places),
    }
    attributes = structure.attributes
    hung = [a for a in attributes if a.relationship]
    return {
        "allOf": [] if valid.deletion else [_somewhere(key.id) for key in keys],
        "properties": {
            "dimensions": {"properties": dimensions},
            "measures": {"properties": {"observation": _components(structure.measures, valid, language)}},
            "attributes": {
                "properties": {
                    "dataSet": _components(attributes, valid, language),  # one value for all may stand at the top
                    "dimensionGroup": _components(hung, valid, language),
                    "series": _components(hung, valid, language),
                    "observation": _components(hung, valid, language),
                }
            },
        },
    }


def _somewhere(dimension: str) -> Json:
    """The dimension stands at one of the levels; which may be, the rules of the levels say."""
    named = {"contains": {"required": ["id"], "properties": {"id": {"const": dimension}}}}
    levels = [{"required": [one], "properties": {one: named}} for one in ("dataSet", "series", "observation")]
    return {"required": ["dimensions"], "properties": {"dimensions": {"anyOf": levels}}}


def _components(
    found: Iterable[Component], valid: DataValidity, language: str, places: dict[str, int] | None = None
) -> Json:
    """An array of which each entry is one of these components."""
    known = list(found)
    if not known:
        return {"maxItems": 0}
    rules = [_rule(c, valid, language, places) for c in known]
    return {"items": {"required": ["id"], "properties": {"id": {"enum": [c.id for c in known]}}, "allOf": rules}}


def _rule(component: Component, valid: DataValidity, language: str, places: dict[str, int] | None) -> Json:
    then: Json = {}
    name = best(valid.names.get(component.id, {}), language)
    if places is not None:
        then["keyPosition"] = {"const": places[component.id]}
    bound = component.role in ("dimension", "time") or not valid.deletion
    if component.id in valid.codes and bound:
        code = {"properties": {"id": {"enum": list(valid.codes[component.id])}}}
        then["values"] = {"items": {"if": {"required": ["id"]}, "then": code}}
    rule: Json = {"if": {"properties": {"id": {"const": component.id}}}, "then": {"properties": then}}
    return {"title": name} | rule if name else rule


def _dataset(valid: DataValidity) -> Json:
    """A data set has series, or observations when it is flat, and keys of the right length."""
    dimensions = len(valid.structure.dimensions) + (valid.structure.time is not None)
    if valid.dimension_at_observation == FLAT:
        return {"properties": {"series": False, "observations": _keys(dimensions, valid)}}
    observed = {"properties": {"observations": _keys(1, valid)}}
    keys = {"propertyNames": _key(dimensions - 1), "additionalProperties": observed}
    return {"properties": {"observations": False, "series": keys}}


def _keys(most: int, valid: DataValidity) -> Json:
    """Observations by key; each holds measures and attributes, at most as many as there are."""
    cells = len(valid.structure.measures) + len(valid.structure.attributes)
    # One more cell: annotations stand at the end.
    return {"propertyNames": _key(most), "additionalProperties": {"maxItems": cells + 1}}


def _measured(valid: DataValidity) -> list[Json]:
    """Where a message has measures they are first in an observation: the first is a number when it should be one.

    Several measures may come in any selection: then the first cell is a number when all of them are.
    """
    measures = valid.structure.measures
    if valid.deletion or not measures or any(m.representation.text_type not in _NUMBERS for m in measures):
        return []
    cells: Json = {"properties": {"observations": {"additionalProperties": {"items": [_NUMBER]}}}}
    if valid.dimension_at_observation != FLAT:
        cells = {"properties": {"series": {"additionalProperties": cells}}}
    some = {"required": ["observation"], "properties": {"observation": {"minItems": 1}}}
    has = {"items": {"required": ["measures"], "properties": {"measures": some}}}
    return [
        {
            "if": {"required": ["structures"], "properties": {"structures": has}},
            "then": {"properties": {"dataSets": {"items": cells}}},
        }
    ]


def _key(most: int) -> Json:
    """Indexes with `:`; dimensions with one value may stand on the data set, so keys may be shorter."""
    return {"pattern": rf"^(?:\d+(?::\d+){{0,{max(most - 1, 0)}}})?$"}
