"""SDMX-CSV: a small block in, exact bytes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks import STRUCTURE, TWO, block, message

from greffe.errors import NotAcceptable
from greffe.formats import sdmx_csv
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage


def written(found: DataMessage, version: str, **parameters: str) -> str:
    return b"".join(sdmx_csv.write(found, Parameters(**parameters), version)).decode()


def test_1_0_has_the_dataflow_the_dimensions_the_value_then_the_attributes():
    """An empty cell is a missing value or an absent attribute; text with quotes or line breaks stands in quotes."""
    assert written(message([TWO]), "1.0") == (
        "DATAFLOW,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,DATA_ORIGIN,COMMENT_OBS\n"
        "SSER:CRIME(1.0.0),A,FR,2021,12.50,A,real,\n"
        'SSER:CRIME(1.0.0),A,FR,2022,,M,real,"5 < 6 & ""7""\n\'é\', fin\t\r"\n'
        "SSER:CRIME(1.0.0),A,NA,2022,0,A,,\n"
    )


def test_2_0_says_structure_and_action():
    assert written(message([TWO], attributes=("OBS_STATUS",), action="R"), "2.0") == (
        "STRUCTURE,STRUCTURE_ID,ACTION,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
        "dataflow,SSER:CRIME(1.0.0),R,A,FR,2021,12.50,A\n"
        "dataflow,SSER:CRIME(1.0.0),R,A,FR,2022,,M\n"
        "dataflow,SSER:CRIME(1.0.0),R,A,NA,2022,0,A\n"
    )


def test_labels_both_in_1_0_leaves_obs_value_bare():
    """Codes with a list get their name, a comma in a name its quotes, a component of unknown name its id alone."""
    found = message([TWO], attributes=("OBS_STATUS", "DATA_ORIGIN"))
    assert written(found, "1.0", labels="both") == (
        "DATAFLOW,freq: Frequency,geo: Area,TIME_PERIOD: Time,OBS_VALUE,OBS_STATUS: Status,DATA_ORIGIN\n"
        '"SSER:CRIME(1.0.0): Crime, recorded",A: Annual,FR: France,2021,12.50,A: Normal value,real\n'
        '"SSER:CRIME(1.0.0): Crime, recorded",A: Annual,FR: France,2022,,M: Missing,real\n'
        '"SSER:CRIME(1.0.0): Crime, recorded",A: Annual,"NA: Namibia, ""south""",2022,0,A: Normal value,\n'
    )


def test_labels_name_in_2_0_puts_a_column_after_each():
    found = message([TWO], attributes=("OBS_STATUS", "DATA_ORIGIN"), language="fr")
    assert written(found, "2.0", labels="name") == (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,freq,Fréquence,geo,Territoire,TIME_PERIOD,Période,"
        "OBS_VALUE,Valeur,OBS_STATUS,Statut,DATA_ORIGIN,DATA_ORIGIN_NAME\n"
        "dataflow,SSER:CRIME(1.0.0),Crimes,I,A,Annuelle,FR,France,2021,,12.50,,A,Valeur normale,real,\n"
        "dataflow,SSER:CRIME(1.0.0),Crimes,I,A,Annuelle,FR,France,2022,,,,M,Manquante,real,\n"
        "dataflow,SSER:CRIME(1.0.0),Crimes,I,A,Annuelle,NA,Namibie,2022,,0,,A,Valeur normale,,\n"
    )


def test_labels_both_in_2_0_names_the_measure_too():
    found = written(message([TWO], attributes=()), "2.0", labels="both").splitlines()
    assert found[0] == "STRUCTURE,STRUCTURE_ID,ACTION,freq: Frequency,geo: Area,TIME_PERIOD: Time,OBS_VALUE: Value"
    assert found[1] == 'dataflow,"SSER:CRIME(1.0.0): Crime, recorded",I,A: Annual,FR: France,2021,12.50'


