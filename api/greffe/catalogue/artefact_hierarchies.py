"""Hierarchies and their associations in a structure message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import NAMED, descriptions, head, maybe, names, notes, urn_of
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Maintainable
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation, Level

KINDS: Final = ("hierarchy", "hierarchyassociation")
_FIRST, _LAST = "00:00:00", "23:59:59"  # of a day: places are valid from a day to a day


def read(kind: str, node: Node) -> Maintainable:
    """A hierarchy, or what one is linked to."""
    if kind == "hierarchyassociation":
        return _association(node)
    top = head(node, "level", "hierarchicalCodes", "hasFormalLevels")
    levels = tuple(_levels(node))
    if "hasFormalLevels" in node and node.true("hasFormalLevels") != bool(levels):
        raise node.child("hasFormalLevels").wrong("It has formal levels exactly when it lists them.")
    codes = tuple(_code(one, {level.id for level in levels}) for one in node.entries("hierarchicalCodes"))
    return Hierarchy(**top, levels=levels, codes=codes)


def _levels(node: Node) -> Iterator[Level]:
    """Each level holds the next one below it."""
    inside = node.child("level")
    if inside.value is not None:
        inside.only((*NAMED[:5], "links", "level"), ("id",))
        yield Level(inside.child("id").identifier(), names(inside), descriptions(inside))
        yield from _levels(inside)


def _code(node: Node, levels: set[str]) -> HierarchicalCode:
    known = ("id", "code", "level", "validFrom", "validTo", "hierarchicalCodes", "annotations", "links")
    node.only(known, ("id", "code"))
    return HierarchicalCode(
        node.child("id").identifier(),
        urn_of(node.child("code"), "codelist", item=True),
        node.child("level").word(sorted(levels)) if "level" in node else "",
        _day(node, "validFrom", _FIRST),
        _day(node, "validTo", _LAST),
        tuple(_code(one, levels) for one in node.entries("hierarchicalCodes")),
        notes(node),
    )


def _day(node: Node, key: str, time: str) -> str:
    if key not in node:
        return ""
    text = node.child(key).text()
    found = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)T{time}(?:\.0+)?Z", text)
    try:
        return date.fromisoformat(found[1] if found else "").isoformat()
    except ValueError as error:
        hint = f"Write 2016-01-01T{time}Z: places are valid for whole days."
        raise node.child(key).wrong(f"{text!r} is not the bound of a day.", hint=hint) from error


def _association(node: Node) -> HierarchyAssociation:
    top = head(node, "linkedHierarchy", "linkedObject", "contextObject", needed=("linkedHierarchy", "linkedObject"))
    return HierarchyAssociation(
        **top,
        hierarchy=maybe(node, "linkedHierarchy", "hierarchy"),
        linked=node.child("linkedObject").urn() if "linkedObject" in node else None,
        context=node.child("contextObject").urn() if "contextObject" in node else None,
    )


def said(artefact: Maintainable) -> Json:
    """Levels and places, or links (which a stub keeps)."""
    if isinstance(artefact, HierarchyAssociation):
        return out.linked(
            linkedHierarchy=artefact.hierarchy, linkedObject=artefact.linked, contextObject=artefact.context
        )
    if not isinstance(artefact, Hierarchy) or artefact.stub:
        return {}
    found: Json = {"hasFormalLevels": bool(artefact.levels)}
    found |= level_said(artefact.levels)
    return found | out.listed("hierarchicalCodes", [code_said(code) for code in artefact.codes])


def level_said(levels: Sequence[Level]) -> Json:
    """`level`: the first one, which holds the next."""
    if not levels:
        return {}
    top = levels[0]
    return {
        "level": {
            "id": top.id,
            **out.localised("name", top.names),
            **out.localised("description", top.descriptions),
            **level_said(levels[1:]),
        }
    }


def code_said(code: HierarchicalCode) -> Json:
    """A place with those below it."""
    found: Json = {"id": code.id, "code": str(code.code)}
    if code.level:
        found["level"] = code.level
    if code.valid_from:
        found["validFrom"] = out.instant(code.valid_from, _FIRST)
    if code.valid_to:
        found["validTo"] = out.instant(code.valid_to, _LAST)
    found |= out.annotated(code.annotations)
    return found | out.listed("hierarchicalCodes", [code_said(child) for child in code.children])
