"""What an edition changes: every kind once, by hand; the journey of two editions through proposal and approval."""

from __future__ import annotations

import json
import shutil

import pytest
from pivot_tables import NATINF, NFI, changed, workbook
from typer.testing import CliRunner

from greffe.cli.whole import app
from greffe.mapping.pivot.changes import Change, edition_changes
from greffe.mapping.pivot.table import Offence, PivotTable, Post
from greffe.settings import shipped


def posts(*rows: tuple[str, str, int, str, str]) -> dict[str, Post]:
    return {
        c: Post(c, c, label, level, parent, iccs, "exact" if iccs else "") for c, label, level, parent, iccs in rows
    }


def test_every_kind_of_change():
    old = PivotTable(
        posts(("1", "a", 1, "", ""), ("11", "b", 2, "1", "X1"), ("12", "c", 2, "1", "X2"), ("13", "d", 2, "1", "X3")),
        (
            Offence("1", "un", "DEL", "11"), Offence("2", "deux", "DEL", "11"), Offence("3", "trois", "DEL", "12"),
            Offence("4", "quatre", "DEL", "13"), Offence("5", "cinq", "DEL", "13"),
        ),
    )  # fmt: skip
    new = PivotTable(
        posts(("1", "a", 1, "", ""), ("11", "b bis", 2, "1", "X1"), ("13", "d", 2, "1", "X9"), ("14", "e", 2, "1", "X1")),
        (
            Offence("1", "un", "CRI", "11"), Offence("2", "deux bis", "DEL", "14"), Offence("3", "trois", "DEL", "13"),
            Offence("4", "quatre", "DEL", "13", "", "2026-03-31"), Offence("6", "six", "DEL", "14"),
        ),
    )  # fmt: skip
    assert edition_changes(old, new) == (
        Change("CL_NATINF", "1", "nature", "DEL", "CRI"),
        Change("CL_NATINF", "2", "relabelled", "deux", "deux bis"),
        Change("CL_NATINF", "2", "moved-nfi", "11", "14"),  # its place in ICCS stays X1
        Change("CL_NATINF", "3", "moved-nfi", "12", "13"),
        Change("CL_NATINF", "3", "moved-iccs", "X2", "X9"),
        Change("CL_NATINF", "4", "moved-iccs", "X3", "X9"),  # with its post
        Change("CL_NATINF", "4", "closed", "", "2026-03-31"),
        Change("CL_NATINF", "5", "gone", "cinq (13)", ""),
        Change("CL_NATINF", "6", "added", "", "six (14)"),
        Change("CL_NFI", "11", "relabelled", "b", "b bis"),
        Change("CL_NFI", "12", "gone", "c", ""),
        Change("CL_NFI", "13", "moved-iccs", "X3 exact", "X9 exact"),
        Change("CL_NFI", "14", "added", "", "e"),
        Change("CL_NFI", "11", "split", "11", "11 14"),
        Change("CL_NFI", "13", "merged", "12 13", "13"),
    )
    assert edition_changes(old, old) == ()


@pytest.fixture
def greffe(tmp_path, monkeypatch):
    """Runs a command over ICCS, our sample of NATINF codes and its correspondence alone."""
    for name in ("ICCS", "CL_NATINF"):
        file = tmp_path / f"sdmx/SSER/codelist/{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped("sdmx") / f"SSER/codelist/{name}.json", file)
    (tmp_path / "mappings/correspondences").mkdir(parents=True)
    for end in ("csv", "yaml"):
        name = f"correspondences/natinf_sample_to_iccs.{end}"
        shutil.copy(shipped("mappings") / name, tmp_path / "mappings" / name)
    for name, place in (("GREFFE_SDMX", "sdmx"), ("GREFFE_MAPPINGS", "mappings"), ("GREFFE_HOME", "home")):
        monkeypatch.setenv(name, str(tmp_path / place))

    def run(*arguments, code=0):
        ran = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        assert ran.exit_code == code, ran.output
        return json.loads(ran.stdout or ran.stderr)

    for person, role in (("camille", "author"), ("driss", "approver"), ("elise", "approver")):
        run("people", "--add", person, "--role", role)
    return run


def file(tmp_path, name, *tables):
    path = tmp_path / name
    path.write_bytes(workbook(*tables))
    return path


SAID = ("--as", "camille", "--reason", "received from the ministry", "--received", "2026-11-29")


def approved(greffe, id_):
    for person in ("driss", "elise"):
        greffe("approve", id_, "--as", person)


