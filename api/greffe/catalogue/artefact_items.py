"""Lists of items in a structure message: codes and values, concepts, organisations, categories."""

from __future__ import annotations

from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import (
    NAMED,
    descriptions,
    head,
    localised,
    named,
    nested,
    notes,
    once,
    parents_known,
    urn_of,
)
from greffe.catalogue.artefact_tables import FIXED, FIXED_VERSION, ITEMS
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Item, ItemScheme, Maintainable
from greffe.model.structures import (
    AgencyScheme,
    CategoryScheme,
    Codelist,
    CodelistExtension,
    ConceptScheme,
    DataConsumerScheme,
    DataProviderScheme,
    MetadataProviderScheme,
    OrganisationUnitScheme,
    ValueList,
)

_SCHEMES: Final[dict[str, type[ItemScheme]]] = {
    cls.kind: cls
    for cls in (
        AgencyScheme, CategoryScheme, Codelist, ConceptScheme, DataConsumerScheme, DataProviderScheme,
        MetadataProviderScheme, OrganisationUnitScheme, ValueList,
    )
}  # fmt: skip
KINDS: Final = tuple(_SCHEMES)
_WITH_PARENT: Final = ("codelist", "conceptscheme", "organisationunitscheme")


def read(kind: str, node: Node) -> Maintainable:
    """The scheme of that kind."""
    if kind == "codelist":
        return _codelist(node)
    found = head(node, ITEMS[kind], *(() if kind == "valuelist" else ("isPartial",)))
    if kind in FIXED and found["reference"].version != FIXED_VERSION:
        raise node.child("version").wrong(f"Schemes of organisations have version {FIXED_VERSION} for good.")
    if kind == "categoryscheme":
        items = once(node, nested(node, ITEMS[kind], _category))
    elif kind == "valuelist":
        items = once(node, map(_value, node.entries(ITEMS[kind])))
    else:
        items = once(node, (_item(kind, one) for one in node.entries(ITEMS[kind])))
    if not found["partial"]:
        parents_known(node, items)
    return _SCHEMES[kind](**found, items=items)


def _codelist(node: Node) -> Codelist:
    """A list that extends others may have parents among what it takes over: `codelist_extensions` looks at those."""
    found = head(node, "isPartial", "codes", "codelistExtensions")
    items = once(node, (_item("codelist", one) for one in node.entries("codes")))
    extensions = tuple(_extension(one) for one in node.entries("codelistExtensions"))
    if not found["partial"] and not extensions:
        parents_known(node, items)
    return Codelist(**found, items=items, extensions=extensions)


def _item(kind: str, node: Node) -> Item:
    found = named(node, *(("parent",) if kind in _WITH_PARENT else ()))
    return Item(**found, parent=node.text_or("parent"))


def _category(node: Node, parent: str) -> Item:
    return Item(**named(node, "categories"), parent=parent)


def _value(node: Node) -> Item:
    """A value: its id is any text, and it may have no name."""
    node.only(NAMED, ("id",))
    return Item(node.child("id").text(), localised(node, "name"), descriptions(node), annotations=notes(node))


def _extension(node: Node) -> CodelistExtension:
    words = {"inclusiveCodeSelection": False, "exclusiveCodeSelection": True}
    node.only(("codelist", "prefix", *words), ("codelist",))
    given = [word for word in words if word in node]
    if len(given) > 1:
        raise node.wrong("Either inclusiveCodeSelection or exclusiveCodeSelection is expected here.")
    members: tuple[str, ...] = ()
    for word in given:
        inside = node.child(word).only(("memberValues", "wildcardedMemberValues"))
        members = (*inside.words("memberValues"), *inside.words("wildcardedMemberValues"))
        if not members:
            raise inside.wrong("At least one code is expected here.")
    list_ = urn_of(node.child("codelist"), "codelist")
    return CodelistExtension(list_, node.text_or("prefix"), members, any(words[word] for word in given))


def said(artefact: Maintainable) -> Json:
    """The items of a scheme, and what a code list extends: its own codes only, unless the extensions were cleared."""
    if not isinstance(artefact, ItemScheme):
        return {}
    key = ITEMS[artefact.kind]
    if isinstance(artefact, CategoryScheme):
        return out.listed(key, out.nested(artefact, key, lambda item: _item_said(artefact, item)))
    taken = artefact.inherited if isinstance(artefact, Codelist) and artefact.extensions else frozenset()
    found = [_item_said(artefact, item) | _parent(artefact, item) for item in artefact.items if item.id not in taken]
    extensions = artefact.extensions if isinstance(artefact, Codelist) else ()
    return out.listed(key, found) | out.listed("codelistExtensions", [_extension_said(one) for one in extensions])


def _item_said(scheme: ItemScheme, item: Item) -> Json:
    if scheme.kind == "valuelist" and not item.names:
        return {"id": item.id, **out.localised("description", item.descriptions), **out.annotated(item.annotations)}
    return {"id": item.id, **out.named(item, scheme)}


def _parent(scheme: ItemScheme, item: Item) -> Json:
    if item.parent and scheme.kind not in _WITH_PARENT:
        raise out.unsayable(scheme, f"{item.id} has a parent")
    return {"parent": item.parent} if item.parent else {}


def _extension_said(extension: CodelistExtension) -> Json:
    found: Json = {"codelist": str(extension.codelist)}
    if extension.prefix:
        found["prefix"] = extension.prefix
    if extension.members:
        word = "exclusiveCodeSelection" if extension.exclusive else "inclusiveCodeSelection"
        found[word] = out.listed("memberValues", [m for m in extension.members if "%" not in m]) | out.listed(
            "wildcardedMemberValues", [m for m in extension.members if "%" in m]
        )
    return found
