"""Structures as a recipient sends them: what we write in four notations comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from outline import HEADER
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.artefact_json import dump_file
from greffe.catalogue.received import read_received
from greffe.errors import BadDefinition
from greffe.formats import structure_json, structure_ml

BOOKS = shipped_catalogue()
FLOWS = [
    f
    for f in BOOKS.dataflows()
    if f.reference.id in ("ESTAT_CRIM_OFF_CAT", "UNODC_CTS_PRISONS", "CEPEJ_CASES", "OBS_CASES")
]


def bare(component):
    """What figures are held against: no annotations."""
    shape = component.representation
    return (
        component.id, component.role, component.mandatory, component.relationship, str(component.concept),
        str(shape.enumeration), shape.text_type, shape.decimals or None, shape.max_length, shape.pattern,
    )  # fmt: skip


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1"])
@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.reference.id)
def test_xml_comes_back_as_it_was(flow, version):
    """Components, order, codes, parents, names and constraints."""
    structure = BOOKS.structure(flow)
    lists = list(BOOKS.codelists(structure).values())
    constraints = list(BOOKS.constraints(flow))
    message = b"".join(structure_ml.write(HEADER, [flow, structure, *lists, *constraints], version=version))
    found = read_received(message, "theirs.xml")
    (theirs,) = found.structures
    assert [bare(c) for c in theirs.components] == [bare(c) for c in structure.components]
    for list_ in lists:
        same = next(c for c in found.lists.values() if c.reference.id == list_.reference.id)
        assert [(i.id, i.parent) for i in same.items] == [(i.id, i.parent) for i in list_.items]
        assert same.items[0].names["en"] == list_.items[0].names["en"]
    assert [dict(c.values) for c in found.constraints] == [dict(c.values) for c in constraints]
    assert [f.structure.reference.id for f in found.flows] == [structure.reference.id]


def test_json_comes_back_as_it_was():
    """The reader of our own files reads what is received in that form."""
    structure = BOOKS.structure(FLOWS[0])
    assert read_received(dump_file(structure), "theirs.json").structures == (structure,)


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.reference.id)
def test_json_as_it_is_served_comes_back(flow, version):
    """2.0 says the role of a constraint; both put attributes apart in its region."""
    structure = BOOKS.structure(flow)
    lists = list(BOOKS.codelists(structure).values())
    status = next(a for a in structure.attributes if a.id == "CONF_STATUS")
    allowed = [replace(c, values={**c.values, status.id: ("F",)}) for c in BOOKS.constraints(flow)]
    actual = [replace(c, reference=replace(c.reference, id="THERE"), role="Actual") for c in allowed]
    constraints = allowed + (actual if version == "2.0.0" else [])
    message = b"".join(structure_json.write(HEADER, [flow, structure, *lists, *constraints], version=version))
    if allowed:
        assert b'"components":[{"id":"CONF_STATUS"' in message
    found = read_received(message, "theirs.json")
    assert found.structures == (structure,)
    assert set(found.lists) == {c.reference for c in lists}
    assert [(c.role, dict(c.values)) for c in found.constraints] == [(c.role, dict(c.values)) for c in constraints]
    assert [f.structure for f in found.flows] == [structure.urn]


def test_json_1_0_is_refused_by_its_version():
    message = b"".join(structure_json.write(HEADER, [BOOKS.structure(FLOWS[0])], version="1.0.0"))
    with pytest.raises(BadDefinition) as refused:
        read_received(message, "theirs.json")
    assert refused.value.message == "SDMX-JSON 1.0 is not read here, only 2.0 and 2.1."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<a", "It is not XML"),
        (b"<a/>", "A structure message is expected, found a."),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Structure/>', "A document type declaration is not read."),
        (b"<Structure/>", "It holds no data structure, no code list and no constraint."),
        (
            b"<Structure><Structures><C><Codelist id='A'/></C></Structures></Structure>",
            "Codelist has no agencyID or no id.",
        ),
    ],
)
def test_what_is_no_structure_is_refused(content, says):
    with pytest.raises(BadDefinition) as refused:
        read_received(content, "theirs.xml")
    assert refused.value.message.startswith(says)
    assert refused.value.file == "theirs.xml"
