"""sdmx1 reads what we write as SDMX-ML 2.1 and 3.0, and says what the artefacts say: value for value, every language.

Kinds that sdmx1 2.28 stops at are listed; of those the schemas alone are judges (test_structure_ml_schemas).
"""

from __future__ import annotations

import io
from typing import Any

import pytest
import sdmx
from blocks import HEADER
from every_kind import (
    ACTUAL,
    ALL,
    ALLOWED,
    EXAMPLES,
    EXTENDED,
    METADATAFLOW,
    STRUCTURE,
    TRANSFORMATIONS,
)
from sdmx.exceptions import XMLParseError

from greffe.formats import structure_ml
from greffe.model.artefacts import Annotation, Artefact, ItemScheme

# Kinds that sdmx1 stops at, by version.
UNREAD_21 = {
    "categoryschememap", "conceptschememap", "organisationschememap", "reportingtaxonomymap", "structuremap", "process",
    "reportingtaxonomy", "organisationunitscheme", "customtypescheme", "rulesetscheme", "userdefinedoperatorscheme",
    "valuelist", "hierarchyassociation", "representationmap", "metadataproviderscheme", "metadataprovisionagreement",
    "metadataconstraint",
}  # fmt: skip
READ_30 = {"agencyscheme", "codelist", "categorisation", "conceptscheme", "valuelist", "dataflow", "metadatastructure",
           "datastructure", "categoryscheme", "namepersonalisationscheme"}  # fmt: skip


def written(version: str, *artefacts: Artefact) -> bytes:
    return b"".join(structure_ml.write(HEADER, artefacts, version=version))


def by_sdmx1(version: str) -> sdmx.message.StructureMessage:
    return sdmx.read_sdmx(io.BytesIO(written(version, *_for_sdmx1(version))))


def _for_sdmx1(version: str) -> list[Artefact]:
    return [a for a in ALL if (a.kind in READ_30 if version == "3.0" else a.kind not in UNREAD_21)]


def found_by_urn(message: sdmx.message.StructureMessage) -> dict[str, Any]:
    return {str(o.urn): o for o in message.iter_objects(external_reference=False) if o.urn}


# Whose names sdmx1 loses or mixes up with those of their items.
_MUDDLED = {
    "vtlmappingscheme", "namepersonalisationscheme", "transformationscheme", "datastructure", "metadatastructure",
}  # fmt: skip


@pytest.mark.item("ML21-13", "URN-01", "URN-02")
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_sdmx1_reads_names_notes_and_items_in_every_language(version: str):
    """Names, descriptions and annotations stand in every language side by side, on artefacts and on items."""
    found = found_by_urn(by_sdmx1(version))
    for artefact in _for_sdmx1(version):
        read = found[_urn(artefact, version)]
        assert read.maintainer.id == artefact.reference.agency
        if artefact.kind in _MUDDLED:
            continue
        assert read.name.localizations == dict(artefact.names), artefact.urn
        assert read.description.localizations == dict(artefact.descriptions), artefact.urn
        if artefact is not METADATAFLOW:  # which has its targets beside them in 2.1
            assert [_note(a) for a in read.annotations] == [_own_note(a) for a in artefact.annotations], artefact.urn
        if isinstance(artefact, ItemScheme) and not (artefact is EXTENDED and version == "3.0"):
            _same_items(artefact, read)


def _urn(artefact: Artefact, version: str) -> str:
    old = {".DataConstraint=": ".ContentConstraint=", ".Hierarchy=": ".HierarchicalCodelist="}
    urn = str(artefact.urn)
    for name, name_21 in old.items() if version == "2.1" else ():
        urn = urn.replace(name, name_21)
    return urn


def _same_items(scheme: ItemScheme, read: Any) -> None:
    items = {i.id: i for i in (read.items if isinstance(read.items, list) else read.items.values())}
    assert {item.id for item in scheme.items} <= set(items)
    for item in scheme.items:
        other = items[item.id]
        assert other.name.localizations == dict(item.names), item.id
        assert other.description.localizations == dict(item.descriptions), item.id
        assert [_note(a) for a in other.annotations] == [_own_note(a) for a in item.annotations], item.id
        parent = getattr(other, "parent", None)
        assert ("" if parent is None or parent is read else parent.id) == item.parent, item.id


