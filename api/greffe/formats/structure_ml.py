"""SDMX-ML 2.1 structure messages: every kind that 2.1 knows, every language, order of the schema (ML21-05 to 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats.ml_header import header as header_element
from greffe.formats.namespaces import COMMON, DECLARATION, MESSAGE, STRUCTURE
from greffe.formats.structure_ml_parts import (
    child,
    components,
    constraint,
    maintainable,
    named,
    reference,
    required,
    unsayable,
)
from greffe.model.dataset import Header
from greffe.model.structures import (
    Artefact,
    Categorisation,
    CategoryScheme,
    DataConstraint,
    Dataflow,
    DataStructure,
    Item,
    ItemScheme,
    ProvisionAgreement,
)

# Container → kinds inside, in the order of the schema.
_ORDER: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("OrganisationSchemes", ("agencyscheme", "dataproviderscheme")),
    ("Dataflows", ("dataflow",)),
    ("CategorySchemes", ("categoryscheme",)),
    ("Categorisations", ("categorisation",)),
    ("Codelists", ("codelist",)),
    ("Concepts", ("conceptscheme",)),
    ("DataStructures", ("datastructure",)),
    ("Constraints", ("dataconstraint",)),
    ("ProvisionAgreements", ("provisionagreement",)),
)
_ITEMS: Final = {
    "agencyscheme": "Agency",
    "dataproviderscheme": "DataProvider",
    "codelist": "Code",
    "conceptscheme": "Concept",
    "categoryscheme": "Category",
}


def write(
    header: Header,
    artefacts: Sequence[Artefact],
    extra: Mapping[str, list[dict[str, object]]],
    language: str = "en",
) -> Iterator[bytes]:
    """A `message:Structure`, one artefact at a time; `language` is that of the source in the header.

    Raises NotAcceptable for a kind that 2.1 cannot say (structure maps in `extra`) and for an artefact without a part
    that the schema requires: before anything is written, for structure messages are small enough to be made whole.
    """
    for kind, found in extra.items():
        if found:
            raise NotAcceptable(f"SDMX-ML 2.1 has no {kind}.", hint="Ask for SDMX-JSON 2.1 (format=jsonstructure).")
    by_kind: dict[str, list[Artefact]] = {}
    for artefact in artefacts:
        by_kind.setdefault(artefact.kind, []).append(artefact)
    return iter(list(_message(header, by_kind, language)))


def _message(header: Header, by_kind: dict[str, list[Artefact]], language: str) -> Iterator[bytes]:
    declared = f'xmlns:mes="{MESSAGE}" xmlns:com="{COMMON}" xmlns:str="{STRUCTURE}"'
    head = header_element(header, "", language)
    yield f"{DECLARATION}<mes:Structure {declared}>{head}<mes:Structures>".encode()
    for container, kinds in _ORDER:
        found = [artefact for kind in kinds for artefact in by_kind.get(kind, [])]
        if not found:
            continue
        yield f"<str:{container}>".encode()
        for artefact in found:
            yield _one(artefact)
        yield f"</str:{container}>".encode()
    yield b"</mes:Structures></mes:Structure>\n"


def _one(artefact: Artefact) -> bytes:
    try:
        element = maintainable(artefact)
        if isinstance(artefact, ItemScheme):
            _items(element, artefact)
        else:
            _CONTENT[artefact.kind](element, artefact)
        return etree.tostring(element, encoding="utf-8")
    except ValueError as error:  # lxml on a character that XML cannot carry
        raise unsayable(artefact, str(error)) from error


def _items(element: etree._Element, scheme: ItemScheme) -> None:
    if scheme.stub:
        return
    if isinstance(scheme, CategoryScheme):
        _categories(element, scheme, "", "", {item.id for item in scheme.items})
        return
    for item in scheme.items:
        one = _item(element, scheme, item, item.id)
        if item.parent:
            parent = child(one, STRUCTURE, "Parent")
            etree.SubElement(parent, "Ref", {"id": item.parent})


def _item(element: etree._Element, scheme: ItemScheme, item: Item, path: str) -> etree._Element:
    urn = scheme.reference.item_urn(scheme.kind, path)
    one = child(element, STRUCTURE, _ITEMS[scheme.kind], {"id": item.id, "urn": urn})
    named(one, item)
    return one


def _categories(element: etree._Element, scheme: CategoryScheme, parent: str, path: str, known: set[str]) -> None:
    """Categories below `parent`, nested. One whose parent was left out of a partial scheme stands at the top."""
    for item in scheme.items:
        if (item.parent if item.parent in known else "") == parent:
            own = f"{path}.{item.id}" if path else item.id
            _categories(_item(element, scheme, item, own), scheme, item.id, own, known)


def _dataflow(element: etree._Element, artefact: Artefact) -> None:
    """A stub keeps its structure: clients cannot read a dataflow without."""
    if isinstance(artefact, Dataflow) and artefact.structure is not None:
        reference(child(element, STRUCTURE, "Structure"), artefact.structure)


def _agreement(element: etree._Element, artefact: Artefact) -> None:
    if isinstance(artefact, ProvisionAgreement):
        reference(child(element, STRUCTURE, "StructureUsage"), required(artefact, artefact.dataflow, "dataflow"))
        reference(child(element, STRUCTURE, "DataProvider"), required(artefact, artefact.provider, "data provider"))


def _categorisation(element: etree._Element, artefact: Artefact) -> None:
    if isinstance(artefact, Categorisation):
        reference(child(element, STRUCTURE, "Source"), required(artefact, artefact.source, "source"))
        reference(child(element, STRUCTURE, "Target"), required(artefact, artefact.target, "target"))


def _structure(element: etree._Element, artefact: Artefact) -> None:
    if isinstance(artefact, DataStructure) and not artefact.stub:
        components(element, artefact)


def _constraint(element: etree._Element, artefact: Artefact) -> None:
    if isinstance(artefact, DataConstraint):
        constraint(element, artefact)


_CONTENT: Final[dict[str, Callable[[etree._Element, Artefact], None]]] = {
    "dataflow": _dataflow,
    "provisionagreement": _agreement,
    "categorisation": _categorisation,
    "datastructure": _structure,
    "dataconstraint": _constraint,
}
