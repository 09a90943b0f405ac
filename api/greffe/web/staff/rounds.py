"""What recipients ask about a delivery: entered or imported, answered with a draft at hand and proof, accepted, asked again;
and what they are likely to ask, before it leaves."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, NotFound
from greffe.model.instants import read
from greffe.model.rounds import ACCEPTED, ANSWERED, ASKED, Query
from greffe.release.bridge import Comparisons
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.transmission import keeping
from greffe.transmission.foreseen.of_delivery import foreseen_of
from greffe.transmission.plan import named_plan
from greffe.transmission.rounds.answering import Given, accept, again, answer, drafted
from greffe.transmission.rounds.asking import Asked, ask, late, take
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import one_of, only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]
FIELDS: Final = ("act", "cells", "question", "deadline", "file", "fr", "en", "trace", "pairs", "text")


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/foreseen and /staff/transmissions/…/queries."""
    comparisons = shared(parts, Comparisons)
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get(
        "/staff/foreseen/{delivery}/{year}", include_in_schema=False, dependencies=[Depends(only("test", "lang"))]
    )
    def before(request: Request, visitor: Staff, delivery: str, year: str) -> Response:
        if not (year.isascii() and year.isdecimal() and len(year) == 4):
            raise NotFound(f"{year!r} is no year.")
        plan = named_plan(parts, delivery, int(year), test=one_of(request, "test", ("yes",)) == "yes")
        questions = [f.as_json() for f in foreseen_of(parts, plan, comparisons.now)]
        return pages.show(request, visitor, "staff/foreseen.html", {"plan": plan, "questions": questions})

    @routes.get("/staff/transmissions/{id_}/queries", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff, id_: str) -> Response:
        return _list(parts, pages, request, visitor, id_, None, None)

    @routes.post("/staff/transmissions/{id_}/queries", include_in_schema=False)
    async def asked(request: Request, visitor: Staff, id_: str) -> Response:
        form = await posted(request, visitor, *FIELDS, file="file")
        fault = await tried(parts, request, visitor, lambda: _ask(parts, visitor, id_, form))
        if fault is None:
            return see_other(f"/staff/transmissions/{id_}/queries")
        return await run_in_threadpool(_list, parts, pages, request, visitor, id_, fault, form)

    _query_routes(routes, parts, pages, comparisons)
    return routes


def _query_routes(routes: APIRouter, parts: Parts, pages: Pages, comparisons: Comparisons) -> None:
    path = "/staff/transmissions/{id_}/queries/{number}"

    @routes.get(path, include_in_schema=False, dependencies=[Depends(only("lang"))])
    def shown(request: Request, visitor: Staff, id_: str, number: str) -> Response:
        return _one(parts, pages, request, visitor, _query(parts, id_, number), None, None)

    @routes.post(path, include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str, number: str) -> Response:
        form = await posted(request, visitor, *FIELDS, file="file")
        query = await run_in_threadpool(_query, parts, id_, number)
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, query, form, comparisons))
        if fault is None:
            return see_other(f"/staff/transmissions/{id_}/queries/{number}")
        return await run_in_threadpool(_one, parts, pages, request, visitor, query, fault, form)

    @routes.get(f"{path}/proofs/{{sha}}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def proof(visitor: Staff, id_: str, number: str, sha: str) -> Response:
        query = _query(parts, id_, number)
        found = next((p for t in query.turns for p in t.proofs if p.sha256 == sha), None)
        if found is None:
            raise NotFound(f"{query.id} has no proof {sha}.")
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{found.kind}-{sha[:12]}.json"'}
        return Response(keeping.content(parts, sha), headers=headers, media_type="application/json")


def _query(parts: Parts, id_: str, number: str) -> Query:
    parts.ledger().transmission(id_)
    return parts.ledger().query(f"{id_}-q{number}")


def _ask(parts: Parts, visitor: Visitor, id_: str, form: Form) -> None:
    match form.text("act"):
        case "ask":
            typed = Asked(tuple(form.text("cells").split()), form.text("question"), form.text("deadline"))
            ask(parts, visitor.actor, id_, [typed])
        case "import":
            name, body = form.file("file")
            with TemporaryDirectory() as folder:
                place = Path(folder) / (Path(name).name[:200] or "queries")
                place.write_bytes(body)
                take(parts, visitor.actor, id_, place)
        case act:
            raise BadQuery(f"{act!r} is no act.", parameter="act")


def _act(parts: Parts, visitor: Visitor, query: Query, form: Form, comparisons: Comparisons) -> None:
    who = visitor.actor
    match form.text("act"):
        case "answer":
            pairs = form.text("pairs").split()
            given = Given(form.text("fr"), form.text("en"), form.text("trace") == "yes", pairs)
            answer(parts, who, query.id, given, comparisons.now)
        case "accept":
            accept(parts, who, query.id, form.text("text"))
        case "again":
            again(parts, who, query.id, form.text("text"), form.text("deadline"))
        case act:
            raise BadQuery(f"{act!r} is no act.", parameter="act")


def _list(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    id_: str,
    fault: GreffeError | None,
    form: Form | None,
) -> Response:
    one = parts.ledger().transmission(id_)
    found = [q for q in parts.ledger().queries.values() if q.transmission == id_]
    values = {
        "one": one, "queries": found,
        "late": {q.id for q in found if late(parts, q)}, "fault": fault, "may": visitor.may("transmitter", "administrator"),
        "typed": {n: form.text(n) if form else "" for n in ("cells", "question", "deadline")},
        "left": one.state in ("sent", "uncertain", "acknowledged", "refused"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/queries.html", values, fault.http if fault else 200)


def _one(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    query: Query,
    fault: GreffeError | None,
    form: Form | None,
) -> Response:
    may = visitor.may("transmitter", "administrator")
    waits = query.state == ASKED
    draft = list(drafted(parts, query)) if may and waits else []
    typed = {n: form.text(n) if form else "" for n in ("fr", "en", "pairs", "text", "deadline")}
    if form is None:
        typed |= {x: " ".join(s.texts[x] for s in draft if s.held) for x in ("fr", "en")}
    values = {
        "query": query, "late": late(parts, query), "fault": fault, "may": may, "waits": waits, "answered": query.state == ANSWERED,
        "over": query.state == ACCEPTED, "draft": draft, "typed": typed, "instant": instant, "read": read,
    }  # fmt: skip
    return pages.show(request, visitor, "staff/query.html", values, fault.http if fault else 200)
