"""Cells that are hidden, and cells that are hidden so that those cannot be worked out."""

from dataclasses import replace
from itertools import product

from protected import ROUNDED, SUB_NATIONAL, THRESHOLD, earlier, linked, protected, same, totals, world

from greffe.catalogue.policies.protection import ProtectionRule
from greffe.model.maps import Calculation

SEXES = {"M": "T", "F": "T"}
AGES = {"ADULT": "TOTAL", "JUV": "TOTAL"}
REGIONS = {"R1": ("D1", "D2", "D3"), "R2": ("D4", "D5")}
PLACES = {"R1": "FR", "R2": "FR", **{d: r for r, ds in REGIONS.items() for d in ds}}


def table(cells, offences=3):
    """All margins of cells (sex, age, offence, place) → count, in one year."""
    parents = (SEXES, AGES, {f"ICCS{n:02}": "TOTAL" for n in range(1, offences + 1)}, PLACES, {}, {})
    return sorted(totals({(*key, "NR", "2020"): n for key, n in cells.items()}, parents).items())


def key(sex="T", age="TOTAL", iccs="TOTAL", geo="FR", unit="NR", year="2020"):
    return (sex, age, iccs, geo, unit, year)


def errors(found):
    return [f.messages["en"] for f in found.findings if f.severity == "error"]


def test_one_primary_cell_takes_one_more_cell_of_each_line():
    """Offence by department, 3 in one cell: its line and its column each hide another cell, and so does what those stand in."""
    cells = {("M", "ADULT", f"ICCS0{o}", d): 40 + 3 * o + int(d[1]) for o in (1, 2, 3) for d in ("D1", "D2", "D3")}
    cells["M", "ADULT", "ICCS02", "D2"] = 3
    here = world(3, REGIONS)
    found = protected(here, [(k, n) for k, n in table(cells) if k[0] == "M" and k[1] == "ADULT"], (SUB_NATIONAL,))
    secret = key("M", "ADULT", "ICCS02", "D2")
    assert (found.values[secret], found.conf[secret], found.status[secret]) == (None, "A", "Q")
    assert {found.conf[k] for k in found.hidden - {secret}} == {"D"}
    line = [k for k in found.hidden if k[3] == "D2"]
    column = [k for k in found.hidden if k[2] == "ICCS02"]
    assert len(line) >= 2 and len(column) >= 2
    assert len(found.hidden) == 4  # a rectangle is the least there is
    assert found.apart[secret] == "3"
    assert errors(found) == []


def test_free_cells_are_as_they_were():
    cells = {("M", "ADULT", "ICCS01", "D1"): 12, ("F", "ADULT", "ICCS01", "D2"): 7}
    rows = [(k, n) for k, n in table(cells) if n]
    found = protected(world(3, REGIONS), rows, (SUB_NATIONAL,))
    assert found.values == {k: str(n) for k, n in rows}
    assert found.findings == ()


def test_the_nation_is_not_below_the_nation():
    rows = [(key("M"), 3), (key("F"), 2), (key("T"), 5)]
    assert protected(world(), rows, (SUB_NATIONAL,)).hidden == set()
    assert key("M") in protected(world(), rows, (THRESHOLD,)).hidden


def test_a_rate_is_hidden_with_its_count():
    """Populations are public: the rate times the population is the count."""
    rows = [(key("M"), 3), (key("F"), 50), (key("T"), 53)]
    rows += [(key("M", unit="P_HTHAB"), 1), (key("F", unit="P_HTHAB"), 20), (key("T", unit="P_HTHAB"), 21)]
    found = protected(world(), rows)
    assert {k[0] for k in found.hidden if k[4] == "NR"} == {k[0] for k in found.hidden if k[4] == "P_HTHAB"}


def test_nothing_else_can_be_hidden(tmp_path):
    """Men alone with nobody else in the table: the total gives them, and it may be hidden; when an earlier release has it, not."""
    here = world()
    first = protected(here, [(key("T"), 53), (key("F"), 50)], folder=tmp_path / "1")
    assert first.hidden == set()
    found = protected(
        here, [(key("T"), 53), (key("F"), 50), (key("M"), 3)], earlier=[earlier("OBS_PERSONS#1", tmp_path / "1")]
    )
    assert key("M") in found.hidden
    assert errors(found) == [
        "What is published with OBS_PERSONS#1 tells too much of it through QR-SUM-01, and no other cell can be hidden."
    ]
    assert not any(n in m for f in found.findings for m in f.messages.values() for n in ("53", "50"))


def test_an_earlier_release_holds_the_figure(tmp_path):
    here = world()
    protected(here, [(key("M"), 3)], (), folder=tmp_path / "1")
    found = protected(here, [(key("M"), 3), (key("F"), 40)], earlier=[earlier("OBS_PERSONS#1", tmp_path / "1")])
    assert errors(found) == [
        "It must be hidden, but OBS_PERSONS#1 publishes the same figure: hiding it now does not help."
    ]


