"""A certificate of a figure or of a pair: one content, printed as a page or as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from starlette.responses import Response

from greffe.errors import BadQuery, nearest
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Visitor
from greffe.web.pages.words import Say, sayer
from greffe.web.trail.pdf import issued, written

FORMATS: Final = ("html", "pdf")
Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Part:
    """A section: sentences, then facts (name, what), then a table with its titles first."""

    heading: str
    sentences: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    table: Table = ()


@dataclass(frozen=True)
class Certificate:
    """`figure`: what it certifies, in large letters; `under`: what that is. `dated`: of the state it was made of, so that the
    same state has the same certificate. `name`: of the file. `address`: of the service; `back`: of the page it is made from.
    `internal`: it holds internal values or names."""

    lang: str
    title: str
    figure: str
    under: str
    dated: datetime
    name: str
    address: str
    parts: Sequence[Part]
    synthetic: bool = False
    internal: bool = False
    back: str = "/"


def words(lang: str) -> Say:
    """The words of certificates."""
    return sayer(("certificate",), lang)


def answered(pages: Pages, request: Request, visitor: Visitor, made: Certificate, format_: str) -> Response:
    """The certificate as a page to print, or as a PDF. Raises BadQuery for another format."""
    if format_ not in FORMATS:
        raise BadQuery(f"{format_!r} is no format.", parameter="format", nearest=nearest(format_, FORMATS) or FORMATS)
    if format_ == "html":
        told = {"made": made, "issued": issued(made, words(made.lang)), "back": made.back}
        return pages.show(request, visitor, "certificate.html", told)
    mark = "-SYNTHETIC" if made.synthetic else ""
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}{mark}-{made.lang}.pdf"',
        "Content-Language": made.lang, "Cache-Control": "no-store" if visitor.session else "no-cache",
        "Vary": "Accept-Language, Cookie", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(written(made, words(made.lang)), media_type="application/pdf", headers=headers)
