"""Signing in over HTTP: cookies, forms of other sites, other sessions and other shapes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from house import AUTHOR
from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import accept, invite
from greffe.release.people import HOUSE

GOOD = "zinc-mauve-ilot-karst"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    found = small_house(tmp_path_factory.mktemp("signin"), signed=False)
    accept(found, invite(found, HOUSE, AUTHOR.name), GOOD)
    return found


@pytest.fixture
def client(parts):
    return TestClient(create_app(parts), headers=HTML, follow_redirects=False)


def enter(client, **changed):
    return client.post("/signin", data={"name": "camille", "password": GOOD, "back": "/staff", **changed})


def guard(text):
    return re.search(r'name="guard" value="([^"]+)"', text)[1]


def test_the_cookie_is_not_for_scripts_nor_other_sites(client):
    answer = enter(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    said = answer.headers["set-cookie"].lower()
    assert all(word in said for word in ("httponly", "samesite=lax", "path=/"))
    assert client.get("/staff").status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host(parts):
    secure = replace(parts, settings=replace(parts.settings, public_url="https://stats.example"))
    client = TestClient(create_app(secure), headers=HTML, follow_redirects=False, base_url="https://stats.example")
    said = enter(client).headers["set-cookie"]
    assert said.startswith("__Host-greffe=")
    assert "secure" in said.lower()


def test_a_password_is_not_taken_in_clear_from_elsewhere(parts):
    client = TestClient(create_app(parts), headers=HTML, client=("192.0.2.1", 5000))
    assert enter(client).status_code == 403
    assert "HTTPS" in enter(client).text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(client, back):
    assert enter(client, back=back).headers["location"] == "/staff"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_form_of_another_site_is_denied(client, headers):
    answer = client.post("/signin", data={"name": "camille", "password": GOOD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_leaving_needs_the_form_of_this_session(client):
    enter(client)
    assert client.post("/signout").status_code == 403
    other = TestClient(client.app, headers=HTML, follow_redirects=False)
    enter(other)
    theirs = guard(other.get("/staff").text)
    assert client.post("/signout", data={"guard": theirs}).status_code == 403
    assert client.get("/staff").status_code == 200
    mine = guard(client.get("/staff").text)
    assert client.post("/signout", data={"guard": mine}).status_code == 303
    assert client.get("/staff").status_code == 303


def test_unknown_fields_and_large_forms_are_refused(client):
    answer = client.post("/signin", data={"nam": "camille"})
    assert answer.status_code == 400
    assert "Nearest: name" in answer.text
    assert client.post("/signin", data={"name": "x" * 70_000}).status_code == 413
    chunks = (b"name=" + b"x" * 40_000 if n == 0 else b"x" * 40_000 for n in range(4))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/signin", content=chunks, headers=kind).status_code == 413


def test_nothing_is_written_elsewhere_and_pages_are_not_for_other_origins(client):
    assert client.post("/sdmx/v2/data").status_code == 405
    assert client.post("/api/v1/dataflows").status_code == 405
    assert "access-control-allow-origin" not in client.get("/signin").headers
    assert "script-src 'self'" in client.get("/signin").headers["content-security-policy"]


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
def test_what_is_denied_to_somebody_signed_in_is_recorded(client, parts, accept):
    """Whoever reads the answer, a person or a program; and once."""
    enter(client)
    head = parts.register.head()
    assert client.post("/signout", data={"guard": "x"}, headers={"accept": accept}).status_code == 403
    (entry,) = parts.register.read(after=head)
    assert (entry.kind, entry.actor, entry.established) == ("action.denied", "camille", "local")
    assert entry.payload["what"] == "POST /signout"


def test_the_public_writes_nothing_into_the_register_by_being_denied(client, parts):
    head = parts.register.head()
    for kind in ("text/html", "application/json"):
        headers = {"accept": kind, "sec-fetch-site": "cross-site"}
        assert client.post("/signin", data={"name": "x", "password": "y"}, headers=headers).status_code == 403
    assert parts.register.head() == head


def test_an_invitation_is_used_by_its_page(client, parts):
    token = invite(parts, HOUSE, "driss")
    assert "driss" in client.get(f"/invitation/{token}").text
    wrong = client.post(f"/invitation/{token}", data={"password": GOOD, "again": "other"})
    assert (wrong.status_code, "not the same" in wrong.text) == (400, True)
    kept = client.post(f"/invitation/{token}", data={"password": GOOD, "again": GOOD}, follow_redirects=False)
    assert (kept.status_code, kept.headers["location"]) == (303, "/signin?kept=yes")
    told = client.get("/signin?kept=yes&lang=en", headers={"accept": "text/html"})
    assert "Your password is kept." in told.text
    assert "Your password is kept." not in client.get("/signin?lang=en", headers={"accept": "text/html"}).text
    used = client.get(f"/invitation/{token}?lang=en", headers={"accept": "text/html"})
    assert (used.status_code, "<h1>This invitation was used</h1>" in used.text, 'href="/signin"' in used.text) == (
        410,
        True,
        True,
    )
    again = client.post(f"/invitation/{token}", data={"password": GOOD, "again": GOOD})
    assert again.status_code == 410
    none = client.get("/invitation/x?lang=fr", headers={"accept": "text/html"})
    assert (none.status_code, "n’est pas valable" in none.text, "404" in none.text) == (410, True, False)
    assert enter(client, name="driss").status_code == 303


def test_programs_get_problems_and_people_pages(client):
    assert client.get("/nowhere").headers["content-type"].startswith("text/html")
    assert client.get("/nowhere", headers={"accept": "application/json"}).json()["status"] == 404
    assert client.get("/api/v1/nowhere").json()["status"] == 404
