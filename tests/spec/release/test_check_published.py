"""`greffe check` on files as bodies publish them, and damaged by hand: what structural validation says, and what the rules do."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from journey_tools import ROOT, begun, inside
from outline import HEADER as HEADER_OF_OURS
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.io.writer import write_sdmx
from pysdmx.model import Component as PyComponent
from pysdmx.model import Components, Concept, DataType, Role, Schema

from greffe.app import compose
from greffe.catalogue.policies.read import Policies
from greffe.errors import BadInput, BadQuery
from greffe.formats import structure_ml
from greffe.formats.published.packed import unpacked
from greffe.model.references import parse_reference
from greffe.model.structures import Dataflow
from greffe.release.against import Asked, check_against
from greffe.release.checked_file import read_checked
from greffe.release.parts import Parts
from greffe.release.publications import check_publication
from greffe.settings import read_settings
from greffe.validation.listing import listed as listed_rules

FLOW, PRISONS = "ESTAT_CRIM_OFF_CAT", "UNODC_PRISONS"
UNODC = ROOT / "samples/published/publications/unodc_prisons.csv"
WORDS = ("duplicate observation", "invalid code", "content constraint", "period does not match FREQ", "invalid format")
HEADER = "DATAFLOW,freq,iccs,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_STATUS"
NAMED = f"SSER:{FLOW}(1.0.0)"
GOOD = [
    ("A", "ICCS0101", "NR", "FR", "2021", "734"),
    ("A", "ICCS0101", "NR", "FR", "2022", "740"),
    ("A", "ICCS0301", "NR", "FR", "2022", "5"),
]
KEYS = ("freq", "iccs", "unit", "geo", "TIME_PERIOD", "OBS_VALUE")
# Line 4 again as line 7; a code and a country that no list has; a month in a yearly series; a comma for a point.
DAMAGED = [
    *GOOD, ("A", "ICCS0100", "NR", "FR", "2022", "7"), ("A", "ICCS0301", "NR", "FX", "2022", "7"), GOOD[2],
    ("A", "ICCS0301", "NR", "FR", "2022-13", "7"), ("A", "ICCS0401", "NR", "FR", "2022", "7,5"),
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begun(tmp_path_factory.mktemp("published") / "var")


def table(rows, header: str = HEADER, end: str = "A") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows([NAMED, *row, end] for row in rows)
    return stream.getvalue()


@pytest.fixture(scope="module")
def parts(home) -> Parts:
    return compose(read_settings(home=home))


def told(parts: Parts, file: Path, flow: str = "") -> list[dict]:
    """What is said of its structure."""
    _, found = check_publication(parts, file, flow)
    return [f.as_json() for f in found if f.rule in WORDS]


def test_a_damaged_file_is_told_in_the_words_of_structural_validation(home, parts, tmp_path):
    """Five damages, each once, with the line where it stands and the nearest code."""
    file = tmp_path / "estat.csv"
    file.write_text(table(DAMAGED))
    found = {f["rule"]: f for f in told(parts, file) if f["values"].get("code") != "FX"}
    assert {w: f["where"] for w, f in found.items()} == {
        "duplicate observation": "estat.csv, line 4",
        "invalid code": "estat.csv, line 5",
        "period does not match FREQ": "estat.csv, line 8",
        "invalid format": "estat.csv, line 9",
    }
    assert found["duplicate observation"]["messages"]["en"] == (
        "Duplicate observation: A.ICCS0301.NR.FR.2022 stands 2 times."
    )
    assert found["invalid code"]["messages"]["en"].startswith(
        "Invalid code: iccs ICCS0100 in 1 observation; nearest: ICCS"
    )
    assert (
        found["invalid code"]["messages"]["fr"].startswith("Code invalide : iccs ICCS0100 dans 1 observation ; la plus")
        or "le plus proche" in found["invalid code"]["messages"]["fr"]
    )
    (geo,) = [f for f in told(parts, file) if f["values"].get("component") == "geo"]
    assert (geo["values"]["code"], geo["where"]) == ("FX", "estat.csv, line 6")
    shown = inside(home, "check", str(file), "--lang", "fr", "--rule", "duplicate observation").out
    assert "Observation en double" in shown
    assert "Code invalide" not in shown


def test_a_sound_file_has_no_structural_finding(parts, tmp_path):
    file = tmp_path / "estat.csv"
    file.write_text(table(GOOD))
    assert told(parts, file) == []


def test_an_unknown_column_is_undeclared_and_a_dimension_must_be_there(parts, tmp_path):
    file = tmp_path / "estat.csv"
    file.write_text(table(GOOD, HEADER.replace("OBS_STATUS", "OBS_STATU")))
    found = [f for f in check_publication(parts, file)[1] if f.rule == "undeclared component"]
    assert [f.messages["en"] for f in found] == [
        "Undeclared component: OBS_STATU is none of theirs, filled in 3 observations; nearest: OBS_STATUS."
    ]
    file.write_text(table(GOOD, HEADER.replace("iccs", "icss")))
    with pytest.raises(BadInput, match=r"estat\.csv, row 1, column iccs: The column must be there\. Nearest: icss"):
        check_publication(parts, file)


# The same figures, three sound and one with an unknown code, as other programs write them.
ROWS = [*GOOD, ("A", "ICCS0100", "NR", "FR", "2022", "7")]


def by_pysdmx(version: str) -> bytes:
    """As that library writes it; it has been told of no code."""
    roles = [Role.DIMENSION] * 5 + [Role.MEASURE]
    parts = [
        PyComponent(id=id_, required=True, role=role, concept=Concept(id_), local_dtype=DataType.STRING)
        for id_, role in zip(KEYS, roles, strict=True)
    ]
    agency, id_, number = "SSER", FLOW, "1.0.0"
    schema = Schema("datastructure", agency, id_, components=Components(parts), version=number, artefacts=[])
    data = PandasDataset(structure=schema, data=pd.DataFrame(ROWS, columns=list(KEYS)))
    return str(write_sdmx(data, Format[version])).encode()


def labelled() -> bytes:
    """SDMX-CSV 1.0 with `labels=both`."""
    head = "DATAFLOW,freq: Frequency,iccs: Offence,unit: Unit,geo: Area,TIME_PERIOD: Time,OBS_VALUE: Value"
    lines = [f"{NAMED},{f}: Annual,{i}: An offence,{u}: Number,{g}: France,{t},{v}" for f, i, u, g, t, v in ROWS]
    return "\n".join([head, *lines]).encode()


def named_columns() -> bytes:
    """SDMX-CSV 2.0 with `labels=name`, as Eurostat's downloads are."""
    head = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,iccs,Offence,unit,Unit of measure,geo,Area,TIME_PERIOD,"
        "Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure"
    )
    lines = [
        f"dataflow,{NAMED},Crime,{f},Annual,{i},X,{u},Number,{g},France,{t},,{v},,b,break" for f, i, u, g, t, v in ROWS
    ]
    return "\n".join([head, *lines]).encode()


