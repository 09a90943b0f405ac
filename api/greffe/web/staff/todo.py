"""What waits for whom is signed in, the most urgent first."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.release.parts import Parts
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route /staff."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/staff", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def todo(request: Request, visitor: Staff) -> Response:
        return pages.show(request, visitor, "staff/todo.html")

    return routes
