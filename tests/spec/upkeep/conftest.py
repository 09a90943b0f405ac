"""One small house for backups and the doctor."""

from __future__ import annotations

import pytest
from house import House, new_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One release of published figures."""
    return new_house(tmp_path_factory.mktemp("backup") / "home", "published", "map", "released")
