"""The order list of CEPEJ's on-line form, and the comparison after somebody typed it in."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from journey_tools import run
from openpyxl import Workbook
from questionnaires import SENDER, Desk, cells_of, desk_at, opened
from site_tools import copied

from greffe.errors import BadInput, Denied, Refused
from greffe.model.transmissions import Transmission
from greffe.store.base import Actor
from greffe.transmission.entered_on_line import enter_comparison, kept_comparison
from greffe.transmission.keeping import content
from greffe.transmission.plan import named_plan
from greffe.transmission.workbooks.entered import compare_entered


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("order") / "var"))


@pytest.fixture(scope="module")
def one(desk: Desk) -> Transmission:
    return desk.built("CEPEJ_CYCLE", 2024)


@pytest.fixture
def rows(desk: Desk, one: Transmission) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.content(one, ".csv").decode("utf-8-sig"))))


def _typed(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["question", "sub_cell", "entered"])
        writer.writerows([r["question"], r["sub_cell"], r["type_in"]] for r in rows)
    return path


def test_it_says_what_the_workbook_says_in_the_order_of_the_form(
    desk: Desk, one: Transmission, rows: list[dict[str, str]]
):
    """Every cell of the workbook once, by the numbers of the questions, as digits without separators or NA and NAP."""
    cells = cells_of(opened(desk.content(one)))
    assert {r["cell"] for r in rows} == set(cells)
    for row in rows:
        value = cells[row["cell"]]
        if row["type_in"] != "not answered":
            assert row["type_in"] == (value if isinstance(value, str) else repr(value)), row
            assert re.fullmatch(r"NAP?|[0-9]+(\.[0-9]+)?", row["type_in"])
        else:  # the workbook has its word there, and says beside it that nothing is held
            assert (value, row["comment"].startswith("Aucune réponse")) == ("NA", True), row
    assert [int(r["order"]) for r in rows] == list(range(1, len(rows) + 1))
    numbers = [int(re.findall(r"[0-9]+", r["question"])[0]) for r in rows]
    assert numbers == sorted(numbers)
    asked = list(dict.fromkeys(r["question"] for r in rows))
    assert asked.index("Q12") + 1 == asked.index("Q12-1") == asked.index("Q13") - 1
    assert asked.index("Q107-L4") < asked.index("Q107-1")
    assert [r["sub_cell"] for r in rows if r["question"] == "Q91-L2.1"] == ["P0", "IN", "RES", "P1", "GT2"]


@pytest.mark.parametrize("kind", ["csv", "semicolons", "xlsx"])
def test_what_was_typed_as_it_was_delivered_is_the_same(
    desk: Desk, one: Transmission, rows: list[dict[str, str]], tmp_path: Path, kind: str
):
    """A spreadsheet that writes 11609594140,35 between semicolons, and one that keeps numbers, have the same figures."""
    if kind == "xlsx":
        book, file = Workbook(), tmp_path / "form.xlsx"
        assert book.active is not None
        book.active.append(["question", "sub_cell", "entered"])
        for row in rows:
            text = row["type_in"]
            book.active.append([row["question"], row["sub_cell"], text if text[0] in "Nn" else float(text)])
        book.save(file)
    else:
        comma = kind == "semicolons"
        given = [r | {"type_in": r["type_in"].replace(".", ",") if comma else r["type_in"]} for r in rows]
        file = _typed(tmp_path / "form.csv", given, ";" if comma else ",")
    compared = compare_entered(desk.parts, one, file.name, file.read_bytes())
    assert len(compared) == len(rows)
    assert {c.state for c in compared} == {"same"}


def test_what_differs_or_lacks_is_told(desk: Desk, one: Transmission, rows: list[dict[str, str]], tmp_path: Path):
    """A digit, NAP for NA, a separator of thousands, and a cell that was left out; on the command line with exit code 3."""
    at = {(r["question"], r["sub_cell"]): n for n, r in enumerate(rows)}
    typed = [dict(r) for r in rows]
    first, second, third, fourth = (
        at[p] for p in (("Q91-L1", "IN"), ("Q91-L0", "IN"), ("Q91-L1", "RES"), ("Q20-1", "T.DAYS"))
    )
    whole = typed[third]["type_in"]
    typed[first]["type_in"] = str(int(typed[first]["type_in"]) + 1)
    typed[second]["type_in"] = "NAP"
    typed[third]["type_in"] = f"{int(whole):,}"
    left = typed.pop(fourth)
    file = _typed(tmp_path / "form.csv", typed)
    ran = run(desk.parts.settings.home, "transmissions", "compare-entered", one.id, str(file), "--json")
    assert ran.code == 3
    told = json.loads(ran.out)
    assert (told["cells"], told["same"]) == (len(rows), len(rows) - 4)
    found = {(d["question"], d["sub_cell"]): (d["delivered"], d["entered"], d["state"]) for d in told["differences"]}
    assert found == {
        ("Q20-1", "T.DAYS"): (left["type_in"], "", "not entered"),
        ("Q91-L1", "IN"): (rows[first]["type_in"], str(int(rows[first]["type_in"]) + 1), "other"),
        ("Q91-L0", "IN"): ("NA", "NAP", "other"),
        ("Q91-L1", "RES"): (whole, f"{int(whole):,}", "other"),
    }


@pytest.mark.parametrize(("text", "told"), [
    ("question,sub_cell,entered\nQ91-L9,IN,1\n", "form.csv, row 2, column question: The form has no question 'Q91-L9'. Nearest: Q91-L"),
    ("question,sub_cell,entered\nQ91-L1,INN,1\n", "form.csv, row 2, column sub_cell: Q91-L1 has no sub-cell 'INN'. Nearest: IN"),
    ("question,sub_cell,entered\nQ91-L1,IN,1\nQ91-L1,IN,1\n", "form.csv, row 3, column sub_cell: Q91-L1 IN stands twice."),
    ("questions,sub_cell,entered\nQ1,T,1\n", "form.csv, row 1, column question: One column question is expected. Nearest: questions"),
    ("question,sub_cell,answer\nQ1,T,1\n", "No column says what was entered. It is called entered or value or type_in."),
    ("", "It is empty."),
    ('question,sub_cell,entered\nQ1,"T,1', "It is no CSV"),
])  # fmt: skip
def test_what_is_no_list_of_the_form_is_told_with_its_place(
    desk: Desk, one: Transmission, tmp_path: Path, text: str, told: str
):
    file = tmp_path / "form.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        compare_entered(desk.parts, one, file.name, file.read_bytes())
    assert told in error.value.text()


def test_what_stands_in_the_way_of_both_files_is_told_once(desk: Desk):
    plan = named_plan(desk.parts, "CEPEJ_CYCLE", 2026, test=True)
    assert len(plan.files) == 2
    assert [(o.code, o.about) for o in plan.obstacles] == [
        ("too_old", f"CEPEJ_{flow}") for flow in ("RESOURCES", "PROFESSIONALS", "Q91", "CASES", "PROSECUTION")
    ]


def test_a_delivery_without_an_order_list_has_nothing_to_compare(desk: Desk, one: Transmission, tmp_path: Path):
    other = desk.built("UN_CTS", 2024)
    assert one.files[1].format == "cepej-order:CEPEJ"
    with pytest.raises(Refused, match=rf"{other.id} has no order list"):
        compare_entered(desk.parts, other, "form.csv", _typed(tmp_path / "form.csv", []).read_bytes())


def test_the_result_is_entered_with_its_file_and_differences_by_cell(
    desk: Desk, one: Transmission, rows: list[dict[str, str]], tmp_path: Path
):
    first, second = rows[0], rows[1]
    typed = [first | {"type_in": "999999"}, *rows[2:]]  # the first is another, the second was not typed
    body = _typed(tmp_path / "form.csv", typed).read_bytes()
    with pytest.raises(Denied):
        enter_comparison(desk.parts, Actor("camille"), one.id, "form.csv", body)
    for _ in range(2):
        enter_comparison(desk.parts, SENDER, one.id, "form.csv", body)
    (looked,) = desk.parts.ledger().transmission(one.id).entered
    assert looked.differences == {first["cell"]: "other", second["cell"]: "not entered"}
    assert (looked.cells, looked.same, looked.holds, looked.who) == (len(rows), len(rows) - 2, False, SENDER.name)
    assert content(desk.parts, looked.sha256) == body
    now = desk.parts.ledger().transmission(one.id)
    assert {c.cell for c in kept_comparison(desk.parts, now, looked) if c.state != "same"} == set(looked.differences)
    assert (now.state, now.receipts) == (one.state, ())
    mended = _typed(tmp_path / "form.csv", rows).read_bytes()
    enter_comparison(desk.parts, SENDER, one.id, "form.csv", mended)
    assert [e.holds for e in desk.parts.ledger().transmission(one.id).entered] == [False, True]
