"""Hypothesis strategies for the kinds beyond data: hierarchies, reports, questionnaires, processes, maps, VTL."""

from __future__ import annotations

from itertools import pairwise

import artefact_strategies as base
from hypothesis import strategies as st

from greffe.catalogue.artefact_structure_maps import RESOLVES, UNITS
from greffe.model.artefacts import Item, Maintainable
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation, Level
from greffe.model.mappings import (
    CategorySchemeMap,
    ComponentMapping,
    ConceptSchemeMap,
    DatePatternMapping,
    EpochMapping,
    FixedMapping,
    FrequencyFormat,
    ItemMap,
    ItemSchemeMap,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    StandardRepresentationMap,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.metadata import (
    MetadataAttribute,
    MetadataConstraint,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
    ReportedAttribute,
)
from greffe.model.references import Reference, Urn
from greffe.model.reporting import InputOutput, Process, ProcessStep, ReportingCategory, ReportingTaxonomy, Transition
from greffe.model.structures import (
    Codelist,
    CodelistExtension,
    DataConsumerScheme,
    MetadataProviderScheme,
    OrganisationUnitScheme,
    ValueList,
)
from greffe.model.transformations import (
    CustomType,
    CustomTypeScheme,
    NamePersonalisation,
    NamePersonalisationScheme,
    Ruleset,
    RulesetScheme,
    Transformation,
    TransformationScheme,
    UserDefinedOperator,
    UserDefinedOperatorScheme,
    VtlMapping,
    VtlMappingScheme,
)

Kind = st.SearchStrategy[Maintainable]

days = st.one_of(st.just(""), st.sampled_from(["1976-05-10", "2016-01-01", "2024-02-29"]))
moments = st.one_of(st.just(""), st.sampled_from(["2016-01-01T00:00:00Z", "2024-12-31T23:59:59+01:00"]))
top = {"reference": base.references, **base.top, "valid_from": moments, "valid_to": moments}
named = {"names": base.names, "descriptions": base.descriptions, "annotations": base.annotations}
flags = {"stub": st.booleans()}


def few(one: st.SearchStrategy[object], least: int = 0) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, min_size=least, max_size=3).map(tuple)


def each(one: st.SearchStrategy[object], least: int = 0) -> st.SearchStrategy[tuple[object, ...]]:
    """References, each once."""
    return st.lists(one, min_size=least, max_size=3, unique=True).map(tuple)


def unique(one: st.SearchStrategy[Item], least: int = 0) -> st.SearchStrategy[tuple[Item, ...]]:
    """Things with different ids."""
    return st.lists(one, min_size=least, max_size=3, unique_by=lambda i: i.id).map(tuple)


def items(cls: type[Item], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[Item, ...]]:
    return unique(st.builds(cls, id=base.ids, **named, **fields))


def urns(*kinds: str) -> st.SearchStrategy[Urn]:
    return st.builds(Urn, st.sampled_from(kinds), base.references)


def provider(kind: str, id_: str) -> st.SearchStrategy[Urn]:
    return base.code_ids.map(lambda i: Urn(kind, Reference("SSER", id_, "1.0"), i))


codes = st.builds(lambda r, i: Urn("codelist", r, i), base.references, base.code_ids)


def _places(levels: tuple[Level, ...]) -> st.SearchStrategy[HierarchicalCode]:
    level = st.sampled_from(["", *(one.id for one in levels)])
    leaf = {"id": base.code_ids, "code": codes, "level": level, "valid_from": days, "valid_to": days,
            "annotations": base.annotations}  # fmt: skip
    return st.recursive(
        st.builds(HierarchicalCode, **leaf),
        lambda below: st.builds(HierarchicalCode, **leaf, children=few(below)),
        max_leaves=5,
    )


levels = unique(st.builds(Level, base.ids, base.names, base.descriptions))
hierarchies: Kind = levels.flatmap(
    lambda found: st.builds(Hierarchy, **top, levels=st.just(found), codes=few(_places(found)))
)
associations: Kind = st.builds(
    HierarchyAssociation, **top, **flags, hierarchy=urns("hierarchy"), linked=urns("codelist", "dataflow"),
    context=st.one_of(st.none(), urns("dataflow")),
)  # fmt: skip

targets = few(st.sampled_from([
    "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:*(*)",
    "urn:sdmx:org.sdmx.infomodel.codelist.Code=*:CL(1.0.0).*",
]), 1).map(lambda found: tuple(dict.fromkeys(found)))  # fmt: skip
heading = {
    "id": base.ids,
    "concept": base.concepts,
    "representation": st.one_of(base.free, base.coded),
    "presentational": st.booleans(),
    "least": st.integers(0, 3),
    "most": st.one_of(st.none(), st.integers(1, 9)),
}
headings = st.recursive(
    st.builds(MetadataAttribute, **heading),
    lambda below: st.builds(MetadataAttribute, **heading, children=unique(below)),
    max_leaves=4,
)
value = st.one_of(base.words, base.names)


