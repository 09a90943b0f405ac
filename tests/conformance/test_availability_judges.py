"""Availability and reference metadata of the running server before outside judges: schemas, sdmx1, pysdmx."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
import sdmx
from judges import json_errors, xml_errors
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.fmr import RegistryClient
from pysdmx.api.qb import ApiVersion, AvailabilityFormat, AvailabilityQuery, DataContext, RestService
from pysdmx.io import read_sdmx

SDMX = "application/vnd.sdmx."
FLOW = "ESTAT_CRIM_OFF_CAT"
STRUCTURES = (
    ("v1", "structure+xml;version=2.1"),
    ("v1", "structure+json;version=1.0.0"),
    ("v2", "structure+xml;version=3.0.0"),
    ("v2", "structure+xml;version=3.1.0"),
    ("v2", "structure+json;version=2.0.0"),
    ("v2", "structure+json;version=2.1.0"),
)


def ask(address: str, accept: str = "") -> httpx.Response:
    return httpx.get(address, headers={"Accept": f"{SDMX}{accept}"} if accept else {}, timeout=60)


def root(server: str, api: str, flow: str = FLOW) -> str:
    return f"{server}/sdmx/{api}/" + (
        f"availableconstraint/{flow}" if api == "v1" else f"availability/dataflow/SSER/{flow}"
    )


def errors(answer: httpx.Response, kind: str = "structure") -> list[str]:
    media = answer.headers["content-type"]
    version = media.split("version=")[1][:3]
    return json_errors(answer.content, version, kind) if "json" in media else xml_errors(answer.content)


@pytest.mark.item("R1-AVL-01", "R1-AVL-05", "R2-AVL-06", "R2-AVL-11", "R1-NEG-01")
@pytest.mark.parametrize("query", ["", "?references=all", "?references=codelist&mode=available"])
@pytest.mark.parametrize(("api", "accept"), STRUCTURES)
@pytest.mark.parametrize("flow", [FLOW, "UNODC_CTS_PRISONS", "CEPEJ_STAT"])
def test_availability_is_a_valid_structure_message_in_every_format(server, flow, api, accept, query):
    """Availability is answered in every structure format, alone or with what it refers to, and is valid."""
    answer = ask(root(server, api, flow) + query, accept)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == SDMX + accept
    assert errors(answer) == []


@pytest.mark.item("R1-AVL-01", "R1-AVL-07", "R2-AVL-08")
def test_what_is_available_is_what_the_data_hold(server):
    """Values, series and observations that availability tells are those of the data themselves."""
    answer = ask(f"{server}/sdmx/v1/data/{FLOW}", "data+csv;version=1.0.0")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    (found,) = ask(root(server, "v2"), "structure+json;version=2.1.0").json()["data"]["availabilityConstraints"]
    series = {(r["freq"], r["iccs"], r["unit"], r["geo"]) for r in rows}
    assert (found["seriesCount"], found["obsCount"]) == (len(series), len(rows))
    keys = {k["id"]: k for k in found["cubeRegion"]["keyValues"]}
    for id_ in ("freq", "iccs", "unit", "geo"):
        assert {v["value"] for v in keys[id_]["values"]} == {r[id_] for r in rows}
    periods = sorted(r["TIME_PERIOD"] for r in rows)
    span = keys["TIME_PERIOD"]["timeRange"]
    assert (span["startPeriod"]["period"], span["endPeriod"]["period"]) == (periods[0], periods[-1])
    two = ask(root(server, "v1"), "structure+xml;version=2.1")
    assert b'type="Actual"' in two.content
    assert b"sdmx_metrics" in two.content


@pytest.mark.item("R2-AVL-02", "R2-AVL-05", "R1-AVL-06", "R1-ERR-05", "R2-ERR-02")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"v1/availableconstraint/{FLOW}/A.ICCS0101.NR.FR?startPeriod=1900&endPeriod=1901", 404),
        (f"v2/availability/dataflow/SSER/{FLOW}/1.0.0/*?c[TIME_PERIOD]=lt:1901", 204),
        (f"v2/availability/dataflow/SSER/{FLOW}/1.0.0/*?c[geo]=FR&c[freq]=A", 200),
        (f"v2/availability/datastructure/SSER/{FLOW}", 200),
        ("v2/availability/provisionagreement/SSER", 200),
        (f"v2/availability/*/SSER/{FLOW}", 400),
        (f"v2/availability/dataflow/SSER/{FLOW}/1.0.0/*/nope", 422),
        (f"v1/availableconstraint/{FLOW}/all/all/nope", 403),
        (f"v2/availability/dataflow/SSER/{FLOW}?mode=some", 400),
        ("v2/availability/dataflow/SSER/INT_JUSTICE", 404),
        ("v1/availableconstraint/INT_JUSTICE", 404),
        ("v1/availableconstraint/NOPE", 404),
    ],
)
def test_availability_has_the_status_of_a_data_query(server, address, status):
    """Nothing there: 404 on 1.5, 204 on 2.x; internal figures are nobody's; what cannot be asked is refused."""
    answer = ask(f"{server}/sdmx/{address}")
    assert answer.status_code == status, answer.text


