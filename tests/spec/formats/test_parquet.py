"""Parquet: a small block in, rows out by pyarrow."""

from __future__ import annotations

import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blocks import AWKWARD, TWO, block, message
from people import across, history, one, several, with_decimals, written

from greffe.errors import NotAcceptable
from greffe.formats import parquet
from greffe.model.dataset import DataMessage


def read(found: DataMessage) -> pq.ParquetFile:
    return pq.ParquetFile(io.BytesIO(written(parquet.write, found)))


def rows(found: DataMessage) -> list[dict[str, object]]:
    return list(read(found).read().to_pylist())


def test_codes_are_strings_and_values_exact_decimals():
    """A missing value and an absent attribute are null; the decimals are those of the structure (D17)."""
    found = read(message([TWO], structure=with_decimals(2)))
    names = ("DATA_ORIGIN", "freq", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS")
    types = {n: pa.decimal128(38, 2) if n == "OBS_VALUE" else pa.string() for n in names}
    assert {f.name: f.type for f in found.schema_arrow} == types
    assert [tuple(row.values()) for row in found.read().to_pylist()] == [
        ("real", "A", "FR", "2021", Decimal("12.50"), "A", None),
        ("real", "A", "FR", "2022", None, "M", AWKWARD),
        ("real", "A", "NA", "2022", Decimal(0), "A", None),
    ]


def test_thirty_eight_digits_stay_what_they_are():
    value = "123456789012345678901234567890123456.78"
    (row,) = rows(message([one(value)], structure=with_decimals(2)))
    assert row["OBS_VALUE"] == Decimal(value)


@pytest.mark.parametrize("value", ["1.005", "NaN", "INF", "1E-7", "1" * 37])
def test_a_value_that_would_not_be_exact_is_refused_and_named(value: str):
    with pytest.raises(NotAcceptable, match=value) as caught:
        rows(message([one("1"), one(value)], structure=with_decimals(2)))
    assert "CSV" in caught.value.hint


def test_the_file_says_what_it_is():
    found = message([TWO], structure=with_decimals(2), release="CRIME#7", origin="synthetic", language="fr")
    kept = {k.decode(): v.decode() for k, v in read(found).metadata.metadata.items()}
    assert kept["title"] == "Crimes"
    assert kept["dataflow"] == "SSER:CRIME(1.0.0)"
    assert kept["release"] == "CRIME#7"
    assert kept["origin"] == "synthetic"
    assert "SYNTHÉTIQUES" in kept["warning"]
    assert "Etalab" in kept["licence"]
    assert kept["prepared"] == "2026-11-24T10:00:00+00:00"


def test_the_same_question_gives_the_same_bytes_however_its_blocks_are_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 4)
    series = [("A", f"G{n:02d}", "real") for n in range(10)]
    cells = [[("2021", str(n), "A", None), ("2022", None, "M", f"note {n}")] for n in range(10)]

    def body(size: int) -> bytes:
        cut = [block(series[n : n + size], cells[n : n + size]) for n in range(0, 10, size)]
        return written(parquet.write, message(cut, structure=with_decimals(2)))

    assert body(10) == body(10) == body(3) == body(1)
    found = pq.ParquetFile(io.BytesIO(body(3)))
    assert [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)] == [4, 4, 4, 4, 4]
    assert found.read().column("OBS_VALUE").to_pylist()[::2] == [Decimal(n) for n in range(10)]


def test_bytes_come_while_the_blocks_are_read():
    taken: list[int] = []

    def blocks():
        for n in range(4):
            taken.append(n)
            yield block([("A", f"G{n}", "real")], [[(str(1000 + m), "1", "A", None) for m in range(40_000)]])

    chunks = parquet.write(message(blocks(), structure=with_decimals(0)), parquet.Parameters())
    next(chunks)
    assert len(taken) == 4  # 122,880 rows are a row group
    assert len(b"".join(chunks)) > 0


def test_without_observations_each_series_is_a_row():
    found = rows(message([TWO], observations=False, measures=False, attributes=()))
    assert [tuple(row.values()) for row in found] == [("real", "A", "FR", None), ("real", "A", "NA", None)]


def test_a_cross_section_is_the_same_table():
    found = rows(message([across()], structure=with_decimals(1), dimension_at_observation="geo"))
    assert [(r["geo"], r["TIME_PERIOD"], r["OBS_VALUE"], r["COMMENT_OBS"]) for r in found] == [
        ("FR", "2021", Decimal("1.5"), None),
        ("NA", "2021", None, "none"),
    ]


def test_several_flows_share_one_table():
    found = rows(several())
    assert [(r["DATAFLOW"], r["geo"], r["origin"], r["OBS_VALUE"]) for r in found] == [
        ("SSER:CRIME(1.0.0)", "FR", None, Decimal("1.00")),
        ("SSER:PRISON(1.0.0)", "NA", "FR", Decimal("2.50")),
    ]


def test_a_history_says_action_and_validity():
    found = rows(history())
    assert [(r["ACTION"], r["VALID_FROM"], r["VALID_TO"]) for r in found] == [
        ("I", None, "2026-01-01T00:00:00Z"),
        ("D", "2026-01-01T00:00:00Z", None),
    ]


def test_nothing_found_is_a_table_without_rows():
    found = read(message([], structure=with_decimals(2)))
    assert found.metadata.num_rows == 0
    assert "geo" in found.schema_arrow.names


def test_an_absent_origin_is_that_of_the_data_set():
    found = message([block([("A", "FR", None)], [[("2021", "1", "A", None)]])], origin="synthetic")
    assert rows(found)[0]["DATA_ORIGIN"] == "synthetic"
