"""Item schemes in SDMX-ML: code lists, value lists, concepts, organisations, categories, questionnaires (ML3-06, 07)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from lxml import etree

from greffe.formats.structure_ml_pen import Cannot, Pen
from greffe.model.artefacts import Item, ItemScheme
from greffe.model.references import ITEM_CLASSES, KINDS
from greffe.model.reporting import ReportingCategory
from greffe.model.structures import Codelist, CodelistExtension, ValueList

# What the schemas allow beside the ids of codes: parents in 3.0 (mended in 3.1), and members of an extension in 3.x,
# where a hyphen in their pattern is taken for a range.
_NC_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_MEMBER: Final = re.compile(r"[A-Za-z0-9_@$%]+")
Content: TypeAlias = Callable[[Pen, etree._Element, Item], None]


def nothing(_pen: Pen, _element: etree._Element, _item: Item) -> None:
    """What an item has beside its names and its parent, when that is nothing."""


def flat(pen: Pen, element: etree._Element, scheme: ItemScheme, content: Content = nothing) -> None:
    """Items one after the other, each with the id of its parent. A stub has none."""
    if scheme.stub:
        return
    name = ITEM_CLASSES[scheme.kind]
    start = pen.inner_urn(scheme, KINDS[scheme.kind][0], name, "")
    for item in scheme.items:
        attributes = {"id": item.id, "urn": start + item.id} if start else {"id": item.id}
        one = pen.child(element, name, attributes)
        pen.named(one, item)
        if item.parent:
            if pen.version == "3.0" and scheme.kind == "codelist" and not _NC_NAME.fullmatch(item.parent):
                raise Cannot(f"the parent of {item.id} has an id that begins with no letter or has $ or @ in it")
            pen.local(pen.child(one, "Parent"), item.parent)
        content(pen, one, item)


def nested(pen: Pen, element: etree._Element, scheme: ItemScheme, content: Content = nothing) -> None:
    """Items inside their parents. One whose parent was left out of a partial scheme stands at the top."""
    if scheme.stub:
        return
    known = {item.id for item in scheme.items}
    below: dict[str, list[Item]] = {}
    for item in scheme.items:
        below.setdefault(item.parent if item.parent in known else "", []).append(item)
    name = ITEM_CLASSES[scheme.kind]
    start = pen.inner_urn(scheme, KINDS[scheme.kind][0], name, "")

    def grow(parent: etree._Element, id_: str, path: str) -> None:
        for item in below.get(id_, ()):
            one = pen.child(parent, name, {"id": item.id, "urn": start + path + item.id})
            pen.named(one, item)
            grow(one, item.id, f"{path}{item.id}.")
            content(pen, one, item)

    grow(element, "", "")


def codelist(pen: Pen, element: etree._Element, found: Codelist) -> None:
    """Codes, then what the list extends, which 3.x says in place of the codes that came so."""
    if found.stub or not found.extensions:
        flat(pen, element, found)
        return
    if pen.old:
        if not found.inherited:
            raise Cannot("it extends other lists, and what it takes from them is left out")
        flat(pen, element, found)
        return
    flat(pen, element, replace(found, items=tuple(i for i in found.items if i.id not in found.inherited)))
    for extension in found.extensions:
        _extension(pen, element, extension)


def _extension(pen: Pen, element: etree._Element, extension: CodelistExtension) -> None:
    one = pen.child(element, "CodelistExtension", {"prefix": extension.prefix} if extension.prefix else {})
    pen.refer(pen.child(one, "Codelist"), extension.codelist)
    if extension.members:
        selection = pen.child(one, "ExclusiveCodeSelection" if extension.exclusive else "InclusiveCodeSelection")
        for member in extension.members:
            if not _MEMBER.fullmatch(member):
                raise Cannot(f"it takes over {member}, whose id has a hyphen")
            pen.child(selection, "MemberValue", text=member)


def valuelist(pen: Pen, element: etree._Element, found: ValueList) -> None:
    """Values, which have neither URN nor parent."""
    if found.stub:
        return
    for item in found.items:
        pen.named(pen.child(element, "ValueItem", {"id": item.id}), item)


def reporting_category(pen: Pen, element: etree._Element, item: Item) -> None:
    """What answers a part of a questionnaire: structures or flows, for the schemas allow one of both."""
    if not isinstance(item, ReportingCategory):
        return
    if item.structures and item.flows:
        raise Cannot(f"{item.id} refers both to structures and to flows")
    for urn in item.structures:
        pen.refer(pen.child(element, "StructuralMetadata"), urn)
    for urn in item.flows:
        pen.refer(pen.child(element, "ProvisioningMetadata"), urn)
