"""HTTP as clients and caches use it: codings, tags and dates, languages, ranges, methods, cross-origin, errors."""

from __future__ import annotations

import gzip
import json
import socket
import time
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest
import zstandard
from judges import json_errors, xml_errors

DATA = "/sdmx/v1/data/ESTAT_CRIM_OFF_CAT/A.ICCS0101.NR.FR"
STRUCTURE = "/sdmx/v1/codelist/SSER/ESTAT_ICCS"


def get(server: str, path: str, **headers: str) -> httpx.Response:
    """The answer with the bytes as they came."""
    with httpx.Client() as client:
        client.headers.pop("accept-encoding")
        return client.get(server + path, headers={n.replace("_", "-"): v for n, v in headers.items()})


def raw(server: str, path: str, coding: str) -> tuple[httpx.Response, bytes]:
    with httpx.Client() as client, client.stream("GET", server + path, headers={"Accept-Encoding": coding}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.item("HTTP-08")
@pytest.mark.parametrize("path", [DATA, STRUCTURE])
def test_gzip_and_zstd(server, path):
    """gzip and zstd when accepted; the best weight wins, zstd when equal; identity without the header."""
    plain = get(server, path)
    assert "content-encoding" not in plain.headers
    answer, body = raw(server, path, "gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain.content
    answer, body = raw(server, path, "gzip, zstd")
    assert answer.headers["content-encoding"] == "zstd"
    assert zstandard.ZstdDecompressor().decompressobj().decompress(body) == plain.content
    answer, body = raw(server, path, "zstd;q=0.5, gzip;q=0.8")
    assert answer.headers["content-encoding"] == "gzip"
    answer, body = raw(server, path, "br, identity;q=0.5")
    assert ("content-encoding" in answer.headers, body) == (False, plain.content)


@pytest.mark.item("HTTP-14")
def test_compression_by_the_address(server):
    """`compression=gzip` (Eurostat's `compressed=true`) wins over Accept-Encoding; an unknown one is 406."""
    assert raw(server, DATA + "?compression=gzip", "identity")[0].headers["content-encoding"] == "gzip"
    assert raw(server, DATA + "?compressed=true", "")[0].headers["content-encoding"] == "gzip"
    refused = get(server, DATA + "?compression=rar")
    assert (refused.status_code, "compression" in refused.text) == (406, True)


@pytest.mark.item("HTTP-09")
@pytest.mark.parametrize("path", [DATA, STRUCTURE])
def test_a_tag_answers_304(server, path):
    """ETag and If-None-Match: 304 without a body, also for a list of tags, weak ones and `*`."""
    first = get(server, path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for sent in (tag, f'"other", W/{tag}', "*"):
        again = get(server, path, If_None_Match=sent)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "Accept-Encoding" in again.headers["vary"]
    assert get(server, path, If_None_Match='"other"').status_code == 200


@pytest.mark.item("HTTP-09")
@pytest.mark.parametrize("path", [DATA, STRUCTURE])
def test_a_date_answers_304(server, path):
    """If-Modified-Since as an HTTP date or a dateTime; a date before, or one that cannot be read, gives the answer."""
    modified = parsedate_to_datetime(get(server, path).headers["last-modified"])
    stamp = modified.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert get(server, path, If_Modified_Since=stamp).status_code == 304
    assert get(server, path, If_Modified_Since=modified.isoformat()).status_code == 304
    assert get(server, path, If_Modified_Since="Wed, 01 Jan 2020 00:00:00 GMT").status_code == 200
    assert get(server, path, If_Modified_Since="yesterday").status_code == 200
    assert get(server, path, If_Modified_Since=stamp, If_None_Match='"other"').status_code == 200


@pytest.mark.item("HTTP-09")
def test_each_coding_language_and_format_has_its_own_tag(server):
    """Other bytes, another strong tag."""
    tags = [get(server, DATA).headers["etag"], raw(server, DATA, "gzip")[0].headers["etag"]]
    tags += [get(server, DATA + "?lang=fr").headers["etag"], get(server, DATA + "?format=csv").headers["etag"]]
    assert len(set(tags)) == 4


@pytest.mark.item("HTTP-10")
@pytest.mark.parametrize("path", [DATA, DATA + "?lang=xx", STRUCTURE])
def test_vary(server, path):
    """Vary names the headers that decide, on errors too."""
    assert get(server, path).headers["vary"] == "Accept, Accept-Encoding, Accept-Language"


@pytest.mark.item("HTTP-06", "HTTP-07")
def test_languages(server):
    """Accept-Language with weights picks labels, French or English; one that is not offered falls back to English."""
    for asked, given in (
        ("fr", "fr"),
        ("de, fr;q=0.5", "fr"),
        ("fr-CA", "fr"),
        ("de", "en"),
        ("fr;q=0, en", "en"),
        ("en;q=0", "fr"),
    ):
        answer = get(server, DATA + "?format=csvfilewithlabels", Accept_Language=asked)
        assert answer.headers["content-language"] == given
        assert ("Homicide volontaire" in answer.text) == (given == "fr"), answer.text[:300]
    both = get(server, STRUCTURE, Accept_Language="fr").text
    assert 'xml:lang="fr"' in both
    assert 'xml:lang="en"' in both


@pytest.mark.item("HTTP-12")
def test_head_and_options(server):
    """HEAD has the headers of GET and no body; OPTIONS says what is allowed; other methods are 405 with Allow."""
    answer, head = get(server, DATA), httpx.head(server + DATA, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "last-modified", "vary"):
        assert head.headers[name] == answer.headers[name]
    options = httpx.options(server + DATA)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    refused = httpx.request("DELETE", server + DATA)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.item("HTTP-11")
@pytest.mark.parametrize("path", [DATA, "/sdmx/v1/data/NONE", "/sdmx/v2/data/dataflow/SSER/NONE"])
def test_cross_origin(server, path):
    """Any origin may read, errors too, and see the headers that matter."""
    answer = get(server, path, Origin="https://observablehq.com")
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("ETag", "Content-Disposition", "Content-Range", "Last-Modified"):
        assert name in answer.headers["access-control-expose-headers"]


@pytest.mark.item("HTTP-04", "R1-NEG-04", "R1-NEG-06", "HTTP-02")
@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "application/vnd.sdmx.genericdata+xml;version=2.1"),
        ("application/xml", "application/xml"),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1",) * 2,
        ("application/vnd.sdmx.structurespecificdata+xml; version=\"2.1\"",
         "application/vnd.sdmx.structurespecificdata+xml;version=2.1"),
        ("application/vnd.sdmx.data+csv;version=1.0.0;q=0.1, application/vnd.sdmx.genericdata+xml;version=2.1;q=0.9",
         "application/vnd.sdmx.genericdata+xml;version=2.1"),
        ("APPLICATION/VND.SDMX.DATA+CSV;version=1.0.0;q=0.9, application/xml;q=0.1",
         "application/vnd.sdmx.data+csv;version=1.0.0"),
        ("text/csv", "text/csv"),
    ],
)  # fmt: skip
def test_the_type_that_comes_is_the_one_that_was_asked(server, accept, given):
    """q-values decide, `*/*` on 1.5 is generic 2.1, and Content-Type is what was asked, without a charset."""
    assert get(server, DATA, Accept=accept).headers["content-type"] == given


