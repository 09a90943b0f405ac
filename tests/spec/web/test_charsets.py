"""What is sent is UTF-8: no codec that a client names is used, wherever it names it, and what is no UTF-8 is refused."""

from __future__ import annotations

import asyncio
import time

import pytest
from small_house import small_house
from starlette.requests import Request
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.web.pages.parsed import fields_of

FORM, URLENCODED = "multipart/form-data; boundary=XX", "application/x-www-form-urlencoded"
PUNY = b"a" * 60_000  # read as punycode it takes a second and more


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    parts = small_house(tmp_path_factory.mktemp("charsets") / "house", signed=False)
    return TestClient(create_app(parts), raise_server_exceptions=False)


def part(name: bytes, value: bytes, more: bytes = b"", head: bytes = b"") -> bytes:
    return b'--XX\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\n%s\r\n' % (name, more, head, value)


def sent(client, path, kind, body, **more):
    begun = time.process_time()
    answer = client.post(path, content=body, headers=[("Content-Type", kind), ("Accept", "text/html"), *more.items()])
    assert time.process_time() - begun < 1
    return answer


NAMED = [
    "punycode",
    "PUNYCODE",
    '"punycode"',
    "undefined",
    "unicode_escape",
    "utf-16",
    "idna",
    "latin-1",
    "none",
    "",
    "utf8; charset=idna",
]
PATHS = ["/preferences", "/signin", "/invitation/x", "/staff/account", "/orders"]
KEYED = [f"/api/v1/{name}" for name in ("orders", "queries", "receipts")]


@pytest.mark.parametrize("kind", [FORM, URLENCODED, "application/json", "text/csv"])
def test_another_character_set_is_refused_before_anything_is_read(client, kind):
    body = part(b"theme", PUNY) + b"--XX--\r\n"
    for path, named in [*((path, "punycode") for path in PATHS + KEYED), *(("/preferences", named) for named in NAMED)]:
        assert sent(client, path, f"{kind}; charset={named}", body).status_code == 415, (path, named)
    assert sent(client, "/preferences", kind, b"", **{"content-type": f"{kind}; charset=punycode"}).status_code == 415


def test_so_is_a_part_of_another(client):
    for head in (b"Content-Type: text/plain; charset=punycode\r\n", b"content-type: text/plain;CHARSET=utf-16\r\n"):
        for more in (b"", b'; filename="a.csv"'):
            assert (
                sent(client, "/preferences", FORM, part(b"theme", PUNY, more, head) + b"--XX--\r\n").status_code == 400
            )
    for kind, body in ((FORM, part(b"_charset_", b"punycode") + b"--XX--\r\n"), (URLENCODED, b"_charset_=punycode")):
        answer = sent(client, "/preferences", kind, body)
        assert (answer.status_code, "_charset_" in answer.text) == (400, True)


@pytest.mark.parametrize(("kind", "body"), [
    (FORM, part(b"theme", b"caf\xe9")), (FORM, part(b"caf\xe9", b"dark")), (FORM, part(b"theme", b"\xed\xa0\x80")),
    (FORM, part(b"theme", b"", b'; filename="caf\xe9.csv"')),
    (URLENCODED, b"theme=caf\xe9"), (URLENCODED, b"theme=%E9"), (URLENCODED, b"%E9=dark"), (URLENCODED, b"theme=%ED%A0%80"),
])  # fmt: skip
def test_what_is_no_utf8_is_refused(client, kind, body):
    answer = sent(client, "/preferences", kind, body + (b"--XX--\r\n" if kind == FORM else b""))
    assert (answer.status_code, "not UTF-8" in answer.text) == (400, True)


@pytest.mark.parametrize(("kind", "body"), [
    (FORM, part(b"theme", b"dark")[:-4]), ("multipart/form-data", b""), ('multipart/form-data; boundary="a\\"b"', b""),
    (URLENCODED, b"theme=&" * 2_001),
])  # fmt: skip
def test_a_form_that_cannot_be_read_is_told_so(client, kind, body):
    answer = sent(client, "/preferences", kind, body)
    assert (answer.status_code, "cannot be read" in answer.text) == (400, True)


@pytest.mark.parametrize("named", ["", "; charset=utf-8", '; charset="UTF-8"', "; charset=UTF8"])
def test_utf8_comes_as_it_was_sent(named):
    file = b'; filename="caf\xc3\xa9 \xe2\x82\xac.csv"'
    told = part("né".encode(), "œuf €".encode()) + part(
        b"file", b"\xff\x00", file, b"Content-Type: text/csv; charset=utf-8\r\n"
    )
    (name, value), (_, upload) = read(FORM + named, told + b"--XX--\r\n")
    assert (name, value, upload.filename) == ("né", "œuf €", "café €.csv")
    assert upload.file.read() == b"\xff\x00"
    typed = "a=%C5%93uf+%26&b=né&a=&c".encode()
    assert read(URLENCODED + named, typed) == [("a", "œuf &"), ("b", "né"), ("a", ""), ("c", "")]


def read(kind, body):
    async def receive():
        return {"type": "http.request", "body": body}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", kind.encode())]}
    return asyncio.run(fields_of(Request(scope, receive)))
