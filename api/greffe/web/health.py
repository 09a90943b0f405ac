"""Is it alive, and can it answer: for load balancers and operators."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from greffe.errors import GreffeError
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

    @routes.get("/ready", responses={503: {"model": Health}})
    def ready(response: Response) -> Health:
        """The register can be read and the catalogue loads; 503 otherwise."""
        response.headers["Cache-Control"] = "no-store"
        try:
            parts.ledger()
            parts.catalogue()
        except GreffeError:
            response.status_code = 503
            return Health(status="not ready")
        return Health(status="ready")

    return routes
