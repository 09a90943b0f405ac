"""Figures that are estimated, not counted: a weighted survey, a drawn sample of decisions, a forecast. Worked by hand."""

import pytest
from shipped_maps import map_rows, values

from greffe.engine import opened
from greffe.settings import EngineSettings


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


SURVEY = """
    INDICATEUR       | TERRITOIRE  | STRATE | MESURE      | TIME_PERIOD | STATUT | OBS_VALUE
    ENQ_SATISFACTION | fr_met_drom | TJ     | POIDS_OUI   | 2024        | E      | 600
    ENQ_SATISFACTION | fr_met_drom | TJ     | POIDS_TOTAL | 2024        | E      | 900
    ENQ_SATISFACTION | fr_met_drom | CPH    | POIDS_OUI   | 2024        | E      | 50
    ENQ_SATISFACTION | fr_met_drom | CPH    | POIDS_TOTAL | 2024        | E      | 300
    ENQ_SATISFACTION | fr_met_drom | T      | ERREUR_TYPE | 2024        | E      | 2.15
    ENQ_SATISFACTION | fr_met_drom | T      | IC_BAS      | 2024        | E      | 49.95
    ENQ_SATISFACTION | fr_met_drom | T      | IC_HAUT     | 2024        | E      | 58.38
    ENQ_SATISFACTION | fr_met_drom | T      | ECHANTILLON | 2024        | E      | 400
"""


def test_a_weighted_share_is_made_of_the_sums_of_weights_and_rounded_once(connection):
    """650 of 1,200 are 54.1666… percent; the mean of the strata's shares (66.67 and 16.67) would be 41.67."""
    mapped, found = map_rows(connection, "MAP_OBS_SURVEYS", SURVEY)
    assert values(found) == {
        "USERS_SATISFIED.W_POS 2024": "650",
        "USERS_SATISFIED.W_ALL 2024": "1200",
        "USERS_SATISFIED.POINT 2024": "54.17",
        "USERS_SATISFIED.SE 2024": "2.15",
        "USERS_SATISFIED.CI_LOW 2024": "49.95",
        "USERS_SATISFIED.CI_HIGH 2024": "58.38",
        "USERS_SATISFIED.SAMPLE 2024": "400",
    }
    assert {r["OBS_STATUS"] for r in found.values()} == {"E"}
    assert {r["METHOD"] for r in found.values()} == {"SURVEY"}
    units = {key.split(".")[1].split()[0]: r["UNIT"] for key, r in found.items()}
    assert units["POINT"] == units["SE"] == units["CI_LOW"] == "PC"
    assert units["W_ALL"] == units["SAMPLE"] == "COUNT"
    assert {r["FOOTNOTE"] for r in found.values()} == {
        "Weighted sample survey, stratified by type of court; interval at 95 %."
    }
    assert "weighted sample" in str(found["USERS_SATISFIED.POINT 2024"]["COMMENT_OBS"])


def test_a_drawn_sample_of_decisions_is_weighted_up(connection):
    """One decision in 42 and one in 38: (120 × 42 + 54 × 38) / (800 × 42 + 400 × 38) = 7,092 / 48,800 = 14.53 percent."""
    _, found = map_rows(
        connection,
        "MAP_OBS_SURVEYS",
        """
        INDICATEUR        | TERRITOIRE  | STRATE | MESURE      | TIME_PERIOD | STATUT | OBS_VALUE
        ECH_RESIDENCE_ALT | fr_met_drom | GRANDE | POIDS_OUI   | 2024        | E      | 5040
        ECH_RESIDENCE_ALT | fr_met_drom | GRANDE | POIDS_TOTAL | 2024        | E      | 33600
        ECH_RESIDENCE_ALT | fr_met_drom | PETITE | POIDS_OUI   | 2024        | E      | 2052
        ECH_RESIDENCE_ALT | fr_met_drom | PETITE | POIDS_TOTAL | 2024        | E      | 15200
        """,
    )
    point = found["JOINT_RESIDENCE.POINT 2024"]
    assert (point["OBS_TEXT"], point["OBS_STATUS"], point["METHOD"]) == ("14.53", "E", "SAMPLED_DECISIONS")


