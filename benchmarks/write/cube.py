"""The cube of the benchmark: crime-like, 58,824 series of 17 years, kept as Arrow files that every writer maps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from greffe.model.dataset import DataMessage, DataSet, Header, SeriesBlock
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Component, ConceptScheme, Dataflow, DataStructure, Item, Representation

YEARS = [str(year) for year in range(2008, 2025)]
DIMENSIONS = {
    "freq": ["A"],
    "iccs": [f"ICCS{number:04d}" for number in range(101, 125)],
    "unit": ["NR"],
    "sex": ["F", "M", "T"],
    "age": [f"Y{number}-{number + 4}" for number in range(0, 95, 5)],
    "geo": [f"FR{number:03d}" for number in range(101, 144)],
}
STATUS, CONF = ["A", "B", "E", "P", "M"], ["F", "N"]
COMMENTS = [f'Revised; see note {number}, "{number}"' for number in range(40)]
TERRITORIES = ["fr_met", "fr_met_drom"]
SERIES = int(np.prod([len(codes) for codes in DIMENSIONS.values()]))  # 58,824
BLOCK = 4_096  # series


def _codes(indices: np.ndarray, texts: list[str], mask: np.ndarray | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32), mask=mask), pa.array(texts))


def make(folder: Path) -> None:
    """series.arrow and observations.arrow: 2 % of the values missing, 1 % with a comment, decimals of two places."""
    random = np.random.default_rng(20261124)
    rows = SERIES * len(YEARS)
    keys = np.unravel_index(np.arange(SERIES), [len(codes) for codes in DIMENSIONS.values()])
    series = {id_: _codes(key, codes) for (id_, codes), key in zip(DIMENSIONS.items(), keys, strict=True)}
    series["TERRITORY"] = _codes(random.integers(0, 2, SERIES), TERRITORIES)
    series["DATA_ORIGIN"] = _codes(np.zeros(SERIES), ["synthetic"])
    cents = random.integers(0, 5_000_000, rows)
    missing = random.random(rows) < 0.02
    values = pa.array([f"{c // 100}.{c % 100:02d}" for c in cents.tolist()])
    status = np.where(missing, 4, random.choice(4, rows, p=[0.9, 0.02, 0.03, 0.05]))
    observations = {
        "TIME_PERIOD": _codes(np.tile(np.arange(len(YEARS)), SERIES), YEARS),
        "OBS_VALUE": pa.array(np.where(missing, None, values.to_numpy(zero_copy_only=False)), pa.string()),
        "OBS_STATUS": _codes(status, STATUS),
        "CONF_STATUS": _codes((random.random(rows) < 0.01).astype(int), CONF),
        "COMMENT_OBS": _codes(random.integers(0, len(COMMENTS), rows), COMMENTS, random.random(rows) >= 0.01),
    }
    for name, columns in (("series", series), ("observations", observations)):
        table = pa.table(columns)
        with ipc.new_file(folder / f"{name}.arrow", table.schema) as file:
            file.write_table(table)


def read(folder: Path) -> tuple[pa.Table, pa.Table]:
    """Both tables, mapped from their files."""
    return tuple(
        ipc.open_file(pa.memory_map(str(folder / f"{n}.arrow"))).read_all() for n in ("series", "observations")
    )


def _codelist(id_: str, codes: list[str]) -> Codelist:
    return Codelist(Reference("SSER", id_), {"en": id_}, items=tuple(Item(code, {"en": code}) for code in codes))


_CODED = {**DIMENSIONS, "OBS_STATUS": STATUS, "CONF_STATUS": CONF}
CODELISTS = {id_: _codelist(f"CL_{id_.upper()}", codes) for id_, codes in _CODED.items()}
_SCHEME = Reference("SSER", "CS_CRIME")


def _component(id_: str, role: str, relationship: tuple[str, ...] = (), text_type: str = "String") -> Component:
    codelist = CODELISTS.get(id_)
    found = Representation(codelist.urn) if codelist else Representation(text_type=text_type)
    return Component(id_, Urn("conceptscheme", _SCHEME, id_), found, role, id_ != "COMMENT_OBS", relationship)


_OBSERVATION, _SERIES = ("OBS_VALUE",), tuple(DIMENSIONS)
STRUCTURE = DataStructure(
    Reference("SSER", "BENCH_CRIME"),
    {"en": "Crime"},
    dimensions=tuple(_component(id_, "dimension") for id_ in DIMENSIONS),
    time=_component("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(_component("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(
        _component("OBS_STATUS", "attribute", _OBSERVATION),
        _component("CONF_STATUS", "attribute", _OBSERVATION),
        _component("COMMENT_OBS", "attribute", _OBSERVATION),
        _component("TERRITORY", "attribute", _SERIES),
        _component("DATA_ORIGIN", "attribute", _SERIES),
    ),
)
CONCEPTS = ConceptScheme(
    _SCHEME, {"en": "Concepts"}, items=tuple(Item(c.id, {"en": c.id}) for c in STRUCTURE.components)
)
DATAFLOW = Dataflow(STRUCTURE.reference, {"en": "Crime"}, structure=STRUCTURE.urn)


def blocks(series: pa.Table, observations: pa.Table) -> Iterator[SeriesBlock]:
    """Slices of the mapped tables, as a store hands them out."""
    years = len(YEARS)
    for start in range(0, series.num_rows, BLOCK):
        part = series.slice(start, BLOCK)
        counts = pa.array(np.full(part.num_rows, years), pa.int64())
        yield SeriesBlock(part, counts, observations.slice(start * years, part.num_rows * years))


def message(series: pa.Table, observations: pa.Table) -> DataMessage:
    """The answer that is written."""
    return DataMessage(
        Header("BENCH", "2026-11-24T10:00:00+00:00", test=True),
        (
            DataSet(
                DATAFLOW,
                STRUCTURE,
                CODELISTS,
                blocks(series, observations),
                attributes=tuple(a.id for a in STRUCTURE.attributes),
            ),
        ),
    )
