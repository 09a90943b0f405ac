"""The files answer every selection as the plain lists do, whatever the rows."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from greffe.model.periods import Span, span
from greffe.model.references import Reference, parse_urn
from greffe.model.structures import Component, DataStructure, Representation
from greffe.store import coded, conditions, selecting, serving, shaping
from greffe.store.base import Across, Change, Order, Selection
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
    attributes=(
        component("A", "attribute", ("OBS_VALUE",)),
        component("S", "attribute", DIMENSIONS),
        component("G", "attribute", ("D1",)),
    ),
)
codes = st.sampled_from(["A", "B", "a", "_Z", "é", "A-1"])
periods = st.sampled_from(["2019", "2020", "2021", "2020-Q1", "2020-02", "2020-W53", "2020-S2", "2020-02-29"])
texts = st.none() | st.sampled_from(["", "0", "12.50", "-1E-7", "été 😀"])
NUMBERS = [
    "0",
    "-0.0",
    "12.5",
    "12.50",
    "-1E-7",
    "9007199254740993",
    "9007199254740992.5",
    "0.1",
    "0.10000000000000001",
]
values = texts | st.sampled_from([*NUMBERS, "NaN", "INF", "+5", "1e999", "7"])
keys = st.tuples(codes, codes, codes)


@st.composite
def tables(draw):
    """Rows by key, in any order, with one S a series."""
    least = draw(st.sampled_from([0, 8, 15]))
    rows = draw(st.dictionaries(st.tuples(keys, periods), st.tuples(values, texts), min_size=least, max_size=40))
    series = {key: (draw(texts), draw(texts)) for key in sorted({k for k, _ in rows})}
    listed = [(*key, period, value, a, *series[key]) for (key, period), (value, a) in rows.items()]
    return draw(st.permutations(listed))


days = st.dates(date(2018, 6, 1), date(2022, 1, 31))
OPERATORS = st.sampled_from(conditions.OPERATORS)
ORDERED = st.sampled_from(conditions.ORDERING)


def where(component, terms, kind="text"):
    alternatives = st.lists(st.lists(terms, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple)
    return st.builds(conditions.Where, st.just(component), alternatives, st.just(kind))


conditions_of_all = st.one_of(
    st.sampled_from(["D2", "A", "S", "G", "NEW"]).flatmap(
        lambda c: where(c, st.builds(conditions.Term, OPERATORS, st.sampled_from(["A", "1", "0", "é", "t", "_"])))
    ),
    where("OBS_VALUE", st.builds(conditions.Term, ORDERED, st.sampled_from(NUMBERS)), "number"),
    where("OBS_VALUE", st.builds(conditions.Term, OPERATORS, st.sampled_from(["1", "12.5", "-1E-7"])), "number"),
    where("TIME_PERIOD", st.builds(lambda o, p: conditions.Term(o, p, span(p)), OPERATORS, periods), "time"),
)
across_one = st.builds(Across, st.sampled_from(DIMENSIONS), st.sampled_from([("S",), ("G", "S"), ()]))
acrosses = st.booleans().flatmap(lambda yes: across_one if yes else st.none())
SERIES_COMPONENTS = [*DIMENSIONS, "S", "G"]


@st.composite
def orders(draw, series_only, across):
    own = [*SERIES_COMPONENTS, "TIME_PERIOD", "OBS_VALUE", "A", "NEW"]
    if series_only:  # by what series rows hold
        own = SERIES_COMPONENTS
    if series_only and across is not None:
        own = [c for c in own if c not in (across.dimension, *across.attributes)] + ["TIME_PERIOD"]
    names = draw(st.lists(st.sampled_from(own), unique=True, max_size=4))
    natural = [d for d in DIMENSIONS if across is None or d != across.dimension] + ["TIME_PERIOD"]
    if draw(st.booleans()):
        names = natural[: len(names)] if not series_only else natural[: min(len(names), 2)]
        return tuple(Order(n) for n in names)
    return tuple(Order(n, draw(st.booleans())) for n in names)


@st.composite
def selections(draw):
    plain = draw(plain_selections)
    across = draw(acrosses)
    return replace(
        plain,
        where=draw(rarely(st.lists(conditions_of_all, max_size=2).map(tuple), ())),
        across=across,
        order=draw(orders(plain.series_only, across)),
        skip=draw(rarely(st.integers(0, 5), 0)),
        most=draw(rarely(st.integers(1, 6), None)),
        gathered=draw(st.booleans()),
    )


def rarely(strategy, otherwise):
    """Conditions that leave next to nothing would hide all else."""
    return st.one_of(st.just(otherwise), st.just(otherwise), strategy)


plain_selections = st.builds(
    Selection,
    keys=rarely(
        st.lists(st.dictionaries(st.sampled_from(DIMENSIONS), st.frozensets(codes, max_size=4)), max_size=3).map(tuple),
        (),
    ),
    spans=rarely(st.lists(st.tuples(days, days).map(lambda d: Span(min(d), max(d))), max_size=2).map(tuple), ()),
    first=rarely(st.integers(1, 3), None),
    last=rarely(st.integers(1, 3), None),
    series_only=rarely(st.booleans(), False),
)


def written(folder, name, rows):
    columns = (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", "A", "S", "G")
    path = Path(folder) / name
    pq.write_table(pa.table({c: pa.array([r[n] for r in rows], pa.string()) for n, c in enumerate(columns)}), path)
    return path


def shown(store, selection):
    return listed(store.select("F/2", selection))


def listed(blocks):
    found = []
    for block in blocks:
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
            assert plain.counts("F/2", selection) == files.counts("F/2", selection)
            assert plain.tallies("F/2", selection) == files.tallies("F/2", selection)
            for gone, linear in ((False, False), (True, True)):
                change = Change("F/2", "F/1", gone, linear)
                assert listed(plain.changed(change, selection)) == listed(files.changed(change, selection))


@settings(max_examples=examples(36), deadline=None)
@given(tables(), tables(), st.lists(selections(), min_size=5, max_size=5))
def test_files_answer_as_lists_do(before, rows, chosen):
    agree(before, rows, chosen)


@settings(max_examples=examples(18), deadline=None)
@given(tables(), tables(), st.lists(selections(), min_size=3, max_size=3))
def test_small_batches_blocks_and_integers_change_nothing(before, rows, chosen):
    """Two rows a batch, three a block, and a limit of integers that every key passes: no index, ranks instead."""
    limits = [(coded, "LIMIT", 7), (serving, "LIMIT", 7), (serving, "BATCH", 2)]
    limits += [
        (selecting, "BLOCK_ROWS", 3),
        (shaping, "BLOCK_ROWS", 3),
        (shaping, "BLOCK_SERIES", 2),
        (coded, "ROW_GROUP", 5),
    ]
    kept = [(module, name, getattr(module, name)) for module, name, _ in limits]
    try:
        for module, name, value in limits:
            setattr(module, name, value)
        agree(before, rows, chosen)
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


@settings(max_examples=examples(18), deadline=None)
@given(tables(), st.lists(selections(), min_size=3, max_size=3))
def test_a_lookup_by_prefix_or_mask_finds_what_the_index_finds(rows, chosen):
    kept = selecting._FEW
    try:
        selecting._FEW = 0
        agree([], rows, chosen)
    finally:
        selecting._FEW = kept
