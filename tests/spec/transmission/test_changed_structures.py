"""What was signed leaves by the structures in force, and not by those of the day when it was built."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from deliveries import FIRST_YEAR, PRIS, SENDER, Sending, asking_from, sending_house
from journey_tools import ROOT

from greffe.errors import Refused
from greffe.transmission.building import cancel
from greffe.transmission.sending import send

NAME = "CRIME_CTSPRIS_A_FR_2022_0000.CSV"
KINDS = ("datastructure", "dataflow", "dataconstraint", "provisionagreement", "categorisation")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("structures"))


def edited(folder: Path) -> Path:
    """The sources of that house, to be edited."""
    asking_from(folder, FIRST_YEAR)
    shutil.copytree(ROOT / "sdmx", folder / "sdmx")
    return folder


def adopt_next(folder: Path) -> None:
    """The dataflow and its structure as 1.1.0, beside what they were; all that refers to them refers to these."""
    own = [p for kind in KINDS for p in (folder / "sdmx/SSER" / kind).glob(f"*{PRIS}*.json")]
    for path in own:
        text = path.read_text(encoding="utf-8")
        path.with_name(f"{path.stem}_1_0_0.json").write_text(text, encoding="utf-8")
        path.write_text(text.replace('"version": "1.0.0"', '"version": "1.1.0"', 1), encoding="utf-8")
    others = [p for p in (*folder.glob("sdmx/**/*.json"), *folder.glob("mappings/**/*.*")) if p.is_file()]
    for path in (p for p in others if not p.stem.endswith("_1_0_0")):
        if f"SSER:{PRIS}(1.0.0)".encode() in path.read_bytes():
            text = path.read_text(encoding="utf-8")
            text = re.sub(rf"((?:DataStructure|Dataflow)=|[^=])SSER:{PRIS}\(1\.0\.0\)", rf"\1SSER:{PRIS}(1.1.0)", text)
            path.write_text(text, encoding="utf-8")


def narrow(folder: Path, flow: str, component: str, code: str) -> None:
    """A further constraint of a dataflow, which leaves a code out."""
    place = folder / "sdmx/SSER/dataconstraint"
    found = json.loads((place / f"{flow}_ALLOWED.json").read_text(encoding="utf-8"))
    found["meta"]["id"] = found["data"]["dataConstraints"][0]["id"] = f"{flow}_NARROW"
    (region,) = found["data"]["dataConstraints"][0]["cubeRegions"]
    (values,) = [v for v in region["keyValues"] if v["id"] == component]
    values["values"] = [v for v in values["values"] if v["value"] != code]
    region["keyValues"] = [values]
    (place / f"{flow}_NARROW.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def test_what_the_codes_of_today_refuse_does_not_leave(home: Sending, tmp_path: Path):
    """A change for another recipient stops nothing; then a constraint leaves out a code that the file has."""
    parts, one, sources = home.house.parts, home.signed(year=2022), edited(tmp_path)
    narrow(sources, "UNODC_CTS_PRISONS", "FREQ", "NONE")
    home.house.change(sources)
    assert parts.catalogue().checksum != one.catalogue
    assert send(parts, SENDER, one.id, home.channels).transmission.state == "sent"
    (home.out / "edamis" / NAME).unlink()
    two = home.signed(year=2021)
    narrow(sources, PRIS, "indic_cr", "PRIS_OFF_CAP")
    home.house.change(sources)
    with pytest.raises(Refused, match="would be refused by the structures in force") as error:
        send(parts, SENDER, two.id, home.channels)
    assert "PRIS_OFF_CAP" in error.value.text()
    assert "Cancel it, and build another one." in error.value.text()
    assert (home.arrived, home.state(two.id)) == ({}, "approved")
    assert cancel(parts, SENDER, two.id, "The codes are other ones.").state == "cancelled"


def test_a_structure_in_another_version_keeps_it_here(tmp_path: Path):
    home = sending_house(tmp_path / "house")
    one, sources = home.signed(), edited(tmp_path / "next")
    adopt_next(sources)
    home.house.change(sources, "Eurostat sent a changed structure.")
    told = rf"was built for SSER:{PRIS}\(1.0.0\), and SSER:{PRIS}\(1.1.0\) is in force"
    with pytest.raises(Refused, match=told):
        send(home.house.parts, SENDER, one.id, home.channels)
    assert (home.arrived, home.state(one.id)) == ({}, "approved")
