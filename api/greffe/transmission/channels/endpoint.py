"""One request to one server over HTTPS: to an address that was asked for once, its certificate verified, nobody followed."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from greffe.transmission.channels.addresses import resolved
from greffe.transmission.channels.answers import Answer
from greffe.transmission.channels.channel import LIMIT, NotSent, Unsure

CONNECT: Final = 20  # seconds
PIECE: Final = 1 << 16
READ: Final = 65_536  # most bytes of an answer that are read


class Body:
    """The bytes of a file, or none; `began`: whether the first of them was asked for."""

    def __init__(self, path: Path | None, until: float) -> None:
        self._path, self._until, self.began = path, until, False

    def __iter__(self) -> Iterator[bytes]:
        if self._path is None:
            return
        self.began = True
        with self._path.open("rb") as source:
            while piece := source.read(PIECE):
                if time.monotonic() > self._until:
                    raise TimeoutError("the time of this try is over")
                yield piece


@dataclass(frozen=True)
class Endpoint:
    """A server: `origin` of its addresses; whether it may be inside; how long it may take to answer, in seconds; the
    certificates that are trusted; the token, which is in no text that this gives."""

    origin: httpx2.URL
    private: bool
    timeout: int
    trust: ssl.SSLContext = field(repr=False)
    token: str | None = field(repr=False)

    @property
    def host(self) -> str:
        """Its name."""
        return self.origin.host

    @property
    def port(self) -> int:
        """443 unless it is said."""
        return self.origin.port or 443

    def until(self) -> float:
        """When the last byte of a try may leave, by the clock of `time.monotonic`: the answer comes before its time is over."""
        return time.monotonic() + LIMIT.total_seconds() - self.timeout

    def ask(
        self, method: str, url: str, until: float, headers: Mapping[str, str] | None = None, path: Path | None = None,
        most: int = READ,
    ) -> Answer:  # fmt: skip
        """Its answer, of its body the beginning. Raises NotSent for what went wrong before the body began, Unsure after that."""
        if time.monotonic() > until:
            raise NotSent(f"{self.host}: the time of this try is over.")
        body, told = Body(path, until), ""
        for address in resolved(self.host, self.port, private=self.private):
            try:
                return self._answer(method, httpx2.URL(url), address, headers or {}, body, most)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                told = self._no_connection(error)
            except (httpx2.HTTPError, OSError) as error:
                said = f"{self.host}: {_word(error)}."
                raise (Unsure(said) if body.began else NotSent(said)) from error
        raise NotSent(f"{self.host}: {told}.")

    def greet(self) -> None:
        """Connect and see its certificate; not a byte of HTTP is sent. Raises NotSent."""
        told = ""
        for address in resolved(self.host, self.port, private=self.private):
            try:
                with (
                    socket.create_connection((address, self.port), CONNECT) as plain,
                    self.trust.wrap_socket(plain, server_hostname=self.host),
                ):
                    return
            except OSError as error:
                told = self._no_connection(error)
        raise NotSent(f"{self.host}: {told}.")

    def _answer(
        self, method: str, url: httpx2.URL, address: str, headers: Mapping[str, str], body: Body, most: int
    ) -> Answer:
        named = {
            "Host": url.netloc.decode("ascii"), "User-Agent": "greffe", "Accept-Encoding": "identity", **headers,
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
        }  # fmt: skip
        timeout = httpx2.Timeout(self.timeout, connect=CONNECT)
        with (
            httpx2.Client(verify=self.trust, trust_env=False, timeout=timeout, follow_redirects=False) as client,
            client.stream(
                method, url.copy_with(host=address), headers=named, content=body if "Content-Length" in named else None,
                extensions={"sni_hostname": self.host},
            ) as answer,
        ):  # fmt: skip
            lowered = {name.lower(): value for name, value in answer.headers.items()}
            found, broken = self._beginning(answer, most)
            text = found[:READ].decode("utf-8", "replace")
            return Answer(
                answer.status_code, lowered, text.replace(self.token, "…") if self.token else text, found, broken
            )

    def _beginning(self, answer: httpx2.Response, most: int) -> tuple[bytes, bool]:
        """The first bytes of what it says: the status holds, also where these come slowly or break off."""
        found, enough, broken = b"", time.monotonic() + self.timeout, False
        try:
            for piece in answer.iter_raw():
                found += piece
                broken = time.monotonic() > enough
                if len(found) > most or broken:
                    break
        except httpx2.HTTPError:
            broken = True
        return found[: most + 1], broken

    def _no_connection(self, error: Exception) -> str:
        """Raises NotSent for a certificate that does not hold: that is no matter of time."""
        inner: BaseException | None = error
        while inner is not None:
            if isinstance(inner, ssl.SSLCertVerificationError):
                raise NotSent(
                    f"{self.host}: its certificate does not hold: {inner.verify_message.rstrip('.')}.", lasting=True
                ) from error
            inner = inner.__cause__ or inner.__context__
        return f"no connection: {_word(error)}"


def _word(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return (str(error) or type(error).__name__).rstrip(".")
