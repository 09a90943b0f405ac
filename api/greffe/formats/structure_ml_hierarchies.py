"""Hierarchies in SDMX-ML: HierarchicalCodelist of 2.1, Hierarchy and HierarchyAssociation of 3.x (ML3-06)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from lxml import etree

from greffe.formats.structure_ml_pen import Cannot, Pen, required, validity
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation, Level
from greffe.model.references import Urn

_Code: TypeAlias = Callable[[etree._Element, HierarchicalCode], None]


def hierarchy(pen: Pen, element: etree._Element, found: Hierarchy) -> None:
    """Levels, then codes. A stub keeps its first code, bare, for the schema requires one."""
    element.set("hasFormalLevels", str(bool(found.levels)).lower())
    if not found.codes:
        raise Cannot("it has no code")
    ids = Counter(place.id for top in found.codes for place in top.walk())
    if twice := [id_ for id_, count in ids.items() if count > 1]:
        raise Cannot(f"{' and '.join(twice)} stands at several places, which need an id each")
    if not found.stub:
        _level(pen, element, found, found.levels, "")

    def code(parent: etree._Element, place: HierarchicalCode) -> None:
        pen.refer(pen.child(parent, "Code"), place.code)

    tops = [replace(found.codes[0], children=(), level="", annotations=())] if found.stub else found.codes
    for top in tops:
        _place(pen, element, found, top, "", code)


def association(pen: Pen, element: etree._Element, found: HierarchyAssociation) -> None:
    """Hierarchy and what it is linked to are required, in a stub too."""
    pen.refer(pen.child(element, "LinkedHierarchy"), required(found.hierarchy, "hierarchy"))
    pen.refer(pen.child(element, "LinkedObject"), required(found.linked, "linked object"))
    if found.context is not None:
        pen.refer(pen.child(element, "ContextObject"), found.context)


def hierarchical_codelist(pen: Pen, element: etree._Element, found: Hierarchy) -> None:
    """The lists under an alias each, then the one hierarchy, which has the id and the names of the whole."""
    if found.stub or not found.codes:
        return
    aliases = _aliases(found)
    for codelist, alias in aliases.items():
        pen.refer(pen.child(element, "IncludedCodelist", {"alias": alias}), codelist)
    urn = pen.inner_urn(found, "codelist", "Hierarchy", found.reference.id)
    attributes = {"id": found.reference.id, "urn": urn, "leveled": str(bool(found.levels)).lower()}
    inner = pen.child(element, "Hierarchy", attributes)
    pen.texts(inner, "Name", found.names)
    pen.texts(inner, "Description", found.descriptions)

    def code(parent: etree._Element, place: HierarchicalCode) -> None:
        pen.child(parent, "CodelistAliasRef", text=aliases[_list(place.code)])
        pen.local(pen.child(parent, "CodeID"), place.code.item)

    for top in found.codes:
        _place(pen, inner, found, top, f"{found.reference.id}.", code)
    _level(pen, inner, found, found.levels, f"{found.reference.id}.")


def _place(pen: Pen, parent: etree._Element, found: Hierarchy, place: HierarchicalCode, path: str, code: _Code) -> None:
    """A code at its place: the code, what is below, its level; valid for dates that it may have."""
    path += place.id
    attributes = {
        "id": place.id,
        "urn": pen.inner_urn(found, "codelist", "HierarchicalCode", path),
        **validity(place.valid_from, place.valid_to),
    }
    element = pen.child(parent, "HierarchicalCode", attributes)
    pen.annotated(element, place.annotations)
    code(element, place)
    for child in place.children:
        _place(pen, element, found, child, f"{path}.", code)
    if place.level:
        pen.local(pen.child(element, "Level"), place.level)


def _level(pen: Pen, parent: etree._Element, found: Hierarchy, levels: tuple[Level, ...], path: str) -> None:
    """A level with the lower ones inside."""
    if levels:
        urn = pen.inner_urn(found, "codelist", "Level", path + levels[0].id)
        element = pen.child(parent, "Level", {"id": levels[0].id, "urn": urn})
        pen.named(element, levels[0])
        _level(pen, element, found, levels[1:], path)


def _aliases(found: Hierarchy) -> Mapping[Urn, str]:
    """List → its id; a number after it when two lists have the same one."""
    lists = list(dict.fromkeys(_list(code) for code in found.uses()))
    ids = [urn.reference.id for urn in lists]
    return {
        urn: urn.reference.id if ids.count(urn.reference.id) == 1 else f"{urn.reference.id}-{number}"
        for number, urn in enumerate(lists, 1)
    }


def _list(code: Urn) -> Urn:
    return replace(code, item="")
