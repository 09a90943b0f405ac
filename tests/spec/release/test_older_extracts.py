"""Extracts that were kept before the digits of their texts were kept with them are read as before."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
from small_maps import SOURCE, SOURCE_ATTRIBUTES, SOURCE_DIMENSIONS, catalogue

from greffe.engine import opened
from greffe.model.structures import Dataflow
from greffe.release.sources import Feed, Inputs, load_main
from greffe.settings import EngineSettings
from greffe.store.depot import Shelf
from greffe.store.records import ExtractRecord

TEXTS = ["12", "12.50", "-0.05", ""]


def keep(folder, id_, texts, digits=None):
    """Rows of one series with these texts, and their digits when they are given, as ingest keeps them."""
    columns = {d: pa.array([d.lower()] * len(texts)) for d in SOURCE_DIMENSIONS}
    columns["TIME_PERIOD"] = pa.array([str(2000 + n + 10 * len(id_)) for n in range(len(texts))])
    columns["row"] = pa.array(range(2, len(texts) + 2))
    columns["OBS_VALUE"] = pa.array([Decimal(t) if t else None for t in texts], pa.decimal128(38, 2))
    columns["OBS_TEXT"] = pa.array(texts)
    if digits is not None:
        columns["OBS_DECIMALS"] = pa.array(digits, pa.int8())
    columns |= {a: pa.nulls(len(texts), pa.string()) for a in SOURCE_ATTRIBUTES}
    columns |= {"VERSION": pa.array([1] * len(texts)), "superseded": pa.array([False] * len(texts))}
    (folder / id_).mkdir()
    pq.write_table(pa.table(columns), folder / id_ / "rows.parquet")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return ExtractRecord(id_, "0", SOURCE, "x.csv", "TEST", moment, "nobody", "real", len(texts))


def test_digits_are_counted_where_an_extract_does_not_tell_them(tmp_path):
    """The digits of "12", "12.50", "-0.05" and of an empty cell, from an old extract and from a new one beside it."""
    books = catalogue()
    old, new = keep(tmp_path, "a", TEXTS), keep(tmp_path, "bb", ["7.5"], [1])
    feed = Feed(SOURCE, books.structure(books.get(Dataflow, SOURCE)), (old, new))
    with opened(EngineSettings(), tmp_path / "spill", [tmp_path]) as connection:
        view = load_main(connection, Inputs(Shelf(tmp_path), feed))
        found = connection.execute(f"SELECT OBS_TEXT, OBS_DECIMALS FROM {view} ORDER BY TIME_PERIOD").fetchall()
    assert found == [("12", 0), ("12.50", 2), ("-0.05", 2), ("", None), ("7.5", 1)]
