"""Is it alive, and can it answer: for load balancers and operators."""

from __future__ import annotations

import threading

from fastapi import APIRouter, Depends, Request, Response

from greffe.errors import GreffeError
from greffe.release.kept_catalogues import being_read
from greffe.release.parts import Parts
from greffe.web.models import Health
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """Routes under /health."""
    routes = APIRouter(prefix="/health", tags=["Health"], dependencies=[Depends(only())])

    @routes.get("/live")
    async def live() -> Health:
        """The process answers; no thread is asked for, so a busy service is alive."""
        return Health(status="live")

    was_ready = threading.Event()

    @routes.get("/ready", responses={503: {"model": Health}})
    def ready(request: Request, response: Response) -> Health:
        """The register can be read and the catalogue loads; 503 otherwise, at once while it is read for the first time, and when
        the process takes leave: it answers on then, and further requests are better sent to another one."""
        response.headers["Cache-Control"] = "no-store"
        if request.app.state.leaving.begun:
            response.status_code = 503
            return Health(status="leaving")
        try:
            parts.ledger()
            # Later ones are waited for: all processes meet a new catalogue at one instant, and one of them must answer.
            starting = not was_ready.is_set() and being_read(parts.effective().checksum)
            if not starting:
                parts.catalogue()
        except GreffeError:
            starting = True
        if starting:
            response.status_code = 503
            response.headers["Retry-After"] = "1"
            return Health(status="not ready")
        was_ready.set()
        return Health(status="ready")

    return routes
