"""Proposals by state, and one of them: what it changes, what was said, what is in its way, and what may be done with it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, nearest
from greffe.mapping.exchange.sets import table_named
from greffe.release.differences import differences
from greffe.release.parts import Parts
from greffe.release.proposal_pages import described
from greffe.release.proposals import state_of
from greffe.release.rebasing import conflicts
from greffe.release.review.overview import short
from greffe.release.review.unreleasable import unreleasable
from greffe.web.pages.forms import Form
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF, catalogue_of
from greffe.web.strict import one_of, only, page_number

STATES: Final = ("open", "approved", "effective", "superseded", "rejected", "withdrawn")
DONE: Final = ("propose", "merge", "approve", "reject", "withdraw")  # what the page says was done just now
PER_PAGE: Final = 50


def router(parts: Parts) -> APIRouter:
    """The routes GET /staff/proposals and /staff/proposals/ID."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/proposals", include_in_schema=False, dependencies=[Depends(only("state", "page", "lang"))])
    def every(request: Request, visitor: Staff) -> Response:
        acting = parts.acting()
        asked, number = (request.query_params.get(n, "") for n in ("state", "page"))
        if asked not in ("", *STATES):
            raise BadQuery(f"{asked!r} is no state.", parameter="state", nearest=nearest(asked, STATES))
        page = page_number(number or "1")
        ledger, now = acting.ledger(), acting.clock()
        found = [(p, state_of(ledger, p, now)) for p in reversed(tuple(ledger.definitions.proposals.values()))]
        counts = {state: sum(s == state for _, s in found) for state in STATES}
        shown = [(p, s) for p, s in found if asked in ("", s)]
        values = {
            "found": shown[(page - 1) * PER_PAGE : page * PER_PAGE], "counts": counts, "asked": asked, "page": page,
            "pages": max(1, -(-len(shown) // PER_PAGE)), "many": len(found),
        }  # fmt: skip
        return pages.show(request, visitor, "staff/proposals.html", values)

    @routes.get(
        "/staff/proposals/{id_}", include_in_schema=False, dependencies=[Depends(only("place", "page", "done", "lang"))]
    )
    def one(request: Request, id_: str, visitor: Staff) -> Response:
        one_of(request, "done", DONE)
        return proposal_page(parts, request, visitor, id_)

    return routes


def proposal_page(
    parts: Parts,
    request: Request,
    visitor: Visitor,
    id_: str,
    fault: GreffeError | None = None,
    form: Form | None = None,
) -> Response:
    """The page; with a fault, what was typed stands in its fields."""
    acting, catalogue = catalogue_of(parts)
    proposal = acting.ledger().definitions.proposal(id_)
    data = described(acting, proposal)
    found = differences(acting, proposal)
    page = page_number(request.query_params.get("page") or "1")
    comments: dict[tuple[str, str], list[object]] = {}
    for comment in proposal.comments:
        comments.setdefault((comment.path, comment.row), []).append(comment)
    typed = {n: form.text(n) for n in ("action", "comment", "reason", "place", "text")} if form else {}
    values = {
        "proposal": proposal, "data": data, "state": data["state"], "many": len(found), "page": page,
        "pages": max(1, -(-len(found) // PER_PAGE)), "found": found[(page - 1) * PER_PAGE : page * PER_PAGE],
        "clashes": conflicts(acting, proposal) if data["stale"] else (), "comments": comments, "fault": fault,
        "typed": typed, "place": request.query_params.get("place", typed.get("place", "")),
        "tables": _tables(acting, proposal.files), "mine": visitor.name in proposal.authors,
        "refused": unreleasable(acting, catalogue, proposal) if data["state"] in ("open", "approved") else (),
        "done": "" if fault else request.query_params.get("done", ""),
        "signed": visitor.name in {a.person for a in proposal.approvals},
    }  # fmt: skip
    return Pages(parts).show(request, visitor, "staff/proposal.html", values, fault.http if fault else 200)


def _tables(parts: Parts, files: object) -> dict[str, str]:
    """Path → address of its review, of files that are tables of maps now."""
    catalogue, found = parts.catalogue(), {}
    for path in files if isinstance(files, dict) else ():
        try:
            found[path] = short(table_named(catalogue, path))
        except GreffeError:
            continue
    return found
