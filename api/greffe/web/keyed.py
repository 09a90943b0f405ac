"""Who brings a key, `Authorization: Bearer greffe_…`, or is signed in: never by an address. What is denied to them is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from greffe.errors import Denied, Unidentified
from greffe.release.access.keys import identified
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.web.denials import note_denied_request
from greffe.web.load.gate import turn_of
from greffe.web.pages.visitors import of_session, same_site

SCHEME: Final = HTTPBearer(
    scheme_name="key", description="A key that an administrator made (greffe keys make).", auto_error=False
)
# Nobody on the way keeps what a key or a session opens, nor mixes up what two of them get.
NOT_KEPT: Final = {"Cache-Control": "no-store", "Vary": "Authorization, Cookie, Accept, Accept-Language"}


def _key(request: Request, _scheme: Annotated[object, Depends(SCHEME)] = None) -> Actor:
    """The key that asks. Raises Unidentified without one or for one that does not hold, TooOften."""
    parts: Parts = request.app.state.parts.acting()
    word, _, secret = request.headers.get("authorization", "").partition(" ")
    if word.casefold() != "bearer" or not secret.strip():
        raise Unidentified("A key is needed.", hint="Send it as the header Authorization: Bearer …")
    found = identified(parts, secret.strip(), request.client.host if request.client else "")
    turn = turn_of(request.scope)
    if turn is not None:
        turn.gate.known(request.headers["authorization"])
    return found


def _reader(request: Request, _scheme: Annotated[object, Depends(SCHEME)] = None) -> Actor:
    """The key that asks, or whoever is signed in and asks from a page of ours: another site's page cannot have it fetched in
    their name. Raises as `_key` does, and Denied."""
    if "authorization" not in request.headers:
        found = of_session(request)
        if found is not None:
            return found
    return _key(request)


def _writer(request: Request, _scheme: Annotated[object, Depends(SCHEME)] = None) -> Actor:
    """The same for what is written. Raises Denied for what another site sends in somebody's name."""
    if "authorization" not in request.headers:
        same_site(request)
    return _reader(request)


Keyed = Annotated[Actor, Depends(_key)]
Reader = Annotated[Actor, Depends(_reader)]
Writer = Annotated[Actor, Depends(_writer)]


@contextmanager
def denials(parts: Parts, who: Actor, request: Request) -> Iterator[None]:
    """What is denied within is recorded, then told."""
    try:
        yield
    except Denied:
        note_denied_request(parts, who, request)
        raise
