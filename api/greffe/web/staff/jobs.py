"""What the service does by itself: hours, how each job stands, its runs, what was told of its failures."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.jobs.configured import read_jobs
from greffe.jobs.reports import read_report
from greffe.jobs.showing import shown
from greffe.model.instants import read
from greffe.release.parts import Parts
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import HOUSE, Staff, for_roles
from greffe.web.staff.words_of import countdown, instant
from greffe.web.strict import only

MOST = 100  # runs that a page shows


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/jobs."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=[Depends(for_roles(*HOUSE, "transmitter"))]), Pages(parts)

    @routes.get("/staff/jobs", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        return _page(parts, pages, request, visitor, "")

    @routes.get("/staff/jobs/{name}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def one(request: Request, visitor: Staff, name: str) -> Response:
        return _page(parts, pages, request, visitor, name)

    return routes


def _page(parts: Parts, pages: Pages, request: Request, visitor: Staff, name: str) -> Response:
    found, now = list(shown(parts, read_jobs(parts.settings.jobs), name)), parts.clock()
    runs = parts.leases.runs(name, MOST) if name else ()
    values = {
        "jobs": found, "name": name, "runs": [(r, read_report(r.said)) for r in runs], "instant": instant, "read": read,
        "left": lambda t: countdown(t - now, visitor.lang),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/jobs.html", values)
