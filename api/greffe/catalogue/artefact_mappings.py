"""Maps in the standard's form in a structure message: structures, representations, items of schemes (SM-01 to SM-17)."""

from __future__ import annotations

from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue import artefact_structure_maps
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, moment, notes, urn_of
from greffe.catalogue.patterns import compiled
from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition
from greffe.model.artefacts import Maintainable
from greffe.model.mappings import (
    CategorySchemeMap,
    ConceptSchemeMap,
    ItemMap,
    ItemSchemeMap,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    StandardRepresentationMap,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.references import Urn

_SCHEME_MAPS: Final[dict[str, type[ItemSchemeMap]]] = {
    cls.kind: cls for cls in (CategorySchemeMap, ConceptSchemeMap, OrganisationSchemeMap, ReportingTaxonomyMap)
}
KINDS: Final = ("representationmap", "structuremap", *_SCHEME_MAPS)
# What is mapped by a map of that kind.
ENDS: Final[dict[str, tuple[str, ...]]] = {
    "categoryschememap": ("categoryscheme",),
    "conceptschememap": ("conceptscheme",),
    "organisationschememap": (
        "agencyscheme", "dataconsumerscheme", "dataproviderscheme", "metadataproviderscheme", "organisationunitscheme",
    ),
    "reportingtaxonomymap": ("reportingtaxonomy",),
    "structuremap": artefact_structure_maps.ENDS,
    "representationmap": ("codelist", "valuelist"),
}  # fmt: skip


def read(kind: str, node: Node) -> Maintainable:
    """The map of that kind."""
    if kind == "representationmap":
        return _representation_map(node)
    if kind == "structuremap":
        return artefact_structure_maps.read(node)
    top = head(node, "source", "target", "itemMaps", needed=("source", "target"))
    return _SCHEME_MAPS[kind](
        **top,
        source=maybe(node, "source", *ENDS[kind]),
        target=maybe(node, "target", *ENDS[kind]),
        items=tuple(_item_map(one) for one in node.entries("itemMaps")),
    )


def _item_map(node: Node) -> ItemMap:
    node.only(("sourceValue", "targetValue", "validFrom", "validTo", "annotations"), ("sourceValue",))
    source = _mapped(node.child("sourceValue"))
    if source.start or source.end:
        raise node.child("sourceValue").wrong("Items are mapped whole, or by a pattern.")
    bounds = moment(node, "validFrom"), moment(node, "validTo")
    return ItemMap(source.value, node.text_or("targetValue"), source.regex, *bounds, notes(node))


def _mapped(node: Node) -> MappedValue:
    node.only(("value", "isRegEx", "startIndex", "endIndex"), ("value",))
    start, end = (node.child(key).whole(1) if key in node else 0 for key in ("startIndex", "endIndex"))
    found = MappedValue(_any_text(node.child("value")), node.true("isRegEx"), start, end)
    if found.regex:
        try:
            compiled(found.value)
        except BadDefinition as error:
            raise node.child("value").wrong(error.message, hint=error.hint) from error
    return found


def _any_text(node: Node) -> str:
    """A value of a mapping, which may be the empty text."""
    return "" if node.value == "" else node.text()


def _representation_map(node: Node) -> StandardRepresentationMap:
    top = head(node, "source", "target", "representationMappings", needed=("source", "target"))
    sources, targets = (tuple(_column(one) for one in node.entries(key)) for key in ("source", "target"))
    rows = []
    for one in node.entries("representationMappings"):
        one.only(("sourceValues", "targetValues", "validFrom", "validTo", "annotations"), ("sourceValues",))
        bounds = moment(one, "validFrom"), moment(one, "validTo")
        values = tuple(_mapped(v) for v in one.entries("sourceValues"))
        row = ValueMapping(values, tuple(_any_text(v) for v in one.entries("targetValues")), *bounds, notes(one))
        if len(row.sources) != len(sources) or len(row.targets) > len(targets):
            raise one.wrong(f"{len(sources)} source values and {len(targets)} target values are expected here.")
        rows.append(row)
    return StandardRepresentationMap(**top, sources=sources, targets=targets, rows=tuple(rows))


def _column(node: Node) -> Urn | str:
    node.only(("codelist", "dataType"))
    if len(node.fields()) != 1:
        raise node.wrong("Either codelist or dataType is expected here.")
    if "codelist" in node:
        return urn_of(node.child("codelist"), *ENDS["representationmap"])
    return node.child("dataType").text()


def said(artefact: Maintainable) -> Json:
    """What is mapped to what; a stub keeps source and target, and nothing else."""
    match artefact:
        case StandardRepresentationMap():
            found: Json = {
                "source": [_column_said(column) for column in artefact.sources],
                "target": [_column_said(column) for column in artefact.targets],
            }
            rows = () if artefact.stub else artefact.rows
            return found | out.listed("representationMappings", [_row_said(row) for row in rows])
        case StandardStructureMap():
            ends = _ends_said(artefact, artefact.source, artefact.target)
            return ends | artefact_structure_maps.said(artefact)
        case ItemSchemeMap():
            items = () if artefact.stub else artefact.items
            ends = _ends_said(artefact, artefact.source, artefact.target)
            return ends | out.listed("itemMaps", [_item_map_said(item) for item in items])
    return {}


def _ends_said(artefact: Maintainable, source: Urn | None, target: Urn | None) -> Json:
    for urn in (source, target):
        if urn is not None and urn.kind not in ENDS[artefact.kind]:
            raise out.unsayable(artefact, f"it maps a {urn.kind}")
    return out.linked(source=source, target=target)


def _column_said(column: Urn | str) -> Json:
    return {"codelist": str(column)} if isinstance(column, Urn) else {"dataType": column}


def _row_said(row: ValueMapping) -> Json:
    found = out.listed("sourceValues", [_mapped_said(value) for value in row.sources])
    found |= out.listed("targetValues", row.targets)
    return found | _valid(row.valid_from, row.valid_to) | out.annotated(row.annotations)


def _item_map_said(item: ItemMap) -> Json:
    found: Json = {"sourceValue": _mapped_said(MappedValue(item.source, item.regex))}
    if item.target:
        found["targetValue"] = item.target
    return found | _valid(item.valid_from, item.valid_to) | out.annotated(item.annotations)


def _valid(first: str, last: str) -> Json:
    bounds = {
        "validFrom": out.instant(first) if first else "",
        "validTo": out.instant(last, "23:59:59") if last else "",
    }
    return {key: text for key, text in bounds.items() if text}


def _mapped_said(value: MappedValue) -> Json:
    found: Json = {"value": value.value}
    if value.regex:
        found["isRegEx"] = True
    places = {"startIndex": value.start, "endIndex": value.end}
    return found | {key: place for key, place in places.items() if place}
