"""What the shipped maps and policies say in English stands in French too, whole: a new reason without its French fails here."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from journey_tools import ROOT

from greffe.french import ours, spoken, text_in_french
from greffe.french.read import read
from greffe.french.texts import TEXTS, texts
from greffe.french.whole_texts import DEVELOPERS, WHOLE, table
from greffe.web.portal.operations import operations

NB = "\u00a0"
TOLD = ("reason", "unit")  # columns and keys that are always told; a reference is told where it is written in English
PROSE = re.compile(r"[a-z]{2,}")
ELSEWHERE = (
    "breaks.csv",
    "demo.csv",
    "offences.csv",
    "register.csv",
)  # told where they are made: held by tests below


def said() -> Iterator[tuple[str, str, str]]:
    """Place, key and text of everything that the shipped artefacts say in one language."""
    for file in sorted((ROOT / "mappings").rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for column, text in row.items():
                    if column in (*TOLD, "reference") or (column.startswith("target:") and " " in text):
                        yield f"{file.relative_to(ROOT)}, {row.get('row_id', '')}", column, text
    for file in sorted((ROOT / "mappings").rglob("*.yaml")):
        for key, text in under(yaml.safe_load(file.read_text("utf-8"))):
            yield str(file.relative_to(ROOT)), key, text


def under(node: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Reasons and references of a YAML file, wherever they stand."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from under(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from under(value, key)
    elif isinstance(node, str) and key in (*TOLD, "reference"):
        yield key, node


def line(english: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow((english, "…"))
    return out.getvalue()


def test_every_text_of_the_shipped_artefacts_has_its_french():
    """The failure says which line to add: the whole text, or each of its sentences."""
    missing = {
        f"{place}: {line(text)}"
        for place, key, text in said()
        if PROSE.search(text) and text_in_french(text) is None and (key in TOLD or spoken(text) == "en")
    }
    assert not missing, "write the French in api/greffe/french/texts:\n" + "\n".join(sorted(missing))


def test_no_french_is_left_of_what_no_artefact_says():
    whole = "\n".join(text for _, _, text in said())
    stale = []
    for file in sorted(TEXTS.glob("*.csv")):
        if file.name not in ELSEWHERE:
            with file.open(encoding="utf-8", newline="") as lines:
                stale += [
                    f"{file.name}: {english}" for english in next(zip(*csv.reader(lines), strict=True))[1:]
                    if not re.search(re.sub(r"\\\{(\\\*|!r)?\\\}", ".+?", re.escape(english)), whole)
                ]  # fmt: skip
    assert not stale, "\n".join(stale)


def names_of(node: object) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("names"), dict):
            yield node["names"]
        for value in node.values():
            yield from names_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from names_of(value)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_stands_in_both_languages_elsewhere_is_told_the_same():
    """Names of offences as in the code lists of ICCS; breaks as in their table."""
    named = {
        (n["en"], n["fr"])
        for id_ in ("ICCS", "ESTAT_ICCS")
        for n in names_of(json.loads((ROOT / f"sdmx/SSER/codelist/{id_}.json").read_text("utf-8")))
    }
    offences = [r for r in rows_of(TEXTS / "offences.csv") if "{" not in r["en"]]
    assert len(offences) > 40
    assert {(r["en"], r["fr"]) for r in offences} <= named
    breaks = [r for r in rows_of(ROOT / "mappings/policies/breaks.csv") if r["reason_en"]]
    assert len(breaks) > 10
    for one in breaks:
        told = re.sub(f"{NB}", " ", ours(f"Break in series: {one['reason_en']}", "fr")).replace("’", "'")
        assert told == f"Rupture de série : {one['reason_fr']}".replace("’", "'").replace(NB, " ")


def test_everything_that_developers_are_shown_of_the_interface_has_its_french():
    """/developers lists operations, what they say, parameters and answers: word for word, and nothing else has a line."""
    document = yaml.load((ROOT / "openapi/greffe.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    shown = {text for tag in document["tags"] for text in (tag["name"], tag["description"])}
    for one in (o for tag in document["tags"] for o in operations(document, tag["name"])):
        shown |= {one.summary, one.words, *(text for _, text in one.statuses)}
        shown |= {p.words for p in one.parameters if p.place != "header"}
    shown = {" ".join(text.split()) for text in shown if text}
    assert len(shown) > 180
    missing = sorted(shown - set(table(DEVELOPERS)))
    assert not missing, "write in api/greffe/french/whole/developers.csv:\n" + "\n".join(map(line, missing))
    assert not set(table(DEVELOPERS)) - shown, "the page shows no such text"


def test_french_of_the_demonstration_is_of_what_it_says():
    """Its commands, and the tables of samples/ that it reads; what these say of waivers and publications has its French."""
    samples = [ROOT / "samples/waivers.csv", ROOT / "samples/published/publications.csv"]
    said = "".join(f.read_text("utf-8") for f in (*samples, *sorted((ROOT / "api/greffe/cli").glob("demo*.py"))))
    said = re.sub(r'"\s+f?"', "", said)
    assert not [r["en"] for r in rows_of(TEXTS / "demo.csv") if r["en"] not in said]
    told = [t for file in samples for row in rows_of(file) for t in row.values() if spoken(t) == "en"]
    assert len(told) > 8
    assert not [t for t in told if text_in_french(t) is None]


def test_french_texts_are_written_as_the_pages_write_them():
    for template in (*texts(), *(t for file in sorted(WHOLE.glob("*.csv")) for _, t in read(file))):
        bare = re.sub(r"\{\d+\}|https?:\S*|\S+=\S*|\S*/\S*", "x", template.french)
        assert not re.search(r"[a-zà-ÿ]'[a-zà-ÿ]", bare), bare
        assert not re.search(r" [:;?!](\s|$)|« | »", bare), bare
        assert spoken(template.french) != "en" or template.french == template.english, template.french


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Rape as main offence.", "Viol en infraction principale."),
        ("Rape. Always with the flag D.", "Viol. Toujours avec le statut D."),
        ("Stock on 1 January 2013.", "Stock au 1er janvier 2013."),
        ("Line published by Eurostat as Theft: the code was made for it.",
         f"Ligne publiée par Eurostat sous le nom «{NB}Vol{NB}»{NB}: le code a été fait pour elle."),
        ("Courts and prosecution together; also provisional", f"Tribunaux et parquets ensemble{NB}; aussi provisoire"),
        ("Rape as main offence. Our own remark.", None),  # a half is not told
        ("Stock on 1 January 2013. Our remark. 2014.", None),
        ("The main thing is needed.", None),  # messages of the code are no texts
    ],
)  # fmt: skip
def test_a_text_is_told_whole_or_not_at_all(english, french):
    assert text_in_french(english) == french
    assert ours(english, "fr") == (french or english)
    assert ours(english, "en") == english


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Read one by one in the demonstration: the movements are in the source.", "en"),
        ("Lu un par un : les mouvements sont dans la source.", "fr"),
        ("L’effectif d’une année", "fr"),
        ("CASE_STATUS IN", ""), ("A.CASE_PER_100.Q91_L1.I1.FRA", ""), ("UNODC_CTS_PRISONS#1", ""), ("Eurostat", ""), ("", ""),
        ("https://example.org/the/data/of/the/year", ""),
    ],
)  # fmt: skip
def test_the_language_of_what_people_write_is_known_by_its_small_words(text, language):
    assert spoken(text) == language
