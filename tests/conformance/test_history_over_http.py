"""History over HTTP, worked by hand: revised, deleted, put in again, withdrawn, not yet in effect; in every format."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import json_reader
import openpyxl
import pyarrow.parquet as pq
import pytest
import xml_reader
from answer_rows import numbers
from fastapi.testclient import TestClient
from house import FLOW, House, new_house
from judges import json_errors, xml_errors
from plain_rows import Row
from released import TABLES, day, release, take_back, whole_story

from greffe.app import create_app

V1, V2 = f"/sdmx/v1/data/{FLOW}", f"/sdmx/v2/data/dataflow/SSER/{FLOW}"
AVAILABLE = f"/sdmx/v2/availability/dataflow/SSER/{FLOW}"
XML = ("genericdata", "structurespecificdata", "sdmx-ml-3.0", "sdmx-ml-3.1", "generictimeseriesdata",
       "structurespecifictimeseriesdata")  # fmt: skip
JSON = {"sdmx-json-1.0": "1.0", "sdmx-json-2.0": "2.0", "sdmx-json-2.1": "2.1"}
TABULAR = ("sdmx-csv-2.0", "sdmx-csv-2.1", "plain-csv", "parquet", "xlsx")
FORMATS = (*XML, *JSON, *TABULAR)
Set = tuple[str, tuple[str, ...]]  # action, lines

FIRST: Set = ("R", ("ICCS0101 2020 1 A", "ICCS0101 2021 2 P", "ICCS0102 2020 5 A"))
SECOND: Set = ("R", ("ICCS0101 2020 1 A", "ICCS0101 2021 3 A", "ICCS0502 2021 7 A"))
FOURTH: Set = ("R", ("ICCS0101 2020 1 A", "ICCS0101 2021 4 A", "ICCS0102 2020 5 A"))
GONE_2: Set = ("D", ("ICCS0102 2020 - -",))
GONE_4: Set = ("D", ("ICCS0502 2021 - -",))
# Query → data sets, in order.
ASKED: dict[str, list[Set]] = {
    "includeHistory=true": [FIRST, GONE_2, SECOND, GONE_4, FOURTH],
    "includeHistory=true&updatedAfter=2026-12-02T12:00:00Z": [GONE_4, FOURTH],
    "includeHistory=true&asOf=2026-12-02T12:00:00Z": [FIRST, GONE_2, SECOND],
    "includeHistory=true&lastNObservations=1&c[iccs]=ICCS0101": [
        ("R", ("ICCS0101 2021 2 P",)), ("R", ("ICCS0101 2021 3 A",)), ("R", ("ICCS0101 2021 4 A",)),
    ],
    "includeHistory=true&c[TIME_PERIOD]=2020&c[iccs]=ICCS0102": [
        ("R", ("ICCS0102 2020 5 A",)), GONE_2, ("R", ("ICCS0102 2020 5 A",)),
    ],
    "updatedAfter=2026-12-02T12:00:00Z": [GONE_4, ("R", ("ICCS0101 2021 4 A", "ICCS0102 2020 5 A"))],
    # Who asked while the withdrawn one was in effect takes back what it had, and is told none of its figures.
    "updatedAfter=2026-12-03T06:00:00Z": [
        ("D", ("ICCS0301 1999 - -",)), ("R", ("ICCS0101 2020 1 A", "ICCS0101 2021 4 A", "ICCS0102 2020 5 A")),
    ],
    "updatedAfter=2026-12-02T12:00:00Z&firstNObservations=1&c[iccs]=ICCS0101": [("R", ("ICCS0101 2021 4 A",))],
    "updatedAfter=2026-12-01T12:00:00Z&asOf=2026-12-02T12:00:00Z": [
        GONE_2, ("R", ("ICCS0101 2021 3 A", "ICCS0502 2021 7 A")),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return whole_story(tmp_path_factory.mktemp("history") / "home")


@pytest.fixture(scope="module")
def web(house: House) -> TestClient:
    return TestClient(create_app(house.parts), raise_server_exceptions=False)


def line(row: Row) -> str:
    return " ".join((row["iccs"], row["TIME_PERIOD"], row.get("OBS_VALUE", "-"), row.get("OBS_STATUS", "-")))


def sets(body: bytes, format_: str) -> list[Set]:
    """Data sets as action and lines; what stands in one table is taken apart where action or validity change."""
    if format_ in XML:
        return [(s.told["action"][0], tuple(sorted(map(line, s.rows)))) for s in xml_reader.read(body)]
    if format_ in JSON:
        return [(s.action[0], tuple(sorted(map(line, s.rows)))) for s in json_reader.read(body)]
    found: dict[tuple[str, ...], list[str]] = {}
    for row in cells(body, format_):
        key = tuple(row.get(n, "") for n in ("ACTION", "VALID_FROM", "VALID_TO"))
        found.setdefault(key, []).append(line(numbers([row])[0]))
    return [(key[0] or "R", tuple(sorted(lines))) for key, lines in found.items()]  # no column: nothing but figures


def cells(body: bytes, format_: str) -> list[Row]:
    if format_ == "parquet":
        rows = pq.read_table(io.BytesIO(body)).to_pylist()
    elif format_ == "xlsx":
        sheets = [s for s in openpyxl.load_workbook(io.BytesIO(body)).worksheets if s.title.startswith(FLOW)]
        tables = [list(s.iter_rows(values_only=True)) for s in sheets]  # one sheet a data set
        rows = [dict(zip(map(str, t[0]), r, strict=True)) for t in tables for r in t[1:]]
    else:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    return [{k: str(v) for k, v in r.items() if v not in (None, "")} for r in rows]


@pytest.mark.item("R1-DATA-08", "R1-DATA-17", "R2-DATA-30", "R2-DATA-33", "R2-DATA-45", "ML21-10", "J-12", "C-21")
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("query", ASKED)
def test_history_in_every_format(web: TestClient, query: str, format_: str):
    """updatedAfter, includeHistory and asOf tell the same data sets in every format that can say them"""
    answer = web.get(f"{V2}?{query}&format={format_}")
    assert answer.status_code == 200, answer.text
    if format_ in XML:
        assert xml_errors(answer.content, lax=True) == []
    if format_ in JSON:
        assert json_errors(answer.content, JSON[format_], "data") == []
    assert sets(answer.content, format_) == ASKED[query]
    assert answer.headers["release"] == ", ".join(f"{FLOW}#{n}" for n in named(query))


def named(query: str) -> list[int]:
    """The releases that an answer is made of: never the third nor the fifth."""
    if "includeHistory" not in query:
        return [2] if "asOf" in query else [4]
    return [1, 2] if "asOf" in query else [4] if "updatedAfter" in query else [1, 2, 4]


@pytest.mark.item("R1-DATA-08", "R1-DATA-17")
@pytest.mark.parametrize("query", [q for q in ASKED if "asOf" not in q and "c[" not in q])
def test_history_on_1_5(web: TestClient, query: str):
    """On 1.5 updatedAfter and includeHistory tell the same as on 2.x"""
    answer = web.get(f"{V1}?{query}&format=structurespecificdata")
    assert xml_errors(answer.content, lax=True) == []
    assert sets(answer.content, "structurespecificdata") == ASKED[query]


@pytest.mark.item("C-10", "C-21")
@pytest.mark.parametrize("format_", ["sdmx-csv-1.0", "jsonstat"])
def test_history_is_refused_where_it_cannot_be_said(web: TestClient, format_: str):
    """406: SDMX-CSV 1.0 and JSON-stat have no word for what was valid when or deleted"""
    for query in ("includeHistory=true", "updatedAfter=2026-12-02T12:00:00Z"):
        assert web.get(f"{V2}?{query}&format={format_}").status_code == 406
    assert web.get(f"{V2}?format={format_}").status_code == 200


@pytest.mark.item("R2-DATA-45", "R2-STR-40", "R2-SCH-05")
@pytest.mark.parametrize(
    ("moment", "found"),
    [("2026-12-01T00:00:00Z", FIRST), ("2026-12-02T12:00:00Z", SECOND), ("2026-12-03T18:00:00Z", SECOND),
     ("2026-12-04T00:00:00Z", FOURTH), ("2027-01-01T00:00:00Z", FOURTH)],
)  # fmt: skip
def test_as_of(web: TestClient, moment: str, found: Set):
    """asOf is the release of that moment, in data; structures and schemas are those of that moment"""
    answer = web.get(f"{V2}?asOf={moment}&format=sdmx-csv-2.1")
    assert tuple(sorted(map(line, cells(answer.content, "csv")))) == found[1]
    for path in (f"structure/dataflow/SSER/{FLOW}", f"schema/dataflow/SSER/{FLOW}"):
        assert web.get(f"/sdmx/v2/{path}?asOf={moment}").status_code == 200
        assert web.get(f"/sdmx/v2/{path}?asOf=2020-01-01T00:00:00Z").status_code == 404


@pytest.mark.item("R2-DATA-45")
def test_as_of_the_withdrawn_one(web: TestClient):
    """404: asOf a moment whose release has been withdrawn since, in every format; or before the first one"""
    for moment in ("2026-12-03T06:00:00Z", "2026-11-30T00:00:00Z"):
        for format_ in FORMATS:
            answer = web.get(f"{V2}?asOf={moment}&format={format_}")
            assert answer.status_code == 404
            assert set(leaks(answer.text)) <= {"#3"}  # it says which one was withdrawn


LEAKS = ("ICCS0301", "1999", "1998", '"99"', ">99<", ",99,", '"66"', ",66,", "1000,", '"1000"', '"77"', "#3", "#5",
         "2026-12-12", "12 Dec 2026")  # fmt: skip


def leaks(text: str) -> list[str]:
    """What of the third or the fifth release a text says; that keys are to be taken back is no figure."""
    return [one for one in LEAKS if one in text]


@pytest.mark.item("R1-AVL-07", "R2-AVL-08")
def test_nothing_withdrawn_or_embargoed_leaks(web: TestClient):
    """No figure, count, date, tag or number of a withdrawn or embargoed release is in a body or header of any answer"""
    addresses = [V1, V2, AVAILABLE, f"/sdmx/v1/availableconstraint/{FLOW}?metrics=true", f"{V2}?includeHistory=true",
                 f"{V1}?includeHistory=true", f"{V2}?updatedAfter=2026-12-01T12:00:00Z", f"{V2}?asOf=2027-01-01T00:00:00Z",
                 f"{V2}?updatedAfter=2026-12-04T12:00:00Z", f"{V2}?c[iccs]=ICCS0502&c[TIME_PERIOD]=le:2000",
                 "/api/v1/releases", f"/api/v1/series/{FLOW}"]  # fmt: skip
    for address in addresses:
        for accept in ("*/*", "application/xml", "text/csv"):
            answer = web.get(address, headers={"Accept": accept})
            told = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
            body = answer.text.replace(address, "")
            assert [x for x in leaks(told) + leaks(body) if x != "1998" or "1998" not in address] == [], (
                address,
                accept,
            )


@pytest.mark.item("HTTP-09", "R1-AVL-07", "R2-AVL-08")
@pytest.mark.parametrize("address", [V1, V2, f"{V2}?format=sdmx-csv-2.1", f"{V2}?format=parquet", f"{V2}?includeHistory=true",
                                     AVAILABLE, f"/sdmx/v1/availableconstraint/{FLOW}"])  # fmt: skip
def test_what_is_kept_is_never_superseded_or_withdrawn(tmp_path: Path, address: str):
    """An answer that a cache keeps is valid (304) until a release, a withdrawal or an embargo's end, and not after"""
    house = new_house(tmp_path / "home")
    house.clock.now = day(1)
    web = TestClient(create_app(house.parts))
    assert web.get(address).status_code == 404
    release(house, 1)
    seen: list[tuple[str, str, bytes]] = []

    def changed() -> None:
        """A new answer, to a plain question and to those that know an old one by tag or date; then it is valid."""
        fresh = web.get(address)
        assert fresh.status_code == 200
        for tag, modified, body in seen:
            by_tag = web.get(address, headers={"If-None-Match": tag})
            by_date = web.get(address, headers={"If-Modified-Since": modified})
            assert (by_tag.status_code == 304) == (by_tag.headers["etag"] == tag and body == fresh.content)
            assert by_date.status_code == 200, "an old date still counts"
            assert by_date.content == fresh.content
        seen.append((fresh.headers["etag"], fresh.headers["last-modified"], fresh.content))
        same()

    def same() -> None:
        tag, modified, body = seen[-1]
        assert web.get(address).content == body
        for name, value in (("If-None-Match", tag), ("If-Modified-Since", modified)):
            assert web.get(address, headers={name: value}).status_code == 304

    changed()
    house.clock.now = day(2)
    release(house, 2)
    changed()
    house.clock.now = day(3)
    release(house, 3)
    changed()
    house.clock.now = day(3, 12)
    take_back(house, 3)
    changed()
    house.clock.now = day(4)
    release(house, 4)
    changed()
    house.clock.now = day(5)
    release(house, 5)  # embargoed: nothing changes, not even a date
    same()
    house.clock.now = day(11, 23)
    same()
    house.clock.now = day(TABLES[5][0])  # by the clock alone
    changed()
    assert "1000" in web.get(f"{V2}?format=csv").text