def _apart(found: tuple[ReportedAttribute, ...]) -> bool:
    """Neighbours of one id are one attribute with several values, when they can be."""
    return all(a.id != b.id for a, b in pairwise(found))


reported = st.recursive(
    st.builds(ReportedAttribute, base.ids, few(value), annotations=base.annotations),
    lambda below: st.builds(ReportedAttribute, base.ids, few(value), few(below).filter(_apart), base.annotations),
    max_leaves=4,
)
metadata: tuple[Kind, ...] = (
    st.builds(MetadataStructure, **top, attributes=unique(headings)),
    st.builds(Metadataflow, **top, **flags, structure=urns("metadatastructure"), targets=targets),
    st.builds(
        MetadataProvisionAgreement, **top, **flags, metadataflow=urns("metadataflow"),
        provider=provider("metadataproviderscheme", "METADATA_PROVIDERS"), targets=targets,
    ),
    st.builds(
        MetadataConstraint, **top, attachments=each(urns("metadataflow")),
        values=st.dictionaries(base.ids, few(base.code_ids), max_size=2),
    ),
)  # fmt: skip
reports: Kind = st.builds(
    MetadataSet, **top, metadataflow=urns("metadataflow"), targets=each(urns("dataflow", "codelist"), 1),
    attributes=few(reported, 1).filter(_apart), reporting_begin=days, reporting_end=days,
)  # fmt: skip

taxonomies: Kind = st.builds(
    ReportingTaxonomy, **top,
    items=st.one_of(
        items(ReportingCategory, structures=each(urns("datastructure", "metadatastructure"))),
        items(ReportingCategory, flows=each(urns("dataflow", "metadataflow"))),
    ),
)  # fmt: skip
puts = few(st.builds(InputOutput, st.one_of(urns("dataflow", "codelist"), codes), st.one_of(st.just(""), base.ids)))
step = {
    "id": base.ids,
    **named,
    "inputs": puts,
    "outputs": puts,
    "computation": base.names,
    "software": st.one_of(st.just(""), base.words),
    "transitions": few(st.builds(Transition, base.ids, base.ids, base.names, st.one_of(st.just(""), base.ids))),
}
steps = st.recursive(
    st.builds(ProcessStep, **step), lambda below: st.builds(ProcessStep, **step, children=unique(below)), max_leaves=3
)
processes: Kind = st.builds(Process, **top, steps=unique(steps))

bounds = {"valid_from": moments, "valid_to": moments, "annotations": base.annotations}
patterns = st.sampled_from([".*", "6.*", "[29]", r"(\d{4})-Q\d", "a|b", r"PRI_.+ & <é>"])  # those that are bounded
sources = st.one_of(st.tuples(base.words, st.just(False)), st.tuples(patterns, st.just(True)))


def _item_map(source: tuple[str, bool], target: str, **more: object) -> ItemMap:
    return ItemMap(source[0], target, source[1], **more)


item_maps = few(st.builds(_item_map, sources, st.one_of(st.just(""), base.words), **bounds))


def _scheme_map(cls: type[ItemSchemeMap], *kinds: str) -> Kind:
    return st.builds(cls, **top, source=urns(*kinds), target=urns(*kinds), items=item_maps)


values = st.one_of(st.just(""), base.words)
places = (st.integers(0, 5), st.integers(0, 5))
mapped = st.one_of(
    st.builds(MappedValue, values, st.just(False), *places), st.builds(MappedValue, patterns, st.just(True), *places)
)
columns = few(st.one_of(urns("codelist", "valuelist"), st.sampled_from(["String", "Integer"])), 1)


@st.composite
def representation_maps(draw: st.DrawFn) -> StandardRepresentationMap:
    sources, targets_ = draw(columns), draw(columns)
    row = st.builds(
        ValueMapping,
        st.tuples(*[mapped] * len(sources)),
        st.tuples(*[values] * len(targets_)),
        **bounds,
    )
    head = {name: draw(one) for name, one in top.items()}
    return StandardRepresentationMap(**head, sources=sources, targets=targets_, rows=draw(few(row)))


