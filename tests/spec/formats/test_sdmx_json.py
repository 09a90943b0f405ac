"""SDMX-JSON data: a small block in, exact JSON out; what differs between the versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from blocks import CODELISTS, DATAFLOW, NAMES, TWO, block, codelist, message
from judges import json_errors

from greffe.errors import NotAcceptable
from greffe.formats import sdmx_json
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, SeriesBlock
from greffe.model.structures import Annotation

FLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:CRIME(1.0.0)"
DSD = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=SSER:CRIME(1.0.0)"
LINKS = [{"rel": "dataflow", "urn": FLOW}, {"rel": "datastructure", "urn": DSD}]


def text_of(found: DataMessage, version: str = "2.1") -> str:
    return b"".join(sdmx_json.write(found, Parameters(), version)).decode()


def data(found: DataMessage, version: str = "2.1") -> dict[str, Any]:
    return json.loads(text_of(found, version))["data"]


def structure(found: DataMessage, version: str = "2.1") -> dict[str, Any]:
    read = data(found, version)
    return read["structure"] if version == "1.0" else read["structures"][0]


@pytest.mark.item("J-01", "J-02", "J-03", "J-04")
def test_a_message_whole():
    """An SDMX-JSON 2.1 data message holds meta, data sets and structures, with names in the best and in all languages"""
    found = message([block([("A", "FR", None)], [[("2021-Q1", "12.50", "A", None)]])], attributes=("OBS_STATUS",))
    schema = "https://json.sdmx.org/2.1/sdmx-json-data-schema.json"
    assert json.loads(text_of(found)) == {
        "$schema": schema,
        "meta": {
            "id": "M1", "test": True, "schema": schema, "prepared": "2026-11-24T10:00:00+00:00",
            "contentLanguages": ["en", "fr"], "name": "Données & essais", "sender": {"id": "SSER"},
            "receivers": [{"id": "ESTAT"}],
        },
        "data": {
            "dataSets": [
                {
                    "structure": 0, "action": "Merge", "links": LINKS,
                    "series": {"0:0": {"observations": {"0": [12.5, 0]}}},
                }
            ],
            "structures": [
                {
                    "links": LINKS, "name": "Crime, recorded", "names": {"en": "Crime, recorded", "fr": "Crimes"},
                    "dimensions": {
                        "dataSet": [],
                        "series": [
                            {"id": "freq", "name": "Frequency", "names": NAMES["freq"], "keyPosition": 0,
                             "values": [{"id": "A", "name": "Annual", "names": {"en": "Annual", "fr": "Annuelle"},
                                         "order": 0}]},
                            {"id": "geo", "name": "Area", "names": NAMES["geo"], "keyPosition": 1,
                             "values": [{"id": "FR", "name": "France", "names": {"en": "France", "fr": "France"},
                                         "order": 0}]},
                        ],
                        "observation": [
                            {"id": "TIME_PERIOD", "name": "Time", "names": NAMES["TIME_PERIOD"], "keyPosition": 2,
                             "format": {"dataType": "ObservationalTimePeriod"}, "roles": ["TIME_PERIOD"],
                             "values": [{"value": "2021-Q1", "start": "2021-01-01T00:00:00Z",
                                         "end": "2021-03-31T23:59:59Z"}]}
                        ],
                    },
                    "measures": {"observation": [{"id": "OBS_VALUE", "name": "Value", "names": NAMES["OBS_VALUE"],
                                                  "format": {"dataType": "Decimal"}}]},
                    "attributes": {
                        "dataSet": [], "dimensionGroup": [], "series": [],
                        "observation": [
                            {"id": "OBS_STATUS", "name": "Status", "names": NAMES["OBS_STATUS"],
                             "relationship": {"observation": {}}, "isMandatory": True,
                             "values": [{"id": "A", "name": "Normal value",
                                         "names": {"en": "Normal value", "fr": "Valeur normale"}, "order": 0}]}
                        ],
                    },
                    "annotations": [],
                    "dataSets": [0],
                }
            ],
        },
    }  # fmt: skip


@pytest.mark.item("J-06", "J-07")
def test_series_and_observations_are_written_as_numbers_of_values():
    """Series and observations are keyed by the numbers of their values; missing values and attributes are null"""
    assert '"series":{"0:0":{"attributes":[0],"observations":{"0":[12.50,0,null],"1":[null,1,0]}},' in text_of(
        message([TWO]), "1.0"
    )
    assert '"0:1":{"attributes":[null],"observations":{"1":[0,0,null]}}}' in text_of(message([TWO]), "2.0")


@pytest.mark.item("J-08")
def test_the_flat_view_has_whole_keys():
    """AllDimensions: observations of the data set with whole keys, every attribute on each"""
    found = data(message([TWO], dimension_at_observation="AllDimensions"))
    comment = TWO.observations.column("COMMENT_OBS").to_pylist()[1]
    assert found["dataSets"][0]["observations"] == {
        "0:0:0": [12.5, 0, "real", None],
        "0:0:1": [None, 1, "real", comment],
        "0:1:1": [0, 0, None, None],
    }
    assert [d["id"] for d in found["structures"][0]["dimensions"]["observation"]] == ["freq", "geo", "TIME_PERIOD"]


@pytest.mark.item("J-05")
def test_values_are_those_that_occur():
    """`values` lists the codes that occur in the answer, whatever the dictionaries of its blocks hold"""
    geo = pa.array(["FR", "NA", "XX", "YY"])

    def of(code: int) -> SeriesBlock:
        one = block([("A", "?", None)], [[("2021", "1", "A", None)]])
        column = pa.DictionaryArray.from_arrays(pa.array([code], pa.int32()), geo)
        return SeriesBlock(one.series.set_column(1, "geo", column), one.counts, one.observations)

    # The same dictionary in every block, a code of it that is new in each: numbers must not be those of the first look.
    found = data(message([of(3), of(0), of(3 - 2)]))
    assert list(found["dataSets"][0]["series"]) == ["0:0", "0:1", "0:2"]
    assert [v["id"] for v in found["structures"][0]["dimensions"]["series"][1]["values"]] == ["YY", "FR", "NA"]


@pytest.mark.item("J-05", "J-07")
def test_a_text_stands_in_the_observation_in_2_1_and_in_a_list_before():
    """Texts without a list stand in the observations in 2.1, and in `values` in 1.0 and 2.0, whose readers look there"""
    asked = message([TWO], attributes=("COMMENT_OBS",))
    assert "values" not in structure(asked)["attributes"]["observation"][0]
    asked = message([TWO], attributes=("COMMENT_OBS",))
    (value,) = structure(asked, "2.0")["attributes"]["observation"][0]["values"]
    assert value["name"] == value["value"] == TWO.observations.column("COMMENT_OBS").to_pylist()[1]


@pytest.mark.item("J-05")
@pytest.mark.parametrize(("version", "values"), [("1.0", []), ("2.0", [None]), ("2.1", None)])
def test_an_attribute_without_any_value(version: str, values: list[None] | None):
    """An attribute that no observation has is described all the same, as far as the version's schema allows"""
    found = block([("A", "FR", None)], [[("2021", "1", None, None)]])
    (told,) = structure(message([found], attributes=("OBS_STATUS",)), version)["attributes"]["observation"]
    assert told.get("values") == values


