"""What a recipient sent of its structures: SDMX-ML 2.1, 3.0, 3.1 or SDMX-JSON 2.0, 2.1, as far as figures are held against it.

Code lists, data structures, dataflows and constraints; everything else of a message is passed over. Own code, for the
libraries that read these messages keep neither the line of an element nor what a concept says of its representation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from greffe.catalogue.received_json import read_received_json
from greffe.catalogue.received_regions import Limits, regions_of, simple
from greffe.catalogue.received_shapes import Told, Wrong, shape
from greffe.catalogue.received_xml import plain_constraint
from greffe.errors import BadDefinition, BadQuery
from greffe.model.artefacts import Item, Maintainable, Texts
from greffe.model.references import ITEM_CLASSES, KINDS, Reference, Urn, parse_urn
from greffe.model.structures import (
    Codelist,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    Representation,
)

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_KIND_OF: Final = {name: kind for kind, (_, name) in KINDS.items()} | {
    name: kind for kind, name in ITEM_CLASSES.items()
}
_ROLES: Final = {
    "Dimension": "dimension", "MeasureDimension": "dimension", "TimeDimension": "time", "PrimaryMeasure": "measure",
    "Measure": "measure", "Attribute": "attribute", "ReportingYearStartDay": "attribute", "ReportingYearEndDay": "attribute",
}  # fmt: skip


@dataclass(frozen=True)
class Received:
    """The artefacts of a message, by what is asked of them."""

    file: str
    structures: tuple[DataStructure, ...] = ()
    lists: Mapping[Reference, Codelist] = field(default_factory=dict)
    flows: tuple[Dataflow, ...] = ()
    constraints: tuple[DataConstraint, ...] = ()

    def codelist(self, component: Component) -> Codelist | None:
        """The list of a component, where the message holds it."""
        urn = component.representation.enumeration
        return self.lists.get(urn.reference) if urn is not None else None


def read_received(content: bytes, file: str) -> Received:
    """Raises BadDefinition, with the line, for what is no structure message and for what cannot be understood in one."""
    found = tuple(read_received_json(content, file) if content.lstrip()[:1] == b"{" else _read_ml(content, file))
    received = Received(
        file,
        tuple(a for a in found if isinstance(a, DataStructure)),
        {a.reference: a for a in found if isinstance(a, Codelist)},
        tuple(a for a in found if isinstance(a, Dataflow)),
        tuple(a for a in found if isinstance(a, DataConstraint)),
    )
    if not (received.structures or received.lists or received.constraints):
        raise BadDefinition("It holds no data structure, no code list and no constraint.", file=file)
    return received


def _read_ml(content: bytes, file: str) -> Iterator[Maintainable]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadDefinition(f"It is not XML: {error.msg}.", file=file, row=error.lineno) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadDefinition("A document type declaration is not read.", file=file, row=1)
    if _name(root) not in ("Structure", "RegistryInterface"):
        raise BadDefinition(f"A structure message is expected, found {_name(root)}.", file=file)
    reader = _Reader(file, root)
    read = {
        "Codelist": reader.codelist,
        "DataStructure": reader.structure,
        "Dataflow": reader.dataflow,
        "ContentConstraint": reader.constraint,
        "DataConstraint": reader.constraint,
    }
    for group in (g for s in _all(root, "Structures") for g in s.iterchildren(tag=etree.Element)):
        for element in group.iterchildren(tag=etree.Element):
            if _name(element) in read:
                yield read[_name(element)](element)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _all(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (e for e in parent.iterchildren(tag=etree.Element) if _name(e) in names)


def _one(parent: etree._Element, *names: str) -> etree._Element | None:
    return next(_all(parent, *names), None)


def _line(element: etree._Element) -> int:
    found = str(element.sourceline)  # None where there is none, whatever the stubs say
    return int(found) if found.isdigit() else 0


class _Reader:
    """Elements as artefacts."""

    def __init__(self, file: str, root: etree._Element) -> None:
        self.file = file
        self.core = {  # what concepts say of the representation of whatever takes them over
            self._concept(scheme, concept): core
            for scheme in root.iter("{*}ConceptScheme")
            for concept in _all(scheme, "Concept")
            for core in _all(concept, "CoreRepresentation")
        }

    def _concept(self, scheme: etree._Element, concept: etree._Element) -> Urn:
        return Urn("conceptscheme", self._identity(scheme), str(concept.get("id")))

    def wrong(self, element: etree._Element, message: str) -> BadDefinition:
        """The error to raise about an element."""
        return BadDefinition(message, file=self.file, row=_line(element))

    def _identity(self, element: etree._Element) -> Reference:
        agency, id_ = element.get("agencyID"), element.get("id")
        if not agency or not id_:
            raise self.wrong(element, f"{_name(element)} has no agencyID or no id.")
        return Reference(str(agency), str(id_), str(element.get("version", "1.0")))

    def _names(self, element: etree._Element) -> Texts:
        return {str(e.get(_LANGUAGE, "en")): e.text or "" for e in _all(element, "Name")}

    def _urn(self, element: etree._Element) -> Urn:
        """A reference: a URN as text, or as a child; or the attributes of a Ref, as 2.1 has them."""
        text = (element.text or "").strip() or next(((e.text or "").strip() for e in _all(element, "URN")), "")
        if text:
            try:
                return parse_urn(text)
            except BadQuery as error:
                raise self.wrong(element, error.message) from error
        ref = _one(element, "Ref")
        if ref is None:
            raise self.wrong(element, f"{_name(element)} refers to nothing.")
        agency, id_ = str(ref.get("agencyID", "")), str(ref.get("id", ""))
        kind = _KIND_OF.get(str(ref.get("class", "")), "")
        if ref.get("maintainableParentID"):
            parent = Reference(
                agency, str(ref.get("maintainableParentID")), str(ref.get("maintainableParentVersion", "1.0"))
            )
            return Urn(kind or "conceptscheme", parent, id_)
        return Urn(kind or "codelist", Reference(agency, id_, str(ref.get("version", "1.0"))))

    def codelist(self, element: etree._Element) -> Codelist:
        """A code list with the parents of its codes."""
        for extension in _all(element, "CodelistExtension"):
            raise self.wrong(extension, f"A CodelistExtension is not checked here: {element.get('id')}.")
        items = tuple(
            Item(str(code.get("id")), self._names(code), parent=self._parent(code)) for code in _all(element, "Code")
        )
        return Codelist(self._identity(element), self._names(element), items=items)

    def _parent(self, code: etree._Element) -> str:
        parent = _one(code, "Parent")
        if parent is None:
            return ""
        ref = _one(parent, "Ref")
        return str(ref.get("id")) if ref is not None else (parent.text or "").strip()

    def dataflow(self, element: etree._Element) -> Dataflow:
        """A dataflow and its structure."""
        structure = _one(element, "Structure")
        urn = self._urn(structure) if structure is not None else None
        if urn is not None and urn.kind != "datastructure":
            urn = Urn("datastructure", urn.reference)
        return Dataflow(self._identity(element), self._names(element), structure=urn)

    def structure(self, element: etree._Element) -> DataStructure:
        """Dimensions by their position, time, measures, attributes."""
        found: dict[str, list[tuple[int, Component]]] = {role: [] for role in _ROLES.values()}
        for group in (g for c in _all(element, "DataStructureComponents") for g in c.iterchildren(tag=etree.Element)):
            for number, one in enumerate(_all(group, *_ROLES)):
                component = self._component(one)
                found[component.role].append((int(one.get("position", number + 1)), component))
        ordered = {role: tuple(c for _, c in sorted(some, key=lambda pair: pair[0])) for role, some in found.items()}
        time = ordered["time"][0] if ordered["time"] else None
        return DataStructure(
            self._identity(element), self._names(element), dimensions=ordered["dimension"], time=time,
            measures=ordered["measure"], attributes=ordered["attribute"],
        )  # fmt: skip

    def _component(self, element: etree._Element) -> Component:
        identity = _one(element, "ConceptIdentity")
        if identity is None:
            raise self.wrong(element, f"{_name(element)} has no ConceptIdentity.")
        concept = self._urn(identity)
        role = _ROLES[_name(element)]
        local = _one(element, "LocalRepresentation")
        form = local if local is not None else self.core.get(concept)
        id_ = str(element.get("id") or concept.item)
        held = self._representation(form, id_) if form is not None else Representation()
        usage = str(
            element.get("assignmentStatus")
            or element.get("usage")
            or ("optional" if role == "measure" else "mandatory")
        )
        return Component(
            id_,
            concept,
            held,
            role,
            usage.lower() == "mandatory",
            self._hangs_on(element),
        )

    def _hangs_on(self, element: etree._Element) -> tuple[str, ...]:
        relation = _one(element, "AttributeRelationship")
        if relation is None:
            return ()
        if _one(relation, "PrimaryMeasure", "Observation") is not None:
            return ("OBS_VALUE",)
        ids = []
        for dimension in _all(relation, "Dimension"):
            ref = _one(dimension, "Ref")
            ids.append(str(ref.get("id")) if ref is not None else (dimension.text or "").strip())
        return tuple(ids)

    def _representation(self, element: etree._Element, id_: str) -> Representation:
        enumeration = _one(element, "Enumeration")
        form = _one(element, "TextFormat", "EnumerationFormat")
        urn = self._urn(enumeration) if enumeration is not None else None
        facets = {str(k): str(v) for k, v in form.items()} if form is not None else {}
        sentinels = tuple(str(e.get("value", "")) for e in _all(form, "SentinelValue")) if form is not None else ()
        least, most = (str(element.get(name, "")) for name in ("minOccurs", "maxOccurs"))
        return shape(id_, Told(urn, facets, sentinels, least, most), self._at(element))

    def _at(self, element: etree._Element) -> Wrong:
        return lambda message: self.wrong(element, message)

    def constraint(self, element: etree._Element) -> DataConstraint:
        """What is allowed: one plain region as ours are, or all that it says of regions and keys."""
        role = str(element.get("type") or element.get("role") or "Allowed")
        if role not in ("Allowed", "Actual"):
            raise self.wrong(element, f"A constraint that says {role} is not checked here: {element.get('id')}.")
        if role == "Actual":  # what is there restricts nothing
            return DataConstraint(self._identity(element), self._names(element), role=role)
        regions = regions_of(plain_constraint(element, self.wrong), self._at(element))
        attachment = _one(element, "ConstraintAttachment")
        attached = attachment.iterchildren(tag=etree.Element) if attachment is not None else ()
        plain = simple(regions)
        return Limits(
            self._identity(element), self._names(element), role=role,
            attachments=tuple(self._urn(a) for a in attached), values=plain[0] if plain else {},
            time_range=plain[1] if plain else None, regions=() if plain else regions,
        )  # fmt: skip
