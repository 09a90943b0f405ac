"""The page that says to come back: as plain as can be, since it is made when there is no time. Nobody is looked up for it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from greffe.errors import Busy, OverQuota
from greffe.release.parts import Parts
from greffe.web.language import LANGUAGES, language_of
from greffe.web.pages import static
from greffe.web.pages.blanks import unbroken
from greffe.web.pages.errors import wait_of
from greffe.web.pages.render import HEADERS, environment
from greffe.web.pages.visitors import LANG
from greffe.web.pages.words import sayer


def busy_page(parts: Parts, request: Request, error: Busy | OverQuota, status: int) -> Response:
    """503 or 429 for people, in their language, with Retry-After; kept by nobody."""
    known = request.cookies.get(LANG, "")
    asked = request.query_params.get("lang", "") or (known if known in LANGUAGES else "")
    lang = language_of(asked, request.headers.get("accept-language", ""))
    wait = wait_of(error)
    body = _page(parts.settings.theme, lang, status, isinstance(error, OverQuota))
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Language": lang, "Retry-After": wait}
    return HTMLResponse(body, status, headers)


@lru_cache(maxsize=16)
def _page(theme: Path | None, lang: str, status: int, over: bool) -> str:
    say = sayer(("busy",), lang)
    body = environment(theme).get_template("busy.html").render(
        say=say, lang=lang, status=status, over=over, asset=lambda file: static.address(file, theme),
        themed=lambda file: static.themed(file, theme),
    )  # fmt: skip
    return unbroken(body) if lang == "fr" else body
