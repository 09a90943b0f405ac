"""Who looks at a page, in which language and light; and what a posted form must bring."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from greffe.errors import Denied, GreffeError, Unidentified
from greffe.release.access.accounts import session_of
from greffe.release.parts import Parts
from greffe.release.people import has_role, told_roles
from greffe.settings import Settings
from greffe.store.access import Session
from greffe.store.base import Actor
from greffe.urls import parts_of_url
from greffe.web.language import LANGUAGES, chosen_language

LANG, THEME = "greffe-lang", "greffe-theme"
THEMES: Final = ("auto", "light", "dark")
_SAME: Final = ("same-origin", "none")


@dataclass(frozen=True)
class Visitor:
    """`session` is None for the public. `token`: of the cookie."""

    lang: str
    theme: str
    session: Session | None = None
    token: str = ""
    roles: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Their name in the table of people, '' for the public."""
        return self.session.person if self.session else ""

    @property
    def actor(self) -> Actor:
        """As whom they act. Raises Unidentified for the public."""
        if self.session is None:
            raise Unidentified("Sign in first.", hint="/signin")
        return Actor(self.session.person, self.session.established)

    def may(self, *roles: str) -> bool:
        """Whether one of those roles is theirs, for whichever body: for what is shown; what is done is checked in the core."""
        return any(has_role(self.roles, r) for r in roles)


def cookie_name(settings: Settings) -> str:
    """The cookie of sessions. Over HTTPS its name binds it to this host and to secure connections (RFC 6265bis §4.1.3)."""
    return "__Host-greffe" if settings.secure else "greffe"


def _looking(request: Request) -> Visitor:
    """Who looks. Nobody is refused."""
    return _visitor(_parts(request), request)


def _signed_in(request: Request) -> Visitor:
    """Somebody signed in. Raises Denied; `pages.errors` sends the public to the sign-in page and back."""
    found = _visitor(_parts(request), request)
    _ = found.actor
    return found


HOUSE: Final = ("author", "approver", "releaser", "auditor")  # to whom internal values are shown
Looking = Annotated[Visitor, Depends(_looking)]
Staff = Annotated[Visitor, Depends(_signed_in)]


def for_roles(*roles: str) -> Callable[[Request], None]:
    """A dependency of pages that not all staff may see: Denied for whoever has none of these roles and is no administrator."""

    def check(request: Request) -> None:
        found = _visitor(_parts(request), request)
        actor = found.actor
        if not found.may(*roles, "administrator"):
            wanted, had = told_roles((*roles, "administrator")), told_roles(found.roles)
            raise Denied(f"{actor.name} has none of the roles for this page: {wanted} (roles: {had}).")

    return check


def _parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


def _visitor(parts: Parts, request: Request) -> Visitor:
    """Established once a request, however many of its dependencies ask."""
    known_already = getattr(request.state, "visitor", None)
    if isinstance(known_already, Visitor):
        return known_already
    asked = request.query_params.get("lang", "")
    known = request.cookies.get(LANG, "")
    lang = chosen_language(asked or (known if known in LANGUAGES else ""), request.headers.get("accept-language", ""))
    theme = request.cookies.get(THEME, "auto")
    token = request.cookies.get(cookie_name(parts.settings), "")
    session = session_of(parts, token)
    roles = parts.ledger().people.get(session.person, ()) if session else ()
    found = Visitor(lang, theme if theme in THEMES else "auto", session, token, roles)
    request.state.visitor = found
    return found


def somebody(parts: Parts, request: Request) -> Visitor:
    """Who looks, where no page asked: at an address that is none, or while the register cannot be read. Raises nothing."""
    with suppress(GreffeError):
        return _visitor(parts, request)
    with suppress(GreffeError):
        asked = request.query_params.get("lang", "") or request.cookies.get(LANG, "")
        return Visitor(chosen_language(asked, request.headers.get("accept-language", "")), "auto")
    return Visitor("en", "auto")


def of_session(request: Request) -> Actor | None:
    """Who is signed in and asks from a page of this site, or by an address that they typed; None for the public. Raises
    Denied for what a page of another site asks for in their name."""
    found = _visitor(_parts(request), request)
    if found.session is None:
        return None
    if request.headers.get("sec-fetch-site", "none") not in _SAME:
        raise Denied(
            "Another site asked for this in your name.", hint="Open it from the page of what is handed to you."
        )
    return found.actor


def same_site(request: Request) -> None:
    """Raise Denied for a form that another site sent (Fetch Metadata, else Origin)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in _SAME:
        raise Denied("This form was sent by another site.")
    host = request.headers.get("host", "")
    if site is None and origin is not None and not (host and parts_of_url(origin).netloc == host):
        raise Denied("This form was sent by another site.")


def keep_language(request: Request, response: Response, lang: str, settings: Settings) -> None:
    """Remember a language that was asked for by address, for the pages that follow."""
    if request.query_params.get("lang"):
        response.set_cookie(LANG, lang, max_age=31_536_000, samesite="lax", secure=settings.secure, path="/")
