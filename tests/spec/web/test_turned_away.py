"""What is turned away, as operators see it: by the route that was asked for, and no error of the service. The alert for errors is not
raised by it and that for shedding is: here the selectors of the rules ask what is exposed.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import httpx
import pytest
import yaml
from fastapi import Request, UploadFile
from fastapi.testclient import TestClient
from house import FLOW, new_house
from journey_tools import ROOT
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from greffe.app import create_app
from greffe.errors import Unavailable
from greffe.load import DEFAULTS, LoadSettings, Room
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.exposed import Answers
from greffe.web.metrics.processes import Processes

FAR = "192.0.2.7"
FULL = LoadSettings(dict.fromkeys(DEFAULTS, Room(1, 0, 1.0)), {"structures": 0, "data": 1, "pages": 1}, 1)
RULES = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return new_house(tmp_path_factory.mktemp("away"))


class Asked:
    """An application with little room, and what is counted of it."""

    def __init__(self, house, load=FULL):
        house.parts.settings = replace(house.parts.settings, load=load)
        self.home, self.counts = house.parts.settings.home, Counts()
        self.app = create_app(house.parts, [self.counts.heard], self.counts.began)
        self.near, self.far = TestClient(self.app), TestClient(self.app, client=(FAR, 1))

    def full(self, *kinds):
        for kind in kinds:
            asyncio.run(self.app.state.gate.budgets[kind].enter())

    def samples(self):
        registry = CollectorRegistry()
        registry.register(Answers(lambda: {"0": Processes(self.home, self.counts).own()}))
        text = generate_latest(registry).decode()
        return [s for family in text_string_to_metric_families(text) for s in family.samples]

    def selected(self, selector):
        """The sum of the samples that a selector of PromQL takes: `name{label="x",label!~"x.*"}`."""
        name, matchers = re.fullmatch(r"(\w+)(?:\{(.*)\})?", selector).groups()
        tests = re.findall(r'(\w+)(=|!=|=~|!~)"([^"]*)"', matchers or "")
        assert ",".join("".join((a, b, f'"{c}"')) for a, b, c in tests) == (matchers or ""), "a matcher was not read"
        return sum(s.value for s in self.samples() if s.name == name and all(_takes(s.labels, *t) for t in tests))


def _takes(labels, name, how, value):
    found = labels[name]
    return {
        "=": found == value,
        "!=": found != value,
        "=~": bool(re.fullmatch(value, found)),
        "!~": not re.fullmatch(value, found),
    }[how]


def selectors(alert):
    return re.findall(r"rate\(([^\[]+)\[", RULES[alert])


def test_shedding_is_no_error_of_the_service_and_an_error_is(house):
    asked = Asked(house)

    @asked.app.get("/fails")
    def fails():
        raise Unavailable("The register cannot be read.")

    (errors, all_), (shed,) = selectors("GreffeErrors"), selectors("GreffeSheds")
    asked.full("api")
    assert [asked.near.get("/api/v1/dataflows").status_code for _ in range(9)] == [503] * 9
    assert [asked.far.get("/robots.txt").status_code for _ in range(4)] == [200, 429, 429, 429]
    assert [asked.near.get("/health/live").status_code for _ in range(5)] == [200] * 5
    assert [asked.selected(one) for one in (errors, all_, shed)] == [0, 6, 12]
    assert asked.near.get("/fails").status_code == 503
    assert [asked.selected(one) for one in (errors, all_, shed)] == [1, 7, 12]
    assert asked.selected('greffe_http_requests_total{status="shed"}') == 12
    assert asked.selected('greffe_http_shed_total{status="429",route="/robots.txt"}') == 3


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.*.NR.FR", "/sdmx/v2/data"),
        ("GET", f"/sdmx/v1/data/{FLOW}/A..NR.FR", "/sdmx/v1/data"),
        ("GET", "/api/v1/dataflows", "/api/v1/dataflows"), ("GET", f"/api/v1/releases/{FLOW}/1", "/api/v1/releases/{dataflow}/{number}"),
        ("GET", "/", "/"), ("HEAD", "/", "/"), ("POST", "/signin", "/signin"), ("GET", "/nothing/there", "unknown"),
    ],
)  # fmt: skip
def test_the_route_of_what_is_turned_away_is_told(house, method, path, route):
    """The same as that of an answer: the runbook asks first which it is."""
    asked = Asked(house)
    asked.full("api", "pages", "staff", "data", "series")
    assert asked.near.request(method, path).status_code == 503
    assert [key[:3] for key in asked.counts.cells()] == [(route, method, "shed/503")]


def test_past_the_quota_it_is_told_too(house):
    asked = Asked(house)
    path = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.*.NR.FR"
    asked.far.get(path)
    assert asked.far.get(path).status_code == 429
    assert ("/sdmx/v2/data", "GET", "shed/429") in [key[:3] for key in asked.counts.cells()]


@pytest.mark.parametrize(
    ("path", "said"), [("/api/v1/dataflows", '"violated-policies":["queue"]'), ("/sdmx/v2/structure", '"code":503')]
)
def test_who_holds_a_quarter_of_a_queue_is_told_that_it_is_his_own_share(house, path, said):
    """429 with Retry-After, in the form of the entry point; others wait their turn and are answered."""
    asked = Asked(house, LoadSettings(dict.fromkeys(DEFAULTS, Room(1, 4, 5.0)), {}, 1))

    async def test():
        budget = asked.app.state.gate.budgets["api" if path.startswith("/api") else "structures"]
        await budget.enter()
        far, other = (
            httpx.AsyncClient(transport=httpx.ASGITransport(asked.app, client=(one, 1)), base_url="http://a")
            for one in (FAR, "192.0.2.8")
        )
        async with far, other:
            waits = [asyncio.create_task(one.get(path)) for one in (far, other)]
            while budget.waiting < 2:
                await asyncio.sleep(0.01)
            over = await far.get(path)
            budget.leave()
            assert [one.status_code for one in await asyncio.gather(*waits)] == [200, 200]
        return over

    over = asyncio.run(asyncio.wait_for(test(), 20))
    assert over.status_code == 429
    assert 5 <= int(over.headers["retry-after"]) <= 8
    assert said in over.text.replace(" ", "")
    assert list(asked.counts.shed().values()) == [1]
    assert all(what.endswith("/share") for what in asked.counts.shed())


@pytest.mark.parametrize("path", ["/staff/read", "/staff/taken"])
def test_who_hangs_up_in_a_large_body_is_gone_and_nothing_failed(house, path, caplog):
    """What is read by the address itself, not before its place is taken; by our hand, or by the framework's."""
    asked, sent = Asked(house), []

    @asked.app.post("/staff/read")
    async def read(request: Request):
        await request.form()

    @asked.app.post("/staff/taken")
    async def taken(file: UploadFile):
        return file.filename

    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    coming = iter(
        [
            {"type": "http.request", "body": head + b"a" * 70_000, "more_body": True},
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive():
        return next(coming)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "http",
        "headers": [(b"host", b"a"), (b"content-type", b"multipart/form-data; boundary=x")], "client": ("127.0.0.1", 1),
        "server": ("a", 80), "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": "",
    }  # fmt: skip
    asyncio.run(asyncio.wait_for(asked.app(scope, receive, send), 20))
    assert sent[0]["status"] == 499
    assert [key[:3] for key in asked.counts.cells()] == [(path, "POST", "4xx")]
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
