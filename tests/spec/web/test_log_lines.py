"""What the log says of requests and events, and what it never says: secrets are planted everywhere, then looked for in all lines."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from house import FLOW, RELEASER, new_house
from page_blocks import ROOT, blocks_of
from released import put

from greffe.app import create_app
from greffe.errors import EngineFailed
from greffe.logs.asked import maker, read
from greffe.logs.lines import Lines
from greffe.logs.set_up import Log
from greffe.release.access.accounts import accept, invite
from greffe.release.access.keys import make_key
from greffe.release.people import HOUSE

PASSWORD, NAME, FIGURE, PARENT = "fanal-ruche-zinc-moulin", "Durand-Lefebvre", "431877", "00f067aa0ba902b7"
TRACE = f"00-4bf92f3577b34da6a3ce929d0e0e4736-{PARENT}-01"
SERIES = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"


class Logged:
    """The log of what is done to a house, in a file."""

    def __init__(self, file, **options):
        self.file = file
        self.log = Log(descriptor=os.open(file, os.O_WRONLY | os.O_CREAT), **options)

    def text(self):
        self.log.close()
        return self.file.read_text("utf-8")


@pytest.fixture
def logged(tmp_path):
    """A function that begins a log; loggers are as before afterwards."""
    loggers = [
        logging.getLogger(n) for n in (None, "greffe", "uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
    ]
    before = [(one, one.handlers, one.level, one.propagate) for one in loggers]
    hooks = sys.excepthook, threading.excepthook
    yield lambda **options: Logged(tmp_path / f"{options.get('form', 'auto')}.log", **options)
    sys.excepthook, threading.excepthook = hooks
    for one, handlers, level, propagate in before:
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = new_house(tmp_path_factory.mktemp("logged"))
    put(made, 1, "ICCS0101 NR 2020 975 A F")
    put(made, 2, f"ICCS0101 NR 2020 {FIGURE} A F", 48)
    return made


def served(house, log):
    """The application, with two addresses where something fails that quotes what nobody may read."""
    app = create_app(house.parts, [log.requests] if log.requests else [])

    @app.get("/fails/{who}")
    def fails(who: str) -> None:
        try:
            raise ValueError(f"{who} {FIGURE} {PASSWORD}")
        except ValueError as error:
            raise EngineFailed(f"SELECT {FIGURE} -- {PASSWORD}") from error

    @app.get("/breaks/{who}")
    def breaks(who: str) -> None:
        raise RuntimeError(f"{who} {FIGURE} {PASSWORD}")

    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def test_a_request_is_one_line_of_json(house, logged):
    log = logged()
    client = served(house, log.log)
    first = client.get(SERIES, headers={"X-Request-Id": "0123456789abcdef", "traceparent": TRACE})
    again = client.get(SERIES, headers={"X-Request-Id": "x" * 200})
    client.get("/nothing/here")
    client.get("/health/live")
    assert (first.headers["x-request-id"], first.headers["traceparent"]) == ("0123456789abcdef", TRACE)
    one, kept, unknown = (json.loads(line) for line in log.text().splitlines())
    assert list(one) == [
        "time",
        "level",
        "event",
        "request",
        "trace",
        "method",
        "route",
        "status",
        "format",
        "bytes",
        "ms",
        "cache",
    ]
    assert one["request"] == "0123456789abcdef"
    assert one["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert [one[k] for k in ("method", "route", "status", "format", "bytes", "cache")] == [
        "GET", "/sdmx/v2/data", 200, "sdmx-csv-2.0", len(first.content), "none",
    ]  # fmt: skip
    assert (kept["cache"], kept["request"]) == ("memory", again.headers["x-request-id"])
    assert len(kept["request"]) == 32
    assert (unknown["route"], unknown["status"], unknown["format"]) == ("unknown", 404, "problem")
    assert kept["ms"] < 1000


def test_the_line_that_the_page_shows_has_the_fields_that_a_line_has(house, logged):
    """docs/how-to/operate.md: from memory, without a trace; the order and the kinds of values are those of a real line."""
    (shown,) = [b.body for b in blocks_of(ROOT / "docs/how-to/operate.md") if b.language == "json"]
    log = logged()
    client = served(house, log.log)
    for _ in range(2):
        client.get(f"/sdmx/v2/structure/dataflow/SSER/{FLOW}/1.0.0", headers={"Accept-Encoding": "identity"})
    made, told = json.loads(log.text().splitlines()[1]), json.loads(shown)
    assert {name: type(value) for name, value in made.items()} == {name: type(value) for name, value in told.items()}
    assert list(made) == list(told)
    same = ("level", "event", "method", "route", "status", "format", "cache")
    assert [made[name] for name in same] == [told[name] for name in same]


def test_no_line_of_a_run_holds_a_secret_a_name_or_a_figure(house, logged):
    log = logged(level="debug")
    accept(house.parts, invite(house.parts, HOUSE, RELEASER.name), PASSWORD)
    _, key = make_key(
        house.parts, HOUSE, "Loader", "recipient:ESTAT", ("advance",), (), house.clock() + timedelta(days=9)
    )
    client = served(house, log.log)
    client.post("/signin", data={"name": RELEASER.name, "password": PASSWORD, "back": "/staff"})
    client.post("/signin", data={"name": NAME, "password": PASSWORD, "back": "/staff"})
    cookies = [c.value for c in client.cookies.jar]
    bearer = {"authorization": f"Bearer {key}"}
    for path in (
        "/staff/releases",
        f"{SERIES}&{NAME}={FIGURE}",
        f"/{NAME}/{key}",
        f"/search?q={NAME}",
        f"/staff/people?name={NAME}",
    ):
        client.get(path, headers=bearer | {"x-request-id": NAME, "traceparent": PASSWORD, "user-agent": NAME})
    assert client.get(f"/fails/{NAME}").status_code == 503
    assert client.get(f"/breaks/{NAME}").status_code == 500
    client.request(NAME, "/staff")
    logging.getLogger("uvicorn.error").warning("Invalid request: %s", PASSWORD)
    logging.getLogger("paramiko.transport").warning("Authentication of %s (%s)", NAME, PASSWORD)
    text = log.text()
    for secret in (PASSWORD, NAME, FIGURE, key, key.split("_", 2)[2], RELEASER.name, *cookies):
        assert secret not in text
    lines = [json.loads(line) for line in text.splitlines()]
    failed = next(line for line in lines if line["event"] == "The engine failed.")
    assert [e["class"] for e in failed["error"]] == ["EngineFailed", "ValueError"]
    assert failed["request"] in [line["request"] for line in lines if line.get("route") == "/fails/{who}"]
    assert [line["status"] for line in lines if line.get("route") == "/breaks/{who}"] == [500]
    assert "Invalid request: %s" in [line["event"] for line in lines]


def test_a_terminal_gets_short_lines_and_a_level_leaves_requests_out(house, logged):
    log = logged(form="human")
    client = served(house, log.log)
    client.get("/api/v1/dataflows")
    client.get("/fails/x")
    lines = log.text().splitlines()
    assert " 200 GET /api/v1/dataflows json " in lines[0]
    assert "ERROR   The engine failed." in lines[1]
    assert lines[2].startswith("    EngineFailed ")
    quiet = logged(form="json", level="warning")
    served(house, quiet.log).get("/api/v1/dataflows")
    assert quiet.text() == ""


@pytest.mark.parametrize(
    ("header", "value", "kept"),
    [
        ("x-request-id", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", True),
        ("x-request-id", "01ARZ3NDEKTSV4RRFFQ69G5FAV", True),
        ("x-request-id", "jules.durand", False),
        ("x-request-id", "ab", False),
        ("traceparent", TRACE, True),
        ("traceparent", TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32), False),
        ("traceparent", TRACE.upper(), False),
        ("traceparent", f"{TRACE}-more", False),
    ],
)
def test_ids_count_when_they_are_well_formed(header, value, kept):
    found = read([(header.encode(), value.encode())], maker())
    assert (value in (found.request, found.parent)) is kept
    assert found.request


def test_a_log_that_nobody_reads_holds_nobody_up():
    """A full pipe: further lines are dropped and counted."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    lines = Lines(writer, most=1000)
    for _ in range(5000):
        lines.put("x" * 100)
    lines.close()
    assert lines.dropped >= 4000
    assert os.read(reader, 101) == b"x" * 100 + b"\n"
    os.close(reader)
    os.close(writer)
