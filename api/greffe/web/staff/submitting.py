"""What somebody decided and did not propose yet, over all tables; handing it in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadDefinition, BadQuery, GreffeError, Refused
from greffe.mapping.doubts.type_names import AXES, TYPE_NAMES
from greffe.mapping.exchange.difference import difference
from greffe.mapping.exchange.sets import table_named, users_of
from greffe.release.parts import Parts
from greffe.release.proposals import Proposal
from greffe.release.review.candidates import faults_of_pending
from greffe.release.review.handing_in import submit
from greffe.release.review.overview import names_of, short
from greffe.release.review.pending import everything_pending, rows_with, undo
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF, catalogue_of
from greffe.web.strict import one_of, only


def router(parts: Parts) -> APIRouter:
    """The routes /staff/mappings/pending."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    def page(
        request: Request, visitor: Visitor, fault: GreffeError | None = None, form: Form | None = None
    ) -> Response:
        acting, catalogue = catalogue_of(parts)
        mine = everything_pending(acting, visitor.actor, catalogue)
        tables = []
        for file, decided in mine.items():
            table = table_named(catalogue, file)
            after = replace(table, rows=rows_with(table, decided.values()))
            faults = faults_of_pending(catalogue, table, tuple(decided.values()))
            tables.append(
                (
                    short(table),
                    names_of(table, users_of(catalogue, table)),
                    table,
                    decided,
                    difference(table, after),
                    faults,
                )
            )
        values = {
            "done": "" if fault else request.query_params.get("done", ""),
            "tables": tables, "axes": AXES, "type_names": TYPE_NAMES, "fault": fault, "author": visitor.may("author", "administrator"),
            "reason": form.text("reason") if form else "", "day": form.text("effective_from") if form else "",
            "chosen": form.all("table") if form else tuple(mine),
        }  # fmt: skip
        return pages.show(request, visitor, "staff/pending.html", values, fault.http if fault else 200)

    @routes.get("/staff/mappings/pending", include_in_schema=False, dependencies=[Depends(only("done", "lang"))])
    def ask(request: Request, visitor: Staff) -> Response:
        one_of(request, "done", ("undo",))
        return page(request, visitor)

    @routes.post("/staff/mappings/pending", include_in_schema=False)
    async def hand_in(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, "table", "reason", "effective_from", "action")
        try:
            made = await run_in_threadpool(_handed_in, parts, visitor, form)
        except (BadQuery, BadDefinition, Refused) as fault:
            return await run_in_threadpool(page, request, visitor, fault, form)
        if made is None:
            return see_other("/staff/mappings/pending", done="undo")
        return see_other(f"/staff/proposals/{made.id}", done="propose")

    return routes


def _handed_in(parts: Parts, visitor: Visitor, form: Form) -> Proposal | None:
    """The proposal; None when what was pending on the tables was undone instead."""
    acting = parts.acting()
    action, _, file = form.text("action").partition(" ")
    if action == "undo-stale":
        catalogue = acting.catalogue()
        decided = everything_pending(acting, visitor.actor, catalogue).get(file, {})
        stale = tuple(item for item, one in decided.items() if one.stale)
        if stale:
            undo(acting, visitor.actor, table_named(catalogue, file), stale)
        return None
    if action == "undo":
        catalogue = acting.catalogue()
        for file in form.all("table"):
            decided = everything_pending(acting, visitor.actor, catalogue).get(file, {})
            if decided:
                undo(acting, visitor.actor, table_named(catalogue, file), tuple(decided))
        return None
    return submit(acting, visitor.actor, form.all("table"), form.text("reason"), day_of(form.text("effective_from")))


def day_of(text: str) -> date | None:
    """A day of a form, None when it is empty. Raises BadQuery."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadQuery(f"{text!r} is not a day.", parameter="effective_from", hint="E.g. 2027-01-31.") from error
