"""The route /quality/{dataflow}: the quality of a release for whoever opens it in a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from greffe.release.parts import Parts
from greffe.release.quality_kept import quality_named
from greffe.web.api import published
from greffe.web.language import chosen_language
from greffe.web.quality_page import page
from greffe.web.rest.answers import has, tag_of
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/quality/{dataflow}", include_in_schema=False, dependencies=[Depends(only("lang", "release"))])
    def quality(
        request: Request, dataflow: str, lang: str = "", release: Annotated[int, Query(ge=1)] | None = None
    ) -> Response:
        chosen = chosen_language(lang, request.headers.get("accept-language", ""))
        catalogue = parts.catalogue()
        found = quality_named(parts, published(catalogue, dataflow), release or 0)
        told = [(str(v.release), v.release.content_hash) for v in found.vintages]
        headers = {
            "Content-Language": chosen,
            "Vary": "Accept-Language",
            "ETag": tag_of("quality", str(found.release), found.release.content_hash, told, catalogue.checksum, chosen),
            "Cache-Control": "public, max-age=0, must-revalidate",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Release": str(found.release),
            "Data-Origin": found.release.origin,
        }
        if has(request.headers.get("if-none-match", ""), "", headers):
            return Response(status_code=304, headers=headers)
        return HTMLResponse(page(found, catalogue, chosen), headers=headers)

    return routes
