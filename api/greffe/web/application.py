"""The web application on given parts: limits, problems, routes; nothing is decided here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from anyio import to_thread
from fastapi import FastAPI

from greffe import __version__
from greffe.release.eviction import make_room
from greffe.release.parts import Parts
from greffe.web import (
    api,
    bridge,
    calendar,
    comparisons,
    crawlers,
    described,
    explanations,
    feeds,
    granted,
    health,
    problems,
    register_export,
    series,
)
from greffe.web.compressed import Compressed
from greffe.web.leaving import Leaving
from greffe.web.limits import Limits
from greffe.web.load.gate import Gate
from greffe.web.load.shedding import Shedding
from greffe.web.named import Named
from greffe.web.openapi import describe
from greffe.web.orders import api as orders_api
from greffe.web.queries import api as queries_api
from greffe.web.receipts import api as receipts_api
from greffe.web.rest import entry
from greffe.web.routed import Templates
from greffe.web.site import BENCH, PAGES
from greffe.web.staff.tasks import Tasks
from greffe.web.warming import Counted, Traffic, keep_warm
from greffe.web.watched import Heard, Routed, Watched

_LOG = logging.getLogger("greffe")


def application(parts: Parts, heard: Sequence[Heard] = (), began: Callable[[], None] = lambda: None) -> FastAPI:
    """SDMX REST 1.5 at /sdmx/v1, 2.x at /sdmx/v2, plain REST at /api/v1, health at /health, a start page at /.

    `began` and `heard` are told of every request, and of every answer when it has ended."""
    app = FastAPI(
        title="Greffe",
        version=__version__,
        summary="Released justice statistics by SDMX REST and plain REST",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,  # a redirect would be built from the Host header
        lifespan=lambda app: _in_the_background(parts, app),
    )
    problems.install(app, parts)
    app.state.bench, app.state.tasks, app.state.leaving = BENCH, Tasks(parts), Leaving()
    app.router.routes.extend(entry.routes(parts))  # first: routes are tried one after the other
    for part in (
        health,
        api,
        calendar,
        series,
        explanations,
        comparisons,
        bridge,
        granted,
        orders_api,
        queries_api,
        receipts_api,
        register_export,
        feeds,
        described,
        crawlers,
        *PAGES,
    ):
        app.include_router(part.router(parts))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_middleware(Routed)
    app.add_middleware(Named, parts=parts)
    app.add_middleware(Compressed)
    app.state.gate = Gate(parts.settings.load)
    app.add_middleware(Shedding, gate=app.state.gate, named=Templates(app))
    app.add_middleware(Limits, settings=parts.settings.http)
    app.state.traffic = Traffic()
    app.add_middleware(Counted, traffic=app.state.traffic)
    inside = app.build_middleware_stack  # outside it: what answers for errors that nobody foresaw is a layer of it
    app.build_middleware_stack = lambda: Watched(inside(), began, heard)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _in_the_background(parts: Parts, app: FastAPI) -> AsyncIterator[None]:
    """While the service runs, derived files of superseded releases that nobody reads any more are removed (D5), and what
    pages need is made ready."""
    limiter = to_thread.current_default_thread_limiter()
    limiter.total_tokens = max(limiter.total_tokens, parts.settings.load.threads)
    tasks = [asyncio.create_task(_sweep(parts))]
    if parts.settings.warm:
        tasks.append(asyncio.create_task(keep_warm(parts, app)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _sweep(parts: Parts) -> None:
    while True:
        try:
            await asyncio.to_thread(make_room, parts)
        except Exception:  # whatever it is, answers go on and the next look may succeed
            _LOG.exception("What nobody reads any more was not evicted.")
        await asyncio.sleep(parts.settings.store.sweep_seconds)
