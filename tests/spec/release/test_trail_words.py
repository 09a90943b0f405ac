"""`greffe explain` and `/api/v1/explain` tell where a figure comes from in English or French."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from house import FLOW, House, new_house
from journey_tools import inside as run

from greffe.app import create_app
from greffe.cli.trail_words import WORDS
from greffe.mapping.words import CALCULATIONS, KINDS, PHRASES

RATE = f"{FLOW}/A.ICCS0101.P_HTHAB.FR"
ADDRESS = f"/api/v1/explain/{RATE}/2022"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return new_house(tmp_path_factory.mktemp("words") / "home", "published", "map", "released")


def told(house: House, *more: str) -> str:
    done = run(house.parts.settings.home, "explain", RATE, "2022", *more)
    assert done.code == 0, done.err
    return " ".join(done.out.split())


def test_a_trace_is_told_in_french(house: House):
    """The rate of homicides of 2022: 821 victims over the population of 1 January, all in the words of the language."""
    text = told(house, "--lang", "fr")
    for words in (
        "version publiée ESTAT_CRIM_OFF_CAT#1, en vigueur",
        "projet de camille, approuvé par driss le",
        "refait à partir des entrées conservées",
        "taux rapporté à une population : 821 / ",
        " × 100000, arrondi à 2 décimales",
        "ligne IDX-001 de mappings/ESTAT/index_ssmsi_to_iccs.csv",
        "(équivalent;",
        "règles respectées : ",
        "refait, c’est bien ce qui a été publié",
    ):
        assert words in text, words
    for words in ("approved", "made again", "rounded", "rules passed", "calculation"):
        assert words not in text, words


def test_a_trace_is_told_in_english_unless_asked_otherwise(house: House):
    text = told(house)
    assert "rate on a population: 821 / " in text
    assert " × 100000, rounded to 2" in text
    assert "made again, it is what was published" in text
    refused = run(house.parts.settings.home, "explain", RATE, "2022", "--lang", "de")
    assert refused.code == 2
    assert "There are no labels in 'de'" in refused.err


def test_the_whole_trail_says_both(house: House):
    """As JSON, as findings do: the words in every language."""
    trace = run(house.parts.settings.home, "explain", RATE, "2022", "--json").json()["trace"]
    assert trace["words"]["en"] == trace["calculation"]
    assert trace["words"]["fr"] == trace["calculation"].replace(", rounded to 2", ", arrondi à 2 décimales")


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [("", "fr, en;q=0.5", "fr"), ("", "", "en"), ("?lang=fr", "en", "fr"), ("", "de", "en")],
)
def test_the_address_answers_in_the_language_asked_for(house: House, query: str, header: str, language: str):
    """lang= wins over Accept-Language; what depends on it says so; both are kept apart."""
    with TestClient(create_app(house.parts)) as client:
        answer = client.get(ADDRESS + query, headers={"Accept-Language": header})
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    (rate,) = answer.json()["calculations"]
    assert rate["expression"].count("population de INT_POPULATION, champ ") == int(language == "fr")
    assert rate["expression"].count("population of INT_POPULATION, field ") == int(language == "en")
    approved = "deux valideurs, " if language == "fr" else "two approvers, "
    assert answer.json()["release_approved"].startswith(approved)
    assert all(m["approved"].startswith(approved) for m in answer.json()["mappings"])


def test_another_language_is_refused(house: House):
    with TestClient(create_app(house.parts)) as client:
        assert client.get(f"{ADDRESS}?lang=de").status_code == 406


def test_every_word_stands_in_both_languages():
    """The same names, none empty, and those that are filled in are the same."""
    english, french = WORDS["en"], WORDS["fr"]
    assert english.keys() == french.keys()
    for name in english:
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in (english[name], french[name])]
        assert fields[0] == fields[1], name
    assert set(PHRASES) == {"en", "fr"}
    assert all(one and other for one, other in (*CALCULATIONS.values(), *KINDS.values()))
