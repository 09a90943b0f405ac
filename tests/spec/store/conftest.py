"""Each kit runs on every implementation: the plain one, files, SQLite and a real PostgreSQL."""

import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# COL
from greffe.model.references import Reference, parse_urn
from greffe.model.structures import Component, DataStructure, Representation
from greffe.store.access_memory import MemoryAccess
from greffe.store.access_sql import SqlAccess
from greffe.store.columnar import ColumnarObservations
from greffe.store.desk_memory import MemoryDesk
from greffe.store.desk_sql import SqlDesk
from greffe.store.leases_memory import MemoryLeases
from greffe.store.leases_sql import SqlLeases
from greffe.store.memory import MemoryObservations, MemoryRegister
from greffe.store.register import SqlRegister


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opened(request, tmp_path):
    """A register of each kind on an empty database; None stands for memory."""
    if request.param == "memory":
        yield None
        return
    lite = request.param == "sqlite"
    found = SqlRegister(f"sqlite:///{tmp_path / 'register.db'}" if lite else request.getfixturevalue("new_postgresql"))
    yield found
    found.close()


@pytest.fixture
def register(opened):
    return opened or MemoryRegister()


@pytest.fixture
def access(opened):
    return SqlAccess(opened.engine) if opened else MemoryAccess()


@pytest.fixture
def desk(opened):
    return SqlDesk(opened.engine) if opened else MemoryDesk()


@pytest.fixture
def leases(opened):
    return SqlLeases(opened.engine) if opened else MemoryLeases()


class TwoMachines:
    """One machine saves, the other, which has the bucket and nothing else, is asked."""

    def __init__(self, folder, bucket):
        self.first = ColumnarObservations(folder / "first", depot=bucket)
        self.second = ColumnarObservations(folder / "second", depot=bucket)

    def __getattr__(self, name):
        return getattr(self.first if name == "save" else self.second, name)


@pytest.fixture(params=["memory", "columnar", "bucket"])
def observations(request, tmp_path):
    if request.param == "memory":
        return MemoryObservations()
    if request.param == "columnar":
        return ColumnarObservations(tmp_path / "releases")
    return TwoMachines(tmp_path, request.getfixturevalue("bucket"))


def component(id_, role="dimension", relationship=()):
    concept = parse_urn(f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SSER:CS(1.0.0).{id_}")
    return Component(id_, concept, Representation(), role, True, relationship)


@pytest.fixture
def structure():
    """Three dimensions; UNIT hangs on the series, OBS_STATUS and COMMENT on observations."""
    dimensions = ("FREQ", "SEX", "GEO")
    return DataStructure(
        Reference("SSER", "DSD"),
        {"en": "A structure"},
        dimensions=tuple(component(d) for d in dimensions),
        time=component("TIME_PERIOD", "time"),
        measures=(component("OBS_VALUE", "measure"),),
        attributes=(
            component("OBS_STATUS", "attribute", ("OBS_VALUE",)),
            component("UNIT", "attribute", dimensions),
            component("COMMENT", "attribute", ("OBS_VALUE",)),
        ),
    )


@pytest.fixture
def parquet(tmp_path):
    """A flat Parquet of a table written with bars; an empty cell is null."""

    def write(table):
        lines = [[c.strip() or None for c in line.split("|")] for line in table.strip().splitlines()]
        columns = {h: pa.array([r[n] for r in lines[1:]], pa.string()) for n, h in enumerate(lines[0])}
        path = tmp_path / f"in-{uuid.uuid4().hex}.parquet"
        pq.write_table(pa.table(columns), path)
        return path

    return write
