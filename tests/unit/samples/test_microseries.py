"""The synthetic extract: identities of a clean one, counted again with pandas; the answer key of an imperfect one."""

import csv
import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
SDMX = SAMPLES.parent / "sdmx/SSER"
HEADER = (
    "indicateur,niveau_geo,geo,periode,freq,territoire,infraction,nataff,nac,sexe,age,nationalite,statut_pen,detail,"
    "valeur,unite,statut,conf,version,extrait_le"
)
KEY = HEADER.split(",")[:14]
CLASSES = {
    "MISSING_ROW", "EMPTY_VALUE", "STOCK_BREAK", "STOCK_BREAK_TJ", "SEX_SUM", "AGE_SUM", "GEO_SUM", "BAD_CODE",
    "OUTLIER", "NEGATIVE", "DUPLICATE", "FORMAT", "CONF_FLAG", "FLAG_FINAL", "PERIOD", "DENSITY", "QUARTER_SUM",
    "TERRITORY",
}  # fmt: skip
CASES = {
    "CIV_TJ": "NOUV TERM STOCK", "CIV_TC": "NOUV TERM STOCK", "CIV_CPH": "NOUV TERM STOCK", "CIV_CA": "NOUV TERM STOCK",
    "CIV_CC": "NOUV TERM STOCK", "PEN_CA": "NOUV TERM STOCK",
    "FAM_DIV": "NOUV PRON STOCK", "ENT_PC": "OUV TERM STOCK", "PEN_JUG": "NOUV TERM STOCK",
}  # fmt: skip
RATIOS = ("pourcent", "mois", "jour")  # units of what nothing sums


