"""What France's figures, as Eurostat and UNODC have published them, give away (README.md of tests/data/validation)."""

import csv
import re
from pathlib import Path

import pytest

from greffe.model.metadata import MetadataSet
from greffe.model.references import Reference
from greffe.model.structures import Dataflow

ROOT = Path(__file__).parents[3]
ESTAT = "ESTAT_CRIM_OFF_CAT"
UNODC = "UNODC_PRISONS"
PARTS = ("INDICATOR", "DIMENSION", "CATEGORY", "SEX", "AGE")


def read(path):
    with (ROOT / path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def anomalies(body, rule):
    """(series key, period) → row of the list."""
    rows = read("tests/data/validation/published_anomalies.csv")
    return {(r["series_key"], r["period"]): r for r in rows if (r["source_body"], r["rule_id"]) == (body, rule)}


@pytest.fixture
def eurostat(connection, extract, check):
    """Findings on crim_off_cat as published, by rule."""
    population = extract(ROOT / "samples/published/population.csv", "INT_POPULATION", "population")
    connection.execute(
        "CREATE TABLE published AS SELECT * EXCLUDE (DATAFLOW, OBS_VALUE), "
        "TRY_CAST(OBS_VALUE AS DECIMAL(38,2)) AS OBS_VALUE "
        f"FROM read_csv('{ROOT}/samples/published/publications/estat_crim_off_cat.csv', all_varchar = true)"
    )
    found = check(ESTAT, "published", "published", population)

    def of(rule):
        key = ("freq", "iccs", "unit", "geo")
        return {(".".join(f.key[d] for d in key), f.period): f for f in found if f.rule == rule}

    return of


def test_rates_of_crim_off_cat_that_do_not_follow(eurostat):
    """Exactly the rows of the list, with the rate that was expected, and the population of 2016 where it is the cause."""
    found = eurostat("QR-RAT-01")
    listed = anomalies("Eurostat", "QR-RAT-01")
    assert len(listed) == 11
    assert set(found) == set(listed)
    for key, row in listed.items():
        assert f"expected {found[key].values['expected']} from" in row["finding"]
        assert found[key].values["rate"] == row["value"]
        if row["cause"]:
            year = row["cause"].removeprefix("Population of ")
            assert found[key].values["vintage"] == year
            assert found[key].messages["en"].endswith(f"; it follows from the population of {year}.")


def test_the_quality_report_and_the_page_tell_the_rates_as_the_rule_does(eurostat, shipped):
    """Eleven rates, eight of them with the population of 2016: code by code in the report."""
    found = eurostat("QR-RAT-01")
    of_2016 = {key for key, f in found.items() if "2016" in f.values.get("vintage", "").split(", ")}
    assert (len(found), len(of_2016)) == (11, 8)
    assert not any(f.values.get("vintage") for key, f in found.items() if key not in of_2016)
    report = shipped.get(MetadataSet, Reference("SSER", "QUALITY_ESTAT_CRIM_OFF_CAT"))
    text = next(c.values[0] for a in report.attributes for c in a.children if c.id == "KNOWN_ANOMALIES")
    for language, eight in (("en", "; eight of them ("), ("fr", " ; huit d’entre eux (")):
        codes, rest = text[language].split(eight)[1].split(")", 1)
        others = rest.split("(")[1].split(")")[0]
        assert set(re.findall(r"ICCS\d+", codes)) == {key.split(".")[1] for key, _ in of_2016}
        assert set(re.findall(r"ICCS\d+", others)) == {key.split(".")[1] for key, _ in set(found) - of_2016}
    page = (ROOT / "docs/observatories.md").read_text(encoding="utf-8")
    assert "eleven do not follow" in page
    assert "eight follow from the population\n  of 2016, three from none" in page


def test_changes_of_crim_off_cat(eurostat):
    """The changes above 25 percent are those of the list; what is only unusual for its series says so."""
    large = {key for key, f in eurostat("QR-PLA-01").items() if "usual" not in f.values}
    assert large == set(anomalies("Eurostat", "QR-PLA-01"))
    assert set(eurostat("QR-PLA-02")) == set(anomalies("Eurostat", "QR-PLA-02"))


def test_offences_of_crim_off_cat_hold_their_parts(eurostat):
    assert eurostat("QR-SUB-02") == {}
    assert eurostat("QR-SUB-03") == {}


@pytest.fixture
def unodc(connection, check, shipped):
    """Findings on the prison file as published: {rule: {(key in words, period): finding}}."""
    structure = shipped.structure(shipped.latest(Dataflow, UNODC))
    words = {c: {i.names["en"]: i.id for i in shipped.codelist(structure.component(c)).items} for c in PARTS}
    spelled = {c: {id_: word for word, id_ in words[c].items()} for c in PARTS}
    rows = []
    for row in read("samples/source/published_values.csv"):
        if row["source_body"] == "UNODC" and row["unit"] in ("", "Counts"):
            parts = row["series_key"].split("|")
            parts += ["Total"] * (len(PARTS) - len(parts))
            codes = [words[c][w] for c, w in zip(PARTS, parts, strict=True)]
            rows.append(["A", *codes, "Counts", "FRA", row["period"], row["value"]])
    typed = ", ".join(f"{c} VARCHAR" for c in ("FREQ", *PARTS, "UNIT", "REF_AREA", "TIME_PERIOD"))
    connection.execute(f"CREATE TABLE published ({typed}, OBS_VALUE DECIMAL(38,2))")
    connection.executemany("INSERT INTO published VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    found = check(UNODC, "published", "published")

    def of(rule):
        return {("|".join(spelled[c][f.key[c]] for c in PARTS), f.period): f for f in found if f.rule == rule}

    return of


@pytest.mark.parametrize("rule", ["QR-SUM-02", "QR-SUB-07"])
def test_totals_of_the_prison_file_that_their_parts_contradict(unodc, rule):
    assert set(unodc(rule)) == set(anomalies("UNODC", rule))


def test_juveniles_of_2010_by_sex(unodc):
    """The list says it as the cause of the QR-SUM-02 row: "Juveniles by sex give 688"."""
    [((_, period), finding)] = unodc("QR-SUM-01").items()
    assert (period, finding.messages["en"]) == ("2010", "Total 692, but the sexes make 688.")


def test_nationals_and_foreigners_of_2007_are_of_another_population(unodc):
    assert [f.messages["en"] for f in unodc("QR-SUM-03").values()] == ["Total 61076, but the nationalities make 64003."]


def test_changes_of_the_prison_file(unodc):
    large = {key for key, f in unodc("QR-PLA-01").items() if "usual" not in f.values}
    assert large == set(anomalies("UNODC", "QR-PLA-01"))
    assert set(unodc("QR-PLA-02")) == set(anomalies("UNODC", "QR-PLA-02"))
