"""A template, words and a visitor make a page: every page comes out here, with the same headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from greffe.errors import GreffeError
from greffe.formats.languages import best
from greffe.french import ours, spoken, tell_text
from greffe.french.whole_texts import DEVELOPERS, whole
from greffe.mapping.words import kind_word
from greffe.model.instants import PARIS, paris_day
from greffe.release.parts import Parts
from greffe.release.people import has_role
from greffe.store.base import Actor
from greffe.web.pages import static
from greffe.web.pages.blanks import colon, semicolon, unbroken
from greffe.web.pages.cells import cell_word, column_word, sure_word
from greffe.web.pages.faults import told_on_page
from greffe.web.pages.visitors import HOUSE, Visitor, keep_language
from greffe.web.pages.words import sayer

FOLDER: Final = Path(__file__).parent / "templates"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_QUOTED: Final = re.compile(r"(?<=«[\u00a0\u202f ])([^«»]*)(?=[\u00a0\u202f ]»)")
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}

# Pages of the menu that some alone see; the others are everybody's who is signed in.
MENU_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        f"/staff/{page}": (*HOUSE, "administrator")
        for page in ("mappings", "proposals", "coverage", "findings", "trace", "releases")
    },
    "/staff/transmissions": (*HOUSE, "administrator", "transmitter"),
    "/staff/contributions": ("contributor", "transmitter", "administrator", "auditor"),
    "/staff/answers": (*HOUSE, "administrator", "transmitter"),
    "/staff/jobs": (*HOUSE, "administrator", "transmitter"),
    "/staff/granted": ("recipient",),
    "/orders": ("recipient", "auditor", "transmitter", "administrator"),
    "/staff/people": ("auditor", "administrator"),
}


class Counts(Protocol):
    """Who counts what waits for somebody (staff/tasks.py)."""

    def counts(self, who: Actor) -> Mapping[str, int]:
        """Page of the menu → how many tasks are done there."""


@dataclass(frozen=True)
class Pages:
    """Makes pages of a service."""

    parts: Parts

    def show(
        self,
        request: Request,
        visitor: Visitor,
        template: str,
        values: Mapping[str, object] | None = None,
        status: int = 200,
    ) -> Response:
        """A page. `template`: e.g. `portal/home.html`; its words are in `locale/portal_home.yaml`, else in common.yaml.

        Staff pages and whatever a session sees are kept by nobody; public ones are asked for again each time."""
        theme = self.parts.settings.theme
        name = template.removesuffix(".html").replace("/", "_")
        say = sayer((name,), visitor.lang)
        known = {
            "say": say, "lang": visitor.lang, "visitor": visitor, "request": request, "parts": self.parts,
            "here": request.url.path, "address": lambda **changed: changed_address(request, changed),
            "asset": lambda file: static.address(file, theme), "themed": lambda file: static.themed(file, theme),
            "guard": lambda: _guard(visitor), "bench": lambda: _bench(request, visitor),
            "task_counts": lambda: _counts(request, visitor), "base": self.parts.settings.public_url,
            "now": self.parts.clock(),
            **_filters(visitor.lang, name),
        }  # fmt: skip
        body = environment(theme).get_template(template).render({**known, **(values or {})})
        response = HTMLResponse(unbroken(body) if visitor.lang == "fr" else body, status, HEADERS)
        response.headers["Content-Language"] = visitor.lang
        response.headers["Cache-Control"] = "no-store" if visitor.session else "no-cache"
        keep_language(request, response, visitor.lang, self.parts.settings)
        return response


def _bench(request: Request, visitor: Visitor) -> list[tuple[str, str]]:
    menu: Sequence[tuple[str, str]] = request.app.state.bench
    return [
        (path, word)
        for path, word in menu
        if path not in MENU_FOR or any(has_role(visitor.roles, r) for r in MENU_FOR[path])
    ]


def _counts(request: Request, visitor: Visitor) -> Mapping[str, int]:
    """How many tasks wait for somebody on each page of the menu."""
    tasks: Counts = request.app.state.tasks
    return tasks.counts(visitor.actor)


def _guard(visitor: Visitor) -> Markup:
    """What a form of a session sends back (forms.posted)."""
    guard = visitor.session.guard if visitor.session else ""
    return Markup('<input type="hidden" name="guard" value="{}">').format(guard)


def see_other(path: str, **query: str) -> Response:
    """After a form was done: look there (303). `path` is one of this site's."""
    where = f"{path}?{urlencode(query)}" if query else path
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})


