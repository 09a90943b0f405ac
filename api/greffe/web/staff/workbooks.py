"""A table out as a workbook or SSSOM, and in again: first what it would change, then, confirmed, a proposal."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadDefinition, BadInput, BadQuery, GreffeError, NotFound, Refused, nearest
from greffe.mapping.doubts.type_names import AXES, TYPE_NAMES
from greffe.mapping.exchange.files import WRITERS, map_of
from greffe.mapping.exchange.sets import table_named, users_of
from greffe.model.maps import RepresentationMap
from greffe.release.exchanged import base_of
from greffe.release.merging import SIDES
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import Proposal, propose
from greffe.release.returned import Returned, returned
from greffe.release.review.coming_in import asked_of, brought
from greffe.release.review.letting_in import SAID
from greffe.release.review.overview import names_of, short
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.laid_file import LaidFile
from greffe.web.staff.submitting import day_of
from greffe.web.staff.tables import HOUSE_STAFF, catalogue_of, table_at
from greffe.web.strict import only

_LOG = logging.getLogger(__name__)
KINDS = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "sssom": ("text/tab-separated-values; charset=utf-8", "sssom.tsv"),
}
AXIS_FIELDS = tuple(f"axis:{axis}" for axis in SAID)
MOST = 200  # lines of a difference that are shown; all are counted


def router(parts: Parts) -> APIRouter:
    """The routes …/file and …/import."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get(
        "/staff/mappings/{folder}/{name}/file", include_in_schema=False, dependencies=[Depends(only("format", "lang"))]
    )
    def out(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, folder, name)
        asked = request.query_params.get("format", "xlsx")
        if asked not in WRITERS:
            raise BadQuery(f"{asked!r} is not known here.", parameter="format", nearest=nearest(asked, WRITERS))
        kind, suffix = KINDS[asked]
        called = f"{short(table).replace('/', '_')}.{suffix}"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{called}"', "Cache-Control": "no-store"}
        return Response(WRITERS[asked](base_of(acting, catalogue, table)), headers=headers, media_type=kind)

    def page(
        request: Request,
        visitor: Visitor,
        place: tuple[str, str],
        fault: GreffeError | None = None,
        form: Form | None = None,
    ) -> Response:
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, *place)
        held = _held(acting, visitor, table)
        found, coming = None, None
        if held is not None:
            try:
                found = _read(acting, visitor, table, {}, form)
                coming = asked_of(catalogue, table, found.content) if found.changes else None
            except GreffeError as error:  # who laid it here must see why, and put it away
                fault = fault or error
        values = {
            "table": table, "names": names_of(table, users_of(catalogue, table)),
            "place": short(table), "name": held[0] if held else "", "found": found, "fault": fault,
            "coming": coming, "lacking": coming.admission if coming else None,
            "axes": AXES, "type_names": TYPE_NAMES, "typed": {n: form.text(n) for n in AXIS_FIELDS} if form else {},
            "most": MOST, "author": visitor.may("author", "administrator"), "sides": SIDES,
            "places": list(dict.fromkeys(c.place for c in found.clashes)) if found else [],
            "reason": form.text("reason") if form else "", "day": form.text("effective_from") if form else "",
        }  # fmt: skip
        return pages.show(request, visitor, "staff/import.html", values, _status(fault))

    @routes.get("/staff/mappings/{folder}/{name}/import", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def ask(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        return page(request, visitor, (folder, name))

    @routes.post("/staff/mappings/{folder}/{name}/import", include_in_schema=False)
    async def bring(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        form = await posted(
            request,
            visitor,
            "action",
            "reason",
            "effective_from",
            "all",
            "admit",
            "outside",
            *AXIS_FIELDS,
            *(f"take-{n}" for n in range(500)),
            file="file",
        )
        try:
            made = await run_in_threadpool(_brought, parts, visitor, (folder, name), form)
        except GreffeError as fault:
            if fault.http == 403:
                raise
            return await run_in_threadpool(page, request, visitor, (folder, name), fault, form)
        return see_other(f"/staff/proposals/{made.id}", done="propose") if made else see_other(request.url.path)

    return routes


def _brought(parts: Parts, visitor: Visitor, place: tuple[str, str], form: Form) -> Proposal | None:
    """Keep a file that is brought in, put it away, or propose what it changes."""
    acting, catalogue = catalogue_of(parts)
    needs(acting, visitor.actor, "author")
    table = table_at(catalogue, *place)
    action = form.text("action")
    if action == "look":
        name, body = form.file("file")
        of = table_named(catalogue, map_of(body, name))
        if of.file != table.file:
            raise BadQuery(f"{name} is of {short(of)}, not of {short(table)}.", parameter="file")
        _shelf(acting, visitor, table).put(name, body)
        return None
    if action == "drop":
        _shelf(acting, visitor, table).clear()
        return None
    if action != "propose":
        raise BadQuery(f"{action!r} is not done here.", parameter="action", nearest=("look", "propose", "drop"))
    found = _read(acting, visitor, table, _taken(acting, visitor, table, form), form)
    if found.problems or not found.changes:
        raise Refused("Nothing is to be proposed of this file." if not found.problems else "The file has problems.")
    said = {axis: form.text(f"axis:{axis}") for axis in SAID} if form.text("admit") else None
    files = brought(acting, catalogue, table, found.content, said, bool(form.text("outside")))
    made = propose(acting, visitor.actor, files, form.text("reason"), day_of(form.text("effective_from")))
    _shelf(acting, visitor, table).clear()
    return made


def _taken(parts: Parts, visitor: Visitor, table: RepresentationMap, form: Form) -> Mapping[str, str]:
    """Which side is taken at each place that both changed. Raises Refused while one is left."""
    places = list(dict.fromkeys(c.place for c in _read(parts, visitor, table, {}, form).clashes))
    choices = {place: form.text(f"take-{n}") or form.text("all") for n, place in enumerate(places)}
    left = [place for place, side in choices.items() if side not in SIDES]
    if left:
        raise Refused(f"Choose a side for {left[0]}.", hint=f"{len(left)} to choose.")
    return choices


def _shelf(parts: Parts, visitor: Visitor, table: RepresentationMap) -> LaidFile:
    return LaidFile(parts, visitor, f"file:{table.file}")


def _held(parts: Parts, visitor: Visitor, table: RepresentationMap) -> tuple[str, bytes] | None:
    """The file that they brought, by name."""
    found = _shelf(parts, visitor, table).held()
    return found[:2] if found else None


def _read(
    parts: Parts, visitor: Visitor, table: RepresentationMap, taking: Mapping[str, str], form: Form | None
) -> Returned:
    """What that file changes. Raises NotFound without one."""
    held = _held(parts, visitor, table)
    if held is None:
        raise NotFound("There is no file to look at.", hint="Bring it in again.")
    day = day_of(form.text("effective_from")) if form else None
    base = base_of(parts, parts.catalogue(), table)
    try:
        return returned(parts, held[1], held[0], base, day, taking)
    except (GreffeError, OSError):
        raise
    except Exception as error:  # it lies here until its author puts it away, and is read whenever the page is shown
        _LOG.error("unforeseen in a file of a map", exc_info=error)
        hint = "Put it away, and tell whoever operates the service."
        raise BadInput("This file cannot be read; why was logged.", file=held[0], hint=hint) from error


def _status(fault: GreffeError | None) -> int:
    """A definition that does not hold is a fault of the file here, not of the service."""
    return 200 if fault is None else BadInput.http if isinstance(fault, BadDefinition) else fault.http
