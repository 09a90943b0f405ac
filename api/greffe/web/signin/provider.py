"""The institution's OpenID provider: what it is, and who it says somebody is (OpenID Connect Core 1.0, code flow with PKCE).

Authlib speaks OAuth, joserfc checks signatures; what is decided here is only what must hold before a name is believed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import OAuth2Error  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from greffe.errors import Broken, Denied, Unavailable
from greffe.settings import OidcSettings
from greffe.urls import parts_of_url
from greffe.web.signin.attempt import Attempt

_KEPT: Final = 600.0  # seconds for which the provider's description and keys hold
_SECONDS: Final = 10.0
_LONGEST: Final = 1 << 20
_LEEWAY: Final = 60
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512")
Claims = Mapping[str, object]


@dataclass
class Provider:
    """One provider, for all threads. `callback`: our address that it answers to."""

    settings: OidcSettings
    callback: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _told: tuple[float, Claims, KeySet] | None = None

    def address(self, attempt: Attempt) -> str:
        """Where somebody is sent to say who they are. Raises Unavailable, Broken."""
        described, _ = self._described()
        with self._client() as client:
            url, _ = client.create_authorization_url(
                str(described["authorization_endpoint"]),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    def who(self, attempt: Attempt, code: str) -> str:
        """The name that the provider gives whoever came back with that code. Raises Denied, Unavailable, Broken."""
        described, keys = self._described()
        with self._client() as client:
            try:
                token = client.fetch_token(
                    str(described["token_endpoint"]), code=code, code_verifier=attempt.verifier, timeout=_SECONDS
                )
            except OAuth2Error as error:
                raise Denied("The provider did not confirm who you are.") from error
            except (httpx2.HTTPError, ValueError) as error:
                raise Unavailable("The provider cannot be reached.") from error
            claims = self._checked(str(token.get("id_token", "")), keys, attempt)
            if self.settings.claim not in claims and "userinfo_endpoint" in described:
                claims = {**self._userinfo(client, str(described["userinfo_endpoint"]), keys, claims), **claims}
        name = claims.get(self.settings.claim)
        if not isinstance(name, str) or not name:
            raise Denied(f"The provider does not say the {self.settings.claim} of this account.")
        return name

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client, self.settings.secret, scope=self.settings.scope, redirect_uri=self.callback,
            code_challenge_method="S256",
        )  # fmt: skip

    def _checked(self, token: str, keys: KeySet, attempt: Attempt) -> Claims:
        """The claims of an ID token (Core §3.1.3.7): signed by the provider, for us, now, in answer to this attempt."""
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY, iss={"essential": True, "value": self.settings.issuer}, exp={"essential": True},
            iat={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": attempt.nonce},
            aud={"essential": True, "value": self.settings.client},
        )  # fmt: skip
        try:
            read = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            rules.validate(read.claims)
        except (JoseError, ValueError) as error:
            raise Denied("The provider's answer is not valid.") from error
        claims: Claims = read.claims
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.settings.client:
            raise Denied("The provider's answer is for somebody else.")
        return claims

    def _userinfo(self, client: OAuth2Client, address: str, keys: KeySet, known: Claims) -> Claims:
        """What the provider tells beside the token: JSON, or signed (Core §5.3); of the same subject."""
        try:
            answer = client.get(address, timeout=_SECONDS)
            answer.raise_for_status()
            signed = str(answer.headers.get("content-type", "")).startswith("application/jwt")
            read = jwt.decode(answer.text, keys, algorithms=list(ALGORITHMS)).claims if signed else answer.json()
        except (httpx2.HTTPError, JoseError, ValueError) as error:
            raise Unavailable("The provider does not say more of this account.") from error
        if not isinstance(read, dict) or read.get("sub") != known["sub"]:
            raise Denied("The provider's answers are of different people.")
        return read

    def _described(self) -> tuple[Claims, KeySet]:
        """The provider's description (Discovery §4) and keys, asked for again after ten minutes."""
        with self._lock:
            if self._told is None or time.monotonic() - self._told[0] > _KEPT:
                described = _asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                if described.get("issuer") != self.settings.issuer:
                    raise Broken("The provider calls itself by another name than GREFFE_OIDC_ISSUER.")
                keys = _asked(str(described.get("jwks_uri", "")))
                try:
                    self._told = (time.monotonic(), described, KeySet.import_key_set(keys))  # type: ignore[arg-type]
                except (JoseError, KeyError, ValueError) as error:
                    raise Broken("The provider's keys cannot be read.") from error
            return self._told[1], self._told[2]


def _asked(address: str) -> Claims:
    """A JSON object of the provider: by HTTPS, or from this machine; not through a redirect, not without end."""
    parts = parts_of_url(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise Broken("The provider is not reached by HTTPS.")
    try:
        with httpx2.stream("GET", address, timeout=_SECONDS) as answer:
            answer.raise_for_status()
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _LONGEST:
                    raise Broken("The provider's description has no end.")
        found = httpx2.Response(200, content=body).json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable("The provider cannot be reached.") from error
    if not isinstance(found, dict):
        raise Broken("The provider's description is no object.")
    return found