def test_a_missing_margin_that_comes_later_opens_nothing(tmp_path):
    """First men and two offences, without the women: then the totals come, and what was hidden stays so."""
    here = world(2)
    parts = {
        ("M", "TOTAL", "ICCS01"): 3,
        ("M", "TOTAL", "ICCS02"): 30,
        ("F", "TOTAL", "ICCS01"): 20,
        ("F", "TOTAL", "ICCS02"): 25,
    }
    rows = {(*k, "FR", "NR", "2020"): n for k, n in parts.items()}
    first = protected(here, list(rows.items()), folder=tmp_path / "1")
    assert {(k[0], k[2]) for k in first.hidden} == {("M", "ICCS01")}
    full = totals(rows, ({"M": "T", "F": "T"}, {}, {"ICCS01": "TOTAL", "ICCS02": "TOTAL"}, {}, {}, {}))
    second = protected(here, sorted(full.items()), earlier=[earlier("OBS_PERSONS#1", tmp_path / "1")])
    assert errors(second) == []
    public = first.hidden & second.hidden
    assert public == first.hidden
    # the other offence of men, and the women of the first, are public since the first release: the totals must go
    assert key("M", iccs="TOTAL") in second.hidden and key("T", iccs="ICCS01") in second.hidden


def test_a_group_that_falls_in_one_class():
    """All 12 convicted persons of a place are men: that there is no woman tells it, so the nought is hidden."""
    group = ProtectionRule("G", "*", "all", ("person",), (), "group", 5, 0, ("", ""), "suppress", 0, "Groups.")
    found = protected(world(), [(key("T"), 12), (key("M"), 12), (key("F"), 0)], (group,))
    assert found.hidden >= {key("M"), key("F")}
    assert found.conf[key("M")] == "A"


def test_dominance_by_the_largest():
    """The cell of juveniles stands for the largest contributor: more than 85 percent."""
    rule = ProtectionRule(
        "D", "*", "all", ("person",), (), "dominance", 0, 85, ("age", "JUV"), "suppress", 0, "One alone."
    )
    found = protected(world(), [(key("M"), 100), (key("M", age="JUV"), 86)], (rule,))
    assert found.conf == {key("M"): "O", key("M", age="JUV"): "O"}
    kept = protected(world(), [(key("M"), 100), (key("M", age="JUV"), 85)], (rule,))
    # What one alone contributes is hidden in any case.
    assert kept.conf == {key("M"): "F", key("M", age="JUV"): "O"}


def test_marked_cells_are_protected_too():
    """The source marks a count of 60: its line hides another, whatever the count."""
    rows = [(key("M"), 60), (key("F"), 50), (key("T"), 110)]
    marked = ProtectionRule("M", "*", "all", (), (), "marked", 5, 0, ("", ""), "suppress", 0, "Marked.")
    found = protected(world(), rows, (marked,), marked=[key("M")])
    assert len(found.hidden) == 2 and errors(found) == []


def test_rounding_keeps_sums_and_stays_near():
    counts = iter([3, 7, 11, 2, 8, 14, 22, 1, 5, 9, 13, 4])
    cells = {(s, a, f"ICCS0{o}", "D1"): next(counts) for s, a, o in product("MF", ("ADULT", "JUV"), (1, 2, 3))}
    rows = [(k, n) for k, n in table(cells) if k[3] == "D1"]
    found = protected(world(3, REGIONS), rows, (ROUNDED,))
    assert errors(found) == []
    true = dict(rows)
    for k, text in found.values.items():
        assert int(text) % 5 == 0 and abs(int(text) - true[k]) < 5
        assert true[k] % 5 or int(text) == true[k]
        assert (found.status[k], found.conf[k]) == ("E", "F")
    for k in found.values:
        if k[0] == "T":
            assert int(found.values[k]) == sum(int(found.values[(s, *k[1:])]) for s in "MF")
        if k[2] == "TOTAL":
            assert int(found.values[k]) == sum(int(found.values[(*k[:2], f"ICCS0{o}", *k[3:])]) for o in (1, 2, 3))
    assert found.apart[key("M", "ADULT", "ICCS01", "D1")] == "3"


def test_what_is_hidden_does_not_depend_on_the_secret():
    """Two tables that differ in four secret cells alone, with the same sums: the same cells are hidden, the rest is equal."""
    assert secret_of(3) == secret_of(4) == secret_of(1)


def secret_of(n):
    base = {("M", "ADULT", f"ICCS0{o}", d): 40 for o in (1, 2, 3) for d in ("D1", "D2", "D3")}
    for o, d, value in ((1, "D1", n), (1, "D2", 5 - n), (2, "D1", 5 - n), (2, "D2", n)):
        base["M", "ADULT", f"ICCS0{o}", d] = value
    rows = [(k, v) for k, v in table(base) if k[0] == "M" and k[1] == "ADULT"]
    found = protected(world(3, REGIONS), rows, (SUB_NATIONAL,))
    assert errors(found) == []
    return found.values


