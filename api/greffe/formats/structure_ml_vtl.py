"""VTL schemes in SDMX-ML: transformations, rulesets, operators, types, names, aliases, the same in all versions."""

from __future__ import annotations

from typing import Final

from lxml import etree

from greffe.formats.structure_ml_items import flat
from greffe.formats.structure_ml_pen import Cannot, Pen
from greffe.model.artefacts import Item
from greffe.model.transformations import (
    CustomType,
    NamePersonalisation,
    Ruleset,
    Transformation,
    UserDefinedOperator,
    VtlMapping,
    VtlScheme,
)

_MAPPED: Final = {("dataflow", False): "Dataflow", ("codelist", False): "Codelist", ("conceptscheme", True): "Concept"}
_SORTS: Final = {"codelist": "Codelist", "conceptscheme": "Concept"}
_MAPPED_OLD: Final = {**_MAPPED, ("conceptscheme", False): "ConceptScheme"}


def scheme(pen: Pen, element: etree._Element, found: VtlScheme) -> None:
    """Items, then the other schemes that they lean on. The version of VTL is required but for aliases."""
    if found.kind != "vtlmappingscheme":
        element.set("vtlVersion", found.vtl_version)
    if found.stub:
        return
    flat(pen, element, found, _item)
    for name, urn in (
        ("VtlMappingScheme", found.mapping_scheme),
        ("NamePersonalisationScheme", found.name_scheme),
        ("CustomTypeScheme", found.type_scheme),
    ):
        if urn is not None:
            pen.refer(pen.child(element, name), urn)
    for name, urns in (
        ("RulesetScheme", found.ruleset_schemes),
        ("UserDefinedOperatorScheme", found.operator_schemes),
    ):
        for urn in urns:
            pen.refer(pen.child(element, name), urn)


def _item(pen: Pen, element: etree._Element, item: Item) -> None:
    match item:
        case Transformation():
            element.set("isPersistent", str(item.persistent).lower())
            _texts(pen, element, {"Expression": item.expression, "Result": item.result})
        case Ruleset():
            element.set("rulesetType", item.type)
            element.set("rulesetScope", item.scope)
            _texts(pen, element, {"RulesetDefinition": item.definition})
        case UserDefinedOperator():
            _texts(pen, element, {"OperatorDefinition": item.definition})
        case CustomType():
            _texts(pen, element, {"VtlScalarType": item.scalar_type, "DataType": item.data_type})
            formats = {
                "VtlLiteralFormat": item.literal_format,
                "OutputFormat": item.output_format,
                "NullValue": item.null_value,
            }
            _texts(pen, element, {name: text for name, text in formats.items() if text})
        case NamePersonalisation():
            element.set("vtlArtefact", item.artefact)
            names = {"VtlDefaultName": item.default_name, "PersonalisedName": item.personalised_name}
            _texts(pen, element, names)
        case VtlMapping():
            _mapping(pen, element, item)
        case _:
            raise Cannot(f"{item.id} is nothing of VTL")


def _texts(pen: Pen, element: etree._Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        pen.child(element, name, text=text)


def _mapping(pen: Pen, element: etree._Element, item: VtlMapping) -> None:
    """What has an alias; when nothing is named, any dataflow. The class in its URN says which of the three it is."""
    element.set("alias", item.alias)
    name = "Dataflow" if item.mapped is None else _SORTS.get(item.mapped.kind, "Dataflow")
    element.set("urn", element.get("urn", "").replace(".VtlMapping=", f".Vtl{name}Mapping="))
    if item.mapped is None:
        pen.child(element, "GenericDataflow")
        return
    names = _MAPPED_OLD if pen.old else _MAPPED
    tag = names.get((item.mapped.kind, bool(item.mapped.item)))
    if tag is None:
        raise Cannot(f"{item.id} maps the {item.mapped.kind} {item.mapped.reference}")
    pen.refer(pen.child(element, tag), item.mapped)
