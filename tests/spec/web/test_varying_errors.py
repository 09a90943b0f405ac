"""An error at an address of people is a page or a problem, by Accept: caches are told so with either."""

from __future__ import annotations

from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import create_app


def test_both_forms_of_a_404_say_what_they_depend_on(tmp_path):
    client = TestClient(create_app(small_house(tmp_path / "house", signed=False)))
    for accept, kind in (("text/html", "text/html"), ("application/json", "application/problem+json")):
        found = client.get("/nowhere", headers={"accept": accept})
        assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (404, kind)
        varied = [word.strip() for word in found.headers["vary"].split(",")]
        assert {"Accept", "Accept-Language"} <= set(varied)
        assert len(varied) == len(set(varied))
