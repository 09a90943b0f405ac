"""What waits for whom is signed in, the most urgent first."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.release.parts import Parts
from greffe.release.waiting import waiting_for
from greffe.web.pages.render import Pages, day
from greffe.web.pages.visitors import Staff
from greffe.web.staff.words_of import countdown, instant, role_names
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route /staff."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/staff", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def todo(request: Request, visitor: Staff) -> Response:
        now = parts.clock()
        values = {
            "tasks": waiting_for(parts, visitor.actor),
            "roles": role_names(visitor.roles, visitor.lang),
            "instant": instant,
            "last_day": lambda t: day(t - timedelta(seconds=1)),
            "left": lambda t: countdown(t - now, visitor.lang),
        }
        return pages.show(request, visitor, "staff/todo.html", values)

    return routes
