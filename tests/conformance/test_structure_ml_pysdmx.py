"""pysdmx reads what we write as SDMX-ML 3.0 and 3.1, and says what the artefacts say. It keeps one language: English."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from blocks import HEADER
from every_kind import (
    ACTUAL,
    ALL,
    ALLOWED,
    ASSOCIATION,
    CATEGORISATION,
    EXTENDED,
    HIERARCHY,
    REPRESENTATION_MAP,
    RULES,
    STRUCTURE,
    STRUCTURE_MAP,
    SUBJECTS,
    TRANSFORMATIONS,
    VTL_TYPES,
)
from pysdmx.io import read_sdmx

from greffe.formats import structure_ml
from greffe.model.artefacts import Annotation, Artefact, Item, ItemScheme

VERSIONS = ["3.0", "3.1"]
# Kinds that pysdmx passes over (maps between schemes, processes …) or stops at (agreements with targets).
UNREAD_3 = {
    "categoryschememap", "conceptschememap", "organisationschememap", "reportingtaxonomymap", "process",
    "reportingtaxonomy", "organisationunitscheme", "metadataconstraint", "metadataprovisionagreement",
}  # fmt: skip
READ = [a for a in ALL if a.kind not in UNREAD_3 and a is not EXTENDED]  # it stops at CodelistExtension, too


def by_pysdmx(version: str) -> dict[str, Any]:
    """What it reads, by short URN; what is there, which has none, by its class."""
    body = b"".join(structure_ml.write(HEADER, [*READ, ACTUAL], version=version))
    read = read_sdmx(body.decode(), validate=True)
    names = [type(one).__name__ for one in read.structures]
    return {n if n == "AvailabilityConstraint" else o.short_urn: o for n, o in zip(names, read.structures, strict=True)}


def short(artefact: Artefact, version: str = "") -> str:
    name = str(artefact.urn).split("infomodel.")[1].split(".", 1)[1]
    return name.replace("(1.0.0)", "(1.0)") if (artefact.kind, version) == ("categorisation", "3.1") else name


@pytest.mark.item("ML3-01", "ML3-02", "ML3-06")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_every_kind_that_it_knows(version: str):
    """Each kind that pysdmx knows is read with its identity, name, description, annotations and items."""
    read = by_pysdmx(version)
    for artefact in READ:
        other = read[short(artefact, version)]
        assert other.name == artefact.names["en"], artefact.urn
        assert (other.description or "") == artefact.descriptions.get("en", ""), artefact.urn
        assert [_single(a) for a in other.annotations] == [_first(a) for a in artefact.annotations], artefact.urn
        if isinstance(artefact, ItemScheme) and artefact is not SUBJECTS:
            assert [(i.id, i.name or "", i.description or "") for i in other.items] == [
                _texts(i) for i in artefact.items
            ]


def _texts(item: Item) -> tuple[str, str, str]:
    return (item.id, item.names.get("en", ""), item.descriptions.get("en", ""))


def _single(annotation: Any) -> tuple[str, ...]:
    return tuple(getattr(annotation, part) or "" for part in ("id", "type", "title", "text"))


def _first(annotation: Annotation) -> tuple[str, ...]:
    return (annotation.id, annotation.type, annotation.title, annotation.texts.get("en", ""))


@pytest.mark.item("ML3-03")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_the_structure(version: str):
    """Components are read with role, concept, list, obligation, and what attributes hang on."""
    read = by_pysdmx(version)[short(STRUCTURE)]
    found = {
        c.id: (c.role.name, c.concept.id, c.local_codes.id if c.local_codes else "", c.required, c.attachment_level)
        for c in read.components
    }
    assert found == {
        "freq": ("DIMENSION", "FREQ", "CL_FREQ", True, None),
        "geo": ("DIMENSION", "AREA", "CL_AREA", True, None),
        "TIME_PERIOD": ("DIMENSION", "TIME_PERIOD", "", True, None),
        "OBS_VALUE": ("MEASURE", "OBS_VALUE", "", True, None),
        "OBS_STATUS": ("ATTRIBUTE", "OBS_STATUS", "CL_STATUS", True, "O"),
        "UNIT": ("ATTRIBUTE", "UNIT", "", False, "geo"),
        "DECIMALS": ("ATTRIBUTE", "DECIMALS", "", False, "freq,geo"),
        "COMMENT": ("ATTRIBUTE", "COMMENT", "", False, "D"),
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_what_refers_to_what(version: str):
    """Flows, agreements, categorisations and associations are read with what they refer to."""
    read = by_pysdmx(version)
    assert read["Dataflow=SSER:DF_CRIME(1.0.0)"].structure == "DataStructure=SSER:CRIME(1.0.0)"
    agreement = read["ProvisionAgreement=SSER:PA_CRIME(1.0.0)"]
    assert (agreement.dataflow, agreement.provider) == (
        "Dataflow=SSER:DF_CRIME(1.0.0)", "DataProvider=SSER:DATA_PROVIDERS(1.0).SSMSI",
    )  # fmt: skip
    categorisation = read[short(CATEGORISATION, version)]
    assert (categorisation.source, categorisation.target) == (str(CATEGORISATION.source), str(CATEGORISATION.target))
    association = read[short(ASSOCIATION)]
    assert (association.hierarchy, association.component_ref, association.context_ref) == (
        str(ASSOCIATION.hierarchy), str(ASSOCIATION.linked), str(ASSOCIATION.context),
    )  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_nested_subjects(version: str):
    """Categories are read inside their parents."""
    top = by_pysdmx(version)[short(SUBJECTS)].items
    assert [c.id for c in top] == ["CRIM", "CIVIL"]
    assert [(c.id, [d.id for d in c.categories]) for c in top[0].categories] == [("PRISON", ["ENTRIES"])]


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_the_hierarchy(version: str):
    """Codes are read at their places with list, level and validity."""
    read = by_pysdmx(version)[short(HIERARCHY)]
    assert (read.has_formal_levels, read.level.id, read.level.level.id) == (True, "COUNTRY", "REGION")
    top = read.codes[0]
    assert (top.id, top.urn, top.level) == ("FR", str(HIERARCHY.codes[0].code), "COUNTRY")
    assert [(c.id, c.urn, c.level, c.rel_valid_from, c.rel_valid_to) for c in top.codes] == [
        ("FR1", "urn:sdmx:org.sdmx.infomodel.codelist.Code=SSER:CL_AREA(1.0.0).FR1", "REGION",
         datetime(1976, 5, 10, tzinfo=UTC), datetime(2015, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("FR10", "urn:sdmx:org.sdmx.infomodel.codelist.Code=SSER:CL_NUTS(1.0.0).EU_FR10", "REGION",
         datetime(2016, 1, 1, tzinfo=UTC), None),
    ]  # fmt: skip


@pytest.mark.item("ML3-05")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_what_is_allowed(version: str):
    """A constraint is read with what it hangs on, its values and its time range."""
    read = by_pysdmx(version)[short(ALLOWED)]
    assert read.constraint_attachment.dataflows == tuple(str(urn) for urn in ALLOWED.attachments)
    values = {m.id: tuple(v.value for v in m.values) for m in read.cube_regions[0].key_values}
    # It passes over what is no dimension.
    assert {id_: codes for id_, codes in values.items() if codes} == {"geo": ("FR", "75"), "freq": ("A",)}
    span = next(m.time_range for m in read.cube_regions[0].key_values if m.id == "TIME_PERIOD")
    assert (span.start_period.period, span.end_period.period) == ALLOWED.time_range


@pytest.mark.item("R2-AVL-01", "R2-AVL-08")
def test_it_reads_what_is_there():
    """An AvailabilityConstraint is read with its flow, values and counts."""
    read = by_pysdmx("3.1")["AvailabilityConstraint"]
    assert (read.series_count, read.obs_count) == (2, 16)
    assert read.constraint_attachment.dataflows == tuple(str(urn) for urn in ACTUAL.attachments)
    values = {m.id: tuple(v.value for v in m.values) for m in read.cube_region.key_values}
    assert {id_: codes for id_, codes in values.items() if codes} == dict(ACTUAL.values)


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_maps(version: str):
    """A structure map is read with its components and fixed values, a representation map with its rows."""
    read = by_pysdmx(version)
    map_ = read[short(STRUCTURE_MAP)]
    assert (map_.source, map_.target) == (str(STRUCTURE_MAP.source), str(STRUCTURE_MAP.target))
    assert [(type(m).__name__, getattr(m, "source", ""), m.target) for m in map_.maps] == [
        ("ImplicitComponentMap", "freq", "freq"), ("ComponentMap", "geo", "geo"), ("FixedValueMap", "", "UNIT"),
    ]  # fmt: skip
    assert map_.maps[1].values == str(REPRESENTATION_MAP.urn)
    assert map_.maps[2].value == "PERS"
    assert [(m.source, m.target) for m in read[short(REPRESENTATION_MAP)].maps] == [
        (row.sources[0].value, row.targets[0]) for row in REPRESENTATION_MAP.rows
    ]


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_reference_metadata(version: str):
    """Headings of reports are read nested, with how often they may stand, and flows with their structure."""
    read = by_pysdmx(version)
    top = read["MetadataStructure=SSER:MSD_QUALITY(1.0.0)"].components
    assert [(c.id, c.concept.id, c.is_presentational) for c in top] == [
        ("CONTACT", "CONTACT", True), ("QUALITY", "QUALITY", False),
    ]  # fmt: skip
    phone, area = top[0].components
    assert (phone.id, phone.array_def.min_size, phone.array_def.max_size) == ("PHONE", 1, None)
    assert (area.id, area.local_codes.id, area.array_def.max_size) == ("AREA", "CL_AREA", 3)
    flow = read["Metadataflow=SSER:MDF_QUALITY(1.0.0)"]
    assert flow.structure.short_urn == "MetadataStructure=SSER:MSD_QUALITY(1.0.0)"


@pytest.mark.parametrize("version", VERSIONS)
def test_it_reads_vtl(version: str):
    """VTL schemes are read with their texts and the schemes that they lean on."""
    read = by_pysdmx(version)
    checks = read[short(TRANSFORMATIONS)]
    assert [(t.id, t.expression, t.result, t.is_persistent) for t in checks.items] == [
        (t.id, t.expression, t.result, t.persistent) for t in TRANSFORMATIONS.items
    ]
    assert checks.vtl_mapping_scheme.short_urn == "VtlMappingScheme=SSER:VTL_ALIASES(1.0.0)"
    assert [(r.ruleset_definition, r.ruleset_type, r.ruleset_scope) for r in read[short(RULES)].items] == [
        (r.definition, r.type, r.scope) for r in RULES.items
    ]
    assert [(t.vtl_scalar_type, t.data_type, t.null_value or "") for t in read[short(VTL_TYPES)].items] == [
        (t.scalar_type, t.data_type, t.null_value) for t in VTL_TYPES.items
    ]
