"""An endpoint that takes each file by PUT or POST, with the key that makes it take a file once.

[eurostat-api]
kind = "https"
url = "https://data.example.org/in/{key}/{name}"         # {key}: of the delivery; {name}: of the file
method = "PUT"                                           # or POST
token_file = "/etc/greffe/eurostat"                      # a bearer token, in a file that its owner alone may read
status = "https://data.example.org/status/{key}/{name}"  # 200 with the digest: there; 404: absent. Without: a person asks
receipts = "https://data.example.org/receipts/{name}"    # receipts to fetch into `inbox`; without a name: a JSON list of names
ca_file = "/etc/ssl/private-ca.pem"                      # where the server's certificate is of a private authority
private = false                                          # true: the server may be inside a private network
timeout = 120                                            # seconds that it may take to answer
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

import httpx2

from greffe.errors import numbered
from greffe.transmission.channels.answers import CLOSED, arrived, digest_field, taken
from greffe.transmission.channels.channel import (
    ABSENT,
    PARTLY,
    THERE,
    UNKNOWN,
    Arrived,
    NotSent,
    Options,
    Outgoing,
    Parcel,
    Unsure,
)
from greffe.transmission.channels.collecting import LARGEST, Collected, few, unfit
from greffe.transmission.channels.endpoint import Endpoint
from greffe.transmission.channels.secrets import secret

KEYS: Final = ("url", "method", "token_file", "status", "receipts", "ca_file", "private", "timeout")
PLACES: Final = ("{key}", "{name}")
LONGEST: Final = 900  # seconds: an answer comes while nobody else takes the delivery over
PROBE: Final = "greffe-try"  # the key of a delivery that there is none of
TYPES: Final = {".csv": "text/csv", ".xml": "application/xml", ".json": "application/json"}


class Https:
    """Settings as above; all of them are read and checked before anything is sent."""

    def __init__(self, options: Options) -> None:
        options.only(*KEYS)
        self._method = options.text("method", "PUT")
        if self._method not in ("PUT", "POST"):
            raise options.wrong("method", "is PUT or POST")
        self._url, self._status = _address(options, "url"), _address(options, "status")
        if self._url is None:
            raise options.wrong("url", "is a text that must be said")
        if self._method == "PUT" and "{name}" not in self._url:
            raise options.wrong("url", "says where PUT puts each file: name, in braces")
        origin = httpx2.URL(self._url)
        if self._status is not None:
            if not all(place in self._status for place in PLACES):
                raise options.wrong("status", "has key and name in braces")
            if httpx2.URL(self._status).copy_with(raw_path=b"/") != origin.copy_with(raw_path=b"/"):
                raise options.wrong("status", "is of another server than url, and the token is for one alone")
        self._receipts = _address(options, "receipts")
        if self._receipts is not None:
            if not self._receipts.endswith("{name}"):
                raise options.wrong("receipts", "ends with name in braces")
            if httpx2.URL(self._receipts).copy_with(raw_path=b"/") != origin.copy_with(raw_path=b"/"):
                raise options.wrong("receipts", "is of another server than url, and the token is for one alone")
        timeout = options.whole("timeout", 120)
        if timeout > LONGEST:
            raise options.wrong("timeout", f"is {LONGEST} seconds at most")
        self._endpoint = Endpoint(origin, options.flag("private", False), timeout, options.trust(), _token(options))

    @property
    def where(self) -> str:
        """Method and address."""
        return f"{self._method} {self._url}"

    @property
    def tells(self) -> bool:
        """By its status address."""
        return self._status is not None

    def deliver(self, parcel: Parcel) -> str:
        """Send what is not there. Where a part of it was taken and the rest is not, that is no delivery and not none."""
        until = self._endpoint.until()
        states = self._states(parcel, until) if self._status else (ABSENT,) * len(parcel.files)
        if set(states) == {THERE}:
            return "all files were there"
        if UNKNOWN in states:
            raise NotSent(f"{self._endpoint.host} does not tell what is there: nothing was sent.")
        there, said = states.count(THERE), ""
        for file, state in zip(parcel.files, states, strict=True):
            if state == THERE:
                continue
            try:
                said = self._sent(parcel.key, file, until)
            except NotSent as error:
                if not there:
                    raise
                raise Unsure(f"{there} of {numbered(len(parcel.files), 'file')} was taken; then {error}") from error
            there += 1
        return f"{numbered(len(parcel.files), 'file')} taken: {said}"

    def look(self, parcel: Parcel) -> Arrived:
        """By the status address; without one nobody can tell."""
        if self._status is None:
            return UNKNOWN
        states = self._states(parcel, self._endpoint.until())
        if UNKNOWN in states:
            return UNKNOWN
        if set(states) == {THERE}:
            return THERE
        return ABSENT if set(states) == {ABSENT} else PARTLY

    def collect(self, known: Mapping[str, str]) -> Iterator[Collected]:
        """What the list names and is not known: a name stands for one file there, which does not change."""
        until = self._endpoint.until()
        names = _names(self._asked("", until), self._endpoint.host)
        few(len(names), self._endpoint.host)
        for name in names:
            if name in known:
                continue
            fault = unfit(name, 0)
            try:
                yield Collected(name, "listed", None if fault else self._asked(name, until), fault)
            except NotSent as error:  # of one file: the others are fetched
                yield Collected(name, "", None, str(error))

    def _asked(self, name: str, until: float) -> bytes:
        """The list, or a receipt. Raises NotSent."""
        answer = self._endpoint.ask("GET", _filled(self._receipts or "", "", name), until, most=LARGEST)
        what = name or "the list of receipts"
        if answer.status != 200:
            raise NotSent(
                f"{self._endpoint.host}: {what} is not to be had ({answer.said}).", lasting=answer.status in CLOSED
            )
        if len(answer.body) > LARGEST or answer.broken:
            raise NotSent(f"{self._endpoint.host}: {what} breaks off, or is larger than {LARGEST // 1_000_000} MB.")
        return answer.body

    def reach(self) -> str:
        """Its certificate, and by the status address whether the token is taken."""
        if self._status is None:
            self._endpoint.greet()
            return "the certificate holds; without a status address the token is not tried"
        answer = self._endpoint.ask("GET", _filled(self._status, PROBE, PROBE), self._endpoint.until())
        arrived(answer, "")  # raises for a login that is refused
        return f"the certificate holds and we are let in; the status address says {answer.status}"

    def _states(self, parcel: Parcel, until: float) -> tuple[Arrived, ...]:
        found: list[Arrived] = []
        for file in parcel.files:
            answer = self._endpoint.ask("GET", _filled(self._status or "", parcel.key, file.name), until)
            found.append(arrived(answer, file.sha256))
        return tuple(found)

    def _sent(self, key: str, file: Outgoing, until: float) -> str:
        headers = {
            "Content-Length": str(file.size),
            "Content-Type": TYPES.get(PurePath(file.name).suffix.lower(), "application/octet-stream"),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Digest": digest_field(file.sha256),
            "Idempotency-Key": f'"{key}/{file.name}"',
        }
        try:
            url = _filled(self._url or "", key, file.name)
            return taken(self._endpoint.ask(self._method, url, until, headers, file.path))
        except NotSent as error:
            raise NotSent(f"{file.name}: {error}", lasting=error.lasting, after=error.after) from error
        except Unsure as error:
            raise Unsure(f"{file.name}: {error}") from error


def _filled(template: str, key: str, name: str) -> str:
    return template.replace("{key}", quote(key, safe="")).replace("{name}", quote(name, safe=""))


def _names(body: bytes, host: str) -> list[str]:
    """The names of a list. Raises NotSent for what is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotSent(f"{host}: the list of receipts is no JSON.") from error
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise NotSent(f"{host}: the list of receipts is no JSON list of names.")
    return [str(one) for one in found]


def _address(options: Options, key: str) -> str | None:
    """An https address with its places. Raises BadDefinition, and shows nothing of one that has a secret in it."""
    if key not in options.values:
        return None
    text = options.text(key)
    try:
        url = httpx2.URL(_filled(text, "k", "n"))
    except httpx2.InvalidURL as error:
        raise options.wrong(key, "is no address") from error
    if url.userinfo:
        raise options.wrong(key, "holds a name or a secret before @: a token stands in token_file")
    if url.scheme != "https" or not url.host or url.fragment:
        raise options.wrong(key, "is no https address")
    if any(c in _filled(text, "k", "n") for c in "{}"):
        raise options.wrong(key, "has key and name in braces, and nothing else")
    return text


def _token(options: Options) -> str | None:
    token = secret(options, "token_file")
    if token is not None and not (token.isascii() and " " not in token):
        raise options.wrong("token_file", "holds no bearer token: letters, digits and signs without a space")
    return token
