"""`greffe structuremap export` and `import`: the standard's forms out and in, as a proposal; one line when it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from journey_tools import inside as run
from judges import json_errors, xml_errors

MAP = "MAP_ESTAT_CRIM_PRIS_CAP"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory with what is shipped, and one author."""
    home = tmp_path_factory.mktemp("structuremaps") / "var"
    assert run(home, "people", "--add", "camille", "--role", "author").code == 0
    return home


def test_out_and_in_again_changes_nothing(home: Path, tmp_path: Path):
    """Valid by the standard's schemas; a map that says the same keeps its file, comments and all."""
    for name, errors in (
        ("structure-3.1", xml_errors),
        ("jsonstructure-2.0", lambda b: json_errors(b, "2.0", "structure")),
    ):
        out = tmp_path / name
        told = run(home, "structuremap", "export", MAP, "--format", name, "--out", str(out), "--json")
        assert told.code == 0, told.err
        assert len(told.json()["tables"]) == 5
        assert errors(out.read_bytes()) == []
        again = run(home, "structuremap", "import", str(out), "--dry-run", "--json").json()
        assert again["changed"] == []
        assert "mappings/ESTAT/stock_dates.csv" in again["files"]


def test_a_changed_row_is_proposed(home: Path, tmp_path: Path):
    """The table with the row, under the name of who proposes it."""
    out = tmp_path / "map.json"
    assert run(home, "structuremap", "export", MAP, "--out", str(out)).code == 0
    text = out.read_text(encoding="utf-8")
    assert text.count("both sexes, all ages.") == 1
    out.write_text(text.replace("both sexes, all ages.", "men and women of all ages."), encoding="utf-8")
    made = run(home, "structuremap", "import", str(out), "--as", "camille", "--reason", "Clearer.", "--json")
    assert made.code == 0, made.err
    assert "mappings/ESTAT/indicateur_to_indic_cr.csv" in made.json()["files"]
    assert made.json()["state"] == "open"


def test_a_map_of_another_house_is_kept_as_an_artefact(home: Path, tmp_path: Path):
    """It makes no figure: it does not say which rows it reads, nor what it counts."""
    out = tmp_path / "map.json"
    assert run(home, "structuremap", "export", MAP, "--out", str(out)).code == 0
    body = json.loads(out.read_text(encoding="utf-8"))
    (map_,) = body["data"]["structureMaps"]
    map_ |= {"agencyID": "ESTAT", "id": "FOREIGN"}
    del map_["annotations"]
    del body["data"]["representationMaps"]
    out.write_text(json.dumps(body), encoding="utf-8")
    told = run(home, "structuremap", "import", str(out), "--dry-run", "--json")
    assert told.code == 0, told.err
    assert told.json()["changed"] == ["sdmx/ESTAT/structuremap/FOREIGN.json"]


def test_our_annotations_do_not_make_a_map_ours(home: Path, tmp_path: Path):
    """A map of another agency, whatever it says of its file, changes none of ours."""
    out = tmp_path / "map.json"
    assert run(home, "structuremap", "export", "MAP_CEPEJ_CASES", "--out", str(out)).code == 0
    text = out.read_text(encoding="utf-8")
    text = text.replace('"agencyID":"SSER"', '"agencyID":"OECD"').replace(
        "RepresentationMap=SSER:", "RepresentationMap=OECD:"
    )
    out.write_text(text, encoding="utf-8")
    told = run(home, "structuremap", "import", str(out), "--dry-run", "--json")
    assert told.code == 0, told.err
    assert {path.split("/")[1] for path in told.json()["changed"]} == {"OECD"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<a>", "It is not XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "A document type declaration is not read"),
        ("<a/>", "A structure message of SDMX-ML 3.0 or 3.1 is expected"),
        ("{", "It is not JSON"),
        ('{"meta": {}, "data": {}}', "There is no map in it"),
    ],
)
def test_what_is_no_map_is_refused_in_one_line(home: Path, tmp_path: Path, content: str, says: str):
    path = tmp_path / "map"
    path.write_text(content)
    told = run(home, "structuremap", "import", str(path), "--dry-run")
    assert told.code == 2
    assert says in told.err
    assert "Traceback" not in told.err


def test_an_unknown_map_has_its_nearest(home: Path, tmp_path: Path):
    told = run(home, "structuremap", "export", "ESTAT_CRIM_PRIS_CAPS", "--out", str(tmp_path / "x"))
    assert (told.code, "ESTAT_CRIM_PRIS_CAP" in told.err) == (2, True)
