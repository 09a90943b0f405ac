"""The two entry points: which kind of question an address asks, and the answer sent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Final, TypeAlias

from anyio import Lock, move_on_after, to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from greffe.errors import Busy, NotFound, OverQuota, nearest
from greffe.release.parts import Parts
from greffe.web.kept import Dumps, Kept, SmallAnswers
from greffe.web.load.gate import give_way, making
from greffe.web.load.kinds import DATA, SERIES, kind_of
from greffe.web.problems import answer as problem
from greffe.web.rest.answers import Api, Asked, Prepared, has
from greffe.web.rest.availability import availability
from greffe.web.rest.data import data
from greffe.web.rest.metadata import metadata, metadata_of_1_5
from greffe.web.rest.refusals import registration
from greffe.web.rest.schema import schema
from greffe.web.rest.sending import sent
from greffe.web.rest.structures import structures
from greffe.web.watched import note

Family: TypeAlias = Callable[[Asked], Prepared]
# First part of the path → who answers. On 1.5 every other word is a kind of artefact.
FAMILIES: Final[Mapping[Api, Mapping[str, Family]]] = {
    "v1": {"data": data, "availableconstraint": availability, "schema": schema, "metadata": metadata_of_1_5},
    "v2": {
        "data": data,
        "structure": structures,
        "availability": availability,
        "schema": schema,
        "metadata": metadata,
        "registration": registration,
    },
}
# Seconds for which an answer waits for the one before it. Answers are small and share one interpreter, where threads
# only wait for each other; but a slow one must not keep the others.
_PATIENCE: Final = 0.5


class _Entry:
    """One entry point. A question that was answered since the register last changed is answered from memory."""

    def __init__(self, parts: Parts, api: Api, small: SmallAnswers, dumps: Dumps) -> None:
        self._parts, self._api, self._small, self._dumps = parts, api, small, dumps
        self._turns = {kind: Lock(fast_acquire=True) for kind in (SERIES, DATA)}

    async def answered(self, request: Request) -> Response:
        """GET and HEAD of any address below the entry point."""
        scope, headers = request.scope, request.headers
        said = note(scope)
        said.route = template(self._api, scope["path"])
        key = (
            scope.get("raw_path") or scope["path"],
            scope["query_string"],
            *(headers.get(name, "") for name in _VARIED),
        )
        state = await self._state()
        kept = self._small.get(key, state)
        body = scope["method"] != "HEAD"
        partial = "range" in headers
        if kept is not None and not (partial and "Accept-Ranges" in kept.headers):
            said.cache = "memory"
            return _from_memory(request, kept, body)
        kind = kind_of(scope["path"], scope["query_string"])
        try:
            async with making(scope, kind):
                asked = Asked.of(self._parts, self._api, request)
                if not asked.address:
                    return problem(request, NotFound("Ask for data or a structure.", nearest=_words(self._api)))
                response, kept = await self._in_turn(asked, scope, kind, body, partial)
        except (Busy, OverQuota) as error:  # here, not where errors are: that would take a worker
            return problem(request, error)
        if kept is not None and kept.status != 304:
            self._small.put(key, state, kept)
        if isinstance(response, FileResponse):
            said.cache = "file"
        return response

    async def _in_turn(
        self, asked: Asked, scope: Scope, kind: str, body: bool, partial: bool
    ) -> tuple[Response, Kept | None]:
        """Made in a worker when the one before is made, or after some patience; what may need a whole file, at once. One series
        does not wait for slices, and they let it go first."""
        if partial or not body:
            return await to_thread.run_sync(self._made, asked, body, partial)
        turn = self._turns[DATA if kind == DATA else SERIES]
        with move_on_after(_PATIENCE) as waiting:
            await turn.acquire()
        try:
            if kind == DATA:
                await give_way(scope)
            return await to_thread.run_sync(self._made, asked, body, partial)
        finally:
            if not waiting.cancelled_caught:
                turn.release()

    def _made(self, asked: Asked, body: bool, partial: bool) -> tuple[Response, Kept | None]:
        """The answer prepared and, when it is small, made: all in one visit to a worker."""
        return sent(_prepared(asked), self._dumps, body=body, partial=partial)

    async def _state(self) -> Hashable:
        if self._parts.fresh():
            return self._parts.state()
        return await to_thread.run_sync(self._parts.state)


def template(api: Api, path: str) -> str:
    """What is asked for, as metrics name it: `/sdmx/v2/data`. Words that are no family are structures on 1.5."""
    head = path.split("/", 4)[3] if path.count("/") > 2 else ""
    if head not in FAMILIES[api]:
        head = "structure" if api == "v1" else "unknown"
    return f"/sdmx/{api}/{head}"


_VARIED: Final = ("accept", "accept-encoding", "accept-language")


def _from_memory(request: Request, kept: Kept, body: bool) -> Response:
    tags = request.headers.get("if-none-match", "")
    since = request.headers.get("if-modified-since", "")
    if kept.status == 200 and (tags or since) and has(tags, since, kept.headers):
        left_out = ("Content-Length", "Content-Type", "Content-Encoding", "Content-Disposition")
        return Response(status_code=304, headers={n: v for n, v in kept.headers.items() if n not in left_out})
    return Response(kept.body if body else b"", kept.status, kept.headers)


def routes(parts: Parts) -> list[BaseRoute]:
    """One route per entry point: tails may be left out, a slash may follow, so the parsers read the path."""
    settings = parts.settings.http
    small, dumps = SmallAnswers(settings.kept_bytes), Dumps(parts.settings.kept, settings.dump_bytes)
    return [
        Route(f"/sdmx/{api}/{{rest:path}}", _Entry(parts, api, small, dumps).answered, methods=["GET", "HEAD"])
        for api in FAMILIES
    ]


def _words(api: Api) -> tuple[str, ...]:
    return (*FAMILIES[api], *(("dataflow", "datastructure") if api == "v1" else ()))


def _prepared(asked: Asked) -> Prepared:
    head = asked.address[0]
    if head in FAMILIES[asked.api]:
        return FAMILIES[asked.api][head](asked)
    if asked.api == "v1":
        return structures(asked)
    raise NotFound(f"There is no {head!r} on SDMX REST 2.x.", nearest=nearest(head, FAMILIES["v2"]))
