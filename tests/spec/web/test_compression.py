"""Texts of the site leave compressed: the same bytes once unpacked, a tag for each coding, and nothing that is secret."""

from __future__ import annotations

import gzip
import json

import pytest
import zstandard
from house import AUTHOR, FLOW
from released import day, whole_story
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import accept, invite
from greffe.release.people import HOUSE

GOOD = "zinc-mauve-ilot-karst"
PUBLIC = ("/", "/search?q=homicide", f"/data/{FLOW}", "/developers", f"/feeds/{FLOW}.atom", "/catalog.ttl",
          "/api/v1/dataflows", "/api/v1/openapi.json", "/sitemap.xml")  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = whole_story(tmp_path_factory.mktemp("compressed"))
    found.clock.now = day(5)
    return found


@pytest.fixture(scope="module")
def app(house):
    return create_app(house.parts)


def raw(client, path, coding, **headers):
    """The answer and its bytes as they were sent."""
    with client.stream("GET", path, headers={"accept": "text/html", "accept-encoding": coding, **headers}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", PUBLIC)
def test_the_public_gets_texts_compressed_and_the_same(app, path):
    client = TestClient(app)
    plain, body = raw(client, path, "identity")
    assert "content-encoding" not in plain.headers
    for coding, unpack in (
        ("gzip", gzip.decompress),
        ("zstd", zstandard.ZstdDecompressor().decompressobj().decompress),
    ):
        answer, sent = raw(client, path, coding)
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, coding)
        assert unpack(sent) == body
        assert len(sent) < len(body) / 2
        assert int(answer.headers["content-length"]) == len(sent)
        for one in (plain, answer):
            assert "accept-encoding" in one.headers["vary"].lower()


@pytest.mark.parametrize("path", [f"/feeds/{FLOW}.atom", "/catalog.ttl"])
def test_each_coding_has_its_strong_tag_and_its_304(app, path):
    client = TestClient(app)
    tags = {coding: raw(client, path, coding)[0].headers["etag"] for coding in ("identity", "gzip", "zstd")}
    assert len(set(tags.values())) == 3
    for coding, tag in tags.items():
        answer, body = raw(client, path, coding, **{"if-none-match": tag})
        assert (answer.status_code, answer.headers["etag"], body) == (304, tag, b"")
        assert "accept-encoding" in answer.headers["vary"].lower()
    mine = raw(client, path, "identity", **{"if-none-match": tags["gzip"]})  # the bytes of gzip are not those asked for
    assert mine[0].status_code == 200


def test_short_answers_are_sent_as_they_are_and_head_says_what_get_does(app):
    client = TestClient(app)
    assert "content-encoding" not in raw(client, "/health/live", "gzip")[0].headers
    told = client.head("/catalog.ttl", headers={"accept-encoding": "gzip"})
    answer, sent = raw(client, "/catalog.ttl", "gzip")
    assert told.headers["content-length"] == answer.headers["content-length"] == str(len(sent))
    assert (told.headers["etag"], told.content) == (answer.headers["etag"], b"")


def test_what_has_its_own_coding_is_not_coded_twice(app):
    client = TestClient(app)
    page = client.get("/", headers={"accept": "text/html"}).text
    sheet = page[page.index("/static/") :].split('"')[0]
    structure = f"/sdmx/v2/structure/dataflow/SSER/{FLOW}/1.0.0?references=all"
    for path, read in ((sheet, bytes), (structure, lambda body: json.loads(body)["data"])):
        plain = raw(client, path, "identity", accept="*/*")[1]
        answer, sent = raw(client, path, "gzip", accept="*/*")
        assert answer.headers["content-encoding"] == "gzip"
        assert read(gzip.decompress(sent)) == read(plain)
        assert answer.headers["vary"].lower().count("accept-encoding") == 1


def test_an_error_says_once_what_it_depends_on(app):
    answer, _ = raw(TestClient(app), "/api/v1/series?nothing=1", "gzip", accept="*/*")
    said = [one.strip().lower() for one in answer.headers["vary"].split(",")]
    assert answer.status_code in (400, 404)
    assert sorted(said) == ["accept", "accept-encoding", "accept-language"]


def test_what_a_session_sees_is_not_compressed(app, house):
    """Its length would tell how alike the address and the secrets in it are (BREACH)."""
    accept(house.parts, invite(house.parts, HOUSE, AUTHOR.name), GOOD)
    client = TestClient(app, headers={"accept": "text/html"}, follow_redirects=False)
    client.post("/signin", data={"name": AUTHOR.name, "password": GOOD, "back": "/staff"})
    for path in ("/staff", "/staff/register", "/staff/nowhere", "/", f"/data/{FLOW}", "/search?q=guard"):
        answer, body = raw(client, path, "gzip, zstd, br")
        assert "content-encoding" not in answer.headers, path
        assert b'name="guard"' in body


@pytest.mark.parametrize("accept_encoding", ["", "identity", "br", "gzip;q=0", "identity;q=0, *;q=0"])
def test_who_takes_no_coding_of_ours_can_read_the_page(app, accept_encoding):
    answer, body = raw(TestClient(app), "/", accept_encoding)
    assert (answer.status_code, "content-encoding" in answer.headers) == (200, False)
    assert body.lower().startswith(b"<!doctype html>")
