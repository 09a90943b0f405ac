"""A threshold changes by proposal: its effect before anybody signs, then the same extract gives other findings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import PUBLISHED, House, new_house
from journey_tools import ROOT
from journey_tools import inside as run

from greffe.app import create_app

HEADER = "indicateur,niveau_geo,geo,periode,freq,territoire,index_ssmsi,valeur,unite,statut,conf,version,extrait_le"
ROWS = [
    f"SSMSI_INFR,FR,FR,{year},A,fr_met_drom,SSMSI_HOMICIDE,{value},infraction,D,,1,2023-01-31"
    for year, value in ((2020, 1000), (2021, 1200))
]
TABLE = "mappings/policies/thresholds.csv"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """1,000 homicides, then 1,200: 20 percent more, and 6 standard deviations of chance (200 of √1,100)."""
    made = new_house(tmp_path / "home")
    (tmp_path / "x.csv").write_text("\n".join((HEADER, *ROWS, "")), encoding="utf-8")
    made.take(tmp_path / "x.csv", "INT_SSMSI")
    made.take(PUBLISHED / "population.csv", "INT_POPULATION")
    made.approve_map()
    return made


def edited(folder: Path, old: str, new: str) -> Path:
    """The shipped definitions with one line of the thresholds changed."""
    for name in ("sdmx", "mappings"):
        shutil.copytree(ROOT / name, folder / name)
    table = folder / TABLE
    text = table.read_text(encoding="utf-8")
    assert text.count(f"\n{old}") == 1
    table.write_text(text.replace(f"\n{old}", f"\n{new}"), encoding="utf-8")
    return folder


def changes(draft):
    return [(f.messages["en"], f.period) for f in draft.findings if f.rule == "QR-PLA-01"]


def test_a_lower_threshold_finds_what_was_not_found(house, tmp_path):
    """By hand: one change in the extract and one in the counts made of it; the rates beside them are not looked at."""
    assert changes(house.draft()) == []
    folder = edited(tmp_path / "lower", "QR-PLA-01,change,25,", "QR-PLA-01,change,15,")
    told = run(house.parts.settings.home, "effect", str(folder))
    assert "Thresholds of QR-PLA-01 change" in told.out
    assert "QR-PLA-01 would newly fail, 2 × warning" in told.err
    house.change(folder, "More is to be explained.")
    finding = ("1200 after 1000 a year before (+20 %), without explanation.", "2021")
    assert changes(house.draft()) == [finding, finding]
    ruled = run(house.parts.settings.home, "rules", "--json").out
    assert "above 15 percent is explained" in ruled
    assert "above 25 percent" not in ruled


def test_a_higher_threshold_finds_less(house, tmp_path):
    """Raised again: what the draft has would be found no more."""
    house.change(edited(tmp_path / "lower", "QR-PLA-01,change,25,", "QR-PLA-01,change,19.99,"))
    assert len(changes(house.draft())) == 2
    told = run(
        house.parts.settings.home,
        "effect",
        str(edited(tmp_path / "higher", "QR-PLA-01,change,25,", "QR-PLA-01,change,30,")),
    )
    assert "QR-PLA-01 would fail no more, 2 × warning" in told.err
    house.change(tmp_path / "higher")
    assert changes(house.draft()) == []


def test_a_threshold_that_no_rule_of_a_dataset_asks_touches_none(house, tmp_path):
    """Disposition time is a matter of the CEPEJ."""
    house.draft()
    told = run(
        house.parts.settings.home, "effect", str(edited(tmp_path / "x", "QR-RAT-06,days,3650,", "QR-RAT-06,days,365,"))
    )
    assert "0 maps change; 0 datasets are looked at, 1 is untouched. Thresholds of QR-RAT-06 change." in told.out


def test_a_threshold_that_is_missing_is_refused(house, tmp_path):
    """Nothing is proposed; the message names it."""
    folder = edited(tmp_path / "x", "QR-PLA-02,least,", "QR-PLA-02,lesat,")
    told = run(house.parts.settings.home, "propose", str(folder), "--as", "camille", "--reason", "x")
    assert told.code != 0
    assert "QR-PLA-02 has no threshold lesat." in told.err
    assert "least" in told.err


@pytest.mark.parametrize("value", ["19.99", "20"])
def test_a_threshold_is_exact(house, tmp_path, value):
    """20 percent is above 19.99 and not above 20."""
    house.change(edited(tmp_path / "x", "QR-PLA-01,change,25,", f"QR-PLA-01,change,{value},"))
    assert len(changes(house.draft())) == (2 if value == "19.99" else 0)


def test_the_vtl_of_a_rule_says_the_threshold_in_force(house, tmp_path):
    """The scheme is made of the rules: it changes with them, and no proposal is refused for that."""
    house.change(edited(tmp_path / "x", "QR-RAT-08,high,250,", "QR-RAT-08,high,212.5,"))
    client = TestClient(create_app(house.parts))
    found = client.get("/sdmx/v2/structure/rulesetscheme/SSER/VTL_RULES_INT_JUSTICE?format=sdmx-json")
    (scheme,) = found.json()["data"]["rulesetSchemes"]
    texts = [r["rulesetDefinition"] for r in scheme["rulesets"] if r["id"] == "QR_RAT_08"]
    assert texts == [
        "define datapoint ruleset QR_RAT_08 (variable OBS_VALUE) is\n"
        '  OBS_VALUE >= 50 and OBS_VALUE <= 212.5 errorcode "QR-RAT-08"\nend datapoint ruleset;'
    ]
