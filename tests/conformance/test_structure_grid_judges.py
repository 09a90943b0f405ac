"""Answers to structure queries over a grid of kinds, neighbours, details and formats, before XSD and JSON schemas."""

from __future__ import annotations

from itertools import product

import pytest
from asking import ask
from judges import json_errors, xml_errors
from pysdmx.io import read_sdmx

from greffe.errors import NotAcceptable
from greffe.formats import structure_json, structure_ml
from greffe.model.dataset import Header
from greffe.query import resources

HEADER = Header(id="M1", prepared="2026-11-24T10:00:00+00:00")
ADDRESSES_1 = sorted({*resources.V1, "structure"} - {"actualconstraint"})
VTL = {
    "transformationscheme", "rulesetscheme", "userdefinedoperatorscheme", "customtypescheme",
    "namepersonalisationscheme", "vtlmappingscheme",
}  # fmt: skip


def answers(dialect, words, details):
    """Every address with what it is answered with."""
    for word, references, detail in product(words, ("none", "all"), details):
        address = f"{dialect} {word}?references={references}&detail={detail}"
        yield address, ask(address)


@pytest.mark.item("R1-STR-50", "R1-STR-65", "R1-NEG-01")
def test_every_answer_of_1_5_is_valid_in_sdmx_ml_2_1():
    """Every resource of 1.5 is answered in valid SDMX-ML 2.1, with and without neighbours, in every detail."""
    for address, found in answers("v1", ADDRESSES_1, resources.V1_DETAILS):
        assert xml_errors(b"".join(structure_ml.write(HEADER, found))) == [], address


@pytest.mark.item("R1-STR-50", "R1-STR-65", "R1-NEG-01")
def test_every_answer_of_1_5_is_valid_in_sdmx_json_1_0():
    """Every resource of 1.5 is answered in valid SDMX-JSON 1.0; 406 for what it has no words for."""
    for address, found in answers("v1", ADDRESSES_1, resources.V1_DETAILS):
        matched = {a.urn for a in ask(address.replace("references=all", "references=none"))}
        try:
            body = b"".join(structure_json.write(HEADER, found, version="1.0.0", asked=len(matched)))
        except NotAcceptable:
            unsayable = {a.kind for a in found if a.urn in matched} & {*VTL, "structuremap"}
            assert unsayable, address
        else:
            assert json_errors(body, "1.0") == [], address


@pytest.mark.item("R2-STR-01", "R2-STR-20", "R2-STR-26", "R2-STR-30", "R2-STR-50")
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_every_answer_of_2_x_is_valid_in_sdmx_ml(version):
    """Every artefact type of 2.x is answered in valid SDMX-ML 3.0 and 3.1, with and without neighbours, in every detail."""
    for address, found in answers("v2", resources.V2, resources.V2_DETAILS):
        assert xml_errors(b"".join(structure_ml.write(HEADER, found, version=version))) == [], address


@pytest.mark.item("R2-STR-01", "R2-STR-20", "R2-STR-26", "R2-STR-30", "R2-STR-50")
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_every_answer_of_2_x_is_valid_in_sdmx_json(version):
    """Every artefact type of 2.x is answered in valid SDMX-JSON 2.0 and 2.1, with and without neighbours, in every detail."""
    for address, found in answers("v2", resources.V2, resources.V2_DETAILS):
        body = b"".join(structure_json.write(HEADER, found, version=version))
        assert json_errors(body, version[:3]) == [], address


@pytest.mark.item("R2-STR-30", "J-11")
@pytest.mark.parametrize("references", ["none", "all", "parentsandsiblings", "descendants"])
def test_pysdmx_reads_every_answer_in_sdmx_json(references):
    """pysdmx reads the answers of every artefact type with all that comes along: nothing that it needs is missing."""
    for kind in sorted({*resources.V2} - ({"hierarchy"} if references == "parentsandsiblings" else set())):
        found = ask(f"v2 {kind}?references={references}")
        message = read_sdmx(b"".join(structure_json.write(HEADER, found)).decode(), validate=False)
        assert message is not None
