"""The register: who did what, searched, taken out, and whether the chain is intact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, nearest
from greffe.french import ours, spoken, tell_text
from greffe.model.instants import read
from greffe.release.parts import Parts
from greffe.release.people import ROLES, has_role
from greffe.release.verifying import standing, start
from greffe.release.who_did_what import ALL, STAFF, visible
from greffe.store.base import Entry
from greffe.store.wanted import Wanted
from greffe.transmission.verified import kept_looks
from greffe.web.pages.acts import tried
from greffe.web.pages.blanks import colon, marks
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.pages.words import table
from greffe.web.register_export import ASKED, asked, exported
from greffe.web.staff.words_of import instant, role_names
from greffe.web.strict import only, page_number

PAGE: Final = 50
SAID: Final = "register_said"  # its words
OWN: Final = "staff_register"  # those of the page: `did_KIND` of every kind of entry
_DETAILS: Final = (
    "key",
    "extracts",
    "content_hash",
    "sha256",
    "files",
    "before",
    "base",
    "maps",
    "made_at",
    "provider",
)


def router(parts: Parts) -> APIRouter:
    """The routes /staff/register, /staff/register/file, /staff/register/verify."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/staff/register", include_in_schema=False, dependencies=[Depends(only(*ASKED, "page", "lang"))])
    def register(request: Request, visitor: Staff) -> Response:
        given = {n: request.query_params.get(n, "") for n in ASKED}
        fault, wanted = None, Wanted(kind="-")  # of a question that does not read nothing is shown
        try:
            _known_kind(given["kind"])
            wanted = visible(parts, visitor.actor, asked(*given.values()))
        except BadQuery as error:
            fault = error
        return _page(parts, pages, request, visitor, {"given": given, "fault": fault}, wanted)

    @routes.get("/staff/register/file", include_in_schema=False, dependencies=[Depends(only(*ASKED, "format", "lang"))])
    def file(request: Request, visitor: Staff) -> Response:
        _known_kind(request.query_params.get("kind", ""))
        wanted = asked(*(request.query_params.get(n, "") for n in ASKED))
        return exported(parts, visible(parts, visitor.actor, wanted), request.query_params.get("format", "csv"))

    @routes.get("/staff/register/verify", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def verification(request: Request, visitor: Staff) -> Response:
        return _verification(parts, pages, request, visitor, None)

    @routes.post("/staff/register/verify", include_in_schema=False)
    async def verify(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, "what")
        fault = await tried(parts, request, visitor, lambda: start(parts, visitor.actor, form.text("what"), kept_looks))
        if fault is None:
            return see_other("/staff/register/verify")
        return await run_in_threadpool(_verification, parts, pages, request, visitor, fault)

    return routes


def _known_kind(text: str) -> None:
    """Raises BadQuery, with the nearest, for what is no kind of entry and no thing that entries are about."""
    kinds = [key.removeprefix("did_").replace("_", ".", 1) for key in table(OWN) if key.startswith("did_")]
    known = [*dict.fromkeys(kind.partition(".")[0] for kind in kinds), *kinds]
    kind = text.strip()
    if kind and kind not in known:
        raise BadQuery(f"{kind[:100]!r} is none of its values.", parameter="kind", nearest=nearest(kind, known))


def _verification(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None
) -> Response:
    """How far the verification is that runs, or what the last one found."""
    one, running = standing(parts)
    told = {
        "one": one,
        "running": running,
        "fault": fault,
        "instant": instant,
        "parsed": read,
        "may": visitor.may(*STAFF),
    }
    return pages.show(request, visitor, "staff/verify.html", told, fault.http if fault else 200)


def _page(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, values: Mapping[str, object], wanted: Wanted
) -> Response:
    given = values["given"]
    count = parts.register.count(wanted)
    asked_page = request.query_params.get("page", "")
    number = page_number(asked_page) if asked_page else 1
    last = max(-(-count // PAGE), 1)
    if number > last:
        raise BadQuery(f"There is no page {number}, the last one is {last}.", parameter="page")
    rows = list(parts.register.search(wanted, most=PAGE, skip=(number - 1) * PAGE))
    whole = any(has_role(visitor.roles, r) for r in ALL)
    told = {
        "entries": [(e, said(e, visitor.lang)) for e in rows], "count": count, "page": number, "pages": last,
        "whole": whole, "staff": any(has_role(visitor.roles, r) for r in STAFF), "instant": instant,
        "people": sorted(parts.ledger().people), "parsed": read, "query": urlencode(given if isinstance(given, Mapping) else {}), **values,
    }  # fmt: skip
    return pages.show(request, visitor, "staff/register.html", told, 400 if values.get("fault") else 200)


def said(entry: Entry, lang: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What was said, name by name in words: what people look for, then checksums and the like. Shortened: the file has all."""
    plain: list[tuple[str, str]] = []
    details: list[tuple[str, str]] = []
    for name, value in sorted(entry.payload.items()):
        if value in ("", [], {}, None, False):
            continue
        text = tell_text(str(value), lang) if name == "said" else _flat(value, lang)  # channels speak as errors do
        one = (_word(name, lang), text if len(text) <= 200 else f"{text[:199]}…")
        (details if name in _DETAILS or "checksum" in name or name == "id" else plain).append(one)
    return plain, details


def _word(name: str, lang: str) -> str:
    """What a member of an entry is called; its name where nobody wrote that (a code, a file)."""
    words = table(SAID).get(name)
    return words[lang] if words else name


def _flat(value: object, lang: str) -> str:
    if isinstance(value, dict):
        shown = [f"{_word(str(k), lang)}{colon(lang)} {_quoted(v, lang)}" for k, v in list(value.items())[:8]]
        return ", ".join(shown) + (" …" if len(value) > 8 else "")
    if isinstance(value, list):
        return ", ".join(_flat(v, lang) for v in value[:8]) + (" …" if len(value) > 8 else "")
    if str(value).partition(":")[0] in ROLES:
        return role_names([str(value)], lang)[0]
    words = table(SAID).get(f"is_{str(value).lower()}")
    return words[lang] if words else ours(str(value), lang)


def _quoted(value: object, lang: str) -> str:
    """What somebody wrote, among other members, in quotation marks: the page tells in which language that is."""
    text = _flat(value, lang)
    return marks(text, lang) if isinstance(value, str) and " " in value and spoken(text) else text
