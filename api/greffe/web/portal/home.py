"""The start page: search, subjects, recipients, what came out and what comes, and every dataflow."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.model.calendar import ANNOUNCED
from greffe.release.parts import Parts
from greffe.web.calendar import entries
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.portal.shelf import OnShelf
from greffe.web.strict import only

FEW: Final = 6  # releases that are told
LISTED: Final = 60  # dataflows of a recipient; the others are on its page


def router(parts: Parts) -> APIRouter:
    """The route /."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def home(request: Request, visitor: Looking, shelf: OnShelf) -> Response:
        now = parts.clock()
        coming = [e for e in entries(parts) if e.state(now) == ANNOUNCED]
        latest = sorted(shelf.current.values(), key=lambda r: (r.effective_at, r.made_at, r.name), reverse=True)
        values = {
            "shelf": shelf, "latest": latest[:FEW], "coming": coming[:FEW], "more": len(coming) > FEW,
            "subjects": [s for s in shelf.subjects if s.depth == 0 and s.flows],
            "groups": [(r, shelf.of_recipient(r.id)) for r in shelf.recipients], "listed": LISTED,
        }  # fmt: skip
        return pages.show(request, visitor, "portal/home.html", values)

    return routes
