"""Plain CSV: a small block in, exact bytes out."""

from __future__ import annotations

from blocks import TWO, block, message
from people import across, history, several, written

from greffe.formats import plain_csv


def lines(found, **parameters: str) -> list[str]:
    return written(plain_csv.write, found, **parameters).decode().splitlines()


def test_each_coded_column_has_its_label_beside_it():
    """The origin comes first, whatever attributes were asked for (D13); a missing value is an empty cell."""
    assert written(plain_csv.write, message([TWO], language="fr")).decode() == (
        "DATA_ORIGIN,freq,freq_label,geo,geo_label,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_STATUS_label,COMMENT_OBS\n"
        "real,A,Annuelle,FR,France,2021,12.50,A,Valeur normale,\n"
        'real,A,Annuelle,FR,France,2022,,M,Manquante,"5 < 6 & ""7""\n\'é\', fin\t\r"\n'
        "real,A,Annuelle,NA,Namibie,2022,0,A,Valeur normale,\n"
    )


def test_a_label_is_quoted_and_a_code_without_one_has_an_empty_label():
    found = message([block([("A", "NA", None), ("A", "XX", None)], [[("2021", "1", None, None)]] * 2)], attributes=())
    assert lines(found)[1:] == [
        'real,A,Annual,NA,"Namibia, ""south""",2021,1',
        "real,A,Annual,XX,,2021,1",
    ]


def test_synthetic_figures_say_so_in_each_row_without_their_attribute():
    found = message([TWO], attributes=(), origin="synthetic")
    assert {line.split(",")[0] for line in lines(found)[1:]} == {"synthetic"}


def test_without_observations_each_series_is_a_row():
    found = message([TWO], observations=False, attributes=(), measures=False)
    assert lines(found) == [
        "DATA_ORIGIN,freq,freq_label,geo,geo_label,TIME_PERIOD",
        "real,A,Annual,FR,France,",
        'real,A,Annual,NA,"Namibia, ""south""",',
    ]


def test_a_cross_section_is_the_same_table():
    found = message([across()], dimension_at_observation="geo", attributes=("COMMENT_OBS",))
    assert lines(found)[1:] == [
        "real,A,Annual,FR,France,2021,1.5,",
        'real,A,Annual,NA,"Namibia, ""south""",2021,,none',
    ]


def test_several_flows_share_one_header_line():
    assert lines(several()) == [
        "DATAFLOW,DATA_ORIGIN,freq,freq_label,geo,geo_label,origin,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_STATUS_label,"
        "COMMENT_OBS",
        "SSER:CRIME(1.0.0),real,A,Annual,FR,France,,2021,1,A,Normal value,",
        'SSER:PRISON(1.0.0),real,A,Annual,NA,"Namibia, ""south""",FR,2022,2.5,A,Normal value,',
    ]


def test_a_history_says_action_and_validity():
    found = lines(history())
    assert found[0].startswith("ACTION,VALID_FROM,VALID_TO,DATA_ORIGIN,freq")
    assert found[1].startswith("I,,2026-01-01T00:00:00Z,real,A,Annual,FR,France,2021,1,")
    assert found[2].startswith("D,2026-01-01T00:00:00Z,,real,A,Annual,FR,France,2021,,")


def test_nothing_found_is_the_header_line():
    assert lines(message([], attributes=())) == ["DATA_ORIGIN,freq,freq_label,geo,geo_label,TIME_PERIOD,OBS_VALUE"]
