"""What can be searched for: names, codes, indicators and synonyms, each with where it leads. Only what is released leads to
figures; of a dataflow without a release its names are known, as its structure is public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.synonyms import Synonym
from greffe.mapping.suggest.words import STOP, words
from greffe.model.maps import RepresentationMap, StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Categorisation, CategoryScheme, Codelist, Dataflow, Item, Texts
from greffe.query.queries import TIME

INDICATORS: Final = "CL_INDICATEUR"
FLOW, SUBJECT, DIMENSION, CODE, INDICATOR, SYNONYM, NOTE, RECIPIENT = (
    "flow", "subject", "dimension", "code", "indicator", "synonym", "note", "recipient",
)  # fmt: skip
UNITS: Final = ("unit", "unit_measure")  # dimensions whose codes say how it is counted, not what
Held = Mapping[str, tuple[str, ...]]  # dimension → codes that occur in the release; TIME_PERIOD → first and last


@dataclass(frozen=True)
class Place:
    """Where a term leads: a dataflow, and codes of it as (dimension, code)."""

    flow: str
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Term:
    """A text in one language as it is searched: `words` bare and in order, without those that say nothing. `names`: of
    what it is about, in all languages. `notes`: in what a synonym is only near."""

    kind: str
    text: str
    language: str
    places: tuple[Place, ...]
    names: Texts = field(default_factory=dict)
    notes: Texts = field(default_factory=dict)
    words: tuple[str, ...] = ()


def terms(catalogue: Catalogue, released: Mapping[str, Held]) -> Iterator[Term]:
    """Every term. `released`: id of a public dataflow → what its release holds; of no other are codes told."""
    flows = {f.reference.id: f for f in catalogue.dataflows()}
    for id_, flow in flows.items():
        own = (Place(id_),)
        yield from _named(FLOW, flow.names, own, id_)
        yield from _named(FLOW, _said_of_it(flow.names), own)
        yield from _named(NOTE, flow.descriptions, own)
    yield from _recipients(catalogue, flows)
    yield from _subjects(catalogue, flows)
    yield from _dimensions(catalogue, flows, released)
    coded = _coded(catalogue, flows, released)
    for (list_, code), places in coded.items():
        item = catalogue.get(Codelist, list_).item(code)
        if item is not None:
            yield from _named(CODE, item.names, tuple(places), code, item.annotation("SOURCE_CODE"))
    indicators = _indicators(catalogue, released)
    known = {i.id: i for i in catalogue.latest(Codelist, INDICATORS).items} if indicators else {}
    for id_, found in indicators.items():
        yield from _named(INDICATOR, known[id_].names, tuple(found), id_)
    by_id = {(list_.id, code): places for (list_, code), places in coded.items()}
    for one in catalogue.policies.synonyms:
        yield from _synonym(one, catalogue, by_id, indicators, flows)


def split(text: str) -> tuple[str, ...]:
    """The words that are searched: bare, without those that say nothing, unless there are no others."""
    found = words(text)
    return tuple(w for w in found if w not in STOP) or tuple(found)


def _term(kind: str, text: str, language: str, places: tuple[Place, ...], names: Texts, notes: Texts) -> Iterator[Term]:
    if places and (found := split(text)):
        yield Term(kind, text, language, places, names, notes, found)


def _named(kind: str, names: Texts, places: tuple[Place, ...], *ids: str) -> Iterator[Term]:
    """A term for each language, and one for each id."""
    for language, text in names.items():
        yield from _term(kind, text, language, places, names, {})
    for id_ in filter(None, ids):
        yield from _term(kind, id_, "", places, names, {})


def _said_of_it(names: Texts) -> Texts:
    """What a name says after whose table it is: `Eurostat crim_pris_age: Prisoners by age` is about prisoners by age."""
    return {language: rest.strip() for language, text in names.items() if (rest := text.partition(":")[2])}


def _recipients(catalogue: Catalogue, flows: Mapping[str, Dataflow]) -> Iterator[Term]:
    """Bodies that are reported to, each with what it gets."""
    for one in catalogue.recipients:
        places = tuple(Place(f.id) for f in one.dataflows if f.id in flows)
        yield from _named(RECIPIENT, one.names, places, one.id)


def _subjects(catalogue: Catalogue, flows: Mapping[str, Dataflow]) -> Iterator[Term]:
    """Categories, each with the dataflows in it and below."""
    found: dict[tuple[Reference, str], list[Place]] = {}
    for one in catalogue.all(Categorisation):
        if one.source is None or one.target is None or one.source.kind != "dataflow":
            continue
        if one.source.reference.id in flows:
            for part in one.target.item.split("."):
                found.setdefault((one.target.reference, part), []).append(Place(one.source.reference.id))
    for (scheme, id_), places in found.items():
        item = catalogue.get(CategoryScheme, scheme).item(id_)
        if item is not None:
            yield from _named(SUBJECT, item.names, tuple(dict.fromkeys(places)))


def _dimensions(catalogue: Catalogue, flows: Mapping[str, Dataflow], released: Mapping[str, Held]) -> Iterator[Term]:
    """Names of concepts, each with the released dataflows that have it as a dimension."""
    found: dict[tuple[tuple[str, str], ...], list[Place]] = {}
    for id_ in released.keys() & flows.keys():
        structure = catalogue.structure(flows[id_])
        concepts = catalogue.concepts(structure)
        for dimension in structure.dimension_ids:
            names = tuple(sorted(concepts.get(dimension, {}).items()))
            found.setdefault(names, []).append(Place(id_))
    for names, places in found.items():
        yield from _named(DIMENSION, dict(names), tuple(sorted(set(places), key=lambda p: p.flow)))


def _coded(
    catalogue: Catalogue, flows: Mapping[str, Dataflow], released: Mapping[str, Held]
) -> dict[tuple[Reference, str], list[Place]]:
    """(code list, code) → where it occurs in what is released."""
    found: dict[tuple[Reference, str], list[Place]] = {}
    for id_, held in released.items():
        if id_ not in flows:
            continue
        for dimension, list_ in catalogue.codelists(catalogue.structure(flows[id_])).items():
            for code in held.get(dimension, ()) if dimension != TIME else ():
                found.setdefault((list_.reference, code), []).append(Place(id_, _choice(held, dimension, code)))
    return found


def _indicators(catalogue: Catalogue, released: Mapping[str, Held]) -> dict[str, list[Place]]:
    """Internal indicator → the released dataflows that are made of it, and the codes that it always becomes there."""
    found: dict[str, list[Place]] = {}
    known = {i.id for list_ in catalogue.all(Codelist) if list_.reference.id == INDICATORS for i in list_.items}
    for map_ in catalogue.maps.values():
        held = released.get(map_.target.id)
        if held is None:
            continue
        for id_ in map_.select.get("INDICATEUR", ()):
            cells = _becomes(map_, id_, held)
            if id_ in known and all(code in held[dimension] for dimension, code in cells):
                found.setdefault(id_, []).append(Place(map_.target.id, cells))
    return found


def _becomes(map_: StructureMap, indicator: str, held: Held) -> tuple[tuple[str, str], ...]:
    """The codes that every row of that indicator gives; a dimension with several is told by none."""
    found: dict[str, set[str]] = {}
    for component in map_.components:
        if component.map is not None and "INDICATEUR" in component.map.sources:
            for dimension, code in _targets(component.map, indicator):
                found.setdefault(dimension, set()).add(code)
    told = [(d, next(iter(codes))) for d, codes in found.items() if len(codes) == 1 and d in held and d != TIME]
    return tuple(cell for d, code in told for cell in _choice(held, d, code))


def _choice(held: Held, dimension: str, code: str) -> tuple[tuple[str, str], ...]:
    """The code as a choice; none where there is no other one."""
    return () if held[dimension] == (code,) else ((dimension, code),)


def _targets(table: RepresentationMap, indicator: str) -> Iterator[tuple[str, str]]:
    place = table.sources.index("INDICATEUR")
    for row in table.rows:
        if row.has_target and row.sources[place].match == "exact" and row.sources[place].value == indicator:
            yield from ((d, code) for d, code in zip(table.targets, row.targets, strict=True) if code)


def _synonym(
    one: Synonym,
    catalogue: Catalogue,
    coded: Mapping[tuple[str, str], list[Place]],
    indicators: Mapping[str, list[Place]],
    flows: Mapping[str, Dataflow],
) -> Iterator[Term]:
    if one.flow:
        places: list[Place] = [Place(one.flow)]
        names = flows[one.flow].names
    else:
        places = indicators.get(one.code, []) if one.codelist == INDICATORS else coded.get((one.codelist, one.code), [])
        item: Item | None = catalogue.latest(Codelist, one.codelist).item(one.code)
        names = item.names if item is not None else {}
    yield from _term(SYNONYM, one.term, one.language, tuple(places), names, one.notes)