def _note(annotation: Any) -> tuple[object, ...]:
    return (annotation.type, annotation.title or "", annotation.text.localizations, annotation.id or "")


def _own_note(annotation: Annotation) -> tuple[object, ...]:
    return (annotation.type, annotation.title, dict(annotation.texts), annotation.id)


@pytest.mark.item("ML21-07", "ML3-03")
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_sdmx1_reads_the_structure(version: str):
    """Components in order with concepts, enumerations, facets, and what attributes hang on."""
    read = by_sdmx1(version).structure["CRIME"]
    assert [d.id for d in read.dimensions] == ["freq", "geo", "TIME_PERIOD"]
    assert [m.id for m in read.measures] == ["OBS_VALUE"]
    for component in STRUCTURE.components:
        other = _component(read, component.id)
        assert other.concept_identity.id == component.concept.item
        enumeration = component.representation.enumeration
        listed = other.local_representation.enumerated
        assert (listed.id if listed is not None else None) == (enumeration.reference.id if enumeration else None)
        if enumeration is None:
            facet = other.local_representation.non_enumerated[0]
            assert facet.value_type.name.casefold() == component.representation.text_type.casefold()
            assert _number(facet.type.decimals) == component.representation.decimals
            assert _number(facet.type.max_length) == component.representation.max_length
    attached = {a.id: a.related_to for a in read.attributes}
    assert [d.id for d in attached["UNIT"].dimensions] == ["geo"]
    assert [d.id for d in attached["DECIMALS"].dimensions] == ["freq", "geo"]
    on_observation = "PrimaryMeasureRelationship" if version == "2.1" else "ObservationRelationship"
    assert type(attached["OBS_STATUS"]).__name__ == on_observation
    if version == "2.1":  # it reads no usage from 3.0
        assert {a.id: a.usage_status.name for a in read.attributes} == {
            "OBS_STATUS": "mandatory", "UNIT": "conditional", "DECIMALS": "conditional", "COMMENT": "conditional",
        }  # fmt: skip


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _component(structure: Any, id_: str) -> Any:
    for components in (structure.dimensions, structure.attributes, structure.measures):
        if id_ in {c.id for c in components}:
            return components.get(id_)
    raise AssertionError(id_)


def test_sdmx1_reads_what_refers_to_what():
    """Flows know their structures, agreements flow and provider, categorisations both ends, constraints their flows."""
    read = by_sdmx1("2.1")
    structure = read.structure["CRIME"]
    assert read.dataflow["DF_CRIME"].structure is structure
    assert structure.dimensions.get("geo").local_representation.enumerated is read.codelist["CL_AREA"]
    agreement = read.provisionagreement["PA_CRIME"]
    assert (agreement.structure_usage.id, agreement.data_provider.id) == ("DF_CRIME", "SSMSI")
    categorisation = read.categorisation["CAT_CRIME"]
    assert categorisation.artefact is read.dataflow["DF_CRIME"]
    assert [categorisation.category.id, categorisation.category.parent.id] == ["ENTRIES", "PRISON"]
    constraint = read.constraint["CC_CRIME"]
    assert constraint.role.role.name == "allowable"
    assert {one.id for one in constraint.content} == {"DF_CRIME"}
    members = {m.values_for.id: m.values for m in constraint.data_content_region[0].member.values()}
    assert {id_: [v.value for v in members[id_]] for id_ in ALLOWED.values} == {
        id_: list(codes) for id_, codes in ALLOWED.values.items()
    }


