"""What a form asks for is done in the core; what stands in its way is told on the form, and a denial is recorded."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from greffe.errors import BadDefinition, BadInput, BadQuery, Conflict, Denied, GreffeError, NotFound, Refused
from greffe.release.clocks import on_time
from greffe.release.parts import Parts
from greffe.web.denials import note_denied_request
from greffe.web.pages.visitors import Visitor


async def tried(parts: Parts, request: Request, visitor: Visitor, act: Callable[[], object]) -> GreffeError | None:
    """Do it. Returns what stood in its way, None when it is done; faults of the service itself are raised."""

    def done() -> None:
        on_time(parts)
        act()

    try:
        await run_in_threadpool(done)
    except Denied as error:
        await run_in_threadpool(note_denied_request, parts, visitor.actor, request)
        return error
    except (BadInput, BadQuery, BadDefinition, NotFound, Refused, Conflict) as error:
        return error
    return None
