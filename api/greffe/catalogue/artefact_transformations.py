"""VTL schemes in a structure message: transformations, rulesets, operators, types, names, aliases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, named, once, urn_of, urns
from greffe.catalogue.artefact_tables import ITEMS
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Item, Maintainable
from greffe.model.transformations import (
    CustomType,
    CustomTypeScheme,
    NamePersonalisation,
    NamePersonalisationScheme,
    Ruleset,
    RulesetScheme,
    Transformation,
    TransformationScheme,
    UserDefinedOperator,
    UserDefinedOperatorScheme,
    VtlMapping,
    VtlMappingScheme,
    VtlScheme,
)

_SCHEMES: Final[dict[str, type[VtlScheme]]] = {
    cls.kind: cls
    for cls in (
        CustomTypeScheme, NamePersonalisationScheme, RulesetScheme, TransformationScheme, UserDefinedOperatorScheme,
        VtlMappingScheme,
    )
}  # fmt: skip
KINDS: Final = tuple(_SCHEMES)
# What a scheme of that kind says of itself, apart from its items.
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "customtypescheme": ("vtlVersion",),
    "namepersonalisationscheme": ("vtlVersion",),
    "rulesetscheme": ("vtlVersion", "vtlMappingScheme"),
    "userdefinedoperatorscheme": ("vtlVersion", "vtlMappingScheme", "rulesetSchemes"),
    "vtlmappingscheme": (),
    "transformationscheme": (
        "vtlVersion", "vtlMappingScheme", "namePersonalisationScheme", "customTypeScheme", "rulesetSchemes",
        "userDefinedOperatorSchemes",
    ),
}  # fmt: skip
_MAPPED: Final = {"dataflow": "dataflow", "codelist": "codelist", "concept": "conceptscheme"}


def read(kind: str, node: Node) -> Maintainable:
    """The scheme of that kind."""
    top = head(node, "isPartial", ITEMS[kind], *_KEYS[kind])
    return _SCHEMES[kind](
        **top,
        items=once(node, (_ITEMS[kind](one) for one in node.entries(ITEMS[kind]))),
        vtl_version=node.text_or("vtlVersion"),
        mapping_scheme=maybe(node, "vtlMappingScheme", "vtlmappingscheme"),
        name_scheme=maybe(node, "namePersonalisationScheme", "namepersonalisationscheme"),
        type_scheme=maybe(node, "customTypeScheme", "customtypescheme"),
        ruleset_schemes=urns(node, "rulesetSchemes", "rulesetscheme"),
        operator_schemes=urns(node, "userDefinedOperatorSchemes", "userdefinedoperatorscheme"),
    )


def _transformation(node: Node) -> Item:
    keys = ("expression", "result", "isPersistent")
    found = named(node, *keys, needed=keys)
    texts = {key: node.child(key).text() for key in keys[:2]}
    return Transformation(**found, **texts, persistent=node.true("isPersistent"))


def _ruleset(node: Node) -> Item:
    keys = ("rulesetDefinition", "rulesetType", "rulesetScope")
    return Ruleset(
        **named(node, *keys, needed=keys),
        definition=node.child("rulesetDefinition").text(),
        type=node.child("rulesetType").word(("datapoint", "hierarchical")),
        scope=node.child("rulesetScope").word(("variable", "valuedomain")),
    )


def _operator(node: Node) -> Item:
    found = named(node, "operatorDefinition", needed=("operatorDefinition",))
    return UserDefinedOperator(**found, definition=node.child("operatorDefinition").text())


def _type(node: Node) -> Item:
    needed = ("vtlScalarType", "dataType")
    found = named(node, *needed, "vtlLiteralFormat", "outputFormat", "nullValue", needed=needed)
    return CustomType(
        **found,
        scalar_type=node.child("vtlScalarType").text(),
        data_type=node.child("dataType").text(),
        literal_format=node.text_or("vtlLiteralFormat"),
        output_format=node.text_or("outputFormat"),
        null_value=node.text_or("nullValue"),
    )


def _name(node: Node) -> Item:
    keys = ("vtlArtefact", "vtlDefaultName", "personalisedName")
    found = named(node, *keys, needed=keys)
    artefact, default, personalised = (node.child(key).text() for key in keys)
    return NamePersonalisation(**found, artefact=artefact, default_name=default, personalised_name=personalised)


def _mapping(node: Node) -> Item:
    found = named(node, "alias", *_MAPPED, needed=("alias",))
    keys = [key for key in _MAPPED if key in node]
    if len(keys) != 1:
        raise node.wrong("One of dataflow, codelist, concept is expected here.")
    mapped = urn_of(node.child(keys[0]), _MAPPED[keys[0]], item=keys[0] == "concept")
    return VtlMapping(**found, alias=node.child("alias").text(), mapped=mapped)


_ITEMS: Final[dict[str, Callable[[Node], Item]]] = {
    "customtypescheme": _type,
    "namepersonalisationscheme": _name,
    "rulesetscheme": _ruleset,
    "transformationscheme": _transformation,
    "userdefinedoperatorscheme": _operator,
    "vtlmappingscheme": _mapping,
}


def said(artefact: Maintainable) -> Json:
    """What the scheme says of itself, then its items; a stub has neither."""
    if not isinstance(artefact, VtlScheme) or artefact.stub:
        return {}
    found: Json = {"vtlVersion": artefact.vtl_version} if artefact.vtl_version else {}
    found |= out.linked(
        vtlMappingScheme=artefact.mapping_scheme,
        namePersonalisationScheme=artefact.name_scheme,
        customTypeScheme=artefact.type_scheme,
    )
    found |= out.listed("rulesetSchemes", [str(urn) for urn in artefact.ruleset_schemes])
    found |= out.listed("userDefinedOperatorSchemes", [str(urn) for urn in artefact.operator_schemes])
    for key in found:
        if key not in _KEYS[artefact.kind]:
            raise out.unsayable(artefact, f"it has no {key}")
    items = [{"id": item.id, **out.named(item, artefact), **_item_said(artefact, item)} for item in artefact.items]
    return found | out.listed(ITEMS[artefact.kind], items)


def _item_said(scheme: VtlScheme, item: Item) -> Json:
    match item:
        case Transformation():
            return {"expression": item.expression, "result": item.result, "isPersistent": item.persistent}
        case Ruleset():
            return {"rulesetDefinition": item.definition, "rulesetType": item.type, "rulesetScope": item.scope}
        case UserDefinedOperator():
            return {"operatorDefinition": item.definition}
        case CustomType():
            optional = {
                "vtlLiteralFormat": item.literal_format,
                "outputFormat": item.output_format,
                "nullValue": item.null_value,
            }
            found: Json = {"vtlScalarType": item.scalar_type, "dataType": item.data_type}
            return found | {key: text for key, text in optional.items() if text}
        case NamePersonalisation():
            return {
                "vtlArtefact": item.artefact,
                "vtlDefaultName": item.default_name,
                "personalisedName": item.personalised_name,
            }
        case VtlMapping(mapped=mapped) if mapped is not None:
            words = {kind: key for key, kind in _MAPPED.items()}
            if mapped.kind not in words or bool(mapped.item) != (mapped.kind == "conceptscheme"):
                raise out.unsayable(scheme, f"{item.id} maps {mapped}")
            return {"alias": item.alias, words[mapped.kind]: str(mapped)}
    raise out.unsayable(scheme, f"{item.id} is a {type(item).__name__}")
