"""Outside judges of the formats for people's tools: jsonstat-validator, pandas, pyarrow, DuckDB, openpyxl."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from blocks import CODELISTS, GEO, TWO, message
from jsonstat_validator import validate_jsonstat
from people import across, one, several, with_decimals, written

from greffe.formats import json_stat, parquet, plain_csv, xlsx
from greffe.model.dataset import DataMessage
from greffe.model.structures import Item

PARENTS = CODELISTS | {"geo": replace(GEO, items=(*GEO.items, Item("FR1", {"en": "Paris region"}, parent="FR")))}
# Blocks are read once: each test makes its own.
ANSWERS: dict[str, Callable[[], DataMessage]] = {
    "plain": lambda: message([TWO]),
    "synthetic": lambda: message([TWO], origin="synthetic", release="CRIME#7", language="fr"),
    "address": lambda: replace(message([TWO]), query="https://example.org/data/CRIME?format=jsonstat"),
    "sparse": lambda: message([one(geo=g) for g in ("FR", "NA")] + [across()], attributes=()),
    "parents": lambda: message([one(geo="FR"), one(geo="FR1")], codelists=PARENTS),
    "section": lambda: message([across()], dimension_at_observation="geo"),
    "not a number": lambda: message([one("NaN"), one("INF", geo="NA")]),
    "no measures": lambda: message([TWO], measures=False),
    "nothing": lambda: message([]),
    "several": several,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_json_stat_is_valid(name: str):
    assert validate_jsonstat(json.loads(written(json_stat.write, ANSWERS[name]())))


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("size"),
        lambda d: d["size"].append(1),
        lambda d: d["dimension"].pop("geo"),
        lambda d: d["dimension"]["geo"]["category"]["index"].append("XX"),
        lambda d: d["role"]["time"].append("nothing"),
        lambda d: d.update(updated="yesterday"),
        lambda d: d.update(value={"0": [1]}),
        lambda d: d.update(release="CRIME#7"),
    ],
)
def test_the_judge_of_json_stat_sees_damage(damage):
    found = json.loads(written(json_stat.write, message([TWO])))
    assert validate_jsonstat(found)
    damage(found)
    with pytest.raises(Exception, match=r".+"):
        validate_jsonstat(found)


def test_pandas_reads_plain_csv_with_namibia_and_its_codes():
    body = written(plain_csv.write, message([TWO]))
    found = pd.read_csv(io.BytesIO(body), keep_default_na=False, dtype=str)
    assert found["geo"].tolist() == ["FR", "FR", "NA"]
    assert found["OBS_VALUE"].tolist() == ["12.50", "", "0"]
    assert found["geo_label"].tolist()[2] == 'Namibia, "south"'


def test_duckdb_reads_plain_csv(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(written(plain_csv.write, message([one("12.50", geo="NA"), one("3")])))
    found = duckdb.sql(f"SELECT geo, geo_label, OBS_VALUE, DATA_ORIGIN FROM read_csv('{path}')").fetchall()
    assert found == [("NA", 'Namibia, "south"', 12.5, "real"), ("FR", "France", 3.0, "real")]


def test_duckdb_reads_parquet_with_exact_decimals_and_what_the_file_says(tmp_path: Path):
    path = tmp_path / "a.parquet"
    path.write_bytes(written(parquet.write, message([TWO], structure=with_decimals(2), origin="synthetic")))
    table = duckdb.sql(f"SELECT geo, TIME_PERIOD, OBS_VALUE, OBS_STATUS FROM '{path}'")
    assert [str(t) for t in table.types] == ["VARCHAR", "VARCHAR", "DECIMAL(38,2)", "VARCHAR"]
    assert table.fetchall() == [
        ("FR", "2021", Decimal("12.50"), "A"),
        ("FR", "2022", None, "M"),
        ("NA", "2022", Decimal("0.00"), "A"),
    ]
    kept = dict(duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}')").fetchall())
    assert kept["origin"] == "synthetic"


def test_pandas_reads_parquet_and_xlsx_alike():
    body = written(parquet.write, message([TWO], structure=with_decimals(2)))
    first = pd.read_parquet(io.BytesIO(body))
    second = pd.read_excel(io.BytesIO(written(xlsx.write, message([TWO]))), keep_default_na=False, dtype=str)
    assert first["geo"].tolist() == second["geo"].tolist() == ["FR", "FR", "NA"]
    assert first["TIME_PERIOD"].tolist() == second["TIME_PERIOD"].tolist() == ["2021", "2022", "2022"]
    assert [None if v is None else float(v) for v in first["OBS_VALUE"]] == [12.5, None, 0]
    assert second["OBS_VALUE"].tolist() == ["12.5", "", "0"]


def test_openpyxl_streams_the_workbook():
    """The reading mode that trusts what the sheet says of its size."""
    book = openpyxl.load_workbook(io.BytesIO(written(xlsx.write, message([TWO]))), read_only=True)
    assert [row[2] for row in book.worksheets[0].iter_rows(values_only=True)] == ["geo", "FR", "FR", "NA"]


def test_all_four_say_the_same():
    def answer() -> DataMessage:
        return message([TWO], structure=with_decimals(2))

    rows = list(csv.DictReader(io.StringIO(written(plain_csv.write, answer()).decode(), newline="")))
    table = pd.read_parquet(io.BytesIO(written(parquet.write, answer()))).to_dict("records")
    sheet = openpyxl.load_workbook(io.BytesIO(written(xlsx.write, answer()))).worksheets[0]
    cube = json.loads(written(json_stat.write, answer()))
    plain = [(r["geo"], r["TIME_PERIOD"], float(r["OBS_VALUE"]) if r["OBS_VALUE"] else None) for r in rows]
    assert plain == [
        (r["geo"], r["TIME_PERIOD"], None if r["OBS_VALUE"] is None else float(r["OBS_VALUE"])) for r in table
    ]
    assert plain == [(r[2], r[3], r[4]) for r in sheet.iter_rows(min_row=2, values_only=True)]
    areas, years = (cube["dimension"][d]["category"]["index"] for d in ("geo", "TIME_PERIOD"))
    assert plain == [
        (area, year, cube["value"][n * len(years) + m])
        for n, area in enumerate(areas)
        for m, year in enumerate(years)
        if str(n * len(years) + m) in cube["status"]
    ]
