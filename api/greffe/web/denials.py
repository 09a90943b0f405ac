"""What was denied over HTTP, as an entry of the register."""

from __future__ import annotations

from fastapi import Request

from greffe.release.access.accounts import note_denied
from greffe.release.parts import Parts
from greffe.store.base import Actor


def note_denied_request(parts: Parts, who: Actor, request: Request, act: str = "") -> None:
    """Record that somebody was denied what a request asks for, once a request. `act`: which of several, where the address
    does not say."""
    if getattr(request.state, "denial_noted", False):
        return
    request.state.denial_noted = True
    note_denied(parts, who, f"{request.method} {request.url.path} {act}".rstrip(), who.name)
