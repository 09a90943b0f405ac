"""`/robots.txt` and `/sitemap.xml`: what search engines may read, and which pages there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from lxml import etree

from greffe.model.instants import PARIS
from greffe.release.parts import Parts
from greffe.web.portal.shelf import OnShelf, Shelf
from greffe.web.strict import only

# Pages of staff, forms, endless combinations, and what programs ask by the million.
CLOSED: Final = (
    "/staff",
    "/orders",
    "/signin",
    "/signout",
    "/invitation",
    "/preferences",
    "/search",
    "/sdmx/",
    "/api/",
)
PAGES: Final = (
    "/",
    "/browse",
    "/recipients",
    "/calendar",
    "/bridge",
    "/developers",
    "/changes",
    "/status",
    "/accessibility",
)
_NS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def router(parts: Parts) -> APIRouter:
    """Routes /robots.txt and /sitemap.xml."""
    routes = APIRouter(dependencies=[Depends(only())])
    base = parts.settings.public_url

    @routes.get("/robots.txt", include_in_schema=False)
    def robots() -> Response:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {base}/sitemap.xml", ""]
        return Response(
            "\n".join(lines), media_type="text/plain; charset=utf-8", headers={"Cache-Control": "max-age=3600"}
        )

    @routes.get("/sitemap.xml", include_in_schema=False)
    def sitemap(shelf: OnShelf) -> Response:
        root = etree.fromstring(f'<urlset xmlns="{_NS}"/>')
        for path, changed in _pages(shelf):
            url = etree.SubElement(root, f"{{{_NS}}}url")
            etree.SubElement(url, f"{{{_NS}}}loc").text = f"{base}{path}"
            if changed is not None:
                day = changed.astimezone(PARIS).date().isoformat()
                etree.SubElement(url, f"{{{_NS}}}lastmod").text = day
        body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return Response(body, media_type="application/xml", headers={"Cache-Control": "max-age=3600"})

    return routes


def _pages(shelf: Shelf) -> Iterator[tuple[str, datetime | None]]:
    yield from ((path, None) for path in PAGES)
    yield from ((f"/browse/{quote(s.path)}", None) for s in shelf.subjects if s.flows)
    yield from ((f"/recipients/{quote(r.id)}", None) for r in shelf.recipients)
    yield from ((f"/data/{quote(id_)}", release.effective_at) for id_, release in shelf.current.items())
    yield from ((f"/quality/{quote(id_)}", release.effective_at) for id_, release in shelf.current.items())
