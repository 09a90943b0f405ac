"""Data formats for people's tools: a plain table, JSON-stat, Parquet, a workbook."""

from __future__ import annotations

from typing import Final

from greffe.formats import json_stat, parquet, plain_csv, xlsx
from greffe.formats.format import DataWriter, Format

PEOPLE_DATA_FORMATS: Final[tuple[Format[DataWriter], ...]] = (
    # `text/csv` means SDMX-CSV, so that the plain table has no type of its own.
    Format(
        "text/csv;charset=utf-8", "", "csv", "plain-csv", "data", plain_csv.write,
        ("plaincsv", "csv-plain", "csv-labels", "csvlabels", "labels"),
    ),
    Format(
        "application/json-stat+json", "", "json", "jsonstat", "data", json_stat.write,
        ("json-stat", "jsonstat2", "json-stat2", "json-stat-2.0"), suffix="json",
    ),
    Format(
        "application/vnd.apache.parquet", "", "parquet", "parquet", "data", parquet.write,
        ("apache-parquet",), preferred=("v1", "v2"), packed=True, ranged=True,
    ),
    Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", "xlsx", "xlsx", "data", xlsx.write,
        ("excel",), preferred=("v1", "v2"), choices={"labels": ("id", "both", "name")}, packed=True, ranged=True,
    ),
)  # fmt: skip
