"""The quality of a release for whoever opens it in a browser: tables, a small plot; it prints as it stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from greffe import __version__
from greffe.catalogue.catalogue import Catalogue
from greffe.release.parts import Parts
from greffe.release.quality import Quality
from greffe.release.quality_kept import quality_named
from greffe.web.api import published
from greffe.web.pages import static
from greffe.web.pages.render import Pages, day, environment
from greffe.web.pages.visitors import Looking
from greffe.web.pages.words import sayer
from greffe.web.rest.answers import has, tag_of
from greffe.web.strict import only
from greffe.web.trail.quality import Told

ASSETS = ("pico.min.css", "greffe.css", "trail.css", "greffe.js", "htmx.min.js", "icon.svg")


def router(parts: Parts) -> APIRouter:
    """The route /quality/{dataflow}."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/quality/{dataflow}", include_in_schema=False, dependencies=[Depends(only("lang", "release"))])
    def quality(
        request: Request, visitor: Looking, dataflow: str, release: Annotated[int, Query(ge=1)] | None = None
    ) -> Response:
        catalogue = parts.catalogue()
        found = quality_named(parts, published(catalogue, dataflow), release or 0)
        headers = {"Release": str(found.release), "Data-Origin": found.release.origin}
        if visitor.session is None:  # a page with a session on it is kept by nobody
            seen = [(str(v.release), v.release.content_hash) for v in found.vintages]
            frame = (
                __version__,
                *(static.address(a, parts.settings.theme) for a in ASSETS),
                visitor.theme,
                str(request.url.query),
            )
            headers["ETag"] = tag_of(
                "quality", str(found.release), found.release.content_hash, seen, catalogue.checksum, visitor.lang, frame
            )
            if has(request.headers.get("if-none-match", ""), "", headers):
                return Response(status_code=304, headers={**headers, "Vary": "Accept-Language, Cookie"})
        answer = pages.show(request, visitor, "portal/quality.html", told(found, catalogue, visitor.lang))
        answer.headers.update(headers)
        return answer

    return routes


def told(found: Quality, catalogue: Catalogue, lang: str) -> dict[str, object]:
    """What the page and the file show."""
    made = Told(found, catalogue, sayer(("portal_quality",), lang), lang)
    return {"q": found, "sections": made.sections(), "links": made.links(), "flow": found.dataflow}


def alone(found: Quality, catalogue: Catalogue, lang: str) -> str:
    """The report as a page of its own, which needs nothing beside it."""
    say = sayer(("portal_quality",), lang)
    files = ("greffe.css", "trail.css", "alone.css")
    style = Markup("".join((static.FOLDER / name).read_text("utf-8") for name in files))  # noqa: S704  (our own files)
    values = {**told(found, catalogue, lang), "say": say, "lang": lang, "day": day, "style": style}
    return environment().get_template("portal/quality_alone.html").render(values)
