"""The published schemas judge every kind of artefact in SDMX-ML 2.1, 3.0 and 3.1: whole, as a stub, partial, all in one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks import HEADER
from every_kind import ACTUAL, ALL, RICH_REPRESENTATION_MAP
from judges import xml_errors
from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats import structure_ml
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.query.details import raw, stub

VERSIONS = ["2.1", "3.0", "3.1"]
# What 2.1 has no words for (D27): 406 with a hint.
UNSAID = {
    "valuelist", "hierarchyassociation", "representationmap", "metadataproviderscheme", "metadataprovisionagreement",
    "metadataconstraint",
}  # fmt: skip
EVERY = [*ALL, ACTUAL]


def written(version: str, *artefacts: Artefact) -> bytes:
    return b"".join(structure_ml.write(HEADER, artefacts, version=version))


def cases(version: str) -> list[Artefact]:
    return [a for a in EVERY if version != "2.1" or a.kind not in UNSAID]


def pairs() -> list[object]:
    return [
        pytest.param(version, artefact, id=f"{version} {artefact.kind} {artefact.reference.id}")
        for version in VERSIONS
        for artefact in cases(version)
    ]


@pytest.mark.item("FMT-01", "ML21-05", "ML21-06", "ML21-07", "ML3-01", "ML3-06")
@pytest.mark.parametrize(("version", "artefact"), pairs())
def test_each_kind_is_valid(version: str, artefact: Artefact):
    """Each kind of artefact that a version knows is valid by its schema, alone in a message."""
    assert xml_errors(written(version, artefact)) == []


@pytest.mark.item("ML3-08", "R1-STR-51", "R1-STR-54", "R2-STR-21", "R2-STR-23")
@pytest.mark.parametrize(("version", "artefact"), pairs())
@pytest.mark.parametrize("complete", [False, True])
def test_each_stub_is_valid(version: str, artefact: Artefact, complete: bool):
    """A stub says isExternalReference and keeps what the schema requires, whatever the kind."""
    body = written(version, stub(artefact, complete))
    assert xml_errors(body) == []
    if not (version == "3.1" and artefact is ACTUAL):  # which has no identity
        assert b'isExternalReference="true"' in body


@pytest.mark.parametrize(("version", "artefact"), [p for p in pairs() if isinstance(p.values[1], ItemScheme)])
def test_each_partial_scheme_is_valid(version: str, artefact: ItemScheme):
    body = written(version, replace(artefact, items=artefact.items[-1:], partial=True))
    assert xml_errors(body) == []
    assert (b'isPartial="true"' in body) is (artefact.kind != "valuelist")


@pytest.mark.item("R2-STR-26")
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_raw_lists_are_valid(version: str):
    """Code lists that are asked raw, with their extensions, are valid."""
    assert xml_errors(written(version, *(raw(a) for a in ALL))) == []


@pytest.mark.item("ML21-05")
@pytest.mark.parametrize("version", VERSIONS)
def test_all_in_one_message_is_valid(version: str):
    """A message with every kind is valid, whatever the order in which they are given."""
    said = [a for a in cases(version) if a is not RICH_REPRESENTATION_MAP]
    assert xml_errors(written(version, *said)) == []
    assert written(version, *reversed(said)) != b""
    assert xml_errors(written(version, *reversed(said))) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_answer_is_valid(version: str):
    assert xml_errors(written(version)) == []


@pytest.mark.item("R2-STR-02")
@pytest.mark.parametrize("kind", sorted(UNSAID))
def test_what_2_1_has_no_words_for_is_refused(kind: str):
    """406: kinds that 2.1 does not know, with the formats that can say them."""
    unsaid = [a for a in EVERY if a.kind == kind]
    with pytest.raises(NotAcceptable, match=rf"no {kind}.*format=structure-3\.1.*format=jsonstructure"):
        written("2.1", *unsaid)


def test_a_representation_map_beside_the_structure_map_that_uses_it_is_said_inside_that_one():
    used = [a for a in ALL if a.kind in ("structuremap", "representationmap") and a is not RICH_REPRESENTATION_MAP]
    body = written("2.1", *used)
    assert xml_errors(body) == []
    assert etree.fromstring(body).xpath("count(//*[local-name()='CodelistMap' and @id])") == 1
