"""Questions foreseen of figures that were really published, against the list of their oddities (tests/data/validation)."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from journey_tools import ROOT

from greffe.catalogue.policies.breaks import FILE, Break, read_breaks
from greffe.model.answers import Answer, AnswerKey, Said
from greffe.transmission.foreseen import DETECTORS, foreseen
from greffe.transmission.foreseen.look import Foreseen, Key, Look, Point

PUBLISHED = ROOT / "samples/published/publications"
UNODC_DIMENSIONS = ("INDICATOR", "DIMENSION", "CATEGORY", "SEX", "AGE")


def rows(path: Path, header: int = 0) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()[header:]
    return list(csv.DictReader(lines))


@cache
def table() -> tuple[Break, ...]:
    return read_breaks((ROOT / FILE).read_bytes(), FILE)


def listed(body: str, rule: str) -> dict[tuple[str, str], str]:
    """(series, period) → finding, as the domain experts' program found them."""
    found = rows(ROOT / "tests/data/validation/published_anomalies.csv")
    return {
        (r["series_key"], r["period"]): r["finding"] for r in found if (r["source_body"], r["rule_id"]) == (body, rule)
    }


@cache
def eurostat() -> Look:
    series: dict[Key, dict[str, Point]] = {}
    for r in rows(PUBLISHED / "estat_crim_off_cat.csv"):
        if r["unit"] == "NR":
            points = series.setdefault((r["freq"], r["iccs"], r["unit"], r["geo"]), {})
            points[r["TIME_PERIOD"]] = Point(Decimal(r["OBS_VALUE"]) if r["OBS_VALUE"] else None, r["OBS_STATUS"])
    dims = ("freq", "iccs", "unit", "geo")
    return Look("ESTAT_CRIM_OFF_CAT", "crim_off_cat", dims, series, tuple(range(2009, 2023)), breaks=table())


@cache
def unodc() -> Look:
    series: dict[Key, dict[str, Point]] = {}
    for r in rows(PUBLISHED / "unodc_prisons.csv", header=2):
        if r["Unit of measurement"] == "Counts":
            key = tuple(r[c] for c in ("Indicator", "Dimension", "Category", "Sex", "Age"))
            series.setdefault(key, {})[r["Year"]] = Point(Decimal(r["VALUE"]))
    return Look("UNODC_PRISONS", "dataUNODC", UNODC_DIMENSIONS, series, tuple(range(2004, 2023)))


def place(look: Look, one: Foreseen) -> tuple[str, str]:
    """The first cell as the list names it."""
    _, key, period = one.cells[0].split("/")
    return ("|" if look.flow.startswith("UNODC") else ".").join(
        next(k for k in look.series if ".".join(k) == key)
    ), period


def found(look: Look, kind: str) -> dict[tuple[str, str], Foreseen]:
    return {place(look, one): one for one in DETECTORS[kind](look)}


def test_values_that_repeat_are_those_of_the_list():
    assert set(found(eurostat(), "repeat")) == set(listed("Eurostat", "QR-PLA-02"))
    assert set(found(unodc(), "repeat")) == set(listed("UNODC", "QR-PLA-02"))
    (one,) = DETECTORS["repeat"](eurostat())
    assert one.question["en"].endswith(": 2016 is equal to 2015, 3818. Is it the figure of 2016?")
    assert one.draft("fr") == (
        "crim_off_cat donne 3818 pour 2015 et 3818 pour 2016. "
        "La table des ruptures n’a pas de ligne à ce sujet en 2016."
    )
    assert not one.known