def tsv() -> bytes:
    return (
        b"freq,iccs,unit,geo\\TIME_PERIOD\t2021 \t2022 \nA,ICCS0101,NR,FR\t734 \t740 b\nA,ICCS0301,NR,FR\t \t5 \n"
        b"A,ICCS0100,NR,FR\t \t7 \n"
    )


def json_message(version: str) -> bytes:
    """Written by hand: two series dimensions with several codes, the unit and the area once."""

    def values(*ids: str, key: str = "id") -> list[dict]:
        return [{key: i} for i in ids]

    dims = {
        "dataSet": [{"id": "freq", "keyPosition": 0, "values": values("A")}],
        "series": [
            {"id": "iccs", "keyPosition": 1, "values": values("ICCS0101", "ICCS0301", "ICCS0100")},
            {"id": "unit", "keyPosition": 2, "values": values("NR")},
            {"id": "geo", "keyPosition": 3, "values": values("FR")},
        ],
        "observation": [{"id": "TIME_PERIOD", "keyPosition": 4, "values": values("2021", "2022")}],
    }
    structure = {"dimensions": dims, "attributes": {"series": [{"id": "COMMENT_OBS", "values": [{"name": "x"}]}]}}
    if version != "1.0":
        structure["attributes"] = {"dataSet": [{"id": "TERRITORY", "values": values("fr_met_drom")}]}
    series = {
        "0:0:0": {"observations": {"0": [734], "1": [740]}}, "1:0:0": {"observations": {"1": [5]}},
        "2:0:0": {"observations": {"1": [7]}},
    }  # fmt: skip
    if version == "1.0":
        return json.dumps(
            {"data": {"structure": structure | {"attributes": {}}, "dataSets": [{"series": series}]}}
        ).encode()
    dataset = {"structure": 0, "attributes": [0], "series": series}
    return json.dumps({"data": {"structures": [structure], "dataSets": [dataset]}}).encode()


