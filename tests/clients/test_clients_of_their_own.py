"""Clients that need an environment of their own, unmodified: what each reads is what was released."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from client_environments import HERE, HOME, interpreter, node, python_at_least

SERIES = "A.ICCS0101.NR.FR"
# Intentional homicides recorded in France, as published: crim_off_cat, December 2024.
HOMICIDES = {"2020": 692, "2021": 734, "2022": 821}
RELEASED = {
    "CEPEJ_Q91", "CEPEJ_STAT", "ESTAT_CRIM_JUST_AGE", "ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_OFF_CAT",
    "ESTAT_CRIM_PRIS_CAP", "ESTAT_CRIM_PRIS_OFF", "ESTAT_CRIM_PRIS_TRI", "UNODC_CTS_PRISONS", "UNODC_JUSTICE",
    "UNODC_PRISONS",
}  # fmt: skip


def ran(command: list[str]) -> dict:
    """What a script prints, as JSON."""
    assert Path(command[0]).exists(), f"{command[0]} is not there: make .clients"
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def javascript(script: str, *arguments: str) -> dict:
    return ran([str(node()), str(HOME / "js" / script), *arguments])


@pytest.fixture(scope="module")
def codes(server: str) -> set[str]:
    """The codes of the list, by a plain CSV reading of the API's own file of it."""
    answer = httpx.get(f"{server}/sdmx/v2/structure/codelist/SSER/ESTAT_ICCS/1.0.0")
    return {code["id"] for code in answer.json()["data"]["codelists"][0]["codes"]}


def test_pandasdmx(server: str, codes: set[str]):
    """pandaSDMX lists flows, reads each with its structure, code lists, and a series."""
    found = ran([str(interpreter("pandasdmx")), str(HERE / "pandasdmx/read.py"), server])
    assert set(found["flows"]) >= RELEASED
    assert found["read"]["dataflow"].keys() >= RELEASED
    assert found["read"]["datastructure"].keys() == set(found["read"]["dataflow"].values())
    assert found["dimensions"] == ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    assert set(found["codes"]) == codes
    assert {o["period"]: float(o["value"]) for o in found["observations"]} == HOMICIDES


def _opensdmx(server: str) -> dict:
    return ran([str(interpreter("opensdmx")), str(HERE / "opensdmx/read.py"), server])


def test_opensdmx(server: str, codes: set[str], record_testsuite_property: Callable[[str, object], None]):
    """opensdmx lists flows, reads dimensions, codes, availability and a series; else its recorded requests are asked."""
    recorded = json.loads((HERE / "opensdmx/recorded.json").read_text())
    if python_at_least(12) is None:
        record_testsuite_property("opensdmx", "replayed: there is no Python 3.12 or newer here")
        for one in recorded:
            answer = httpx.get(server + one["address"], headers={"Accept": one["accept"]})
            assert answer.status_code == one["status"], one
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert {r["TIME_PERIOD"]: int(r["OBS_VALUE"]) for r in rows} == HOMICIDES
        return
    found = _opensdmx(server)
    assert set(found["flows"]) >= RELEASED
    assert found["dimensions"] == ["freq", "iccs", "unit", "geo"]
    assert set(found["codes"]) == codes
    assert {period[:4]: float(value) for period, value in found["observations"]} == HOMICIDES  # it makes dates of years
    assert "ICCS0101" in found["available"]["iccs"]
    assert all(one["status"] == 200 for one in found["asked"])
    assert found["asked"] == recorded, "record anew: what opensdmx asks has changed"


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_sdmx_rest(server: str, api: str):
    """sdmx-rest (npm) asks data, structure, availability and schema of both generations with all its parameters."""
    found = javascript("read_sdmx_rest.cjs", server)[api]
    rows = list(csv.DictReader(io.StringIO(found["data"]["text"])))
    assert {r["TIME_PERIOD"]: int(r["OBS_VALUE"]) for r in rows if r["TIME_PERIOD"] >= "2020"} == HOMICIDES
    assert "ICCS0101" in found["structure"]["text"]
    assert "ICCS0101" in found["availability"]["text"]
    assert "ICCS0101" in found["schema"]["text"]
    assert found["schema"]["text"].startswith("<?xml")


def test_sdmx_json_parser(server: str):
    """sdmx-json-parser (npm) adds `format=jsondata` itself and reads the answer as SDMX-JSON 2.0."""
    address = (
        f"{server}/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/{SERIES}?dimensionAtObservation=AllDimensions"
    )
    found = javascript("read_sdmx_json_parser.mjs", address)
    assert [d["id"] for d in found["dimensions"]] == ["freq", "iccs", "unit", "geo", "TIME_PERIOD"]
    values = {row["TIME_PERIOD"]: row["value"] for row in found["data"]}
    assert {p: v for p, v in values.items() if p >= "2020"} == HOMICIDES


@pytest.mark.parametrize("language", ["en", "fr"])
def test_jsonstat_toolkit(server: str, language: str):
    """jsonstat-toolkit (npm) reads cells, roles, labels in the language, status and source."""
    found = javascript(
        "read_jsonstat.mjs", f"{server}/sdmx/v1/data/ESTAT_CRIM_OFF_CAT/{SERIES}?format=jsonstat&lang={language}"
    )
    assert found["class"] == "dataset"
    assert found["role"]["time"] == ["TIME_PERIOD"]
    assert found["labels"]["iccs"] == [{"en": "Intentional homicide", "fr": "Homicide volontaire"}[language]]
    values = {row["TIME_PERIOD"]: row["value"] for row in found["rows"]}
    assert {p: v for p, v in values.items() if p >= "2020"} == HOMICIDES
    assert "SSMSI" in found["source"]
