"""`/calendar`: what comes and what came, for people; moves and cancellations with their reasons; how to subscribe."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.model.calendar import ANNOUNCED
from greffe.release.parts import Parts
from greffe.web.calendar import entries
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.portal.shelf import OnShelf
from greffe.web.strict import only

SIZE: Final = 50  # entries of the past on a page


def router(parts: Parts) -> APIRouter:
    """The route /calendar."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/calendar", include_in_schema=False, dependencies=[Depends(only("page", "lang"))])
    def calendar(
        request: Request, visitor: Looking, shelf: OnShelf, page: Annotated[int, Query(ge=1, le=1000)] = 1
    ) -> Response:
        now = parts.clock()
        found = [(e, e.state(now)) for e in entries(parts)]
        coming = [(e, s) for e, s in found if e.at > now]
        past = [(e, s) for e, s in reversed(found) if e.at <= now]
        known = parts.ledger().releases
        made = {e.id: [known[n] for n in e.releases if n in known and known[n].came_out(now)] for e, _ in past}
        values = {
            "coming": coming, "past": past[(page - 1) * SIZE : page * SIZE], "made": made, "page": page,
            "last": max(1, -(-len(past) // SIZE)), "shelf": shelf, "announced": ANNOUNCED,
            "webcal": parts.settings.public_url.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
        }  # fmt: skip
        return pages.show(request, visitor, "portal/calendar.html", values)

    return routes
