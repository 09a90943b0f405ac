"""Every kind of answer of the running server before outside judges: XSD, JSON schema, sdmx1, pysdmx."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import httpx
import pytest
import sdmx
from judges import json_errors, xml_errors
from pysdmx.io import read_sdmx

V1_KINDS = (
    "codelist", "conceptscheme", "datastructure", "dataflow", "agencyscheme", "dataproviderscheme",
    "provisionagreement", "contentconstraint", "categoryscheme", "categorisation", "structure",
)  # fmt: skip
V2_KINDS = (
    "codelist", "conceptscheme", "datastructure", "dataflow", "agencyscheme", "dataproviderscheme",
    "provisionagreement", "dataconstraint", "categoryscheme", "categorisation", "structuremap", "representationmap", "*",
)  # fmt: skip
FLOWS = (
    "ESTAT_CRIM_OFF_CAT", "ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_JUST_AGE", "ESTAT_CRIM_PRIS_CAP", "ESTAT_CRIM_PRIS_OFF",
    "ESTAT_CRIM_PRIS_TRI", "UNODC_PRISONS", "UNODC_CTS_PRISONS", "UNODC_JUSTICE", "CEPEJ_Q91", "CEPEJ_STAT",
)  # fmt: skip
GENERIC = "application/vnd.sdmx.genericdata+xml;version=2.1"
SPECIFIC = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
CSV1 = "application/vnd.sdmx.data+csv;version=1.0.0"
CSV2 = "application/vnd.sdmx.data+csv;version=2.0.0"


@pytest.mark.parametrize("kind", V1_KINDS)
@pytest.mark.parametrize(
    "query", ["", "?references=all", "?detail=allstubs", "?references=children&detail=referencepartial"]
)
def test_structures_are_valid_sdmx_ml_2_1(server, kind, query):
    """R1-STR-01 to 21, R1-STR-50 to 65, ML21-05 to 07."""
    answer = httpx.get(
        f"{server}/sdmx/v1/{kind}/SSER{query}" if kind != "agencyscheme" else f"{server}/sdmx/v1/{kind}{query}"
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+xml;version=2.1"
    assert xml_errors(answer.content) == []


@pytest.mark.parametrize("kind", V2_KINDS)
@pytest.mark.parametrize("query", ["", "?references=all", "?detail=allstubs", "?references=descendants"])
def test_structures_are_valid_sdmx_json_2_1(server, kind, query):
    """R2-STR-01 to 31, J-11."""
    answer = httpx.get(f"{server}/sdmx/v2/structure/{kind}{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+json;version=2.1.0"
    assert json_errors(answer.content) == []


@pytest.mark.item("SM-06")
def test_a_representation_map_cannot_be_said_in_2_1(server):
    """SM-06, D27: 406 with a hint where 2.1 has no such kind; in 3.1 it is answered."""
    address = f"{server}/sdmx/v2/structure/representationmap"
    answer = httpx.get(address, headers={"Accept": "application/vnd.sdmx.structure+xml;version=2.1"})
    assert answer.status_code == 406
    assert "JSON" in answer.text
    newest = httpx.get(address, headers={"Accept": "application/xml"})
    assert newest.status_code == 200, newest.text
    assert xml_errors(newest.content) == []


def test_a_correspondence_is_served_between_its_code_lists(server):
    """A representation map that no structure map uses is answered by its id, with the lists that it refers to."""
    address = f"{server}/sdmx/v2/structure/representationmap/SSER/NATAFF_TO_ICCS?references=children"
    answer = httpx.get(address)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    (found,) = data["representationMaps"]
    lists = [found[side][0]["codelist"].partition("=")[2] for side in ("source", "target")]
    assert lists == ["SSER:CL_NATAFF(1.0.0)", "SSER:ICCS(1.0.0)"]
    assert {c["id"] for c in data["codelists"]} == {"CL_NATAFF", "ICCS"}
    assert len(found["representationMappings"]) == 74


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("accept", [GENERIC, SPECIFIC])
def test_data_are_valid_sdmx_ml_2_1(server, flow, accept):
    """ML21-03 to 09; R1-NEG-02."""
    answer = httpx.get(f"{server}/sdmx/v1/data/{flow}", headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == accept
    assert xml_errors(answer.content, lax=accept == SPECIFIC) == []


@pytest.mark.parametrize("flow", FLOWS)
def test_every_format_says_the_same_to_every_reader(server, flow):
    """The csv module, sdmx1 (generic; structure-specific with its DSD) and pysdmx read equal values."""
    rows = list(csv.DictReader(io.StringIO(httpx.get(f"{server}/sdmx/v1/data/{flow}", headers={"Accept": CSV1}).text)))
    dims = list(rows[0])[1 : list(rows[0]).index("OBS_VALUE")]
    plain = {tuple(r[d] for d in dims): r["OBS_VALUE"] for r in rows}
    assert len(plain) == len(rows)

    sdmx.add_source({"id": "SSER", "name": "SSER", "url": f"{server}/sdmx/v1"}, override=True)
    client = sdmx.Client("SSER")
    structure = client.dataflow(flow, params={"references": "all"}).structure[flow]
    for found in (client.data(flow, key={}, dsd=structure), client.data(flow)):
        frame = sdmx.to_pandas(found.data[0]).reset_index()
        read = {tuple(str(x) for x in row[dims]): row["value"] for _, row in frame.iterrows()}
        valued = {k: v for k, v in read.items() if v == v}  # sdmx1 says NaN where there is no value
        assert {k: Decimal(str(v)) for k, v in valued.items()} == {k: Decimal(v) for k, v in plain.items() if v}

    body = httpx.get(f"{server}/sdmx/v2/data/dataflow/SSER/{flow}", headers={"Accept": CSV2}).text
    two = {tuple(r[d] for d in dims): r["OBS_VALUE"] for r in csv.DictReader(io.StringIO(body))}
    assert two == plain
    (dataset,) = read_sdmx(body, validate=False).data
    assert len(dataset.data) == len(plain)


def test_sdmx1_has_the_labels_in_both_languages(server):
    sdmx.add_source({"id": "SSER", "name": "SSER", "url": f"{server}/sdmx/v1"}, override=True)
    message = sdmx.Client("SSER").datastructure("ESTAT_CRIM_OFF_CAT", params={"references": "children"})
    name = message.codelist["ESTAT_ICCS"]["ICCS0101"].name
    assert name.localizations == {"en": "Intentional homicide", "fr": "Homicide volontaire"}


def test_pysdmx_reads_the_structures(server):
    answer = httpx.get(f"{server}/sdmx/v2/structure/dataflow/SSER/CEPEJ_Q91/1.0.0?references=all")
    message = read_sdmx(answer.text, validate=False)
    ids = {s.id for s in message.structures}
    assert {"CEPEJ_Q91", "CEPEJ_QUESTION", "CL_FREQ"} <= ids


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("v1/data/ESTAT_CRIM_OFF_CAT/A.X", 400),
        ("v1/data/ESTAT_CRIM_OFF_CAT/A.NOPE.NR.FR", 404),
        ("v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/A.NOPE.NR.FR", 204),
        ("v1/data/ESTAT_CRIM_OFFCAT", 404),
        ("v1/data/ESTAT_CRIM_OFF_CAT?startPeriod=20x2", 400),
        ("v1/data/ESTAT_CRIM_OFF_CAT?lastNObservations=0", 400),
        ("v1/data/ESTAT_CRIM_OFF_CAT?starPeriod=2020", 400),
        ("v1/data/ESTAT_CRIM_OFF_CAT?format=jsn", 406),
        ("v1/data/ESTAT_CRIM_OFF_CAT?lang=de", 406),
        ("v1/data/INT_JUSTICE", 404),
        ("v2/data/dataflow/SSER/INT_SSMSI/1.0.0/*", 404),
        ("v1/dataflow/SSER/NOPE", 404),
        ("v1/attachmentconstraint", 501),
        ("v1/nonsense", 404),
        ("v2/structure/nonsense", 400),
        ("v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/*?asOf=2020-13-01T00:00:00Z", 400),
        ("v2/registration/id/1", 501),
    ],
)
def test_refusals_have_their_status_and_the_standards_message(server, address, status):
    """R1-ERR-01, R2-ERR-01 to 13, D26: a clear message, never HTML, never a traceback."""
    answer = httpx.get(f"{server}/sdmx/{address}")
    assert answer.status_code == status, answer.text
    if status == 204:
        assert answer.content == b""
    elif address.startswith("v1"):
        assert answer.headers["content-type"] == "application/xml"
        assert xml_errors(answer.content) == []
    else:
        assert answer.json()["errors"][0]["detail"]
    assert "Traceback" not in answer.text


def test_the_same_question_gets_the_same_bytes_and_a_304(server):
    """HTTP-09: the tag is of what is answered, not of the moment."""
    address = f"{server}/sdmx/v1/data/ESTAT_CRIM_OFF_CAT/A.ICCS0101.NR.FR"
    first, second = httpx.get(address), httpx.get(address)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    again = httpx.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = httpx.head(address)
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        first.headers["content-length"],
    )
    assert first.headers["access-control-allow-origin"] == "*"


def test_client_spellings_are_understood(server):
    """What sdmx1, pandaSDMX, pysdmx, opensdmx and sdmx-rest were seen to ask: compatibility, not conformance."""
    for address in (
        "v1/dataflow/SSER/ESTAT_CRIM_OFF_CAT/latest?references=all",
        "v1/dataflow/SSER/latest",
        "v1/dataflow/ALL/ESTAT_CRIM_OFF_CAT",
        "v1/data/ESTAT_CRIM_OFF_CAT/...",
        "v1/data/SSER,ESTAT_CRIM_OFF_CAT,1.0/all/all?detail=full&includeHistory=false",
        "v1/data/SSER,ESTAT_CRIM_OFF_CAT,1.0.0/",
        "v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/",
        "v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/*?attributes=dsd&measures=all&includeHistory=false",
        "v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/+?c%5Bgeo%5D=FR",
        "v2/structure/dataflow?detail=allcompletestubs",
        "v2/structure/dataflow/SSER/",
        "v2/structure/dataflow/*/*/+",
    ):
        answer = httpx.get(f"{server}/sdmx/{address}")
        assert answer.status_code == 200, (address, answer.text[:300])
    text = httpx.get(f"{server}/sdmx/v1/data/ESTAT_CRIM_OFF_CAT/A.ICCS0101.NR.FR", headers={"Accept": "text/csv"})
    assert text.text.startswith("DATAFLOW,")


def test_all_dimensions_is_flat(server):
    """What pysdmx's SdmxConnector asks: as CSV the rows are the same, as XML each observation has its whole key."""
    address = f"{server}/sdmx/v2/data/dataflow/SSER/CEPEJ_STAT/1.0.0"
    plain = httpx.get(address, headers={"Accept": CSV2})
    flat = httpx.get(f"{address}?dimensionAtObservation=AllDimensions", headers={"Accept": CSV2})
    assert (flat.status_code, flat.text) == (200, plain.text)
    generic = httpx.get(f"{server}/sdmx/v1/data/CEPEJ_STAT?dimensionAtObservation=AllDimensions")
    assert xml_errors(generic.content) == []
    assert generic.text.count("<ObsKey>") == plain.text.count("\n") - 1