@pytest.mark.item("J-09")
@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
def test_periods(version: str):
    """A period is id and name up to 2.0, value in 2.1, and says its first and last instant"""
    found = block([("A", "FR", None)], [[("2021-07", "1", None, None), ("2021-07-14T09:30:00Z", "2", None, None)]])
    if version == "1.0":  # its values are SDMX ids
        with pytest.raises(NotAcceptable, match="2021-07-14T09"):
            structure(message([found]), version)
        found = block([("A", "FR", None)], [[("2021-07", "1", None, None)]])
    first, *others = structure(message([found]), version)["dimensions"]["observation"][0]["values"]
    named = {"value": "2021-07"} if version == "2.1" else {"id": "2021-07", "name": "2021-07"}
    assert first == named | {"start": "2021-07-01T00:00:00Z", "end": "2021-07-31T23:59:59Z"}
    for other in others:
        assert other["value"] == "2021-07-14T09:30:00Z"


@pytest.mark.item("J-04", "J-05")
def test_words_of_1_0():
    """1.0: one structure, relationships none, dimensions and primaryMeasure, no measures and no groups"""
    told = structure(message([TWO]), "1.0")
    assert set(told["attributes"]) == {"dataSet", "series", "observation"}
    assert "measures" not in told
    assert told["attributes"]["series"][0]["relationship"] == {"dimensions": ["freq", "geo"]}
    assert told["attributes"]["observation"][0]["relationship"] == {"primaryMeasure": "OBS_VALUE"}
    assert told["dimensions"]["observation"][0]["keyPosition"] == 2


