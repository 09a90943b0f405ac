"""`greffe coverage --by questionnaire`: question 107 of the CEPEJ line by line, counted by hand.

The question has 13 lines of one cell each. The extract of this test feeds five of them: received cases (L2), alternatives
and penal orders by consent (L3_2), prosecutions (L3_3), guilty pleas (Q107_1) and the stock of 31 December (L4). Four are
declared not available (L3_1, L3_1_1, L3_1_4, L3_4). Four stay empty without a word: the stock of 1 January (it needs the
year before), all cases processed (L3), L3_1_2 and L3_1_3. Two rows find no line: received cases and prosecutions without
the nature of the case, which no row of the map reads.
"""

from __future__ import annotations

import pytest
from house import PUBLISHED, House, new_house
from journey_tools import inside as run
from question_107 import FLOW, take

FILLED = {"Q107_L2", "Q107_L3_2", "Q107_L3_3", "Q107_1", "Q107_L4"}
DECLARED = {"Q107_L3_1", "Q107_L3_1_1", "Q107_L3_1_4", "Q107_L3_4"}
EMPTY = {"Q107_L1", "Q107_L3", "Q107_L3_1_2", "Q107_L3_1_3"}
# The row of received cases lies nearest to L2; prosecutions go to L3_3 and, by guilty plea, to Q107_1.
WITHOUT_TARGET = {"Q107_L2": 1, "Q107_L3_3": 1, "Q107_1": 1}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A draft of question 107, and one of the prison stock of SPACE I."""
    folder = tmp_path_factory.mktemp("questions")
    made = new_house(folder / "home")
    take(made, folder)
    made.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    for flow in (FLOW, "SPACE_I_STOCK"):
        made.approve_map(flow)
        made.draft(flow)
    return made


def rows(house: House, subject: str) -> list[dict[str, object]]:
    told = run(house.parts.settings.home, "coverage", subject, "--by", "questionnaire", "--json")
    assert told.code == 0, told.err
    return told.json()["rows"]


def test_each_line_of_question_107(house: House):
    found = {str(row["question"]): row for row in rows(house, FLOW)}
    assert found.keys() == FILLED | DECLARED | EMPTY
    for code, row in found.items():
        counted = tuple(row[n] for n in ("cells", "filled", "with reason", "without reason"))
        assert counted == (1, int(code in FILLED), int(code in DECLARED), int(code in EMPTY)), code
        assert (row["codes without target"], row["no reason"]) == (WITHOUT_TARGET.get(code, 0),) * 2, code
        part = "Q107_1" if code == "Q107_1" else "Q107"  # the taxonomy's part that has the line
        assert row["questionnaire"] == f"CEPEJ_QUESTIONNAIRE/{part}"


def test_lines_stand_below_their_whole(house: House):
    """L3_1_4 and L3_4 were added to the list last."""
    found = [str(row["question"]).removeprefix("Q107_") for row in rows(house, FLOW)]
    third = ["L3", "L3_1", "L3_1_1", "L3_1_2", "L3_1_3", "L3_1_4", "L3_2", "L3_3", "L3_4"]
    assert found == ["L1", "L2", *third, "L4", "1"]


def test_the_lines_add_up_to_the_sheet(house: House):
    """Five items of SPACE I, 22 categories and three sexes: 330 cells, which the whole dataset has too."""
    told = run(house.parts.settings.home, "coverage", "SPACE_I_STOCK", "--by", "questionnaire", "--json").json()
    (one,) = told["datasets"]
    assert len(told["rows"]) == 5
    for name, whole in (
        ("cells", 330),
        ("filled", one["cells"]["filled"]),
        ("without reason", one["cells"]["without_reason"]),
        ("with reason", sum(one["cells"]["reasons"].values())),
    ):
        assert sum(row[name] for row in told["rows"]) == whole, name
    assert {row["cells"] for row in told["rows"]} == {66}
    assert {row["questionnaire"] for row in told["rows"]} == {"(no questionnaire)"}
