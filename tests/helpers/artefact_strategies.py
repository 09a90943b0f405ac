"""Hypothesis strategies for artefacts of every kind, within what SDMX-JSON 2.1 can say."""

from __future__ import annotations

from hypothesis import strategies as st

from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Annotation,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    Component,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    ProvisionAgreement,
    Representation,
)

words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)
letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ids = st.builds(lambda first, rest: first + rest, letters, st.from_regex(r"[A-Z0-9_]{0,8}", fullmatch=True))
code_ids = st.from_regex(r"[A-Za-z0-9_@$\-]{1,6}", fullmatch=True)
names = st.dictionaries(st.sampled_from(["en", "fr", "de"]), words, min_size=1)
descriptions = st.dictionaries(st.sampled_from(["en", "fr"]), words)
annotations = st.lists(
    st.builds(Annotation, ids, st.one_of(st.just(""), words), descriptions, st.one_of(st.just(""), ids)), max_size=2
).map(tuple)
references = st.builds(
    Reference, st.sampled_from(["SSER", "SDMX", "ESTAT.CRIM"]), ids, st.sampled_from(["1.0.0", "2.1.0"])
)
top = {"names": names, "descriptions": descriptions, "annotations": annotations}
flags = {"stub": st.booleans()}


def _urns(kind: str) -> st.SearchStrategy[Urn]:
    return references.map(lambda r: Urn(kind, r))


def _items(*, parents: bool) -> st.SearchStrategy[tuple[Item, ...]]:
    """Items with unique ids; with parents in pre-order, as nested categories must be."""

    def build(parts: list[tuple[str, dict[str, str], int]]) -> tuple[Item, ...]:
        found: list[Item] = []
        path: list[str] = []
        for id_, texts, depth in parts:
            depth = min(depth, len(path)) if parents else 0
            path = path[:depth]
            found.append(Item(id_, texts, parent=path[-1] if path else ""))
            path.append(id_)
        return tuple(found)

    parts = st.tuples(code_ids, names, st.integers(0, 2))
    return st.lists(parts, max_size=6, unique_by=lambda p: p[0]).map(build)


def _schemes() -> st.SearchStrategy[Artefact]:
    def scheme(kind: type, items: st.SearchStrategy[tuple[Item, ...]], reference: st.SearchStrategy[Reference]):
        return st.one_of(
            st.builds(kind, reference=reference, partial=st.booleans(), items=items, **top),
            st.builds(kind, reference=reference, stub=st.just(True), **top),
        )

    fixed = {
        AgencyScheme: Reference("SSER", "AGENCIES", "1.0"),
        DataProviderScheme: Reference("SSER", "DATA_PROVIDERS", "1.0"),
    }
    named = _items(parents=False).map(
        lambda items: tuple(Item("A" + i.id.replace("@", "_").replace("$", "_"), i.names) for i in items)
    )
    unique = named.map(lambda items: tuple({i.id: i for i in items}.values()))
    return st.one_of(
        scheme(Codelist, _items(parents=True), references),
        scheme(ConceptScheme, unique, references),
        scheme(CategoryScheme, _items(parents=True), references),
        *(scheme(kind, unique, st.just(reference)) for kind, reference in fixed.items()),
    )


concepts = st.builds(lambda r, i: Urn("conceptscheme", r, i), references, ids)
free = st.builds(
    Representation,
    text_type=st.sampled_from(["String", "Decimal", "Integer", "Double"]),
    decimals=st.one_of(st.none(), st.integers(1, 9)),
    max_length=st.one_of(st.none(), st.integers(1, 99)),
    pattern=st.sampled_from(["", "[0-9]+"]),
)
coded = st.builds(Representation, enumeration=_urns("codelist"))


@st.composite
def structures(draw: st.DrawFn) -> DataStructure:
    found = draw(
        st.lists(ids, min_size=2, max_size=6, unique=True).filter(lambda x: not {"TIME_PERIOD", "OBS_VALUE"} & set(x))
    )
    cut = draw(st.integers(1, len(found)))
    dimensions = tuple(Component(i, draw(concepts), draw(st.one_of(coded, free))) for i in found[:cut])
    levels = st.one_of(
        st.just(()), st.just(("OBS_VALUE",)), st.lists(st.sampled_from(found[:cut]), min_size=1, unique=True).map(tuple)
    )
    attributes = tuple(
        Component(
            i,
            draw(concepts),
            draw(st.one_of(coded, free)),
            "attribute",
            draw(st.booleans()),
            draw(levels),
            draw(annotations),
        )
        for i in found[cut:]
    )
    time = Component("TIME_PERIOD", draw(concepts), Representation(text_type="ObservationalTimePeriod"), "time")
    measure = Component("OBS_VALUE", draw(concepts), draw(free), "measure", draw(st.booleans()))
    return DataStructure(
        draw(references),
        draw(names),
        draw(descriptions),
        draw(annotations),
        dimensions=dimensions,
        time=draw(st.sampled_from([None, time])),
        measures=(measure,),
        attributes=attributes,
    )


def _constraints() -> st.SearchStrategy[DataConstraint]:
    periods = st.sampled_from(["2019", "2020-Q1", "2021-07"])
    ranges = st.one_of(
        st.none(), st.tuples(periods, periods), st.tuples(periods, st.just("")), st.tuples(st.just(""), periods)
    )
    kinds = st.sampled_from(["dataflow", "datastructure", "provisionagreement"])
    attached = kinds.flatmap(lambda kind: st.lists(_urns(kind), max_size=2, unique=True)).map(tuple)
    values = st.dictionaries(
        ids.filter(lambda i: i != "TIME_PERIOD"), st.lists(code_ids, max_size=3, unique=True).map(tuple), max_size=3
    )
    return st.builds(
        DataConstraint, reference=references, attachments=attached, values=values, time_range=ranges, **top
    )


def artefacts() -> st.SearchStrategy[Artefact]:
    """Artefacts of every kind."""
    providers = code_ids.map(lambda i: Urn("dataproviderscheme", Reference("SSER", "DATA_PROVIDERS", "1.0"), i))
    categories = st.builds(lambda r, i: Urn("categoryscheme", r, i), references, code_ids)
    return st.one_of(
        _schemes(),
        structures(),
        st.builds(DataStructure, reference=references, stub=st.just(True), **top),
        st.builds(Dataflow, reference=references, structure=_urns("datastructure"), **top, **flags),
        st.builds(
            ProvisionAgreement, reference=references, dataflow=_urns("dataflow"), provider=providers, **top, **flags
        ),
        st.builds(Categorisation, reference=references, source=_urns("dataflow"), target=categories, **top, **flags),
        _constraints(),
    )
