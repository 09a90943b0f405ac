"""What Prometheus reads: every answer counted once whichever process gave it, few series whoever asks for what, and the house."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from house import FLOW, new_house
from journey_tools import free_port
from prometheus_client.parser import text_string_to_metric_families
from released import put

from greffe.app import create_app
from greffe.errors import BadDefinition
from greffe.jobs.configured import read_jobs
from greffe.logs.spans import Traces
from greffe.settings import read_settings
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.listening import Metrics
from greffe.web.metrics.processes import Processes

SERIES = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"
OTHER = """
import sys, time
from pathlib import Path
from greffe.logs.asked import NOBODY
from greffe.logs.requests import Answered
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.processes import Processes
counts = Counts()
for _ in range(7):
    counts.began(); counts.heard(NOBODY, Answered("/sdmx/v2/data", "GET", 200, "csv", 10, 0.02, "memory"))
mine = Processes(Path(sys.argv[1]), counts)
mine.tell()
print(mine.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scraped(tmp_path_factory):
    """A house that was asked some things, beside another process of it, and what is read of it at `/metrics`."""
    house, port = new_house(tmp_path_factory.mktemp("metrics")), free_port()
    put(house, 1, "ICCS0101 NR 2020 975 A F")
    settings = house.parts.settings
    house.parts.settings = replace(settings, operation=replace(settings.operation, metrics=("127.0.0.1", port)))
    counts = Counts(most=20)
    client = TestClient(create_app(house.parts, [counts.heard], counts.began))
    sizes = [len(client.get(SERIES).content) for _ in range(3)]
    for number in range(200):
        client.get(f"/nothing-{number}/x{number}?y={number}")
        client.request(f"M{number}", f"/sdmx/v2/{number}/x")
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(settings.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with Metrics(house.parts, read_jobs(None), counts, lambda: 5):
        assert other.stdout.readline() == "1\n"
        text = fetched(port)
        other.communicate("")
        after = fetched(port)
    return house, sizes, text, after


def fetched(port):
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                return answer.read().decode()
        except OSError:
            pass
    raise AssertionError("nothing listens")


def samples(text):
    return {
        (s.name, *sorted(s.labels.items())): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def summed(text, name, **labels):
    return sum(v for (n, *ls), v in samples(text).items() if n == name and labels.items() <= dict(ls).items())


def test_answers_are_counted_once_in_every_process(scraped):
    _, sizes, text, after = scraped
    data = {"route": "/sdmx/v2/data"}
    assert summed(text, "greffe_http_requests_total", **data, process="0", status="2xx") == 3
    assert summed(text, "greffe_http_requests_total", **data, process="1") == 7
    assert summed(text, "greffe_http_response_bytes_total", **data) == sum(sizes) + 70
    assert summed(text, "greffe_http_cache_hits_total", **data, cache="memory") == 2 + 7
    assert summed(text, "greffe_http_request_duration_seconds_count", **data) == 10
    assert summed(text, "greffe_http_request_duration_seconds_bucket", **data, process="1", le="0.025") == 7
    assert summed(text, "greffe_http_request_duration_seconds_bucket", **data, process="1", le="0.01") == 0
    assert summed(text, "greffe_http_in_flight") == 0
    assert summed(text, "greffe_log_lines_dropped_total") == 5
    assert summed(after, "greffe_http_requests_total", process="1") == 0, "a process that went is forgotten"


def test_addresses_at_random_make_no_series(scraped):
    """400 of them: all are counted, in a handful of series."""
    _, _, text, _ = scraped
    assert summed(text, "greffe_http_requests_total", process="0") == 403
    rows = [key for key in samples(text) if key[0] == "greffe_http_requests_total"]
    assert len(rows) < 10
    assert "nothing-" not in text
    assert "M17" not in text


def test_the_house_is_told(scraped):
    house, _, text, _ = scraped
    release = house.current()
    assert summed(text, "greffe_release_effective_timestamp_seconds", dataflow=FLOW) == release.effective_at.timestamp()
    assert summed(text, "greffe_register_entries") == house.parts.ledger().head
    assert summed(text, "greffe_register_bytes") > 10_000
    assert summed(text, "greffe_register_readable") == 1
    assert summed(text, "greffe_job_running", job="transmissions") == 0
    assert summed(text, "greffe_deadline_next_timestamp_seconds", recipient="ESTAT") > house.clock().timestamp()


def test_more_kinds_of_answers_than_are_told_apart_count_as_other(tmp_path):
    counts = Counts(most=2)
    house = new_house(tmp_path)
    client = TestClient(create_app(house.parts, [counts.heard], counts.began))
    for path in ("/health/live", "/api/v1/dataflows", "/api/v1/releases", "/robots.txt"):
        client.get(path)
    cells = Processes(tmp_path, counts).own().cells
    assert {key[0]: cell[0] for key, cell in cells.items()} == {"/health/live": 1, "/api/v1/dataflows": 1, "other": 2}
    assert json.dumps(sorted(cells))


@pytest.mark.parametrize("text", ["9464", "127.0.0.1:0", "http://x:1", "x:99999"])
def test_an_address_that_is_none_is_refused(text, tmp_path):
    with pytest.raises(BadDefinition, match="no address to listen on"):
        read_settings({"GREFFE_METRICS": text}, home=tmp_path)


def test_traces_without_their_libraries_are_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(BadDefinition, match="not installed") as refused:
        Traces()
    assert "greffe[telemetry]" in refused.value.hint
