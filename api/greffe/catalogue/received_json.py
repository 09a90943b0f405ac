"""What a recipient sent as SDMX-JSON 2.0 or 2.1: artefacts are the same but for facets, occurrences and constraints, which say
more than ours do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Final

from greffe.catalogue.artefact_reading import read_artefact
from greffe.catalogue.received_regions import Limits, regions_of, simple
from greffe.catalogue.received_shapes import Shape, Told, shape
from greffe.catalogue.tree import Node, read_json
from greffe.errors import BadDefinition
from greffe.model.artefacts import Artefact
from greffe.model.references import parse_urn
from greffe.model.structures import Component, DataConstraint, DataStructure

_READ: Final = {
    "codelists": "codelist", "dataStructures": "datastructure", "dataflows": "dataflow", "dataConstraints": "dataconstraint",
}  # fmt: skip
_VERSION: Final = re.compile(r"/v?([0-9]+)\.([0-9]+)(?:\.[0-9]+)?/")
VERSIONS: Final = ("2.0", "2.1")
_BESIDE: Final = ("conceptRoles", "measureRelationship")  # of a component; figures are the same with and without


def read_received_json(content: bytes, file: str) -> Iterator[Artefact]:
    """Code lists, data structures, dataflows and constraints. Raises BadDefinition with the JSON path, and for a version
    that is not read."""
    root = read_json(content, file)
    root.only(("$schema", "meta", "data", "errors"), ("data",))
    version = _version(root)
    data = root.child("data")
    if version not in ("", *VERSIONS) or "contentConstraints" in data:
        raise BadDefinition(
            f"SDMX-JSON {version or '1.0'} is not read here, only {' and '.join(VERSIONS)}.",
            file=file,
            hint="Ask for SDMX-JSON 2.1, or for SDMX-ML 2.1, 3.0 or 3.1.",
        )
    core = _core(data)
    for key in data.fields():
        if key in _READ:
            for node in data.child(key).each():
                if key == "dataConstraints":
                    yield _constraint(node)
                elif key == "dataStructures":
                    yield _structure(node, core)
                else:
                    yield read_artefact(_READ[key], node)


def _version(root: Node) -> str:
    """As the schema that the message names has it; '' where it names none."""
    named = root.child("$schema").value or root.child("meta").child("schema").value
    found = _VERSION.search(named) if isinstance(named, str) else None
    return f"{found[1]}.{found[2]}" if found else ""


def _core(data: Node) -> dict[str, object]:
    """What concepts say of the representation of whatever takes them over, by `AGENCY:SCHEME(VERSION).CONCEPT`."""
    found = {}
    for scheme in data.entries("conceptSchemes"):
        named = f"{scheme.text_or('agencyID')}:{scheme.text_or('id')}({scheme.text_or('version', '1.0')})"
        for concept in scheme.entries("concepts"):
            if "coreRepresentation" in concept:
                found[f"{named}.{concept.text_or('id')}"] = concept.child("coreRepresentation").value
    return found


def _structure(node: Node, core: Mapping[str, object]) -> Artefact:
    """Facets that our structures do not have are taken out first, and put back on what is read without them."""
    plain, shapes = deepcopy(node.value), {}
    for component in _components(plain):
        for name in _BESIDE:
            component.pop(name, None)
        concept = str(component.get("conceptIdentity", "")).partition("=")[2]
        local = component.get("localRepresentation", core.get(concept, {"format": {"dataType": "String"}}))
        id_ = component.get("id")
        if isinstance(local, dict) and isinstance(id_, str):
            component["localRepresentation"], shapes[id_] = _shape(id_, local, node.wrong)
    found = read_artefact("datastructure", Node(plain, node.file, node.path, node.lines))
    if not isinstance(found, DataStructure):
        return found

    def shaped(component: Component) -> Component:
        return replace(component, representation=shapes[component.id].as_ours)

    return replace(
        found,
        dimensions=tuple(map(shaped, found.dimensions)),
        time=shaped(found.time) if found.time is not None else None,
        measures=tuple(map(shaped, found.measures)),
        attributes=tuple(map(shaped, found.attributes)),
    )


def _components(plain: object) -> Iterator[dict[str, object]]:
    inside = plain.get("dataStructureComponents") if isinstance(plain, dict) else None
    lists = (
        ("dimensionList", "dimensions"), ("dimensionList", "timeDimension"), ("attributeList", "attributes"),
        ("measureList", "measures"),
    )  # fmt: skip
    for group, key in lists:
        held = inside.get(group) if isinstance(inside, dict) else None
        found = held.get(key) if isinstance(held, dict) else None
        yield from (c for c in (found if isinstance(found, list) else [found]) if isinstance(c, dict))


def _shape(id_: str, local: Mapping[str, object], wrong: Callable[[str], BadDefinition]) -> tuple[object, Shape]:
    """The representation that our reader takes, and all that is said."""
    coded = local.get("enumeration")
    form = local.get("enumerationFormat" if coded else "format")
    facets = dict(form) if isinstance(form, dict) else {}
    sentinels = facets.pop("sentinelValues", [])
    type_ = str(facets.pop("dataType", "String"))
    said = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in facets.items()}
    told = Told(
        parse_urn(str(coded)) if coded else None,
        {"textType": type_} | said,
        tuple(str(s.get("value", "")) for s in sentinels if isinstance(s, dict)) if isinstance(sentinels, list) else (),
        str(local.get("minOccurs", "")),
        str(local.get("maxOccurs", "")),
    )
    return {"enumeration": coded} if coded else {"format": {"dataType": type_}}, shape(id_, told, wrong)


def _constraint(node: Node) -> Artefact:
    """2.0 says what it is for. Attributes and measures are `components` of a region, dimensions its `keyValues`."""
    role = node.child("role").word(("Allowed", "Actual")) if "role" in node else "Allowed"
    if not isinstance(node.value, dict):
        return read_artefact("dataconstraint", node)
    plain = {k: v for k, v in node.value.items() if k not in ("role", "cubeRegions", "dataKeySets", "releaseCalendar")}
    found = read_artefact("dataconstraint", Node(plain, node.file, node.path, node.lines))
    if not isinstance(found, DataConstraint):
        return found
    regions = regions_of(node.value, node.wrong)
    one = simple(regions)
    if role == "Actual":  # what is there restricts nothing
        return replace(found, role=role, values=one[0] if one else {}, time_range=one[1] if one else None)
    return Limits(
        found.reference, found.names, role=role, attachments=found.attachments, values=one[0] if one else {},
        time_range=one[1] if one else None, regions=() if one else regions,
    )  # fmt: skip
