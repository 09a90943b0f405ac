"""Light or dark, kept in a cookie of the browser; by a form, so that it works without scripts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from greffe.errors import BadQuery, nearest
from greffe.release.parts import Parts
from greffe.web.pages.forms import posted
from greffe.web.pages.render import see_other
from greffe.web.pages.visitors import THEME, THEMES


def local_path(text: str, default: str = "/") -> str:
    """A path of this site to go back to; anything that leads elsewhere is the default (open redirects)."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain and len(text) < 2_000 else default


def router(parts: Parts) -> APIRouter:
    """The route /preferences."""
    routes = APIRouter()

    @routes.post("/preferences", include_in_schema=False)
    async def preferences(request: Request) -> Response:
        form = await posted(request, None, "theme", "back")
        theme = form.text("theme")
        if theme not in THEMES:
            raise BadQuery("That is no light.", parameter="theme", nearest=nearest(theme, THEMES))
        response = see_other(local_path(form.text("back")))
        secure = parts.settings.secure
        response.set_cookie(THEME, theme, max_age=31_536_000, samesite="lax", secure=secure, path="/", httponly=True)
        return response

    return routes