def test_a_code_that_is_no_sdmx_id_is_a_value():
    """Value lists hold any characters; `id` does not."""
    listed = CODELISTS | {"OBS_STATUS": codelist("VL", {"< 5": ("Fewer than five", "Moins de cinq")})}
    found = message([block([("A", "FR", None)], [[("2021", None, "< 5", None)]])], codelists=listed)
    (value,) = structure(found)["attributes"]["observation"][0]["values"]
    assert value == {
        "value": "< 5",
        "name": "Fewer than five",
        "names": {"en": "Fewer than five", "fr": "Moins de cinq"},
    }


def test_names_are_in_the_language_that_was_asked_for():
    told = structure(message([TWO], language="fr"))
    assert told["name"] == "Crimes"
    assert told["dimensions"]["series"][0]["name"] == "Fréquence"
    assert json.loads(text_of(message([TWO], language="fr")))["meta"]["contentLanguages"] == ["fr", "en"]


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
def test_annotations_and_descriptions_of_the_flow_are_told(version: str):
    notes = (Annotation("SOURCE", "Eurostat"), Annotation("NOTE", texts={"en": "By hand", "fr": "À la main"}, id="N1"))
    flow = replace(DATAFLOW, descriptions={"en": "All offences", "fr": "Toutes"}, annotations=notes)
    told = structure(message([TWO], dataflow=flow, language="fr"), version)
    assert told["annotations"] == [
        {"type": "SOURCE", "title": "Eurostat"},
        {"id": "N1", "type": "NOTE", "text": "À la main", "texts": {"en": "By hand", "fr": "À la main"}},
    ]
    assert (told["description"], told["descriptions"]["en"]) == ("Toutes", "All offences")
    body = text_of(message([TWO], dataflow=flow), version).encode()
    assert json_errors(body, version, "data") == []


def test_invented_figures_say_so():
    found = data(message([TWO], origin="synthetic"))
    assert found["structures"][0]["annotations"] == [{"type": "DATA_ORIGIN", "title": "synthetic"}]
    assert found["dataSets"][0]["annotations"] == [0]


@pytest.mark.item("J-12")
@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({}, "Information", "Replace"),
        ({"attributes": ()}, "Information", "Merge"),
        ({"measures": False}, "Information", "Merge"),
        ({"observations": False}, "Information", "Merge"),
        ({"action": "A"}, "Append", "Merge"),
        ({"action": "M"}, "Append", "Merge"),
        ({"action": "R"}, "Replace", "Replace"),
        ({"action": "D"}, "Delete", "Delete"),
    ],
)
def test_actions(changes: dict[str, Any], old: str, new: str):
    """A plain answer is Information up to 2.0; in 2.1 Replace, or Merge when only some components were asked for"""
    for version in ("1.0", "2.0"):
        assert data(message([TWO], **changes), version)["dataSets"][0]["action"] == old
    assert data(message([TWO], **changes))["dataSets"][0]["action"] == new


def test_an_answer_without_series_is_still_json():
    for version in ("1.0", "2.0", "2.1"):
        assert data(message([]), version)["dataSets"][0]["series"] == {}


def test_the_first_byte_waits_for_nothing():
    def never() -> Any:
        raise AssertionError("no block is needed for it")
        yield

    assert next(iter(sdmx_json.write(message(never()), Parameters(), "2.1"))).startswith(b'{"$schema"')
