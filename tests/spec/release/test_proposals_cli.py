"""The commands of proposals, each with --json, over the small catalogue."""

from __future__ import annotations

import json

import pytest
from small_catalogue import SEXES, files
from small_house import MAN, NOBODY, WOMAN, sexes
from typer.testing import CliRunner

from greffe.cli.whole import app


@pytest.fixture
def greffe(tmp_path, monkeypatch):
    """Runs a command; people are entered, the map is approved."""
    for name, body in files().items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    for name, place in (("GREFFE_SDMX", "sdmx"), ("GREFFE_MAPPINGS", "mappings"), ("GREFFE_HOME", "home")):
        monkeypatch.setenv(name, str(tmp_path / place))

    def run(*arguments, code=0):
        ran = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        assert ran.exit_code == code, ran.output
        return json.loads(ran.stdout if code == 0 else ran.stderr)

    for person, role in (("camille", "author"), ("gaelle", "author"), ("driss", "approver"), ("elise", "approver")):
        run("people", "--add", person, "--role", role)
    for person in ("driss", "elise"):
        run("approve", "maps", "--as", person)
    return run


def edited(tmp_path, name, *rows):
    file = tmp_path / name / SEXES
    file.parent.mkdir(parents=True)
    file.write_bytes(sexes(*rows)[SEXES])
    return file


def test_a_dry_run_says_what_files_would_change_whatever_they_hold(greffe, tmp_path):
    """A map, an artefact (one label of one code), both folders: the rows and items with what they were; nothing is written."""
    file = edited(tmp_path, "one", MAN, WOMAN, NOBODY)
    for call in (("propose", file), ("import", file)):
        told = greffe(*call, "--dry-run")
        (row,) = told["differences"]
        assert (row["file"], row["row"], row["how"], row["after"]["kind"]) == (SEXES, "r3", "added", "no-target")
    (list_,) = (name for name in files() if name.endswith("/CL_LEG.json"))
    other = tmp_path / "two" / list_.replace("CL_LEG", "CL_LEG-1.1.0")
    other.parent.mkdir(parents=True)
    new = json.loads(files()[list_])
    new["data"]["codelists"][0]["version"] = "1.1.0"
    kept = [code for code in new["data"]["codelists"][0]["codes"] if code["id"] == "HELD"]
    new["data"]["codelists"][0]["codes"] = kept
    other.write_text(json.dumps(new))
    told = greffe("import", other, "--dry-run")
    assert [(d["row"], d["how"]) for d in told["differences"] if "HELD" in d["row"]] == [("HELD", "added")]
    assert told["files"] == [str(other.relative_to(tmp_path / "two"))]
    assert greffe("import", tmp_path / "sdmx", tmp_path / "mappings", "--dry-run")["differences"] == []
    (tmp_path / SEXES).write_bytes(sexes(MAN, WOMAN, NOBODY)[SEXES])
    told = greffe("import", tmp_path / "sdmx", tmp_path / "mappings", "--dry-run")
    assert [row["row"] for row in told["differences"]] == ["r3"]
    assert greffe("proposals")["proposals"] == []
    same = tmp_path / "same" / SEXES
    same.parent.mkdir(parents=True)
    same.write_bytes(files()[SEXES])
    assert greffe("propose", same, "--dry-run")["files"] == []
    wrong = edited(tmp_path, "three", MAN.replace("verified", "sure"))
    assert "confidence" in json.dumps(greffe("propose", wrong, "--dry-run", code=2))


def test_the_journey_of_a_proposal(greffe, tmp_path):
    made = greffe("propose", edited(tmp_path, "one", MAN, WOMAN, NOBODY), "--as", "camille", "--reason", "named")
    id_ = made["proposal"]
    assert (made["state"], made["files"], made["warnings"]) == ("open", [SEXES], [])
    absent = greffe("propose", tmp_path / "two", "--as", "gaelle", "--reason", "other", code=2)
    assert "does not exist" in absent["message"]
    edited(tmp_path, "two", MAN, WOMAN.replace("verified,,", "verified,Asked.,"))
    other = greffe("propose", tmp_path / "two", "--as", "gaelle", "--reason", "other")
    assert id_ in other["warnings"][0]
    assert "camille" in other["warnings"][0]
    greffe("proposals", "comment", id_, "Which law?", "--row", "r3", "--as", "driss")
    greffe("approve", id_, "--as", "driss")
    greffe("proposals", "approve", id_, "--as", "elise", "--comment", "read")
    shown = greffe("proposals", "show", id_)
    assert (shown["state"], shown["comments"][0]["row"], len(shown["approvals"])) == ("effective", "r3", 2)
    (row,) = shown["differences"]
    assert (row["file"], row["row"], row["how"], row["after"]["kind"]) == (SEXES, "r3", "added", "no-target")
    shown = greffe("proposals", "show", other["proposal"])
    assert shown["differences"][0]["before"] == {"reason": ""}
    assert shown["differences"][0]["after"] == {"reason": "Asked."}
    assert f"proposal {id_} of camille" in shown["stale"][0]
    merged = greffe("proposals", "merge", other["proposal"], "--as", "gaelle")
    greffe("proposals", "reject", merged["proposal"], "--as", "driss", "--reason", "not needed")
    listed = {p["proposal"]: p["state"] for p in greffe("proposals")["proposals"]}
    assert listed == {id_: "effective", other["proposal"]: "superseded", merged["proposal"]: "rejected"}


def test_a_changed_import_is_a_proposal_and_nothing_changes_by_it(greffe, tmp_path):
    same = greffe("import", tmp_path / "sdmx", tmp_path / "mappings", "--as", "camille")
    assert same["proposal"] is None
    (tmp_path / SEXES).write_bytes(sexes(MAN, WOMAN, NOBODY)[SEXES])
    made = greffe(
        "import", tmp_path / "sdmx", tmp_path / "mappings", "--as", "camille", "--effective-from", "2100-01-01"
    )
    assert greffe("import", tmp_path / "sdmx", tmp_path / "mappings", "--as", "gaelle")["warnings"]
    shown = greffe("proposals", "show", made["proposal"])
    assert (shown["state"], shown["effective_from"]) == ("open", "2100-01-01")
    greffe("proposals", "withdraw", made["proposal"], "--as", "camille", "--reason", "a mistake")
    bad = greffe(
        "import", tmp_path / "sdmx", tmp_path / "mappings", "--as", "camille", "--effective-from", "soon", code=2
    )
    assert bad["parameter"] == "--effective-from"


def test_what_is_shown_to_people(greffe, tmp_path):
    file = edited(tmp_path, "one", MAN, WOMAN, NOBODY)
    id_ = greffe("propose", file, "--as", "camille", "--reason", "named")["proposal"]
    greffe("proposals", "comment", id_, "Which law?", "--row", "r3", "--as", "driss")
    greffe("proposals", "approve", id_, "--as", "driss", "--comment", "read")
    shown = CliRunner().invoke(app, ["proposals", "show", id_], env={"COLUMNS": "200"}).stdout
    for words in (f"Proposal {id_} of camille, open: named", "added", "approved by driss", f"{SEXES}#r3: Which law?"):
        assert words in shown
