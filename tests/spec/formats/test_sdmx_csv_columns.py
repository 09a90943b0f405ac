"""SDMX-CSV: what the rows are about, actions by version, periods from their first day, what is switched off."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from blocks import TWO, block, message
from plain_rows import dataset_of, message_of

from greffe.errors import NotAcceptable
from greffe.formats import sdmx_csv
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage
from greffe.model.references import Reference


def table(found: DataMessage, version: str = "2.1", **parameters: str) -> list[dict[str, str]]:
    body = b"".join(sdmx_csv.write(found, Parameters(**parameters), version)).decode()
    return list(csv.DictReader(io.StringIO(body, newline=""), strict=True))


def test_version_2_1_whole():
    found = message([block([("A", "FR", "real")], [[("2021", "12.50", "A", None)]])], names={})
    assert b"".join(sdmx_csv.write(found, Parameters(), "2.1")).decode() == (
        "STRUCTURE,STRUCTURE_ID,ACTION,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,DATA_ORIGIN,COMMENT_OBS\n"
        "dataflow,SSER:CRIME(1.0.0),R,A,FR,2021,12.50,A,real,\n"
    )


@pytest.mark.item("C-20", "R2-DATA-02")
@pytest.mark.parametrize(
    ("context", "structure", "id_"),
    [
        ("dataflow", "dataflow", "SSER:DF_CRIME_2(1.0.0)"),
        ("datastructure", "datastructure", "SSER:CRIME_2(1.0.0)"),
        ("provisionagreement", "dataprovision", "SSER:PA_CRIME(1.0.0)"),
    ],
)
def test_rows_name_what_was_asked_for(context: str, structure: str, id_: str):
    """STRUCTURE and STRUCTURE_ID name the flow, the structure or the provision agreement that was asked for"""
    asked = dataset_of(context=context, agreement=Reference("SSER", "PA_CRIME"))
    for version in ("2.0", "2.1"):
        first = table(message_of(asked), version)
        asked = dataset_of(context=context, agreement=Reference("SSER", "PA_CRIME"))
        assert {(row["STRUCTURE"], row["STRUCTURE_ID"]) for row in first} == {(structure, id_)}


@pytest.mark.item("C-21")
@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({}, "I", "R"),
        ({"attributes": ()}, "I", "M"),
        ({"measures": False}, "I", "M"),
        ({"action": "A"}, "A", "M"),
        ({"action": "M"}, "A", "M"),
        ({"action": "R"}, "R", "R"),
        ({"action": "D"}, "D", "D"),
    ],
)
def test_actions(changes: dict[str, Any], old: str, new: str):
    """ACTION is I, A, R or D in 2.0; in 2.1, which deprecates I and A, a plain answer is R, or M when it is a part"""
    assert {row["ACTION"] for row in table(message([TWO], **changes), "2.0")} == {old}
    assert {row["ACTION"] for row in table(message([TWO], **changes), "2.1")} == {new}


@pytest.mark.item("C-21")
def test_a_deletion_has_its_key_alone():
    """A deleted observation is a row with D and the dimensions, everything else empty"""
    (row, *_) = table(message([TWO], action="D"))
    assert row == {"STRUCTURE": "dataflow", "STRUCTURE_ID": "SSER:CRIME(1.0.0)", "ACTION": "D", "freq": "A", "geo": "FR",
                   "TIME_PERIOD": "2021"}  # fmt: skip


@pytest.mark.item("FMT-08", "C-10", "C-20")
@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("2021", "2021-01-01"), ("2021-S2", "2021-07-01"), ("2021-T3", "2021-09-01"), ("2021-Q2", "2021-04-01"),
        ("2021-07", "2021-07-01"), ("2021-W01", "2021-01-04"), ("2020-W53", "2020-12-28"), ("2021-D032", "2021-02-01"),
        ("2021-07-14", "2021-07-14"), ("2021-07-14T09:30:00Z", "2021-07-14T09:30:00Z"),
    ],
)  # fmt: skip
def test_normalized_periods(version: str, period: str, first: str):
    """timeFormat=normalized writes a period as its first day in ISO 8601; keys keep the period as it was recorded"""
    found = message([block([("A", "FR", None)], [[(period, "1", None, None)]])])
    keys = "none" if version == "1.0" else "obs"
    for labels in ("id", "both"):
        (row,) = table(found, version, time_format="normalized", labels=labels, keys=keys)
        found = message([block([("A", "FR", None)], [[(period, "1", None, None)]])])
        assert next(cell for header, cell in row.items() if header.startswith("TIME_PERIOD")) == first
        assert version == "1.0" or row["OBS_KEY"] == f"A.FR.{period}"


def test_what_has_no_first_day_cannot_be_normalized():
    found = message([block([("A", "FR", None)], [[("always", "1", None, None)]])])
    with pytest.raises(NotAcceptable, match="always") as caught:
        table(found, time_format="normalized")
    assert caught.value.parameter == "timeFormat"


@pytest.mark.item("C-24")
@pytest.mark.parametrize(
    ("at", "off"), [("TIME_PERIOD", "TIME_PERIOD"), ("AllDimensions", "TIME_PERIOD"), ("geo", "geo")]
)
def test_a_row_about_a_series_switches_its_observations_off(at: str, off: str):
    """`~` (2.1): the dimension at observation is switched off in a row about a whole series; 2.0 leaves it empty"""
    for version, said in (("2.1", "~"), ("2.0", "")):
        asked = message_of(dataset_of(at=at, observations=False), at=at)
        rows = table(asked, version)
        assert {row[off] for row in rows} == {said}
        assert all(row[id_] not in ("", "~") for row in rows for id_ in ("freq", "iccs"))


@pytest.mark.item("C-22")
def test_keys_of_a_cross_section():
    """SERIES_KEY leaves out the dimension at observation, whichever it is; OBS_KEY has all"""
    rows = table(message_of(dataset_of(at="geo"), at="geo"), keys="both")
    assert (rows[0]["SERIES_KEY"], rows[0]["OBS_KEY"]) == ("A.0101.2021", "A.0101.FR.2021")


@pytest.mark.item("C-20", "C-22")
def test_names_of_a_structure_that_was_asked_for():
    """labels=name adds the name of the artefact that STRUCTURE_ID names"""
    (row, *_) = table(message([TWO], context="datastructure"), labels="name")
    assert (row["STRUCTURE_ID"], row["STRUCTURE_NAME"]) == ("SSER:CRIME(1.0.0)", "Crime")
    (row, *_) = table(message([TWO]), labels="both")
    assert row["STRUCTURE_ID"] == "SSER:CRIME(1.0.0): Crime, recorded"


@pytest.mark.item("C-23", "C-25")
def test_one_separator_and_no_other():
    """The separator is the comma in every language; no component has several values, so none is announced for them"""
    found = message([block([("A", "FR", None)], [[("2021", "1.5", None, "a;b")]])], language="fr")
    (row,) = table(found)
    assert next(iter(row)) == "STRUCTURE"
    assert (row["OBS_VALUE"], row["COMMENT_OBS"]) == ("1.5", "a;b")
