"""Every writer that is compared: prepares its input, untimed, and returns what is to be timed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cube
import pandas as pd
import pyarrow as pa

from greffe.formats import sdmx_csv, sdmx_json, sdmx_ml, structure_ml
from greffe.formats.ahead import ahead
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, Header

Deed = Callable[[], object]


def greffe(series: pa.Table, observations: pa.Table, out: Path, write: Callable) -> Deed:
    def deed() -> None:
        with out.open("wb") as file:
            for chunk in ahead(write(cube.message(series, observations), Parameters())):
                file.write(chunk)

    return deed


def _flat_view(message: DataMessage, parameters: Parameters, write: Callable) -> Iterator[bytes]:
    return write(replace(message, dimension_at_observation="AllDimensions"), parameters)


def flat(series: pa.Table, observations: pa.Table) -> pa.Table:
    """One row an observation, as SDMX-CSV 1.0 has it."""
    of = pa.array([n for n in range(series.num_rows) for _ in cube.YEARS], pa.int32())
    found = {"DATAFLOW": pa.array([str(cube.DATAFLOW.reference)] * len(of))}
    found |= {id_: series.column(id_).take(of).cast(pa.string()) for id_ in cube.DIMENSIONS}
    attributes = [a.id for a in cube.STRUCTURE.attributes]
    for id_ in ("TIME_PERIOD", "OBS_VALUE", *attributes):
        own = observations.column(id_) if id_ in observations.column_names else series.column(id_).take(of)
        found[id_] = own.cast(pa.string())
    return pa.table(found)


def duckdb_copy(series: pa.Table, observations: pa.Table, out: Path) -> Deed:
    import duckdb

    connection = duckdb.connect()
    connection.register("flat", flat(series, observations))
    connection.execute("CREATE TABLE cube AS SELECT * FROM flat")
    connection.unregister("flat")
    return lambda: connection.execute(f"COPY cube TO '{out}' (FORMAT csv, HEADER)")


def _frame(series: pa.Table, observations: pa.Table) -> pd.DataFrame:
    return flat(series, observations).drop_columns(["DATAFLOW"]).to_pandas()


def _structures() -> bytes:
    header = Header("BENCH", "2026-11-24T10:00:00+00:00")
    artefacts = [cube.STRUCTURE, cube.CONCEPTS, cube.DATAFLOW, *cube.CODELISTS.values()]
    return b"".join(structure_ml.write(header, artefacts))


def pysdmx_writer(series: pa.Table, observations: pa.Table, out: Path, format_: str) -> Deed:
    from pysdmx.io import read_sdmx
    from pysdmx.io.csv.sdmx10 import writer as csv10
    from pysdmx.io.csv.sdmx20 import writer as csv20
    from pysdmx.io.pd import PandasDataset
    from pysdmx.io.xml.sdmx21.writer import generic, structure_specific
    from pysdmx.io.xml.sdmx30.writer import structure_specific as specific30
    from pysdmx.io.xml.sdmx31.writer import structure_specific as specific31

    structures = read_sdmx(_structures().decode()).structures
    dsd = next(s for s in structures if type(s).__name__ == "DataStructureDefinition")
    dataset = PandasDataset(structure=dsd.to_schema(), data=_frame(series, observations))
    ml = {"output_path": out, "prettyprint": False}  # flat, its default: several times as fast as by series
    return {
        "csv10": lambda: csv10.write([dataset], output_path=out),
        "csv20": lambda: csv20.write([dataset], output_path=out),
        "specific": lambda: structure_specific.write([dataset], **ml),
        "generic": lambda: generic.write([dataset], **ml),
        "specific30": lambda: specific30.write([dataset], **ml),
        "specific31": lambda: specific31.write([dataset], **ml),
    }[format_]


def sdmx1_writer(series: pa.Table, observations: pa.Table, out: Path, variant: sdmx_ml.Variant) -> Deed:
    import sdmx

    dsd = sdmx.read_sdmx(io.BytesIO(_structures())).structure[cube.STRUCTURE.reference.id]
    body = b"".join(sdmx_ml.write(cube.message(series, observations), Parameters(), variant))
    message = sdmx.read_sdmx(io.BytesIO(body), structure=dsd)
    return lambda: out.write_bytes(sdmx.to_xml(message))


# Name → writer and the number of series it gets: the libraries cannot do a million in reasonable time.
WRITERS: dict[str, tuple[Callable[[pa.Table, pa.Table, Path], Deed], int]] = {
    "DuckDB COPY csv": (duckdb_copy, cube.SERIES),
    **{
        f"greffe {name}": (partial(greffe, write=write), cube.SERIES)
        for name, write in {
            "SDMX-CSV 1.0": partial(sdmx_csv.write, version="1.0"),
            "SDMX-CSV 2.0": partial(sdmx_csv.write, version="2.0"),
            "SDMX-CSV 2.1": partial(sdmx_csv.write, version="2.1"),
            "ML 2.1 specific": partial(sdmx_ml.write, variant=sdmx_ml.SPECIFIC_DATA),
            "ML 2.1 generic": partial(sdmx_ml.write, variant=sdmx_ml.GENERIC_DATA),
            "ML 3.0": partial(sdmx_ml.write, variant=sdmx_ml.DATA_3_0),
            "ML 3.1": partial(sdmx_ml.write, variant=sdmx_ml.DATA_3_1),
            "ML 3.1 flat": partial(_flat_view, write=partial(sdmx_ml.write, variant=sdmx_ml.DATA_3_1)),
            "SDMX-JSON 1.0": partial(sdmx_json.write, version="1.0"),
            "SDMX-JSON 2.0": partial(sdmx_json.write, version="2.0"),
            "SDMX-JSON 2.1": partial(sdmx_json.write, version="2.1"),
            "SDMX-JSON 2.1 flat": partial(_flat_view, write=partial(sdmx_json.write, version="2.1")),
        }.items()
    },
    "pysdmx SDMX-CSV 1.0": (partial(pysdmx_writer, format_="csv10"), 3_000),
    "pysdmx SDMX-CSV 2.0": (partial(pysdmx_writer, format_="csv20"), 3_000),
    "pysdmx ML 2.1 specific": (partial(pysdmx_writer, format_="specific"), 1_000),
    "pysdmx ML 2.1 generic": (partial(pysdmx_writer, format_="generic"), 1_000),
    "pysdmx ML 3.0": (partial(pysdmx_writer, format_="specific30"), 1_000),
    "pysdmx ML 3.1": (partial(pysdmx_writer, format_="specific31"), 1_000),
    "sdmx1 ML 2.1 specific": (partial(sdmx1_writer, variant=sdmx_ml.SPECIFIC_DATA), 400),
    "sdmx1 ML 2.1 generic": (partial(sdmx1_writer, variant=sdmx_ml.GENERIC_DATA), 400),
}
