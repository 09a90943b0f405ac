"""The formats for people's tools are reached by name, and by type where the type is theirs alone."""

from __future__ import annotations

import pytest

from greffe.formats.negotiation import DATA_FORMATS, negotiate

PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_STAT = "application/json-stat+json"
PLAIN = "text/csv;charset=utf-8"


@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("plain-csv", PLAIN),
        ("PlainCSV", PLAIN),
        ("csv-labels", PLAIN),
        ("jsonstat", JSON_STAT),
        ("JSON-stat", JSON_STAT),
        ("json-stat2", JSON_STAT),
        ("parquet", PARQUET),
        ("xlsx", XLSX),
        ("excel", XLSX),
    ],
)
def test_names(name: str, api: str, content_type: str):
    assert negotiate("image/png", name, "data", api).content_type == content_type


@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize("type_", [PARQUET, XLSX, JSON_STAT])
def test_types(type_: str, api: str):
    assert negotiate(f"{type_}, */*;q=0.1", "", "data", api).content_type == type_


def test_labels_of_a_workbook_are_a_parameter_of_its_type():
    choice = negotiate(f"{XLSX};labels=both", "", "data", "v2")
    assert choice.parameters.labels == "both"
    assert choice.content_type == f"{XLSX};labels=both"


@pytest.mark.item("FMT-07")
@pytest.mark.parametrize("accept", ["text/csv", "text/csv;charset=utf-8", "text/*", "application/json", "*/*", ""])
def test_plain_types_stay_those_of_sdmx(accept: str):
    """`text/csv` and `application/json` mean SDMX-CSV and SDMX-JSON; other CSV and JSON have names of their own."""
    for api in ("v1", "v2"):
        assert negotiate(accept, "", "data", api).format.media_type.startswith("application/vnd.sdmx.")


def test_what_is_compressed_in_itself_and_read_in_parts_says_so():
    assert {f.name for f in DATA_FORMATS if f.packed} == {"parquet", "xlsx"}
    assert {f.name for f in DATA_FORMATS if f.ranged} == {"parquet", "xlsx"}
