"""A workbook or SSSOM file that comes back after others changed its map: merged row by row, nothing overwritten silently.

The map of these tests has four rows, SEX-001 to SEX-004. In between somebody gives SEX-002 another reason and SEX-004
another confidence; both are signed and effective.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from exchange_tools import ROOT
from journey_tools import Ran
from journey_tools import inside as run

MAP = "mappings/ESTAT/sexe_to_sex.csv"
WAS = (ROOT / MAP).read_text()
THEIRS = "Women of every age."
NOW = WAS.replace("Women, all ages: natural persons only.", THEIRS).replace(
    "SEX-004,exact,not-applicable,,,recalled,", "SEX-004,exact,not-applicable,,,inferred,"
)
SHEET = "Correspondances - Rows"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose map went out in both forms, and then was changed."""
    folder = tmp_path_factory.mktemp("before")
    home = folder / "var"
    for name, role in (("camille", "author"), ("gaelle", "author"), ("driss", "approver"), ("eva", "approver")):
        assert run(home, "people", "--add", name, "--role", role).code == 0
    for form in ("xlsx", "sssom"):
        told = run(
            home, "mappings", "export", "ESTAT/sexe_to_sex", "--format", form, "--out", str(folder / f"x.{form}")
        )
        assert told.code == 0, told.err
    changed(home, folder / "other", NOW, "gaelle")
    return folder


def changed(home: Path, folder: Path, content: str, author: str) -> None:
    """Another state of the map, proposed and signed by two."""
    file = folder / MAP
    file.parent.mkdir(parents=True)
    file.write_text(content)
    signed(home, run(home, "propose", str(file), "--as", author, "--reason", "Clearer.", "--json"))


def signed(home: Path, made: Ran) -> None:
    assert made.code == 0, made.out + made.err
    for name in ("driss", "eva"):
        told = run(home, "proposals", "approve", made.json()["proposal"], "--as", name)
        assert told.code == 0, told.err


@pytest.fixture
def home(before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before / "var", tmp_path / "var"))


def edited(before: Path, tmp_path: Path, form: str, **cells: str) -> Path:
    """The file that went out, with another reason (`SEX_001="…"`) for some of its rows."""
    file = tmp_path / f"x.{form}"
    if form == "sssom":
        lines = (before / "x.sssom").read_text().splitlines(keepends=True)
        header = next(line for line in lines if line.startswith("subject_id")).rstrip("\n").split("\t")
        id_, reason = header.index("row_id"), header.index("comment")
        rows = [line.split("\t") for line in lines]
        for row in rows:
            text = cells.get(row[id_].replace("-", "_")) if len(row) > id_ else None
            row[reason:] = row[reason:] if text is None else [text, *row[reason + 1 :]]
        file.write_text("".join("\t".join(row) for row in rows))
        return file
    book = openpyxl.load_workbook(before / "x.xlsx")
    sheet = book[SHEET]
    place = {c.value: c.column for c in sheet[1]}
    for row in range(3, 7):
        text = cells.get(str(sheet.cell(row, place["row_id"]).value).replace("-", "_"))
        if text is not None:
            sheet.cell(row, place["reason"]).value = text
    book.save(file)
    return file


def imported(home: Path, file: Path, *more: str) -> Ran:
    return run(home, "mappings", "import", str(file), "--as", "camille", "--reason", "Mine.", "--json", *more)


def held(home: Path, tmp_path: Path) -> str:
    assert run(home, "export", str(tmp_path / "held")).code == 0
    return (tmp_path / "held" / MAP).read_text()


@pytest.mark.parametrize("form", ["xlsx", "sssom"])
def test_what_the_file_and_others_changed_in_different_rows_both_stay(
    before: Path, home: Path, tmp_path: Path, form: str
):
    """The file changed SEX-001, others SEX-002 and SEX-004: one change is proposed, and all three hold once it is signed."""
    made = imported(home, edited(before, tmp_path, form, SEX_001="All men."))
    assert made.code == 0, made.out + made.err
    (change,) = made.json()["changes"]
    assert change == {
        "row_id": "SEX-001", "kind": "changed",
        "fields": {"reason": "Men, all ages: natural persons only. → All men."},
    }  # fmt: skip
    (note,) = made.json()["notes"]
    assert "gaelle" in note
    assert "changed SEX-002, changed SEX-004" in note
    signed(home, made)
    assert held(home, tmp_path) == NOW.replace('"Men, all ages: natural persons only."', "All men.")


