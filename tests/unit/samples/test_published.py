"""The published figures in internal codes, digit for digit against the published rows they come from."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
PUBLISHED = SAMPLES / "published"


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def source():
    return {r["row_id"]: r for r in read(SAMPLES / "source" / "published_values.csv")}


@pytest.fixture(scope="module")
def prisons():
    return read(PUBLISHED / "prisons.csv")


def figure(rows, **codes):
    """The value of the one row with these codes."""
    found = [r["valeur"] for r in rows if all(r[c] == v for c, v in codes.items())]
    assert len(found) == 1, (codes, found)
    return found[0]


def test_the_committed_files_are_what_the_tool_writes(tmp_path):
    subprocess.run(
        [sys.executable, str(SAMPLES / "make_published.py"), "--out", str(tmp_path)], check=True, capture_output=True
    )
    names = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.csv")}
    assert names == {str(p.relative_to(PUBLISHED)) for p in PUBLISHED.rglob("*.csv")}
    for name in names:
        assert (tmp_path / name).read_bytes() == (PUBLISHED / name).read_bytes(), name


@pytest.mark.parametrize(
    ("code", "year", "value"),
    [
        ("SSMSI_HOMICIDE", "2008", "975"),
        ("SSMSI_HOMICIDE", "2022", "821"),
        ("SSMSI_TENTATIVE_HOMICIDE", "2015", "2112"),
        ("SSMSI_VOL", "2009", "1383325"),
        ("SSMSI_STUPEFIANTS", "2016", "241887"),
        ("SSMSI_POTS_DE_VIN", "2021", "265"),
    ],
)
def test_offences_by_hand(code, year, value):
    rows = read(PUBLISHED / "ssmsi_infractions.csv")
    assert figure(rows, index_ssmsi=code, periode=year, indicateur="SSMSI_INFR", territoire="fr_met_drom") == value


@pytest.mark.parametrize(
    ("codes", "value"),
    [
        ({"indicateur": "PRI_DETENUS", "periode": "2019-01", "sexe": "T", "age": "T"}, "70059"),
        ({"indicateur": "PRI_DETENUS", "periode": "2015-01", "sexe": "T", "age": "T"}, "66270"),
        ({"indicateur": "PRI_DETENUS", "periode": "2022-10", "sexe": "T", "age": "T"}, "72350"),
        ({"indicateur": "PRI_DETENUS", "periode": "2019-01", "sexe": "2", "age": "T"}, "2534"),
        ({"indicateur": "PRI_DETENUS", "periode": "2011-01", "sexe": "T", "age": "MIN"}, "692"),
        ({"indicateur": "PRI_CAPA", "periode": "2019-01", "unite": "place"}, "60151"),
        ({"indicateur": "PRI_PREVENUS", "periode": "2020-01", "sexe": "T", "detail": ""}, "18327"),
        ({"indicateur": "PRI_PREVENUS", "periode": "2020-01", "detail": "GE12M"}, "7152"),
        ({"indicateur": "PRI_CONDAMNES", "periode": "2022-01"}, "50788"),
        ({"indicateur": "PRI_NONDET", "periode": "2020-01", "sexe": "T"}, "12209"),
        ({"indicateur": "PRI_ENTREES", "periode": "2021", "statut_pen": "T", "freq": "A"}, "76934"),
    ],
)
def test_prisons_by_hand(prisons, codes, value):
    assert figure(prisons, **codes) == value


def test_offences_are_the_published_counts(source):
    index = {r["code"]: r["iccs"] for r in read(SAMPLES / "source" / "ssmsi_index.csv")}
    rows = read(PUBLISHED / "ssmsi_infractions.csv")
    counts = {
        (r["series_key"], r["period"]): r
        for r in source.values()
        if r["dataset"] == "crim_off_cat" and r["unit"] == "NR"
    }
    assert len(rows) == len(counts) == 16 * 15
    for r in rows:
        one = counts[f"A.{index[r['index_ssmsi']]}.NR.FR", r["periode"]]
        assert r["valeur"] == one["value"]
        assert (r["statut"], r["valeur"] == "") == (("NC", True) if one["obs_status"] == "O" else ("D", False))


def test_what_eurostat_published_is_kept_whole(source):
    rows = read(PUBLISHED / "publications" / "estat_crim_off_cat.csv")
    mine = {(f"{r['freq']}.{r['iccs']}.{r['unit']}.{r['geo']}", r["TIME_PERIOD"]): r for r in rows}
    theirs = {(r["series_key"], r["period"]): r for r in source.values() if r["dataset"] == "crim_off_cat"}
    assert mine.keys() == theirs.keys() and len(rows) == 480
    for key, one in theirs.items():
        assert (mine[key]["OBS_VALUE"], mine[key]["OBS_STATUS"]) == (one["value"], one["obs_status"])
    assert mine["A.ICCS0101.P_HTHAB.FR", "2008"]["OBS_VALUE"] == "1.52"


def test_prisons_say_where_they_come_from(source, prisons):
    provenance = read(PUBLISHED / "prisons_provenance.csv")
    assert len(provenance) == len(prisons)
    used = []
    for line, origin in zip(prisons, provenance, strict=True):
        ids = origin["source_rows"].split(";")
        used += ids
        assert all(line[c] == origin[c] for c in ("indicateur", "periode", "sexe", "age", "detail", "valeur"))
        for one in (source[i] for i in ids):
            assert int(line["valeur"]) == float(one["value"]) and one["unit"] == "Counts"
            assert one["period"] == origin["published_year"]
            if line["freq"] == "A":
                assert line["periode"] == one["period"]
            elif one["period"] == "2022":
                assert line["periode"] == "2022-10"
            else:
                assert line["periode"] == f"{int(one['period']) + 1}-01"
    left_out = [r["row_id"] for r in read(PUBLISHED / "prisons_left_out.csv")]
    counts = [i for i, r in source.items() if r["source_body"] == "UNODC" and r["unit"] == "Counts"]
    assert sorted(used + left_out) == sorted(counts)  # each published count is used once or said to be left out


def test_keys_are_single(prisons):
    key = [c for c in prisons[0] if c not in ("valeur", "unite", "statut", "conf", "extrait_le")]
    assert len({tuple(r[c] for c in key) for r in prisons}) == len(prisons)
    assert {r["territoire"] for r in prisons} == {"fr_all"}


def test_population():
    rows = read(PUBLISHED / "population.csv")
    assert [r["periode"] for r in rows] == [str(y) for y in range(2008, 2025)]
    assert figure(rows, periode="2022", territoire="fr_met_drom") == "67871925"
    assert {r["periode"]: r["statut"] for r in rows}["2024"] == "PR"
