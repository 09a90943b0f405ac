"""What pages need is made ready before somebody asks: as the public sees it, again when something is released, in quiet."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from released import day, whole_story
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release import kept_catalogues
from greffe.web import health, warming

PAGES = ("/", "/browse", "/catalog.ttl", "/feeds/releases.atom", "/sitemap.xml", "/data/ESTAT_CRIM_OFF_CAT", "/search?q=1998",
         "/quality/ESTAT_CRIM_OFF_CAT")  # fmt: skip


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(warming, "_LOOK", 0.05)
    found = whole_story(tmp_path / "home")
    found.parts = replace(found.parts, settings=replace(found.parts.settings, warm=True))
    return found


def made_ready(app, parts):
    """Wait until everything is ready for what holds now."""
    end = time.monotonic() + 60
    while getattr(app.state, "made_ready", None) != parts.state():
        assert time.monotonic() < end
        time.sleep(0.05)


def seen(client):
    return {path: client.get(path, headers={"accept": "text/html"}).text for path in PAGES}


def test_the_first_visitor_finds_everything_read_and_nothing_before_its_hour(house, monkeypatch):
    """Pages of a server that made itself ready are those of one that did not: before the hour of a release, and after."""
    read = []
    available, store = house.parts.observations.available, house.parts.observations
    monkeypatch.setattr(store, "available", lambda name, what: read.append(name) or available(name, what))
    with TestClient(app := create_app(house.parts)) as client:
        for moment, held in ((day(5), "#4"), (day(12), "#5")):
            house.clock.now = moment
            made_ready(app, house.parts)
            assert [n.replace("/", "#")[-2:] for n in read if "OFF_CAT" in n][-1] == held
            before = len(read)
            client.get("/", headers={"accept": "text/html"})
            client.get("/catalog.ttl")
            assert len(read) == before
            assert seen(client) == seen(TestClient(create_app(house.parts)))
            assert ("1998" in client.get("/data/ESTAT_CRIM_OFF_CAT", headers={"accept": "text/html"}).text) == (
                held == "#5"
            )


def test_a_page_that_cannot_be_made_ready_is_made_when_it_is_asked_for(house, monkeypatch, caplog):
    monkeypatch.setattr(warming, "overview", lambda *asked: 1 / 0)
    with TestClient(app := create_app(house.parts)) as client:
        made_ready(app, house.parts)
        assert client.get("/").status_code == 200
    assert "Not made ready: mappings" in caplog.text


def test_each_piece_waits_for_a_moment_without_answers(monkeypatch):
    """While somebody is answered nothing is begun; but a long download does not hold it up for ever."""
    monkeypatch.setattr(warming, "_PATIENCE", 0.4)

    async def story():
        traffic = warming.Traffic()
        traffic.now = 1
        waiting = asyncio.create_task(traffic.quiet())
        await asyncio.sleep(0.15)
        assert not waiting.done()
        traffic.now, traffic.ended = 0, time.monotonic()
        await asyncio.wait_for(waiting, 0.2)
        traffic.now = 1
        started = time.monotonic()
        await traffic.quiet()
        return time.monotonic() - started

    assert asyncio.run(story()) >= 0.4


def test_who_asks_while_the_catalogue_is_read_waits_for_that_reading(house, monkeypatch):
    contents = house.parts.register.content
    files = {path: contents(sha) for path, sha in house.parts.effective().files.items()}
    monkeypatch.setattr(kept_catalogues, "_known", {})
    asked, go = [], threading.Event()

    def slowly():
        asked.append(1)
        go.wait(10)
        return files

    checksum = house.parts.effective().checksum
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(kept_catalogues.held, checksum, slowly) for _ in range(3)]
        while not kept_catalogues.being_read(checksum):
            time.sleep(0.01)
        client = TestClient(create_app(house.parts))
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert client.get("/health/live").status_code == 200
        go.set()
        assert len({id(f.result()) for f in found}) == 1
    assert len(asked) == 1
    assert not kept_catalogues.being_read(checksum)
    assert client.get("/health/ready").json() == {"status": "ready"}
    monkeypatch.setattr(
        health, "being_read", lambda checksum: True
    )  # a later catalogue: one of the processes must answer
    assert client.get("/health/ready").status_code == 200