@pytest.mark.parametrize("form", ["xlsx", "sssom"])
def test_what_nobody_edited_or_both_changed_alike_is_no_change(before: Path, home: Path, tmp_path: Path, form: str):
    for cells in ({}, {"SEX_002": THEIRS}):
        if cells:  # alike in one row only: the other change of SEX-004 is theirs alone
            told = imported(home, edited(before, tmp_path, form, **cells), "--dry-run")
        else:
            told = imported(home, before / f"x.{form}", "--dry-run")
        assert told.code == 0, told.out + told.err
        assert told.json()["changes"] == []


@pytest.mark.parametrize("form", ["xlsx", "sssom"])
def test_what_both_changed_otherwise_stops_the_import_until_somebody_chooses(
    before: Path, home: Path, tmp_path: Path, form: str
):
    """Row, column and three versions; mine wins where it is said, SEX-004 stays as others made it."""
    file = edited(before, tmp_path, form, SEX_002="All women.")
    stopped = imported(home, file)
    assert stopped.code == 3
    place = f"{MAP}#SEX-002"
    assert stopped.json()["conflicts"] == [
        {
            "place": place, "row_id": "SEX-002", "column": "reason",
            "was": "Women, all ages: natural persons only.", "theirs": THEIRS, "mine": "All women.",
        }
    ]  # fmt: skip
    assert run(home, "proposals", "--json").json()["proposals"][1:] == []  # only that of the others
    told = run(home, "mappings", "import", str(file), "--as", "camille", "--reason", "Mine.")
    assert f"--take {place}=mine" in " ".join(told.err.split())
    kept = imported(home, file, "--dry-run", "--take", f"{place}=theirs")
    assert (kept.code, kept.json()["changes"]) == (0, [])
    wrong = imported(home, file, "--take", f"{MAP}#SEX-004=mine")
    assert wrong.code == 2
    assert "is no conflict" in wrong.err
    assert imported(home, file, "--take", "mine", "--take", "theirs").code == 2
    made = imported(home, file, "--take", "mine")
    assert [c["fields"] for c in made.json()["changes"]] == [{"reason": f"{THEIRS} → All women."}]
    signed(home, made)
    assert held(home, tmp_path) == NOW.replace(f'"{THEIRS}"', "All women.")


def test_a_row_that_the_file_withdraws_and_others_changed_is_a_conflict(before: Path, home: Path, tmp_path: Path):
    """SEX-003 goes as nobody else touched it; SEX-004, which others changed, only when somebody says so."""
    book = openpyxl.load_workbook(before / "x.xlsx")
    sheet = book[SHEET]
    place = {c.value: c.column for c in sheet[1]}
    for row in (5, 6):
        sheet.cell(row, place["action"]).value = "remove"
    book.save(tmp_path / "x.xlsx")
    stopped = imported(home, tmp_path / "x.xlsx")
    (conflict,) = stopped.json()["conflicts"]
    assert (conflict["row_id"], conflict["column"], conflict["mine"]) == ("SEX-004", "(row)", None)
    assert "confidence=recalled" in conflict["was"]
    assert "confidence=inferred" in conflict["theirs"]
    kept = imported(home, tmp_path / "x.xlsx", "--dry-run", "--take", "theirs")
    assert [(c["row_id"], c["kind"]) for c in kept.json()["changes"]] == [("SEX-003", "gone")]
    both = imported(home, tmp_path / "x.xlsx", "--dry-run", "--take", f"{MAP}#SEX-004=mine")
    assert [(c["row_id"], c["kind"]) for c in both.json()["changes"]] == [("SEX-003", "gone"), ("SEX-004", "gone")]


