"""Acts that were denied: an auditor or administrator looks at them and takes note, with what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.model.instants import read
from greffe.release.denials import take_note, wanted
from greffe.release.parts import Parts
from greffe.store.wanted import Wanted
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import one_of, only

MOST: Final = 500  # denied acts that are shown; the register has all
DONE: Final = ("noted",)


def router(parts: Parts) -> APIRouter:
    """The route /staff/denied."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=[Depends(for_roles("auditor"))]), Pages(parts)

    @routes.get("/staff/denied", include_in_schema=False, dependencies=[Depends(only("done", "lang"))])
    def denied(request: Request, visitor: Staff) -> Response:
        one_of(request, "done", DONE)
        return _page(parts, pages, request, visitor, None, {})

    @routes.post("/staff/denied", include_in_schema=False)
    async def note(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, "through", "comment")
        fault = await tried(parts, request, visitor, lambda: _note(parts, visitor, form))
        if fault is None:
            return see_other("/staff/denied", done=DONE[0])
        typed = {"comment": form.text("comment")}
        return await run_in_threadpool(_page, parts, pages, request, visitor, fault, typed)

    return routes


def _note(parts: Parts, visitor: Visitor, form: Form) -> None:
    through = form.text("through")
    if not (through.isascii() and through.isdecimal() and len(through) < 16):
        raise BadQuery(f"{through[:40]!r} is no entry of the register.", parameter="through")
    take_note(parts, visitor.actor, int(through), form.text("comment"))


def _page(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None, typed: Mapping[str, str]
) -> Response:
    found, count = list(parts.register.search(wanted(parts), most=MOST)), parts.register.count(wanted(parts))
    noted = list(parts.register.search(Wanted(kind="action.reviewed"), most=20))
    values = {
        "entries": found, "count": count, "shown": len(found), "through": found[0].number if found else 0, "noted": noted,
        "instant": instant, "parsed": read, "fault": fault, "typed": {"comment": "", **typed},
        "done": request.query_params.get("done", ""),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/denied.html", values, fault.http if fault else 200)
