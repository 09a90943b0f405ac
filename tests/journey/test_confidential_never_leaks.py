"""Every channel is attacked: two houses differ in hidden figures alone, and nobody who reads them can tell which is which."""

from __future__ import annotations

import io
import logging
import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from journey_tools import Ran, inside, run
from secrets_kept import FLOW, SERIES, House, Secret, house_with

from greffe.app import create_app
from greffe.arrow import ipc, pq
from greffe.formats.negotiation import DATA_FORMATS

# The sums are the same, the parts are not.
FIRST, SECOND = Secret(73_931, 512_347), Secret(73_984, 512_294)
CLOCK = re.compile(
    rb'"prepared": ?"[^"]*"|<[a-z]*:?Prepared>[^<]*<'
)  # of messages of errors: when it was, to the microsecond
V1 = f"/sdmx/v1/data/{FLOW}"
V2 = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0"
MEN, WOMEN, BOTH = (SERIES.format(sex=s) for s in "MFT")


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, House]:
    folder = tmp_path_factory.mktemp("secrets")
    found = house_with(folder / "first", FIRST), house_with(folder / "second", SECOND)
    for one in found:  # it lives in December 2026, later than commands do until then
        run(one.parts.settings.home, "clock", "--right", "--as", "greffe", "--reason", "A house of a test")
    return found


@pytest.fixture(scope="module")
def clients(houses: tuple[House, House]) -> Iterator[tuple[TestClient, TestClient]]:
    first, second = (TestClient(create_app(h.parts), raise_server_exceptions=False) for h in houses)
    with first, second:
        yield first, second