def test_an_order_that_both_changed_is_a_conflict(before: Path, home: Path, tmp_path: Path):
    """Others put SEX-004 first, the file SEX-003: first is priority, so somebody chooses."""
    head, *rows = NOW.splitlines(keepends=True)
    changed(home, tmp_path / "moved", "".join([head, rows[3], *rows[:3]]), "gaelle")
    book = openpyxl.load_workbook(before / "x.xlsx")
    sheet = book[SHEET]
    sheet.cell(5, next(c.column for c in sheet[1] if c.value == "priority")).value = "0"
    book.save(tmp_path / "x.xlsx")
    stopped = imported(home, tmp_path / "x.xlsx")
    assert stopped.code == 3
    (conflict,) = stopped.json()["conflicts"]
    assert conflict["row_id"] == "(order)"
    assert conflict["mine"].split()[0] == "SEX-003"
    assert conflict["theirs"].split()[0] == "SEX-004"
    made = imported(home, tmp_path / "x.xlsx", "--dry-run", "--take", f"{MAP}#(order)=mine")
    assert made.code == 0, made.out + made.err
    assert {c["kind"] for c in made.json()["changes"]} == {"moved"}


def test_the_day_on_which_it_takes_effect_counts(before: Path, home: Path, tmp_path: Path):
    """Somebody has a change of SEX-001 signed for 2099: what takes effect after it must not undo it."""
    file = tmp_path / "later" / MAP
    file.parent.mkdir(parents=True)
    file.write_text(NOW.replace('"Men, all ages: natural persons only."', "Men of 2099."))
    later = ("--effective-from", "2099-01-01")
    signed(home, run(home, "propose", str(file), "--as", "gaelle", "--reason", "Later.", "--json", *later))
    out = edited(before, tmp_path, "xlsx", SEX_003="Legal persons.")
    made = imported(home, out, "--effective-from", "2099-06-01")
    assert [c["row_id"] for c in made.json()["changes"]] == ["SEX-003"]
    clash = imported(home, edited(before, tmp_path, "xlsx", SEX_001="All men."), "--effective-from", "2099-06-01")
    assert [(c["row_id"], c["theirs"]) for c in clash.json()["conflicts"]] == [("SEX-001", "Men of 2099.")]


def test_a_file_without_a_mark_is_an_edit_of_the_map_as_it_is(before: Path, home: Path, tmp_path: Path):
    """It cannot be told who changed SEX-002 and SEX-004: that is said, and both are in the list of differences."""
    sssom = tmp_path / "x.tsv"
    lines = edited(before, tmp_path, "sssom", SEX_001="All men.").read_text().splitlines(keepends=True)
    sssom.write_text("".join(line for line in lines if not line.startswith("# checksum:")))
    book = openpyxl.load_workbook(edited(before, tmp_path, "xlsx", SEX_001="All men."))
    front, sheet = book.worksheets[0], book[SHEET]
    for row in front.iter_rows(max_col=2):
        if row[0].value == "checksum":
            row[0].value = row[1].value = None
    sheet.delete_cols(next(c.column for c in sheet[1] if c.value == "hash"))
    book.save(tmp_path / "x.xlsx")
    for file in (sssom, tmp_path / "x.xlsx"):
        told = imported(home, file, "--dry-run")
        assert told.code == 0, told.out + told.err
        assert "cannot be told" in told.json()["notes"][0]
        assert [c["row_id"] for c in told.json()["changes"]] == ["SEX-001", "SEX-002", "SEX-004"]


def test_a_mark_that_the_register_never_had_is_refused(before: Path, home: Path, tmp_path: Path):
    """A file of another house, or an edited checksum: nothing is taken, and it is said what to do."""
    text = (before / "x.sssom").read_text()
    mark = next(line for line in text.splitlines() if line.startswith("# checksum:")).split()[-1]
    (tmp_path / "x.tsv").write_text(text.replace(mark, "0" * 64))
    told = imported(home, tmp_path / "x.tsv")
    assert told.code == 2
    (problem,) = told.json()["problems"]
    assert problem["column"] == "checksum"
    assert "never had" in problem["problem"]
