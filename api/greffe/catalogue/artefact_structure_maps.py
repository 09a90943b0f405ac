"""Structure maps in the standard's form in a structure message: components, fixed values, dates (SM-02, SM-10 to SM-33)."""

from __future__ import annotations

from typing import Final, TypedDict

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, notes
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Annotation
from greffe.model.mappings import (
    ComponentMapping,
    DateMapping,
    DatePatternMapping,
    EpochMapping,
    FixedMapping,
    FrequencyFormat,
    StandardStructureMap,
)

ENDS: Final = ("dataflow", "datastructure", "metadataflow", "metadatastructure")
RESOLVES: Final = ("startOfPeriod", "midPeriod", "endOfPeriod")
UNITS: Final = ("nanosecond", "microsecond", "millisecond", "second", "day")
_PARTS: Final = ("epochMaps", "datePatternMaps", "frequencyFormatMappings", "componentMaps", "fixedValueMaps")
_DATES: Final = (
    "id", "annotations", "links", "mappedComponents", "resolvePeriod", "frequencyDimension", "mappedFrequencies",
    "targetFrequencyID",
)  # fmt: skip


def read(node: Node) -> StandardStructureMap:
    """The map, its ends of one kind (SM-01) and its target components each with one rule (SM-23)."""
    top = head(node, "source", "target", *_PARTS, needed=("source", "target"))
    found = StandardStructureMap(
        **top,
        source=maybe(node, "source", *ENDS),
        target=maybe(node, "target", *ENDS),
        components=tuple(_component(one) for one in node.entries("componentMaps")),
        fixed=tuple(_fixed(one) for one in node.entries("fixedValueMaps")),
        epochs=tuple(_epoch(one) for one in node.entries("epochMaps")),
        date_patterns=tuple(_pattern(one) for one in node.entries("datePatternMaps")),
        frequency_formats=tuple(_format(one) for one in node.entries("frequencyFormatMappings")),
    )
    _check_ends(node, found)
    _check_targets(node, found)
    return found


def _check_ends(node: Node, found: StandardStructureMap) -> None:
    """Data are mapped to data, metadata to metadata, and structures are not mixed with their uses (SM-01)."""
    if found.source is None or found.target is None or found.source.kind == found.target.kind:
        return
    raise node.wrong(
        f"The source is a {found.source.kind}, the target a {found.target.kind}; both are of one kind (SM-01)."
    )


def _check_targets(node: Node, found: StandardStructureMap) -> None:
    targets = [id_ for c in found.components for id_ in c.targets]
    targets += [f.component for f in found.fixed if not f.of_source]
    # Rules of time for one component are tried in turn: together they are one rule (SM-23).
    targets += {other: None for d in (*found.epochs, *found.date_patterns) for _, other in d.components}
    twice = next((id_ for id_ in targets if targets.count(id_) > 1), "")
    if twice:
        raise node.wrong(f"Two rules give the target component {twice!r} (SM-23).")


def _component(node: Node) -> ComponentMapping:
    node.only(("source", "target", "representationMap", "annotations"), ("source", "target"))
    map_ = maybe(node, "representationMap", "representationmap")
    found = ComponentMapping(node.words("source"), node.words("target"), map_, notes(node))
    if not found.sources or not found.targets:
        raise node.wrong("At least one source and one target component are expected here (SM-10).")
    if map_ is None and (len(found.sources), len(found.targets)) != (1, 1):
        raise node.wrong("Only one component is copied into one; others need a representation map (SM-10).")
    return found


def _fixed(node: Node) -> FixedMapping:
    node.only(("source", "target", "values", "annotations"))
    sides = [side for side in ("source", "target") if side in node]
    if len(sides) != 1:
        raise node.wrong("Either source or target is expected here (SM-12).")
    values = tuple(one.text() for one in node.entries("values"))  # the standard forbids no value to stand twice
    return FixedMapping(node.child(sides[0]).text(), values, sides[0] == "source", notes(node))


class _Dates(TypedDict):
    id: str
    components: tuple[tuple[str, str], ...]
    frequency: str
    frequency_dimension: str
    formats: tuple[str, ...]
    resolve: str
    annotations: tuple[Annotation, ...]


def _dates(node: Node, *own: str) -> _Dates:
    node.only((*_DATES, *own), ("id", "mappedComponents", *own))
    pairs = []
    for one in node.entries("mappedComponents"):
        one.only(("source", "target"), ("source", "target"))
        pairs.append((one.child("source").text(), one.child("target").text()))
    if not pairs:
        raise node.child("mappedComponents").wrong("At least one pair of components is expected here (SM-30).")
    if ("frequencyDimension" in node) == ("targetFrequencyID" in node):
        raise node.wrong("Either frequencyDimension or targetFrequencyID is expected here (SM-30).")
    return _Dates(
        id=node.child("id").identifier(),
        components=tuple(pairs),
        frequency=node.text_or("targetFrequencyID"),
        frequency_dimension=node.text_or("frequencyDimension"),
        formats=node.words("mappedFrequencies"),
        resolve=node.child("resolvePeriod").word(RESOLVES) if "resolvePeriod" in node else "",
        annotations=notes(node),
    )


def _epoch(node: Node) -> EpochMapping:
    found = _dates(node, "basePeriod", "epochPeriod")
    return EpochMapping(**found, base=node.child("basePeriod").text(), unit=node.child("epochPeriod").word(UNITS))


def _pattern(node: Node) -> DatePatternMapping:
    found = _dates(node, "sourcePattern", "locale")
    return DatePatternMapping(**found, pattern=node.child("sourcePattern").text(), locale=node.child("locale").text())


def _format(node: Node) -> FrequencyFormat:
    node.only(("id", "annotations", "links", "frequencyId", "datePattern"), ("id", "frequencyId", "datePattern"))
    words = (node.child("frequencyId").text(), node.child("datePattern").text())
    return FrequencyFormat(node.child("id").identifier(), *words, notes(node))


def said(artefact: StandardStructureMap) -> Json:
    """The rules, in the order of the standard; a stub says none."""
    if artefact.stub:
        return {}
    said_of = {
        "epochMaps": [_dates_said(e) | {"basePeriod": e.base, "epochPeriod": e.unit} for e in artefact.epochs],
        "datePatternMaps": [
            _dates_said(d) | {"sourcePattern": d.pattern, "locale": d.locale} for d in artefact.date_patterns
        ],
        "frequencyFormatMappings": [
            {"id": f.id, **out.annotated(f.annotations), "frequencyId": f.frequency, "datePattern": f.pattern}
            for f in artefact.frequency_formats
        ],
        "componentMaps": [
            {"source": list(c.sources), "target": list(c.targets), **out.linked(representationMap=c.map)}
            | out.annotated(c.annotations)
            for c in artefact.components
        ],
        "fixedValueMaps": [
            {"source" if f.of_source else "target": f.component, **out.listed("values", f.values)}
            | out.annotated(f.annotations)
            for f in artefact.fixed
        ],
    }
    return {key: one for name, rules in said_of.items() for key, one in out.listed(name, rules).items()}


def _dates_said(dates: DateMapping) -> Json:
    found: Json = {"id": dates.id, **out.annotated(dates.annotations)}
    found["mappedComponents"] = [{"source": one, "target": other} for one, other in dates.components]
    found |= {"resolvePeriod": dates.resolve} if dates.resolve else {}
    if not dates.frequency_dimension:
        return found | {"targetFrequencyID": dates.frequency}
    return found | {"frequencyDimension": dates.frequency_dimension} | out.listed("mappedFrequencies", dates.formats)
