"""Messages of several data sets: changes and deletions, histories, several structures; or why a format cannot."""

from __future__ import annotations

from typing import Any

import json_reader
import pytest
import xml_reader
from data_answers import ML, payload, table, xml
from judges import json_errors, xml_errors
from plain_rows import ATTRIBUTES, FLAT, OTHER, ROWS, TIME, Row, dataset_of, expected, in_order, message_of

from greffe.errors import NotAcceptable
from greffe.formats import sdmx_csv, sdmx_json
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage

DELETED: dict[str, Any] = {"attributes": (), "measures": False}
OTHERS = tuple(row | {"extra": "E"} for row in ROWS[:2])


def several(at: str = TIME, *, deleted: bool = True) -> DataMessage:
    """A change and a deletion in one flow, and a second flow of another structure."""
    sets = [
        dataset_of(ROWS[:3], at, action="R", valid_from="2026-01-01T00:00:00+00:00"),
        dataset_of(OTHERS, at, OTHER, action="R"),
    ]
    if deleted:
        gone = dataset_of(ROWS[3:], at, action="D", valid_to="2026-06-01T00:00:00+00:00")
        sets.insert(1, gone)
    return message_of(*sets, at=at)


def parts(at: str) -> list[list[Row]]:
    return [
        expected(ROWS[:3], at),
        expected(ROWS[3:], at, **DELETED),
        expected(OTHERS, at, found=OTHER),
    ]


@pytest.mark.item("R2-DATA-02", "ML21-04", "ML21-10", "ML3-04")
@pytest.mark.parametrize("name", ML)
@pytest.mark.parametrize("at", [TIME, FLAT, "geo"])
def test_ml_of_several_structures(name: str, at: str):
    """Several structures in one SDMX-ML message: each has its header Structure and namespace, each data set refers to one"""
    body = xml(several(at), ML[name])
    version = ML[name].version
    schemas = [payload(version, at), payload(version, at, other=True)] if ML[name].specific else ()
    assert xml_errors(body, payloads=schemas) == []
    found = xml_reader.read(body)
    assert [in_order(one.rows) for one in found] == parts(at)
    assert [one.told["action"] for one in found] == ["Replace", "Delete", "Replace"]
    assert found[0].told["validFromDate"] == "2026-01-01T00:00:00+00:00"
    assert found[1].told["validToDate"] == "2026-06-01T00:00:00+00:00"
    assert [one.told["setID"] for one in found] == ["DF_CRIME_2", "DF_CRIME_2-Delete", "DF_CRIME_3"]
    assert [one.told["structureRef"] for one in found] == ["S1", "S1", "S2"]
    assert b"DataSetAction" not in body


@pytest.mark.item("R2-DATA-02", "J-04", "J-12")
@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("at", [TIME, FLAT, "geo"])
def test_json_of_several_structures(version: str, at: str):
    """Several structures in one SDMX-JSON message: data sets refer to them by number, those of one flow share one"""
    body = b"".join(sdmx_json.write(several(at), Parameters(), version))
    assert json_errors(body, version, "data") == []
    found = json_reader.read(body)
    assert [in_order(one.rows) for one in found] == parts(at)
    assert [one.action for one in found] == ["Replace", "Delete", "Replace"]
    assert [int(one.told["structure"]) for one in found] == [0, 0, 1]
    assert found[0].told["validFrom"] == "2026-01-01T00:00:00+00:00"
    assert found[1].told["validTo"] == "2026-06-01T00:00:00+00:00"
    urns = [one.structure["links"][0]["urn"].rpartition("=")[2] for one in found]
    assert urns == ["SSER:DF_CRIME_2(1.0.0)", "SSER:DF_CRIME_2(1.0.0)", "SSER:DF_CRIME_3(1.0.0)"]


@pytest.mark.item("R2-DATA-02", "C-20", "C-21")
@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("at", [TIME, "geo"])
def test_csv_of_several_structures(version: str, at: str):
    """Several structures in one SDMX-CSV message share a header with the columns of all; a history has its dates"""
    read = table(several(at), version)
    assert list(read[0]) == [
        "STRUCTURE", "STRUCTURE_ID", "ACTION", "freq", "iccs", "geo", TIME, "extra", "OBS_VALUE", *ATTRIBUTES,
        "VALID_FROM", "VALID_TO",
    ]  # fmt: skip
    keyed: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in read:
        key = (row.pop("STRUCTURE_ID"), row.pop("ACTION"), row.pop("VALID_FROM"), row.pop("VALID_TO"))
        assert row.pop("STRUCTURE") == "dataflow"
        keyed.setdefault(key, []).append({k: v for k, v in row.items() if v})
    assert list(keyed) == [
        ("SSER:DF_CRIME_2(1.0.0)", "R", "2026-01-01T00:00:00+00:00", ""),
        ("SSER:DF_CRIME_2(1.0.0)", "D", "", "2026-06-01T00:00:00+00:00"),
        ("SSER:DF_CRIME_3(1.0.0)", "R", "", ""),
    ]
    assert [in_order(rows) for rows in keyed.values()] == parts(at)


@pytest.mark.item("C-10", "J-04")
@pytest.mark.parametrize("write", [sdmx_csv.write, sdmx_json.write])
def test_versions_1_0_describe_one_structure(write: Any):
    """406: SDMX-CSV and SDMX-JSON 1.0 describe one structure; the refusal names the newer versions"""
    with pytest.raises(NotAcceptable, match=r"SSER:CRIME_2\(1.0.0\), SSER:CRIME_3\(1.0.0\)") as caught:
        b"".join(write(several(deleted=False), Parameters(), "1.0"))
    assert "2.0.0" in caught.value.hint


@pytest.mark.item("C-10", "C-21")
@pytest.mark.parametrize("changes", [{"action": "D"}, {"valid_from": "2026-01-01T00:00:00Z"}, {"valid_to": "2026"}])
def test_csv_1_0_refuses_deletions_and_history(changes: dict[str, str]):
    """406: SDMX-CSV 1.0 has no column for what was deleted nor for when something was valid"""
    with pytest.raises(NotAcceptable) as caught:
        table(message_of(dataset_of(**changes)), "1.0")
    assert "2.0.0" in caught.value.hint
