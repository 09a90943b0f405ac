"""Data answers in any format → rows of texts, by readers that are not ours (csv, openpyxl, pyarrow, plain JSON and XML)."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from itertools import product
from typing import Any

import json_reader
import openpyxl
import pyarrow.parquet as pq
import xml_reader
from plain_rows import VALUE, Row

LEADING = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION", "VALID_FROM", "VALID_TO")
PEOPLE = ("plain-csv", "parquet", "xlsx", "jsonstat")  # numbers, not their texts; always say where figures come from


def read(body: bytes, format_: str) -> list[Row]:
    """The rows of a message, as they stand. JSON-stat: those with a value or a status, without other attributes."""
    if format_.startswith("sdmx-csv"):
        return [_row(r, LEADING) for r in csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True)]
    if format_.startswith("sdmx-json"):
        return [row for one in json_reader.read(body) for row in one.rows]
    if format_ == "plain-csv":
        found = [_row(r) for r in csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)]
        return [{k: v for k, v in r.items() if not k.endswith("_label")} for r in found]
    if format_ == "parquet":
        return [_row(r) for r in pq.read_table(io.BytesIO(body)).to_pylist()]
    if format_ == "xlsx":
        header, *cells = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        return [_row(dict(zip(map(str, header), row, strict=True))) for row in cells]
    if format_ == "jsonstat":
        return _cube(json.loads(body, parse_float=Decimal))
    return [row for one in xml_reader.read(body) for row in one.rows]


def _row(found: dict[str, Any], but: tuple[str, ...] = ()) -> Row:
    return {k: str(v) for k, v in found.items() if v not in (None, "", "~") and k not in but}


def _cube(cube: dict[str, Any]) -> list[Row]:
    """Cells in row-major order; categories are in the order of `index`, a list or numbers by code."""
    categories = []
    for id_ in cube["id"]:
        category = cube["dimension"][id_]["category"]
        index = category.get("index", category.get("label"))
        categories.append(list(index) if isinstance(index, list) else sorted(index, key=lambda c: index.get(c, 0)))
    assert [len(c) for c in categories] == cube["size"]
    rows = []
    for number, codes in enumerate(product(*categories)):
        value, status = _at(cube.get("value"), number), _at(cube.get("status"), number)
        # One status for all says nothing of cells that are not there.
        if value is not None or (status is not None and not isinstance(cube.get("status"), str)):
            row = dict(zip(cube["id"], codes, strict=True)) | {VALUE: value, "OBS_STATUS": status}
            rows.append(_row(row))
    return rows


def _at(cells: Any, number: int) -> Any:
    if isinstance(cells, dict):
        return cells.get(str(number))
    return cells[number] if isinstance(cells, list) else cells


def numbers(rows: list[Row]) -> list[Row]:
    """Rows whose value is the shortest text of its number: 975.00 and 975 are the same figure."""
    return [r | ({VALUE: f"{Decimal(r[VALUE]).normalize():f}"} if VALUE in r else {}) for r in rows]
