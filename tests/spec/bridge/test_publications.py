"""`greffe publications`: every format gives the same values; a bad file gets one error with its place and leaves nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import House, new_house
from journey_tools import ROOT, inside

from greffe.app import compose, create_app
from greffe.release.published import publication, values_of
from greffe.settings import read_settings

FLOW = "ESTAT_CRIM_OFF_CAT"
TSV = "freq,iccs,unit,geo\\TIME_PERIOD\t2021 \t2022 \nA,ICCS0101,NR,FR\t734 \t821 b\nA,ICCS0101,P_HTHAB,FR\t: \t1.21 \n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "var"
    assert inside(home, "people", "--add", "camille", "--role", "author", "--role", "approver").code == 0
    return home


def add(home: Path, file: Path, *more: str, body: str = "Eurostat", dataset: str = "crim_off_cat"):
    return inside(
        home, "publications", "add", str(file), "--body", body, "--dataset", dataset, "--as", "camille", *more
    )


def kept(home: Path, id_: str) -> set[tuple[str, str, str]]:
    parts = compose(read_settings(home=home))
    return {(v.series, v.period, v.value) for v in values_of(parts, publication(parts, id_))}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One that has released what is asked for in every format."""
    return new_house(tmp_path_factory.mktemp("formats") / "home", "published", "map", "released")


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("application/vnd.sdmx.data+csv;version=1.0.0", "SDMX-CSV"),
        ("application/vnd.sdmx.data+csv;version=2.0.0", "SDMX-CSV"),
        ("application/vnd.sdmx.genericdata+xml;version=2.1", "SDMX-ML"),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "SDMX-ML"),
        ("application/vnd.sdmx.data+xml;version=3.0.0", "SDMX-ML"),
        ("application/vnd.sdmx.data+xml;version=3.1.0", "SDMX-ML"),
        ("application/vnd.sdmx.data+json;version=1.0.0", "SDMX-JSON"),
        ("application/vnd.sdmx.data+json;version=2.0.0", "SDMX-JSON"),
        ("application/vnd.sdmx.data+json;version=2.1.0", "SDMX-JSON"),
    ],
)
def test_every_format_of_sdmx_gives_the_digits(house: House, home: Path, tmp_path: Path, media: str, kind: str):
    """Homicides, France, 2008-2022, counts and rates: 30 values, of which three are told here by hand."""
    address = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.ICCS0101.*.FR"
    got = TestClient(create_app(house.parts)).get(address, headers={"accept": media})
    assert got.status_code == 200
    file = tmp_path / "published"
    file.write_bytes(got.content)
    ran = add(home, file, "--dataflow", FLOW, "--json")
    assert ran.code == 0, ran.err
    told = ran.json()
    assert (told["format"], told["values"], told["series"], told["periods"]) == (kind, 30, 2, "2008 to 2022")
    found = kept(home, told["publication"])
    assert {("A.ICCS0101.NR.FR", "2008", "975"), ("A.ICCS0101.NR.FR", "2022", "821")} <= found
    assert ("A.ICCS0101.P_HTHAB.FR", "2008", "1.52") in found
    assert len(found) == 30


def test_tsv_of_eurostat(home: Path, tmp_path: Path):
    """Flags behind the value, a colon for what is not there, a blank behind each cell."""
    file = tmp_path / "estat.tsv"
    file.write_text(TSV)
    told = add(home, file, "--json").json()
    assert told["format"] == "TSV"
    assert kept(home, told["publication"]) == {
        ("A.ICCS0101.NR.FR", "2021", "734"), ("A.ICCS0101.NR.FR", "2022", "821"),
        ("A.ICCS0101.P_HTHAB.FR", "2021", ""), ("A.ICCS0101.P_HTHAB.FR", "2022", "1.21"),
    }  # fmt: skip


def test_thirteen_columns_below_two_titles(home: Path, tmp_path: Path):
    """The layout is data: the body is enough to read its file. Its bytes are kept, and named by their checksum."""
    file = ROOT / "samples/published/publications/unodc_prisons.csv"
    told = add(
        home, file, "--retrieved", "2023-05-11", "--json", body="UNODC", dataset="data_cts_prisons_and_prisoners"
    ).json()
    assert (told["values"], told["retrieved"]) == (668, "2023-05-11")
    assert told["checksum"] == hashlib.sha256(file.read_bytes()).hexdigest()
    parts = compose(read_settings(home=home))
    assert parts.register.content(told["checksum"]) == file.read_bytes()
    assert ("FRA|Persons held|Total|Total|Total|Total|Counts", "2007", "61076.0") in kept(home, told["publication"])
    assert list(parts.register.verify()) == []


def test_the_same_file_twice_and_a_withdrawal(home: Path, tmp_path: Path):
    """A second time changes nothing; what is withdrawn is listed, not compared, and may come back."""
    file = tmp_path / "estat.tsv"
    file.write_text(TSV)
    first = add(home, file, "--json").json()
    assert not first["already_known"]
    assert add(home, file, "--json").json()["already_known"]
    id_ = first["publication"]
    assert json.loads(inside(home, "bridge", "--figures", "--json").out)["figures"] != []
    assert inside(home, "publications", "withdraw", id_, "--as", "camille").code == 2  # no reason
    assert inside(home, "publications", "withdraw", id_, "--as", "camille", "--reason", "wrong file").code == 0
    assert inside(home, "publications", "withdraw", id_, "--as", "camille", "--reason", "again").code == 3
    assert json.loads(inside(home, "bridge", "--figures", "--json").out)["figures"] == []
    (row,) = json.loads(inside(home, "publications", "list", "--json").out)["publications"]
    assert (row["state"], row["withdrawn"]) == ("withdrawn", "wrong file")
    assert not add(home, file, "--json").json()["already_known"]
    assert json.loads(inside(home, "bridge", "--figures", "--json").out)["figures"] != []