@pytest.mark.item("HTTP-03", "R1-NEG-05", "R2-ERR-07")
@pytest.mark.parametrize("accept", ["image/png", "application/vnd.sdmx.data+json;version=9.0.0", "application/xml;q=0"])
def test_what_is_not_offered_is_406(server, accept):
    """An unknown type, an unknown version of a known one, and all refused: 406 with what is offered."""
    answer = get(server, DATA, Accept=accept)
    assert (answer.status_code, "Offered" in answer.text) == (406, True)


@pytest.mark.item("R1-ERR-01", "R1-ERR-02", "ERR-10", "ML21-12")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("data/NONE", 404, "100"),
        ("data/ESTAT_CRIM_OFF_CAT/A", 400, "140"),
        ("data/ESTAT_CRIM_OFF_CAT?dimensionAtObservation=NONE", 403, "150"),
        ("data/ESTAT_CRIM_OFF_CAT?startPeriod=x", 400, "140"),
        ("attachmentconstraint", 501, "501"),
    ],
)
def test_errors_of_1_5(server, path, status, code):
    """An SDMX-ML 2.1 error message with the SDMX code, and the HTTP status of the table; semantic errors are 403."""
    answer = get(server, f"/sdmx/v1/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/xml")
    assert xml_errors(answer.content) == []
    assert f'code="{code}"' in answer.text


