"""Each class of requests has its room and each client its share: what is too much is told in the form that its reader knows, and
costs the others nothing. Here rooms are taken by hand; `tests/attacks/test_load.py` asks a real server.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from statistics import median

import pytest
from fastapi.testclient import TestClient
from house import FLOW, new_house
from page_blocks import ROOT, blocks_of
from released import put
from structured_fields import items

from greffe.app import create_app
from greffe.errors import BadDefinition, Busy, OverQuota
from greffe.load import DEFAULTS, LoadSettings, Room, read_load
from greffe.settings import read_settings
from greffe.web.load.budgets import Budget
from greffe.web.load.gate import Gate
from greffe.web.load.kinds import kind_of
from greffe.web.load.quotas import MOST, Quota, client_of
from greffe.web.metrics.counts import Counts

SERIES = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.ICCS0101.NR.FR"
SLICE = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.*.NR.FR"
STRUCTURE = f"/sdmx/v2/structure/dataflow/SSER/{FLOW}/1.0.0"
SMALL = LoadSettings(dict.fromkeys(DEFAULTS, Room(1, 0, 1.0)), {"structures": 2, "data": 3, "pages": 2}, 1)
FAR = "192.0.2.7"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = new_house(tmp_path_factory.mktemp("load"))
    put(made, 1, "ICCS0101 NR 2020 975 A F")
    return made


class Asked:
    """An application with little room; `full(kind)` takes it."""

    def __init__(self, house, load=SMALL):
        house.parts.settings = replace(house.parts.settings, load=load)
        self.counts = Counts()
        app = create_app(house.parts, [self.counts.heard], self.counts.began)
        self.gate = app.state.gate
        self.near, self.far = TestClient(app), TestClient(app, client=(FAR, 1))

    def full(self, *kinds):
        for kind in kinds:
            asyncio.run(self.gate.budgets[kind].enter())

    def free(self, *kinds):
        for kind in kinds:
            self.gate.budgets[kind].leave()


@pytest.fixture
def asked(house):
    return Asked(house)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (SERIES, "series"), (f"/sdmx/v1/data/{FLOW}/A.ICCS0101.NR.FR", "series"), (SLICE, "data"),
        (f"/sdmx/v1/data/{FLOW}/A..NR.FR", "data"), (f"/sdmx/v1/data/{FLOW}/A.X+Y.NR.FR", "data"),
        (f"/sdmx/v1/data/{FLOW}/all", "data"), (f"/sdmx/v1/data/{FLOW}", "data"), ("/sdmx/v2/data", "data"),
        (f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/A.B,A.C", "data"), ("/sdmx/v2/availability/dataflow/SSER", "data"),
        ("/sdmx/v1/availableconstraint/X", "data"), (STRUCTURE, "structures"), ("/sdmx/v1/codelist", "structures"),
        ("/sdmx/v2/schema/dataflow/SSER/X", "structures"), ("/sdmx/v2", "structures"), ("/sdmx/", "structures"),
        ("/api/v1/dataflows", "api"), ("/", "pages"), ("/feeds/releases.atom", "pages"), ("/staff/jobs", "staff"),
        ("/signin", "staff"), ("/staffroom", "pages"), ("/health/live", ""), ("/health/ready", ""), ("/static/a.css", ""),
        ("/healthy", "pages"),
    ],
)  # fmt: skip
def test_the_address_says_of_which_class_a_request_is(path, kind):
    assert kind_of(path, b"") == kind


def test_one_series_with_its_history_is_more_than_one_series():
    assert kind_of(SERIES, b"format=csv") == "series"
    assert kind_of(SERIES, b"format=csv&includeHistory=true") == "data"


FORMS = [
    (SERIES, {"Accept": "*/*"}, "series", "application/json"),
    (SERIES, {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}, "series", "application/xml"),
    (f"/sdmx/v1/data/{FLOW}/A..NR.FR", {"Accept": "*/*"}, "data", "application/xml"),
    (STRUCTURE, {}, "structures", "application/json"),
    ("/api/v1/dataflows", {}, "api", "application/problem+json"),
    ("/", {"Accept": "text/html"}, "pages", "text/html; charset=utf-8"),
    ("/signin", {"Accept": "text/html", "Accept-Language": "fr"}, "staff", "text/html; charset=utf-8"),
]


@pytest.mark.parametrize(("path", "headers", "kind", "media"), FORMS)
def test_what_has_no_room_is_503_in_the_form_of_its_reader(asked, path, headers, kind, media):
    """Retry-After in whole seconds, kept by nobody, counted by class and reason; afterwards it is answered as ever."""
    asked.full(kind)
    found = asked.near.get(path, headers=headers)
    assert found.status_code == 503
    assert 1 <= int(found.headers["retry-after"]) <= 10
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-type"] == media
    assert "etag" not in found.headers
    assert asked.counts.shed() == {f"{kind}/full": 1}
    _says_why(found, headers)
    asked.free(kind)
    assert asked.near.get(path, headers=headers).status_code == 200
    assert asked.counts.shed() == {f"{kind}/full": 1}


def _says_why(found, headers):
    media = found.headers["content-type"]
    if media == "application/json":
        assert found.json()["errors"][0] == {
            "code": 503, "title": "Service unavailable", "detail": "Too much is asked for at once here.",
        }  # fmt: skip
    elif media == "application/xml":
        assert b'ErrorMessage code="503"' in found.content
    elif media == "application/problem+json":
        assert found.json()["type"] == "urn:greffe:problem:busy"
        assert found.json()["status"] == 503
    else:
        assert ("Rien n’a été fait." if headers.get("Accept-Language") == "fr" else "Nothing was done.") in found.text


def test_a_class_that_is_full_costs_the_others_nothing(asked):
    """Health least of all; and what is at hand in memory needs no room, nor does what the client has already."""
    assert asked.near.get(SERIES).status_code == 200
    asked.full("series", "data", "dumps", "api", "pages")
    assert asked.near.get(SLICE).status_code == 503
    assert asked.near.get(STRUCTURE).status_code == 200
    assert asked.near.get("/health/live").status_code == asked.near.get("/health/ready").status_code == 200
    again = asked.near.get(SERIES)
    assert again.status_code == 200
    assert asked.near.get(SERIES, headers={"If-None-Match": again.headers["etag"]}).status_code == 304
    assert asked.near.get("/signin").status_code == 200
    assert asked.near.get("/static/none.css").status_code == 404


@pytest.mark.parametrize(
    ("path", "policy", "most", "media"),
    [
        (SERIES, "data", 3, "application/json"), (STRUCTURE, "structures", 2, "application/json"),
        ("/api/v1/dataflows", "data", 3, "application/problem+json"), ("/", "pages", 2, "text/html; charset=utf-8"),
    ],
)  # fmt: skip
def test_one_client_has_its_share(asked, path, policy, most, media):
    """Every answer says the policy and what is left; past it 429, and no other client, nor another policy, is touched."""
    headers = {"Accept": "text/html"} if path == "/" else {}
    for left in reversed(range(most)):
        found = asked.far.get(path, headers=headers)
        assert found.status_code == 200
        assert items(found.headers["ratelimit-policy"]) == {policy: {"q": most, "w": 60}}
        assert items(found.headers["ratelimit"]) == {policy: {"r": left, "t": pytest.approx(60 / most, abs=1)}}
    over = asked.far.get(path, headers=headers)
    assert over.status_code == 429
    assert items(over.headers["ratelimit"])[policy]["r"] == 0
    assert int(over.headers["retry-after"]) >= items(over.headers["ratelimit"])[policy]["t"] >= 1
    assert over.headers["cache-control"] == "no-store"
    assert over.headers["content-type"] == media
    if media == "application/problem+json":
        assert over.json()["violated-policies"] == [policy]
        assert over.json()["type"] == "urn:greffe:problem:overquota"
    assert asked.counts.shed() == {f"{policy}/quota": 1}
    assert asked.far.get("/health/live").status_code == 200
    other = STRUCTURE if policy != "structures" else SERIES
    assert asked.far.get(other).status_code == 200
    assert "ratelimit" not in asked.near.get(path).headers


def test_the_heads_that_the_page_shows_are_those_of_answers(house):
    """docs/how-to/under-load.md: of a request within its share, with the settings as they are, and of one without room."""
    (shown,) = [b.body for b in blocks_of(ROOT / "docs/how-to/under-load.md") if b.language == "text"]
    within, without = (dict(re.findall(r"^([\w-]+): (.+)$", head, re.MULTILINE)) for head in shown.split("\n\n"))
    asked = Asked(house, LoadSettings())
    found = asked.far.get(SERIES).headers
    assert {name: found[name] for name in within} == within
    asked = Asked(house)
    asked.full("series")
    found = asked.near.get(SERIES).headers
    assert without.keys() == {"Retry-After", "Cache-Control"}
    assert (found["cache-control"], found["retry-after"].isdigit()) == (without["Cache-Control"], True)


def test_browsers_of_other_sites_may_read_the_fields(asked):
    shown = asked.far.get(SERIES).headers["access-control-expose-headers"]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(shown.split(", "))


def test_a_key_that_holds_is_counted_by_itself_and_any_other_by_its_address():
    gate = Gate(LoadSettings())

    def scope(key):
        return {"client": (FAR, 1), "headers": [(b"authorization", f"Bearer {key}".encode())]}

    gate.known("Bearer greffe_one")
    assert gate.client(scope("greffe_two")) == FAR
    assert gate.client(scope("greffe_one")) not in ("", FAR)
    assert "greffe_one" not in gate.client(scope("greffe_one"))


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:0db8:0000:0000"),
        ("2001:db8::ffff:2", "2001:0db8:0000:0000"), ("2001:db8:0:1::2", "2001:0db8:0000:0001"), ("127.0.0.1", ""),
        ("::1", ""), ("", ""), ("a house", ""),
    ],
)  # fmt: skip
def test_who_is_one_client(host, client):
    assert client_of(host) == client


def test_a_share_comes_back_by_and_by():
    """A token a second of sixty a minute; never more than all of them, and clocks that stand still give nothing."""
    quota = Quota("data", 60)
    assert [quota.take("a", 0.0)[0] for _ in range(61)] == [0] * 60 + [1]
    assert quota.take("a", 0.5)[0] == 1
    assert quota.take("a", 1.6) == (0, b'"data";r=0;t=1')
    assert quota.take("a", 10_000.0) == (0, b'"data";r=59;t=1')
    for number in range(MOST):
        quota.take(f"client {number}", 10_000.0)
    assert quota.take("a", 10_000.0) == (0, b'"data";r=59;t=1'), (
        "of more clients than are told apart, the oldest begin anew"
    )


def in_a_loop(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))


def test_who_waits_is_served_in_turn_and_not_for_ever():
    async def test() -> None:
        budget, order = Budget("x", Room(1, 2, 0.05)), []
        await budget.enter()

        async def one(name: str) -> None:
            await budget.enter()
            order.append(name)
            budget.leave()

        first, second = asyncio.create_task(one("first")), asyncio.create_task(one("second"))
        await asyncio.sleep(0)
        with pytest.raises(Busy) as full:
            await budget.enter()
        budget.leave()
        await asyncio.gather(first, second)
        assert order == ["first", "second"]
        assert full.value.reason == "full"
        await budget.enter()
        begun = time.monotonic()
        with pytest.raises(Busy) as late:
            await budget.enter()
        assert late.value.reason == "late"
        assert time.monotonic() - begun >= 0.05
        assert (budget.running, budget.waiting) == (1, 0)

    in_a_loop(test)


def test_in_a_queue_that_stays_long_one_waits_for_a_quarter_of_the_time():
    """Served late or not at all: who comes to a queue that was long for as long as one may wait is not served late."""

    async def test() -> None:
        budget, waits = Budget("x", Room(1, 4, 0.4)), []
        await budget.enter()

        async def come(at: float) -> None:
            with pytest.raises(Busy) as busy:
                await budget.enter()
            if busy.value.reason == "late":
                waits.append((at, time.monotonic() - begun - at))

        begun, crowd = time.monotonic(), []
        while (at := time.monotonic() - begun) < 1.0:
            crowd.append(asyncio.create_task(come(at)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*crowd)
        first, later = ([wait for at, wait in waits if a <= at < b] for a, b in ((0, 0.1), (0.6, 2)))
        assert min(first) >= 0.4
        assert median(later) < median(first) / 2  # a quarter, and what a busy machine adds to single ones
        assert (budget.running, budget.waiting) == (1, 0)

    in_a_loop(test)


def test_who_goes_away_while_waiting_leaves_no_hole():
    async def test() -> None:
        budget = Budget("x", Room(1, 5, 5.0))
        await budget.enter()
        gone, other = (asyncio.create_task(budget.enter()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        budget.leave()
        await other
        late = asyncio.create_task(budget.enter())
        await asyncio.sleep(0)
        budget.leave()  # it is given the place and goes away in the same moment
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        assert (budget.running, budget.waiting) == (0, 0)

    in_a_loop(test)


def test_one_client_does_not_fill_the_queue():
    async def test() -> None:
        budget = Budget("x", Room(1, 8, 5.0))
        await budget.enter("a")
        tasks = [asyncio.create_task(budget.enter("a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(OverQuota) as refused:
            await budget.enter("a")
        assert (refused.value.kind, refused.value.reason, refused.value.policies) == ("x", "share", ("queue",))
        assert 5 <= refused.value.wait <= 8
        other = asyncio.create_task(budget.enter("b"))
        await asyncio.sleep(0)
        for _ in range(3):
            budget.leave()
        await asyncio.gather(*tasks, other)

    in_a_loop(test)


def test_a_form_that_is_sent_slowly_holds_no_place(house):
    """The body is there before a place is taken; one that never comes costs a connection alone."""

    async def test() -> None:
        app = create_app(house.parts)
        budget, came = app.state.gate.budgets["staff"], asyncio.Event()

        async def body() -> AsyncIterator[dict[str, object]]:
            yield {"type": "http.request", "body": b"name=", "more_body": True}
            await came.wait()
            yield {"type": "http.request", "body": b"x", "more_body": False}

        coming, sent = body(), []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/signin", "raw_path": b"/signin", "query_string": b"", "scheme": "http",
            "headers": [(b"host", b"a"), (b"content-type", b"application/x-www-form-urlencoded")], "client": ("127.0.0.1", 1),
            "server": ("a", 80), "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": "",
        }  # fmt: skip
        running = asyncio.create_task(app(scope, coming.__anext__, send))
        await asyncio.sleep(0.05)
        assert budget.running == 0
        came.set()
        await running
        assert 200 <= sent[0]["status"] < 500
        assert budget.running == 0

    house.parts.settings = replace(house.parts.settings, load=SMALL)
    in_a_loop(test)


@pytest.mark.parametrize("said", ["4", "0/1/1", "4/x/1", "4/5/-1", "4/5/1/1", "99999/1/1"])
def test_a_budget_that_is_none_is_refused(said, tmp_path):
    with pytest.raises(BadDefinition, match="GREFFE_BUDGET_DATA") as refused:
        read_settings({"GREFFE_BUDGET_DATA": said}, home=tmp_path)
    assert "4/64/2" in refused.value.hint


def test_settings_say_rooms_and_limits():
    found = read_load({"GREFFE_BUDGET_DATA": "2/3/0.5", "GREFFE_RATE_DATA": "0", "GREFFE_DUMPS_EACH": "3"})
    assert found.rooms["data"] == Room(2, 3, 0.5)
    assert found.rooms["pages"] == LoadSettings().rooms["pages"]
    assert set(Gate(found).quotas) == {"structures", "pages"}
    assert found.dumps_each == 3
    for name in ("GREFFE_RATE_PAGES", "GREFFE_DUMPS_EACH"):
        with pytest.raises(BadDefinition, match=name):
            read_load({name: "-1"})


def test_no_class_can_take_the_threads_of_another():
    found = LoadSettings()
    assert found.threads >= sum(room.at_once for name, room in found.rooms.items() if name != "dumps") + 2