def test_a_linked_table_publishes_the_total(tmp_path):
    """Women are public since an earlier release, so only the total could be hidden: a table by age has it too."""
    here, rows = world(), [(key("T"), 53), (key("M"), 3), (key("F"), 50)]
    protected(here, [(key("F"), 50)], folder=tmp_path / "1")
    before = [earlier("OBS_PERSONS#1", tmp_path / "1")]
    alone = protected(here, rows, earlier=before)
    assert (alone.hidden, errors(alone)) == ({key("M"), key("T")}, [])
    protected(here, [(key(age="TOTAL"), 53), (key(age="ADULT"), 43), (key(age="JUV"), 10)], folder=tmp_path / "2")
    cells = {"age": "TOTAL", "iccs": "TOTAL", "geo": "FR", "unit": "NR", "sex": "T"}
    found = protected(
        here, rows, earlier=before, linked=[linked(here, "OTHER#1", tmp_path / "2")], identities=[same(cells, cells)]
    )
    (told,) = errors(found)
    assert told.startswith("What is published with OBS_PERSONS#1") and "QR-SUM-01" in told


def test_what_a_linked_table_hides_is_not_opened(tmp_path):
    """The other table hides juveniles and its total; publishing the same total here would give the juveniles away."""
    here = world()
    other = [(key(age="TOTAL"), 53), (key(age="ADULT"), 50), (key(age="JUV"), 3)]
    protected(here, [(key(age="ADULT"), 50)], folder=tmp_path / "1")
    hidden = protected(here, other, earlier=[earlier("OTHER#1", tmp_path / "1")], folder=tmp_path / "2")
    assert hidden.hidden == {key(age="TOTAL"), key(age="JUV")}
    cells = {"age": "TOTAL", "iccs": "TOTAL", "geo": "FR", "unit": "NR", "sex": "T"}
    rows = [(key("T"), 53), (key("M"), 30), (key("F"), 23)]
    found = protected(here, rows, linked=[linked(here, "OTHER#2", tmp_path / "2")], identities=[same(cells, cells)])
    assert key("T") in found.hidden and len(found.hidden) >= 2
    assert errors(found) == []


def calculating(*calculations):
    here = world()
    return replace(here, map=replace(here.map, calculations=calculations))


def test_a_quarter_is_not_the_year_less_the_others():
    """3 of 93 in the first quarter: another quarter, or the year, is hidden with it; so of a mean."""
    rows = [(key(year=f"2020-Q{n}"), v) for n, v in ((1, 3), (2, 20), (3, 30), (4, 40))]
    year = Calculation("year", "calendar", {}, {}, from_="Q", to="A", method="sum")
    assert len(protected(world(), [*rows, (key(), 93)]).hidden) == 1
    found = protected(calculating(year), [*rows, (key(), 93)])
    assert key(year="2020-Q1") in found.hidden and len(found.hidden) == 2 and errors(found) == []
    mean = replace(year, method="mean")
    assert len(protected(calculating(mean), [*rows[:3], (key(year="2020-Q4"), 47), (key(), 25)]).hidden) == 2
    rounded = protected(calculating(mean), [*rows, (key(), 23)])  # 93 / 4 = 23.25
    assert {key(year="2020-Q1"), key()} <= rounded.hidden
    last = protected(calculating(replace(year, method="first")), [*rows, (key(), 3)])
    assert last.hidden == {key(year="2020-Q1"), key()}


def test_a_formula_gives_no_hidden_cell_away():
    """A difference of 3 is not had from its operands; a share of which one operand is hidden is hidden with it."""
    less = Calculation("less", "formula", {}, {"iccs": "ICCS03"}, over="iccs", expression="ICCS01 - ICCS02")
    rows = [(key(iccs="ICCS01"), 40), (key(iccs="ICCS02"), 37), (key(iccs="ICCS03"), 3)]
    assert protected(world(), rows).hidden == {key(iccs="ICCS03")}
    found = protected(calculating(less), rows)
    assert key(iccs="ICCS03") in found.hidden and len(found.hidden) == 2 and errors(found) == []
    share = replace(less, set={"iccs": "ICCS03", "unit": "P_HTHAB"}, expression="100 * ICCS01 / ICCS02", decimals=2)
    rows = [(key(iccs="ICCS01"), 3), (key(iccs="ICCS02"), 60), (key(iccs="ICCS03", unit="P_HTHAB"), 5)]
    assert protected(calculating(share), rows).hidden == {
        key(iccs="ICCS01"),
        key(iccs="ICCS03", unit="P_HTHAB"),
    }