def test_a_measure_outside_its_stratum_is_reported_and_never_added(connection):
    """A sum of weights of all strata beside those of the strata would count everybody twice."""
    wrong = (
        SURVEY
        + "    ENQ_SATISFACTION | fr_met_drom | T      | POIDS_TOTAL | 2024        | E      | 1200\n"
        + "    ENQ_SATISFACTION | fr_met_drom | TJ     | ERREUR_TYPE | 2024        | E      | 3.00\n"
    )
    mapped, found = map_rows(connection, "MAP_OBS_SURVEYS", wrong)
    assert values(found)["USERS_SATISFIED.W_ALL 2024"] == "1200"
    assert values(found)["USERS_SATISFIED.SE 2024"] == "2.15"
    assert (mapped.selected, mapped.mapped) == (10, 8)
    assert len(mapped.unmapped) == 2


def test_a_forecast_is_marked_f_with_its_bounds(connection):
    _, found = map_rows(
        connection,
        "MAP_OBS_FORECASTS",
        """
        INDICATEUR   | STRATE | MESURE    | TIME_PERIOD | STATUT | OBS_VALUE
        PREV_DETENUS | _Z     | PREVISION | 2026        | PV     | 81900
        PREV_DETENUS | _Z     | IC_BAS    | 2026        | PV     | 80400
        PREV_DETENUS | _Z     | IC_HAUT   | 2026        | PV     | 83400
        """,
    )
    assert values(found) == {
        "PRISONERS.POINT 2026": "81900", "PRISONERS.CI_LOW 2026": "80400", "PRISONERS.CI_HIGH 2026": "83400",
    }  # fmt: skip
    assert {(r["OBS_STATUS"], r["METHOD"], r["UNIT"]) for r in found.values()} == {("F", "FORECAST", "COUNT")}


def test_a_year_is_the_sum_of_its_quarters_and_its_shares_are_estimated(connection):
    """50 + 51 + 52 + 54 = 207 resolved: 64 percent are 132.48 and 36 percent 74.52, the unit that is left goes to the larger
    remainder. 2023 has two quarters only: no year is made of them, and no share."""
    _, found = map_rows(
        connection,
        "MAP_OBS_CASES",
        """
        INDICATEUR  | FREQ | TIME_PERIOD | TERRITOIRE  | NAC | OBS_VALUE
        CIV_CA_NOUV | Q    | 2022-Q1     | fr_met_drom | T   | 60
        CIV_CA_NOUV | Q    | 2022-Q2     | fr_met_drom | T   | 61
        CIV_CA_NOUV | Q    | 2022-Q3     | fr_met_drom | T   | 40
        CIV_CA_NOUV | Q    | 2022-Q4     | fr_met_drom | T   | 70
        CIV_CA_TERM | Q    | 2022-Q1     | fr_met_drom | T   | 50
        CIV_CA_TERM | Q    | 2022-Q2     | fr_met_drom | T   | 51
        CIV_CA_TERM | Q    | 2022-Q3     | fr_met_drom | T   | 52
        CIV_CA_TERM | Q    | 2022-Q4     | fr_met_drom | T   | 54
        CIV_CA_TERM | Q    | 2023-Q1     | fr_met_drom | T   | 49
        CIV_CA_TERM | Q    | 2023-Q2     | fr_met_drom | T   | 48
        """,
        left_out=("UNIT", "ESTIMATE"),
    )
    years = {key: (r["OBS_TEXT"], r["OBS_STATUS"]) for key, r in found.items() if r["FREQ"] == "A"}
    assert years == {
        "CASES_NEW 2022": ("231", "A"),
        "CASES_RESOLVED 2022": ("207", "A"),
        "CASES_JUDGED 2022": ("132", "E"),
        "CASES_ENDED 2022": ("75", "E"),
        "CASES_RESOLVED 2023": (None, "O"),
        "CASES_JUDGED 2023": (None, "O"),
        "CASES_ENDED 2023": (None, "O"),
    }
    assert found["CASES_RESOLVED 2023"]["COMMENT_OBS"] == "not computed: 2023-Q3, 2023-Q4 missing"
    assert {r["OBS_TEXT"] for r in found.values() if r["FREQ"] == "Q"} >= {"60", "54", "48"}
    assert {r["METHOD"] for r in found.values()} == {"COUNTED"}