def test_changes_and_breaks_are_those_of_the_list():
    """Every change of the list with its percentage; the one of drugs in 2016 is explained by the table, in its words."""
    changes, breaks = found(eurostat(), "change"), found(eurostat(), "break")
    known = listed("Eurostat", "QR-PLA-01")
    drugs = ("A.ICCS0601.NR.FR", "2016")
    assert set(breaks) == {drugs}
    assert [s.source for s in breaks[drugs].answer] == [f"{FILE} DRUGS-2016 (inferred)"]
    assert breaks[drugs].draft("en") == "Before 2016 only part of drug offences was reported."
    for at in set(known) - {drugs}:
        (percent,) = re.findall(r"[+-]\d+(?= percent)", known[at])
        assert f" {percent} % from " in changes[at].question["en"], at
    assert "Persons held|Total|Total|Total|Juveniles" in {k for k, p in found(unodc(), "change") if p == "2022"}


def test_a_share_that_shifts():
    """FP08: 20,343 of 70,059 were unsentenced in 2018, 18,327 of 70,739 in 2019: 29.0 and 25.9 of a hundred."""
    one = found(unodc(), "share")["Persons held|by status|Unsentenced|Total|Total", "2019"]
    assert ": 29.0 % of “" in one.question["en"]
    assert " in 2018, 25.9 % in 2019. Why?" in one.question["en"]
    assert one.answer[0].texts["en"] == "dataUNODC gives 20343 of 70059 for 2018 and 18327 of 70739 for 2019."


def test_what_people_said_is_told_with_its_key_and_law_only_where_it_does_not_show():
    key, name = ("A", "X"), "SHEET__X__2022"
    why = {"en": "Two courts merged.", "fr": "Deux tribunaux ont fusionné."}
    said = Answer(AnswerKey("CEPEJ", 2022, name), Said("", "", {"explanation": why}), "ines", "", 1)
    (officers,) = (b for b in table() if b.id == "OFFICERS-2022")
    points = {"2020": Point(Decimal(400)), "2022": Point(Decimal(900)), "2024": Point(Decimal(900))}
    look = Look(
        "CEPEJ_X", "CEPEJ_X#3", ("FREQ", "CODE"), {key: points}, (2022, 2024), 2, laws=(officers,),
        cells={(key, "2022"): name}, said={name: said},
    )  # fmt: skip
    change, law = foreseen([look])
    assert (change.kind, change.cells) == ("change", (name,))
    assert [s.source for s in change.answer] == [
        "figures: CEPEJ_X#3 CEPEJ_X/A.X", f"answer CEPEJ/2022/{name} (explanation, ines)",
    ]  # fmt: skip
    assert change.draft("fr") == "CEPEJ_X#3 donne 400 pour 2020 et 900 pour 2022. Deux tribunaux ont fusionné."
    assert (law.kind, law.period, law.answer[0].texts) == ("law", "2023", officers.reasons)
    points["2023"] = Point(Decimal(900), "B", officers.comment)
    told = foreseen([look])
    assert [f.kind for f in told] == ["break", "change"]
    assert told[0].answer[0].texts == officers.reasons


def test_no_sentence_says_what_its_source_does_not():
    """Every draft about published figures: numbers are those of the file, reasons those of the table, word for word."""
    reasons = {b.reasons["en"]: b.id for b in table()}
    for look in (eurostat(), unodc()):
        values = {
            f"{p.value.normalize():f}"
            for points in look.series.values()
            for p in points.values()
            if p.value is not None
        }
        drafts = [s for one in foreseen([look]) for s in one.answer]
        assert len(drafts) > 15
        for s in drafts:
            assert s.source
            if s.source.startswith("figures: "):
                years = {str(y) for y in range(2003, 2023)}
                words = re.sub(r"\bcrim_off_cat\b|\bdataUNODC\b", "", s.texts["en"]).rstrip(".").split()
                assert {w for w in words if w[0].isdigit()} <= values | years
            elif s.source.endswith("(explains moderate)"):
                assert reasons[s.texts["en"].removesuffix(" That explains no change of this size.")] in s.source
            elif s.held:
                assert reasons[s.texts["en"]] in s.source
            else:
                assert re.fullmatch(r"The table of breaks has no row for it in \d{4}\.", s.texts["en"])
