"""A home directory that holds the publications of the samples, and nothing of our own."""

from pathlib import Path

import pytest
from journey_tools import ROOT, inside


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that only read."""
    home = tmp_path_factory.mktemp("bridge") / "var"
    assert inside(home, "people", "--add", "camille", "--role", "author").code == 0
    listing = ROOT / "samples/published/publications.csv"
    added = inside(home, "publications", "add-listed", str(listing), "--as", "camille", "--json")
    assert added.code == 0, added.err
    assert [p["values"] for p in added.json()["publications"]] == [480, 668, 24, 22, 12, 3, 5, 1, 17]
    return home
