"""What is done with a proposal: a comment, a signature, a refusal, a withdrawal, a merge; and what it would change."""

from __future__ import annotations

import time

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadDefinition, BadQuery, Denied, Refused, nearest
from greffe.release.approvals import approve_proposal, comment_proposal, reject_proposal, withdraw_proposal
from greffe.release.decisions import counted
from greffe.release.effect import Effect, Told, effect
from greffe.release.parts import Parts
from greffe.release.proposal_pages import row_changes
from greffe.release.proposals import base_files, proposed_catalogue
from greffe.release.rebasing import conflicts, merge_proposal
from greffe.web.denials import note_denied_request
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.effect_page import EffectPage
from greffe.web.staff.proposals import proposal_page
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.strict import only

ACTIONS = ("approve", "reject", "withdraw", "comment", "merge")
TAKES = tuple(f"take-{n}" for n in range(500))
SHOWN = 50  # changes of figures


def router(parts: Parts) -> APIRouter:
    """The routes POST /staff/proposals/ID and GET …/effect."""
    routes, effects = APIRouter(dependencies=HOUSE_STAFF), EffectPage(parts, Pages(parts))

    @routes.post("/staff/proposals/{id_}", include_in_schema=False)
    async def act(request: Request, id_: str, visitor: Staff) -> Response:
        form = await posted(request, visitor, "action", "comment", "reason", "text", "place", *TAKES)
        try:
            where = await run_in_threadpool(_done, parts, visitor, id_, form)
        except (BadQuery, Denied, Refused, BadDefinition) as fault:
            if isinstance(fault, Denied):  # shown on the page, and recorded as every denial
                await run_in_threadpool(note_denied_request, parts, visitor.actor, request, form.text("action"))
            return await run_in_threadpool(proposal_page, parts, request, visitor, id_, fault, form)
        return see_other(where)

    @routes.get("/staff/proposals/{id_}/effect", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def changes(request: Request, id_: str, visitor: Staff) -> Response:
        since, acting = time.monotonic(), parts.acting()
        proposal = acting.ledger().definitions.proposal(id_)

        def work(told: Told) -> Effect:
            before, after = acting.catalogue_of(base_files(acting, proposal)), proposed_catalogue(acting, proposal)
            return effect(acting, after, lambda what: None, before=before, most=SHOWN, told=told, alone=True)

        values = {
            "title": id_, "back": f"/staff/proposals/{id_}", "line": None, "targets": (), "most": SHOWN,
            "decisions": counted(row_changes(acting, proposal)),
        }  # fmt: skip
        return effects.shown(request, visitor, ("proposal", id_), work, values, since)

    return routes


def _done(parts: Parts, visitor: Visitor, id_: str, form: Form) -> str:
    """Do it; gives the address to look at next."""
    acting, who, action = parts.acting(), visitor.actor, form.text("action")
    if action not in ACTIONS:
        raise BadQuery(f"{action!r} is not done here.", parameter="action", nearest=nearest(action, ACTIONS))
    if action == "merge":
        made = merge_proposal(acting, who, id_, _sides(acting, id_, form), form.text("reason"))
        return f"/staff/proposals/{made.id}?done=merge"
    if action == "approve":
        approve_proposal(acting, who, id_, form.text("comment"))
    elif action == "reject":
        reject_proposal(acting, who, id_, form.text("reason"))
    elif action == "withdraw":
        withdraw_proposal(acting, who, id_, form.text("reason"))
    else:
        comment_proposal(acting, who, id_, form.text("text"), form.text("place"))
        return f"/staff/proposals/{id_}#comments"
    return f"/staff/proposals/{id_}?done={action}"


def _sides(parts: Parts, id_: str, form: Form) -> dict[str, str]:
    """Place → side, of the conflicts in their order; those not chosen are left out, and the core tells them."""
    places = [c.place for c in conflicts(parts, parts.ledger().definitions.proposal(id_))]
    chosen = {place: form.text(name) for place, name in zip(places, TAKES, strict=False)}
    return {place: side for place, side in chosen.items() if side}
