"""Maps read from SDMX-ML 3.0 and 3.1 structure messages (SM-02 to SM-17, SM-30 to SM-33).

No library reads them without loss: pysdmx 1.21 drops patterns, validity and the side of a fixed value. Each element
becomes the object that SDMX-JSON would have, and the one reader of that form judges both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lxml import etree

from greffe.catalogue import artefact_mappings
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition, nearest
from greffe.model.artefacts import Maintainable

_VERSIONS: Final = ("v3_0", "v3_1")
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_SCHEME_MAPS: Final = {
    "ConceptSchemeMap": "conceptschememap",
    "CategorySchemeMap": "categoryschememap",
    "OrganisationSchemeMap": "organisationschememap",
    "ReportingTaxonomyMap": "reportingtaxonomymap",
}
_KINDS: Final = {"StructureMap": "structuremap", "RepresentationMap": "representationmap", **_SCHEME_MAPS}


def read_maps_ml(content: bytes, file: str) -> list[Maintainable]:
    """Every map of a structure message, in its order.

    Raises BadDefinition with file and line for what is no such message, for what it holds beside maps, and for what a map
    cannot have. A document type declaration is refused: nothing is ever fetched or expanded.
    """
    root = _root(content, file)
    found = []
    for container in _elements(root, "Structures"):
        for group in container.iterchildren(tag=etree.Element):
            for element in group.iterchildren(tag=etree.Element):
                found.append(_read(element, file))
    return found


def _root(content: bytes, file: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(content, parser).getroottree()
    except etree.XMLSyntaxError as error:
        raise BadDefinition(f"It is not XML: {error.msg}.", file=file, row=error.lineno) from error
    if tree.docinfo.internalDTD is not None:
        raise BadDefinition("A document type declaration is not read.", file=file, row=1)
    root = tree.getroot()
    name = etree.QName(root)
    if name.localname != "Structure" or not any(f"/{v}/message" in str(name.namespace) for v in _VERSIONS):
        raise BadDefinition(f"A structure message of SDMX-ML 3.0 or 3.1 is expected, found {root.tag}.", file=file)
    return root


def _read(element: etree._Element, file: str) -> Maintainable:
    name = _name(element)
    if name not in _KINDS:
        raise BadDefinition(
            f"Only maps are read here, found {name}.", file=file, row=_line(element), nearest=nearest(name, _KINDS)
        )
    reader = _Reader(file)
    value = reader.maintained(element) | reader.content(name, element)
    return artefact_mappings.read(_KINDS[name], Node(value, file, "$", reader.lines))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _elements(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (e for e in parent.iterchildren(tag=etree.Element) if _name(e) in names)


def _text(element: etree._Element) -> str:
    return element.text or ""


def _texts(parent: etree._Element, name: str) -> list[str]:
    return [_text(e) for e in _elements(parent, name)]


class _Reader:
    """Elements as objects of SDMX-JSON, with the line of each; an element that is not known is refused, never passed
    over."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}

    def only(self, element: etree._Element, *known: str) -> None:
        """Refuses children of other names. Links repeat addresses and are passed over, as in SDMX-JSON."""
        for child in element.iterchildren(tag=etree.Element):
            name = _name(child)
            if name not in (*known, "Link"):
                raise self.wrong(child, f"{name} is not known in {_name(element)}.", nearest(name, known))

    def wrong(self, element: etree._Element, message: str, near: Iterable[str] = ()) -> BadDefinition:
        """The error to raise about an element."""
        return BadDefinition(message, file=self.file, row=_line(element), nearest=near)

    def once(self, element: etree._Element, name: str, key: str = "") -> Json:
        """The text of the one child of a name, or nothing."""
        found = list(_elements(element, name))
        if len(found) > 1:
            raise self.wrong(found[1], f"{name} stands twice in {_name(element)}.")
        return {key or name[0].lower() + name[1:]: _text(one) for one in found}

    def reference(self, element: etree._Element, name: str) -> Json:
        """The same of an address, whatever white space stands around it."""
        return {key: str(text).strip() for key, text in self.once(element, name).items()}

    def maintained(self, element: etree._Element) -> Json:
        """What every artefact has."""
        self.lines["$"] = _line(element)
        found: Json = {}
        for key in ("id", "agencyID", "version", "validFrom", "validTo"):
            found |= _attribute(element, key)
        if element.get("isExternalReference") == "true":
            found["isExternalReference"] = True
        return found | self.notes(element) | self.localised(element, "Name") | self.localised(element, "Description")

    def localised(self, element: etree._Element, name: str, key: str = "") -> Json:
        """One element a language."""
        texts = {str(e.get(_LANGUAGE, "en")): _text(e) for e in _elements(element, name)}
        key = key or name.lower()
        return {key: next(iter(texts.values())), f"{key}s": texts} if texts else {}

    def notes(self, element: etree._Element) -> Json:
        """The annotations."""
        found = []
        for parent in _elements(element, "Annotations"):
            for one in _elements(parent, "Annotation"):
                self.only(one, "AnnotationTitle", "AnnotationType", "AnnotationText")
                said: Json = {"id": str(one.get("id"))} if "id" in one.attrib else {}
                said |= self.once(one, "AnnotationTitle", "title") | self.once(one, "AnnotationType", "type")
                found.append(said | self.localised(one, "AnnotationText", "text"))
        return {"annotations": found} if found else {}

    def content(self, name: str, element: etree._Element) -> Json:
        """What a map of that kind says."""
        if name == "StructureMap":
            return self.structure_map(element)
        if name == "RepresentationMap":
            return self.representation_map(element)
        self.only(element, *_NAMED, "Source", "Target", "ItemMap")
        return self.ends(element) | self.each(element, "ItemMap", "itemMaps", self.item)

    def each(self, element: etree._Element, name: str, key: str, one: Callable[[etree._Element], Json]) -> Json:
        """The children of a name as a list, or nothing."""
        found = []
        for place, child in enumerate(_elements(element, name)):
            self.lines[f"$.{key}[{place}]"] = _line(child)
            found.append(one(child))
        return {key: found} if found else {}

    def ends(self, element: etree._Element) -> Json:
        """Source and target of the whole map."""
        return self.reference(element, "Source") | self.reference(element, "Target")

    def structure_map(self, element: etree._Element) -> Json:
        """Dates, components and fixed values."""
        parts: tuple[tuple[str, str, Callable[[etree._Element], Json]], ...] = (
            ("EpochMap", "epochMaps", self.epoch),
            ("DatePatternMap", "datePatternMaps", self.pattern),
            ("FrequencyFormatMapping", "frequencyFormatMappings", self.format),
            ("ComponentMap", "componentMaps", self.component),
            ("FixedValueMap", "fixedValueMaps", self.fixed),
        )
        self.only(element, *_NAMED, "Source", "Target", *(name for name, _, _ in parts))
        found = self.ends(element)
        for name, key, one in parts:
            found |= self.each(element, name, key, one)
        return found

    def component(self, element: etree._Element) -> Json:
        """Sources and targets, and the map of their values."""
        self.only(element, "Annotations", "Source", "Target", "RepresentationMap")
        found: Json = {"source": _texts(element, "Source"), "target": _texts(element, "Target")}
        return found | self.reference(element, "RepresentationMap") | self.notes(element)

    def fixed(self, element: etree._Element) -> Json:
        """The component, on its side, and its values."""
        self.only(element, "Annotations", "Source", "Target", "Value")
        values = _texts(element, "Value")
        return self.ends(element) | ({"values": values} if values else {}) | self.notes(element)

    def dates(self, element: etree._Element, *attributes: str) -> Json:
        """Pairs of components and the frequency."""
        self.only(
            element, "Annotations", "Source", "Target", "FrequencyDimension", "MappedFrequencies", "TargetFrequencyID"
        )
        found = self.notes(element)
        for key in ("id", "resolvePeriod", *attributes):
            found |= _attribute(element, key)
        sources, targets = _texts(element, "Source"), _texts(element, "Target")
        if len(sources) != len(targets):
            raise self.wrong(element, f"{len(sources)} sources and {len(targets)} targets are no pairs (SM-30).")
        pairs = zip(sources, targets, strict=True)
        found["mappedComponents"] = [{"source": one, "target": other} for one, other in pairs]
        found |= self.once(element, "FrequencyDimension") | self.once(element, "TargetFrequencyID")
        formats = _texts(element, "MappedFrequencies")
        return found | ({"mappedFrequencies": formats} if formats else {})

    def epoch(self, element: etree._Element) -> Json:
        """Numbers of a unit since a moment."""
        return self.dates(element, "basePeriod", "epochPeriod")

    def pattern(self, element: etree._Element) -> Json:
        """Letters of a pattern in a locale."""
        return self.dates(element, "sourcePattern", "locale")

    def format(self, element: etree._Element) -> Json:
        """How periods of a frequency are written."""
        self.only(element, "Annotations", "FrequencyId", "DatePattern")
        found = _attribute(element, "id") | self.notes(element)
        return found | self.once(element, "FrequencyId") | self.once(element, "DatePattern")

    def representation_map(self, element: etree._Element) -> Json:
        """Columns, then rows."""
        columns = ("SourceCodelist", "SourceDataType", "TargetCodelist", "TargetDataType")
        self.only(element, *_NAMED, *columns, "RepresentationMapping")
        found: Json = {}
        for side in ("Source", "Target"):
            said = [
                {"codelist" if _name(e).endswith("Codelist") else "dataType": _text(e).strip()}
                for e in _elements(element, f"{side}Codelist", f"{side}DataType")
            ]
            found |= {side.lower(): said} if said else {}
        return found | self.each(element, "RepresentationMapping", "representationMappings", self.row)

    def row(self, element: etree._Element) -> Json:
        """Source values and target values."""
        self.only(element, "Annotations", "SourceValue", "TargetValue")
        found: Json = {"sourceValues": [self.value(e) for e in _elements(element, "SourceValue")]}
        targets = _texts(element, "TargetValue")
        return found | ({"targetValues": targets} if targets else {}) | _bounds(element) | self.notes(element)

    def item(self, element: etree._Element) -> Json:
        """An item and what it becomes."""
        self.only(element, "Annotations", "SourceValue", "TargetValue")
        found = self.once(element, "TargetValue")
        for source in _elements(element, "SourceValue"):
            found["sourceValue"] = self.value(source)
        return found | _bounds(element) | self.notes(element)

    def value(self, element: etree._Element) -> Json:
        """A value, a pattern, or what stands at some places."""
        found: Json = {"value": _text(element)}
        if element.get("isRegEx") in ("true", "1"):
            found["isRegEx"] = True
        for key in ("startIndex", "endIndex"):
            text = element.get(key, "")
            found |= {key: int(text) if text.isascii() and text.isdigit() else text} if text else {}
        return found


_NAMED: Final = ("Annotations", "Name", "Description")


def _bounds(element: etree._Element) -> Json:
    """Days of validity: the first from its first second, the last to its last."""
    times = {"validFrom": "T00:00:00Z", "validTo": "T23:59:59Z"}
    return {key: f"{element.get(key)}{time}" for key, time in times.items() if key in element.attrib}


def _attribute(element: etree._Element, key: str) -> Json:
    found = element.get(key)
    return {} if found is None else {key: found}


def _line(element: etree._Element) -> int:
    found = str(element.sourceline)  # None where there is none, whatever the stubs say
    return int(found) if found.isdigit() else 0
