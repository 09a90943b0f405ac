"""What a collector of OpenTelemetry is told: which requests, jobs and releases there were, and nothing of what they held."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from house import AUTHOR, FLOW, RELEASER, House, new_house
from journey_tools import free_port
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from otlp_receiver import Receiver, receiver, told
from released import put

from greffe.app import create_app, job_tools
from greffe.errors import Denied
from greffe.jobs.running import run_now
from greffe.logs import spans
from greffe.release.releasing import Terms, make_releases

DATA = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECRETS = ("ICCS0101", "s3cr3t-key", "x@example.org", "camille", "farid", "testclient", "/nobody/knows", "20X2")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return new_house(tmp_path_factory.mktemp("traces") / "home", "published", "map")


@pytest.fixture(scope="module")
def heard(house: House) -> Iterator[Receiver]:
    """The collector, after requests of several kinds, a draft and its release, a job, and two that failed."""
    with receiver() as there, pytest.MonkeyPatch.context() as environ:
        environ.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", there.base)
        traces = spans.begin()
        assert spans.begin() is traces
        client = TestClient(create_app(house.parts, [traces.heard]))
        made = house.released()
        put(house, made.number + 1, "ICCS0101 NR 2020 975 A F")
        ids = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "0123456789abcdef"}
        secret = {"Authorization": "Bearer s3cr3t-key", "From": "x@example.org"}
        for _ in range(2):
            assert client.get(f"{DATA}/A.ICCS0101.NR.FR?format=csv", headers={**ids, **secret}).status_code == 200
        assert client.get("/nobody/knows?key=s3cr3t-key").status_code == 404
        run_now(job_tools(house.parts), {"verify": _failing}, "here", "verify")
        with pytest.raises(Denied):
            make_releases(house.parts, AUTHOR, ["a-draft"], Terms(None))
        spans.end()
        client.get(DATA)  # nobody is told any more
        yield there


def _failing(task: object) -> object:
    raise ValueError("20X2 of camille is no year")


def named(heard: Receiver, name: str) -> list[Span]:
    found = [s for s in heard.spans() if s.name == name]
    assert found, [s.name for s in heard.spans()]
    return found


def test_requests_are_told_by_route_format_and_cache(heard: Receiver):
    """Below the span of who asked; the second answer came from memory."""
    assert set(heard.paths) == {"/v1/traces"}
    assert heard.services() == {"greffe"}
    both = named(heard, "GET /sdmx/v2/data")
    assert [told(s)["greffe.cache"] for s in both] == ["none", "memory"]
    for one in both:
        assert (one.trace_id.hex(), one.parent_span_id.hex()) == (TRACE, PARENT)
        assert one.kind == Span.SPAN_KIND_SERVER
        assert 0 < one.end_time_unix_nano - one.start_time_unix_nano < 60e9
        assert told(one)["greffe.format"] == "sdmx-csv-2.0"
        assert told(one)["http.response.status_code"] == 200
        assert told(one)["http.route"] == "/sdmx/v2/data"
        assert told(one)["greffe.request"] == "0123456789abcdef"
        assert int(told(one)["http.response.body.size"]) > 100
    (stranger,) = named(heard, "GET unknown")
    assert told(stranger)["http.response.status_code"] == 404
    assert "http.route" not in told(stranger)


def test_jobs_drafts_and_releases_are_told_by_what_they_are_about(heard: Receiver):
    (prepared,) = named(heard, "prepare")
    assert told(prepared) == {"greffe.dataflow": FLOW}
    done, refused = named(heard, "release")
    assert told(done)["greffe.releases"] == f"{FLOW}#1"
    assert int(told(done)["greffe.observations"]) > 100
    assert done.status.code == Status.STATUS_CODE_UNSET
    assert (told(refused), refused.status.code) == ({"error.type": "Denied"}, Status.STATUS_CODE_ERROR)
    assert refused.status.message == ""
    (job,) = named(heard, "job")
    assert told(job) == {
        "greffe.job": "verify", "greffe.kind": "verify", "greffe.attempt": 1, "greffe.outcome": "failed"}  # fmt: skip


def test_no_key_no_person_no_address_no_figure_is_told(heard: Receiver):
    """Neither as an attribute nor anywhere in the bytes; there is no event with the words of an exception."""
    everything = b"".join(heard.bodies)
    assert b"greffe.request" in everything
    assert [word for word in (*SECRETS, RELEASER.name) if word.encode() in everything] == []
    assert [s.name for s in heard.spans() if s.events] == []


def test_a_collector_that_is_away_keeps_nobody(house: House, monkeypatch: pytest.MonkeyPatch):
    """Requests are answered at once, and the process ends."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    began = time.monotonic()
    traces = spans.begin()
    assert TestClient(create_app(house.parts, [traces.heard])).get("/health/live").status_code == 200
    spans.end()
    assert time.monotonic() - began < 20