def test_two_editions(greffe, tmp_path):
    first = file(tmp_path, "first.xlsx")
    dry = greffe("pivot", "import", first, "--edition", "2026-1", "--dry-run", "--as", "camille")
    assert (dry["natinf"], dry["posts"], dry["proposal"], dry["approvals"]) == (3, 6, "", {"new": 7})
    assert not (tmp_path / "home/pivot").exists()
    assert greffe("proposals")["proposals"] == []

    made = greffe("pivot", "import", first, "--edition", "2026-1", *SAID)
    assert (
        tmp_path / "home/pivot" / f"2026-1-{made['sha256'][:10]}" / "1-first.xlsx"
    ).read_bytes() == first.read_bytes()
    # ours: murder 0101 and rape 03011 as the table has them or finer; 46 codes are not in it
    assert made["sample_counts"] == {"agree": 1, "finer": 1, "not-in-table": 46}
    assert made["sha256"] in greffe("proposals", "show", made["proposal"])["reason"]
    approved(greffe, made["proposal"])
    said = greffe("pivot", "explain", "900001")["periods"]
    assert [(p["valid_from"], p["iccs"], p["by"]) for p in said] == [
        ("2013-01-01", "ICCS0102", "01_2"), ("2021-01-01", "ICCS0301", "02_1"),
    ]  # fmt: skip

    moved = [
        *changed(changed(NATINF, 0, c5="01.2"), 3, c1="Viol (nouveau libellé)"),
        ("900002", "Autre", "Délit", "", "", "01.1"),
    ]
    second = file(tmp_path, "second.xlsx", moved, NFI)
    next_ = greffe("pivot", "import", second, "--edition", "2026-2", "--retire-samples", *SAID)
    counts = {
        "CL_NATINF added": 1, "CL_NATINF moved-iccs": 1, "CL_NATINF moved-nfi": 1, "CL_NATINF relabelled": 1,
    }  # fmt: skip
    assert next_["counts"] == counts
    # 900001 twice and the three posts stand; 1115 means another text; 5169 is another decision, 900002 a new one
    assert next_["approvals"] == {"carried": 5, "changed": 1, "new": 2, "gone": 1}
    assert {(t["row"], t["code"]) for t in next_["touched"] if t["file"].endswith("natinf_to_nfi.csv")} == {
        ("1115-02_1_1", "1115"), ("5169-01_1", "5169"),
    }  # fmt: skip
    assert {t["row"] for t in next_["touched"] if "sample" in t["file"]} == set(next_["retired"])
    approved(greffe, next_["proposal"])

    told = greffe("pivot", "changes", "2026-1", "2026-2", "--csv", tmp_path / "c.csv")
    assert told["counts"] == counts
    assert told["approvals"] == {
        "carried": 51,
        "changed": 1,
        "new": 2,
        "gone": 3,
    }  # with our sample: 46 stay, 2 retired
    assert told["sample_counts"] == {"not-in-table": 46}
    lines = (tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()
    assert "change,CL_NATINF,5169,moved-nfi,01_1,01_2" in lines
    assert greffe("pivot", "changes", first, second)["counts"] == counts
    assert greffe("pivot", "changes", second, "2026-2")["counts"] == {}


def test_a_faulty_file_is_kept_with_its_rejects_and_changes_nothing(greffe, tmp_path):
    faulty = file(tmp_path, "faulty.xlsx", (*NATINF, NATINF[0]), changed(NFI, 1, c4="01011"))
    told = greffe("pivot", "import", faulty, "--edition", "2026-1", *SAID, code=2)
    assert [(p["sheet"], p["row"]) for p in told["problems"]] == [("NATINF", 6), ("NFI", 3)]
    lines = (tmp_path / told["rejects"]).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "sheet,row,column,found,problem,nearest"
    assert lines[2].startswith("NFI,3,Code CICS,01011,ICCS has no such code.,0101")
    assert greffe("proposals")["proposals"] == []
    formula = file(tmp_path, "formula.xlsx", changed(NATINF, 1, c1="=A1"), NFI)
    told = greffe("pivot", "import", formula, "--edition", "2026-1", "--dry-run", "--as", "camille", code=2)
    assert (told["problems"][0]["row"], told["problems"][0]["column"], told["rejects"]) == (3, "B", "")


def test_what_is_refused_by_a_command(greffe, tmp_path):
    table = file(tmp_path, "t.xlsx")
    start = ("pivot", "import", table, "--as", "camille")
    assert "no edition" in greffe(*start, "--edition", "spring", "--reason", "x", code=2)["message"]
    assert "no origin" in greffe(*start, "--edition", "2026-1", "--reason", "x", "--origin", "fake", code=2)["message"]
    assert "needs its reason" in greffe(*start, "--edition", "2026-1", code=2)["message"]
    made_up = (*start, "--edition", "2026-1", "--reason", "x", "--origin", "synthetic", "--retire-samples")
    refused = CliRunner().invoke(app, [*map(str, made_up), "--json"])
    assert "retires no row of ours" in refused.stderr
    assert refused.exit_code > 0
    absent = CliRunner().invoke(app, ["pivot", "changes", "2020-1", "2026-1", "--json"])
    assert "There is no edition 2020-1" in absent.stderr
    none = CliRunner().invoke(app, ["pivot", "explain", "5169", "--json"])
    assert "No table of the pivot was imported" in none.stderr


def test_an_edition_that_was_effective_does_not_change(greffe, tmp_path):
    made = greffe("pivot", "import", file(tmp_path, "a.xlsx"), "--edition", "2026-1", *SAID)
    approved(greffe, made["proposal"])
    other = file(tmp_path, "b.xlsx", changed(NATINF, 3, c1="Autre libellé"), NFI)
    refused = CliRunner().invoke(app, ["pivot", "import", str(other), "--edition", "2026-1", *SAID, "--json"])
    assert "does not change" in refused.stderr
    assert greffe("pivot", "import", other, "--edition", "2026-1.1", *SAID)["counts"] == {"CL_NATINF relabelled": 1}
