"""One server for all attacks: a copy of the demonstration, with people and keys whose secrets are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attacked import Attacked
from site_tools import copied


@pytest.fixture(scope="session")
def attacked(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The server, and who may ask it what."""
    folder = tmp_path_factory.mktemp("attacked")
    found = Attacked(copied(demo_home, folder / "home"), folder / "log.jsonl")
    yield found
    assert found.stop() == 0
