"""The files answer every selection as the plain lists do, whatever the rows."""

import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from greffe.model.periods import Span
from greffe.model.references import Reference, parse_urn
from greffe.model.structures import Component, DataStructure, Representation
from greffe.store import coded, selecting, serving
from greffe.store.base import Selection
from greffe.store.columnar import ColumnarObservations
from greffe.store.memory import MemoryObservations

DIMENSIONS = ("D1", "D2", "D3")


def component(id_, role="dimension", relationship=()):
    concept = parse_urn(f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SSER:CS(1.0.0).{id_}")
    return Component(id_, concept, Representation(), role, True, relationship)


STRUCTURE = DataStructure(
    Reference("SSER", "DSD"),
    {},
    dimensions=tuple(component(d) for d in DIMENSIONS),
    time=component("TIME_PERIOD", "time"),
    measures=(component("OBS_VALUE", "measure"),),
    attributes=(component("A", "attribute", ("OBS_VALUE",)), component("S", "attribute", DIMENSIONS)),
)
codes = st.sampled_from(["A", "B", "a", "_Z", "é", "A-1"])
periods = st.sampled_from(["2019", "2020", "2021", "2020-Q1", "2020-02", "2020-W53", "2020-S2", "2020-02-29"])
texts = st.none() | st.sampled_from(["", "0", "12.50", "-1E-7", "été 😀"])
keys = st.tuples(codes, codes, codes)


@st.composite
def tables(draw):
    """Rows by key, in any order, with one S a series."""
    rows = draw(st.dictionaries(st.tuples(keys, periods), st.tuples(texts, texts), max_size=40))
    series = {key: draw(texts) for key in sorted({k for k, _ in rows})}
    listed = [(*key, period, value, a, series[key]) for (key, period), (value, a) in rows.items()]
    return draw(st.permutations(listed))


days = st.dates(date(2018, 6, 1), date(2022, 1, 31))
selections = st.builds(
    Selection,
    keys=st.lists(st.dictionaries(st.sampled_from(DIMENSIONS), st.frozensets(codes, max_size=4)), max_size=3).map(
        tuple
    ),
    spans=st.lists(st.tuples(days, days).map(lambda d: Span(min(d), max(d))), max_size=2).map(tuple),
    first=st.none() | st.integers(1, 3),
    last=st.none() | st.integers(1, 3),
    series_only=st.booleans(),
)


def written(folder, name, rows):
    columns = (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", "A", "S")
    path = Path(folder) / name
    pq.write_table(pa.table({c: pa.array([r[n] for r in rows], pa.string()) for n, c in enumerate(columns)}), path)
    return path


def shown(store, selection):
    found = []
    for block in store.select("F/2", selection):
        rows = block.observations.to_pylist()
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            found.append((series, rows[:count]))
            rows = rows[count:]
        assert rows == []
    return found


def agree(before, rows, chosen):
    with tempfile.TemporaryDirectory() as folder:
        first, second = written(folder, "1.parquet", before), written(folder, "2.parquet", rows)
        plain, files = MemoryObservations(), ColumnarObservations(Path(folder) / "r")
        made = []
        for store in (plain, files):
            store.save("F/1", STRUCTURE, first, {})
            made.append(store.save("F/2", STRUCTURE, second, {}, "F/1"))
        assert made[0].changed == made[1].changed
        assert (made[0].series, made[0].observations) == (made[1].series, made[1].observations)
        for file in ("data.parquet", "difference.parquet"):
            tables = [pq.read_table(s.file("F/2", file)) for s in (plain, files)]
            assert tables[0].select(sorted(tables[0].column_names)) == tables[1].select(sorted(tables[1].column_names))
        for selection in chosen:
            assert shown(plain, selection) == shown(files, selection)
            assert dict(plain.available("F/2", selection)) == dict(files.available("F/2", selection))


@settings(max_examples=60, deadline=None)
@given(tables(), tables(), st.lists(selections, min_size=5, max_size=5))
def test_files_answer_as_lists_do(before, rows, chosen):
    agree(before, rows, chosen)


@settings(max_examples=30, deadline=None)
@given(tables(), tables(), st.lists(selections, min_size=3, max_size=3))
def test_small_batches_blocks_and_integers_change_nothing(before, rows, chosen):
    """Two rows a batch, three a block, and a limit of integers that every key passes: no index, ranks instead."""
    limits = [(coded, "LIMIT", 7), (serving, "LIMIT", 7), (serving, "BATCH", 2)]
    limits += [(selecting, "BLOCK_ROWS", 3), (selecting, "BLOCK_SERIES", 2), (coded, "ROW_GROUP", 5)]
    kept = [(module, name, getattr(module, name)) for module, name, _ in limits]
    try:
        for module, name, value in limits:
            setattr(module, name, value)
        agree(before, rows, chosen)
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


@settings(max_examples=30, deadline=None)
@given(tables(), st.lists(selections, min_size=3, max_size=3))
def test_a_lookup_by_prefix_or_mask_finds_what_the_index_finds(rows, chosen):
    kept = selecting._FEW
    try:
        selecting._FEW = 0
        agree([], rows, chosen)
    finally:
        selecting._FEW = kept
