"""A certificate of a figure or of a pair: one content, printed as a page or as a PDF."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import Response

from greffe.errors import BadQuery, nearest
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Visitor
from greffe.web.pages.words import Say, sayer
from greffe.web.trail.paper import Certificate, issued

FORMATS: Final = ("html", "pdf")


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
    from greffe.web.trail.pdf import written  # takes a fifth of a second, which most processes never need

    mark = "-SYNTHETIC" if made.synthetic else ""
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}{mark}-{made.lang}.pdf"',
        "Content-Language": made.lang, "Cache-Control": "no-store" if visitor.session else "no-cache",
        "Vary": "Accept-Language, Cookie", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(written(made, words(made.lang)), media_type="application/pdf", headers=headers)
