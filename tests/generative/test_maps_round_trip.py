"""Any map in the standard's form, written as SDMX-ML 3.0, 3.1, SDMX-JSON 2.0 or 2.1 and read again, is what it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from judges import json_errors, xml_errors
from kind_strategies import maps

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.maps_ml import read_maps_ml
from greffe.errors import NotAcceptable
from greffe.formats import structure_json, structure_ml
from greffe.model.artefacts import Maintainable
from greffe.model.dataset import Header
from greffe.model.mappings import ItemMap, ItemSchemeMap, StandardRepresentationMap, ValueMapping

HEADER = Header("M1", "2026-11-24T10:00:00Z")
DAY = {"valid_from": "T00:00:00Z", "valid_to": "T23:59:59Z"}
FIXED = {"dataproviderscheme": "DATA_PROVIDERS"}  # what the standard calls the one scheme of its kind (URN-03)


def by_days(artefact: Maintainable) -> Maintainable:
    """Rows bounded by whole days, which is what SDMX-ML can say of them."""

    def one(row: ItemMap | ValueMapping) -> ItemMap | ValueMapping:
        return replace(row, **{key: f"{text[:10]}{DAY[key]}" for key in DAY if (text := getattr(row, key))})

    if isinstance(artefact, ItemSchemeMap):
        return replace(artefact, items=tuple(one(i) for i in artefact.items))
    if isinstance(artefact, StandardRepresentationMap):
        return replace(artefact, rows=tuple(one(r) for r in artefact.rows))
    return artefact


def proper(artefact: Maintainable) -> bool:
    return all(FIXED.get(urn.kind, urn.reference.id) == urn.reference.id for urn in artefact.uses())


WHOLE = st.one_of(*maps).map(by_days).filter(proper)


def ml(version: str, artefact: Maintainable) -> bytes:
    return b"".join(structure_ml.write(HEADER, [artefact], version=version))


@pytest.mark.item("SM-02", "SM-03", "SM-05")
@pytest.mark.parametrize("version", ["3.0", "3.1"])
@settings(max_examples=examples(50), deadline=None)
@given(artefact=WHOLE)
def test_sdmx_ml(version: str, artefact: Maintainable):
    """Valid by the schema, with dates before components as it wants them, and read again without loss."""
    try:
        body = ml(version, artefact)
    except NotAcceptable as refusal:
        assert refusal.hint
        return
    assert xml_errors(body) == []
    (found,) = read_maps_ml(body, "maps.xml")
    assert found == artefact
    assert ml(version, found) == body


@pytest.mark.item("SM-03", "SM-04")
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@settings(max_examples=examples(50), deadline=None)
@given(artefact=WHOLE)
def test_sdmx_json(version: str, artefact: Maintainable):
    """Every part of every kind of map has its place in the message and is read again without loss."""
    body = b"".join(structure_json.write(HEADER, [artefact], version=version))
    assert json_errors(body, version[:3], "structure") == []
    (found,) = read_message(body, "maps.json")
    assert found == artefact
    assert b"".join(structure_json.write(HEADER, [found], version=version)) == body
