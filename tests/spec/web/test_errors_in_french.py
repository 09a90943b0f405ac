"""Errors over HTTP in the language that is asked for: problems on /api, the standard's message on /sdmx, pages for people."""

from __future__ import annotations

import json

import pytest
from house import new_house
from released import put
from starlette.testclient import TestClient

from greffe.app import create_app

FR = {"accept-language": "fr-FR,fr;q=0.9,en;q=0.5"}
NB = "\u00a0"
NO_FLOW = f"paramètre dataflow{NB}: Il n’existe pas de flux de données «{NB}CRIM{NB}»."


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    made = new_house(tmp_path_factory.mktemp("french"))
    put(made, 1, "ICCS0101 NR 2020 975 A F")
    return TestClient(create_app(made.parts))


@pytest.mark.parametrize("asked", [({}, "?lang=fr"), (FR, "")], ids=["lang", "Accept-Language"])
def test_a_problem_is_told_in_french(client, asked):
    headers, query = asked
    answer = client.get(f"/api/v1/series/CRIM/A{query}", headers=headers)
    found = answer.json()
    assert answer.status_code == 404
    assert answer.headers["content-language"] == "fr"
    assert "Accept-Language" in answer.headers["vary"]
    assert found["detail"].startswith(NO_FLOW)
    assert (found["title"], found["parameter"]) == ("Aucun résultat", "dataflow")  # words are told, names are not


def test_a_problem_is_told_in_english_to_everybody_else(client):
    for query, headers in (("", {}), ("?lang=en", FR), ("", {"accept-language": "de"})):
        answer = client.get(f"/api/v1/series/CRIM/A{query}", headers=headers)
        assert answer.headers["content-language"] == "en"
        assert "There is no dataflow 'CRIM'." in answer.json()["detail"]


def test_a_language_that_is_not_offered_is_refused_in_the_one_of_the_header(client):
    answer = client.get("/api/v1/series/CRIM/A?lang=xx", headers=FR)
    assert answer.status_code == 406
    assert "Il n’y a pas de libellés en «\u00a0xx\u00a0»." in answer.json()["detail"]


def test_the_standard_s_messages_keep_their_code_and_sentence(client):
    """The code and the title are the standard's; our detail is French, and the message says so."""
    answer = client.get("/sdmx/v2/data/dataflow/SSER/CRIM/1.0.0", headers=FR)
    found = json.loads(answer.content)
    (error,) = found["errors"]
    assert (error["code"], error["title"]) == (100, "No results found")
    assert error["detail"].startswith("Il n’existe pas de flux de données")
    assert found["meta"]["contentLanguages"] == ["fr"]
    xml = client.get("/sdmx/v1/data/CRIM", headers=FR)
    assert xml.headers["content-language"] == "fr"
    assert 'code="100"><com:Text xml:lang="fr">Il n’existe pas de flux de données' in xml.text


def test_a_page_says_what_is_wrong_in_french(client):
    answer = client.get("/data/CRIM", headers={**FR, "accept": "text/html"})
    assert answer.status_code == 404
    assert "Il n’existe pas de flux de données" in answer.text or "Il n’y a rien à" in answer.text
    assert "There is no" not in answer.text
