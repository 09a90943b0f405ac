"""What arithmetic says of the cells of the shipped dataflows, by the structure and by the calculations of the map."""

from __future__ import annotations

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.related_cells import Cells
from greffe.catalogue.relations import relations_of
from greffe.model.structures import Dataflow


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return shipped_catalogue()


def cells_of(catalogue: Catalogue, flow: str, text: str) -> tuple[list[str], Cells]:
    """`key year value`, separated by commas; a dash is an unknown value."""
    dataflow = catalogue.latest(Dataflow, flow)
    structure = catalogue.structure(dataflow)
    relations = relations_of(catalogue.codelists(structure), structure, catalogue.map_to(dataflow))
    rows = [cell.split() for cell in text.split(",")]
    keys = [(*key.split("."), year) for key, year, _ in rows]
    values = [None if v == "-" else int(v) for _, _, v in rows]
    return [f"{key} {year}" for key, year, _ in rows], Cells(relations, keys, values)


def said(catalogue: Catalogue, flow: str, text: str) -> set[str]:
    names, cells = cells_of(catalogue, flow, text)
    found = set()
    for one in cells.equations():
        terms = " ".join(f"{'+' if f > 0 else '-'}{names[n]}" for n, f in one.terms)
        found.add(f"{terms} {'>=' if one.loose else '='} 0")
    return found


def test_a_year_of_cases_begins_where_the_last_one_ended(shipped):
    key = "A.Q91_L1.I1.{}.FRA"
    text = ", ".join(
        f"{key.format(s)} {y} {v}"
        for s, y, v in (("P0", 2020, 5), ("IN", 2020, 9), ("RES", 2020, 8), ("P1", 2020, 6), ("P0", 2021, 6))
    )
    names = {s: key.format(s) for s in ("P0", "IN", "RES", "P1")}
    assert said(shipped, "CEPEJ_Q91", text) >= {
        f"+{names['P0']} 2020 +{names['IN']} 2020 -{names['RES']} 2020 -{names['P1']} 2020 = 0",
        f"+{names['P1']} 2020 -{names['P0']} 2021 = 0",
    }


def test_a_sum_that_lacks_a_part_is_a_bound_and_one_that_contradicts_is_nothing(shipped):
    """Sexes of crim_just_sex: 10 = 6 + 4; 10 is more than 6; parts that make more than their total say nothing."""
    key = "A.PER_CNV.{}.NR.FR"
    t, m, f = (key.format(s) for s in "TMF")
    whole = f"{t} 2020 10, {m} 2020 6, {f} 2020 4"
    assert said(shipped, "ESTAT_CRIM_JUST_SEX", whole) == {f"+{t} 2020 -{m} 2020 -{f} 2020 = 0"}
    assert said(shipped, "ESTAT_CRIM_JUST_SEX", f"{t} 2020 10, {m} 2020 6") == {f"+{t} 2020 -{m} 2020 >= 0"}
    assert said(shipped, "ESTAT_CRIM_JUST_SEX", f"{t} 2020 10, {m} 2020 6, {f} 2020 5") == set()
    unknown = f"{t} 2020 10, {m} 2020 -, {f} 2020 -"
    assert said(shipped, "ESTAT_CRIM_JUST_SEX", unknown) == {f"+{t} 2020 -{m} 2020 -{f} 2020 = 0"}


def test_a_rate_follows_its_count_and_the_count_its_rate(shipped):
    names, cells = cells_of(shipped, "ESTAT_CRIM_JUST_SEX", "A.PER_CNV.T.NR.FR 2020 10, A.PER_CNV.T.P_HTHAB.FR 2020 1")
    assert {(names[a], names[b]) for a, b in cells.followers()} == {(names[0], names[1]), (names[1], names[0])}


def test_regions_make_the_nation(shipped):
    """NUTS 1 below France: by the parents of the code list; with some of them absent it is a bound."""
    text = "A.ICCS0101.NR.FR 2020 10, A.ICCS0101.NR.FRB 2020 6"
    assert said(shipped, "ESTAT_CRIM_OFF_CAT", text) == {"+A.ICCS0101.NR.FR 2020 -A.ICCS0101.NR.FRB 2020 >= 0"}


def test_a_year_is_the_sum_of_its_quarters(shipped):
    """10 + 20 + 30 + 40 = 100; three of them are at most the year; four that make something else say nothing of it."""
    key = "{}.CASES_NEW.POINT.COUNT"
    year, quarter = key.format("A"), key.format("Q")
    cells = [f"{quarter} 2020-Q{n} {10 * n}" for n in (1, 2, 3, 4)]
    terms = " ".join(f"-{quarter} 2020-Q{n}" for n in (1, 2, 3, 4))
    assert f"+{year} 2020 {terms} = 0" in said(shipped, "OBS_CASES", ", ".join([f"{year} 2020 100", *cells]))
    some = " ".join(f"-{quarter} 2020-Q{n}" for n in (1, 2, 3))
    assert f"+{year} 2020 {some} >= 0" in said(shipped, "OBS_CASES", ", ".join([f"{year} 2020 100", *cells[:3]]))
    assert said(shipped, "OBS_CASES", ", ".join([f"{year} 2020 101", *cells])) == set()
    assert said(shipped, "OBS_CASES", ", ".join([f"{year} 2021 100", *cells])) == set()


def test_a_linear_formula_is_an_equation(shipped):
    """Untried = W_CAT02 - W_APPEAL: 7 = 10 - 3, so that 10 is what the others add up to."""
    key = "A.PERS_HELD.STATUS.{}.Total.Total.Counts.FRA"
    made, whole, part = (key.format(c) for c in ("CAT02", "W_CAT02", "W_APPEAL"))
    dims = shipped.structure(shipped.latest(Dataflow, "UNODC_CTS_PRISONS")).dimension_ids
    assert dims == ("FREQ", "INDICATOR", "DIMENSION", "CATEGORY", "SEX", "AGE", "UNIT", "REF_AREA")
    found = said(shipped, "UNODC_CTS_PRISONS", f"{made} 2019 7, {whole} 2019 10, {part} 2019 3")
    assert found == {f"+{whole} 2019 -{made} 2019 -{part} 2019 = 0"}
    assert said(shipped, "UNODC_CTS_PRISONS", f"{made} 2019 8, {whole} 2019 10, {part} 2019 3") == set()


def test_a_ratio_follows_what_it_is_made_of(shipped):
    """Resolved per incoming: whoever knows one of the two and the ratio has the other, so it goes with either."""
    key = "A.{}.Q91.T.FRA"
    text = f"{key.format('CR')} 2020 80, {key.format('RES')} 2020 8, {key.format('IN')} 2020 10"
    names, cells = cells_of(shipped, "CEPEJ_STAT", text)
    pairs = {(names[a], names[b]) for a, b in cells.followers()}
    assert {(f"{key.format(c)} 2020", f"{key.format('CR')} 2020") for c in ("RES", "IN")} <= pairs
