"""`greffe mappings export` and `import`: files out, differences in, one line when something is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from exchange_tools import ROOT
from journey_tools import begun
from journey_tools import inside as run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory with what is shipped, and nothing else."""
    return begun(tmp_path_factory.mktemp("exchange") / "var")


def test_out_changed_and_in_again(home: Path, tmp_path: Path):
    """The changed cell, and only it, is the difference; a wrong cell is told with its line and nothing is taken."""
    out = tmp_path / "sex.tsv"
    told = run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out), "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["map"] == "mappings/ESTAT/sexe_to_sex.csv"
    text = out.read_text()
    same = run(home, "mappings", "import", str(out), "--dry-run", "--json")
    assert json.loads(same.out) == {"map": "mappings/ESTAT/sexe_to_sex.csv", "changes": [], "notes": []}
    assert "\tMen, all ages: natural persons only.\t" in text
    out.write_text(text.replace("\tMen, all ages:", "\tAll men:"))
    (change,) = json.loads(run(home, "mappings", "import", str(out), "--dry-run", "--json").out)["changes"]
    assert (change["row_id"], change["kind"]) == ("SEX-001", "changed")
    assert change["fields"] == {"reason": "Men, all ages: natural persons only. → All men: natural persons only."}
    out.write_text(text.replace("target:M\t", "target:MALE\t"))
    wrong = run(home, "mappings", "import", str(out))
    assert wrong.code == 2
    assert "is not a code of" in wrong.out
    assert "nothing is taken" in wrong.err


def test_a_file_is_what_it_is_called(home: Path, tmp_path: Path):
    """A workbook begins as a ZIP archive does, SSSOM with its own first line; a name that says nothing holds SSSOM."""
    for name, begins in (("a.xlsx", b"PK"), ("a.XLSX", b"PK"), ("a.tsv", b"#"), ("a", b"#")):
        out = tmp_path / name
        assert run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out)).code == 0
        assert out.read_bytes().startswith(begins), name
    out = tmp_path / "named"
    assert run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out), "--format", "xlsx").code == 0
    assert out.read_bytes().startswith(b"PK")


def test_what_people_signed_and_said_goes_out_with_the_row(tmp_path: Path):
    """Author, both approvers, the day and a comment on the row stand in the columns of SSSOM, and come in without a note."""
    home, out = tmp_path / "var", tmp_path / "sex.tsv"
    for name, role in (("camille", "author"), ("driss", "approver"), ("eva", "approver")):
        assert run(home, "people", "--add", name, "--role", role).code == 0
    for name in ("driss", "eva"):
        assert run(home, "approve", "maps", "--as", name).code == 0
    assert run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out)).code == 0
    row = next(line for line in out.read_text().splitlines() if "\tSEX-001\t" in line).split("\t")
    header = next(line for line in out.read_text().splitlines() if line.startswith("subject_id")).split("\t")
    said = dict(zip(header, row, strict=True))
    assert said["reviewer_id"] == "person:driss|person:eva"
    assert said["status"] == "approved"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", said["mapping_date"])
    text = out.read_text().replace("\tMen, all ages:", "\tAll men:")
    out.write_text(text)
    made = run(home, "mappings", "import", str(out), "--as", "camille", "--reason", "Shorter.", "--json").json()
    assert made["notes"] == []
    place = "mappings/ESTAT/sexe_to_sex.csv#SEX-001"
    told = run(home, "proposals", "comment", made["proposal"], "Why?", "--row", place, "--as", "driss")
    assert told.code == 0, told.err
    assert run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out)).code == 0
    assert "driss" in out.read_text()
    assert "Why?" in out.read_text()


def test_a_workbook_becomes_a_proposal(home: Path, tmp_path: Path):
    """What a person changed in the workbook is proposed as the file of the map, with their reason; the map stands."""
    out = tmp_path / "sex.xlsx"
    assert run(home, "people", "--add", "camille", "--role", "author").code == 0
    assert run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--format", "xlsx", "--out", str(out)).code == 0
    book = openpyxl.load_workbook(out)
    sheet = book["Correspondances - Rows"]
    column = next(c.column for c in sheet[1] if c.value == "reason")
    sheet.cell(3, column).value = "All men."
    book.save(out)
    nobody = run(home, "mappings", "import", str(out), "--as", "nobody", "--reason", "x")
    assert nobody.code == 4
    made = run(home, "mappings", "import", str(out), "--as", "camille", "--reason", "Shorter.", "--json")
    assert made.code == 0, made.err
    proposal = made.json()["proposal"]
    assert [(c["row_id"], c["kind"]) for c in made.json()["changes"]] == [("SEX-001", "changed")]
    (listed,) = run(home, "proposals", "--json").json()["proposals"]
    assert listed["proposal"] == proposal
    again = run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(tmp_path / "x.tsv"))
    assert again.code == 0
    assert "All men." not in (tmp_path / "x.tsv").read_text()


@pytest.mark.parametrize("form", ["sssom", "xlsx"])
@pytest.mark.parametrize("name", ["infraction_to_iccs", "nataff_to_iccs"])
def test_a_correspondence_that_no_map_uses_goes_out_and_in(home: Path, tmp_path: Path, name: str, form: str):
    """Nobody signs it with a map, so no signature goes out; untouched it comes in as it is, a changed cell is told."""
    out = tmp_path / f"iccs.{form}"
    told = run(home, "mappings", "export", f"correspondences/{name}", "--format", form, "--out", str(out), "--json")
    assert told.code == 0, told.err
    assert told.json()["rows"] > 40
    same = run(home, "mappings", "import", str(out), "--dry-run", "--json")
    assert same.code == 0, same.err
    assert same.json() == {"map": f"mappings/correspondences/{name}.csv", "changes": [], "notes": []}
    if form == "xlsx":
        book = openpyxl.load_workbook(out)
        sheet = book["Correspondances - Rows"]
        sheet.cell(3, next(c.column for c in sheet[1] if c.value == "reason")).value = "Read again."
        book.save(out)
        (change,) = run(home, "mappings", "import", str(out), "--dry-run", "--json").json()["changes"]
        assert list(change["fields"]) == ["reason"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "ESTAT/sexe_to_sexe", "--out", "x"), "Nearest: ESTAT/sexe_to_sex"),
        (("export", "ESTAT/sexe_to_sex", "--out", "/nowhere/x"), "cannot be written"),
        (("export", "ESTAT/sexe_to_sex", "--out", "x", "--format", "sssm"), "Nearest: sssom"),
        (("export", "ESTAT/sexe_to_sex", "--out", "x.xlsx", "--format", "sssom"), "x.xlsx would hold sssom"),
        (("export", "ESTAT/sexe_to_sex", "--out", "x.tsv", "--format", "xlsx"), "Leave --format out to write sssom"),
        (("import", "/nowhere/x"), "cannot be read"),
        (("import", str(ROOT / "README.md")), "neither SSSOM nor"),
    ],
)
def test_what_is_wrong_is_one_line(home: Path, arguments: tuple[str, ...], said: str):
    """No traceback, exit code of the error, and the nearest name."""
    found = run(home, "mappings", *arguments)
    assert found.code in (2, 3)
    assert said in " ".join(found.err.split())
    assert "Traceback" not in found.err
