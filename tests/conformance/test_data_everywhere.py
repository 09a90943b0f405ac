"""Every flow of the running server in every data format, the views taken in turn: valid, and the same in all."""

from __future__ import annotations

import csv
import io
from functools import cache

import httpx
import json_reader
import pytest
import xml_reader
from judges import json_errors, xml_errors
from plain_rows import FLAT, TIME, Row, in_order

FLOWS = (
    "ESTAT_CRIM_OFF_CAT", "ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_JUST_AGE", "ESTAT_CRIM_PRIS_CAP", "ESTAT_CRIM_PRIS_OFF",
    "ESTAT_CRIM_PRIS_TRI", "UNODC_PRISONS", "UNODC_CTS_PRISONS", "UNODC_JUSTICE", "CEPEJ_Q91", "CEPEJ_STAT",
)  # fmt: skip
XML = {
    "genericdata": "", "structurespecificdata": "2.1", "generictimeseriesdata": "",
    "structurespecifictimeseriesdata": "2.1", "sdmx-ml-3.0": "3.0.0", "sdmx-ml-3.1": "3.1.0",
}  # fmt: skip
JSON = {"sdmx-json-1.0": "1.0", "sdmx-json-2.0": "2.0", "sdmx-json-2.1": "2.1"}
CSV = ("sdmx-csv-1.0", "sdmx-csv-2.0", "sdmx-csv-2.1")
FORMATS = (*XML, *JSON, *CSV)
LEADING = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION")


def asked(server: str, flow: str, format_: str, at: str) -> bytes:
    answer = httpx.get(
        f"{server}/sdmx/v2/data/dataflow/SSER/{flow}",
        params={"format": format_, "dimensionAtObservation": at},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return answer.content


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))


def rows(body: bytes) -> list[Row]:
    return [{k: v for k, v in row.items() if v and k not in LEADING} for row in table(body)]


@cache
def reference(server: str, flow: str) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of a flow as SDMX-CSV 2.0 has them, and its dimensions but time."""
    body = asked(server, flow, "sdmx-csv-2.0", TIME)
    header = list(table(body)[0])
    return in_order(rows(body)), tuple(header[len(LEADING) - 1 : header.index(TIME)])


@cache
def schema(server: str, flow: str, version: str, at: str) -> bytes:
    """Our own answer to the schema query, by which structure-specific data are judged whole."""
    answer = httpx.get(
        f"{server}/sdmx/v2/schema/dataflow/SSER/{flow}",
        params={"dimensionAtObservation": at},
        headers={"Accept": f"application/vnd.sdmx.schema+xml;version={version}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.item("FMT-02", "R1-DATA-11", "R2-DATA-34")
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("flow", FLOWS)
def test_every_flow_says_the_same_in_every_format(server: str, flow: str, format_: str):
    """Each flow is the same in every data format, value for value and attribute for attribute, in every view"""
    expected, dimensions = reference(server, flow)
    turn = (FLOWS.index(flow) + FORMATS.index(format_)) % 3
    at = TIME if "timeseries" in format_ else (TIME, FLAT, dimensions[(len(flow) + turn) % len(dimensions)])[turn]
    body = asked(server, flow, format_, at)
    if format_ in XML:
        payloads = [schema(server, flow, XML[format_], at)] if XML[format_] else []
        assert xml_errors(body, payloads=payloads) == []
        (read,) = xml_reader.read(body)
        assert in_order(read.rows) == expected
    elif format_ in JSON:
        assert json_errors(body, JSON[format_], "data") == []
        (told,) = json_reader.read(body)
        assert in_order(told.rows) == expected
    else:
        assert in_order(rows(body)) == expected
