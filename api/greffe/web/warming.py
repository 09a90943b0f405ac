"""What the first visitor would wait for is made before somebody asks: the catalogue, the index, pages, maps of cells.

In the background, a piece at a time, and each piece begins only while nobody is being answered: all share one interpreter.
Public pages are asked for as the public does, without a session, by the same routes: nothing that is not public yet can get
into what is kept for it. It is done again when the register says something new, or an instant of effect has passed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Final
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.errors import GreffeError
from greffe.release import uses
from greffe.release.access import passwords
from greffe.release.eviction import fetch_ahead
from greffe.release.parts import Parts
from greffe.release.people import HOUSE
from greffe.release.quality_kept import quality_of
from greffe.release.review.overview import overview
from greffe.urls import parts_of_url
from greffe.web.crawlers import PAGES
from greffe.web.pages import static
from greffe.web.pages.render import environment
from greffe.web.staff import coverage
from greffe.web.watched import OURS

_LOG: Final = logging.getLogger("greffe")
_QUIET, _PATIENCE, _LOOK = 0.05, 10.0, 2.0  # seconds: without an answer before a piece; most to wait; between two looks
MORE: Final = (
    "/?lang=fr", "/search?q=prison", "/catalog.ttl", "/feeds/releases.atom", "/sitemap.xml", "/developers/rest", "/trace", "/signin",
    "/api/v1/openapi.json",
)  # fmt: skip


class Traffic:
    """How many are being answered, and when the last answer ended."""

    def __init__(self) -> None:
        self.now, self.ended = 0, 0.0

    async def quiet(self) -> None:
        """Wait for a moment without answers; not for ever, since a long download is one."""
        until = time.monotonic() + _PATIENCE
        while (self.now or time.monotonic() - self.ended < _QUIET) and time.monotonic() < until:
            await asyncio.sleep(_QUIET)


class Counted:
    """An ASGI layer that counts answers."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self.app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http" or OURS in scope:
            await self.app(scope, receive, send)
            return
        self._traffic.now += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._traffic.now -= 1
            self._traffic.ended = time.monotonic()


async def keep_warm(parts: Parts, app: FastAPI) -> None:
    """Until it is cancelled: make everything ready for what holds now, look whether something else holds. `made_ready` in
    the state of the application says for what it is."""
    app.state.made_ready = None
    while True:
        with suppress(GreffeError):  # whatever it is, answers go on and say it; the next look may succeed
            state = await to_thread.run_sync(parts.state)
            if state != app.state.made_ready:
                await to_thread.run_sync(parts.catalogue)  # everybody waits for it: at once
                await to_thread.run_sync(fetch_ahead, parts)
                await _make(parts, app)
                app.state.made_ready = state
        await asyncio.sleep(_LOOK)


async def _make(parts: Parts, app: FastAPI) -> None:
    """Everything, what most visitors ask for first."""
    traffic: Traffic = app.state.traffic
    for path in await to_thread.run_sync(_paths, parts):
        await traffic.quiet()
        await _tried(path, _answered(app, path, parts.settings.public_url))
    for name, piece in await to_thread.run_sync(lambda: list(_kept(parts))):
        await traffic.quiet()
        await _tried(name, to_thread.run_sync(piece))


async def _tried(name: str, piece: Awaitable[object]) -> None:
    try:
        await piece
    except Exception:  # what cannot be made ready is made when it is asked for, and its fault told then
        _LOG.exception("Not made ready: %s", name)


def _paths(parts: Parts) -> list[str]:
    """Public addresses: the pages that everybody meets, and that of a dataflow: the others have the same parts."""
    now, ledger = parts.clock(), parts.ledger()
    flows = [f.reference for f in parts.catalogue().dataflows()]
    current = next((f.id for f in flows if ledger.current(f, now) is not None), None)
    return [*PAGES, *MORE, *([f"/data/{quote(current)}"] if current else ())]


def _kept(parts: Parts) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is the same whoever asks: templates, style sheets, what staff pages are made of, the quality of releases."""
    theme, acting = parts.settings.theme, parts.acting()
    templates = environment(theme)
    for name in templates.list_templates(extensions=["html"]):
        yield name, partial(templates.get_template, name)
    yield "passwords", passwords.nobody
    yield "certificates", lambda: import_module("greffe.web.trail.pdf")
    yield "static", partial(static.prepare, theme)
    yield "mappings", lambda: overview(acting, HOUSE, acting.catalogue())
    for piece in coverage.ready(parts):
        yield "coverage", piece
    yield "what releases were made of", lambda: uses.ready(parts)
    now, ledger = parts.clock(), parts.ledger()
    for flow in parts.catalogue().dataflows():
        release = ledger.current(flow.reference, now)
        if release is not None:
            yield f"quality of {release}", partial(quality_of, parts, release)


async def _answered(app: FastAPI, path: str, base: str) -> None:
    """Ask the application as the public does, and throw the answer away."""
    where, host = parts_of_url(path), parts_of_url(base)
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": host.scheme, "root_path": "",
        "path": where.path, "raw_path": where.path.encode(), "query_string": where.query.encode(), "client": None,
        "server": (host.hostname, host.port or 80), "headers": [(b"host", host.netloc.encode()), (b"accept", b"text/html")], OURS: True,
    }  # fmt: skip

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def gone(_message: Message) -> None:
        return

    await app(scope, nothing, gone)