def test_where_two_publications_hold_one_value_the_latest_counts(home: Path, tmp_path: Path):
    """Not the one that was handed over last, but the one that was retrieved last."""
    for day, value in (("2024-05-01", "822"), ("2023-05-01", "811")):
        file = tmp_path / f"{day}.tsv"
        file.write_text(TSV.replace("821", value))
        assert add(home, file, "--retrieved", day).code == 0
    figures = json.loads(inside(home, "bridge", "--figures", "--concept", "offences", "--json").out)["figures"]
    assert [f["value"] for f in figures if f["figure"] == "estat_offences.ICCS0101@2022"] == ["822"]


PLAIN = ("--series", "s", "--period", "p", "--value", "v")


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("s,p,v\nX,2020,12a\n", PLAIN, "p.csv, row 2, column v: '12a' is no plain decimal number."),
        ("s,p,v\nX,2020,1\nX,2020-13,12\n", PLAIN, "p.csv, row 3, column p: '2020-13' is no period."),
        ("s,p,v\nX,2020-99-99,12\n", PLAIN, "p.csv, row 2, column p: '2020-99-99' is no period."),
        ("s,p,v\nX,2021-02-29,12\n", PLAIN, "p.csv, row 2, column p: '2021-02-29' is no period."),
        ("s,p,v\nX,0000,12\n", PLAIN, "p.csv, row 2, column p: '0000' is no period."),
        ("s,p,v\nX,2020,NaN\n", PLAIN, "p.csv, row 2, column v: 'NaN' is no plain decimal number."),
        (TSV.replace("2022 ", "2022-Q5 "), (), "p.csv, row 2, column TIME_PERIOD: '2022-Q5' is no period."),
        ("s,p,v\nX,20,12\n", PLAIN, "p.csv, row 2, column p: '20' is no period."),
        ("s,p,v\nX,2020,12\n\nX,2020,13\n", PLAIN, "p.csv, row 4: X 2020 stands in row 2 already."),
        ("s,p,v\nX,2020\n", PLAIN, "p.csv, row 2: 2 fields where the header has 3."),
        ("s,p,value\nX,2020,1\n", PLAIN, "p.csv, row 1, column v: The column must be there. Columns found: s, p, value."),
        ("s,p,v\n", PLAIN, "p.csv: The file has no observation."),
        ("s,p,v\nX,2020,1\n", (), "p.csv, row 1, column TIME_PERIOD: This is no SDMX-CSV. Describe the columns"),
        ("s,p,v\nX,2020,1\n", ("--series", "s"), "parameter --period: A described table needs it."),
        (TSV.replace("734 ", "73x4"), (), "p.csv, row 2, column 2021: '73x4' is no value with flags."),
        (TSV.replace("A,ICCS0101,NR,FR", "A,ICCS0101,FR"), (), "p.csv, row 2: 3 codes where the header has 4 dimensions."),
        (TSV.replace("\t821 b", ""), (), "p.csv, row 2: 1 values where the header has 2 periods."),
        (TSV.replace("iccs", "icss"), ("--dataflow", FLOW), "column icss: The dataflow has no such dimension."),
        ("<a>", ("--dataflow", FLOW), "p.csv, row 1: This SDMX-ML message cannot be read"),
        ('{"data": {}}', (), "p.csv: This SDMX-JSON message cannot be read"),
        (TSV, ("--retrieved", "2026-13-01"), "parameter --retrieved: '2026-13-01' is no day such as 2026-11-30."),
        (TSV, ("--retrieved", "2999-01-01"), "parameter --retrieved: 2999-01-01 is in the future."),
        (TSV, ("--origin", "reel"), "parameter --origin: 'reel' is no origin. Nearest: real."),
        (TSV, ("--dataflow", "ESTAT_CRIM_OF_CAT"), "Nearest: ESTAT_CRIM_OFF_CAT"),
    ],
)  # fmt: skip
def test_a_bad_file_leaves_nothing(home: Path, tmp_path: Path, text: str, more: tuple[str, ...], said: str):
    file = tmp_path / "p.csv"
    file.write_text(text)
    ran = add(home, file, *more)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert json.loads(inside(home, "publications", "list", "--json").out)["publications"] == []


def test_who_may(home: Path, tmp_path: Path):
    """A stranger may not; our own name is not that of a publication."""
    file = tmp_path / "estat.tsv"
    file.write_text(TSV)
    stranger = inside(home, "publications", "add", str(file), "--body", "Eurostat", "--dataset", "x", "--as", "zoe")
    assert stranger.code == 4
    assert "parameter --body: SSER is ours" in add(home, file, body="SSER").err


def test_check_reads_the_same_formats(home: Path, tmp_path: Path):
    """A falling rate in TSV is found as it is in SDMX-CSV: 821 after 7340 is a move of 89 %."""
    file = tmp_path / "estat.tsv"
    file.write_text(TSV.replace("734 ", "7340 "))
    found = inside(home, "check", str(file), "--dataflow", FLOW, "--rule", "QR-PLA-01", "--json").json()["findings"]
    assert [(f["key"]["iccs"], f["key"]["unit"], f["period"]) for f in found] == [("ICCS0101", "NR", "2022")]
