"""A signed POST to an address that somebody else named (Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`,
`webhook-signature`; https://www.standardwebhooks.com).

An address is asked for once and connected to; one of a private network is refused unless the installation lists its host; nobody
is followed elsewhere (server-side request forgery).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx2

from greffe.errors import BadQuery
from greffe.transmission.channels.answers import Answer, digest_field
from greffe.transmission.channels.channel import NotSent, Unsure
from greffe.transmission.channels.endpoint import Endpoint
from greffe.urls import parts_of_url

PREFIX: Final = "whsec_"
TIMEOUT: Final = 30  # seconds
PIECE: Final = 1 << 16
LONGEST: Final = 1_000
# A host as it is looked up (RFC 1035, section 2.3.4), and its port: what is percent-encoded is read in two ways, of which one may
# lead inside.
_LABEL: Final = r"(?!-)(?!xn--(?![A-Za-z0-9]))[A-Za-z0-9_-]{1,63}"
_NAME: Final = rf"(?=[^:]{{1,253}}(?::|$)){_LABEL}(?:\.{_LABEL})*\.?"
HOST: Final = re.compile(rf"(?:{_NAME}|\[[0-9A-Fa-f:.]+\])(?::0*[1-9][0-9]{{0,4}})?")


@dataclass(frozen=True)
class Hook:
    """Where to, with which secret (bytes), whether the host may be inside, and which certificates are trusted."""

    url: str
    secret: bytes = field(repr=False)
    private: bool = False
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    timeout: int = TIMEOUT

    def post(self, id_: str, file: Path, media_type: str, now: datetime, name: str = "") -> Answer:
        """Send a file as it is; the same `id_` again means the same thing again. Raises NotSent, Unsure."""
        size, digest = file.stat().st_size, hashlib.sha256()
        at = str(int(now.timestamp()))
        signature = hmac.new(self.secret, f"{id_}.{at}.".encode(), hashlib.sha256)
        for piece in _pieces(file):
            signature.update(piece)
            digest.update(piece)
        headers = {
            "Content-Length": str(size), "Content-Type": media_type, "Content-Digest": digest_field(digest.hexdigest()),
            "webhook-id": id_, "webhook-timestamp": at, "webhook-signature": _told(signature.digest()),
        }  # fmt: skip
        if name:
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        trust = self.trust or ssl.create_default_context()
        url = httpx2.URL(checked_url(self.url))
        endpoint = Endpoint(url, self.private, self.timeout, trust, None)
        return endpoint.ask("POST", self.url, endpoint.until(), headers, file)


def in_time(post: Callable[[], Answer], seconds: float) -> Answer:
    """The answer, if it comes within so many seconds in all: whoever reads or answers drop by drop holds nobody else up.
    Raises Unsure when it does not, and whatever `post` raises."""
    found: list[Answer | BaseException] = []

    def tried() -> None:
        try:
            found.append(post())
        except BaseException as error:
            found.append(error)

    beside = threading.Thread(target=tried, daemon=True, name="webhook")
    beside.start()
    beside.join(seconds)
    if not found:
        raise Unsure(f"no answer in {seconds:g} s")
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def secret_bytes(text: str) -> bytes:
    """A secret as it is written, `whsec_…`. Raises NotSent for what is none."""
    try:
        found = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSent("The secret is not written whsec_ and base 64.", lasting=True) from error
    if len(found) < 24:
        raise NotSent("The secret is shorter than 24 bytes.", lasting=True)
    return found


def secret_text(secret: bytes) -> str:
    """As it is told to who receives: `whsec_…`."""
    return PREFIX + base64.b64encode(secret).decode()


def checked_url(text: str, parameter: str = "url") -> str:
    """An address that may be posted to as far as its letters go. Raises BadQuery, and shows nothing of one with a secret."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise BadQuery("It is no address.", parameter=parameter) from error
    if url.userinfo:
        raise BadQuery("The address holds a name or a secret before @.", parameter=parameter)
    example = "E.g. https://data.example.org/hooks/greffe"
    if url.scheme != "https" or not url.host or url.fragment or len(text) > LONGEST or not text.isascii():
        raise BadQuery("It is no https address.", parameter=parameter, hint=example)
    if not HOST.fullmatch(parts_of_url(text).netloc):
        raise BadQuery(
            "The address has no host that can be looked up, or no port that is one.", parameter=parameter, hint=example
        )
    return text


def _pieces(file: Path) -> Iterable[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _told(digest: bytes) -> str:
    return "v1," + base64.b64encode(digest).decode()
