"""Sign-off of a draft: what changes, what the rules say, who signed; approve it, release it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.formats.languages import best
from greffe.model.calendar import ANNOUNCED, Words
from greffe.model.findings import open_errors
from greffe.model.instants import given_by_people, read
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.draft_changes import DraftCell, DraftChanges, draft_changes
from greffe.release.lifecycle import accept_warnings, approve_draft, kept_draft, rules_not_accepted
from greffe.release.parts import Parts
from greffe.release.releasing import Terms, make_releases
from greffe.release.revision_policy import KINDS
from greffe.release.revisions import leading
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.plots import differences
from greffe.web.pages.render import Pages, number, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.pages.words import sayer
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.staff.words_of import instant
from greffe.web.strict import only

FIELDS: Final = ("act", "comment", "reason", "reason_fr", "at", "calendar", "revision", "vintage", "with")
SHOWN, DRAWN = 50, 15


def router(parts: Parts) -> APIRouter:
    """The route /staff/releases/{draft}."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/releases/{draft}", include_in_schema=False, dependencies=[Depends(only("done", "lang"))])
    def draft_page(request: Request, visitor: Staff, draft: str) -> Response:
        return _page(parts, pages, request, visitor, draft, None, {})

    @routes.post("/staff/releases/{draft}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, draft: str) -> Response:
        form = await posted(request, visitor, *FIELDS)
        fault = await tried(parts, request, visitor, _act(parts, visitor, draft, form))
        if fault is None:
            return see_other(f"/staff/releases/{draft}", done=form.text("act"))
        typed = {n: form.text(n) for n in FIELDS if n != "with"}
        return await run_in_threadpool(_page, parts, pages, request, visitor, draft, fault, typed)

    return routes


def _act(parts: Parts, visitor: Visitor, draft: str, form: Form) -> Callable[[], object]:
    act, who = form.text("act"), visitor.actor
    if act == "approve":
        return partial(approve_draft, parts, who, draft, form.text("comment"))
    if act == "accept":
        return partial(accept_warnings, parts, who, draft, form.text("reason"))
    if act != "release":
        raise BadQuery(f"{act!r} is no act.", parameter="act")

    def release() -> None:
        at = given_by_people(form.text("at"), "at") if form.text("at") else None
        reason = Words(form.text("reason"), form.text("reason_fr"))
        terms = Terms(at, form.text("calendar"), form.text("revision"), reason, form.text("vintage"))
        make_releases(parts, who, [draft, *form.all("with")], terms)

    return release


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    id_: str,
    fault: GreffeError | None,
    typed: Mapping[str, str],
) -> Response:
    record, draft = kept_draft(parts, id_)
    ledger, now = parts.ledger(), parts.clock()
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    structure = parts.catalogue().structure(flow)
    found = draft_changes(parts, flow, draft)
    signed = ledger.approvals(record.id, record.checksum)
    by_rule = Counter((f.severity, f.rule, bool(f.waiver)) for f in draft.findings)
    values = {
        "record": record, "name": best(flow.names, visitor.lang), "changes": found, "cells": found.cells[:SHOWN] if found else (),
        "plot": _plot(found, structure, visitor.lang) if found else "", "label": _labels(parts, structure, visitor.lang),
        "dimensions": structure.dimension_ids, "signed": [a for a in signed if a.role == "approver"],
        "accepted": ledger.accepted_warnings(record.id, record.checksum),
        "left": rules_not_accepted(parts, record.id, record.checksum, draft.warnings),
        "back": ledger.returned.get(record.id), "errors": len(open_errors(draft.findings)),
        "rules": sorted(by_rule.items()), "warnings": len(draft.warnings),
        "waivers": [ledger.waiver(w) for w in sorted({f.waiver for f in draft.findings if f.waiver})],
        "made": ledger.release_of_draft(id_), "instant": instant, "parsed": read, "fault": fault,
        "typed": {**dict.fromkeys(FIELDS, ""), **typed}, "kinds": KINDS,
        "done": request.query_params.get("done", ""),
        "coming": [e for e in ledger.calendar.values() if record.dataflow in e.flows and e.state(now) == ANNOUNCED],
        "others": [d for d in ledger.drafts.values() if d.dataflow != record.dataflow and not ledger.release_of_draft(d.id)],
    }  # fmt: skip
    return pages.show(request, visitor, "staff/signoff.html", values, fault.http if fault else 200)


def _labels(parts: Parts, structure: DataStructure, lang: str) -> Callable[[str, str], str]:
    """The name of a code of a dimension, or the code."""
    lists = parts.catalogue().codelists(structure)

    def label(dimension: str, code: str) -> str:
        codes = lists.get(dimension)
        item = codes.item(code) if codes is not None else None
        return best(item.names, lang) if item is not None and item.names else code

    return label


def _plot(found: DraftChanges, structure: DataStructure, lang: str) -> Markup | str:
    """The largest differences, in the unit of the largest."""
    _, unit = leading(structure)
    pairs = [(c, c.difference) for c in found.cells]
    changed = [(c, d) for c, d in pairs if d]
    if not changed:
        return ""
    rows = [(_row_name(c), d) for c, d in changed if not unit or c.key[unit] == changed[0][0].key[unit]][:DRAWN]
    say = sayer(("staff_signoff",), lang)
    said = changed[0][0].key[unit] if unit else ""

    def write(value: Decimal) -> str:
        return ("+" if value > 0 else "") + number(value, lang)

    return differences(rows, say("plot", n=len(rows)), say("plot_text", unit=said), write)


def _row_name(cell: DraftCell) -> str:
    return f"{'.'.join(cell.key.values())} {cell.period}"
