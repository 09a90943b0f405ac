"""Proposals that change a policy table: shown, commented and merged row by row, each row under its key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_catalogue import files
from typer.testing import CliRunner

from greffe.catalogue.policies.read import FOLDER, KEYS
from greffe.cli.whole import app
from greffe.release.merging import merge_file
from greffe.release.pieces import HEAD, assembled, read_pieces
from greffe.settings import shipped

TABLE = "mappings/policies/thresholds.csv"
LAYOUTS = "mappings/policies/publication_layouts.csv"
HEADER = "rule,name,value,unit,confidence,reason,reference"
CHANGE = "QR-PLA-01,change,25,percent,recalled,A quarter.,"
TIMES = "QR-PLA-04,times,10,times the median,recalled,A slip.,"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{row}\n" for row in (header, *rows)).encode()


@pytest.fixture
def greffe(tmp_path, monkeypatch):
    """Runs a command on a house that has two thresholds; what is shipped holds for the others."""
    for name, body in {**files(), TABLE: csv_of(CHANGE, TIMES)}.items():
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
    return run


@pytest.fixture
def proposed(greffe, tmp_path):
    """Proposes the table of these rows; returns the id."""

    def made(who, *rows):
        file = tmp_path / who / TABLE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(csv_of(*rows))
        return greffe("propose", file, "--as", who, "--reason", "decided")["proposal"]

    return made


def approved(greffe, id_):
    for person in ("driss", "elise"):
        greffe("approve", id_, "--as", person)


def test_a_proposal_of_a_threshold_is_shown_and_commented_by_its_key(greffe, proposed):
    id_ = proposed("camille", CHANGE.replace("25", "30"), TIMES)
    (row,) = greffe("proposals", "show", id_)["differences"]
    assert (row["file"], row["row"], row["how"]) == (TABLE, "QR-PLA-01 change", "changed")
    assert (row["before"], row["after"]) == ({"value": "25"}, {"value": "30"})
    greffe("proposals", "comment", id_, "Why 30?", "--row", "QR-PLA-01 change", "--as", "driss")
    absent = greffe("proposals", "comment", id_, "And?", "--row", "QR-PLA-01 chance", "--as", "driss", code=2)
    assert absent["nearest"][0] == "QR-PLA-01 change"
    (said,) = greffe("proposals", "show", id_)["comments"]
    assert (said["file"], said["row"], said["text"]) == (TABLE, "QR-PLA-01 change", "Why 30?")


def test_two_proposals_on_different_thresholds_merge(greffe, proposed, tmp_path):
    mine = proposed("camille", CHANGE.replace("25", "30"), TIMES)
    approved(greffe, proposed("gaelle", CHANGE, TIMES.replace("10", "12")))
    merged = greffe("proposals", "merge", mine, "--as", "camille")["proposal"]
    approved(greffe, merged)
    greffe("export", tmp_path / "out")
    assert (tmp_path / "out" / TABLE).read_bytes() == csv_of(CHANGE.replace("25", "30"), TIMES.replace("10", "12"))


def test_the_same_threshold_changed_by_both_is_a_conflict_and_somebody_chooses(greffe, proposed, tmp_path):
    mine = proposed("camille", CHANGE.replace("25", "30"), TIMES)
    approved(greffe, proposed("gaelle", CHANGE.replace("25", "35"), TIMES))
    told = greffe("proposals", "merge", mine, "--as", "camille", code=3)
    place = f"{TABLE}#QR-PLA-01 change"
    for word in (place, "was: QR-PLA-01,change,25", "mine: QR-PLA-01,change,30", "theirs: QR-PLA-01,change,35"):
        assert word in told["message"]
    assert f"--take '{place}=mine'" in told["hint"]
    merged = greffe("proposals", "merge", mine, "--as", "camille", "--take", f"{place}=mine")["proposal"]
    approved(greffe, merged)
    greffe("export", tmp_path / "out")
    assert (tmp_path / "out" / TABLE).read_bytes() == csv_of(CHANGE.replace("25", "30"), TIMES)


@pytest.mark.parametrize("path", sorted((shipped("mappings") / "policies").glob("*.csv")), ids=lambda p: p.name)
def test_each_shipped_policy_has_a_key_that_no_two_rows_share(path: Path):
    place, content = f"{FOLDER}{path.name}", path.read_bytes()
    pieces = read_pieces(place, content)
    keys = [tuple(piece.cells[column] for column in KEYS[place]) for name, piece in pieces.items() if name != HEAD]
    assert len(set(keys)) == len(keys)
    assert not any(name.endswith("(2)") for name in pieces)
    assert assembled(place, pieces) == content


def test_an_empty_cell_of_a_key_is_told_from_none():
    """A figure until 2007 and the same from 2008 on, of some codes, are two rows; a layout for all of a body is named by it."""
    concepts = csv_of("old,,2007,", "old,2008,,A B", header="figure,first,last,codes")
    assert [*read_pieces("mappings/policies/concepts.csv", concepts)] == [HEAD, "old - 2007", "old 2008 - A B"]
    layouts = csv_of("UNODC,", "UNODC,prisons", header="body,dataset")
    assert [*read_pieces(LAYOUTS, layouts)] == [HEAD, "UNODC", "UNODC prisons"]


def test_a_table_without_a_key_has_its_lines_as_pieces_and_loses_none():
    base = csv_of("a,1", "a,1", "b,2", header="x,y")
    assert [*read_pieces("mappings/other.csv", base)] == [HEAD, "a,1", "a,1 (2)", "b,2"]
    mine, theirs = base + b"c,3\n", base.replace(b"b,2\n", b"")
    merged = merge_file("mappings/other.csv", base, mine, theirs)
    assert (merged.content, merged.conflicts) == (csv_of("a,1", "a,1", "c,3", header="x,y"), ())
