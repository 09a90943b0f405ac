"""Bytes that are no request, two requests in one, or a request without end: refused before any of ours reads them."""

from __future__ import annotations

import itertools
import json
import socket
import time

import pytest
from attacked import Attack, Attacked, get
from raw_bytes import answers, received

LIVE = "GET /health/live HTTP/1.1\r\nConnection: close\r\n"
HIDDEN = "GET /api/v1/dataflows HTTP/1.1\r\nHost: a\r\n\r\n"


def sent(name: str, text: str, *expected: int) -> Attack:
    return Attack(name, text.encode("latin-1"), expected or (400,))


def live(name: str, lines: str, body: str = "", *expected: int) -> Attack:
    """A request with a host, further lines and what follows them."""
    return sent(name, f"{LIVE}Host: a\r\n{lines}\r\n{body}", *expected)


CHUNKED = "Transfer-Encoding: chunked\r\n"
SMUGGLING = [
    live("CL.TE", f"Content-Length: 6\r\n{CHUNKED}", f"0\r\n\r\n{HIDDEN}"),
    live("TE.CL", f"{CHUNKED}Content-Length: 4\r\n", f"2c\r\n{HIDDEN}\r\n0\r\n\r\n"),
    live("two lengths", "Content-Length: 6\r\nContent-Length: 5\r\n", "012345"),
    live("the same length twice", "Content-Length: 5\r\nContent-Length: 5\r\n", "01234"),
    live("a list of lengths", "Content-Length: 5, 5\r\n", "01234"),
    *(live(f"length {n}", f"Content-Length: {n}\r\n", "01234") for n in ("+5", "-5", "0x5", "5_0", "9" * 30, "")),
    live("space before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    live("obs-fold", "X: a\r\n b\r\n"),
    live("obs-fold of the coding", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
    *(live(f"coding {t!r}", f"Transfer-Encoding: {t}\r\n", "0\r\n\r\n")
      for t in ("xchunked", "gzip, chunked", "chunked, chunked", "identity", "\x0bchunked", '"chunked"')),
    live("two codings", f"{CHUNKED}Transfer-Encoding: identity\r\n", "0\r\n\r\n"),
    sent("chunked in 1.0", f"GET /health/live HTTP/1.0\r\nHost: a\r\n{CHUNKED}\r\n0\r\n\r\n"),
    *(live(f"chunk {c!r}", CHUNKED, c) for c in ("-1\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", f"{'f' * 17}\r\n\r\n", "0\n\n",
                                                 "1\r\nab\r\n0\r\n\r\n", "1;a\nb\r\na\r\n0\r\n\r\n")),
    sent("bare line feeds", "GET /health/live HTTP/1.1\nHost: a\n\n"),
    sent("one bare line feed", "GET /health/live HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
    sent("a bare return", "GET /health/live HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"),
    live("NUL in a field", "X: a\0b\r\n"),
    live("a field without a name", ": a\r\n"),
]  # fmt: skip
UNCLEAR = [
    sent("no host", f"{LIVE}\r\n"),
    sent("two hosts", f"{LIVE}Host: a\r\nHost: b\r\n\r\n"),
    *(
        sent(f"host {host!r}", f"{LIVE}Host: {host}\r\n\r\n")
        for host in (
            "a b",
            "[::1",
            "::1",
            "x@evil",
            "a/b",
            "a?b",
            "a#b",
            "a:b",
            "a:80:80",
            "a,b c",
            "a\\b",
            "<a>",
            "a%zz",
            "\xe9",
            "[a]",
            "a\tb",
        )
    ),
    *(
        sent(f"address {address!r}", f"GET {address} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for address in ("http://evil@127.0.0.1/health/live", "http://a:b@c/health/live", "http://[::1/health/live")
    ),
    sent("HTTP/0.9", "GET /\r\n\r\n"),
    sent("HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
    sent("HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    sent("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\0" * 100),
    sent("a tunnel", "CONNECT inside.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
    sent("no method", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    sent("NUL in the address", "GET /health\0/live HTTP/1.1\r\nHost: a\r\n\r\n"),
    *(
        sent(f"blanks {line!r}", f"{line}\r\nHost: a\r\nConnection: close\r\n\r\n")
        for line in (
            "GET  /health/live HTTP/1.1",
            "GET /health/live  HTTP/1.1",
            "GET\t/health/live HTTP/1.1",
            " GET /health/live HTTP/1.1",
            "GET /health/live HTTP/1.1 ",
            "\r\nGET  /health/live HTTP/1.1",
        )
    ),
    sent("a blank in the address", "GET /health /live HTTP/1.1\r\nHost: a\r\n\r\n"),
]
BOMBS = [
    live("many fields", "X-A: b\r\n" * 50_000),
    live("a field of a megabyte", f"X: {'a' * 1_000_000}\r\n"),
    get(f"/{'a' * 60_000}", name="a long address", expected=(414,)),
    sent("an endless address", f"GET /{'a' * 1_000_000}"),
    get(f"/sdmx/v2/data?{'a=1&' * 1_900}", name="many parameters"),
    live("trailers", CHUNKED, "0\r\n" + "X: y\r\n" * 50_000, 200, 400),
    live("an endless extension of a chunk", CHUNKED, f"1;{'a' * 1_000_000}", 200, 400),
    get("/sdmx/v2/data", f"Accept: {'text/html;q=0.1,' * 4_000}", name="many media ranges", expected=(406,)),
    get("/", f"Accept-Language: {'en;q=0.1,' * 6_000}", name="many languages", expected=(200,)),
    get("/", f"Cookie: {'a=b;' * 15_000}", name="many cookies", expected=(200,)),
    get("/health/live", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", name="an upgrade", expected=(200,)),
    get("http://inside.example/health/live", name="somebody else's address", expected=(200,)),
]  # fmt: skip
GOOD = [
    sent(f"a host {host!r}", f"{LIVE}Host: {host}\r\n\r\n", 200)
    for host in (
        "a",
        "a:80",
        "a:",
        "",
        "127.0.0.1:8000",
        "[::1]",
        "[::1]:8000",
        "a_b.example",
        "xn--caf-dma.example.",
        "a%20b",
    )
]


@pytest.mark.parametrize("attack", [*SMUGGLING, *UNCLEAR, *BOMBS, *GOOD], ids=lambda a: a.name)
def test_what_is_no_single_request_is_refused(attacked: Attacked, attack: Attack) -> None:
    """One answer in little time, and a request that hides in another is never answered."""
    attacked.endures(attack)


def test_requests_in_any_pieces_are_read_as_they_are(attacked: Attacked) -> None:
    """Byte by byte, and a second one that begins in one piece with the first."""
    whole = f"{LIVE.replace('Connection: close', 'X: y')}Host: a\r\n\r\n{LIVE}Host: a\r\n\r\n".encode()
    for cuts in (range(len(whole)), (0, len(whole) // 2 + 5), (0, len(whole) // 2 + 20), (0,)):
        with attacked.connect() as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for begin, end in itertools.pairwise((*cuts, len(whole))):
                line.sendall(whole[begin:end])
                time.sleep(0.001)
            assert [a.status for a in answers(received(line))] == [200, 200]


def test_a_refusal_is_not_as_long_as_what_was_asked(attacked: Attacked) -> None:
    """Of a header it tells the beginning."""
    answer = attacked.endures(get("/sdmx/v2/data/dataflow", f"Accept: {'x/y;q=0.1,' * 5_000}", expected=(406,)))
    assert len(answer.body) < 5_000


def test_after_all_that_the_server_is_well(attacked: Attacked) -> None:
    """It answers as ever, and its log holds no traceback."""
    attacked.is_well()
    assert attacked.faults() == []


def cut(path: str, length: int, body: bytes, kind: str = "application/x-www-form-urlencoded") -> bytes:
    """A POST that declares more than it has."""
    lines = f"POST {path} HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    return lines.encode() + body


CUT = [
    cut("/signin", 500, b"nam"), cut("/preferences", 500, b"nam"),
    cut("/staff/drafts", 500, b"--x\r\n", "multipart/form-data; boundary=x"),
    cut("/api/v1/receipts", 500, b"{", "application/json"),
]  # fmt: skip


def test_who_hangs_up_in_mid_body_pages_nobody(attacked: Attacked) -> None:
    """Forty forms that break off: each is 499 in the log, and none is an error."""
    known = attacked.log.read_text()

    def posts() -> list[dict[str, object]]:
        return [
            found
            for line in attacked.log.read_text()[len(known) :].splitlines()
            if (found := json.loads(line)).get("method") == "POST"
        ]

    for number in range(40):
        with attacked.connect() as line:
            line.sendall(CUT[number % len(CUT)])
    until = time.monotonic() + 10
    while len(posts()) < 40:
        assert time.monotonic() < until, posts()
        time.sleep(0.05)
    assert [one["status"] for one in posts()] == [499] * 40
    assert attacked.faults() == []
    attacked.is_well()


def test_trailers_are_no_fields_of_the_head(attacked: Attacked) -> None:
    """What stands behind a body does not count as if it stood before it: a second host is none, a length is refused."""
    assert attacked.endures(live("host behind", CHUNKED, "0\r\nHost: b\r\n\r\n", 200)).body == b'{"status":"live"}'
    attacked.endures(live("length behind", CHUNKED, "0\r\nContent-Length: 5\r\n\r\n", 400))


def test_it_is_told_in_the_language_that_was_asked_for(attacked: Attacked) -> None:
    """Also where no more of a request is understood than that."""
    told = attacked.endures(live("French", "Accept-Language: fr\r\nContent-Length: 1\r\nContent-Length: 2\r\n")).problem
    assert told["detail"] == "La requête n’est pas du HTTP/1.1."


def test_slow_clients_starve_nobody(attacked: Attacked) -> None:
    """Two hundred heads that never end and twelve readers that do not read cost the others nothing."""
    slow: list[socket.socket] = []
    try:
        for n in range(212):
            line = attacked.connect()
            slow.append(line)
            line.sendall(b"GET /sdmx/v2/data?format=csv HTTP/1.1\r\nHost: a\r\n" + (b"\r\n" if n < 12 else b"X: "))
        attacked.is_well()
        for line in slow[12:]:
            line.sendall(b"a")
        attacked.is_well()
    finally:
        for line in slow:
            line.close()
    attacked.is_well()


def test_two_requests_at_once_are_two_answers_in_their_order(attacked: Attacked) -> None:
    """Pipelining is no smuggling; what is wrong with the second does not spoil the answer to the first."""
    with attacked.connect() as line:
        line.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\nX\r\n\r\n")
        found = answers(received(line))
    assert found[0].body == b'{"status":"live"}'
    assert [a.status for a in found[1:]] in ([], [400])


def test_a_request_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """408 when the head, or the body, does not come in its time (15 and 300 seconds; here a fifth of one)."""
    from waiting_server import waiting

    with waiting(monkeypatch, head=0.2, body=0.2) as address:
        for begun in (
            b"GET / HTTP/1.1\r\n",
            b"\r\n",
            b"POST /signin HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na",
        ):
            started = time.monotonic()
            with socket.create_connection(address, 5) as line:
                line.sendall(begun)
                found = answers(received(line))
            assert [(a.status, a.problem["status"]) for a in found] == [(408, 408)]
            assert time.monotonic() - started < 10


def test_a_client_that_takes_nothing_is_given_up_and_one_that_takes_little_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection is broken off after its time (120 seconds; here one): it would hold memory for ever."""
    from waiting_server import endless, waiting

    with waiting(monkeypatch, reader=1.0, application=endless) as address:
        for pause, whole in ((0.01, True), (3.0, False)):
            with socket.create_connection(address, 30) as line:
                line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                time.sleep(pause)
                assert (length(line) > 64 << 20) == whole


def length(line: socket.socket) -> int:
    """Bytes until the other side closes or breaks off."""
    found = 0
    try:
        while piece := len(line.recv(1 << 20)):
            found += piece
    except ConnectionResetError:
        pass
    return found
