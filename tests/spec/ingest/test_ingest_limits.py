"""What an extract may hold: a file of some kilobytes can stand for millions of rows, of errors or of bytes."""

import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extracts import COLUMNS, desk, row, table

from greffe.errors import BadInput
from greffe.ingest import extract, keys, report, sql

MOST = 10_000_000  # as docs/threat-model.md says


def constants(count: int, **changes: pa.Array) -> pa.Table:
    """So many rows that are the same, as a dictionary of one word a column."""
    at = pa.array(np.zeros(count, dtype=np.int8))
    same = {n: pa.DictionaryArray.from_arrays(at, pa.array([word])) for n, word in row().items()}
    return pa.table(same | changes)


def written(path, count: int, piece: int = 1 << 20):
    with pq.ParquetWriter(path, constants(1).select(["geo"]).schema, compression="zstd") as writer:
        for at in range(0, count, piece):
            writer.write_table(constants(min(piece, count - at)).select(["geo"]))
    return path


def test_a_small_file_of_many_rows_is_refused_by_what_it_declares(tmp_path):
    """Nothing of it is read: the footer says how many rows there are."""
    with desk(tmp_path) as (base, take):
        file = written(base / "many.parquet", MOST + 1)
        assert file.stat().st_size < 100_000
        told = []
        with pytest.raises(BadInput) as refused:
            take(file, progress=lambda stage, _: told.append(stage))
    assert refused.value.text() == (
        "many.parquet: It has 10000001 rows, and an extract has at most 10000000. Hand it over in parts."
    )
    assert set(told) == {"copying"}


@pytest.mark.parametrize("name", ["more.csv", "more.parquet"])
def test_rows_are_counted_as_they_are_read(tmp_path, monkeypatch, name):
    """Whatever a footer says, and for files that say nothing of themselves."""
    monkeypatch.setattr(extract, "MOST_ROWS", 3)
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    with desk(tmp_path) as (base, take):
        for count in (3, 4):
            rows = [row(periode=str(2000 + i)) for i in range(count)]
            if name.endswith(".csv"):
                (base / name).write_text(table(rows))
            else:
                pq.write_table(pa.table({n: [r[n] for r in rows] for n in COLUMNS}), base / name)
            if count == 3:
                assert take(base / name).report.accepted == 3
        with pytest.raises(BadInput, match="It has 4 rows, and an extract has at most 3"):
            take(base / name)


@pytest.mark.parametrize("wrong", [{}, {"sexe": "X"}, {"valeur": "1 2"}], ids=["doubled keys", "codes", "numbers"])
def test_more_errors_than_anybody_corrects_are_one_line(tmp_path, monkeypatch, wrong):
    """The rejects file of twenty million rows was four gigabytes, of a Parquet of one megabyte."""
    for module in (sql, keys, report):
        monkeypatch.setattr(module, "MOST_ERRORS", 5)
    rows = [row(**wrong) if wrong else row() for _ in range(7)]
    if wrong:
        rows = [row(**wrong, periode=str(2000 + i)) for i in range(7)]
    with desk(tmp_path) as (base, take):
        (base / "wrong.csv").write_text(table([row(periode="1999"), *rows]))
        with pytest.raises(BadInput) as refused:
            take(base / "wrong.csv")
        assert {p.name for p in (base / "kept").iterdir()} == {"original.csv"}
    assert (refused.value.file, refused.value.row) == ("wrong.csv", 3)
    assert refused.value.column == next(iter(wrong), "valeur")
    assert "It has more than 5 errors, most of them by rule QR-" in refused.value.text()


def test_keys_are_compared_in_parts_with_the_same_result(tmp_path, monkeypatch):
    """Of 300 rows with doubles, versions and spellings of one code; a part has a dozen of them."""
    chance = random.Random(7)
    cells = {
        "sexe": ["1", "2", "T"],
        "age": ["MIN", "60+", "Y_GE60"],
        "periode": ["2020", "2021"],
        "version": ["1", "2"],
    }
    rows = [row(**{c: chance.choice(few) for c, few in cells.items()}, valeur=chance.choice("12")) for _ in range(40)]
    rows += [row(periode=str(1700 + i)) for i in range(260)]

    def outcome(name):
        with desk(tmp_path / name) as (base, take):
            (base / "x.csv").write_text(table(rows))
            found = take(base / "x.csv", partial=True)
            return replace(found.report, checksum=""), found.rows, found.rejects

    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = outcome("whole")
    monkeypatch.setattr(keys, "PART", 12)
    assert outcome("parts") == whole
    assert whole[0].counts["QR-KEY-01"] > 10
    assert any(r["superseded"] for r in whole[1])


def test_a_long_word_that_stands_in_every_row_is_refused(tmp_path):
    """70 KB in each of a million rows are a file of some kilobytes."""
    with desk(tmp_path) as (base, take):
        long_ = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_000_000, dtype=np.int8)), pa.array(["x" * 70_000]))
        pq.write_table(constants(1_000_000, geo=long_), base / "long.parquet", compression="zstd")
        assert (base / "long.parquet").stat().st_size < 200_000
        with pytest.raises(BadInput, match=r"long.parquet, column geo: A cell has more than 65536 bytes") as refused:
            take(base / "long.parquet")
    assert refused.value.column == "geo"


def test_words_of_a_dictionary_are_read_as_what_they_stand_for(tmp_path):
    """Nulls, '' beside them, whole numbers as words, words that no row has."""
    rows = [row(periode=str(2020 + i)) for i in range(4)]
    columns = {n: pa.array([r[n] for r in rows]) for n in COLUMNS}
    columns["conf"] = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 0]), pa.array(["", "C1", "nobody's"]))
    columns["valeur"] = pa.DictionaryArray.from_arrays(pa.array([2, 1, 1, 2]), pa.array([-7, 5, 12]))
    columns["periode"] = pa.DictionaryArray.from_arrays(
        pa.array([3, 2, 1, 0]), pa.array(["2023", "2022", "2021", "2020"])
    )
    with desk(tmp_path) as (base, take):
        pq.write_table(pa.table(columns), base / "words.parquet")
        found = take(base / "words.parquet")
        assert [(r["TIME_PERIOD"], r["OBS_TEXT"], r["CONF"]) for r in found.rows] == [
            ("2020", "12", None), ("2021", "5", None), ("2022", "5", "C1"), ("2023", "12", None),
        ]  # fmt: skip
