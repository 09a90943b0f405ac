"""JSON-stat 2.0: a small block in, JSON out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from blocks import AWKWARD, CODELISTS, GEO, TWO, block, message
from people import across, history, one, several, written

from greffe.errors import NotAcceptable
from greffe.formats import json_stat
from greffe.model.dataset import DataMessage
from greffe.model.structures import Annotation, Item

OBSERVED = ("TIME_PERIOD", "OBS_VALUE")


def body(found: DataMessage) -> str:
    return written(json_stat.write, found).decode()


def read(found: DataMessage) -> dict:
    """Numbers as the text that was written."""
    return json.loads(body(found), parse_float=str, parse_int=str)


def test_a_cube_has_dimensions_categories_values_and_statuses():
    """Categories that occur, in the order of their list, with labels; values by position, time running fastest."""
    found = json.loads(body(message([TWO], language="fr", release="CRIME#7")))
    assert (found["version"], found["class"], found["label"]) == ("2.0", "dataset", "Crimes")
    assert found["source"] == "Données & essais"
    assert found["updated"] == "2026-11-24T10:00:00+00:00"
    assert (found["id"], found["size"]) == (["freq", "geo", "TIME_PERIOD"], [1, 2, 2])
    assert found["role"] == {"time": ["TIME_PERIOD"], "geo": ["geo"]}
    assert found["dimension"] == {
        "freq": {"label": "Fréquence", "category": {"index": ["A"], "label": {"A": "Annuelle"}}},
        "geo": {"label": "Territoire", "category": {"index": ["FR", "NA"], "label": {"FR": "France", "NA": "Namibie"}}},
        "TIME_PERIOD": {
            "label": "Période",
            "category": {"index": ["2021", "2022"], "label": {"2021": "2021", "2022": "2022"}},
        },
    }
    assert found["value"] == [12.5, None, None, 0]
    assert found["status"] == {"0": "A", "1": "M", "3": "A"}
    extension = found["extension"]
    assert (extension["dataflow"], extension["release"], extension["origin"]) == (
        "SSER:CRIME(1.0.0)",
        "CRIME#7",
        "real",
    )
    assert "Etalab" in extension["licence"]
    assert extension["status"] == {"label": {"A": "Valeur normale", "M": "Manquante"}}
    assert extension["attributes"] == {
        "DATA_ORIGIN": {"label": "DATA_ORIGIN", "id": ["freq", "geo"], "size": [1, 2], "value": {"0": "real"}},
        "COMMENT_OBS": {
            "label": "COMMENT_OBS", "id": ["freq", "geo", "TIME_PERIOD"], "size": [1, 2, 2], "value": {"1": AWKWARD},
        },
    }  # fmt: skip
    assert not {"href", "note"} & set(found)


def test_values_keep_their_digits():
    assert read(message([one("12.50")]))["value"] == ["12.50"]
    assert read(message([one("123456789012345678901234567890.125")]))["value"] == ["123456789012345678901234567890.125"]


@pytest.mark.parametrize("word", ["NaN", "INF", "-INF"])
def test_what_json_has_no_number_for_is_a_string(word: str):
    assert json.loads(body(message([one(word)])))["value"] == [word]


def test_a_cube_with_many_holes_has_its_values_by_position():
    """More than half of the cells empty: an object, in which a missing value is null and a hole is not there."""
    cells = [("FR", "2021", "1.50"), ("NA", "2022", None), ("XX", "2023", "3")]
    series = [block([("A", geo, None)], [[(year, value, "A", None)]]) for geo, year, value in cells]
    found = json.loads(body(message(series, attributes=())))
    assert found["size"] == [1, 3, 3]
    assert found["value"] == {"0": 1.5, "4": None, "8": 3}
    assert "status" not in found


def test_a_large_cube_has_its_values_by_position(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_stat, "DENSE", 3)
    assert json.loads(body(message([TWO])))["value"] == {"0": 12.5, "1": None, "3": 0}


def test_a_code_without_a_list_comes_last_and_is_its_own_label():
    found = json.loads(body(message([one(geo="AA"), one(geo="NA")], attributes=())))
    assert found["dimension"]["geo"]["category"] == {
        "index": ["NA", "AA"],
        "label": {"NA": 'Namibia, "south"', "AA": "AA"},
    }


def test_parents_that_occur_have_their_children():
    items = (*GEO.items, Item("FR1", {"en": "Paris region"}, parent="FR"), Item("X1", {"en": "X"}, parent="X"))
    blocks = [one(geo=g) for g in ("FR", "FR1", "X1")]
    found = json.loads(body(message(blocks, codelists=CODELISTS | {"geo": replace(GEO, items=items)})))
    assert found["dimension"]["geo"]["category"]["child"] == {"FR": ["FR1"]}


def test_what_is_the_same_in_every_cell_is_said_once():
    found = json.loads(body(message([one(geo="FR"), one(geo="NA")])))
    assert found["status"] == "A"
    assert found["extension"]["attributes"]["DATA_ORIGIN"]["value"] == "real"


def test_a_status_of_the_series_is_that_of_each_of_its_cells():
    cells = [[("2021", "1", None, None), ("2022", "2", None, None)]] * 2
    series = block([("A", "FR", "B"), ("A", "NA", None)], cells, ("freq", "geo", "OBS_STATUS"), OBSERVED)
    found = json.loads(body(message([series], attributes=("OBS_STATUS",))))
    assert found["status"] == {"0": "B", "1": "B"}


def test_synthetic_figures_say_so_where_charts_show_it():
    found = json.loads(body(message([TWO], origin="synthetic", language="fr")))
    assert found["label"] == "[SYNTHÉTIQUE] Crimes"
    assert "SYNTHÉTIQUES" in found["note"][0]
    assert found["extension"]["annotations"] == [{"type": "DATA_ORIGIN", "text": "synthetic"}]


def test_annotations_of_the_flow_and_the_address_are_kept():
    flow = replace(message([]).datasets[0].dataflow, annotations=(Annotation("NOTE", "n", {"en": "read"}),))
    found = json.loads(body(replace(message([TWO], dataflow=flow), query="https://x/data/CRIME")))
    assert found["extension"]["annotations"] == [{"type": "NOTE", "text": "read"}]
    assert found["href"] == "https://x/data/CRIME"


def test_a_cross_section_is_the_same_cube():
    """Attributes of what stands outside the section hang on those dimensions."""
    found = json.loads(body(message([across()], dimension_at_observation="geo")))
    assert (found["id"], found["size"], found["value"]) == (["freq", "geo", "TIME_PERIOD"], [1, 2, 1], [1.5, None])
    assert found["status"] == {"0": "A", "1": "M"}
    assert found["extension"]["attributes"]["COMMENT_OBS"]["value"] == {"1": "none"}
    assert found["extension"]["attributes"]["DATA_ORIGIN"]["id"] == ["freq", "TIME_PERIOD"]


def test_several_flows_are_a_collection_of_embedded_data_sets():
    found = json.loads(body(several()))
    assert (found["class"], found["label"]) == ("collection", "Crime, recorded; Prisons")
    assert [item["class"] for item in found["link"]["item"]] == ["dataset", "dataset"]
    assert [item["value"] for item in found["link"]["item"]] == [[1], [2.5]]
    assert found["link"]["item"][1]["id"] == ["freq", "geo", "origin", "TIME_PERIOD"]


def test_without_measures_cells_are_null():
    found = json.loads(body(message([TWO], measures=False)))
    assert found["value"] == [None, None, None, None]
    assert found["status"] == {"0": "A", "1": "M", "3": "A"}


def test_nothing_found_is_an_empty_cube():
    found = json.loads(body(message([])))
    assert (found["size"], found["value"]) == ([0, 0, 0], [])


@pytest.mark.parametrize("found", [history(), message([TWO], observations=False)], ids=["history", "no observations"])
def test_what_a_cube_cannot_say_is_refused_with_a_way_out(found: DataMessage):
    with pytest.raises(NotAcceptable) as caught:
        body(found)
    assert "CSV" in caught.value.hint


def test_more_cells_than_javascript_counts_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_stat, "_SAFE", 3)
    with pytest.raises(NotAcceptable, match="4 cells"):
        body(message([TWO]))


def test_a_large_cube_is_written_while_it_is_read():
    """With the categories known beforehand (here more than occur) values are an object by position, statuses as ever.

    Positions by hand: sizes 1, 2, 3; FR 2021 is (0, 0, 1), NA 2022 is (0, 1, 2); FR 2022 and the rest of TWO likewise.
    """
    known = {"freq": ("A",), "geo": ("FR", "NA"), "TIME_PERIOD": ("2020", "2021", "2022")}
    found = json.loads(body(message([TWO], occurring=lambda: known)))
    assert found["size"] == [1, 2, 3]
    assert found["dimension"]["TIME_PERIOD"]["category"]["index"] == ["2020", "2021", "2022"]
    assert found["value"] == {"1": 12.5, "2": None, "5": 0}
    assert found["status"] == {"1": "A", "2": "M", "5": "A"}
    assert found["extension"]["attributes"]["COMMENT_OBS"]["value"] == {"2": AWKWARD}
    small = json.loads(body(message([TWO], occurring=lambda: None)))
    assert small == json.loads(body(message([TWO])))
