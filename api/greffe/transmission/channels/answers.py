"""What an answer over HTTPS means for a file: taken, surely not taken, or nobody can tell."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from greffe.transmission.channels.channel import ABSENT, THERE, UNKNOWN, Arrived, NotSent, Unsure

LONGEST: Final = 86_400  # seconds: nobody holds a delivery up for more than a day
SAID: Final = 300  # characters of an answer that are kept
MOVED: Final = (301, 307, 308)  # nothing was done; 302 and 303 are also what a form answers that took something
CLOSED: Final = (401, 403, 407)
LATER: Final = (408, 425, 429)


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the beginning of the body, as text."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: bytes = b""  # the beginning of it, as it came
    broken: bool = False  # it ended before its end

    @property
    def said(self) -> str:
        """In a line: the status, when to come again, where it points, and what its body says."""
        parts = [str(self.status)]
        for name, word in (("retry-after", "again after"), ("location", "points to")):
            if name in self.headers:
                parts.append(f"{word} {_line(self.headers[name])}")
        body = _line(self.text)
        return ", ".join(parts) + (f": {body}" if body else "")

    @property
    def after(self) -> int:
        """Seconds that it asks to wait (Retry-After: seconds, or an HTTP date against its own Date), at most LONGEST; 0 for
        nothing that can be read."""
        told = self.headers.get("retry-after", "").strip()
        if told.isascii() and told.isdecimal():
            return min(int(told[:9]), LONGEST)
        try:
            wait = parsedate_to_datetime(told) - parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return 0
        return min(max(int(wait.total_seconds()), 0), LONGEST)


def taken(answer: Answer) -> str:
    """What a server said that took a file. Raises NotSent and Unsure.

    A refusal lasts, for the same file comes again; "later" does not. A server that failed may have taken it before; so may
    one that is at it already (409)."""
    status = answer.status
    if 200 <= status < 300:
        return answer.said
    if status in CLOSED:
        raise NotSent(f"the login is refused ({answer.said})", lasting=True)
    if status in MOVED:
        raise NotSent(f"it is elsewhere, and nobody is followed there ({answer.said})", lasting=True)
    if status in LATER or (status == 503 and "retry-after" in answer.headers):
        raise NotSent(f"not now ({answer.said})", after=answer.after)
    if 400 <= status < 500 and status != 409:
        raise NotSent(f"it is refused ({answer.said})", lasting=True)
    raise Unsure(f"it may have been taken ({answer.said})")


def arrived(answer: Answer, sha256: str) -> Arrived:
    """By what a status address says: 200 with the digest of the file is there, 404 is absent; anything else, also another
    digest, tells nothing. Raises NotSent where one is not let in, or not now: it is asked again."""
    if answer.status in CLOSED:
        raise NotSent(f"the login is refused ({answer.said})", lasting=True)
    if answer.status in LATER or (answer.status == 503 and "retry-after" in answer.headers):
        raise NotSent(f"not now ({answer.said})", after=answer.after)
    if answer.status == 404:
        return ABSENT
    return THERE if answer.status == 200 and sha256 in _digests(answer) else UNKNOWN


def digest_field(sha256: str) -> str:
    """A checksum as headers write it (RFC 9530): sha-256=:…:"""
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"


def _digests(answer: Answer) -> set[str]:
    """Those that the answer names: Repr-Digest, Content-Digest, or {"sha256": "…"} in hexadecimal digits."""
    found = set()
    for name in ("repr-digest", "content-digest"):
        for match in re.finditer(r"sha-256=:([A-Za-z0-9+/=]+):", answer.headers.get(name, "")):
            try:
                found.add(b64decode(match[1], validate=True).hex())
            except binascii.Error:
                continue
    try:
        told = json.loads(answer.text)
    except ValueError:
        return found
    value = told.get("sha256") if isinstance(told, dict) else None
    return found | ({value.lower()} if isinstance(value, str) else set())


def _line(text: str) -> str:
    """Text of somebody else in one line, without what moves a cursor."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= SAID else plain[:SAID] + "…"