@st.composite
def structure_maps(draw: st.DrawFn) -> StandardStructureMap:
    """Every rule of the standard; no target component has two, and only one component is copied into one."""
    targets = iter(draw(st.lists(base.ids, min_size=9, max_size=9, unique=True)))
    one_or_two = st.lists(base.ids, min_size=1, max_size=2, unique=True).map(tuple)
    several = st.lists(base.ids, max_size=3, unique=True).map(tuple)
    notes = st.one_of(st.just(()), base.annotations.map(tuple))
    table = urns("representationmap")
    components = [ComponentMapping((draw(base.ids),), (next(targets),), annotations=draw(notes))]
    components.append(ComponentMapping(draw(one_or_two), (next(targets), next(targets)), draw(table), draw(notes)))
    fixed = [FixedMapping(next(targets), (draw(base.words),), annotations=draw(notes))]
    fixed.append(FixedMapping(draw(base.ids), draw(few(base.words)), of_source=True))
    formats = draw(few(st.builds(FrequencyFormat, base.ids, base.ids, base.words, notes)))

    def dates() -> dict[str, object]:
        pairs = ((draw(base.ids), next(targets)), (draw(base.ids), next(targets)))
        by = draw(base.ids)
        own = {"frequency": by} if draw(st.booleans()) else {"frequency_dimension": by, "formats": draw(several)}
        resolve = draw(st.sampled_from(["", *RESOLVES]))
        return {"id": draw(base.ids), "components": pairs, "resolve": resolve, "annotations": draw(notes), **own}

    kind = draw(st.sampled_from(["dataflow", "datastructure"]))
    return StandardStructureMap(
        **{name: draw(one) for name, one in top.items()},
        source=draw(urns(kind)),
        target=draw(urns(kind)),
        components=tuple(components),
        fixed=tuple(fixed),
        epochs=(EpochMapping(**dates(), base=draw(base.words), unit=draw(st.sampled_from(UNITS))),),
        date_patterns=(DatePatternMapping(**dates(), pattern=draw(base.words), locale=draw(base.words)),),
        frequency_formats=formats,
    )


maps: tuple[Kind, ...] = (
    _scheme_map(ConceptSchemeMap, "conceptscheme"),
    _scheme_map(CategorySchemeMap, "categoryscheme"),
    _scheme_map(OrganisationSchemeMap, "dataproviderscheme", "organisationunitscheme"),
    _scheme_map(ReportingTaxonomyMap, "reportingtaxonomy"),
    representation_maps(),
    structure_maps(),
)  # fmt: skip

version = {"vtl_version": st.sampled_from(["", "2.0", "2.1"])}
text = base.words
vtl: tuple[Kind, ...] = (
    st.builds(
        TransformationScheme, **top, **version, mapping_scheme=st.one_of(st.none(), urns("vtlmappingscheme")),
        name_scheme=urns("namepersonalisationscheme"), type_scheme=urns("customtypescheme"),
        ruleset_schemes=each(urns("rulesetscheme")), operator_schemes=each(urns("userdefinedoperatorscheme")),
        items=items(Transformation, expression=text, result=text, persistent=st.booleans()),
    ),
    st.builds(
        RulesetScheme, **top, **version, mapping_scheme=urns("vtlmappingscheme"),
        items=items(
            Ruleset, definition=text, type=st.sampled_from(["datapoint", "hierarchical"]),
            scope=st.sampled_from(["variable", "valuedomain"]),
        ),
    ),
    st.builds(
        UserDefinedOperatorScheme, **top, **version, ruleset_schemes=each(urns("rulesetscheme")),
        items=items(UserDefinedOperator, definition=text),
    ),
    st.builds(
        CustomTypeScheme, **top, **version,
        items=items(CustomType, scalar_type=text, data_type=text, literal_format=values, output_format=values,
                    null_value=values),
    ),
    st.builds(
        NamePersonalisationScheme, **top, **version,
        items=items(NamePersonalisation, artefact=text, default_name=text, personalised_name=text),
    ),
    st.builds(
        VtlMappingScheme, **top,
        items=items(VtlMapping, alias=text, mapped=st.one_of(urns("dataflow", "codelist"), base.concepts)),
    ),
)  # fmt: skip

extensions = few(st.builds(
    CodelistExtension, urns("codelist"), st.sampled_from(["", "P_"]),
    st.lists(base.code_ids, max_size=2, unique=True).map(tuple), st.just(False),
))  # fmt: skip
lists: tuple[Kind, ...] = (
    st.builds(Codelist, **top, extensions=extensions, items=items(Item)),
    st.builds(ValueList, **top, items=unique(st.builds(
        Item, text, st.one_of(st.just({}), base.names), base.descriptions, annotations=base.annotations))),
    *(
        st.builds(cls, **{**top, "reference": st.just(Reference("SSER", id_, "1.0"))}, items=items(Item))
        for cls, id_ in (
            (DataConsumerScheme, "DATA_CONSUMERS"), (MetadataProviderScheme, "METADATA_PROVIDERS"),
            (OrganisationUnitScheme, "UNITS"),
        )
    ),
)  # fmt: skip


def other_kinds() -> Kind:
    """Structures of every kind beyond data."""
    return st.one_of(hierarchies, associations, *metadata, taxonomies, processes, *maps, *vtl, *lists)
