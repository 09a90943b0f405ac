"""The hand that writes elements of SDMX-ML structures: names, notes, references, in one version (ML21-06, 13; ML3-02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats.namespaces import NAMESPACES
from greffe.model.artefacts import Annotation, Artefact, Item, Maintainable, Texts
from greffe.model.hierarchies import Level
from greffe.model.periods import span
from greffe.model.references import ITEM_CLASSES, KINDS, Reference, Urn, same_version
from greffe.model.reporting import ProcessStep
from greffe.model.structures import Dataflow, DataStructure, ProvisionAgreement

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What 2.1 calls otherwise: kind → package and class there.
_OLD: Final = {
    "dataconstraint": ("registry", "ContentConstraint"),
    "hierarchy": ("codelist", "HierarchicalCodelist"),
    "structuremap": ("mapping", "StructureSet"),
    "conceptschememap": ("mapping", "StructureSet"),
    "categoryschememap": ("mapping", "StructureSet"),
    "organisationschememap": ("mapping", "StructureSet"),
    "reportingtaxonomymap": ("mapping", "StructureSet"),
}
NEW_KINDS: Final = frozenset(
    {
        "valuelist", "hierarchyassociation", "representationmap", "metadataproviderscheme",
        "metadataprovisionagreement", "metadataconstraint", "metadataset",
    }
)  # fmt: skip
ORGANISATIONS: Final = frozenset(
    {
        "agencyscheme", "dataproviderscheme", "dataconsumerscheme", "metadataproviderscheme", "organisationunitscheme",
    }
)  # fmt: skip


class Cannot(ValueError):
    """What a version of SDMX-ML has no place for; the text says what, and `refused` of which artefact."""


def refused(version: str, artefact: Maintainable, why: str) -> NotAcceptable:
    """The error for an artefact that the version cannot say."""
    return NotAcceptable(
        f"{artefact.kind} {artefact.reference} cannot be written as SDMX-ML {version}: {why}.", hint=hint(version)
    )


def hint(version: str) -> str:
    """The formats that say more than the version."""
    newer = "" if version == "3.1" else "SDMX-ML 3.1 (format=structure-3.1) or "
    return f"Ask for {newer}SDMX-JSON 2.1 (format=jsonstructure-2.1)."


class Pen:
    """Writes elements of one version: 2.1, 3.0 or 3.1. `known` is what the message holds, by URN; `old` is 2.1."""

    def __init__(self, version: str, artefacts: Iterable[Artefact] = ()) -> None:
        names = NAMESPACES[version]
        self.version = version
        self.old = version == "2.1"
        self.known: Mapping[Urn, Artefact] = {artefact.urn: artefact for artefact in artefacts}
        self._prefixes = {"com": names.common, "str": names.structure}
        self._common = f"{{{names.common}}}"
        self._structure = f"{{{names.structure}}}"

    def root(self, name: str, attributes: Mapping[str, str]) -> etree._Element:
        """An element that stands alone, in the structure namespace."""
        return etree.Element(self._structure + name, dict(attributes), nsmap=self._prefixes)

    def child(
        self, parent: etree._Element, name: str, attributes: dict[str, str] | None = None, text: str = ""
    ) -> etree._Element:
        """A new last child, in the structure namespace."""
        element = etree.SubElement(parent, self._structure + name, dict(attributes or {}))
        if text:
            element.text = text
        return element

    def common(
        self, parent: etree._Element, name: str, attributes: dict[str, str] | None = None, text: str = ""
    ) -> etree._Element:
        """A new last child, in the common namespace."""
        element = etree.SubElement(parent, self._common + name, dict(attributes or {}))
        if text:
            element.text = text
        return element

    def named(self, element: etree._Element, thing: Item | Maintainable | Level | ProcessStep) -> None:
        """Annotations, names and descriptions, every language."""
        if not isinstance(thing, Level):
            self.annotated(element, thing.annotations)
        self.texts(element, "Name", thing.names)
        self.texts(element, "Description", thing.descriptions)

    def annotated(self, element: etree._Element, annotations: Iterable[Annotation]) -> None:
        """The annotations, when there are any."""
        parent: etree._Element | None = None
        for annotation in annotations:
            if parent is None:
                parent = self.common(element, "Annotations")
            one = self.common(parent, "Annotation", {"id": annotation.id} if annotation.id else None)
            if annotation.title:
                self.common(one, "AnnotationTitle", None, annotation.title)
            if annotation.type:
                self.common(one, "AnnotationType", None, annotation.type)
            self.texts(one, "AnnotationText", annotation.texts)

    def texts(self, element: etree._Element, name: str, texts: Texts) -> None:
        """One element a language, in the common namespace."""
        tag = self._common + name
        for language, text in texts.items():
            etree.SubElement(element, tag, {_LANGUAGE: language}).text = text

    def conditions(self, element: etree._Element, name: str, texts: Texts) -> None:
        """One element a language, in the structure namespace; an empty one when there is none, for it is required."""
        for language, text in (texts or {"en": ""}).items():
            self.child(element, name, {_LANGUAGE: language}, text)

    def refer(self, element: etree._Element, urn: Urn) -> None:
        """A reference: its URN, or in 2.1 a `Ref` (in no namespace), which is all that many clients read."""
        if not self.old:
            element.text = str(urn)
            return
        if urn.kind in NEW_KINDS:
            raise Cannot(f"it refers to the {urn.kind} {urn.reference}")
        kept = urn.reference
        package, name = _OLD.get(urn.kind, KINDS[urn.kind])
        if urn.item:
            attributes = {
                "agencyID": kept.agency,
                "maintainableParentID": kept.id,
                "maintainableParentVersion": kept.version,
                "id": urn.item,
                "package": package,
                "class": ITEM_CLASSES[urn.kind],
            }
        else:
            attributes = {
                "agencyID": kept.agency,
                "id": kept.id,
                "version": kept.version,
                "package": package,
                "class": name,
            }
        etree.SubElement(element, "Ref", attributes)

    def local(self, element: etree._Element, id_: str, **more: str) -> None:
        """A reference to something of the same artefact, or of the one just named, by its id."""
        if self.old:
            etree.SubElement(element, "Ref", {"id": id_, **more})
        else:
            element.text = id_

    def urn(self, artefact: Maintainable) -> str:
        """The URN of an artefact; '' where the version knows only 1.0 of its kind, and this is another one."""
        reference = self.reference(artefact)
        if reference is None:
            return ""
        package, name = _OLD.get(artefact.kind, KINDS[artefact.kind]) if self.old else KINDS[artefact.kind]
        return f"urn:sdmx:org.sdmx.infomodel.{package}.{name}={reference}"

    def inner_urn(self, artefact: Maintainable, package: str, name: str, path: str) -> str:
        """The URN of a part, `path` its dotted id; '' when its artefact has none here."""
        reference = self.reference(artefact)
        return "" if reference is None else f"urn:sdmx:org.sdmx.infomodel.{package}.{name}={reference}.{path}"

    def reference(self, artefact: Maintainable) -> Reference | None:
        """What it is called here: in 3.x organisation schemes, in 3.1 categorisations have no version but 1.0."""
        reference = artefact.reference
        if not self.unversioned(artefact.kind):
            return reference
        return Reference(reference.agency, reference.id, "1.0") if same_version(reference.version, "1.0") else None

    def unversioned(self, kind: str) -> bool:
        """Whether artefacts of the kind have no version in this version of SDMX-ML."""
        if self.old:
            return False
        return kind in ORGANISATIONS or (kind == "categorisation" and self.version == "3.1")

    def structure_of(self, urn: Urn) -> DataStructure | None:
        """The data structure behind a structure, flow or agreement, when the message holds all of the way."""
        found = self.known.get(urn)
        if isinstance(found, ProvisionAgreement) and found.dataflow is not None:
            found = self.known.get(found.dataflow)
        if isinstance(found, Dataflow) and found.structure is not None:
            found = self.known.get(found.structure)
        return found if isinstance(found, DataStructure) else None


def required(urn: Urn | None, what: str) -> Urn:
    """The reference, which the schemas cannot do without."""
    if urn is None:
        raise Cannot(f"it has no {what}")
    return urn


def first_moment(text: str) -> str:
    """A dateTime as written; a date as its first second."""
    return text if "T" in text else f"{span(text).first}T00:00:00"


def last_moment(text: str) -> str:
    """A dateTime as written; a date, which is a last day, as its last second."""
    return text if "T" in text else f"{span(text).last}T23:59:59"


def validity(valid_from: str, valid_to: str) -> dict[str, str]:
    """The attributes validFrom and validTo as dateTimes, those that are bounded."""
    bounds = (("validFrom", valid_from and first_moment(valid_from)), ("validTo", valid_to and last_moment(valid_to)))
    return {name: moment for name, moment in bounds if moment}