FORMATS_OF_DATA = sorted({f.name for f in DATA_FORMATS})
QUESTIONS = [
    *(f"{base}?format={name}" for base in (V1, V2) for name in FORMATS_OF_DATA),
    f"{V1}/{MEN}", f"{V1}/{MEN}?startPeriod=2020&endPeriod=2020", f"{V1}/{BOTH}", f"{V1}/A.PER_CNV.M+F.NR.FR",
    f"{V1}?detail=serieskeysonly", f"{V1}?includeHistory=true", f"{V1}?updatedAfter=2026-12-01T00:00:00Z",
    f"{V1}?firstNObservations=1", f"{V1}?lastNObservations=2",
    f"{V2}/{MEN}", f"{V2}/A.PER_CNV.*.NR.FR", f"{V2}?c[TIME_PERIOD]=2020", f"{V2}?includeHistory=true",
    f"{V2}?updatedAfter=2026-12-01T00:00:00Z", f"{V2}?asOf=2026-11-30T00:00:00Z", f"{V2}?c[OBS_VALUE]=gt:70000",
    f"{V2}?c[OBS_VALUE]=73931", f"{V2}?c[OBS_VALUE]=lt:80000", f"{V2}?c[OBS_STATUS]=Q", f"{V2}?c[CONF_STATUS]=A",
    f"{V2}?sort=-OBS_VALUE", f"{V2}?sort=OBS_VALUE", f"{V2}?attributes=all&measures=all",
    f"/sdmx/v1/availableconstraint/{FLOW}", f"/sdmx/v1/availableconstraint/{FLOW}/{MEN}",
    f"/sdmx/v2/availability/dataflow/SSER/{FLOW}/1.0.0", f"/sdmx/v2/availability/dataflow/SSER/{FLOW}/1.0.0/{MEN}",
    f"/sdmx/v2/availability/dataflow/SSER/{FLOW}/1.0.0?c[OBS_VALUE]=lt:80000",
    f"/sdmx/v2/schema/dataflow/SSER/{FLOW}/1.0.0", f"/sdmx/v2/metadata/structure/dataflow/SSER/{FLOW}",
    "/sdmx/v2/structure/dataflow/SSER/*/*?references=all", "/sdmx/v1/dataflow/all/all",
    f"/api/v1/series/{FLOW}", f"/api/v1/series/{FLOW}/{MEN}", f"/api/v1/series/{FLOW}/{BOTH}", "/api/v1/dataflows",
    "/api/v1/releases", f"/api/v1/releases/{FLOW}/1", f"/api/v1/findings/{FLOW}", "/api/v1/calendar",
    *(f"/api/v1/explain/{FLOW}/{key}/2020" for key in (MEN, WOMEN, BOTH)), f"/api/v1/explain/{FLOW}/{BOTH}/2021",
    f"/api/v1/explain/{FLOW}/{MEN}/1999", f"{V1}/A.NONSENSE", f"{V2}?c[NONSENSE]=1", f"{V1}?nonsense=73931&x=1",
    f"/api/v1/series/{FLOW}/A.PER_CNV.X.NR.FR", "/", "/openapi.json", "/health/ready",
    "/search?q=73931", "/search?q=men+2020", f"/feeds/{FLOW}.atom", "/catalog.ttl", "/sitemap.xml",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_two_secrets_give_the_same_answer(clients, question):
    """Status, every header and every byte, so also the tag; for a second time too, when the answer is a kept one."""
    for _ in range(2):
        asked = {
            "Accept-Encoding": "identity",
            "X-Request-Id": "0" * 32,
        }  # which comes back; else each answer has its own
        answers = [c.get(question, headers=asked) for c in clients]
        assert answers[0].status_code == answers[1].status_code < 500
        assert dict(answers[0].headers) == dict(answers[1].headers)
        first, second = (a.content if a.status_code < 400 else CLOCK.sub(b"", a.content) for a in answers)
        assert first == second
        for text in (t for t in FIRST.texts if t not in question):
            assert text.encode() not in answers[0].content


def test_the_question_is_one_that_answers(clients):
    """What is compared above is not a page of errors: the flow is there, with hidden and with free figures."""
    body = clients[0].get(f"{V2}?format=csv&c[TIME_PERIOD]=2020").text.splitlines()
    rows = [dict(zip(body[0].split(","), line.split(","), strict=False)) for line in body[1:]]
    counts = {r["sex"]: (r["OBS_VALUE"], r["OBS_STATUS"], r["CONF_STATUS"]) for r in rows if r["unit"] == "NR"}
    assert counts == {
        "M": ("", "Q", "A"),
        "F": ("", "Q", "D"),
        "T": (str(FIRST.men + FIRST.women), "A", "F"),
    }
    assert len([q for q in QUESTIONS if clients[0].get(q).status_code == 200]) > 50


def test_a_total_less_its_parts_gives_nothing(clients):
    """Total and parts asked one by one: no difference of published figures is a hidden one."""
    values: set[Decimal] = set()
    for key in (MEN, WOMEN, BOTH):
        for line in clients[0].get(f"{V1}/{key}?format=plain-csv").text.splitlines():
            values |= {Decimal(cell) for cell in line.split(",") if cell.replace(".", "", 1).isdigit()}
    secrets = {Decimal(n) for n in (FIRST.men, FIRST.women)}
    assert not secrets & {a - b for a in values for b in values}
    assert not secrets & {a + b for a in values for b in values}


def commands(house: House, *arguments: str) -> Ran:
    return inside(house.parts.settings.home, *arguments)


@pytest.mark.parametrize(
    "command",
    [
        ("releases",), ("maps",), ("coverage", "DRAFT"), ("coverage", "DRAFT", "--json"), ("extracts",),
        ("calendar", "list"), ("verify",), ("people",),
    ],
)  # fmt: skip
def test_commands_that_are_no_explanation_hold_no_secret(houses, command):
    """What staff pass on. `explain`, `lineage` and findings on internal figures are for staff, and say so."""
    draft = next(iter(houses[0].parts.ledger().drafts))
    shown = commands(houses[0], *(draft if word == "DRAFT" else word for word in command))
    assert shown.out
    for text in FIRST.texts:
        assert text not in shown.out + shown.err


def test_findings_on_the_result_hold_no_secret(houses):
    """Those on internal figures are for who prepares the draft."""
    draft = next(iter(houses[0].parts.ledger().drafts))
    found = commands(houses[0], "findings", draft, "--json").json()["findings"]
    result = [f for f in found if set(f["key"]) <= {"freq", "leg_stat", "sex", "unit", "geo"}]
    assert [f for f in result if f["rule"] == "QR-CNF-03"]
    for text in FIRST.texts:
        assert text not in repr(result)


def test_the_files_that_are_read_to_answer_hold_no_secret(houses):
    """Data, difference, serving files, manifest, kept answers: the values are apart, in one file alone."""
    home: Path = houses[0].parts.settings.home
    store = houses[0].parts.settings.releases
    for path in sorted(p for p in store.rglob("*") if p.is_file()):
        if path.name == "confidential.parquet":
            assert {r["OBS_VALUE"] for r in pq.read_table(path).to_pylist()} >= {str(FIRST.men), str(FIRST.women)}
            continue
        if path.suffix == ".parquet":
            shown = repr(pq.read_table(path).to_pylist())
        elif path.suffix == ".arrow":
            shown = repr(ipc.open_file(str(path)).read_all().to_pylist())
        else:
            shown = path.read_bytes().decode("latin-1")
        for text in FIRST.texts:
            assert text not in shown, path
    inside_register = sqlite3.connect(home / "register.db")
    dump = "\n".join(inside_register.iterdump())
    for text in FIRST.texts:
        assert text not in dump


def test_logs_hold_no_secret(houses, caplog):
    """Everything that is logged while the whole flow is asked for, and while a release is made."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        with caplog.at_level(logging.DEBUG), TestClient(create_app(houses[0].parts)) as client:
            for question in (V1, V2, f"/api/v1/explain/{FLOW}/{MEN}/2020", f"{V1}/{MEN}"):
                client.get(question)
    finally:
        logging.getLogger().removeHandler(handler)
    for text in FIRST.texts:
        assert text not in caplog.text + stream.getvalue()


def test_an_explanation_agrees_with_what_is_kept_apart(clients):
    """A hidden figure that is made again is compared with the one kept apart, not told."""
    for key in (MEN, WOMEN, BOTH):
        found = clients[0].get(f"/api/v1/explain/{FLOW}/{key}/2020").json()
        assert found["agrees"] is True


def test_a_command_that_solves_answers_in_json_alone(houses):
    """The solver's own words do not stand among what a command answers."""
    made = run(houses[0].parts.settings.home, "prepare", FLOW, "--as", "camille", "--reason", "Again", "--json")
    assert made.code == 0, made.err
    assert made.json()["drafts"][0]["observations"] > 0
