"""Schema queries: what is valid in a context, as a schema of data or as the structures that say it (R1-SCH, R2-SCH)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, BadSemantics, nearest
from greffe.model.allowed import allowed, restricting
from greffe.model.artefacts import Item
from greffe.model.metadata import (
    MetadataAttribute,
    MetadataConstraint,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from greffe.model.references import AGENCY, ID, Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Artefact,
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemScheme,
    Maintainable,
    ProvisionAgreement,
    Texts,
    ValueList,
)
from greffe.model.validity import DataValidity
from greffe.query import versions
from greffe.query.absent import no_such
from greffe.query.graph import agency_of
from greffe.query.parameters import PRESENTATION, Spec, choice, moment, read_parameters, text
from greffe.query.queries import ALL_DIMENSIONS, TIME

C = TypeVar("C", DataConstraint, MetadataConstraint)
_CLASSES: Final[Mapping[str, type[Maintainable]]] = {
    "datastructure": DataStructure,
    "dataflow": Dataflow,
    "provisionagreement": ProvisionAgreement,
    "metadatastructure": MetadataStructure,
    "metadataflow": Metadataflow,
    "metadataprovisionagreement": MetadataProvisionAgreement,
}
V2_CONTEXTS: Final = tuple(_CLASSES)
V1_CONTEXTS: Final = tuple(c for c in _CLASSES if c != "metadataprovisionagreement")
_SHARED: Final[dict[str, Spec]] = {"dimensionAtObservation": text("Dimension at observation", TIME), **PRESENTATION}
_YES_NO: Final = ("false", "true")
V1_PARAMETERS: Final[dict[str, Spec]] = {
    **_SHARED,
    "explicitMeasure": text("No structure here has a measure dimension: both are the same", "", _YES_NO, "false"),
}
V2_PARAMETERS: Final[dict[str, Spec]] = {
    **_SHARED,
    "deletion": text("The schema is for messages that delete", "", _YES_NO, "false"),
    "asOf": text("As it was at that moment", "2026-01-01T00:00:00Z"),
}


@dataclass(frozen=True)
class SchemaQuery:
    """What is named, and for which messages. `dimension` '' is the time dimension, or none where there is no time."""

    context: str
    agencies: tuple[str, ...]
    ids: tuple[str, ...]
    versions: tuple[str, ...]
    dimension: str = ""
    deletion: bool = False
    as_of: datetime | None = None
    api: int = field(default=2, compare=False)


class Used(NamedTuple):
    """What a component, or a metadata attribute by its dotted id, takes from elsewhere."""

    id: str
    concept: Urn
    enumeration: Urn | None


@dataclass(frozen=True)
class SchemaAnswer:
    """What is valid (None in a context of reference metadata), and the artefacts that say it."""

    context: Maintainable
    artefacts: list[Artefact]
    validity: DataValidity | None


def parse_schema(parts: Sequence[str], raw_query: str, api: int) -> SchemaQuery:
    """`schema/{context}/{agencyID}/{resourceID}/{version}`: the parts after `schema`. Raises BadQuery."""
    if not 3 <= len(parts) <= 4:
        raise BadQuery("A schema is asked as schema/CONTEXT/AGENCY/ID or …/VERSION.", parameter="path")
    context, agency, id_, version = (*parts, "latest" if api == 1 else "~")[:4]
    contexts = V1_CONTEXTS if api == 1 else V2_CONTEXTS
    if context not in contexts:
        raise BadQuery(f"{context!r} is no context.", parameter="context", nearest=nearest(context, contexts))
    for name, value, pattern in (("agencyID", agency, AGENCY), ("resourceID", id_, ID)):
        if not re.fullmatch(pattern, value) or (value.casefold() == "all" and api == 1):
            raise BadQuery(f"{value!r} does not name one artefact.", parameter=name, hint="Name exactly one.")
    found = versions.asked_v1(version) if api == 1 else versions.asked_v2(version)
    if len(found) > 1 or "*" in found[0]:
        raise BadQuery(f"{version!r} may be several versions.", parameter="version", hint="Name one, or the latest.")
    given = read_parameters(raw_query, V1_PARAMETERS if api == 1 else V2_PARAMETERS)
    choice(given, "explicitMeasure", _YES_NO, "false")
    if given.get("dimensionAtObservation") == "":
        raise BadQuery("The parameter is empty.", parameter="dimensionAtObservation", hint="Leave it out for time.")
    return SchemaQuery(
        context,
        (agency,),
        (id_,),
        found,
        given.get("dimensionAtObservation", ""),
        choice(given, "deletion", _YES_NO, "false") == "true",
        moment(given, "asOf"),
        api,
    )


def schema(query: SchemaQuery, catalogue: Catalogue) -> SchemaAnswer:
    """What is valid in the context, with all constraints on it and below applied (R1-SCH-06).

    Raises NotFound for an artefact that is not there, BadSemantics for a dimension that the structure lacks.
    """
    context = _named(query, catalogue)
    chain = list(_chain(context, catalogue))
    structure = chain[-1]
    if isinstance(structure, DataStructure):
        limits = restricting(_constraints(DataConstraint, chain, catalogue))
        used = [Used(c.id, c.concept, c.representation.enumeration) for c in structure.components]
    else:
        limits = allowed(c.values for c in _constraints(MetadataConstraint, chain, catalogue))
        used = list(_headings(structure))
    codes = _codes(used, limits, catalogue)
    artefacts = [structure, *_lists(used, codes, catalogue), *_concepts(used, catalogue)]
    if _shared(used):
        artefacts += _constraints(DataConstraint, chain, catalogue)
    artefacts += _agencies(artefacts, catalogue)
    valid = None
    if isinstance(structure, DataStructure):
        dimension = _dimension(query, structure)
        valid = DataValidity(context, structure, codes, _names(used, catalogue), dimension, query.deletion)
    return SchemaAnswer(context, artefacts, valid)


def _named(query: SchemaQuery, catalogue: Catalogue) -> Maintainable:
    known = list(catalogue.all(_CLASSES[query.context]))
    same = [a for a in known if a.reference.agency in query.agencies and a.reference.id in query.ids]
    wanted = versions.matching(query.versions, [a.reference.version for a in same])
    found = [a for a in same if a.reference.version in wanted]
    if not found:
        raise no_such(query.context, [a.reference for a in known], query)
    return found[0]


def _chain(context: Maintainable, catalogue: Catalogue) -> Iterator[Maintainable]:
    """The context and what is below it: agreement, flow, structure."""
    yield context
    below = None
    match context:
        case ProvisionAgreement():
            below = context.dataflow
        case Dataflow() | Metadataflow():
            below = context.structure
        case MetadataProvisionAgreement():
            below = context.metadataflow
        case _:
            return
    if below is not None:
        yield from _chain(catalogue.get(_CLASSES[below.kind], below.reference), catalogue)


def _constraints(kind: type[C], chain: Iterable[Maintainable], catalogue: Catalogue) -> list[C]:
    """Constraints on any link of the chain."""
    urns = {link.urn for link in chain}
    return [c for c in catalogue.all(kind) if urns & set(c.uses())]


def _headings(structure: Maintainable) -> Iterator[Used]:
    """Metadata attributes by their dotted ids."""

    def walk(attributes: Iterable[MetadataAttribute], above: str) -> Iterator[Used]:
        for one in attributes:
            yield Used(above + one.id, one.concept, one.representation.enumeration)
            yield from walk(one.children, f"{above}{one.id}.")

    if isinstance(structure, MetadataStructure):
        yield from walk(structure.attributes, "")


def _codes(
    used: Iterable[Used], limits: Mapping[str, Collection[str]], catalogue: Catalogue
) -> dict[str, tuple[str, ...]]:
    """Component id → codes that its list has and every constraint on it allows."""
    found: dict[str, tuple[str, ...]] = {}
    for one in used:
        if one.enumeration is None:
            continue
        items = _scheme(one.enumeration, catalogue).items
        found[one.id] = tuple(i.id for i in items if one.id not in limits or i.id in limits[one.id])
    return found


def _scheme(urn: Urn, catalogue: Catalogue) -> ItemScheme:
    return catalogue.get(ValueList if urn.kind == "valuelist" else Codelist, urn.reference)


def _lists(used: Iterable[Used], codes: Mapping[str, tuple[str, ...]], catalogue: Catalogue) -> Iterator[Artefact]:
    """Each list once, with the codes that any of its components may have."""
    wanted: dict[Urn, set[str]] = {}
    for one in used:
        if one.enumeration is not None:
            wanted.setdefault(one.enumeration, set()).update(codes[one.id])
    for urn, ids in wanted.items():
        yield _reduced(_scheme(urn, catalogue), ids)


def _concepts(used: Iterable[Used], catalogue: Catalogue) -> Iterator[Artefact]:
    wanted: dict[Reference, set[str]] = {}
    for one in used:
        wanted.setdefault(one.concept.reference, set()).add(one.concept.item)
    for reference, ids in wanted.items():
        yield _reduced(catalogue.get(ConceptScheme, reference), ids)


def _agencies(artefacts: Iterable[Artefact], catalogue: Catalogue) -> Iterator[Artefact]:
    """Agency schemes with those who maintain what is in the answer."""
    wanted = {a.reference.agency for a in artefacts}
    for scheme in catalogue.all(AgencyScheme):
        ids = {i.id for i in scheme.items if agency_of(scheme, i.id) in wanted}
        if ids:
            yield _reduced(scheme, ids)


def _reduced(scheme: ItemScheme, ids: Collection[str]) -> ItemScheme:
    """Those items alone: an ancestor that is not allowed does not come along, and its children stand at the top."""
    kept = tuple(_rooted(i, ids) for i in scheme.items if i.id in ids)
    return scheme if len(kept) == len(scheme.items) else replace(scheme, items=kept, partial=True)


def _rooted(item: Item, ids: Collection[str]) -> Item:
    return item if item.parent in ids or not item.parent else replace(item, parent="")


def _shared(used: Iterable[Used]) -> bool:
    """Whether a list serves two components: then only the constraints say which may have what (R2-SCH-08)."""
    lists = [one.enumeration for one in used if one.enumeration is not None]
    return len(set(lists)) < len(lists)


def _names(used: Iterable[Used], catalogue: Catalogue) -> dict[str, Texts]:
    """Names of the concepts, by component."""
    found: dict[str, Texts] = {}
    for one in used:
        item = catalogue.get(ConceptScheme, one.concept.reference).item(one.concept.item)
        if item is not None:
            found[one.id] = item.names
    return found


def _dimension(query: SchemaQuery, structure: DataStructure) -> str:
    known = [*structure.dimension_ids, *((structure.time.id,) if structure.time else ()), ALL_DIMENSIONS]
    asked = query.dimension or (structure.time.id if structure.time else ALL_DIMENSIONS)
    if asked not in known:
        raise BadSemantics(
            f"{structure.reference.id} has no {asked!r}.",
            parameter="dimensionAtObservation",
            nearest=nearest(asked, known),
        )
    return asked
