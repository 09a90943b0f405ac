"""sdmx1, pysdmx, pandas and DuckDB, unmodified, on the running service: values equal those of the published file."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import httpx
import pandas as pd
import pytest
import sdmx
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.fmr import RegistryClient
from pysdmx.api.qb import ApiVersion, DataContext, DataFormat, DataQuery, RestService
from pysdmx.io.reader import read_sdmx

FLOW = "ESTAT_CRIM_OFF_CAT"
SERIES = "A.ICCS0101.NR.FR"
Cells = dict[tuple[str, ...], Decimal]


@pytest.fixture(scope="module")
def cells(server: str) -> Cells:
    """Every cell of the flow by its key and period, read from SDMX-CSV 1.0 with the csv module."""
    text = httpx.get(f"{server}/sdmx/v1/data/{FLOW}", headers={"Accept": "text/csv"}).text
    rows = csv.DictReader(io.StringIO(text))
    names = ("freq", "iccs", "unit", "geo", "TIME_PERIOD")
    return {tuple(r[n] for n in names): Decimal(r["OBS_VALUE"]) for r in rows if r["OBS_VALUE"]}


def read(found: pd.Series) -> Cells:
    """What sdmx1 made of an answer, whatever the order of its index; its doubles say the decimals of two places."""
    frame = found.dropna().rename("value").reset_index()
    names = ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    return {tuple(str(row[n]) for n in names): Decimal(str(row["value"])) for _, row in frame.iterrows()}


def series(cells: Cells) -> dict[str, Decimal]:
    return {key[4]: v for key, v in cells.items() if ".".join(key[:4]) == SERIES}


def client(server: str, version: str = "2.1") -> sdmx.Client:
    path = {"2.1": "v1", "3.0.0": "v2"}[version]
    source = {"id": "SSER", "url": f"{server}/sdmx/{path}", "name": "Greffe", "versions": [version]}
    sdmx.add_source(source, override=True)
    return sdmx.Client("SSER")


def test_sdmx1_reads_2_1(server: str, cells: Cells):
    """sdmx1 on 1.5: flows, a structure with all it refers to, all data as generic 2.1, keys by dict, series keys."""
    reader = client(server)
    assert FLOW in reader.dataflow().dataflow
    message = reader.dataflow(FLOW)
    structure = message.structure[FLOW]
    assert [d.id for d in structure.dimensions.components] == ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    assert str(message.codelist["ESTAT_ICCS"]["ICCS0101"].name.localizations["fr"]) == "Homicide volontaire"
    assert read(sdmx.to_pandas(reader.data(FLOW).data[0])) == cells
    one = sdmx.to_pandas(reader.data(FLOW, key={"iccs": "ICCS0101", "unit": "NR"}, params={"startPeriod": "2020"}))
    assert read(one) == {k: v for k, v in cells.items() if k[1:3] == ("ICCS0101", "NR") and k[4] >= "2020"}
    keys = reader.series_keys(FLOW)
    assert len(keys) == len({k[:4] for k in cells})


def test_sdmx1_reads_structure_specific_2_1_with_its_structure(server: str, cells: Cells):
    """sdmx1 with dsd= and a dict key asks structure-specific 2.1 and reads it."""
    reader = client(server)
    structure = reader.dataflow(FLOW).structure[FLOW]
    assert read(sdmx.to_pandas(reader.data(FLOW, key={}, dsd=structure).data[0])) == cells


def test_sdmx1_reads_3_0(server: str, cells: Cells):
    """sdmx1 on 2.x: a flow and its structure in SDMX-ML 3.0, and data.

    In a process of its own: once it has read 2.1, sdmx1 2.28 takes the prefixes of 3.0 data for those that it met before.
    """
    script = Path(__file__).parent / "sdmx1_on_3_0.py"
    done = subprocess.run([sys.executable, str(script), server], capture_output=True, text=True, check=True, timeout=60)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["dimensions"] == ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    assert {p: Decimal(v) for p, v in found["observations"].items()} == series(cells)


@pytest.mark.parametrize("version", [ApiVersion.V1_5_0, ApiVersion.V2_0_0, ApiVersion.V2_2_1])
def test_pysdmx_rest_service(server: str, cells: Cells, version: ApiVersion):
    """pysdmx builds the address for each version of the API (tails left out, a slash at the end) and reads the CSV."""
    first = version is ApiVersion.V1_5_0
    service = RestService(
        f"{server}/sdmx/{'v1' if first else 'v2'}",
        version,
        data_format=DataFormat.SDMX_CSV_1_0_0 if first else DataFormat.SDMX_CSV_2_0_0,
    )
    query = DataQuery(DataContext.DATAFLOW, "SSER", FLOW, "1.0" if first else "1.0.0", SERIES)
    found = read_sdmx(service.data(query).decode()).data[0].data
    assert {str(p): Decimal(str(v)) for p, v in zip(found["TIME_PERIOD"], found["OBS_VALUE"], strict=True)} == series(
        cells
    )


def test_pysdmx_registry_client(server: str):
    """pysdmx's registry client reads agencies, flows, a schema and a code list in SDMX-JSON 2.0."""
    registry = RegistryClient(f"{server}/sdmx/v2")
    assert FLOW in {flow.id for flow in registry.get_dataflows("SSER")}
    schema = registry.get_schema("dataflow", "SSER", FLOW, "1.0.0")
    assert [c.id for c in schema.components.dimensions] == ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    assert {code.id for code in schema.components["unit"].enumeration} == {"NR", "P_HTHAB"}
    assert "ICCS0101" in {code.id for code in registry.get_codes("SSER", "ESTAT_ICCS", "1.0.0")}


