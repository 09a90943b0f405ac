"""Calendar and embargoes, drafts that wait, deadlines, and the releases that were made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.formats.languages import best
from greffe.model.calendar import ANNOUNCED, CalendarEntry, Words
from greffe.model.instants import given_by_people, paris_date, read
from greffe.release.calendar import announce, cancel, move
from greffe.release.calendar import waiting as made_for
from greffe.release.deadlines import RELEASED, by_day, due, horizon
from greffe.release.parts import Parts
from greffe.release.people import approvers
from greffe.release.waiting import waiting_drafts, warnings_accepted
from greffe.store.records import DraftRecord
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.staff.words_of import countdown, instant, zoned
from greffe.web.strict import only, page_number

PAGE: Final = 50
FIELDS: Final = ("act", "entry", "flows", "at", "title", "title_fr", "reason", "reason_fr")


def router(parts: Parts) -> APIRouter:
    """The routes /staff/releases and /staff/releases/calendar."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/releases", include_in_schema=False, dependencies=[Depends(only("page", "lang"))])
    def releases(request: Request, visitor: Staff) -> Response:
        return _page(parts, pages, request, visitor, None, {})

    @routes.post("/staff/releases/calendar", include_in_schema=False)
    async def calendar(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, *FIELDS)
        fault = await tried(parts, request, visitor, lambda: _change(parts, visitor, form))
        if fault is None:
            return see_other("/staff/releases")
        typed = {n: form.values.get(n, ("",))[0] for n in FIELDS} | {"flows": form.all("flows")}
        return await run_in_threadpool(_page, parts, pages, request, visitor, fault, typed)

    return routes


def _change(parts: Parts, visitor: Visitor, form: Form) -> None:
    reason = Words(form.text("reason"), form.text("reason_fr"))
    act, entry, who = form.text("act"), form.text("entry"), visitor.actor
    if act == "announce":
        title = Words(form.text("title"), form.text("title_fr"))
        announce(parts, who, form.all("flows"), _instant(form), title, reason)
    elif act == "move":
        move(parts, who, entry, _instant(form), reason)
    elif act == "cancel":
        cancel(parts, who, entry, reason)
    else:
        raise BadQuery(f"{act!r} is no act.", parameter="act")


def _instant(form: Form) -> datetime:
    return given_by_people(form.text("at"), "at")


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    fault: GreffeError | None,
    typed: Mapping[str, object],
) -> Response:
    now, ledger, catalogue = parts.clock(), parts.ledger(), parts.catalogue()
    entries = sorted(ledger.calendar.values(), key=lambda e: (e.at, e.id))
    coming = [e for e in entries if e.state(now) == ANNOUNCED or (e.cancelled_at is None and not e.releases)]
    made = sorted(ledger.releases.values(), key=lambda r: (r.made_at, str(r)), reverse=True)
    asked = request.query_params.get("page", "")
    last = max(-(-len(made) // PAGE), 1)
    number = min(page_number(asked), last) if asked else 1
    values = {
        "coming": [(e, *_of(parts, e)) for e in coming],
        "past": [e for e in reversed(entries) if e not in coming][:20],
        "waiting": [r for r in made if r.effective_at > now and r.withdrawn_at is None],
        "drafts": [_draft(parts, d) for d in waiting_drafts(ledger)],
        "deadlines": by_day(due(parts, horizon(now))), "released": RELEASED, "zoned": zoned,
        "advances": ledger.advances_of,
        "made": made[(number - 1) * PAGE : number * PAGE], "page": number, "pages": last,
        "current": {r for r in made if ledger.current(r.dataflow, now) == r}, "today": paris_date(now),
        "flows": [(d.reference.id, best(d.names, visitor.lang)) for d in catalogue.dataflows()],
        "names": {d.reference.id: best(d.names, visitor.lang) for d in catalogue.dataflows()},
        "instant": instant, "parsed": read, "left": lambda t: countdown(t - now, visitor.lang), "fault": fault,
        "typed": {**dict.fromkeys(FIELDS, ""), **typed},
        "releases": visitor.may("releaser", "administrator"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/releases.html", values, fault.http if fault else 200)


def _of(parts: Parts, entry: CalendarEntry) -> tuple[list[str], list[str]]:
    """What was made for an entry, and the drafts there are for its dataflows."""
    drafts = [d.id for d in waiting_drafts(parts.ledger()) if d.dataflow in entry.flows]
    return [str(r) for r in made_for(parts, entry)], drafts


def _draft(parts: Parts, draft: DraftRecord) -> tuple[DraftRecord, int, bool, bool]:
    """With how many signed it, whether its warnings are accepted, whether it was sent back."""
    signed = set(approvers(parts, draft.id, draft.checksum)) - {draft.author}
    return draft, len(signed), warnings_accepted(parts, draft), draft.id in parts.ledger().returned
