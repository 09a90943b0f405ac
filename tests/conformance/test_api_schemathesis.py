"""Schemathesis against what is served: plain REST and both SDMX entry points, all its checks and phases."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import httpx
import pytest
from examples import SOAK
from journey_tools import ROOT
from shipped_catalogue import committed_openapi

PATHS = committed_openapi("greffe.yaml")["paths"]
NAMES = [o["get"]["operationId"] for o in PATHS.values()]
# How the checks are set is said in tests/data/schemathesis.toml, ours is in tests/helpers/schemathesis_hooks.py.
CONFIG = ROOT / "tests/data/schemathesis.toml"
# With two, hypothesis parses sources in two threads at once, which CPython 3.11 answers now and then with a SystemError.
WORKERS = "1"


def longest() -> list[str]:
    """Of each family of paths the one with all its tails, and all of plain REST."""
    found: dict[str, str] = {}
    for name in NAMES:
        family = re.sub(r"_\d$", "", name) if name.startswith(("v1_", "v2_")) else name
        found[family] = max(found.get(family, name), name)
    return list(found.values())


def judged(server: str, tmp_path, *options: str) -> int:
    """How many questions were asked; fails with the whole report when one was answered otherwise than described."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{server}/api/v1/openapi.json",
        "--continue-on-failure", "--warnings", "off", "--workers", WORKERS, *options,
    ]  # fmt: skip
    seed = () if SOAK else ("--seed", "1")
    # Its files go to a directory of the test; `schemathesis.toml` of a user's home is not read.
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests/helpers"), "NO_COLOR": "1"}
    ran = subprocess.run([*command, *seed], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said[-20_000:]
    counted = re.search(r"(\d+) generated", said)
    assert counted, said[-20_000:]
    return int(counted[1])


def test_the_description_covers_both_entry_points_and_plain_rest():
    for start in ("/api/v1/series/", "/sdmx/v1/data/", "/sdmx/v2/data/", "/sdmx/v2/structure/", "/health/"):
        assert any(path.startswith(start) for path in PATHS)
    written = {path for path, item in PATHS.items() if "post" in item}
    assert all({"get", "head", "options"} == set(item) - {"post"} for item in PATHS.values())
    assert {path.split("/")[3] for path in written} == {"orders", "queries", "receipts"}  # with a key


def test_what_is_written_with_a_key_is_described(server, tmp_path):
    """POST without a key is refused as described, whatever its body is."""
    options = ("--phases", "examples,coverage", "--include-method", "POST")
    assert judged(server, tmp_path, *options) > 30


@pytest.mark.item("HTTP-20")
def test_examples_and_every_boundary_are_answered_as_described(server, tmp_path):
    """Schemathesis' examples and coverage phases find nothing: all checks, valid and broken values, unknown methods."""
    only = [] if SOAK else [part for name in longest() for part in ("--include-operation-id", name)]
    options = ("--include-method", "GET") if SOAK else tuple(only)
    assert judged(server, tmp_path, "--phases", "examples,coverage", *options) > 2_000


def test_random_questions_are_answered_as_described(server, tmp_path):
    """Schemathesis' fuzzing phase finds nothing, at any length of path."""
    most = "300" if SOAK else "3"
    assert judged(server, tmp_path, "--phases", "fuzzing", "--include-method", "GET", "-n", most) > 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_other_methods_are_answered_as_described(server, tmp_path, method):
    """HEAD and OPTIONS answer wherever GET does."""
    most = "50" if SOAK else "1"
    options = ("--phases", "fuzzing", "--mode", "positive", "--include-method", method, "-n", most)
    assert judged(server, tmp_path, *options) >= len(PATHS)


def test_links_are_followed_by_a_machine(server, tmp_path):
    """The stateful phase: whatever it reaches by the links is answered as described."""
    most = "300" if SOAK else "8"
    assert judged(server, tmp_path, "--phases", "stateful", "--include-method", "GET", "-n", most) > 30


JOURNEYS = {
    "plain": ["series", "explain"],
    "2.x": ["structure", "datastructure"],
    "2.x data": ["structure", "data", "availability", "schema"],
    "2.x to plain": ["structure", "data", "series", "explain"],
    "1.5": ["data_of_1_5", "availability", "data", "key"],
}


@pytest.mark.parametrize("journey", sorted(JOURNEYS))
def test_links_lead_from_the_dataflows_to_figures_and_their_explanation(server, journey):
    """The described links, followed as they stand, lead through structures, data, availability, schemas, explanations."""
    described = httpx.get(f"{server}/api/v1/openapi.json").json()["paths"]
    operations = {o["get"]["operationId"]: (path, o["get"]) for path, o in described.items()}
    path, values = "/api/v1/dataflows", dict[str, str]()
    response = httpx.get(server + path)
    for name in JOURNEYS[journey]:
        link = described[path]["get"]["responses"]["200"]["links"][name]
        values = {p: str(_meant(str(e), values, response)) for p, e in link["parameters"].items()}
        path, operation = operations[link["operationId"]]
        known = {p["name"]: p["in"] for p in operation["parameters"] if "name" in p}
        query = {p: v for p, v in values.items() if known[p] == "query"}
        response = httpx.get(server + path.format(**values), params=query, timeout=30)
        assert response.status_code == 200, response.text
    if JOURNEYS[journey][-1] == "explain":
        assert response.json()["agrees"] is True


def _meant(expression: str, values: dict[str, str], response: httpx.Response) -> object:
    """The value of a runtime expression of OpenAPI; anything else stands for itself."""
    if expression.startswith("$request.path."):
        return values[expression.removeprefix("$request.path.")]
    where, _, pointer = expression.partition("#/")
    if where != "$response.body":
        return expression
    found = response.json()
    for part in pointer.split("/"):
        found = found[int(part)] if part.isdigit() else found[part]
    return found
