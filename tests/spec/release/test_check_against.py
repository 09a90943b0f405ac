"""A made-up version 2.0.0 of a structure of Eurostat, its breaks counted by hand; and files as structural validation has them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from house import FLOW, House, new_house
from journey_tools import inside as run
from outline import HEADER

from greffe.formats import structure_json, structure_ml
from greffe.model.references import Reference, Urn
from greffe.model.structures import Codelist, Component, Dataflow, Item, Representation


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One release of published figures."""
    return new_house(tmp_path_factory.mktemp("against") / "home", "published", "map", "released")


def of_theirs(house: House):
    """Our structure, list of offences and constraint, under Eurostat's name and as version 2.0.0."""
    books = house.parts.catalogue()
    flow = books.latest(Dataflow, FLOW)
    structure = books.structure(flow)
    lists = books.codelists(structure)
    theirs = replace(structure, reference=Reference("ESTAT", "CRIM_OFF_CAT", "2.0.0"), annotations=())
    (constraint,) = books.constraints(flow)
    constraint = replace(
        constraint, reference=Reference("ESTAT", "ALLOWED", "2.0.0"), attachments=(theirs.urn,), annotations=()
    )
    return theirs, lists, constraint


def changed(house: House):
    """Version 2.0.0, each change marked with its number."""
    structure, lists, constraint = of_theirs(house)
    offences = lists["iccs"]
    items = [i for i in offences.items if i.id != "ICCS0101"]  # 1: a code that we use is gone
    items = [
        replace(i, names={**i.names, "en": "Assault, new words"}) if i.id == "ICCS0401" else i
        for i in items  # 2
    ]
    items += [Item("ICCS99", {"en": "New"})]  # 3: a new one
    offences = replace(offences, reference=Reference("ESTAT", "ICCS", "2.0.0"), items=tuple(items), annotations=())
    freq, iccs, unit, geo = structure.dimensions
    iccs = replace(iccs, representation=Representation(offences.urn))
    attributes = [
        replace(a, representation=Representation(max_length=350)) if a.id == "COMMENT_OBS" else a  # 4: at most 350
        for a in structure.attributes
    ]
    concept = Urn("conceptscheme", Reference("ESTAT", "CONCEPTS"), "EMBARGO_DATE")
    attributes += [
        Component("EMBARGO_DATE", concept, Representation(), "attribute", True, ("OBS_VALUE",)),  # 5: must be filled
        Component("PRE_BREAK", concept, Representation(), "attribute", False, ("OBS_VALUE",)),  # 6: may be
    ]
    (value,) = structure.measures
    value = replace(value, representation=replace(value.representation, decimals=1))  # 7: one decimal instead of 2
    structure = replace(
        structure,
        dimensions=(freq, unit, iccs, geo),
        attributes=tuple(attributes),
        measures=(value,),  # 8: another order
    )
    allowed = tuple(c for c in constraint.values["iccs"] if c != "ICCS0502")  # 9: one that we use is not allowed
    constraint = replace(constraint, values={**constraint.values, "iccs": allowed})
    return [structure, offences, *(c for id_, c in lists.items() if id_ != "iccs"), constraint]


def written(folder: Path, artefacts, version: str = "3.0") -> str:
    path = folder / "theirs.xml"
    path.write_bytes(b"".join(structure_ml.write(HEADER, artefacts, version=version)))
    return str(path)


def asked(house: House, *arguments: str):
    return run(house.parts.settings.home, "check", *arguments)