def made(folder: Path, name: str, *options: str) -> Path:
    target = folder / name
    command = [sys.executable, str(SAMPLES / "make_microseries.py"), "--out", str(target), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return target


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("microseries")


@pytest.fixture(scope="module")
def clean_file(folder):
    return made(folder, "clean.csv", "--rows", "290000", "--error-rate", "0")


@pytest.fixture(scope="module")
def clean(clean_file):
    """What stands after the revisions: the highest version of each key."""
    d = pd.read_csv(clean_file, dtype=str, keep_default_na=False)
    assert ",".join(d.columns) == HEADER
    assert not d.duplicated([*KEY, "version"]).any()
    assert set(d["statut"][d["valeur"] == ""]) == {"SO"}  # a mean or a rate of nothing
    d["v"] = pd.to_numeric(d["valeur"])
    assert set(d["version"]) == {"1", "2"}
    return d.sort_values("version", kind="stable").drop_duplicates(KEY, keep="last")


def wide(d, column):
    """One line per key without `column`, one column per code of it; absent cells are NaN."""
    return d.pivot(index=[k for k in KEY if k != column], columns=column, values="v")


def same(left, right):
    joined = pd.concat([left, right], axis=1, keys=["left", "right"]).dropna()
    assert len(joined) > 0
    wrong = joined[joined["left"] != joined["right"]]
    assert wrong.empty, wrong.head()


def total(frame, parts, needed):
    """T equals the sum of its parts wherever the parts are given."""
    given = frame[frame[needed].notna().all(axis=1) & frame["T"].notna()]
    same(given["T"], given[parts].sum(axis=1))


def at(d, **codes):
    mask = pd.Series(True, d.index)
    for column, code in codes.items():
        mask &= d[column].isin([code] if isinstance(code, str) else code)
    return d[mask]


@pytest.fixture(scope="module")
def counts(clean):
    """What may be summed."""
    return clean[~clean["unite"].isin(RATIOS)]


def test_sexes_ages_and_nationalities_make_their_totals(counts):
    total(wide(counts, "sexe"), ["1", "2", "9"], ["1", "2"])
    total(wide(counts, "age"), ["MIN", "MAJ", "PM"], ["MIN", "MAJ"])
    total(wide(counts, "nationalite"), ["F", "UE", "HUE", "AP", "ND"], ["F", "UE"])


@pytest.mark.parametrize("column", ["infraction", "nataff", "nac", "detail", "statut_pen"])
def test_groups_make_their_total(counts, column):
    frame = wide(at(counts, **{column: sorted(set(counts[column]) - {""})}), column)
    frame = frame[frame["T"].notna()]
    parts = frame.drop(columns="T").sum(axis=1, min_count=2)
    same(frame["T"], parts)


def test_regions_are_their_departments_and_overseas_completes_france(counts):
    with (SAMPLES / "source" / "departments.csv").open(encoding="utf-8") as stream:
        region = {r["dep"]: "R" + r["insee_region"] for r in csv.DictReader(stream)}
    rest = [k for k in KEY if k not in ("geo", "niveau_geo")]
    clean = counts
    dep = at(clean, niveau_geo="DEP")
    assert set(dep["geo"]) == set(region)
    sums = dep.assign(geo=dep["geo"].map(region)).groupby([*rest, "geo"])["v"].sum()
    same(at(clean, niveau_geo="REG").set_index([*rest, "geo"])["v"], sums)
    france = at(clean, niveau_geo="FR").set_index(rest)["v"]
    parts = at(clean[clean["indicateur"].str.startswith("PRI_")], niveau_geo=["REG", "COM"])
    assert set(at(parts, niveau_geo="COM")["geo"]) == {"987", "988"}
    same(france, parts.groupby(rest)["v"].sum())
    penal = at(clean, niveau_geo="REG", indicateur=["CJN_CONDAMN", "PEN_PQ_POURS"])
    same(at(clean, niveau_geo="FR", age="T", nationalite="T").assign(age="", nationalite="").set_index(rest)["v"],
         penal.groupby(rest)["v"].sum())  # fmt: skip
    same(france, at(clean, niveau_geo="CA").groupby(rest)["v"].sum())


def test_quarters_make_the_year(clean):
    rest = [k for k in KEY if k not in ("periode", "freq")]
    quarters = at(clean, freq="Q")
    quarters = quarters.assign(year=quarters["periode"].str[:4])
    assert quarters.groupby([*rest, "year"]).size().eq(4).all()
    years = at(clean, freq="A").rename(columns={"periode": "year"}).set_index([*rest, "year"])["v"]
    same(years, quarters.groupby([*rest, "year"])["v"].sum())


@pytest.mark.parametrize("prefix", sorted(CASES))
def test_pending_cases_follow_from_flows(clean, prefix):
    new, done, stock = (f"{prefix}_{s}" for s in CASES[prefix].split())
    d = at(clean, indicateur=[new, done, stock], freq="A")
    d = d[~d["detail"].str.startswith("PROC_")]  # the stock is not split by proceedings
    frame = d.pivot(index=["geo", "nac", "detail", "periode"], columns="indicateur", values="v").sort_index()
    before = frame.groupby(level=["geo", "nac", "detail"])[stock].shift()
    assert before.notna().sum() >= 12
    same(frame[stock], before + frame[new] - frame[done])
    assert (frame >= 0).all(axis=None)


def test_occupancy_is_detained_over_places(clean):
    rest = ["niveau_geo", "geo", "periode"]
    held = at(clean, indicateur="PRI_DETENUS", sexe="T", age="T", nationalite="", statut_pen="").set_index(rest)["v"]
    density = at(clean, indicateur="PRI_DENSITE").set_index(rest)["v"]
    places = at(clean, indicateur="PRI_CAPA", detail="").set_index(rest)["v"]
    assert set(at(clean, indicateur="PRI_DENSITE")["detail"]) == {""}
    assert len(density) == 13 * (1 + 18 + 101 + 2)
    assert ((density - 100 * held / places).abs() <= 0.0501).all()


def test_prison_tables_agree_with_each_other(clean):
    month = at(clean, niveau_geo="FR", freq="M")
    by = ["periode", "sexe"]

    def stock(name, **codes):
        usual = {"age": "T", "nationalite": "", "detail": "", "statut_pen": "", "infraction": ""}
        return at(month, indicateur=name, **(usual | codes)).set_index(by)["v"]

    detained = stock("PRI_DETENUS")
    same(detained, stock("PRI_PREVENUS") + stock("PRI_CONDAMNES"))
    same(stock("PRI_ECROUES"), detained + stock("PRI_NONDET"))
    same(detained, stock("PRI_DETENUS_INF", age="", infraction="T"))
    nations = at(month, indicateur="PRI_DETENUS", nationalite=["F", "UE", "HUE", "AP", "ND"])
    same(detained, nations.groupby(by)["v"].sum())
    durations = at(month, indicateur="PRI_PREVENUS", detail=["LT6M", "M6_12", "GE12M"])
    same(stock("PRI_PREVENUS"), durations.groupby(by)["v"].sum())
    same(stock("MIN_DETENUS", age="", statut_pen="T"), stock("PRI_DETENUS", age="MIN"))
    same(stock("MIN_DETENUS", age="", statut_pen="PREV"), stock("PRI_PREVENUS", age="MIN"))
    assert (stock("PRI_PREV_APPEL", age="") < stock("PRI_PREVENUS")).all()
    flows = at(clean, niveau_geo="FR", freq="A", statut_pen="T", sexe="", age="", nationalite="", detail="").pivot(
        index="periode", columns="indicateur", values="v"
    )
    january = detained.xs("T", level="sexe")
    january = january.sort_index()
    january.index = january.index.str[:4]
    same(january.shift(-1) - january, flows["PRI_ENTREES"] - flows["PRI_SORTIES"])


def test_parts_never_exceed_the_whole(clean):
    rest = [k for k in KEY if k != "indicateur"]
    figures = {name: d.set_index(rest)["v"] for name, d in clean.groupby("indicateur")}
    for part, whole in (
        ("CJN_CONDAMNES", "CJN_CONDAMN"),
        ("PEN_PQ_POURS", "PEN_PQ_AUT_TRAIT"),
        ("CIV_TJ_STOCK_2ANS", "CIV_TJ_STOCK"),
        ("RH_JUGES", "RH_JUGES_PHYS"),
        ("RH_PROCUREURS", "RH_PROCUREURS_PHYS"),
        ("RH_PENIT", "RH_PENIT_PHYS"),
        ("PRI_CAPA", "PRI_CAPA_NORME"),
        ("FAM_JAF_NOUV", "CIV_TJ_NOUV"),
        ("PRI_DETENUS", "PRI_ECROUES"),
    ):
        both = pd.concat([figures[part], figures[whole]], axis=1, keys=["part", "whole"]).dropna()
        assert len(both) >= 13 * 3
        assert (both["part"] <= both["whole"]).all(), (part, whole)
    adults = [k for k in rest if k not in ("age", "nationalite")]
    for young, all_ages in (
        ("MIN_POURS", "PEN_PQ_POURS"),
        ("MIN_CONDAMN", "CJN_CONDAMN"),
        ("MIN_PQ_AUT", "PEN_PQ_AUT_TRAIT"),
    ):
        minors = at(clean, indicateur=all_ages, age="MIN", nationalite="T").set_index(adults)["v"]
        juvenile = at(clean, indicateur=young, niveau_geo="FR", age="")
        same(juvenile.set_index(adults)["v"], minors)


REFINED = [  # indicator, column, its other columns at their total, codes that make the row without the breakdown
    ("RH_JUGES", "detail", {"sexe": ["1", "2", "T"]}, ["DEG_1", "DEG_2", "DEG_3"]),
    ("RH_JUGES_PHYS", "detail", {"sexe": ["1", "2", "T"]}, ["DEG_1", "DEG_2", "DEG_3"]),
    ("RH_GREFFE", "detail", {"sexe": ["1", "2", "T"]}, ["CORPS_DSG", "CORPS_GREF", "CORPS_ADJ", "CORPS_AUT"]),
    ("AUX_AVOCATS", "detail", {"sexe": ["1", "2", "T"]}, ["EX_IND", "EX_ASS", "EX_SAL"]),
    ("AJ_BUDGET", "detail", {}, ["CIV", "PEN", "ADM", "AUT"]),
    ("BUD_MISSION", "detail", {}, ["PRG_166", "PRG_107", "PRG_182", "PRG_101", "PRG_AUT"]),
    ("BUD_P166", "detail", {}, ["TIT_2", "TIT_3", "TIT_5", "TIT_6"]),
    ("CIV_TJ_NOUV", "detail", {"nac": ["T"]}, ["PROC_FOND", "PROC_REFERE"]),
    ("FAM_ADOPT", "detail", {"sexe": ["T"]}, ["ADOPT_SIMPLE", "ADOPT_PLENIERE"]),
    ("PRI_DETENUS", "statut_pen", {"sexe": ["1", "2", "T"], "age": ["T"]}, ["PREV", "COND", "CPREV"]),
    ("PRI_ECROUES", "statut_pen", {"sexe": ["1", "2", "T"], "age": ["T"]}, ["PREV", "COND", "CPREV", "DDSE"]),
    ("PRI_CAPA", "detail", {}, ["QRT_MA", "QRT_CD", "QRT_MC", "QRT_SL", "QRT_MIN"]),
    ("PRI_NONDET", "detail", {"sexe": ["1", "2", "T"], "age": ["T"]}, ["AMG_DDSE", "AMG_PE"]),
    ("PRI_SORTIES", "detail", {"statut_pen": ["T"]}, [
        "SORT_FIN", "SORT_AMG", "SORT_LIB", "SORT_EVAS", "SORT_AUT", "SORT_DECES"]),
    ("PRI_ENTREES", "nationalite", {"statut_pen": ["T"]}, ["F", "UE", "HUE", "AP", "ND"]),
    ("PEN_PQ_POURS", "detail", {"nataff": ["T"], "sexe": ["T"], "age": ["T"], "nationalite": ["T"]}, [
        "MODE_CI", "MODE_COPJ", "MODE_CPPV", "MODE_CITD", "MODE_CRPC", "MODE_OP", "MODE_INST", "MODE_JE"]),
    ("CJN_CONDAMN", "detail", {"infraction": ["T"], "sexe": ["T"], "age": ["T"], "nationalite": ["T"]}, [
        "INF_CRI", "INF_DEL", "INF_C5"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "column", "at_total", "codes"), REFINED, ids=[f"{r[0]}-{r[3][0]}" for r in REFINED])
def test_a_refinement_makes_the_figure_that_it_refines(clean, name, column, at_total, codes):
    """The row without the breakdown is the total: one for every place, period and sex that the parts have."""
    d = at(clean, indicateur=name, niveau_geo="FR", **at_total)
    other = [k for k in KEY if k != column]
    parts = at(d, **{column: codes})
    assert parts.groupby(other).size().eq(len(codes)).all()
    sums = parts.groupby(other)["v"].sum().round(2)
    whole = at(d, **{column: ""}).set_index(other)["v"]
    assert len(sums) >= 4 and set(sums.index) <= set(whole.index)
    same(whole, sums)


def test_every_suspect_has_an_outcome(clean):
    rest = [k for k in KEY if k not in ("indicateur", "sexe", "nationalite")]
    usual = {"detail": "", "sexe": ["", "T"], "nationalite": ["", "T"]}

    def figure(name):
        return (
            at(clean, indicateur=f"PEN_PQ_{name}", niveau_geo="FR", age=["", "T"], **usual)
            .assign(age="")
            .set_index(rest)["v"]
        )

    same(figure("AUT_TRAIT"), figure("AUT_NONPOURS") + figure("AUT_POURSUIV"))
    same(figure("AUT_POURSUIV"), figure("CSS_OPP") + figure("ALT") + figure("COMPO") + figure("POURS"))
    rate = 100 * (1 - figure("CSS_OPP") / figure("AUT_POURSUIV"))
    gap = (figure("TXREP") - rate).dropna()
    assert len(gap) >= 4 * 60 and (gap.abs() <= 0.0501).all()


def test_figures_that_are_part_of_another(clean):
    """Dismissals are a group of the labour courts' cases, the acquitted an outcome, deaths a reason to leave prison."""
    for one, its, other, theirs in (
        ("CIV_LICENC_NOUV", {}, "CIV_CPH_NOUV", {"nac": "LICENCIEMENT"}),
        ("PEN_RELAX", {}, "PEN_JUG_AUT", {"detail": "ISSUE_RELAX", "sexe": "T", "age": "T"}),
        ("PRI_DECES", {"detail": "T", "sexe": "T"}, "PRI_SORTIES", {"detail": "SORT_DECES"}),
        ("BUD_P166", {"detail": ""}, "BUD_MISSION", {"detail": "PRG_166"}),
    ):
        key = ["niveau_geo", "geo", "periode", "nataff"]
        same(
            at(clean, indicateur=one, freq="A", **its).set_index(key)["v"],
            at(clean, indicateur=other, freq="A", **theirs).set_index(key)["v"],
        )


def test_territory_unit_and_codes(clean):
    field = clean.groupby("indicateur")["territoire"].unique().map(list)
    assert field["PEN_PQ_POURS"] == ["fr_met_drom"] == field["CIV_TJ_NOUV"]
    assert field["PRI_DETENUS"] == ["fr_all"] == field["CIV_CC_NOUV"]
    assert field["BUD_P166"] == ["none"] == field["AJ_BUDGET"]
    assert set(at(clean, indicateur="PRI_CAPA")["unite"]) == {"place"}
    regions = set(at(clean, niveau_geo="REG")["geo"])
    assert len(regions) == 18 and all(r.startswith("R") for r in regions)
    small = at(clean, niveau_geo=["DEP", "REG", "CA", "COM"])
    small = small[
        (small[["infraction", "nataff", "sexe", "age", "nationalite"]] != "").any(axis=1) & small["v"].between(1, 4)
    ]
    assert len(small) > 100 and set(small["conf"]) == {"C1"}
    assert len(at(clean, conf="C1")) == len(small)


@pytest.fixture(scope="module")
def imperfect(folder):
    key = folder / "key.csv"
    return made(folder, "imperfect.csv", "--answer-key", str(key)), key


def indicators():
    """The indicators of the code list that the internal extract may hold; other extracts hold the others."""
    listed = json.loads((SDMX / "codelist/CL_INDICATEUR.json").read_text(encoding="utf-8"))
    allowed = json.loads((SDMX / "dataconstraint/INT_JUSTICE_ALLOWED.json").read_text(encoding="utf-8"))
    codes = {c["id"] for c in listed["data"]["codelists"][0]["codes"]}
    values = allowed["data"]["dataConstraints"][0]["cubeRegions"][0]["keyValues"]
    held = {v["value"] for k in values if k["id"] == "INDICATEUR" for v in k["values"]}
    assert held <= codes and len(held) == 118
    return held


def test_every_indicator_is_there_at_the_default_size(imperfect):
    d = pd.read_csv(imperfect[0], dtype=str, keep_default_na=False)
    assert 200_000 <= len(d) < 225_000
    assert set(d["indicateur"]) == indicators()
    assert {"2021-01", "2022-01", "2023-01", "2024-01"} <= set(at(d, indicateur="PRI_DETENUS")["periode"])
    assert {str(y) for y in range(2012, 2025)} <= set(at(d, indicateur="CIV_TJ_STOCK", niveau_geo="FR")["periode"])
    assert "60+" not in set(d["age"])  # fine ages come with large extracts only


def test_the_answer_key_points_at_what_differs(clean_file, imperfect):
    path, key_path = imperfect
    with path.open(encoding="utf-8", newline="") as stream:
        damaged = list(csv.DictReader(stream))
    with key_path.open(encoding="utf-8", newline="") as stream:
        answers = list(csv.DictReader(stream))
    with clean_file.open(encoding="utf-8", newline="") as stream:
        good = {tuple(r[k] for k in [*KEY, "version"]): r for r in csv.DictReader(stream)}
    assert {a["classe"] for a in answers} == CLASSES
    standing = Counter(tuple(r[k] for k in [*KEY, "version"]) for r in damaged)
    for a in answers:
        key = tuple(a[k] for k in [*KEY, "version"])
        if a["classe"] == "MISSING_ROW":
            assert a["ligne"] == "" and standing[key] == 0 and key in good
            continue
        row = damaged[int(a["ligne"]) - 2]
        assert row[a["colonne"]] == a["apres"] != a["avant"] == good[key][a["colonne"]]
        assert {c for c in row if row[c] != good[key][c]} == {a["colonne"]}
        assert a["classe"] != "DUPLICATE" or standing[key] == 2
    untouched = set(clean_file.read_text(encoding="utf-8").splitlines())
    other = [line for line in path.read_text(encoding="utf-8").splitlines() if line not in untouched]
    assert len(other) == sum(a["classe"] != "MISSING_ROW" for a in answers)


def test_an_overseen_version_is_never_the_damaged_one(imperfect):
    path, key_path = imperfect
    d = pd.read_csv(path, dtype=str, keep_default_na=False)
    later = set(d[d["version"] == "2"][KEY].itertuples(index=False, name=None))
    answers = pd.read_csv(key_path, dtype=str, keep_default_na=False)
    first = answers[answers["version"] == "1"]
    assert later and not later & set(first[KEY].itertuples(index=False, name=None))


def test_the_same_arguments_give_the_same_bytes(folder, imperfect):
    options = ["--rows", "20000", "--seed", "7"]
    one, two = (made(folder, f"{n}.csv", *options, "--answer-key", str(folder / f"{n}.key")) for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert (folder / "one.key").read_bytes() == (folder / "two.key").read_bytes()
    other = made(folder, "three.csv", "--rows", "20000", "--seed", "8")
    assert other.read_bytes() != one.read_bytes()
    packed = made(folder, "packed.csv.gz", *options).read_bytes()
    assert gzip.decompress(packed) == one.read_bytes()
    assert packed[4:8] == bytes(4)  # no time stamp