def test_pysdmx_connector(server: str, cells: Cells):
    """pysdmx's connector finds flows, asks what is available for a filter, and reads data as SDMX-CSV 2.0."""
    connector = SdmxConnector(f"{server}/sdmx/v2")
    assert FLOW in {flow.id for flow in connector.dataflows("police")}
    urn = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:{FLOW}(1.0.0)"
    found = connector.dataflow(urn, "iccs = 'ICCS0101' AND unit = 'NR'")
    wanted = {key[4] for key in cells if key[1:3] == ("ICCS0101", "NR")}
    assert found.obs_count == len(wanted)
    assert {code.id for code in found.components["iccs"].enumeration} == {
        "ICCS0101",
        "ICCS01",
    }  # and what it is part of
    rows = connector.data(urn, "iccs = 'ICCS0101' AND unit = 'NR' AND TIME_PERIOD >= '2020'")
    values = {row["TIME_PERIOD"]: Decimal(row["OBS_VALUE"]) for row in rows}
    assert values == {p: v for p, v in series(cells).items() if p >= "2020"}


def test_pandas_reads_an_address(server: str, cells: Cells):
    """pandas.read_csv takes a bare address; codes such as NA survive when they are kept as text."""
    found = pd.read_csv(f"{server}/sdmx/v1/data/{FLOW}?format=csv", dtype=str, keep_default_na=False)
    rows = found[found.OBS_VALUE != ""]
    names = ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    assert {tuple(r[n] for n in names): Decimal(r["OBS_VALUE"]) for _, r in rows.iterrows()} == cells


def test_duckdb_reads_parquet_over_http(server: str, cells: Cells):
    """DuckDB with httpfs asks HEAD and ranges of the Parquet address, and sums exactly."""
    folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions"
    file = next(folder.rglob("httpfs.duckdb_extension"))
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
        connection.load_extension(str(file))
        address = f"{server}/sdmx/v1/data/{FLOW}?format=parquet"
        count, total = connection.sql(
            f"SELECT count(OBS_VALUE), sum(OBS_VALUE) FROM read_parquet('{address}')"
        ).fetchone()
    assert (count, total) == (len(cells), sum(cells.values()))


@pytest.mark.item("HTTP-12")
def test_parquet_in_parts(server: str):
    """HEAD gives Content-Length and Accept-Ranges; a range gives 206 with the same bytes each time, past the end 416."""
    address = f"{server}/sdmx/v1/data/{FLOW}?format=parquet"
    head, whole = httpx.head(address), httpx.get(address)
    assert head.headers["accept-ranges"] == "bytes"
    assert int(head.headers["content-length"]) == len(whole.content)
    part = httpx.get(address, headers={"Range": "bytes=-8"})
    assert (part.status_code, part.content) == (206, whole.content[-8:])
    assert (
        part.headers["content-range"] == f"bytes {len(whole.content) - 8}-{len(whole.content) - 1}/{len(whole.content)}"
    )
    assert part.headers["etag"] == whole.headers["etag"]
    assert httpx.get(address, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
