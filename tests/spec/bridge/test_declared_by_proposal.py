"""Staff declare more by proposal, as for maps; what is hidden in a release stays hidden, whatever is declared of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi.testclient import TestClient
from house import AUTHOR, House
from journey_tools import ROOT
from secrets_kept import POLICY, Secret, house_with

from greffe.app import create_app
from greffe.formats.published.lines import Columns
from greffe.release.published import Described, add_publication

SECRETS = Secret(40_101, 212_345), Secret(40_102, 212_344)  # men and women of 2020: their sum is 252,446 in both houses
MORE = {
    "published_series.csv": (
        "OURS_CONVICTED,SSER,ESTAT_CRIM_JUST_SEX,A.PER_CNV.<code>.NR.FR,,,given,,,verified,Ours,",
        "OURS_CONVICTED_T,SSER,ESTAT_CRIM_JUST_SEX,A.PER_CNV.T.NR.FR,,,given,,,verified,Ours,",
        "OURS_CONVICTED_M,SSER,ESTAT_CRIM_JUST_SEX,A.PER_CNV.M.NR.FR,,,given,,,verified,Ours,",
        "THEIRS_CONVICTED,Eurostat,crim_just_sex,<code>,,,given,,,verified,Theirs,",
    ),
    "definitions.csv": ("concept,convicted,Condamnés,Persons convicted",),
    "concepts.csv": (
        "convicted,ours_convicted,OURS_CONVICTED,,,,,,,person,,,,,Condamnés,Convicted,verified,Ours,",
        "convicted,theirs_convicted,THEIRS_CONVICTED,,,,,,,person,,,,,Condamnés,Convicted,verified,Theirs,",
        "convicted,ours_women,OURS_CONVICTED_T - OURS_CONVICTED_M,,,,,,,person,,,,,Femmes,Women,verified,Ours,",
    ),
}


def declared(house: House, folder: Path) -> TestClient:
    """The house with more rows in three tables and with what Eurostat is said to show."""
    for name in ("sdmx", "mappings"):
        shutil.copytree(ROOT / name, folder / "more" / name)
    policies = folder / "more/mappings/policies"
    (policies / "protection.csv").write_text(POLICY, encoding="utf-8")
    for file, rows in MORE.items():
        with (policies / file).open("a", encoding="utf-8") as stream:
            stream.write("".join(f"{row}\n" for row in rows))
    house.change(folder / "more", "Convicted persons are compared")
    theirs = folder / "theirs.csv"
    theirs.write_text("sex,year,n\nT,2019,392053\nT,2020,252446\nM,2019,212019\nM,2020,40000\n")
    said = Described("Eurostat", "crim_just_sex", columns=Columns(("sex",), "year", "n"))
    add_publication(house.parts, AUTHOR, theirs, said)
    return TestClient(create_app(house.parts))


def test_what_is_declared_is_compared_and_what_is_hidden_is_not(tmp_path: Path):
    """212019 men of 2019 (210,000 + the year) are compared; those of 2020 are hidden, and so is a total less them."""
    texts = []
    for number, secret in enumerate(SECRETS):
        folder = tmp_path / str(number)
        client = declared(house_with(folder, secret), folder)
        listed = client.get("/api/v1/bridge?concept=convicted&limit=1000")
        assert listed.status_code == 200
        states = {p["id"]: p["state"] for p in listed.json()["pairs"]}
        assert states["ours_convicted.M@2019~theirs_convicted.M@2019"] == "equal"
        assert states["ours_convicted.T@2020~theirs_convicted.T@2020"] == "equal"
        assert not [p for p in states if "ours_convicted.M@2020" in p or "ours_women@2020" in p]
        hidden = client.get("/api/v1/bridge/ours_convicted.M@2020~theirs_convicted.M@2020")
        assert hidden.status_code == 404
        texts.append(listed.text + hidden.text)
    assert texts[0] == texts[1]
