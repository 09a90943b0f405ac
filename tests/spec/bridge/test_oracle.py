"""The 28 pairs that experts worked out by other means (tests/data/bridge): same figures, same difference, same verdict."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from journey_tools import ROOT

from greffe.app import compose, create_app
from greffe.settings import read_settings

with (ROOT / "tests/data/bridge/figure_pairs.csv").open(encoding="utf-8", newline="") as stream:
    PAIRS = {row["pair_id"]: row for row in csv.DictReader(stream)}
# The experts' word for a cause, and the dimension that says it here.
KINDS = {"date": "reference_date"}


@pytest.fixture(scope="module")
def answers(home: Path) -> dict[str, dict]:
    client = TestClient(create_app(compose(read_settings(home=home))))
    found = {name: client.get(f"/api/v1/bridge/{name}") for name in PAIRS}
    assert all(got.status_code == 200 for got in found.values())
    return {name: got.json() for name, got in found.items()}


def two(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("name", PAIRS)
def test_pair(answers: dict[str, dict], name: str):
    """Explained ones come out explained with that cause, the others open or in part, with the same amount left open."""
    expert, found = PAIRS[name], answers[name]
    for side in "ab":
        assert two(found[side]["value"]) == two(expert[f"{side}_value"])
    assert two(found["difference"]) == two(expert["difference"])
    if expert["explained"] == "yes":
        assert found["state"] == "explained"
        assert len(found["chains"]) == 1
        assert KINDS.get(expert["cause"], expert["cause"]) in [s["kind"] for s in found["chains"][0]]
        total = Decimal(found["a"]["value"]) + sum(Decimal(s["amount"]) for s in found["chains"][0])
        assert abs(total - Decimal(found["b"]["value"])) < Decimal("1e-12")
    else:
        assert found["state"] in ("open", "partly")
        assert two(found["open"]) == two(expert["difference"])


def test_none_is_left_out():
    assert len(PAIRS) == 28
    assert sum(r["explained"] == "yes" for r in PAIRS.values()) == 15
