"""`/browse/{subject}` and `/recipients/{body}`: dataflows by what they are about, and by who gets them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.errors import NotFound, nearest
from greffe.model.instants import paris_date
from greffe.release.deadlines import horizon
from greffe.release.parts import Parts
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.portal.shelf import OnShelf
from greffe.web.strict import only, page_number

DAYS: Final = 4  # next deadlines that are told
PER_PAGE: Final = 200  # dataflows of a recipient


def router(parts: Parts) -> APIRouter:
    """The routes /browse and /recipients."""
    routes, pages, language = APIRouter(), Pages(parts), [Depends(only("lang"))]

    @routes.get("/browse", dependencies=language, include_in_schema=False)
    def subjects(request: Request, visitor: Looking, shelf: OnShelf) -> Response:
        values = {"subjects": shelf.subjects, "shelf": shelf}
        return pages.show(request, visitor, "portal/subjects.html", values)

    @routes.get("/browse/{subject}", dependencies=language, include_in_schema=False)
    def subject(request: Request, visitor: Looking, shelf: OnShelf, subject: str) -> Response:
        found = shelf.subject(subject)
        above = [s for s in shelf.subjects if f"{found.path}.".startswith(f"{s.path}.") and s is not found]
        below = [s for s in shelf.subjects if s.path.startswith(f"{found.path}.")]
        own = tuple(f for f in found.flows if f not in {f for s in below for f in s.flows})
        values = {"subject": found, "above": above, "below": below, "own": own, "shelf": shelf}
        return pages.show(request, visitor, "portal/subject.html", values)

    @routes.get("/recipients", dependencies=language, include_in_schema=False)
    def recipients(request: Request, visitor: Looking, shelf: OnShelf) -> Response:
        return pages.show(request, visitor, "portal/recipients.html", {"shelf": shelf})

    @routes.get("/recipients/{body}", dependencies=[Depends(only("lang", "page"))], include_in_schema=False)
    def recipient(request: Request, visitor: Looking, shelf: OnShelf, body: str) -> Response:
        found = next((r for r in shelf.recipients if r.id == body), None)
        if found is None:
            near = nearest(body, [r.id for r in shelf.recipients])
            raise NotFound(f"There is no recipient {body[:100]!r}.", nearest=near)
        now = parts.clock()
        due = sorted(
            (day, year, deadline.name_en, deadline.name_fr, deadline.confidence)
            for deadline in shelf.catalogue.policies.deadlines
            if deadline.recipient == body
            for year, day in deadline.days(horizon(now))
            if day >= paris_date(now)
        )
        flows, page = shelf.of_recipient(body), page_number(request.query_params.get("page") or "1")
        values = {
            "recipient": found, "flows": flows[(page - 1) * PER_PAGE : page * PER_PAGE], "due": due[:DAYS], "shelf": shelf,
            "page": page, "pages": max(1, -(-len(flows) // PER_PAGE)),
        }  # fmt: skip
        return pages.show(request, visitor, "portal/recipient.html", values)

    return routes