@pytest.mark.item("R2-AVL-01", "R2-DATA-02")
def test_the_context_that_was_asked_is_kept(server):
    """A constraint is attached to what was asked: the dataflow, its structure, or the agreement."""
    for context, key in (
        ("dataflow", "dataflow"),
        ("datastructure", "dataStructure"),
        ("provisionagreement", "provisionAgreement"),
    ):
        id_ = "*" if context == "provisionagreement" else FLOW
        told = ask(f"{server}/sdmx/v2/availability/{context}/SSER/{id_}", "structure+json;version=2.1.0").json()["data"]
        assert all(list(c["constraintAttachment"]) == [key] for c in told["availabilityConstraints"])


def test_availability_of_invented_figures_says_so(server):
    """D13: the header of the message is a test's, and a response header names the origin."""
    for flow, origin in ((FLOW, "real"), ("CEPEJ_STAT", "synthetic")):
        answer = ask(root(server, "v2", flow))
        assert (answer.headers["data-origin"], answer.json()["meta"]["test"]) == (origin, origin == "synthetic")


def test_a_question_about_availability_has_tags_and_codings(server):
    address = root(server, "v2") + "?references=all"
    first = ask(address)
    again = httpx.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (first.content, again.status_code, again.content) == (ask(address).content, 304, b"")
    packed = httpx.get(address, headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", first.content)


def test_sdmx1_and_pysdmx_read_what_is_available(server):
    """sdmx1 reads the constraint of 2.1; pysdmx's connector reads flow, structure, lists and counts in one message."""
    source = {"id": "SSER", "name": "SSER", "url": f"{server}/sdmx/v1", "supports": {"availableconstraint": True}}
    sdmx.add_source(source, override=True)
    message = sdmx.Client("SSER").get("availableconstraint", FLOW, params={"references": "all"})
    (constraint,) = message.constraint.values()
    assert constraint.role.role.name == "actual"
    (region,) = constraint.data_content_region
    members = {
        component.id: {str(v.value) for v in found.values}
        for component, found in region.member.items()
        if component.id != "TIME_PERIOD"
    }
    assert (members["geo"], members["freq"]) == ({"FR"}, {"A"})
    flow = SdmxConnector(f"{server}/sdmx/v2").dataflow(
        f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:{FLOW}(1.0.0)"
    )
    assert flow.id == FLOW
    geo = next(c for c in flow.structure.components if c.id == "geo")
    assert [code.id for code in geo.enumeration] == ["FR"]


@pytest.mark.parametrize("form", list(AvailabilityFormat))
def test_pysdmx_asks_for_availability_in_every_format_that_it_knows(server, form):
    """RestService.availability, unmodified, of both generations' formats."""
    query = AvailabilityQuery(DataContext.DATAFLOW, "SSER", "CEPEJ_STAT", "1.0.0", component_id="INDICATOR")
    body = RestService(f"{server}/sdmx/v2", ApiVersion.V2_2_0, avail_format=form).availability(query)
    assert b"CEPEJ_STAT" in body
    assert b"REF_AREA" not in body


METADATA = (
    "metadata+json;version=2.0.0",
    "metadata+json;version=2.1.0",
    "metadata+xml;version=3.0.0",
    "metadata+xml;version=3.1.0",
    "metadata+csv;version=2.0.0",
    "metadata+csv;version=2.1.0",
)


@pytest.mark.item("R2-META-01", "R2-META-02", "R2-META-03", "R2-META-04", "R2-META-06", "FMT-03")
@pytest.mark.parametrize("accept", METADATA)
@pytest.mark.parametrize(
    "address", ["metadataset", "metadataset/SSER", "metadataflow/SSER", "structure/dataflow", "structure"]
)
@pytest.mark.parametrize("detail", ["full", "allstubs"])
def test_reports_are_valid_in_every_format(server, address, accept, detail):
    """Reports by name, by flow, by what they are about; whole or as stubs; valid in every format."""
    answer = ask(f"{server}/sdmx/v2/metadata/{address}?detail={detail}", accept)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == SDMX + accept
    if "csv" in accept:
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0][0].startswith("MDSTRUCTURE")
        assert len({len(row) for row in rows}) == 1
    else:
        assert errors(answer, "metadata") == []


