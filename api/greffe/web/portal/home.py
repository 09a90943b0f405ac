"""The start page: what is released, for whoever opens the address in a browser."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.release.parts import Parts
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route /."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def home(request: Request, visitor: Looking) -> Response:
        ledger, now = parts.ledger(), parts.clock()
        flows = [(flow, ledger.current(flow.reference, now)) for flow in parts.catalogue().dataflows()]
        return pages.show(request, visitor, "portal/home.html", {"flows": flows})

    return routes
