"""Spark reads releases where they lie (docs/how-to/sql-over-everything.md): in `make soak`, since it weighs 400 MB and needs Java."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import httpx
import pyarrow.parquet
import pytest
from client_environments import HERE, interpreter
from examples import SOAK

pytestmark = pytest.mark.skipif(not SOAK, reason="400 MB and a Java: make soak")
FLOWS = ("ESTAT_CRIM_OFF_CAT", "ESTAT_CRIM_PRIS_CAP", "CEPEJ_STAT", "UNODC_PRISONS")


@pytest.fixture(scope="module")
def found(demo_home: Path) -> dict[str, dict]:
    files = {flow: sorted((demo_home / "releases" / flow).glob("*/data.parquet")) for flow in (*FLOWS, "OBS_SURVEYS")}
    assert len(files["OBS_SURVEYS"]) == 2, "a dataflow with two releases, which are one table"
    before = {path: hashlib.sha256(path.read_bytes()).digest() for many in files.values() for path in many}
    named = [f"{flow}={','.join(map(str, many))}" for flow, many in files.items()]
    command = [str(interpreter("spark")), str(HERE / "spark/read.py"), *named]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    read: dict[str, dict] = json.loads(done.stdout.splitlines()[-1])
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in before} == before, "reading changes nothing"
    return read


def served(server: str, flow: str, **parameters: str) -> list[dict[str, str]]:
    """What the service answers, read by the csv module."""
    answer = httpx.get(f"{server}/sdmx/v2/data/dataflow/SSER/{flow}/*", params={"format": "csv", **parameters})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("flow", FLOWS)
def test_spark_reads_what_the_service_answers(server: str, found: dict[str, dict], flow: str):
    """Each observation with all its columns, text for text, and sums in Spark's decimals."""
    rows = served(server, flow)
    columns = [name for name in found[flow]["columns"] if name in rows[0]]
    assert {"TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"} <= set(columns)
    there = sorted(tuple(row[name] or "" for name in columns) for row in found[flow]["rows"])
    assert there == sorted(tuple(row[name] for name in columns) for row in rows)
    values: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        values[row["TIME_PERIOD"]] += [Decimal(row["OBS_VALUE"])] if row["OBS_VALUE"] else []
    expected = {period: sum(many) if many else None for period, many in values.items()}
    assert {p: None if t is None else Decimal(t) for p, t in found[flow]["sums"].items()} == expected


def test_releases_of_one_dataflow_are_one_table(found: dict[str, dict], demo_home: Path):
    """Both releases with all their rows, also where a column came with the second."""
    columns = list(found["OBS_SURVEYS"]["columns"])
    files = (demo_home / "releases/OBS_SURVEYS").glob("*/data.parquet")
    rows = [row for path in files for row in pyarrow.parquet.read_table(path).to_pylist()]
    spark = [tuple(str(row[name]) for name in columns) for row in found["OBS_SURVEYS"]["rows"]]
    assert sorted(spark) == sorted(tuple(str(row.get(name)) for name in columns) for row in rows)