FORMATS: dict[str, Callable[[], bytes]] = {
    "generic 2.1": lambda: by_pysdmx("DATA_SDMX_ML_2_1_GEN"),
    "structure-specific 2.1": lambda: by_pysdmx("DATA_SDMX_ML_2_1_STR"),
    "3.0": lambda: by_pysdmx("DATA_SDMX_ML_3_0"),
    "3.1": lambda: by_pysdmx("DATA_SDMX_ML_3_1"),
    "CSV 1.0": lambda: by_pysdmx("DATA_SDMX_CSV_1_0_0"),
    "CSV 2.0": lambda: by_pysdmx("DATA_SDMX_CSV_2_0_0"),
    "CSV with labels": labelled,
    "CSV with names": named_columns,
    "TSV": tsv,
    "TSV before 2022": lambda: tsv().replace(b"TIME_PERIOD", b"time"),
    "JSON 1.0": lambda: json_message("1.0"),
    "JSON 2.0": lambda: json_message("2.0"),
    "packed": lambda: gzip.compress(labelled()),
    "packed in two": lambda: gzip.compress(tsv()[:40]) + gzip.compress(tsv()[40:]),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(parts, tmp_path, kind):
    """One unknown code, and nothing else: 734 to 740 and the rest are as they should be."""
    file = tmp_path / "published.dat"
    file.write_bytes(FORMATS[kind]())
    found = told(parts, file, FLOW)
    assert [(f["rule"], f["values"]["code"], f["values"]["observations"]) for f in found] == [
        ("invalid code", "ICCS0100", "1")
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_held_against_a_recipient(parts, tmp_path, kind):
    """The same, and that the attributes which must be filled are in none of them. The library that wrote SDMX-ML calls the
    sender ZZZ unless told, which is no sender of France: the header is asked when nothing else is said."""
    books = parts.catalogue()
    structure = books.structure(books.latest(Dataflow, FLOW))
    message = structure_ml.write(HEADER_OF_OURS, [structure, *books.codelists(structure).values()], version="3.0")
    (tmp_path / "theirs.xml").write_bytes(b"".join(message))
    (tmp_path / "sent").write_bytes(FORMATS[kind]())
    found = check_against(parts, tmp_path / "theirs.xml", Asked(FLOW, tmp_path / "sent")).data
    codes = [(f.values["code"], f.values["observations"]) for f in found if f.rule == "invalid code"]
    assert codes == [("ICCS0100", "1")]
    senders = [f.messages["en"] for f in found if f.rule.startswith("Sender")]
    by_it = kind in ("generic 2.1", "structure-specific 2.1", "3.0", "3.1")
    assert senders == (["Sender does not match REF_AREA: ZZZ sends geo FR in 4 observations."] if by_it else [])
    missing = {f.values["component"] for f in found if f.rule == "missing mandatory component"}
    assert missing == {"OBS_STATUS", "CONF_STATUS"}  # TERRITORY and DATA_ORIGIN are what we add, and are sent to nobody


def test_what_a_recipient_asks_for_is_asked_after_though_we_have_one_of_that_name(parts, tmp_path):
    """The same structure, kept by Eurostat: its TERRITORY is one that they want."""
    books = parts.catalogue()
    structure = books.structure(books.latest(Dataflow, FLOW))
    theirs = replace(structure, reference=replace(structure.reference, agency="ESTAT"))
    message = structure_ml.write(HEADER_OF_OURS, [theirs, *books.codelists(structure).values()], version="3.0")
    (tmp_path / "theirs.xml").write_bytes(b"".join(message))
    (tmp_path / "sent.csv").write_text(table(GOOD))
    found = check_against(parts, tmp_path / "theirs.xml", Asked(FLOW, tmp_path / "sent.csv")).data
    missing = {f.values["component"] for f in found if f.rule == "missing mandatory component"}
    assert missing == {"CONF_STATUS", "TERRITORY", "DATA_ORIGIN"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<a>\n<b>\n</a>", "p.dat, row 3: This SDMX-ML message cannot be read: Opening and ending tag mismatch"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', "p.dat, row 1: A document type declaration is not read."),
        (b'{"data":\n{', "p.dat, row 2: This SDMX-JSON message cannot be read: it stops making sense at line 2"),
        (b'{"data": ' + b"[" * 100_000, "p.dat: This SDMX-JSON message cannot be read: it is nested too deeply."),
        (gzip.compress(b"freq,iccs\nA,B\n" * 99, mtime=0)[:-20], "p.dat: This gzip file ends too early."),
        (gzip.compress(b"freq,iccs\nA,B\n", mtime=0)[:10] + b"\xff" * 30, "p.dat: This gzip file is damaged."),
        (gzip.compress(b"freq,iccs\nA,B\n", mtime=0) + b"C,D\n", "p.dat: This gzip file is damaged."),
        (table(GOOD).replace(",5,", ",").encode(), "p.dat, row 4: 7 fields where the header has 8."),
        (table(GOOD).encode("utf-16"), "p.dat, row 1: This is not UTF-8."),
        (HEADER.encode(), "p.dat: The file has no observation."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_line(parts, tmp_path, content, says):
    (tmp_path / "p.dat").write_bytes(content)
    with pytest.raises(BadInput) as refused:
        check_publication(parts, tmp_path / "p.dat", FLOW)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_no_more_is_unpacked_than_may_be_held():
    """Ten million blanks in ten thousand bytes: no more than the thousand that may be."""
    with pytest.raises(BadInput, match="larger than"):
        unpacked(gzip.compress(b" " * 10_000_000), "bomb.gz", 1_000)
    assert unpacked(gzip.compress(b" " * 1_000), "fine.gz", 1_000) == b" " * 1_000


def test_what_is_unpacked_is_held_once():
    """Memory is no multiple of the limit, neither for what is refused nor for what is read."""
    packed, most = gzip.compress(b"a,b,c,d\n" * (4 << 20), 1), 32 << 20
    for limit in (most, most - 1):
        tracemalloc.start()
        try:
            assert len(unpacked(packed, "large.gz", limit)) == most
        except BadInput as error:
            assert limit < most, error
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1.5 * most


def test_a_table_is_never_held(parts, tmp_path):
    """What Python holds while one is read, told of its labels and laid out is the same for three times as many rows, and the engine
    is asked of all of them"""
    peaks = []
    for years in (1, 3):
        file = tmp_path / f"{years}.csv"
        rows = (("A", "ICCS0101", "NR", f"X{n}", str(2000 + year), "7") for year in range(years) for n in range(25_000))
        file.write_text(table(rows))
        structure = parts.catalogue().structure(parts.catalogue().get(Dataflow, parse_reference(NAMED)))
        with parts.connection(modest=True) as connection:
            tracemalloc.start()
            checked = read_checked(file).labels_off(structure).loaded(connection, "held", blank=("OBS_VALUE",))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert checked.rows('SELECT count(*), sum(CAST(OBS_VALUE AS INT)), max("line:number") FROM {t}') == [
                (25_000 * years, 7 * 25_000 * years, 1 + 25_000 * years)
            ]
    assert peaks[1] < 1.2 * peaks[0] < 20_000_000


def listed(rule: str) -> set[tuple[str, str]]:
    with (ROOT / "tests/data/validation/published_anomalies.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(r["series_key"], r["period"]) for r in rows if (r["source_body"], r["rule_id"]) == ("UNODC", rule)}


@pytest.fixture(scope="module")
def prisons(parts) -> list[dict]:
    """Findings on the thirteen columns of the prison file."""
    return [f.as_json() for f in check_publication(parts, UNODC, PRISONS)[1]]


def spelled(finding: dict) -> tuple[str, str]:
    """A key as the body writes it, by its own lists."""
    words = []
    for component in ("INDICATOR", "DIMENSION", "CATEGORY", "SEX", "AGE"):
        path = ROOT / f"sdmx/SSER/codelist/UNODC_{component}.json"
        codes = json.loads(path.read_text(encoding="utf-8"))["data"]["codelists"][0]["codes"]
        words.append(next(c["names"]["en"] for c in codes if c["id"] == finding["key"][component]))
    return "|".join(words), finding["period"]


@pytest.mark.parametrize("rule", ["QR-SUM-02", "QR-SUB-07", "QR-PLA-01", "QR-PLA-02"])
def test_the_anomalies_of_the_prison_file_are_found_in_it(prisons, rule):
    found = {spelled(f) for f in prisons if f["rule"] == rule and "usual" not in f["values"]}
    counts = listed(rule)
    assert counts
    assert counts <= found
    assert found == counts or rule == "QR-PLA-01"  # the list leaves out rates, which move with their counts


def test_nationalities_of_the_prison_file(prisons):
    """2007: 64,003 of another population; 2015: 21 below the total. Its form is sound."""
    (total,) = {spelled(f)[0] for f in prisons if f["rule"] in ("QR-SUM-03", "QR-SUM-17")}
    assert total == "Persons held|Total|Total|Total|Total"
    assert {f["period"] for f in prisons if f["rule"] == "QR-SUM-03"} == {p for _, p in listed("QR-SUM-03")} == {"2007"}
    assert {p for _, p in listed("QR-SUM-17")} == {"2015"} < {f["period"] for f in prisons if f["rule"] == "QR-SUM-17"}
    assert not [f for f in prisons if not f["rule"].startswith("QR-")]


def test_multiple_counting_is_found_where_the_sections_are_there(parts, tmp_path, prisons):
    """Five sections of 2020 are not in the file held; with 90,487 in them they make the 145,185 of the list, and it is
    found. `greffe rules` says why not in the file as it is."""
    assert not [f for f in prisons if f["rule"] == "QR-SUM-13"]
    (line,) = [line for line in listed_rules(Policies().limits) if line.id == "QR-SUM-13"]
    assert "six of its eleven sections make 54,698 of 62,543" in str(line.as_json("en")["sentence"])
    assert "six des onze sections font 54 698 personnes" in str(line.as_json("fr")["sentence"])
    more = "FRA,France,Europe,Western Europe,Persons held,by type of criminal acts,Acts against property involving violence,"
    file = tmp_path / "more.csv"
    file.write_text(
        UNODC.read_text(encoding="utf-8") + f"{more}Total,Total,2020,Counts,90487.0,CTS\n", encoding="utf-8"
    )
    found = [f for f in check_publication(parts, file, PRISONS)[1] if f.rule == "QR-SUM-13"]
    assert [(f.period, f.messages["en"]) for f in found] == [
        ("2020", "Total 62543, but the ICCS sections make 145185.")
    ]


def test_half_a_person_of_the_prison_file_is_told(home, tmp_path):
    """60544.4 persons where the structure declares no decimals: that a count is not whole, and the sum with what was
    received: 59856 adults and 692 juveniles."""
    file = tmp_path / "prisons.csv"
    old = "Persons held,Total,Total,Total,Total,2010,Counts,60544.0"
    content = UNODC.read_text(encoding="utf-8")
    assert content.count(old) == 1
    file.write_text(content.replace(old, old.replace(".0", ".4")), encoding="utf-8")
    for rule, says in (
        ("QR-FMT-04", ["Count 60544.4 is not whole."]),
        ("QR-SUM-02", ["Total 60544.4, but adults and juveniles make 60548."]),
    ):
        told = inside(home, "check", str(file), "--dataflow", PRISONS, "--rule", rule, "--json").json()["findings"]
        assert [f["messages"]["en"] for f in told] == says


def test_what_is_wrong_in_the_prison_file_is_told_with_its_words(parts, tmp_path):
    """A line twice, a word that no list has, a country; the nearest word is one of the body's own."""
    lines = UNODC.read_text(encoding="utf-8").splitlines()
    first = lines[3]
    lines += [first, first.replace("Mortality in prison", "Mortality in prisons").replace("2013", "1999"),
              first.replace("FRA,", "FRX,")]  # fmt: skip
    file = tmp_path / "prisons.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = told(parts, file, PRISONS)
    said = {f["messages"]["en"]: f["where"] for f in found}
    last = len(lines)
    assert said == {
        "Duplicate observation: A.PRIS_MORT.TOTAL.CAT00.Total.Total.Counts.FRA.2013 stands 2 times.": "prisons.csv, line 4",
        "Invalid code: INDICATOR Mortality in prisons in 1 observation; nearest: Mortality in prison.":
            f"prisons.csv, line {last - 1}",
        "Invalid code: REF_AREA FRX in 1 observation; nearest: FRA.": f"prisons.csv, line {last}",
    }  # fmt: skip


def test_the_prison_file_needs_its_dataflow_and_its_columns(parts, tmp_path):
    with pytest.raises(BadQuery, match="--dataflow") as refused:
        check_publication(parts, UNODC)
    assert PRISONS in str(refused.value)
    with pytest.raises(BadQuery, match=f"unodc_prisons.csv is no table of {FLOW}") as refused:
        check_publication(parts, UNODC, FLOW)
    assert "It is laid out as UNODC does: " in str(refused.value)
    assert PRISONS in str(refused.value)
    file = tmp_path / "prisons.csv"
    file.write_text(UNODC.read_text(encoding="utf-8").replace("Category", "Categorie"), encoding="utf-8")
    with pytest.raises(
        BadInput, match=r"prisons\.csv, row 3, column Category: The column must be there\. Nearest: Categorie"
    ):
        check_publication(parts, file, PRISONS)


@pytest.mark.parametrize("option", [("--sender", "FR1"), ("--draft", "D-1"), ("--named",)])
def test_what_goes_with_against_alone_is_refused_without_it(home, option):
    ran = inside(home, "check", str(UNODC), "--dataflow", PRISONS, *option)
    assert (ran.code, ran.out) == (2, "")
    assert f"{option[0]}: It goes with --against." in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--dataflow: Which dataflow of ours is it about?"),
        (("--dataflow", FLOW, "--named"), "--named: It is about the name of a file."),
        ((str(UNODC), "--dataflow", FLOW, "--draft", "D-1"), "--draft: A file and a draft"),
        (("--dataflow", FLOW, "--rule", "QR-SUM-01"), "There is no rule QR-SUM-01. Known: missing mandatory component"),
        (("--dataflow", FLOW, "--format", "xml"), "--format: 'xml' is no format here. Known: table, csv, json."),
        (("--dataflow", FLOW, "--format", "csv", "--json"), "--json and --format csv are two formats."),
        (("--dataflow", FLOW, "--lang", "de"), "There are no labels in 'de'. Say en or fr."),
    ],
)
def test_what_must_be_said_and_what_would_change_nothing(home, tmp_path, arguments, says):
    (tmp_path / "theirs.xml").write_text("<a/>")
    ran = inside(home, "check", *arguments, "--against", str(tmp_path / "theirs.xml"))
    assert ran.code == 2 or "labels" in says
    assert says in (json.loads(ran.err)["message"] if ran.err.startswith("{") else ran.err)


def test_a_file_with_an_error_ends_with_three_and_tells_it_in_every_format(home, tmp_path):
    """Two errors: a count that is negative, an unknown code. Without them nothing is refused."""
    rows = [*GOOD, ("A", "ICCS0401", "NR", "FR", "2022", "-5"), ("A", "ICCS0100", "NR", "FR", "2022", "7")]
    file = tmp_path / "estat.csv"
    file.write_text(table(rows))
    as_csv = inside(home, "check", str(file), "--format", "csv")
    told_ = [(r["rule"], r["severity"], r["period"]) for r in csv.DictReader(io.StringIO(as_csv.out))]
    assert told_ == [("QR-FMT-03", "error", "2022"), ("invalid code", "error", "")]
    as_json = inside(home, "check", str(file), "--format", "json")
    assert [f["rule"] for f in as_json.json()["findings"]] == ["QR-FMT-03", "invalid code"]
    shown = inside(home, "check", str(file), "--most", "1")
    assert "2 findings, 2 errors among them" in shown.out
    assert "… and 1 more" in shown.out
    assert {as_csv.code, as_json.code, shown.code} == {3}
    assert inside(home, "check", str(file), "--rule", "QR-PLA-01").code == 0
    file.write_text(table(GOOD))
    assert inside(home, "check", str(file)).code == 0


@pytest.mark.parametrize("command", [("check", "x.csv"), ("findings", "D-1"), ("compare", "A#1"), ("effect", "P-1")])
def test_a_number_of_rows_below_zero_is_refused(home, command):
    ran = inside(home, *command, "--most", "-3")
    assert ran.code == 2
    assert "'--most': Input should be greater than or equal to 0" in re.sub(r"\x1b\[[0-9;]*m", "", ran.err)
