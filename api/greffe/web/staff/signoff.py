"""Sign-off of a draft: what changes, what stands in the way, what the rules say, who signed; approve it, release it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, nearest
from greffe.formats.languages import best
from greffe.model.calendar import ANNOUNCED, Words
from greffe.model.findings import open_errors
from greffe.model.instants import given_by_people, read
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.across import contradictions
from greffe.release.calendar import waiting as made_for
from greffe.release.draft_changes import draft_changes, release_before
from greffe.release.drafts import Draft
from greffe.release.lifecycle import accept_warnings, approve_draft, kept_draft, rules_not_accepted
from greffe.release.obstacles import obstacles
from greffe.release.parts import Parts
from greffe.release.people import approvers
from greffe.release.releasing import Terms, make_releases
from greffe.release.revision_policy import KINDS, Follows
from greffe.release.revision_policy import asked_of as asked_of_policy
from greffe.release.waiting import waiting_drafts
from greffe.store.base import Actor
from greffe.store.records import DraftRecord
from greffe.validation.listing import listed as rule_lines
from greffe.web.pages.acts import tried
from greffe.web.pages.faults import named_there
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.plots import swatch
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.signoff_changes import ASKED, Asked, asked_of, changes_shown
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.staff.words_of import instant, zoned
from greffe.web.strict import one_of, only

FIELDS: Final = ("act", "comment", "reason", "reason_fr", "at", "calendar", "revision", "vintage", "with")
DONE: Final = ("approve", "accept", "release")


def router(parts: Parts) -> APIRouter:
    """The route /staff/releases/{draft}."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get(
        "/staff/releases/{draft}", include_in_schema=False, dependencies=[Depends(only(*ASKED, "done", "lang"))]
    )
    def draft_page(request: Request, visitor: Staff, draft: str) -> Response:
        one_of(request, "done", DONE)
        return _page(parts, pages, request, visitor, draft, None, {})

    @routes.post("/staff/releases/{draft}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, draft: str) -> Response:
        form = await posted(request, visitor, *FIELDS)
        fault = await tried(parts, request, visitor, _act(parts, visitor, draft, form))
        if fault is None:
            return see_other(f"/staff/releases/{draft}", done=form.text("act"))
        typed: dict[str, str | tuple[str, ...]] = {
            **{n: form.text(n) for n in FIELDS if n != "with"},
            "with": form.all("with"),
        }
        return await run_in_threadpool(_page, parts, pages, request, visitor, draft, fault, typed)

    return routes


def _act(parts: Parts, visitor: Visitor, draft: str, form: Form) -> Callable[[], object]:
    act, who = form.text("act"), visitor.actor
    if act == "approve":
        return partial(approve_draft, parts, who, draft, form.text("comment"))
    if act == "accept":
        return partial(_accept, parts, who, draft, form.text("reason"))
    if act != "release":
        raise BadQuery(f"{act!r} is no act.", parameter="act", nearest=nearest(act, DONE))

    def release() -> None:
        at = given_by_people(form.text("at"), "at") if form.text("at") else None
        reason = Words(form.text("reason"), form.text("reason_fr"))
        terms = Terms(at, form.text("calendar"), form.text("revision"), reason, form.text("vintage"))
        make_releases(parts, who, [draft, *form.all("with")], terms)

    return release


def _accept(parts: Parts, who: Actor, draft: str, reason: str) -> None:
    with named_there("--reason", "accept_reason"):
        accept_warnings(parts, who, draft, reason)


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    id_: str,
    fault: GreffeError | None,
    typed: Mapping[str, str | tuple[str, ...]],
) -> Response:
    record, draft = kept_draft(parts, id_)
    ledger = parts.ledger()
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    made, before = ledger.release_of_draft(id_), release_before(parts, record)
    signed = ledger.approvals(record.id, record.checksum)
    by_rule = Counter((f.severity, f.rule, bool(f.waiver)) for f in draft.findings)
    values = {
        **_changes(parts, request, visitor, flow, draft, before, fault), "record": record, "name": best(flow.names, visitor.lang),
        "signed": [a for a in signed if a.role == "approver"],
        "accepted": ledger.accepted_warnings(record.id, record.checksum),
        "left": rules_not_accepted(parts, record.id, record.checksum, draft.warnings),
        "back": ledger.returned.get(record.id), "errors": len(open_errors(draft.findings)),
        "rules": sorted(by_rule.items()), "warnings": len(draft.warnings), "rule_names": _rules(parts, by_rule, visitor.lang),
        "waivers": [ledger.waiver(w) for w in sorted({f.waiver for f in draft.findings if f.waiver})],
        "made": made, "instant": instant, "zoned": zoned, "swatch": swatch, "parsed": read, "fault": fault,
        "typed": {**dict.fromkeys(FIELDS, ""), **typed}, "done": request.query_params.get("done", ""),
        **(_before_release(parts, visitor, record, draft, before) if made is None else {}),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/signoff.html", values, fault.http if fault else 200)


def _changes(
    parts: Parts,
    request: Request,
    visitor: Visitor,
    flow: Dataflow,
    draft: Draft,
    before: Release | None,
    fault: GreffeError | None,
) -> dict[str, object]:
    """What changes, as the address asks; after a fault of a form, from the start."""
    found = draft_changes(parts, flow, draft, before)
    asked = Asked() if fault is not None else asked_of(request, found.groups if found else ())
    structure = parts.catalogue().structure(flow)
    shown = changes_shown(parts, structure, draft, found, asked, visitor.lang) if found and found.count else {}
    return {"changes": found, "asked": asked, **shown}


def _before_release(
    parts: Parts, visitor: Visitor, record: DraftRecord, draft: Draft, before: Release | None
) -> dict[str, object]:
    """What stands in the way, what the policy of revisions asks, and what it may go out for and with."""
    ledger, now = parts.ledger(), parts.clock()
    flow = parts.catalogue().get(Dataflow, record.dataflow)
    earliest = now + timedelta(seconds=parts.settings.effect_delay_seconds)
    against = contradictions(parts, draft, flow, {}, earliest)
    coming = [
        e
        for e in sorted(ledger.calendar.values(), key=lambda e: e.at)
        if record.dataflow in e.flows and e.state(now) == ANNOUNCED and not made_for(parts, e)
    ]
    waiting = [d for d in waiting_drafts(ledger) if d.dataflow != record.dataflow and d.observations]
    return {
        "obstacles": list(obstacles(parts, record, draft)), "against": against,
        "against_said": against[0].messages.get(visitor.lang, "") if against else "",
        "revises": asked_of_policy(parts, Follows(flow, draft, before)), "kinds": KINDS,
        "embargoed": [r for r in ledger.releases_of(record.dataflow) if r.effective_at > now and r.withdrawn_at is None],
        "coming": coming, "together": any(len(e.flows) > 1 for e in coming),
        "others": [(d, len(set(approvers(parts, d.id, d.checksum)) - {d.author})) for d in waiting],
    }  # fmt: skip


def _rules(parts: Parts, found: Mapping[tuple[str, str, bool], int], lang: str) -> dict[str, str]:
    """What each rule that found something says."""
    wanted = {rule for _, rule, _ in found}
    told: dict[str, str] = {}
    for line in rule_lines(parts.catalogue().policies.limits):
        if line.id in wanted:
            told.setdefault(line.id, line.sentences[lang])
    return told
