"""The web application on given parts: limits, problems, routes; nothing is decided here."""

from __future__ import annotations

from fastapi import FastAPI

from greffe import __version__
from greffe.release.parts import Parts
from greffe.web import api, explanations, health, home, problems, series
from greffe.web.limits import Limits
from greffe.web.openapi import describe
from greffe.web.rest import entry


def application(parts: Parts) -> FastAPI:
    """SDMX REST 1.5 at /sdmx/v1, 2.x at /sdmx/v2, plain REST at /api/v1, health at /health, a start page at /."""
    app = FastAPI(
        title="Greffe",
        version=__version__,
        summary="Released justice statistics by SDMX REST and plain REST",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,  # a redirect would be built from the Host header
    )
    problems.install(app)
    app.router.routes.extend(entry.routes(parts))  # first: routes are tried one after the other
    for part in (home, health, api, series, explanations):
        app.include_router(part.router(parts))
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_middleware(Limits, settings=parts.settings.http)
    return app
