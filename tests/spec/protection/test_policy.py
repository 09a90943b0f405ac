"""The table of rules of confidentiality: what it refuses, and what a change of it would do."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import new_house
from journey_tools import ROOT
from secrets_kept import FLOW, POLICY, Secret, extract
from shipped_catalogue import shipped_files

from greffe.catalogue.load import load
from greffe.catalogue.policies.protection import FILE, read_protection
from greffe.errors import BadDefinition
from greffe.release.effect import effect

HEADER = POLICY.splitlines()[0]


@pytest.fixture(scope="module")
def shipped():
    return shipped_files()


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("A,*,all,,,treshold,5,,,suppress,,recalled,Why.,", "kind", "not known"),
        ("A,*,regional,,,threshold,5,,,suppress,,recalled,Why.,", "levels", "not known"),
        ("A,*,all,persons,,threshold,5,,,suppress,,recalled,Why.,", "units", "no counting unit"),
        ("A,*,all,,,threshold,1,,,suppress,,recalled,Why.,", "n", "at least 2"),
        ("A,*,all,,,threshold,,,,suppress,,recalled,Why.,", "n", "at least 2"),
        ("A,*,all,,,threshold,5,,,round,,recalled,Why.,", "base", "base"),
        ("A,*,all,,,threshold,5,,,suppress,5,recalled,Why.,", "base", "base"),
        ("A,*,all,,,dominance,,120,age=JUV,suppress,,recalled,Why.,", "share", "100 percent"),
        ("A,*,all,,,dominance,,85,,suppress,,recalled,Why.,", "largest", "COMPONENT=CODE"),
        ("A,*,all,,,threshold,5,,,suppress,,recalled,,", "reason", "empty"),
    ],
)
def test_a_rule_that_does_not_hold_together_is_refused(row, column, says):
    with pytest.raises(BadDefinition, match=says) as refused:
        read_protection(f"{HEADER}\n{row}\n".encode(), FILE)
    assert (refused.value.row, refused.value.column) == (2, column)


def test_the_shipped_rules():
    """Below the nation 5 for persons and prisons; no rule makes a national total primary, marks apart."""
    rules = read_protection((ROOT / FILE).read_bytes(), FILE)
    assert {(r.kind, r.levels, r.n) for r in rules if r.kind != "marked"} == {
        ("threshold", "sub-national", 5),
        ("group", "sub-national", 5),
    }


@pytest.mark.parametrize(
    ("row", "column", "says", "near"),
    [
        ("A,NOPE*,all,,,threshold,5,,,suppress,,recalled,Why.,", "flows", "No dataflow is NOPE*.", ""),
        (f"A,{FLOW};ESTAT_CRIM_JUST_SEXE,all,,,threshold,5,,,suppress,,recalled,Why.,", "flows",
         "No dataflow is ESTAT_CRIM_JUST_SEXE.", FLOW),
        (f"A,{FLOW};,all,,,threshold,5,,,suppress,,recalled,Why.,", "flows", "No dataflow is .", ""),
        ("A,INT_*,all,,,threshold,5,,,suppress,,recalled,Why.,", "flows", "No dataflow is INT_*.", ""),
        (f"A,{FLOW},all,,sex;ages,threshold,5,,,suppress,,recalled,Why.,", "breakdowns",
         f"No dataflow of {FLOW} has the dimension ages.", ""),
        (f"A,{FLOW},all,,SEX,threshold,5,,,suppress,,recalled,Why.,", "breakdowns",
         f"No dataflow of {FLOW} has the dimension SEX.", "sex"),
        (f"A,{FLOW},all,,,dominance,,85,sex=NOSUCH,suppress,,recalled,Why.,", "largest",
         f"NOSUCH is no code of sex in {FLOW}.", ""),
        (f"A,{FLOW},all,,,dominance,,85,sexe=M,suppress,,recalled,Why.,", "largest",
         f"{FLOW} has no dimension sexe.", "sex"),
        ("A,ESTAT_CRIM_*,all,,,dominance,,85,sex=M,suppress,,recalled,Why.,", "largest", "has no dimension sex.", ""),
        ("A,OBS_CASES,sub-national,,,threshold,5,,,suppress,,recalled,Why.,", "levels",
         "No dataflow of OBS_CASES has a place (geo, GEO, REF_AREA): all of its cells are national.", "all"),
        (f"A,{FLOW};OBS_*,sub-national,,,threshold,5,,,suppress,,recalled,Why.,", "levels",
         "No dataflow of OBS_* has a place (geo, GEO, REF_AREA): all of its cells are national.", "national"),
        (f"A,{FLOW},all,facility,,threshold,5,,,suppress,,recalled,Why.,", "units",
         f"No map to a dataflow of {FLOW} counts in facility.", "person"),
        ("A,OBS_CASES,all,person;person_case,,threshold,5,,,suppress,,recalled,Why.,", "units",
         "No map to a dataflow of OBS_CASES counts in person or person_case.", "case"),
    ],
)  # fmt: skip
def test_a_rule_that_would_protect_nothing_does_not_load(shipped, row, column, says, near):
    with pytest.raises(BadDefinition) as refused:
        load({**shipped, FILE: f"{POLICY}{row}\n".encode()})
    error = refused.value
    assert (error.file, error.row, error.column) == (FILE, 3, column)
    assert error.message.endswith(says) and (not near or near in error.nearest)


def test_rules_for_several_dataflows_and_their_largest_contributor_load(shipped):
    rows = (
        f"A,{FLOW};ESTAT_CRIM_PRIS_*,all,,age;sex,threshold,5,,,suppress,,recalled,Why.,\n"
        f"B,{FLOW},all,,,dominance,,85,sex=M,suppress,,recalled,Why.,\n"
    )
    _, several, largest = load({**shipped, FILE: f"{POLICY}{rows}".encode()}).policies.protection
    assert [several.concerns(f, ("sex",)) for f in (FLOW, "ESTAT_CRIM_PRIS_AGE", "ESTAT_CRIM_OFF_CAT")] == [
        True,
        True,
        False,
    ]
    assert largest.largest == ("sex", "M")


def test_a_house_that_holds_such_a_rule_already_stays_open(shipped):
    row = b"A,NOPE*,all,,,threshold,5,,,suppress,,recalled,Why.,\n"
    assert load({**shipped, FILE: POLICY.encode() + row}, held=True).policies.protection[1].flows == "NOPE*"


def test_the_effect_of_another_policy_is_told(tmp_path: Path):
    """What was free would be hidden; and it is told that the release in effect holds the same figures."""
    secret = Secret(73_931, 512_347)
    house = new_house(tmp_path / "home")
    house.take(ROOT / "samples/published/population.csv", "INT_POPULATION")
    house.approve_map(FLOW)
    house.take(extract(tmp_path, secret, 2021), "INT_JUSTICE")
    house.released(FLOW)
    files = shipped_files()
    found = effect(house.parts, load({**files, FILE: POLICY.encode()}), lambda what: None)
    (one,) = found.datasets
    changed = {(c.key["sex"], c.period, c.after) for c in one.comparison.changes}
    assert ("M", "2020", None) in changed
    assert any("hiding it now does not help" in f.messages["en"] for f in one.findings)
