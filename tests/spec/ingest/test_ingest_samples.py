"""The project's own samples against its own structures: published figures are in order, and of the imperfect extract
exactly what its answer key says of single rows is refused."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.engine import opened
from greffe.ingest.extract import ReadOptions, detect, ingest
from greffe.settings import EngineSettings

ROOT = Path(__file__).resolve().parents[3]
FOUND_BY_INGEST = {
    "BAD_CODE": "QR-COD-01",
    "DUPLICATE": "QR-KEY-01",
    "EMPTY_VALUE": "QR-FMT-05",
    "FORMAT": "QR-FMT-02",
    "NEGATIVE": "QR-FMT-03",
    "PERIOD": "QR-FMT-01",
}  # fmt: skip — the other classes need several rows, or are plausible: validation's matter


@pytest.fixture(scope="module")
def catalogue():
    return shipped_catalogue()


def taken_in(path, catalogue, into):
    flow = detect(path, catalogue, ReadOptions())
    structure = catalogue.structure(flow)
    into.mkdir()
    with opened(EngineSettings(memory_mb=512), into.parent / "spill", [into]) as connection:
        lists = catalogue.codelists(structure)
        return flow.reference.id, ingest(connection, path, structure, lists, into, ReadOptions(), lambda *_: None)


@pytest.mark.parametrize(("name", "flow"), [
    ("population.csv", "INT_POPULATION"), ("prisons.csv", "INT_JUSTICE"), ("ssmsi_infractions.csv", "INT_SSMSI"),
])  # fmt: skip
def test_published_figures(catalogue, tmp_path, name, flow):
    path = ROOT / "samples/published" / name
    found, report = taken_in(path, catalogue, tmp_path / "kept")
    assert (found, report.refused) == (flow, 0), report.errors
    assert report.rows == report.loaded == len(path.read_text(encoding="utf-8").splitlines()) - 1


def test_the_answer_key_of_the_imperfect_extract(catalogue, tmp_path):
    sample, key = tmp_path / "imperfect.csv", tmp_path / "key.csv"
    command = [sys.executable, str(ROOT / "samples/make_microseries.py"), "--rows", "3000", "--error-rate", "0.01"]
    subprocess.run([*command, "--out", str(sample), "--answer-key", str(key)], check=True, capture_output=True)
    _, report = taken_in(sample, catalogue, tmp_path / "kept")
    with key.open(encoding="utf-8") as lines:
        expected = {
            (int(a["ligne"]), FOUND_BY_INGEST[a["classe"]])
            for a in csv.DictReader(lines)
            if a["classe"] in FOUND_BY_INGEST
        }
    found = {(e.row, e.rule) for e in report.errors}
    assert expected <= found
    # beyond the key: the other rows of a doubled key, which nobody can tell from the doubled one
    assert {rule for _, rule in found - expected} <= {"QR-KEY-01"}
    assert not (tmp_path / "kept/rows.parquet").exists()
