"""Facts that the shipped maps must state, worked out by hand from the recipients' definitions; read as plain files."""

import csv
from pathlib import Path

import pytest
from shipped_catalogue import read_plain

MAPPINGS = Path(__file__).resolve().parents[3] / "mappings"
MAPS = sorted(p for p in MAPPINGS.glob("*/*.yaml") if p.name != "recipient.yaml" and p.parent.name != "correspondences")
TABLES = sorted(p for p in MAPPINGS.glob("*/*.csv") if p.parent.name != "policies")
WITHOUT_TARGET = {"not-applicable", "not-available", "no-target"}


def table(name: str) -> list[dict[str, str]]:
    with (MAPPINGS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def structure_map(name: str) -> dict:
    return read_plain((MAPPINGS / name).read_text(encoding="utf-8"))


def only(name: str, **source: str) -> dict[str, str]:
    """The one row of a table with these source values."""
    found = [r for r in table(name) if all(r[f"source:{k}"] == v for k, v in source.items())]
    assert len(found) == 1, found
    return found[0]


def flagged(map_: dict, **cells: str) -> bool:
    """A type of these very target cells declares flag_D."""
    return any(
        c["kind"] == "flag_D"
        for t in map_["types"]
        if t["cells"] and all(cells.get(k) == v for k, v in t["cells"].items())
        for c in t.get("conversions", [])
    )


def label(path: Path) -> str:
    return path.relative_to(MAPPINGS).as_posix()


def test_one_map_per_flow() -> None:
    targets = [structure_map(label(p))["target"] for p in MAPS]
    assert sorted(targets) == sorted(set(targets))
    assert sorted(targets) == sorted(
        f for p in MAPPINGS.glob("*/recipient.yaml") for f in read_plain(p.read_text(encoding="utf-8"))["dataflows"]
    )


@pytest.mark.parametrize("path", TABLES, ids=label)
def test_each_row_says_why(path: Path) -> None:
    rows = table(label(path))
    assert len({r["row_id"] for r in rows}) == len(rows)
    for r in rows:
        assert r["reason"] and r["reference"] and r["confidence"], r["row_id"]
        targets = [v for k, v in r.items() if k.startswith("target:")]
        assert (r["kind"] in WITHOUT_TARGET) == (not any(targets)), r["row_id"]


@pytest.mark.parametrize("path", MAPS, ids=label)
def test_a_broader_source_carries_the_flag_d(path: Path) -> None:
    """The source holds more than the target asks: the figure goes out as of another definition (QR-MAP-02)."""
    map_ = structure_map(label(path))
    tables = [
        table((path.parent / c["map"]).resolve().relative_to(MAPPINGS).as_posix())
        for c in map_["components"]
        if "map" in c
    ]
    always = {k: v for rows in tables if len(rows) == 1 for k, v in rows[0].items()}  # the same for every cell
    for row in (r for rows in tables for r in rows if r["kind"] == "broader"):
        cells = {k.removeprefix("target:"): v for k, v in (always | row).items() if k.startswith("target:")}
        assert flagged(map_, **(map_.get("fixed", {}) | cells)), row["row_id"]


def test_homicide_in_prison_is_broader_than_intentional_homicide() -> None:
    row = only("ESTAT/infraction_to_pris_iccs.csv", INFRACTION="HOMV")
    assert (row["target:iccs"], row["kind"]) == ("ICCS0101", "broader")
    assert flagged(structure_map("ESTAT/crim_pris_off.yaml"), iccs="ICCS0101")
    assert not flagged(structure_map("ESTAT/crim_pris_off.yaml"), iccs="ICCS03011")


def test_sexual_assault_is_the_sum_of_two_groups() -> None:
    rows = [r for r in table("ESTAT/infraction_to_pris_iccs.csv") if r["target:iccs"] == "ICCS03012"]
    assert {r["source:INFRACTION"] for r in rows} == {"AGR_SEX", "ATT_SEX_MIN"}
    assert structure_map("ESTAT/crim_pris_off.yaml")["aggregate"]["over"] == ["INFRACTION"]


def test_persons_in_cases_are_not_persons() -> None:
    for name in ("ESTAT/crim_just_sex.yaml", "ESTAT/crim_just_age.yaml"):
        map_ = structure_map(name)
        assert flagged(map_, leg_stat="PER_PRSC", unit="NR")
        assert not flagged(map_, leg_stat="PER_CNV", unit="NR")


def test_legal_persons_are_read_and_sent_to_nobody() -> None:
    for name in ("ESTAT/sexe_to_sex.csv", "ESTAT/age_to_age.csv"):
        rows = [r for r in table(name) if r["source:SEXE"] == "9"]
        assert rows
        assert {r["kind"] for r in rows} == {"not-applicable"}
    for name in ("ESTAT/crim_just_sex.yaml", "ESTAT/crim_just_age.yaml"):
        select = structure_map(name)["select"]
        assert "9" in select["SEXE"]
        assert "T" not in select["SEXE"]  # the internal total of sexes holds legal persons


def test_each_offence_group_stands_in_exactly_one_section() -> None:
    rows = [r for r in table("UNODC/convicted_to_justice.csv") if r["target:DIMENSION"] == "ACTS"]
    groups = [r["source:INFRACTION"] for r in rows]
    assert len(groups) == len(set(groups)) == 54
    assert len({r["target:CATEGORY"] for r in rows}) == 11
    section = {r["source:INFRACTION"]: r["target:CATEGORY"] for r in rows}
    hand = {
        "HOMI_ROUTE": "CAT12",  # 01, homicide without intent is a death all the same
        "ROUTE_ALC": "CAT13",  # 02, driving under influence is a dangerous act against persons
        "VOL_VIOL": "CAT15",  # 04, robbery
        "CAMBR_HAB": "CAT16",  # 05, burglary
        "STUP_USAGE": "CAT17",  # 06, drugs
        "ESCROQ": "CAT18",  # 07, fraud
        "TERRO": "CAT20",  # 09, terrorism
    }
    assert {g: section[g] for g in hand} == hand


def test_the_year_2022_of_unodc_is_the_first_of_october() -> None:
    for name in ("UNODC/stock_dates.csv", "UNODC/stock_dates_footnote.csv"):
        assert [r["source:TIME_PERIOD"] for r in table(name) if r["target:TIME_PERIOD"] == "2022"] == ["2022-10"]
        assert only(name, TIME_PERIOD="2023-01")["kind"] == "not-applicable"
        assert only(name, TIME_PERIOD="2019-01")["target:TIME_PERIOD"] == "2018"
    assert (
        only("UNODC/stock_dates_footnote.csv", TIME_PERIOD="2022-10")["target:FOOTNOTE"] == "Stock on 1 October 2022."
    )


def test_the_year_2022_of_eurostat_is_the_first_of_october() -> None:
    """72,350 held in 60,709 places is the occupancy of 119 that Eurostat published for 2022."""
    assert round(100 * 72350 / 60709) == 119
    assert only("ESTAT/stock_dates.csv", TIME_PERIOD="2022-10")["target:TIME_PERIOD"] == "2022"
    assert only("ESTAT/stock_dates.csv", TIME_PERIOD="2023-01")["kind"] == "not-applicable"
    assert only("ESTAT/stock_dates_january.csv", TIME_PERIOD="2023-01")["target:TIME_PERIOD"] == "2022"


def test_no_rate_over_two_fields() -> None:
    """Prisons cover the whole of France, the population métropole and DROM (D12)."""
    for name in ("crim_pris_cap", "crim_pris_tri", "crim_pris_off"):
        map_ = structure_map(f"ESTAT/{name}.yaml")
        assert not any(c["kind"] == "rate" for c in map_.get("calculations", []))
        assert {"unit": "P_HTHAB"} in [n["cells"] for n in map_["not_provided"]]
    for name in ("crim_off_cat", "crim_just_sex", "crim_just_age"):
        rates = [c for c in structure_map(f"ESTAT/{name}.yaml")["calculations"] if c["kind"] == "rate"]
        assert [(r["population"]["territory"], r["factor"], r["decimals"]) for r in rates] == [
            ("fr_met_drom", 100000, 2)
        ]


def test_capacity_is_the_operational_one() -> None:
    assert "PRI_CAPA_NORME" not in structure_map("ESTAT/crim_pris_cap.yaml")["select"]["INDICATEUR"]
    assert only("ESTAT/indicateur_to_indic_cr.csv", INDICATEUR="PRI_CAPA")["target:indic_cr"] == "PRIS_OFF_CAP"


def test_non_litigious_groups_stand_in_line_2_1() -> None:
    for name in ("CEPEJ/civil_to_q91.csv", "CEPEJ/civil_to_stat.csv"):
        rows = table(name)
        lines = {(r["source:INDICATEUR"], r["source:NAC"]): r["target:QUESTION"] for r in rows}
        assert {nac for (_, nac), line in lines.items() if line == "Q91_L2_1"} == {"PERSONNES", "PROTECTION"}
        assert lines["CIV_TC_NOUV", "INJONCTION"] == "Q91_L1"
        totals = {r["source:INDICATEUR"] for r in rows if r["source:NAC"] == "T" and r["target:QUESTION"]}
        assert totals <= {f"CIV_CA_{kind}" for kind in ("NOUV", "TERM", "STOCK")}  # others would count every case twice


def test_what_cepej_computes() -> None:
    formulas = {c["id"]: c for c in structure_map("CEPEJ/stat.yaml")["calculations"]}
    assert formulas["CR"]["expression"] == "100 * RES / IN"
    assert formulas["DT"]["expression"] == "365 * P1 / RES"
    (lag,) = structure_map("CEPEJ/q91.yaml")["calculations"]
    assert (lag["kind"], lag["years"], lag["where"], lag["set"]) == (
        "lag",
        1,
        {"CASE_STATUS": ["P1"]},
        {"CASE_STATUS": "P0"},
    )


def test_each_published_line_of_recorded_offences_has_its_own_code() -> None:
    rows = table("ESTAT/index_ssmsi_to_iccs.csv")
    assert len({r["source:INDEX_SSMSI"] for r in rows}) == len({r["target:iccs"] for r in rows}) == len(rows) == 16
    assert only("ESTAT/index_ssmsi_to_iccs.csv", INDEX_SSMSI="SSMSI_HOMICIDE")["target:iccs"] == "ICCS0101"
    absent = {n["cells"]["iccs"] for n in structure_map("ESTAT/crim_off_cat.yaml")["not_provided"]}
    assert absent == {"ICCS020111", "ICCS03011", "ICCS0701", "ICCS07041", "ICCS09051", "ICCS1001", "ICCS1002"}