def told(house: House, *arguments: str):
    found = asked(house, *arguments, "--format", "json")
    return found.code, json.loads(found.out)


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1"])
def test_what_is_as_it_was_breaks_nothing(house, tmp_path, version):
    """The same structures under their names: no finding, exit code 0."""
    structure, lists, constraint = of_theirs(house)
    path = written(tmp_path, [structure, *lists.values(), constraint], version)
    code, found = told(house, "--against", path, "--dataflow", FLOW)
    assert (code, found["data"], found["structure"]) == (0, [], [])
    assert found["subject"] == f"{FLOW}#1"


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_json_is_held_against_too(house, tmp_path, version):
    """As it was: nothing. A code that is not allowed any more is told."""
    structure, lists, constraint = of_theirs(house)
    allowed = tuple(c for c in constraint.values["iccs"] if c != "ICCS0502")
    for values, wanted in ((constraint.values, []), ({**constraint.values, "iccs": allowed}, ["content constraint"])):
        theirs = [structure, *lists.values(), replace(constraint, values=values)]
        path = tmp_path / "theirs.json"
        path.write_bytes(b"".join(structure_json.write(HEADER, theirs, version=version)))
        code, found = told(house, "--against", str(path), "--dataflow", FLOW)
        assert (code, [f["rule"] for f in found["data"]]) == (3 if wanted else 0, wanted)
        assert [f["rule"] for f in found["structure"]] == wanted


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_new_version_tells_what_it_would_break(house, tmp_path, version):
    """By hand: 1 to 9 above. 1 also asks after the map's row, 5 has no column, 7 concerns the rates with two decimals."""
    path = written(tmp_path, changed(house), version)
    code, found = told(house, "--against", path, "--dataflow", FLOW)
    assert code == 3
    grades = Counter((f["rule"], f["severity"]) for f in found["structure"])
    assert grades == {
        ("invalid code", "error"): 1,  # 1
        ("changed code", "warning"): 1,  # 2
        ("changed code", "info"): 1,  # 3
        ("changed representation", "error"): 2,  # 4 and 7
        ("missing mandatory component", "error"): 1,  # 5
        ("undeclared component", "info"): 1,  # 6
        ("dimension order", "error"): 1,  # 8
        ("content constraint", "error"): 1,  # 9
    }
    messages = [f["messages"]["en"] for f in found["structure"]]
    # Homicides: 15 years (2008 to 2022), each with its count and its rate; one row leads there.
    gone = next(m for m in messages if m.startswith("Invalid code: iccs ICCS0101 is in ESTAT:ICCS(2.0.0) no more"))
    assert "we use it: 30 observations and row IDX-001" in gone
    assert "Dimension order: freq, unit, iccs, geo; ours is freq, iccs, unit, geo." in messages


def test_our_figures_against_their_new_version(house, tmp_path):
    """What structural validation would say of the release: in its words, with numbers of observations."""
    code, found = told(house, "--against", written(tmp_path, changed(house)), "--dataflow", FLOW)
    assert code == 3
    grades = Counter(f["rule"] for f in found["data"])
    assert grades == {
        "missing mandatory component": 1,
        "invalid code": 1,
        "content constraint": 1,
        "invalid format": 1,
    }
    messages = {f["rule"]: f["messages"] for f in found["data"]}
    assert messages["missing mandatory component"]["en"].startswith(
        "Missing mandatory component: EMBARGO_DATE is no column"
    )
    assert messages["invalid code"]["en"].startswith("Invalid code: iccs ICCS0101 in 30 observations")
    assert messages["invalid code"]["fr"].startswith("Code invalide : iccs ICCS0101 dans 30 observations")


def test_it_is_told_as_a_table_in_french_and_as_csv(house, tmp_path):
    path = written(tmp_path, changed(house))
    rows = list(csv.DictReader(io.StringIO(asked(house, "--against", path, "--dataflow", FLOW, "--format", "csv").out)))
    assert len(rows) == 13
    assert [r["severity"] for r in rows] == ["error"] * 10 + ["warning"] + ["info"] * 2
    ran = asked(house, "--against", path, "--dataflow", FLOW, "--lang", "fr")
    assert ran.code == 3
    assert "Ce serait refusé." in ran.err


FILE = """\
STRUCTURE,STRUCTURE_ID,freq,unit,iccs,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,EMBARGO_DATE,NOTE
dataflow,X,A,NR,ICCS0301,FR,2021,5,A,N,2022-01-01,
dataflow,X,A,NR,ICCS0301,FR,2021,6,A,F,2022-01-01,
dataflow,X,A,NR,ICCS0301,DE,2020-Q1,7.25,A,F,,seen
dataflow,X,A,NR,ICCS9999,FR,2020,"8,5",,F,,
"""