@pytest.mark.item("R1-AVL-01", "R1-AVL-08")
def test_sdmx1_reads_what_is_there():
    """An answer about what is there is read by sdmx1: values, time span and counts."""
    read = sdmx.read_sdmx(io.BytesIO(written("2.1", ACTUAL))).constraint["CRIME_AVAILABLE"]
    assert read.role.role.name == "actual"
    members = {m.values_for.id: m.values for m in read.data_content_region[0].member.values()}
    assert {id_: [v.value for v in members[id_]] for id_ in ACTUAL.values} == {"freq": ["A"], "geo": ["FR"]}
    assert [b.period.date().isoformat() for b in (members["TIME_PERIOD"][0].start, members["TIME_PERIOD"][0].end)] == [
        "2016-01-01", "2023-12-31",
    ]  # fmt: skip
    assert {a.id: (a.type, a.title) for a in read.annotations} == {
        "series_count": ("sdmx_metrics", "2"), "obs_count": ("sdmx_metrics", "16"),
    }  # fmt: skip


@pytest.mark.item("R1-STR-06")
def test_sdmx1_reads_the_hierarchy():
    """A hierarchical code list is read with its codes at their places, their lists, and its levels."""
    read = by_sdmx1("2.1").hierarchical_codelist["H_AREAS"].hierarchy[0]
    assert (read.level.id, read.level.child.id) == ("COUNTRY", "REGION")
    top = read.codes["FR"]
    assert (top.code.id, top.level.id) == ("FR", "COUNTRY")
    assert [(c.id, c.code.id, c.level.id) for c in top.child] == [
        ("FR1", "FR1", "REGION"), ("FR10", "EU_FR10", "REGION"),
    ]  # fmt: skip


@pytest.mark.item("R1-STR-02", "R1-STR-13")
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_sdmx1_reads_the_metadata_structure(version: str):
    """Headings of a report are read nested, with concepts and how often they may stand."""
    read = by_sdmx1(version)
    structure = read.metadatastructure["MSD_QUALITY"]
    headings = structure.report_structure["MSD_QUALITY"].components if version == "2.1" else list(structure.attributes)
    contact = headings[0]
    assert (contact.id, contact.is_presentational) == ("CONTACT", True)
    assert [(c.id, c.concept_identity.id, c.min_occurs, c.max_occurs) for c in contact.child] == [
        ("PHONE", "PHONE", 1, None), ("AREA", "AREA", 0, 3),
    ]  # fmt: skip
    assert [h.id for h in headings] == ["CONTACT", "QUALITY"]
    if version == "2.1":
        assert read.metadataflow["MDF_QUALITY"].structure is structure


@pytest.mark.item("ML3-07")
def test_sdmx1_reads_what_a_list_extends():
    """Extensions of a code list are read with prefix and selection."""
    read = by_sdmx1("3.0").codelist["CL_EXTENDED"]
    assert list(read.items) == ["W"]
    assert [(e.prefix or "", [m.value for m in e.selection.mv]) for e in read.extends] == [
        (e.prefix, list(e.members)) for e in EXTENDED.extensions
    ]
    assert [str(e.extends) for e in read.extends] == [str(e.codelist) for e in EXTENDED.extensions]


@pytest.mark.item("R1-STR-23", "R1-STR-28")
def test_sdmx1_reads_vtl():
    """Transformations are read with expression and result, aliases with what they are of."""
    read = by_sdmx1("2.1")
    assert [(t.id, t.expression, t.result) for t in read.transformation_scheme["VTL_CHECKS"].items.values()] == [
        (t.id, t.expression, t.result) for t in TRANSFORMATIONS.items
    ]
    assert [type(m).__name__ for m in read.vtl_mapping_scheme["VTL_ALIASES"].items.values()][:1] == [
        "VTLDataflowMapping"
    ]


@pytest.mark.parametrize(
    "kind", ["structuremap", "conceptschememap", "process", "reportingtaxonomy", "customtypescheme"]
)
def test_sdmx1_stops_at_some_kinds_of_2_1(kind: str):
    """A limit of sdmx1: messages with these, which the schema finds valid, it does not read at all."""
    with pytest.raises(XMLParseError):
        sdmx.read_sdmx(io.BytesIO(written("2.1", EXAMPLES[kind])))