@pytest.mark.parametrize(
    ("keys", "header", "first"),
    [
        ("none", "ACTION,freq", "I,A"),
        ("series", "ACTION,SERIES_KEY,freq", "I,A.FR,A"),
        ("obs", "ACTION,OBS_KEY,freq", "I,A.FR.2021,A"),
        ("both", "ACTION,SERIES_KEY,OBS_KEY,freq", "I,A.FR,A.FR.2021,A"),
    ],
)
def test_keys(keys: str, header: str, first: str):
    lines = written(message([TWO], attributes=()), "2.0", keys=keys).splitlines()
    assert lines[0] == f"STRUCTURE,STRUCTURE_ID,{header},geo,TIME_PERIOD,OBS_VALUE"
    assert lines[1] == f"dataflow,SSER:CRIME(1.0.0),{first},FR,2021,12.50"


def test_a_dimension_value_that_would_break_a_key_is_refused():
    found = message([block([("A", "F.R", None)], [[("2021", "1", "A", None)]])])
    with pytest.raises(NotAcceptable, match="cannot stand in a key"):
        written(found, "2.0", keys="series")


def test_a_series_without_observations_has_no_row():
    found = message([block([("A", "FR", "real"), ("A", "NA", "real")], [[], [("2021", "1", "A", None)]])])
    assert written(found, "1.0").splitlines()[1:] == ["SSER:CRIME(1.0.0),A,NA,2021,1,A,real,"]


def test_without_observations_each_series_is_a_row_with_empty_cells():
    """detail=serieskeysonly and nodata; what the blocks hold beside is not written."""
    found = message([TWO], observations=False, attributes=("DATA_ORIGIN",))
    assert written(found, "1.0") == (
        "DATAFLOW,freq,geo,TIME_PERIOD,OBS_VALUE,DATA_ORIGIN\n"
        "SSER:CRIME(1.0.0),A,FR,,,real\n"
        "SSER:CRIME(1.0.0),A,NA,,,\n"
    )


def test_without_measures_2_0_has_no_value_column_and_1_0_an_empty_one():
    assert written(message([TWO], measures=False, attributes=()), "2.0").splitlines()[:2] == [
        "STRUCTURE,STRUCTURE_ID,ACTION,freq,geo,TIME_PERIOD",
        "dataflow,SSER:CRIME(1.0.0),I,A,FR,2021",
    ]
    assert written(message([TWO], measures=False, attributes=()), "1.0").splitlines()[:2] == [
        "DATAFLOW,freq,geo,TIME_PERIOD,OBS_VALUE",
        "SSER:CRIME(1.0.0),A,FR,2021,",
    ]


def test_an_answer_without_series_is_the_header_line():
    assert written(message([]), "1.0") == "DATAFLOW,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,DATA_ORIGIN,COMMENT_OBS\n"


def test_attributes_are_in_the_order_of_the_structure_whatever_was_asked():
    found = message([TWO], attributes=("COMMENT_OBS", "OBS_STATUS"))
    assert written(found, "1.0").splitlines()[0].endswith("OBS_VALUE,OBS_STATUS,COMMENT_OBS")


def test_synthetic_data_say_so_in_their_own_column():
    """D13: DATA_ORIGIN is an ordinary attribute of the series."""
    found = message([block([("A", "FR", "synthetic")], [[("2021", "1", "A", None)]])], attributes=("DATA_ORIGIN",))
    assert written(found, "1.0").splitlines()[1] == "SSER:CRIME(1.0.0),A,FR,2021,1,synthetic"


def test_a_structure_with_an_attribute_that_no_block_carries_has_an_empty_column():
    more = replace(STRUCTURE.attributes[2], id="FOOTNOTE")
    structure = replace(STRUCTURE, attributes=(*STRUCTURE.attributes, more))
    found = message([TWO], structure=structure, attributes=("FOOTNOTE", "OBS_STATUS"))
    assert written(found, "1.0").splitlines()[1] == "SSER:CRIME(1.0.0),A,FR,2021,12.50,A,"
