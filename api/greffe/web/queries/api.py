"""Queries of recipients over HTTP: /api/v1/queries, with a key for `queries` or signed in; each sees its own deliveries alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from greffe.errors import BadQuery
from greffe.model.rounds import AGAIN, Query
from greffe.release.parts import Parts
from greffe.transmission.rounds.answering import accept, again
from greffe.transmission.rounds.asking import Asked, ask
from greffe.transmission.rounds.parties import own_deliveries, own_queries, own_query
from greffe.web.granted import KEYED_ERRORS
from greffe.web.keyed import NOT_KEPT, Reader, Writer, denials
from greffe.web.queries.models import AskedAbout, NewQueries, ProofOut, QueriesOut, QueryAct, QueryOut, TurnOut
from greffe.web.strict import StrictJson, only

Id = Annotated[str, Path(description="Id of a query", examples=["UN_CTS-2024-1-q1"], max_length=100)]


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1/queries."""
    parts = parts.acting()
    routes = APIRouter(
        prefix="/api/v1/queries",
        tags=["With a key"],
        responses=KEYED_ERRORS,
        route_class=StrictJson,
        dependencies=[Depends(only())],
    )

    @routes.get("", operation_id="queries")
    def queries(request: Request, response: Response, who: Reader) -> QueriesOut:
        """The deliveries that came to a recipient, and its queries with their answers."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            told = [
                AskedAbout(
                    transmission=t.id, recipient=t.recipient, year=t.year, test=t.test, state=t.state,
                    files=[f.name for f in t.files],
                )
                for t in own_deliveries(parts, who).values()
            ]  # fmt: skip
            return QueriesOut(deliveries=told, queries=[_out(q) for q in own_queries(parts, who).values()])

    @routes.post("", operation_id="ask_queries", status_code=201)
    def asked(request: Request, response: Response, who: Writer, wanted: NewQueries) -> list[QueryOut]:
        """Ask about cells of a delivery. Each query gets an id, under which its answer is read."""
        response.headers.update(NOT_KEPT)
        typed = [Asked(tuple(q.cells), q.question, q.deadline) for q in wanted.queries]
        with denials(parts, who, request):
            own_deliveries(parts, who)
            return [_out(q) for q in ask(parts, who, wanted.transmission, typed)]

    @routes.get("/{query}", operation_id="query")
    def one(request: Request, response: Response, who: Reader, query: Id) -> QueryOut:
        """One query, with its answers."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            own_deliveries(parts, who)
            return _out(own_query(parts, who, query))

    @routes.post("/{query}", operation_id="say_of_answer")
    def say(request: Request, response: Response, who: Writer, query: Id, wanted: QueryAct) -> QueryOut:
        """Accept an answer, or ask again."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            own_deliveries(parts, who)
            if wanted.act == AGAIN:
                return _out(again(parts, who, query, wanted.text, wanted.deadline))
            if wanted.deadline:
                raise BadQuery("What is accepted has no deadline.", parameter="deadline")
            return _out(accept(parts, who, query, wanted.text))

    return routes


def _out(query: Query) -> QueryOut:
    turns = [
        TurnOut(
            act=t.act, at=t.instant, texts=dict(t.texts),
            proofs=[ProofOut(kind=p.kind, name=p.name, sha256=p.sha256) for p in t.proofs],
        )
        for t in query.turns
    ]  # fmt: skip
    return QueryOut(
        id=query.id, transmission=query.transmission, state=query.state, cells=list(query.cells),
        question=query.question, deadline=query.deadline, since=query.since, turns=turns,
    )  # fmt: skip
