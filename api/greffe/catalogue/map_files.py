"""Structure maps from their YAML files (D15): what is unknown, missing, doubled or of the wrong type is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from greffe.catalogue.time_files import read_formats, read_times
from greffe.catalogue.tree import Node
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import BadDefinition
from greffe.model.expressions import parse
from greffe.model.maps import (
    CONVERSIONS,
    Aggregate,
    Calculation,
    CellType,
    ComponentMap,
    Conversion,
    NotProvided,
    Population,
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
        calculations=_calculations(root),
        not_provided=tuple(_not_provided(node) for node in root.entries("not_provided")),
        times=read_times(root),
        frequency_formats=read_formats(root),
        fixed_source=_fixed(root, "fixed_source"),
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


# What a calculation of each kind needs beside its id and kind, and what it may have.
_COMMON: Final = ("where", "reason", "status")
_CALCULATIONS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "total": (("over", "parts", "set"), _COMMON),
    "rate": (("set", "factor", "decimals", "population"), _COMMON),
    "formula": (("over", "expression", "set"), ("decimals", *_COMMON)),
    "lag": (("years", "set"), _COMMON),
}


def _calculations(root: Node) -> tuple[Calculation, ...]:
    found: list[Calculation] = []
    for node in root.entries("calculations"):
        found.append(_calculation(node))
        if any(c.id == found[-1].id for c in found[:-1]):
            raise node.child("id").wrong(f"{found[-1].id!r} stands twice.")
    return tuple(found)


def _calculation(node: Node) -> Calculation:
    every = {key for needed, optional in _CALCULATIONS.values() for key in (*needed, *optional)}
    node.only(("id", "kind", *sorted(every)), ("id", "kind"))
    kind = node.child("kind").word(_CALCULATIONS)
    needed, optional = _CALCULATIONS[kind]
    node.only(("id", "kind", *needed, *optional), ("id", "kind", *needed))
    found = Calculation(
        id=node.child("id").identifier(),
        kind=kind,
        where=node.child("where").word_lists() if "where" in node else {},
        set=node.child("set").texts(),
        over=node.text_or("over"),
        parts=node.words("parts"),
        expression=node.text_or("expression"),
        factor=node.child("factor").whole(1) if "factor" in node else 1,
        decimals=node.child("decimals").whole() if "decimals" in node else None,
        years=node.child("years").whole(1) if "years" in node else 0,
        population=_population(node.child("population")) if "population" in node else None,
        reason=node.text_or("reason"),
        status=node.text_or("status"),
    )
    if not found.set:
        raise node.child("set").wrong("The codes of the result are expected here.")
    if kind == "total" and not found.parts:
        raise node.child("parts").wrong("At least one part is expected here.")
    if kind == "formula":
        _check_expression(node, found)
    return found


def _check_expression(node: Node, calculation: Calculation) -> None:
    try:
        quotient = parse(calculation.expression)
    except BadDefinition as error:
        raise node.child("expression").wrong(error.message, hint=error.hint) from error
    if calculation.decimals is None and not quotient.whole:
        raise node.wrong("The formula rounds, so it must declare its decimals.", hint="Add decimals: 2.")


def _population(node: Node) -> Population:
    node.only(("dataflow", "select", "territory"), ("dataflow", "select", "territory"))
    return Population(
        node.child("dataflow").reference(),
        node.child("select").word_lists(),
        node.child("territory").word(TYPE_WORDS["territory"]),
    )


def _not_provided(node: Node) -> NotProvided:
    node.only(("cells", "kind", "reason", "reference"), ("cells", "kind", "reason"))
    kind = node.child("kind").word(NOT_PROVIDED)
    return NotProvided(node.child("cells").texts(), kind, node.child("reason").text(), node.text_or("reference"))
