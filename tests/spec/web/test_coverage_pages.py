"""The pages of coverage over HTTP: counts by state, codes without a target, every gap as CSV, bad addresses."""

from __future__ import annotations

import csv
import io
import re

import pytest
from house import AUTHOR, FLOW, new_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import accept, invite
from greffe.release.people import HOUSE

GOOD = "zinc-mauve-ilot-karst"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("covered") / "home", "published", "draft")
    accept(house.parts, invite(house.parts, HOUSE, AUTHOR.name), GOOD)
    found = TestClient(create_app(house.parts), headers={"accept": "text/html"}, follow_redirects=False)
    found.post("/signin", data={"name": AUTHOR.name, "password": GOOD, "back": "/staff"})
    return found


def test_a_recipient_sees_its_cells_by_state(client):
    """Of the 42 cells of recorded offences (21 categories, counts and rates) 32 are filled and 10 are not available."""
    text = client.get("/staff/coverage/ESTAT?lang=fr").text
    legend = re.search(r'<ul class="legend">(.*?)</ul>', text, re.DOTALL)[1]
    assert re.findall(r"</span> ([^<]*) <strong>(\d+)", legend) == [("renseignées", "32"), ("non disponibles", "10")]
    assert text.count("pas encore de données") == 19
    assert "crim_hom_vage" in text


def test_a_dataflow_is_a_table_of_states_with_the_reasons(client):
    text = client.get(f"/staff/coverage/ESTAT/{FLOW}?by=unit&lang=en").text
    assert 'aria-hidden="true">●</span> 16' in text
    assert 'aria-hidden="true">○</span> 5' in text
    assert "Why cells are empty" in text


def test_every_gap_is_a_row_of_csv(client):
    answer = client.get(f"/staff/coverage/ESTAT/{FLOW}/gaps.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-disposition"] == f'attachment; filename="gaps-{FLOW}.csv"'
    assert sum(r["what"] == "cells not provided" for r in rows) == 7
    assert all(r["reason"] for r in rows if r["what"] == "cells not provided")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("ESTAD", 404, "Nearest: ESTAT"),
        (f"ESTAT/{FLOW}X", 404, f"Nearest: {FLOW}"),
        (f"CEPEJ/{FLOW}", 404, "CEPEJ does not ask for"),
        ("ESTAT/ESTAT_CRIM_SMU", 404, "does not ask for"),
        ("CEPEJ/CEPEJ_Q91", 404, "Nothing of CEPEJ_Q91 is prepared yet."),
        (f"ESTAT/{FLOW}?by=colour", 400, "no dimension with several codes"),
        (f"ESTAT/{FLOW}?colour=iccs", 400, "Unknown parameter"),
        ("ESTAD/gaps.csv", 404, "Nearest: ESTAT"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(client, path, status, said):
    answer = client.get(f"/staff/coverage/{path}")
    assert (answer.status_code, said in answer.text) == (status, True)


def test_the_public_is_sent_to_sign_in(client):
    answer = TestClient(client.app, headers={"accept": "text/html"}, follow_redirects=False).get("/staff/coverage")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?back=/staff/coverage")