@pytest.mark.item("ERR-11", "ERR-12", "R2-ERR-04", "R2-ERR-10")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0?c[NONE]=A", 422),
        ("data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.x.0", 400),
        ("structure/none", 400),
        ("structure/codelist/SSER/NONE", 404),
    ],
)
def test_errors_of_2_x(server, path, status):
    """JSON 2.1 with meta by default, SDMX-ML of the version that was asked for; CSV has no errors, it gets JSON."""
    for accept in ("*/*", "application/json", *(("text/csv",) if path.startswith("data") else ())):
        answer = get(server, f"/sdmx/v2/{path}", Accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        assert json_errors(answer.content) == []
        assert json.loads(answer.content)["errors"][0]["detail"]
    for version in ("3.0", "3.1"):
        accept = (
            f"application/vnd.sdmx.structure+xml;version={version}.0, application/vnd.sdmx.data+xml;version={version}.0"
        )
        answer = get(server, f"/sdmx/v2/{path}", Accept=accept)
        assert answer.status_code == status
        assert f"schemas/v{version.replace('.', '_')}/message" in answer.text
        assert xml_errors(answer.content) == []


@pytest.mark.item("HTTP-19", "HTTP-20", "R1-DATA-20")
@pytest.mark.parametrize("query", ["detail=full&detail=full", "nonsense=1", "startPeriodd=2020"])
def test_unknown_and_repeated_parameters(server, query):
    """A parameter that is unknown or given twice is 400 with the nearest known one."""
    answer = get(server, f"{DATA}?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.text


@pytest.mark.item("HTTP-17", "R1-ERR-03", "R2-ERR-09")
def test_a_long_address(server):
    """More than 8,000 characters are 414."""
    assert get(server, f"{DATA}?startPeriod={'2' * 8_100}").status_code == 414


def test_a_head_that_never_ends_is_cut_off(server):
    """Past 64 KB of headers the answer is 400 and the line is closed: nobody fills the memory."""
    host, port = server.removeprefix("http://").split(":")
    for size, status in ((60_000, 200), (70_000, 400), (200_000, 400)):
        assert get(server, "/health/ready", X_Long="a" * size).status_code == status
    for pieces, end, status in ((12, (b"\r\n\r", b"\n"), 200), (14, (), 400)):  # however the network cuts it
        head = b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
        with socket.create_connection((host, int(port)), timeout=10) as line:
            for piece in (head, *(b"a" * 5_000 for _ in range(pieces)), *end):
                line.sendall(piece)
                time.sleep(0.01)
            assert line.recv(100).startswith(b"HTTP/1.1 %d" % status)
    sent, answer = 0, b""
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
        try:
            for _ in range(200):
                line.sendall(b"a" * 65_536)
                sent += 65_536
            answer = line.recv(100)
        except OSError:
            pass  # closed while we still send
    assert answer.startswith(b"HTTP/1.1 400") or sent < 200 * 65_536
    assert httpx.get(f"{server}/health/ready").status_code == 200


@pytest.mark.item("HTTP-15")
def test_the_entry_point_alone(server):
    """`/sdmx/v1` and `/sdmx/v2` are the entry points, by major number; alone they are 404 with what can be asked."""
    for api in ("v1", "v2"):
        answer = get(server, f"/sdmx/{api}/")
        assert (answer.status_code, "data" in answer.text) == (404, True)


@pytest.mark.item("HTTP-09")
def test_last_modified_is_the_moment_of_the_release_or_of_its_names(server):
    """Last-Modified is when the release or the catalogue took effect, in the past."""
    stamp = parsedate_to_datetime(get(server, DATA).headers["last-modified"])
    assert stamp <= datetime.now(stamp.tzinfo)


def test_an_address_that_is_printed_is_that_of_the_settings(server):
    """What Host says stands in no answer, kept or not: a cache on the way would tell it to others."""
    address = f"{DATA}?format=jsonstat"
    strange, own = get(server, address, Host="elsewhere.example"), get(server, address)
    assert own.json()["href"] == f"{server}{address}"
    assert (strange.content, strange.headers["etag"]) == (own.content, own.headers["etag"])


@pytest.mark.item("HTTP-14")
def test_a_language_by_the_address(server):
    """`lang=fr` wins over Accept-Language; `all` leaves it to the header; one that is not offered is 406."""
    address = DATA + "?format=csvfilewithlabels&lang="
    assert "Homicide volontaire" in get(server, address + "fr", Accept_Language="en").text
    assert "Homicide volontaire" in get(server, address + "all", Accept_Language="fr").text
    assert 'xml:lang="fr"' in get(server, STRUCTURE + "?lang=all").text
    assert get(server, address + "de").status_code == 406


@pytest.mark.item("ML21-02", "ML21-04")
def test_a_generic_time_series_message_has_one_structure(server):
    """406: its header has room for one Structure; the same flows as genericdata are valid."""
    address = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_PRIS_CAP,ESTAT_CRIM_PRIS_TRI?format="
    refused = get(server, address + "generictimeseriesdata")
    assert (refused.status_code, "genericdata" in refused.text) == (406, True)
    for name in ("genericdata", "structurespecifictimeseriesdata"):
        assert xml_errors(get(server, address + name).content, lax=True) == []


@pytest.mark.item("R2-DATA-20")
def test_none_stands_alone(server):
    """400: `none` beside other words would mean nothing."""
    answer = get(server, "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0?attributes=dsd,none")
    assert (answer.status_code, "none" in answer.text) == (400, True)
