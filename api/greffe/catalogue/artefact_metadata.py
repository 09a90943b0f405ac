"""Metadata structures, metadataflows and agreements on them in a structure message."""

from __future__ import annotations

import re
from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_data import component_list, representation, representation_said
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, urn_of
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Maintainable
from greffe.model.metadata import MetadataAttribute, Metadataflow, MetadataProvisionAgreement, MetadataStructure
from greffe.model.references import AGENCY, ID
from greffe.model.structures import Representation

KINDS: Final = ("metadatastructure", "metadataflow", "metadataprovisionagreement")
# A URN whose agency, id, version and item may be `*`, and whose class may be Any.
_TARGET: Final = re.compile(
    rf"urn:sdmx:org\.sdmx\.infomodel\.[a-z]+\.[A-Za-z]+=(?:{AGENCY}|\*):(?:{ID}|\*)"
    rf"\((?:[0-9]+\+?(?:\.[0-9]+\+?){{0,2}}(?:-[A-Za-z0-9.\-]+)?|\*)\)(?:\.(?:{ID}|\*))*"
)


def read(kind: str, node: Node) -> Maintainable:
    """The artefact of that kind."""
    if kind == "metadatastructure":
        return _structure(node)
    if kind == "metadataflow":
        top = head(node, "structure", "targets", needed=("structure", "targets"))
        return Metadataflow(**top, structure=maybe(node, "structure", "metadatastructure"), targets=_targets(node))
    needed = ("metadataflow", "metadataProvider")
    return MetadataProvisionAgreement(
        **head(node, *needed, "targets", needed=needed),
        metadataflow=maybe(node, "metadataflow", "metadataflow"),
        provider=maybe(node, "metadataProvider", "metadataproviderscheme", item=True),
        targets=_targets(node),
    )


def _targets(node: Node) -> tuple[str, ...]:
    for one in node.entries("targets"):
        if not _TARGET.fullmatch(one.text()):
            raise one.wrong(f"{one.text()!r} is not a URN, * allowed in its parts.")
    return node.words("targets")


def _structure(node: Node) -> MetadataStructure:
    top = head(node, "metadataStructureComponents")
    inside = node.child("metadataStructureComponents")
    if inside.value is not None:
        inside.only(("metadataAttributeList",))
    list_ = component_list(inside, "metadataAttributeList", "MetadataAttributeDescriptor", "metadataAttributes")
    return MetadataStructure(**top, attributes=_attributes(list_))


def _attributes(node: Node) -> tuple[MetadataAttribute, ...]:
    found = tuple(_attribute(one) for one in node.entries("metadataAttributes"))
    for one in found:
        if [other.id for other in found].count(one.id) > 1:
            raise node.wrong(f"The heading {one.id!r} stands twice.")
    return found


_ATTRIBUTE: Final = (
    "id", "conceptIdentity", "localRepresentation", "isPresentational", "minOccurs", "maxOccurs", "metadataAttributes",
    "links",
)  # fmt: skip


def _attribute(node: Node) -> MetadataAttribute:
    """A heading; how often it stands is once when it is not said, and it may be absent only when `minOccurs` is 0."""
    node.only(_ATTRIBUTE, ("id", "conceptIdentity"))
    most = node.child("maxOccurs")
    return MetadataAttribute(
        node.child("id").identifier(),
        urn_of(node.child("conceptIdentity"), "conceptscheme", item=True),
        representation(node.child("localRepresentation"), "codelist")
        if "localRepresentation" in node
        else Representation(),
        node.true("isPresentational"),
        node.child("minOccurs").whole() if "minOccurs" in node else 1,
        1 if "maxOccurs" not in node else None if most.value == "unbounded" else most.whole(1),
        _attributes(node),
    )


def said(artefact: Maintainable) -> Json:
    """The content. A stub keeps references and leaves out headings."""
    if isinstance(artefact, Metadataflow):
        return out.linked(structure=artefact.structure) | out.listed("targets", artefact.targets)
    if isinstance(artefact, MetadataProvisionAgreement):
        found = out.linked(metadataflow=artefact.metadataflow, metadataProvider=artefact.provider)
        return found | out.listed("targets", artefact.targets)
    if not isinstance(artefact, MetadataStructure) or artefact.stub or not artefact.attributes:
        return {}
    attributes = [_attribute_said(artefact, one) for one in artefact.attributes]
    list_ = {"id": "MetadataAttributeDescriptor", "metadataAttributes": attributes}
    return {"metadataStructureComponents": {"metadataAttributeList": list_}}


def _attribute_said(structure: MetadataStructure, attribute: MetadataAttribute) -> Json:
    list_ = attribute.representation.enumeration
    if list_ is not None and list_.kind != "codelist":
        raise out.unsayable(structure, f"{attribute.id} is enumerated by a {list_.kind}")
    found: Json = {"id": attribute.id, "conceptIdentity": str(attribute.concept)}
    found["isPresentational"] = attribute.presentational  # said even when false: pysdmx 1.21 wants it
    found["minOccurs"] = attribute.least
    found["maxOccurs"] = "unbounded" if attribute.most is None else attribute.most
    if not attribute.presentational or attribute.representation != Representation():
        found["localRepresentation"] = representation_said(attribute.representation)
    return found | out.listed("metadataAttributes", [_attribute_said(structure, one) for one in attribute.children])
