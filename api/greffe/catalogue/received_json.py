"""What a recipient sent as SDMX-JSON 2.0 or 2.1: artefacts are the same but for constraints, which say more than ours do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from greffe.catalogue.artefact_reading import read_artefact
from greffe.catalogue.tree import Node, read_json
from greffe.errors import BadDefinition
from greffe.model.artefacts import Artefact
from greffe.model.structures import DataConstraint

_READ: Final = {
    "codelists": "codelist", "dataStructures": "datastructure", "dataflows": "dataflow", "dataConstraints": "dataconstraint",
}  # fmt: skip
_VERSION: Final = re.compile(r"/v?([0-9]+)\.([0-9]+)(?:\.[0-9]+)?/")
VERSIONS: Final = ("2.0", "2.1")


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
    for key in data.fields():
        if key in _READ:
            for node in data.child(key).each():
                yield _constraint(node) if key == "dataConstraints" else read_artefact(_READ[key], node)


def _version(root: Node) -> str:
    """As the schema that the message names has it; '' where it names none."""
    named = root.child("$schema").value or root.child("meta").child("schema").value
    found = _VERSION.search(named) if isinstance(named, str) else None
    return f"{found[1]}.{found[2]}" if found else ""


def _constraint(node: Node) -> Artefact:
    """2.0 says what it is for. Attributes and measures are `components` of a region, dimensions its `keyValues`."""
    role = node.child("role").word(("Allowed", "Actual")) if "role" in node else "Allowed"
    if not isinstance(node.value, dict):
        return read_artefact("dataconstraint", node)
    plain = {key: value for key, value in node.value.items() if key != "role"}
    regions = plain.get("cubeRegions")
    if isinstance(regions, list):
        plain["cubeRegions"] = [_as_one(region) for region in regions]
    found = read_artefact("dataconstraint", Node(plain, node.file, node.path, node.lines))
    return replace(found, role=role) if isinstance(found, DataConstraint) else found


def _as_one(region: object) -> object:
    if not isinstance(region, dict) or not isinstance(region.get("components"), list):
        return region
    keys = region.get("keyValues", [])
    if not isinstance(keys, list):
        return region
    return {k: v for k, v in region.items() if k != "components"} | {"keyValues": [*keys, *region["components"]]}
