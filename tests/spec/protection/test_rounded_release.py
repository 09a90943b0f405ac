"""Counts rounded for protection can be released: whole, through the rules, with the rate that would tell them hidden."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from house import new_house
from journey_tools import ROOT
from secrets_kept import FLOW, HEAD, POLICY, row

from greffe.catalogue.policies.protection import FILE

ROUND = "TEST,ESTAT_CRIM_JUST_SEX,all,person,,threshold,5,,,round,5,recalled,Small counts.,"
COUNTS = {2022: (1102, 25), 2023: (1005, 3), 2025: (1200, 2)}  # of 2025 there is no population: no rate to hide


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounded")
    found = new_house(folder / "home")
    for name in ("sdmx", "mappings"):
        shutil.copytree(ROOT / name, folder / "edited" / name)
    (folder / "edited" / FILE).write_text(f"{POLICY.splitlines()[0]}\n{ROUND}\n", encoding="utf-8")
    found.change(folder / "edited", "Rounding")
    found.take(ROOT / "samples/published/population.csv", "INT_POPULATION")
    found.approve_map(FLOW)
    lines = [HEAD, *(row(y, s, v) for y, both in COUNTS.items() for s, v in zip("12", both, strict=True))]
    extract: Path = folder / "extract.csv"
    extract.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found.take(extract, "INT_JUSTICE")
    return found


def test_a_rounded_dataset_is_released(house):
    """2023: men 1005 stay, women 3 are nearest to 5, in all 1010. 2025: men 1200 stay, women 2 are nearest to 0."""
    release = house.released(FLOW)
    rows = pq.read_table(house.parts.observations.file(release.name, "data.parquet")).to_pylist()
    counts = {
        (r["sex"], r["TIME_PERIOD"]): r for r in rows if r["unit"] == "NR" and r["TIME_PERIOD"] in ("2023", "2025")
    }
    assert {k: (int(r["OBS_VALUE"]), r["OBS_STATUS"], r["CONF_STATUS"]) for k, r in counts.items()} == {
        ("M", "2023"): (1005, "E", "F"), ("F", "2023"): (5, "E", "F"), ("T", "2023"): (1010, "E", "F"),
        ("M", "2025"): (1200, "E", "F"), ("F", "2025"): (0, "E", "F"), ("T", "2025"): (1200, "E", "F"),
    }  # fmt: skip
    assert {r["COMMENT_OBS"] for r in counts.values()} == {"Rounded to base 5 / Arrondi à la base 5"}
    rates = {r["TIME_PERIOD"]: r for r in rows if r["unit"] == "P_HTHAB"}
    assert (rates["2023"]["OBS_VALUE"], rates["2023"]["OBS_STATUS"], rates["2023"]["CONF_STATUS"]) == (None, "Q", "D")
    assert rates["2022"]["OBS_VALUE"] is not None and rates["2022"]["CONF_STATUS"] == "F"
    # what was never there is not hidden
    assert (rates["2025"]["OBS_VALUE"], rates["2025"]["CONF_STATUS"]) == (None, "F")
    assert rates["2025"]["OBS_STATUS"] in ("L", "M", "O")
