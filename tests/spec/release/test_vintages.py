"""Two releases compared, worked by hand: exact differences, means, what is confidential, what may not be compared."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient
from house import FLOW, RELEASER, House, new_house
from released import day, put
from typer.testing import CliRunner

from greffe.app import compose, create_app
from greffe.cli.whole import app
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.release.revisions import revisions
from greffe.release.vintages import compared

# Rows `iccs unit period value status confidentiality`; - is missing.
OLD = """
ICCS0101 NR 2019 100 A F
ICCS0101 NR 2020 3 A F
ICCS0101 NR 2021 12.50 P F
ICCS0101 NR 2022 0 A F
ICCS0101 P_HTHAB 2020 1.5 A F
ICCS0102 NR 2020 7 A F
ICCS0102 NR 2021 - M F
ICCS0501 NR 2020 424242 A F
ICCS0502 NR 2020 9 A F
"""
NEW = """
ICCS0101 NR 2019 100 A F
ICCS0101 NR 2020 2 A F
ICCS0101 NR 2021 12.50 A F
ICCS0101 NR 2022 4 A F
ICCS0101 P_HTHAB 2020 1.505 A F
ICCS0101 P_HTHAB 2021 1.6 A F
ICCS0102 NR 2020 10 A F
ICCS0102 NR 2021 8 A F
ICCS0501 NR 2020 - Q C
"""
# What differs, the largest difference first: 4, 3, -1, 0.005; then what has none, by key and period. Percents: 4 of 0 none;
# 3/7 = 42.857142…; -1/3; 0.005/1.5 = 0.33333…
CELLS = [
    ("changed", "ICCS0101 NR 2022", "0", "4", "4", None),
    ("changed", "ICCS0102 NR 2020", "7", "10", "3", "42.8571"),
    ("changed", "ICCS0101 NR 2020", "3", "2", "-1", "-33.3333"),
    ("changed", "ICCS0101 P_HTHAB 2020", "1.5", "1.505", "0.005", "0.3333"),
    ("changed", "ICCS0101 NR 2021", "12.50", "12.50", "0.00", "0.0000"),
    ("added", "ICCS0101 P_HTHAB 2021", None, "1.6", None, None),
    ("changed", "ICCS0102 NR 2021", None, "8", None, None),
    ("changed", "ICCS0501 NR 2020", None, None, None, None),  # confidential now: neither value
    ("gone", "ICCS0502 NR 2020", "9", None, None, None),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """1 and 2 as above, 3 withdrawn, 4 as 2 with one figure more, 5 to come."""
    found = new_house(tmp_path_factory.mktemp("vintages") / "home")
    found.clock.now = day(1)
    put(found, 1, OLD)
    found.clock.now = day(2)
    put(found, 2, NEW, reason="Revised counts of 2020")
    found.clock.now = day(3)
    put(found, 3, NEW.replace("100 A", "31337 A"))
    found.clock.now = day(3, 1)
    withdraw(found.parts, RELEASER, f"{FLOW}#3", "wrong")
    put(found, 4, NEW + "ICCS0502 NR 2021 6 A F")
    put(found, 5, NEW.replace("100 A", "27182 A"), hours=24)
    return found


@pytest.fixture(scope="module")
def web(house: House) -> TestClient:
    return TestClient(create_app(house.parts), raise_server_exceptions=False)


ADDRESS = f"/api/v1/dataflows/{FLOW}/compare"


def shown(cell: dict[str, object]) -> tuple[object, ...]:
    key, before, after = cell["key"], cell["before"], cell["after"]
    place = f"{key['iccs']} {key['unit']} {cell['period']}"  # type: ignore[index]
    values = [side["value"] if side else None for side in (before, after)]  # type: ignore[index]
    return (cell["how"], place, *values, cell["difference"], cell["percent"])


def test_what_differs_is_told_exactly_the_largest_first(web: TestClient):
    """Added, gone, changed; differences as decimals, percents rounded once; by indicator and unit, never across units"""
    answer = web.get(f"{ADDRESS}?from=1&to=2")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [shown(c) for c in found["cells"]] == CELLS
    assert (found["from"]["id"], found["to"]["id"]) == (f"{FLOW}#1", f"{FLOW}#2")
    assert found["to"]["reason"] == "Revised counts of 2020"
    assert found["counts"] == {
        "added": 1, "gone": 1, "changed": 7, "confidential": 1, "numbers_revised": 4, "upward": 3, "downward": 1,
    }  # fmt: skip
    by = {(i["indicator"], i["unit"]): i for i in found["by_indicator"]}
    homicide = by["ICCS0101", "NR"]  # 2020 -1, 2022 +4; values before 3 and 0
    assert (homicide["mean_revision"], homicide["mean_absolute_revision"]) == ("1.5", "2.5")
    assert homicide["relative_mean_absolute_revision"] == "166.6667"  # 5 of 3
    assert by["ICCS0101", "P_HTHAB"]["mean_revision"] == "0.005"
    assert by["ICCS0102", "NR"]["mean_absolute_revision"] == "3"
    assert by["ICCS0501", "NR"]["mean_revision"] is None
    assert found["total"] == 9
    assert answer.headers["release"] == f"{FLOW}#1, {FLOW}#2"
    statuses = {shown(c)[1]: (c["before"], c["after"]) for c in found["cells"]}
    assert [s["attributes"]["OBS_STATUS"] for s in statuses["ICCS0101 NR 2021"]] == ["P", "A"]


def test_what_is_confidential_in_either_release_shows_its_marker_alone(web: TestClient):
    """Neither the value that was published nor a status nor a difference, in every format; backwards nothing is answered"""
    (cell,) = [c for c in web.get(f"{ADDRESS}?from=1&to=2").json()["cells"] if c["confidential"]]
    sides = [cell["before"], cell["after"]]
    assert sorted(s["attributes"]["CONF_STATUS"] for s in sides) == ["C", "F"]
    assert all(s["value"] is None and set(s["attributes"]) == {"CONF_STATUS"} for s in sides)
    assert (cell["difference"], cell["percent"]) == (None, None)
    for format_ in ("json", "csv", "xlsx"):
        body = web.get(f"{ADDRESS}?from=1&to=2&format={format_}").content
        told = body.decode() if format_ != "xlsx" else str(
            [[c.value for c in r] for s in openpyxl.load_workbook(io.BytesIO(body)).worksheets for r in s.rows]
        )  # fmt: skip
        assert "424242" not in told
        assert "ICCS0501" in told
        backwards = web.get(f"{ADDRESS}?from=2&to=1&format={format_}")
        assert backwards.status_code == 400
        assert "424242" not in backwards.text


@pytest.mark.parametrize(
    ("query", "status", "says", "nearest"),
    [
        ("from=1&to=9", 404, f"There is no release {FLOW}#9", [f"{FLOW}#4", f"{FLOW}#2", f"{FLOW}#1"]),
        ("from=3&to=4", 404, f"{FLOW}#3 has been withdrawn", [f"{FLOW}#2", f"{FLOW}#4", f"{FLOW}#1"]),
        ("from=1&to=5", 404, f"There is no release {FLOW}#5", [f"{FLOW}#4", f"{FLOW}#2", f"{FLOW}#1"]),  # to come
        ("from=2&to=1", 400, f"{FLOW}#2 is later than {FLOW}#1: differences would be read backwards", []),
        ("from=5&to=1", 404, f"There is no release {FLOW}#5", [f"{FLOW}#4", f"{FLOW}#2", f"{FLOW}#1"]),  # to come
        ("from=1&to=2&format=pdf", 400, "no format", ["json", "csv", "xlsx"]),
        ("from=1&to=2&limit=0", 400, "", []),
        ("from=1&unto=2", 400, "Unknown parameter", []),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(web: TestClient, query, status, says, nearest):
    """404 for releases that are not there, wait or were withdrawn, with the nearest; an embargoed one seems not to exist"""
    answer = web.get(f"{ADDRESS}?{query}")
    assert answer.status_code == status
    problem = answer.json()
    assert says in problem["detail"]
    assert not nearest or problem["nearest"] == nearest
    for leak in ("31337", "27182"):
        assert leak not in answer.text


def test_an_embargoed_release_is_answered_as_one_that_never_was(web: TestClient):
    """The answers for a release to come and for one that does not exist differ in nothing but the number"""
    waiting, never = (web.get(f"{ADDRESS}?from=1&to={n}") for n in (5, 6))
    assert waiting.text.replace("#5", "#6").replace("to=5", "to=6") == never.text


def test_without_numbers_the_last_two_are_compared(web: TestClient):
    """The current release and the one before it, withdrawn ones passed over"""
    found = web.get(ADDRESS).json()
    assert (found["from"]["id"], found["to"]["id"]) == (f"{FLOW}#2", f"{FLOW}#4")
    assert [shown(c)[:4] for c in found["cells"]] == [("added", "ICCS0502 NR 2021", None, "6")]
    assert web.get(f"{ADDRESS}?to=1").status_code == 404
    assert web.get(f"{ADDRESS}?from=2&to=2").json()["total"] == 0


def test_a_window_of_cells_and_a_tag(web: TestClient):
    whole = web.get(f"{ADDRESS}?from=1&to=2")
    part = web.get(f"{ADDRESS}?from=1&to=2&limit=2&offset=3").json()
    assert part["cells"] == whole.json()["cells"][3:5]
    assert part["total"] == 9
    again = web.get(f"{ADDRESS}?from=1&to=2", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304


def test_csv_holds_every_cell_with_labels(web: TestClient):
    answer = web.get(f"{ADDRESS}?from=1&to=2&format=csv&lang=fr")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline=""), strict=True))
    assert [(r["HOW"], r["VALUE_BEFORE"], r["VALUE_AFTER"], r["DIFFERENCE"]) for r in rows] == [
        (how, before or "", after or "", difference or "") for how, _, before, after, difference, _ in CELLS
    ]
    assert {r["unit_label"] for r in rows if r["unit"] == "NR"} == {"Nombre"}
    assert answer.headers["content-disposition"] == f'inline; filename="{FLOW}-1-2.csv"'


@pytest.mark.parametrize(("lang", "sheets"), [
    ("fr", ["À lire", "Synthèse", "Modifiées", "Ajoutées", "Disparues"]),
    ("en", ["Read me", "Summary", "Changed", "Added", "Gone"]),
])  # fmt: skip
def test_the_workbook_has_a_page_to_read_first(web: TestClient, lang: str, sheets: list[str]):
    """A sheet for each kind, numbers as numbers, codes as text, the summary by indicator"""
    body = web.get(f"{ADDRESS}?from=1&to=2&format=xlsx&lang={lang}").content
    assert body == web.get(f"{ADDRESS}?from=1&to=2&format=xlsx&lang={lang}").content
    book = openpyxl.load_workbook(io.BytesIO(body))
    assert book.sheetnames == sheets
    front = [c.value for row in book.worksheets[0].rows for c in row]
    assert f"{FLOW}#1" in front
    assert "Revised counts of 2020" in front
    header, *rows = [[c.value for c in row] for row in book.worksheets[2].rows]
    assert len(rows) == 7
    at = {name: header.index(name) for name in ("iccs", "iccs_label", "unit")}
    first = rows[0]
    assert (first[at["iccs"]], first[-5:-1]) == ("ICCS0101", [0, 4, 4, None])
    assert "homicid" in first[at["iccs_label"]].casefold()
    assert [r[-2] for r in rows[1:3]] == [pytest.approx(42.8571), pytest.approx(-33.3333)]
    summary = [[c.value for c in row] for row in book.worksheets[1].rows]
    assert summary[2][0] == "ICCS0101"
    assert summary[2][-3:] == [1.5, 2.5, pytest.approx(166.6667)]
    assert summary[1][-3:] == [None, None, None]  # of all units together


def test_differences_of_long_numbers_are_exact(tmp_path: Path):
    """38 digits, many decimals: no double in between"""
    home = new_house(tmp_path / "home")
    put(home, 1, "ICCS0101 NR 2020 12345678901234567890.123456789012345678 A F")
    put(home, 2, "ICCS0101 NR 2020 12345678901234567890.123456789012345679 A F")
    comparison = compared(home.parts, dataflow_named(home.parts, FLOW), 1, 2)
    (cell,) = comparison.listed()
    assert cell.difference == Decimal("0.000000000000000001")
    assert cell.percent == 0
    whole, _ = revisions([cell], comparison.structure)
    assert whole.total == Decimal("1E-18")


def test_synthetic_figures_say_so(tmp_path: Path):
    home = new_house(tmp_path / "home")
    put(home, 1, "ICCS0101 NR 2020 1 A F", origin="synthetic")
    put(home, 2, "ICCS0101 NR 2020 2 A F", origin="synthetic")
    web = TestClient(create_app(home.parts))
    answer = web.get(f"{ADDRESS}?format=xlsx&lang=fr")
    assert answer.headers["data-origin"] == "synthetic"
    assert "SYNTHETIC" in answer.headers["content-disposition"]
    front = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert "SYNTHÉTIQUES" in str([c.value for row in front.rows for c in row])


def test_the_command_shows_and_writes_the_same(house: House, tmp_path: Path):
    """greffe compare FLOW#1 FLOW#2 --out FILE"""
    settings, clock = house.parts.settings, house.clock

    def run(*arguments: str):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("greffe.cli.common.compose", lambda _, **_more: compose(settings, clock))
            return CliRunner().invoke(app, ["compare", *arguments])

    found = run(f"{FLOW}#1", f"{FLOW}#2", "--json", "--out", str(tmp_path / "x.csv"))
    assert found.exit_code == 0, found.output
    assert [shown(c) for c in json.loads(found.stdout)["cells"]] == CELLS
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 10
    for name in ("x.xlsx", "x.json"):
        assert run(f"{FLOW}#1", f"{FLOW}#2", "--out", str(tmp_path / name)).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames[0] == "Read me"
    table = run(FLOW).stdout
    assert f"{FLOW}#2 → {FLOW}#4" in table
    for wrong, says in (
        ((f"{FLOW}#1", "ESTAT_CRIM_PRIS_CAP#1"), "two dataflows"), ((f"{FLOW}#x",), "names no release"),
        ((f"{FLOW}#2", f"{FLOW}#1"), f"greffe compare {FLOW}#1 {FLOW}#2"),
        ((f"{FLOW}#3", f"{FLOW}#4"), "withdrawn"), ((FLOW, "--out", "x.pdf"), ".xlsx"),
    ):  # fmt: skip
        refused = run(*wrong)
        assert refused.exit_code == 2
        assert says in refused.output + refused.stderr
