"""Maps by recipient, with what waits in each; the versions that a table had, and what differs between two of them."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.errors import NotFound
from greffe.mapping.exchange.sets import users_of
from greffe.release.differences import difference
from greffe.release.parts import Parts
from greffe.release.review.history import versions_of
from greffe.release.review.overview import names_of, overview, short
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff
from greffe.web.staff.tables import HOUSE_STAFF, catalogue_of, table_at
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The routes /staff/mappings and …/versions."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/mappings", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def every(request: Request, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        found = overview(acting, visitor.actor, catalogue)
        names = {r.id: r.names for r in catalogue.recipients}
        values = {"folders": found, "names": names, "pending": sum(s.pending for some in found.values() for s in some)}
        return pages.show(request, visitor, "staff/mappings.html", values)

    @routes.get(
        "/staff/mappings/{folder}/{name}/versions",
        include_in_schema=False,
        dependencies=[Depends(only("from", "to", "lang"))],
    )
    def versions(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, folder, name)
        known = versions_of(acting, table.file)
        numbers = {str(len(known) - n): version for n, version in enumerate(known)}
        asked = request.query_params
        later, earlier = asked.get("to", str(len(known))), asked.get("from", str(max(1, len(known) - 1)))
        for which, number in (("from", earlier), ("to", later)):
            if number not in numbers:
                raise NotFound(f"There is no version {number}.", parameter=which, hint=f"There are 1 to {len(known)}.")
        sums = [numbers[n].files.get(table.file, "") for n in (earlier, later)]
        old, new = (acting.register.content(s) if s else None for s in sums)
        values = {
            "table": table, "names": names_of(table, users_of(catalogue, table)),
            "place": short(table), "versions": numbers, "earlier": earlier, "later": later,
            "differences": list(difference(table.file, old, new)), "proposals": acting.ledger().definitions.proposals,
        }  # fmt: skip
        return pages.show(request, visitor, "staff/versions.html", values)

    return routes
