"""The two entry points: which kind of question an address asks, and the answer sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from greffe.errors import NotFound, Unsupported, nearest
from greffe.release.parts import Parts
from greffe.web.problems import answer as problem
from greffe.web.rest.answers import Api, Asked, Prepared
from greffe.web.rest.data import data
from greffe.web.rest.structures import structures
from greffe.web.streaming import streamed

Family: TypeAlias = Callable[[Asked], Prepared]
# First part of the path → who answers. On 1.5 every other word is a kind of artefact.
FAMILIES: Final[Mapping[Api, Mapping[str, Family]]] = {
    "v1": {"data": data},
    "v2": {"data": data, "structure": structures},
}
# Parts of both generations that the standard knows and this service does not offer yet.
ABSENT = ("availableconstraint", "availability", "schema", "metadata", "registration")


def routes(parts: Parts) -> list[BaseRoute]:
    """One route per entry point: tails may be left out, a slash may follow, so the parsers read the path."""

    def entry(api: Api) -> Route:
        async def answered(request: Request) -> Response:
            if request.url.path.rstrip("/") == f"/sdmx/{api}":
                return problem(request, NotFound("Ask for data or a structure.", nearest=_words(api)))
            ready = await to_thread.run_sync(_prepared, Asked.of(parts, api, request))
            if ready.status in (204, 304):
                return Response(status_code=ready.status, headers=ready.headers)
            return await streamed(ready.chunks, ready.media_type, ready.headers, body=request.method != "HEAD")

        return Route(f"/sdmx/{api}/{{rest:path}}", answered, methods=["GET", "HEAD"], include_in_schema=False)

    return [entry("v1"), entry("v2")]


def _words(api: Api) -> tuple[str, ...]:
    return (*FAMILIES[api], *(("dataflow", "datastructure") if api == "v1" else ()))


def _prepared(asked: Asked) -> Prepared:
    head = asked.address[0]
    if head in FAMILIES[asked.api]:
        return FAMILIES[asked.api][head](asked)
    if head in ABSENT:
        raise Unsupported(f"This service does not answer {head} queries yet.", parameter=head)
    if asked.api == "v1":
        return structures(asked)
    raise NotFound(f"There is no {head!r} on SDMX REST 2.x.", nearest=nearest(head, FAMILIES["v2"]))