@pytest.mark.item("R2-META-01", "R2-META-02", "R2-META-03", "R2-META-05", "R2-ERR-02")
def test_reports_are_found_by_each_way_and_nothing_is_204(server):
    """The three ways find the same report; no report is an empty answer, 204."""
    base = f"{server}/sdmx/v2/metadata"
    everything = ask(f"{base}/metadataset").json()["data"]["metadataSets"]
    one = everything[0]
    target = one["targets"][0].split("=")[1]
    agency, rest = target.split(":")
    id_, version = rest.split("(")
    kind = one["targets"][0].split("=")[0].split(".")[-1].lower()
    addresses = [
        f"metadataset/{one['agencyID']}/{one['id']}/{one['version']}",
        f"metadataset/*/{one['id']}/~",
        f"structure/{kind}/{agency}/{id_}/{version.split(')')[0]}",
        f"metadataflow/*/*/*/{one['agencyID']}",
        f"metadataset/*/{one['id']}?asOf=2999-01-01T00:00:00Z",
    ]
    for address in addresses:
        found = ask(f"{base}/{address}").json()["data"]["metadataSets"]
        assert one in found, address
    for address in (
        "metadataset/SSER/NOPE",
        "metadataflow/SSER/NOPE",
        "metadataflow/*/*/*/NOBODY",
        "structure/codelist/SSER/CL_FREQ",
    ):
        assert ask(f"{base}/{address}").status_code == 204, address


@pytest.mark.item("R2-META-04", "R2-META-05")
@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("reports", "path"),
        ("metadataset/*/*/*/more", "path"),
        ("structure/nonsense", "artefactType"),
        ("metadataset?detail=raw", "detail"),
        ("metadataset?asOf=yesterday", "asOf"),
        ("metadataset?labels=both", "labels"),
        ("metadataset/*/*/1.+.3", "version"),
    ],
)
def test_metadata_addresses_are_read_strictly(server, address, parameter):
    """What cannot be asked of reports is 400 and names the part or parameter."""
    answer = ask(f"{server}/sdmx/v2/metadata/{address}")
    assert answer.status_code == 400
    assert parameter in answer.text


def test_pysdmx_reads_the_reports(server):
    """RegistryClient.get_report, unmodified."""
    one = ask(f"{server}/sdmx/v2/metadata/metadataset").json()["data"]["metadataSets"][0]
    found = RegistryClient(f"{server}/sdmx/v2").get_report(one["agencyID"], one["id"], one["version"])
    assert (found.id, list(found.targets)) == (one["id"], one["targets"])
    xml = read_sdmx(ask(f"{server}/sdmx/v2/metadata/metadataset", METADATA[3]).text, validate=True)
    assert found.id in {report.id for report in xml.reports}


@pytest.mark.item("R1-META-01", "R1-META-02")
def test_metadata_of_1_5_are_refused_with_a_reason(server):
    """501: metadata of 1.5 are on paper only; reports here are those of 3.x, asked for on 2.x."""
    answer = ask(f"{server}/sdmx/v1/metadata/MDF/all")
    assert answer.status_code == 501
    assert b"/sdmx/v2/metadata" in answer.content
    assert xml_errors(answer.content) == []


@pytest.mark.item("R2-REG-01", "R2-REG-02", "R2-REG-03", "R2-REG-04", "R2-REG-05", "FMT-05")
@pytest.mark.parametrize(
    "address", ["id/x", "provider/SSER/SSER", f"dataflow/SSER/{FLOW}/1.0.0?updatedAfter=2020-01-01"]
)
def test_registrations_are_refused_with_a_reason(server, address):
    """501: this service keeps no registrations of data elsewhere; its data are released here."""
    for accept in ("", "registry+xml;version=3.1.0"):
        answer = ask(f"{server}/sdmx/v2/registration/{address}", accept)
        assert answer.status_code == 501
        assert "registration" in answer.text


@pytest.mark.item("R2-MNT-01", "R2-MNT-02", "R2-MNT-03", "R2-MNT-04", "R2-MNT-05", "HTTP-12")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_written_over_http(server, method):
    """405: artefacts change by proposals with approvals, never over SDMX REST; Allow names what may be done."""
    answer = httpx.request(method, f"{server}/sdmx/v2/structure/codelist/SSER/CL_SEXE/1.0.0")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["errors"][0]["code"]
