"""The HTTP parser of the server, bounded and strict where uvicorn is neither.

A head, trailers or the framing of chunks that never end would fill the memory or the processor; a client that sends a byte a
minute would hold its connection for ever; a request that two servers can read in two ways (RFC 9112 §6.1, §11.2) would let one
client speak in the name of the next. Each is answered with a problem of RFC 9457, and the connection is closed.
"""

from __future__ import annotations

import json
import re
from asyncio import TimerHandle
from collections.abc import Sequence
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from greffe.errors import BadQuery
from greffe.web.language import language_of
from greffe.web.problems import problem

HEAD: Final = 64 * 1024  # bytes of request line and headers; of trailers and framing as well
HEAD_SECONDS: Final = 15.0  # from its first byte to its last
BODY_SECONDS: Final = 300.0  # the largest file that is taken, at half a megabit a second
READER_SECONDS: Final = 120.0  # for which a client may take so little of an answer that no more of it can be sent
_FRAMING: Final = 8  # bytes of framing for one of a body that is sent in chunks of one byte, and some
_LINE: Final = re.compile(rb"\S+ \S+ \S+")
# RFC 9112 §3.2: uri-host and port, no user; an empty one is of a URI without an authority (RFC 3986 §3.2.2)
_HOST: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?"
)
_WHOLE: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")  # an address with its authority (absolute-form)
_LINES: Final = {400: b"HTTP/1.1 400 Bad Request\r\n", 408: b"HTTP/1.1 408 Request Timeout\r\n"}


class BoundedProtocol(HttpToolsProtocol):
    """Answers 400 and closes when a head passes HEAD bytes or is not clear, 408 when it does not come."""

    _head = 0  # bytes of the head so far
    _in_head = True  # or before it
    _line: bytes | None = (
        b""  # the request line as far as it is there; None once it was looked at, or began in the middle of a piece
    )
    _tail = b""  # its last three bytes: the blank line may come in two pieces
    _beside = 0  # bytes of a body's framing and trailers, less those of the body that excuse them
    _over = False  # nothing more is read of this connection
    _fault: BadQuery | None = None  # what is wrong, where it is known
    _timer: TimerHandle | None = None
    _reader: TimerHandle | None = None  # runs while the client takes nothing

    def on_message_begin(self) -> None:
        """A new request on the connection."""
        self._in_head = True
        if self._line == b"":  # behind another request, in one piece with it
            self._line = None
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; those after the body are not kept (RFC 9110 §6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """What follows is a body, which the application bounds."""
        self._in_head, self._head, self._tail, self._beside = False, 0, b"", 0
        self._check()
        self._wait(BODY_SECONDS)
        super().on_headers_complete()
        if self.parser.should_upgrade():  # is not done, and what follows would be read by nobody
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._beside -= len(body) * (_FRAMING + 1)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there whole; another may follow."""
        self._in_head, self._line = True, b""
        self._forget()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._forget()
        self._read_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what is sent to it. It holds memory and a connection, for so long and no longer."""
        super().pause_writing()
        self._read_on()
        self._reader = self.loop.call_later(READER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It took some."""
        self._read_on()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to the head, or stands around the body, as it is parsed."""
        if self._over:
            return
        if self._in_head:
            end = (self._tail + data).find(b"\r\n\r\n") - len(self._tail)
            self._head += len(data) if end < -len(self._tail) else max(end, 0)
            self._tail = (self._tail + data)[-3:]
            if self._head > HEAD:
                self._refuse(400, BadQuery("The head of the request is too large."))
                return
            if not self._begun_well(data):
                self._refuse(400, BadQuery("The request is no HTTP/1.1."))
                return
            if self._timer is None:
                self._wait(HEAD_SECONDS)
        else:
            self._beside += len(data)
        super().data_received(data)
        if not self._in_head and self._beside > HEAD and not self._over:
            self._refuse(400, BadQuery("The body of the request has more framing than content."))

    def send_400_response(self, msg: str) -> None:
        """The parser gave up."""
        self._refuse(400, self._fault or BadQuery("The request is no HTTP/1.1."))

    def _begun_well(self, data: bytes) -> bool:
        """Whether the request line is one, as far as it is there: the parser skips further blanks in it (RFC 9112 §3)."""
        if self._line is None:
            return True
        self._line = (self._line + data).lstrip(b"\r\n")
        line, end, _ = self._line.partition(b"\r\n")
        if not end:
            return True
        self._line = None
        return _LINE.fullmatch(line) is not None

    def _check(self) -> None:
        """Raise BadQuery, which the parser takes for a broken request, for what another server might read otherwise."""
        try:
            _clear(self.parser.get_http_version(), self.headers, self.url)
        except BadQuery as error:
            self._fault = error
            raise

    def _refuse(self, status: int, fault: BadQuery) -> None:
        """Say why and close; an answer that is under way is ended first, one that has begun is not spoilt."""
        if self._over or self.transport.is_closing():
            return
        self._over = True
        self._forget()
        pending = self.cycle is not None and not self.cycle.response_complete
        if pending and not self.cycle.more_body:  # of the request before this one
            self.cycle.keep_alive = False
            return
        if not (pending and self.cycle.response_started):
            self.transport.write(_answer(status, fault, self._language()))
        self.transport.close()

    def _language(self) -> str:
        """Of whom asks, as far as the head was read."""
        fields = dict(self.headers or ())
        return language_of("", fields.get(b"accept-language", b"").decode("latin-1"))

    def _wait(self, seconds: float) -> None:
        self._forget()
        self._timer = self.loop.call_later(seconds, self._late, seconds)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read_on(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def _late(self, seconds: float) -> None:
        self._timer = None
        if self._in_head and self.cycle is not None and not self.cycle.response_complete:
            self._wait(seconds)  # a request behind one that is being answered, and not read meanwhile
            return
        self._refuse(408, BadQuery("The request did not come in time."))


def _clear(version: str, headers: Sequence[tuple[bytes, bytes]], url: bytes) -> None:
    """Raise BadQuery for a head that two servers may read in two ways."""
    if version not in ("1.0", "1.1"):
        raise BadQuery("HTTP/1.1 and 1.0 are spoken here.")
    hosts = [value.strip(b" \t") for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        raise BadQuery("A request names its host once.")
    whole = _WHOLE.match(url)
    if not all(_HOST.fullmatch(host) for host in (*hosts, *(whole.groups() if whole else ()))):
        raise BadQuery("What a request names as its host is none.")
    coded = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if coded and (coded != [b"chunked"] or version == "1.0"):
        raise BadQuery("Of transfer codings, chunked alone is read, and with HTTP/1.1.")


def _answer(status: int, fault: BadQuery, lang: str) -> bytes:
    body = json.dumps(problem(fault, status, "", lang), ensure_ascii=False).encode()
    head = (
        b"content-type: application/problem+json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n"
        b"connection: close\r\ncontent-length: %d\r\n\r\n"
    )
    return _LINES[status] + head % len(body) + body
