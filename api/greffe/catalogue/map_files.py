"""Structure maps from their YAML files (D15): what is unknown, missing, doubled or of the wrong type is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from greffe.catalogue.calculation_files import read_calculations
from greffe.catalogue.correspondences import stands_alone
from greffe.catalogue.time_files import read_formats, read_times
from greffe.catalogue.tree import Node
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.model.maps import (
    CONVERSIONS,
    Aggregate,
    CellType,
    ComponentMap,
    Conversion,
    NotProvided,
    RepresentationMap,
    StructureMap,
)
from greffe.model.references import Reference

AGENCY: Final = "SSER"
SCOPES: Final = ("collection", "mirror")
NOT_PROVIDED: Final = ("not-available", "not-applicable", "other-house")
_REQUIRED: Final = (
    "id", "version", "names", "source", "target", "provider", "scope", "select", "components", "types",
)  # fmt: skip
_OPTIONAL: Final = (
    "agency", "fixed", "fixed_source", "times", "frequency_formats", "aggregate", "calculations", "not_provided",
    "working",
)  # fmt: skip

# The representation map in the CSV file that a YAML file names, by the node of that name.
Tables = Callable[[Node], RepresentationMap]


def read_map(root: Node, tables: Tables) -> StructureMap:
    """The structure map in a YAML document, without its checksum. Raises BadDefinition with file, line and path."""
    root.only((*_REQUIRED, *_OPTIONAL), _REQUIRED)
    if root.text_or("agency", AGENCY) != AGENCY:
        raise root.child("agency").wrong(
            f"This is a map of {root.child('agency').text()}; here stand those of {AGENCY}.",
            hint="Propose its rows as a map of ours, which says where they come from.",
        )
    return StructureMap(
        reference=Reference(AGENCY, root.child("id").identifier(), root.child("version").version()),
        file=root.file,
        names=root.child("names").texts(),
        source=root.child("source").reference(),
        target=root.child("target").reference(),
        provider=root.child("provider").text(),
        scope=root.child("scope").word(SCOPES),
        select=root.child("select").word_lists(),
        components=tuple(_component(node, tables) for node in root.entries("components")),
        fixed=_fixed(root, "fixed"),
        types=tuple(_type(node) for node in root.entries("types")),
        aggregate=_aggregate(root.child("aggregate")) if "aggregate" in root else None,
        calculations=read_calculations(root),
        not_provided=tuple(_not_provided(node) for node in root.entries("not_provided")),
        times=read_times(root),
        frequency_formats=read_formats(root),
        fixed_source=_fixed(root, "fixed_source"),
        working=root.child("working").word_lists() if "working" in root else {},
    )


def _fixed(root: Node, key: str) -> dict[str, str]:
    """Constants by component. The standard allows a list of values; components here have one value each (SM-12)."""
    node = root.child(key)
    return {id_: _one(node.child(id_)) for id_ in node.fields()} if key in root else {}


def _one(node: Node) -> str:
    if not isinstance(node.value, list):
        return node.text()
    found = tuple(one.text() for one in node.each())
    if len(found) != 1:
        raise node.wrong(
            f"One value is expected here, found {len(found)}{': ' if found else ''}{', '.join(found)}.",
            hint="A component has one value for an observation; none is said by leaving the component out.",
        )
    return found[0]


def _component(node: Node, tables: Tables) -> ComponentMap:
    node.only(("source", "target", "map"), ("source", "target"))
    sources, targets = node.words("source"), node.words("target")
    if not sources or not targets:
        raise node.wrong("At least one source and one target are expected here.")
    if "map" not in node:
        if (len(sources), len(targets)) != (1, 1):
            raise node.wrong("Only one component is copied into one; others need a map.", hint="Add map: FILE.csv.")
        return ComponentMap(sources, targets)
    found = tables(node.child("map"))
    if stands_alone(found.file) and (len(sources), len(targets)) == (len(found.sources), len(found.targets)):
        found = replace(found, sources=sources, targets=targets)  # its own columns are called as the code lists
    for side, wanted, columns in (("source", sources, found.sources), ("target", targets, found.targets)):
        if wanted != columns:
            raise node.child(side).wrong(
                f"The {side} columns of {found.file} are {', '.join(columns)}, found {', '.join(wanted)}.",
                hint="Name the components as the file does, in its order.",
            )
    return ComponentMap(sources, targets, found)


def _type(node: Node) -> CellType:
    node.only(("cells", *TYPE_WORDS, "conversions"), ("cells", *TYPE_WORDS))
    words = {axis: node.child(axis).word(known) for axis, known in TYPE_WORDS.items()}
    conversions = tuple(_conversion(one) for one in node.entries("conversions"))
    return CellType(node.child("cells").texts(), **words, conversions=conversions)


def _conversion(node: Node) -> Conversion:
    node.only(("kind", "reason", "indicators"), ("kind", "reason"))
    return Conversion(node.child("kind").word(CONVERSIONS), node.child("reason").text(), node.words("indicators"))


def _aggregate(node: Node) -> Aggregate:
    node.only(("over", "reason"), ("over", "reason"))
    over = node.words("over")
    if not over:
        raise node.child("over").wrong("At least one source dimension is expected here.")
    return Aggregate(over, node.child("reason").text())


def _not_provided(node: Node) -> NotProvided:
    node.only(("cells", "kind", "reason", "reference", "publish", "periods"), ("cells", "kind", "reason"))
    kind = node.child("kind").word(NOT_PROVIDED)
    publish, periods = node.true("publish"), node.words("periods")
    if publish and kind == "other-house":
        raise node.child("publish").wrong("What another house holds is not ours to publish as missing.")
    if periods and not publish:
        raise node.child("periods").wrong("Periods are those that are published.", hint="Add publish: true.")
    reason, reference = node.child("reason").text(), node.text_or("reference")
    return NotProvided(node.child("cells").texts(), kind, reason, reference, publish, periods)
