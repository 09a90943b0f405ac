"""Passwords: argon2id (RFC 9106) with the library's parameters; what is too easy to guess is refused.

Rules after NIST SP 800-63B §3.1.1: length counts, no composition rules; what holds the person's name or is well known is
refused.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from greffe.errors import BadQuery

SHORTEST, LONGEST = 12, 256
_HASHER: Final = PasswordHasher()
_KNOWN: Final = (
    "password", "motdepasse", "azerty", "qwerty", "123456", "admin", "greffe", "justice", "ministere", "letmein", "bonjour",
    "changeme", "soleil", "doudou", "iloveyou",
)  # fmt: skip


def hashed(password: str) -> str:
    """Its hash, with salt and parameters."""
    return _HASHER.hash(_normal(password))


@cache
def nobody() -> str:
    """What an unknown person's password is compared with, so that the answer takes as long as for a known one. Takes long
    itself: once, before somebody signs in (web/warming.py)."""
    return _HASHER.hash("nobody has this password")


def matches(kept: str, password: str) -> bool:
    """Whether it is the password of that hash; as slow when there is none (`kept` is '')."""
    try:
        return _HASHER.verify(kept or nobody(), _normal(password[: LONGEST + 1])) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether it was made with weaker parameters than today's: hash again at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


def checked(password: str, person: str) -> str:
    """The password, when it is good enough for that person. Raises BadQuery."""
    plain = _normal(password).casefold()
    if len(plain) < SHORTEST:
        raise BadQuery(f"A password has {SHORTEST} characters or more.", parameter="password")
    if len(password) > LONGEST:
        raise BadQuery(f"A password has at most {LONGEST} characters.", parameter="password")
    rest = plain.replace(person.casefold(), "")
    for word in _KNOWN:
        rest = rest.replace(word, "")
    if sum(c.isalnum() for c in rest) < SHORTEST // 2 or len(set(plain)) < 5:
        raise BadQuery(
            "That password is easy to guess: it is little more than a name, a well-known word or a repetition.",
            parameter="password",
            hint="Four words that have nothing to do with each other are easy to keep and hard to guess.",
        )
    return password


def _normal(password: str) -> str:
    """One spelling of accents, whatever the keyboard made."""
    return unicodedata.normalize("NFC", password)