def test_a_file_is_held_against_the_structure(house, tmp_path):
    """By hand, of the rows above: one key twice; DE is no code of France and no sender's; 2020-Q1 is no year; a comma;
    one status empty; an embargo without N; NOTE and EMBARGO_DATE are none of theirs; unit stands before iccs; TERRITORY and
    DATA_ORIGIN, which the structure as it is makes mandatory, have no column."""
    structure, lists, constraint = of_theirs(house)
    path = written(tmp_path, [structure, *lists.values(), constraint])
    file = tmp_path / "CRIM_OFFCAT_A_FR_2022_0000.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    code, found = told(house, str(file), "--against", path, "--dataflow", FLOW, "--sender", "FR1", "--named")
    assert code == 3
    grades = Counter(f["rule"] for f in found["data"])
    wanted = Counter(
        {
            "missing mandatory component": 3,  # OBS_STATUS empty once; TERRITORY and DATA_ORIGIN
            "undeclared component": 2,
            "duplicate observation": 1,
            "invalid format": 1,
            "invalid code": 1 + ("DE" not in {i.id for i in lists["geo"].items}),
            "content constraint": "DE" in {i.id for i in lists["geo"].items},
            "period does not match FREQ": 1,
            "EMBARGO_DATE needs CONF_STATUS N": 1,
            "Sender does not match REF_AREA": 1,
            "dimension order": 1,
            "file": 3,  # the mark in front; its name says FR and 2022
        }
    )
    assert grades == +wanted
    said = {f["messages"]["en"] for f in found["data"]}
    assert "Duplicate observation: A.ICCS0301.NR.FR.2021 stands 2 times." in said
    assert "Period does not match FREQ: '2020-Q1' with freq A, in 1 observation." in said
    assert "File: its name says 2022, the last year of its data is 2021." in said
    assert "File: its name says FR, its data DE." in said


def test_a_good_file_has_no_finding(house, tmp_path):
    """Named, ordered, coded and complete."""
    structure, lists, constraint = of_theirs(house)
    path = written(tmp_path, [structure, *lists.values(), constraint])
    file = tmp_path / "CRIM_OFFCAT_A_FR_2021_0000.csv"
    names = [c.id for c in structure.dimensions]
    file.write_text(
        f"{','.join(names)},TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,COMMENT_OBS,TERRITORY,DATA_ORIGIN\n"
        "A,ICCS0301,NR,FR,2021,5,A,F,,fr_met_drom,real\n",
        encoding="utf-8",
    )
    code, found = told(house, str(file), "--against", path, "--dataflow", FLOW, "--sender", "FR1", "--named")
    assert (code, found["data"]) == (0, [])


def test_a_name_that_is_no_dataset_name_is_told(house, tmp_path):
    structure, lists, constraint = of_theirs(house)
    path = written(tmp_path, [structure, *lists.values(), constraint])
    (tmp_path / "offences.csv").write_text("freq\nA\n", encoding="utf-8")
    _, found = told(house, str(tmp_path / "offences.csv"), "--against", path, "--dataflow", FLOW, "--named")
    assert "file" in {f["rule"] for f in found["data"]}


def test_lists_alone_are_compared_by_their_ids(house, tmp_path):
    """A code list without its structure: codes and their uses."""
    _, lists, _ = of_theirs(house)
    offences = replace(
        lists["iccs"], reference=Reference("ESTAT", "ICCS", "2.0.0"), annotations=(),
        items=tuple(i for i in lists["iccs"].items if i.id != "ICCS0101"),
    )  # fmt: skip
    code, found = told(house, "--against", written(tmp_path, [offences]), "--dataflow", FLOW)
    assert code == 3
    assert [f["rule"] for f in found["structure"]] == ["invalid code"]


def test_what_is_about_something_else_is_refused(house, tmp_path):
    other = Codelist(Reference("ESTAT", "FISH", "1.0"), {"en": "Fish"}, items=(Item("COD", {"en": "Cod"}),))
    ran = asked(house, "--against", written(tmp_path, [other]), "--dataflow", FLOW)
    assert ran.code == 2
    assert "Nothing in theirs.xml is about ESTAT_CRIM_OFF_CAT." in ran.err