def changed_address(request: Request, changed: Mapping[str, object]) -> str:
    """This page's address with other parameters: a value None takes one away, a list gives several."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n not in changed]
    for name, value in changed.items():
        values = value if isinstance(value, list | tuple) else () if value is None else (value,)
        kept.extend((name, str(v)) for v in values)
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


@cache
def environment(theme: Path | None = None) -> Environment:
    """Templates: the theme's header and footer before ours. Everything that is filled in is escaped."""
    folders = [FOLDER] if theme is None else [theme, FOLDER]
    found = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["paris_day"] = paris_day  # of an instant: what was done at 00:06 in Paris was not done the day before
    return found


def _filters(lang: str, page: str) -> dict[str, object]:
    """How things are written in a language: `number(x)`, `day(d)`, `moment(t)`, `name_of(names)`; `spoken(text)`: what artefacts
    and people say, in that language where it is ours, else as it is and marked; `marked(text)`: as it is."""

    def name_of(names: Mapping[str, str]) -> str:
        return best(names, lang)

    def told(error: GreffeError) -> str:
        return told_on_page(error, lang, page)

    def told_text(text: str) -> str:
        return tell_text(text, lang)

    return {
        "told": told,
        "told_text": told_text,
        "ours": lambda text: ours(text, lang),
        "marked": lambda text: marked(text, lang),
        "spoken": lambda text: marked(ours(text, lang), lang),
        "interface": lambda text: whole(DEVELOPERS, text, lang),
        "tongue": lambda text: tongue(text, lang),
        "kind_word": lambda kind: kind_word(kind, lang),
        "sure_word": lambda sure: sure_word(sure, lang),
        "column_word": lambda column: column_word(column, lang),
        "cell_word": lambda column, value: cell_word(column, value, lang),
        "colon": colon(lang),
        "semicolon": semicolon(lang),
        "number": lambda x: number(x, lang),
        "day": day,
        "moment": moment,
        "name_of": name_of,
    }


def marked(text: str, lang: str) -> Markup:
    """A text as it is, marked with its language where that is another than the page's (WCAG 3.1.2)."""
    pieces = _QUOTED.split(text) if lang == "fr" else [text]
    return Markup("").join(_piece(piece, lang) for piece in pieces)


def tongue(text: str, lang: str) -> Markup:
    """The attribute of a field that is filled with a text in another language than the page's; empty for any other."""
    found = spoken(text)
    return Markup("") if found in ("", lang) else Markup(' lang="{}"').format(found)


def _piece(text: str, lang: str) -> Markup:
    """What is quoted (a label) may be in another language than the sentence around it."""
    found = spoken(text)
    if found in ("", lang):
        return Markup.escape(text)
    return Markup('<span lang="{}">{}</span>').format(found, text)


def number(value: Decimal | int | str | None, lang: str) -> str:
    """A number as people read it: `1 234,5` in French, `1,234.5` in English; what is no number stays as it is."""
    if value is None:
        return ""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    whole, point, rest = text.partition(".")
    sign, digits = (whole[0], whole[1:]) if whole[:1] in ("-", "+") else ("", whole)
    if not digits.isdigit() or (rest and not rest.isdigit()):
        return text
    grouped = f"{int(digits):,}"
    if lang == "fr":
        return f"{sign}{grouped.replace(',', chr(0x202F))}{',' if point else ''}{rest}"
    return f"{sign}{grouped}{point}{rest}"


def day(moment: datetime | date) -> Markup:
    """A day, in Paris, for people and for machines."""
    found = moment.astimezone(PARIS).date() if isinstance(moment, datetime) else moment
    return Markup('<time datetime="{0}">{0}</time>').format(found.isoformat())


def moment(instant: datetime) -> Markup:
    """An instant, in Paris."""
    local = instant.astimezone(PARIS)
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), f"{local:%Y-%m-%d %H:%M}")
