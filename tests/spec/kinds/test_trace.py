"""`explain`: a figure recomputed from the kept inputs, with the rows, the mapping rows and the arithmetic behind it."""

import pytest
from small_maps import POPULATION, catalogue, component, formula, lag, load, over, rate, rows_of, small_map, total

from greffe.mapping.explain import trace

ROWS = """
    row | INDICATEUR | SEXE | AGE | TIME_PERIOD | OBS_VALUE | STATUT
    12  | POURS      | 1    | MIN | 2023        | 100       | D
    13  | POURS      | 1    | MAJ | 2023        | 500       | PR
    14  | POURS      | 2    | MIN | 2023        | 375       | D
    15  | POURS      | 9    | MAJ | 2023        | 7         | D
    16  | POURS      | 1    | MAJ | 2022        | 9.5       | D
    17  | POURS      | 2    | MAJ | 2022        |           | NC
"""
PEOPLE = """
    row | INDICATEUR | TIME_PERIOD | OBS_VALUE
    3   | POP        | 2023        | 64007193
"""
MAP = small_map(
    component("INDICATEUR", "kind", "POURS > PRSC ; kind=broader; reason=person-cases"),
    component("SEXE", "sex", "1 > M", "2 > F", "9 > ; kind=not-applicable; reason=legal persons"),
    aggregate=over("AGE"),
    calculations=(
        total("sex", ("M", "F"), {"sex": "T"}),
        rate({"sex": ("T",), "unit": ("NR",)}, {"unit": "RT"}),
        formula("sex", "100 * M / T", {"sex": "SHARE"}, 1, {"unit": ("NR",)}),
        lag({"sex": ("M",)}, {"sex": "M_BEFORE"}),
    ),
)


@pytest.fixture
def explained(connection):
    """Trace a cell of sex and unit in 2023, unless another period is asked."""
    load(connection, "kept", rows_of(ROWS))
    load(connection, "kept_people", rows_of(PEOPLE), 0)

    def ask(sex, unit="NR", period="2023", **other):
        key = {"freq": "A", "kind": "PRSC", "sex": sex, "unit": unit, "geo": "FR"} | other
        return trace(connection, MAP, catalogue(), "kept", {POPULATION: "kept_people"}, key, period)

    return ask


def test_a_mapped_figure_names_its_rows_and_mapping_rows(explained):
    """Extract, line, key, text and status of every part; each mapping row once, with its reason."""
    made = explained("M")
    assert (made.text, str(made.value), made.attributes["OBS_STATUS"]) == ("600", "600.00", "P")
    assert made.calculation == "100 + 500"
    assert made.calculation_id == ""
    assert [(s.extract, s.row, s.key["AGE"], s.period, s.text, s.status) for s in made.sources] == [
        ("x1", 12, "MIN", "2023", "100", "D"),
        ("x1", 13, "MAJ", "2023", "500", "PR"),
    ]
    steps = {(m.row_id, tuple(m.source.items()), tuple(m.target.items()), m.kind, m.reason) for m in made.mappings}
    assert ("r001", (("INDICATEUR", "POURS"),), (("kind", "PRSC"),), "broader", "person-cases") in steps
    assert ("r001", (("SEXE", "1"),), (("sex", "M"),), "exact", "") in steps
    assert ("r001", (("STATUT", "D"),), (("OBS_STATUS", "A"),), "exact", "") in steps
    assert ("r002", (("STATUT", "PR"),), (("OBS_STATUS", "P"),), "exact", "") in steps
    assert len(made.mappings) == len(steps) == 5  # and CONF
    assert {m.file for m in made.mappings} == {"MAPS/test.csv"}


def test_a_single_row_needs_no_words(explained):
    """One part: its text, no calculation."""
    made = explained("F")
    assert (made.text, made.calculation, len(made.sources)) == ("375", "", 1)


def test_a_calculated_figure_holds_the_traces_of_its_operands(explained):
    """A rate of a total of sums, down to the internal rows and the population."""
    made = explained("T", "RT")
    assert made.text == "1.52"
    assert made.calculation == "975 / 64007193 × 100000, rounded to 2"
    assert made.calculation_id == "rate"
    [population] = made.sources
    assert (population.row, population.text, population.key["INDICATEUR"]) == (3, "64007193", "POP")
    [whole] = made.operands
    assert (whole.calculation, whole.calculation_id) == ("600 + 375", "total")
    assert [o.key["sex"] for o in whole.operands] == ["F", "M"]
    assert [s.row for o in whole.operands for s in o.sources] == [14, 12, 13]


def test_a_formula_is_told_with_its_numbers(explained):
    """Names replaced by values."""
    made = explained("SHARE")
    assert (made.text, made.calculation) == ("61.5", "100 × 600 / 975, rounded to 1")  # 61.538…


def test_a_lag_leads_to_another_year(explained):
    """The operand is of 2022."""
    made = explained("M_BEFORE")
    assert (made.text, made.calculation, made.operands[0].period) == ("9.5", "9.5, of 2022", "2022")
    assert made.words["fr"] == "9.5, de 2022"
    assert [s.row for s in made.operands[0].sources] == [16]


def test_a_missing_figure_is_explained_too(explained):
    """`?` stands for what is missing."""
    made = explained("T", period="2022")
    assert (made.value, made.text, made.calculation) == (None, "", "9.5 + ?")
    assert made.attributes["OBS_STATUS"] == "L"


@pytest.mark.parametrize("cell", [{"sex": "9"}, {"sex": "T", "geo": "XX"}, {"sex": "M", "period": "1999"}])
def test_what_the_map_does_not_make_has_no_trace(explained, cell):
    """None, no error."""
    assert explained(**cell) is None


def test_a_key_without_all_dimensions_has_no_trace(connection, explained):
    """A partial key names no observation."""
    assert trace(connection, MAP, catalogue(), "kept", {POPULATION: "kept_people"}, {"sex": "M"}, "2023") is None
