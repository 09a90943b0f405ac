"""What binds a provider's answer to a browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """What binds an answer of the provider to the browser that asked."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """Three secrets."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))
