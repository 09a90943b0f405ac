"""A set of files is told all that is wrong with it in one go: in the order of files and places, a line each, 100 at most."""

from __future__ import annotations

import json

import pytest
import small_catalogue as small
from journey_tools import inside
from shipped_catalogue import shipped_files

from greffe.catalogue.load import load
from greffe.errors import BadDefinition

SEXES = "source:SEXE,target:sex"


def broken():
    """A map and its table with five faults: the provider, a selected code, a target and a source of rows, a fixed code."""
    map_ = small.the_map()
    map_["provider"] = "SSERR"
    map_["select"]["SEXE"] = ["1", "2", "8"]
    map_["fixed"] = {"unit": "NRX"}
    rows = ("1,X,r1,exact,exact,,,verified,,", "7,F,r2,exact,exact,,,verified,,", "2,F,r3,exact,exact,,,verified,,")
    return small.files(map_, sexes=small.table(SEXES, *rows))


TOLD = (
    f"{small.MAP}, parameter $.provider: 'SSERR' is not a data provider.",
    f"{small.MAP}, parameter $.select.SEXE: '8' is not in SSER:CL_SEXE(1.0.0), the list of SEXE.",
    f"{small.SEXES}, row 2, column target:sex: 'X' is not in SSER:CL_SEX(1.0.0), the list of sex.",
    f"{small.SEXES}, row 3, column source:SEXE: '7' is not in SSER:CL_SEXE(1.0.0), the list of SEXE.",
    f"{small.MAP}, parameter $.fixed.unit: 'NRX' is not in SSER:CL_UNIT(1.0.0), the list of unit.",
)


def refused(files) -> BadDefinition:
    with pytest.raises(BadDefinition) as caught:
        load(files)
    return caught.value


def test_every_fault_of_a_map_is_told_once_in_order():
    error = refused(broken())
    head, *lines = error.text().splitlines()
    assert head == "5 places are wrong:"
    assert [line.startswith(f"- {told}") for line, told in zip(lines, TOLD, strict=True)] == [True] * 5, lines
    assert (
        error.text() == refused(dict(reversed(broken().items()))).text()
    )  # whatever the order they are handed over in


def test_a_hundred_are_told_and_the_others_counted():
    rows = [f"c{n},M,r{n},exact,exact,,,verified,," for n in range(150)]
    lines = refused(small.files(sexes=small.table(SEXES, *rows))).text().splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("150 places are wrong:", 102, "- … and 50 more")
    assert "row 2, column source:SEXE: 'c0'" in lines[1]
    assert "row 101, column source:SEXE: 'c99'" in lines[100]


def test_faults_of_types_are_told_together():
    """Two axes of one type and a calculation whose result has none; the same axis of each of its cells once."""
    map_ = small.the_map()
    map_["types"][1] |= {"population": "detenus", "offence_rule": "all"}
    map_["calculations"] = [
        {"id": "t", "kind": "total", "over": "leg", "parts": ["PROSECUTED"], "set": {"leg": "CASES"}, "reason": "x"}
    ]
    head, *lines = refused(small.files(map_)).text().splitlines()
    assert head == "3 places are wrong:"
    assert "CONDAMNES has population convicted, the cell leg=CONVICTED" in lines[0]
    assert "CONDAMNES has offence_rule main, the cell leg=CONVICTED" in lines[1]
    assert "t makes the cell leg=CASES" in lines[2]


def test_two_maps_are_told_in_the_order_of_their_files():
    shipped = shipped_files()
    paths = ("mappings/ESTAT/crim_just_age.yaml", "mappings/UNODC/cts_courts.yaml")
    for path in paths:
        assert b"provider: SSER\n" in shipped[path]
        shipped[path] = shipped[path].replace(b"provider: SSER\n", b"provider: NOBODY\n")
    error = refused(shipped)
    assert [one.file for one in (error, *error.others)] == list(paths)


def test_files_that_do_not_read_are_told_together():
    """An artefact by itself comes before the maps; of maps each that does not read, with its first fault."""
    shipped = shipped_files()
    paths = ("mappings/ESTAT/crim_just_age.yaml", "mappings/UNODC/cts_courts.yaml")
    for path in paths:
        shipped[path] = shipped[path].replace(b"scope: ", b"scop: ")
    error = refused(shipped)
    assert [one.file for one in (error, *error.others)] == list(paths)
    assert "'scop' is not known here" in error.message
    lists = ("sdmx/SSER/codelist/CL_INDICATEUR.json", "sdmx/SSER/codelist/CL_SEXE.json")
    error = refused(shipped | dict.fromkeys(lists, b"{"))
    assert [one.file for one in (error, *error.others)] == list(lists)


def test_a_proposal_of_a_folder_is_told_so(tmp_path):
    """Exit code 2, a line each; with --json the first fault, the others and how many there are."""
    for name, body in small.files().items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    home = tmp_path / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GREFFE_SDMX", str(tmp_path / "sdmx"))
        patch.setenv("GREFFE_MAPPINGS", str(tmp_path / "mappings"))
        assert inside(home, "people", "--add", "camille", "--role", "author").code == 0
        for name, body in broken().items():
            file = tmp_path / "edited" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        asked = ("propose", str(tmp_path / "edited"), "--as", "camille", "--reason", "r")
        ran = inside(home, *asked)
        assert (ran.code, len(ran.err.splitlines())) == (2, 6), ran.err
        assert "5 places are wrong:" in ran.err.splitlines()[0]
        said = json.loads(inside(home, *asked, "--json").err)
    assert (said["parameter"], said["count"], len(said["others"])) == ("$.provider", 5, 4)
    assert said["others"][3].startswith(TOLD[4])
