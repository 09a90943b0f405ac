"""From the published figures and the sample to a real SDMX client: values are those that were published, digit for digit."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import httpx
import pandas as pd
import pytest
import sdmx

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "samples/source/published_values.csv"


@pytest.fixture(scope="module")
def client(server):
    sdmx.add_source({"id": "SSER", "name": "SSER", "url": f"{server}/sdmx/v1"}, override=True)
    return sdmx.Client("SSER")


def published(dataset: str) -> dict[tuple[str, str], str]:
    with PUBLISHED.open(encoding="utf-8") as stream:
        return {
            (r["series_key"], r["period"]): r["value"]
            for r in csv.DictReader(stream)
            if r["dataset"] == dataset and r["series_key"] and not r["unit"].startswith("Rate")
        }


def test_sdmx1_reads_the_homicides_that_eurostat_published(client):
    message = client.data("ESTAT_CRIM_OFF_CAT", key="A.ICCS0101.NR.FR")
    frame = sdmx.to_pandas(message.data[0]).reset_index()
    by_year = dict(zip(frame["TIME_PERIOD"], frame["value"], strict=True))
    assert by_year["2008"] == 975
    assert by_year["2022"] == 821
    assert len(by_year) == 15


def test_published_counts_come_out_digit_for_digit(server):
    body = httpx.get(f"{server}/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/A.*.NR.FR?format=csv").text
    rows = {(f"A.{r['iccs']}.NR.FR", r["TIME_PERIOD"]): r["OBS_VALUE"] for r in csv.DictReader(io.StringIO(body))}
    wanted = {k: v for k, v in published("crim_off_cat").items() if k[0].split(".")[2:3] == ["NR"]}
    assert len(wanted) == 240
    assert rows == wanted


def test_rates_are_recomputed_from_count_and_population_once_rounded_half_up(server):
    body = httpx.get(f"{server}/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0?format=csv").text
    found = {(r["iccs"], r["unit"], r["TIME_PERIOD"]): r["OBS_VALUE"] for r in csv.DictReader(io.StringIO(body))}
    # By hand: 975 / 64,007,193 × 100,000 = 1.5232…; 821 / 67,871,925 × 100,000 = 1.2096…
    assert Decimal(found["ICCS0101", "P_HTHAB", "2008"]) == Decimal("1.52")
    assert Decimal(found["ICCS0101", "P_HTHAB", "2022"]) == Decimal("1.21")
    # 2,482 / 67,026,224 × 100,000 = 3.7030…: Eurostat published 3.72, made with the population of 2016.
    assert Decimal(found["ICCS0102", "P_HTHAB", "2018"]) == Decimal("3.70")
    # A count that was not published has no rate: missing, with a status, and not zero.
    assert found["ICCS020221", "NR", "2022"] == found["ICCS020221", "P_HTHAB", "2022"] == ""


def test_persons_held_are_those_of_unodc(server):
    body = httpx.get(f"{server}/sdmx/v1/data/UNODC_PRISONS/all?format=csv").text
    rows = list(csv.DictReader(io.StringIO(body)))
    total = {
        r["TIME_PERIOD"]: r["OBS_VALUE"]
        for r in rows
        if (r["INDICATOR"], r["DIMENSION"], r["CATEGORY"], r["SEX"], r["AGE"])
        == ("PERS_HELD", "TOTAL", "CAT00", "Total", "Total")
    }
    wanted = {
        period: str(Decimal(value).quantize(Decimal(1)))
        for (key, period), value in published("data_cts_prisons_and_prisoners").items()
        if key == "Persons held|Total|Total|Total|Total" and Decimal(value) == int(Decimal(value))
    }
    assert total["2018"] == "70059"
    assert total["2022"] == "72350"
    assert {p: v for p, v in total.items() if p >= "2006"} == {p: v for p, v in wanted.items() if p >= "2006"}


def test_real_and_synthetic_are_told_apart_everywhere(server, client):
    answer = httpx.get(f"{server}/sdmx/v1/data/CEPEJ_Q91")
    assert answer.headers["data-origin"] == "synthetic"
    assert "SYNTHETIC" in answer.headers["content-disposition"]
    assert client.data("CEPEJ_Q91").header.test is True
    assert client.data("ESTAT_CRIM_OFF_CAT", key="A.ICCS0101.NR.FR").header.test is False
    rows = list(csv.DictReader(io.StringIO(httpx.get(f"{server}/sdmx/v1/data/CEPEJ_Q91?format=csv").text)))
    assert {r["DATA_ORIGIN"] for r in rows} == {"synthetic"}
    assert "SYNTHETIC" in httpx.get(f"{server}/").text


def test_clearance_rate_and_disposition_time_follow_from_the_collection(server):
    def table(flow: str) -> dict[tuple[str, str, str], str]:
        body = httpx.get(f"{server}/sdmx/v1/data/{flow}?format=csv").text
        name = "CASE_STATUS" if flow == "CEPEJ_Q91" else "INDICATOR"
        return {(r["QUESTION"], r[name], r["TIME_PERIOD"]): r["OBS_VALUE"] for r in csv.DictReader(io.StringIO(body))}

    q91, stat = table("CEPEJ_Q91"), table("CEPEJ_STAT")
    years = sorted({period for question, status, period in q91 if (question, status) == ("Q91_L1", "RES")})
    assert len(years) >= 10
    for year in years:
        resolved, incoming = Decimal(q91["Q91_L1", "RES", year]), Decimal(q91["Q91_L1", "IN", year])
        pending = Decimal(q91["Q91_L1", "P1", year])
        assert abs(Decimal(stat["Q91_L1", "CR", year]) - 100 * resolved / incoming) <= Decimal("0.005")
        assert abs(Decimal(stat["Q91_L1", "DT", year]) - 365 * pending / resolved) <= Decimal("0.005")
        before = str(int(year) - 1)
        if ("Q91_L1", "P1", before) in q91:
            assert q91["Q91_L1", "P0", year] == q91["Q91_L1", "P1", before]


def test_an_estimate_shows_its_precision_and_a_forecast_its_bounds(server):
    """Of 349,500 users for whom the 1,500 respondents of 2024 stand, 208,045 are satisfied: 59.53 percent, ± 2.68."""

    def table(flow: str) -> dict[tuple[str, str, str], dict[str, str]]:
        body = httpx.get(f"{server}/sdmx/v1/data/{flow}?format=csv").text
        return {(r["INDICATOR"], r["ESTIMATE"], r["TIME_PERIOD"]): r for r in csv.DictReader(io.StringIO(body))}

    surveys, forecast = table("OBS_SURVEYS"), table("OBS_FORECASTS")
    shown = {e: r["OBS_VALUE"] for (i, e, year), r in surveys.items() if (i, year) == ("USERS_SATISFIED", "2024")}
    assert shown == {
        "POINT": "59.53", "SE": "1.37", "CI_LOW": "56.85", "CI_HIGH": "62.20", "SAMPLE": "1500", "W_POS": "208045",
        "W_ALL": "349500",
    }  # fmt: skip
    assert {(r["OBS_STATUS"], r["DATA_ORIGIN"]) for r in surveys.values()} == {("E", "synthetic")}
    assert {(r["OBS_STATUS"], r["METHOD"]) for r in forecast.values()} == {("F", "FORECAST")}
    assert forecast["PRISONERS", "POINT", "2026"]["OBS_VALUE"] == "81900"
    assert forecast["PRISONERS", "CI_LOW", "2026"]["OBS_VALUE"] == "80400"
    names = httpx.get(f"{server}/sdmx/v1/codelist/SSER/OBS_ESTIMATE/1.0.0").text
    assert "Standard error, percentage points" in names
    assert "Erreur type, en points" in names


def test_clearance_rate_agrees_with_the_sample_file_read_by_pandas(server, demo_home):
    rows = pd.read_csv(demo_home / "samples/clean.csv", dtype=str, keep_default_na=False)
    last = rows.sort_values("version").drop_duplicates(
        [c for c in rows.columns if c not in ("valeur", "unite", "statut", "conf", "version", "extrait_le")],
        keep="last",
    )
    france = last[(last.niveau_geo == "FR") & (last.freq == "A") & (last.periode == "2019") & (last["nac"] != "T")]

    def total(suffix: str) -> int:
        mine = france[france.indicateur.isin([f"CIV_TJ_{suffix}", f"CIV_TC_{suffix}", f"CIV_CPH_{suffix}"])]
        mine = mine[~((mine.indicateur == f"CIV_TJ_{suffix}") & mine["nac"].isin(["PERSONNES", "PROTECTION"]))]
        return int(mine.valeur.astype(int).sum())

    body = httpx.get(f"{server}/sdmx/v1/data/CEPEJ_Q91?format=csv&startPeriod=2019&endPeriod=2019").text
    found = {(r["QUESTION"], r["CASE_STATUS"]): r["OBS_VALUE"] for r in csv.DictReader(io.StringIO(body))}
    assert found["Q91_L1", "IN"] == str(total("NOUV"))
    assert found["Q91_L1", "RES"] == str(total("TERM"))


def test_explain_makes_the_figure_again(greffe):
    shown = greffe("explain", "SSER:ESTAT_CRIM_OFF_CAT(1.0.0)/A.ICCS0101.P_HTHAB.FR", "2022", "--json")
    assert shown.code == 0, shown.err
    trail = shown.json()
    assert (trail["published"], trail["agrees"]) == ("1.21", True)
    assert trail["map"]["approvers"][0]["person"] == "driss"
    assert {a["person"] for a in trail["draft"]["approvers"]} == {"driss", "elise"}
    assert trail["draft"]["author"] == "camille"
    rate = trail["trace"]
    assert rate["calculation_id"]
    counted = [s for o in rate["operands"] for s in o["sources"]]
    assert ("821", "2022") in [(s["value"], s["period"]) for s in counted]
    assert any(m["row_id"] and m["reason"] for o in rate["operands"] for m in o["mappings"])
    assert "QR-RAT-01" in trail["rules_passed"]


def test_explain_over_http_shows_no_internal_value_and_no_name(server):
    answer = httpx.get(f"{server}/api/v1/explain/ESTAT_CRIM_JUST_SEX/A.PER_CNV.T.NR.FR/2022")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["agrees"] is True
    assert found["map_approved"].startswith("two approvers, ")
    assert found["internal_rows"]
    for name in ("camille", "driss", "elise", "farid"):
        assert name not in answer.text


def test_what_is_published_and_does_not_follow_is_reported_with_its_vintage(greffe):
    shown = greffe("check", "samples/published/publications/estat_crim_off_cat.csv", "--rule", "QR-RAT-01", "--json")
    assert shown.code == 3, shown.err
    found = {(f["key"]["iccs"], f["period"]): f for f in shown.json()["findings"]}
    assert ("ICCS0102", "2018") in found
    assert "2016" in found["ICCS0102", "2018"]["messages"]["en"]


def test_the_imperfect_extract_was_refused_and_its_rejects_are_kept(demo_home, greffe):
    listed = greffe("extracts", "--json").json()["extracts"]
    states = [e["state"] for e in listed]
    assert sum(s.startswith("refused") for s in states) == 1
    rejects = list((demo_home / "extracts").glob("*-refused/rejects.csv"))
    assert len(rejects) == 1
    assert not list((demo_home / "extracts").glob("*-refused/rows.parquet"))
    with rejects[0].open(encoding="utf-8") as stream:
        assert {"rule", "column", "found", "expected", "nearest"} <= set(csv.DictReader(stream).fieldnames or ())


def test_the_second_start_keeps_its_data_and_is_quick(greffe):
    again = greffe("demo", "--only-build")
    assert again.code == 0, again.err
    assert "refused whole" not in again.out
    assert greffe("verify", "--json").json() == {"faults": []}
