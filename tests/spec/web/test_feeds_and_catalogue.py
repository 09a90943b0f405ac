"""Feeds judged by feedparser, the catalogue by rdflib, both against a story of releases told in tests/helpers/released.py."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from house import FLOW, RELEASER
from lxml import etree
from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH, XSD
from released import day, whole_story
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadDefinition
from greffe.model.calendar import Words
from greffe.release.calendar import announce, cancel, move
from greffe.settings import read_settings

SHAPES = Path(__file__).parents[2] / "data/dcat-ap-3.0.1"

BASE = "https://stats.example"
EU = "http://publications.europa.eu/resource/authority/"
FIRST = Words("First edition of the year", "Première édition de l’année")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = whole_story(tmp_path_factory.mktemp("feeds"))
    found.parts = replace(
        found.parts, settings=replace(found.parts.settings, public_url=BASE, contact="statistiques@stats.example")
    )
    return found


@pytest.fixture
def client(house):
    house.clock.now = day(5)
    return TestClient(create_app(house.parts), headers={"host": "evil.example"})


def feed(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.version) == (False, "atom10")
    return found


def test_a_feed_tells_releases_and_withdrawals_and_nothing_that_waits(client):
    """Releases 1 to 4 came on 1 to 4 December, 3 was withdrawn at noon of its day, 5 waits for the 12th."""
    told = feed(client, f"/feeds/{FLOW}.atom?lang=en")
    items = [(e.updated[:16], re.search(r"#\d", e.title)[0], "withdrawn" in e.title) for e in told.entries]
    assert sorted(items, reverse=True) == [
        ("2026-12-04T00:00", "#4", False),
        ("2026-12-03T12:00", "#3", True),
        ("2026-12-03T12:00", "#3", False),
        ("2026-12-02T00:00", "#2", False),
        ("2026-12-01T00:00", "#1", False),
    ]
    assert [when for when, _, _ in items] == sorted((when for when, _, _ in items), reverse=True)
    assert "Reason: wrong" in {e.summary for e in told.entries}
    assert told.feed.updated[:16] == "2026-12-04T00:00"
    text = client.get(f"/feeds/{FLOW}.atom?lang=en").text
    assert "#5" not in text
    assert "evil.example" not in text
    assert {link.href for link in told.feed.links} == {
        f"{BASE}/feeds/{FLOW}.atom?lang=en",
        f"{BASE}/data/{FLOW}?lang=en",
    }


def test_ids_stay_and_differ(client, house):
    before = [e.id for e in feed(client, "/feeds/releases.atom?lang=en").entries]
    assert len(set(before)) == 5
    assert [e.id for e in feed(client, "/feeds/releases.atom?lang=fr").entries] == before
    elsewhere = replace(house.parts, settings=replace(house.parts.settings, public_url="https://other.example"))
    assert [e.id for e in feed(TestClient(create_app(elsewhere)), "/feeds/releases.atom").entries] == before
    house.clock.now = day(12)
    after = feed(client, f"/feeds/{FLOW}.atom?lang=en")
    assert [e.id for e in after.entries][1:] == before
    assert after.entries[0].updated[:10] == "2026-12-12"


def test_a_feed_is_not_sent_twice(client):
    answer = client.get(f"/feeds/{FLOW}.atom")
    again = client.get(f"/feeds/{FLOW}.atom", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/feeds/INT_JUSTICE.atom").status_code == 404
    assert client.get(f"/feeds/{FLOW}.atom?since=2020").status_code == 400


@pytest.fixture(scope="module")
def graphs(house):
    house.clock.now = day(5)
    client = TestClient(create_app(house.parts), headers={"host": "evil.example"})
    kinds = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
    return {n: Graph().parse(data=client.get(f"/catalog.{n}").content, format=kind) for n, kind in kinds.items()}


def test_the_three_forms_say_the_same(graphs):
    assert len(graphs["ttl"]) > 100
    assert isomorphic(graphs["ttl"], graphs["jsonld"])
    assert isomorphic(graphs["ttl"], graphs["rdf"])


def test_the_shapes_of_dcat_ap_3_hold(graphs):
    """Those of SEMIC for release 3.0.1, what is mandatory and which classes; of what is recommended only what is not known here."""
    shapes = Graph()
    for file in ("shapes", "range"):
        shapes.parse(SHAPES / f"{file}.ttl")
    conforms, _, told = validate(graphs["ttl"], shacl_graph=shapes)
    assert conforms, told
    spoilt = Graph() + graphs["ttl"]
    (catalogue,) = spoilt.subjects(RDF.type, DCAT.Catalog)
    spoilt.remove((catalogue, DCTERMS.publisher, None))
    assert not validate(spoilt, shacl_graph=shapes)[0], "the judge finds what lacks"
    _, found, told = validate(graphs["ttl"], shacl_graph=Graph().parse(SHAPES / "shapes_recommended.ttl"))
    missed = {str(path).rpartition("/")[2] for path in found.objects(None, SH.resultPath)}
    assert missed <= {"dcat#bbox", "dcat#centroid", "conformsTo"}, told  # of France; plain REST conforms to no standard


def test_the_catalogue_has_what_dcat_ap_3_wants(graphs):
    """Mandatory and recommended properties of DCAT-AP 3.0.0, and nothing that is not released."""
    found = graphs["ttl"]
    (catalogue,) = found.subjects(RDF.type, DCAT.Catalog)
    for wanted in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, FOAF.homepage, DCTERMS.license, DCTERMS.language,
                   DCTERMS.issued, DCTERMS.modified, DCTERMS.spatial, DCAT.service):  # fmt: skip
        assert (catalogue, wanted, None) in found, wanted
    (data_set,) = found.objects(catalogue, DCAT.dataset)
    assert str(data_set) == f"{BASE}/data/{FLOW}#dataset"
    assert {t.language for t in found.objects(data_set, DCTERMS.title)} == {"en", "fr"}
    expected = {
        DCAT.theme: f"{EU}data-theme/JUST", DCTERMS.accrualPeriodicity: f"{EU}frequency/ANNUAL",
        DCTERMS.spatial: f"{EU}country/FRA", DCTERMS.accessRights: f"{EU}access-right/PUBLIC",
        DCAT.landingPage: f"{BASE}/data/{FLOW}",
    }  # fmt: skip
    for predicate, value in expected.items():
        assert list(found.objects(data_set, predicate)) == [URIRef(value)]
    assert set(found.objects(data_set, DCTERMS.language)) == {URIRef(f"{EU}language/{x}") for x in ("ENG", "FRA")}
    (period,) = found.objects(data_set, DCTERMS.temporal)
    assert found.value(period, DCAT.startDate) == Literal("2020-01-01", datatype=XSD.date)
    assert found.value(period, DCAT.endDate) == Literal("2021-12-31", datatype=XSD.date)
    assert found.value(data_set, DCTERMS.issued).startswith("2026-12-01T00:00:00")
    assert found.value(data_set, DCTERMS.modified).startswith("2026-12-04T00:00:00")
    contact = found.value(data_set, DCAT.contactPoint)
    email = found.value(contact, URIRef("http://www.w3.org/2006/vcard/ns#hasEmail"))
    assert email == URIRef("mailto:statistiques@stats.example")
    assert (found.value(data_set, DCTERMS.publisher), RDF.type, FOAF.Agent) in found


def test_files_can_be_taken_and_services_answer(graphs, client):
    found = graphs["ttl"]
    files = list(found.subjects(RDF.type, DCAT.Distribution))
    assert len(files) == 9
    for one in files:
        assert (one, DCAT.accessURL, None) in found
        assert "Licence-Ouverte-v2.0" in found.value(one, DCTERMS.license)
        address = str(found.value(one, DCAT.downloadURL))
        answer = client.get(address.removeprefix(BASE))
        assert answer.status_code == 200
        kind = str(found.value(one, DCTERMS.format)).rpartition("/")[2]
        media = str(found.value(one, DCAT.mediaType)).partition("media-types/")[2]
        assert kind.lower() in answer.headers["content-type"] or kind == "XLSX"
        assert media.rpartition("/")[2].rpartition(".")[2] in answer.headers["content-type"]
    services = list(found.subjects(RDF.type, DCAT.DataService))
    assert {str(found.value(s, DCAT.endpointURL)) for s in services} == {
        f"{BASE}/{p}" for p in ("sdmx/v1", "sdmx/v2", "api/v1")
    }


def test_the_sitemap_names_pages_that_are_there_and_staff_are_left_out(client):
    root = etree.fromstring(client.get("/sitemap.xml").content)
    pages = [e.text for e in root.iter("{*}loc")]
    assert f"{BASE}/data/{FLOW}" in pages
    assert all(p.startswith(f"{BASE}/") for p in pages)
    assert not [p for p in pages if "/staff" in p or "CEPEJ_STAT" in p]
    html = {"accept": "text/html"}
    ours = [p.removeprefix(BASE) for p in pages if not p.startswith((f"{BASE}/bridge", f"{BASE}/quality"))]
    assert {p: client.get(p, headers=html).status_code for p in ours} == dict.fromkeys(ours, 200)
    robots = client.get("/robots.txt").text
    assert "Disallow: /staff" in robots
    assert f"Sitemap: {BASE}/sitemap.xml" in robots


def test_the_calendar_page_tells_moves_and_cancellations_with_reasons(client, house):
    house.clock.now = day(5)
    flow = (FLOW,)
    late = Words("Late", "Tard")
    kept = announce(house.parts, RELEASER, flow, day(20, 9), FIRST, late)
    gone = announce(house.parts, RELEASER, flow, day(21, 9), FIRST, late)
    move(house.parts, RELEASER, kept.id, day(28, 9), Words("A count is late", "Un décompte est en retard"), ())
    cancel(house.parts, RELEASER, gone.id, Words("Nothing new", "Rien de neuf"))
    text = client.get("/calendar?lang=fr", headers={"accept": "text/html"}).text
    assert "Première édition de l’année" in text
    assert "2026-12-28 10:00" in text  # Paris
    assert "Un décompte est en retard" in text
    assert "Rien de neuf" in text
    assert "webcal://stats.example/api/v1/calendar.ics?lang=fr" in text
    assert "Première édition de l’année" in client.get("/?lang=fr", headers={"accept": "text/html"}).text


def test_status_changes_and_accessibility(client, house):
    html = {"accept": "text/html"}
    status = client.get("/status?lang=en", headers=html)
    assert (status.status_code, "The service answers." in status.text) == (200, True)
    assert f"{FLOW}#4" in status.text
    assert f"{FLOW}#5" not in status.text
    assert "greffe explain" in client.get("/changes", headers=html).text
    french = client.get("/changes?lang=fr", headers=html).text
    assert '<ul lang="en">' in french
    assert "<h2>Pas encore dans une version numérotée</h2>" in french
    assert "Les entrées sont écrites en anglais" in french
    told = client.get("/accessibility?lang=fr", headers=html).text
    assert "Partiellement conforme, non audité." in told
    assert "mailto:statistiques@stats.example" in told


def test_a_contact_is_an_address():
    assert read_settings({"GREFFE_CONTACT": "https://a.example/contact"}).contact_link == "https://a.example/contact"
    assert read_settings({}).contact_link == "http://127.0.0.1:8000"
    with pytest.raises(BadDefinition, match="GREFFE_CONTACT"):
        read_settings({"GREFFE_CONTACT": "somebody"})
