"""The ten risks of the OWASP API Security Top 10 of 2023, each tried on a real server."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from attacked import Attacked
from raw_bytes import Answer

from greffe.errors import BadDefinition, GreffeError
from greffe.settings import read_settings
from greffe.web.signin import provider

QUERY = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/*?format=csv"
ORDER = {"body": "ESTAT", "title": "Attacked", "query": QUERY}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def order(attacked: Attacked) -> str:
    made = attacked.called("ESTAT", "POST", "/api/v1/orders", ORDER)
    assert made.status == 201
    return str(json.loads(made.body)["id"])


def same(one: Answer, other: Answer, *names: str) -> bool:
    """Whether two answers are alike, but for what was asked for."""
    texts = [a.body.decode() for a in (one, other)]
    for name in names:
        texts = [t.replace(name, "…") for t in texts]
    # The last two count the questions of who asks, by its key from the second one on.
    left = {"date", "x-request-id", "content-length", "ratelimit", "ratelimit-policy"}
    heads = [{n: v for n, v in a.headers.items() if n not in left} for a in (one, other)]
    return one.status == other.status and texts[0] == texts[1] and heads[0] == heads[1]


@pytest.mark.parametrize(("method", "tail", "said"), [
    ("GET", "", None), ("GET", "/feed", None), ("GET", "/deliveries/1", None), ("POST", "", {"act": "end"}),
    ("POST", "/deliveries/1", {"act": "refused", "said": "x"}),
])  # fmt: skip
def test_api1_an_object_of_another_body_is_not_there(
    attacked: Attacked, order: str, method: str, tail: str, said: object
) -> None:
    """Broken object level authorization: somebody else's order is answered as one that never was, and is left as it was."""
    strange = f"{order[:-8]}00000000"
    theirs = attacked.refuses(
        "theirs", lambda: attacked.called("UNODC", method, f"/api/v1/orders/{order}{tail}", said), 404
    )
    nobodys = attacked.called("UNODC", method, f"/api/v1/orders/{strange}{tail}", said)
    assert same(theirs, nobodys, order, strange)
    assert json.loads(attacked.called("ESTAT", "GET", f"/api/v1/orders/{order}").body)["state"] == "active"


def test_api2_a_key_that_does_not_hold_is_told_nothing(attacked: Attacked) -> None:
    """Broken authentication: a wrong secret of a key that is there, one of none, and rubbish are answered alike."""
    good = attacked.secrets["ESTAT"]
    tried = [good[:-1] + ("A" if good[-1] != "A" else "B"), "greffe_zzzzzzzz_" + "a" * 43, "x" * 5_000, "greffe_é"]
    answered = [
        attacked.refuses("key", lambda t=t: attacked.get("/api/v1/orders", Authorization=f"Bearer {t}"), 401)
        for t in tried
    ]
    assert all(same(answered[0], other) for other in answered[1:])
    assert "bearer" in answered[0].headers["www-authenticate"].lower()
    for header in ("Bearer", "Basic YTpi", "Bearer  ", good):
        attacked.refuses(header, lambda h=header: attacked.get("/api/v1/orders", Authorization=h), 401)


def test_api2_passwords_are_not_guessed(attacked: Attacked) -> None:
    """A person and a stranger are refused in the same words, and after five attempts nobody is let in for a while."""
    said = {}
    for name in ("driss", "nobody-at-all"):
        body = f"name={name}&password=wrong-{name}&back=/staff".encode()
        found = [attacked.ask("POST", "/signin", body, Content_Type=FORM, Accept="text/html") for _ in range(6)]
        assert [a.status for a in found] == [403] * 5 + [429]
        assert int(found[-1].headers["retry-after"]) > 0
        said[name] = found[0].body.decode().replace(name, "…")
    assert said["driss"] == said["nobody-at-all"]


def test_api3_no_member_beyond_those_that_are_taken(attacked: Attacked, order: str) -> None:
    """Broken object property level authorization: members that are ours alone are refused, and no secret is told again."""
    for member in ("id", "state", "secret", "made_by", "deliveries", "__class__"):
        answer = attacked.refuses(
            member, lambda m=member: attacked.called("ESTAT", "POST", "/api/v1/orders", {**ORDER, m: "x"}), 400, 422
        )
        assert member in str(answer.problem)
    told = attacked.called("ESTAT", "GET", f"/api/v1/orders/{order}")
    assert not json.loads(told.body).get("secret")
    assert b"whsec_" not in told.body


BODIES = {
    "depth": b'{"body":' + b"[" * 20_000,
    "a name twice": b'{"body":"UNODC","body":"ESTAT","title":"a"}',
    "a number of 50,000 digits": b'{"body":' + b"9" * 50_000 + b"}",
    "no number": b'{"body":NaN}',
    "half a character": b'{"body":"ESTAT","title":"\\ud800"}',
    "NUL": b'{"body":"ESTAT","title":"\\u0000","query":"/sdmx/v2/data"}',
    "no UTF-8": b'{"body":"\xff"}',
    "a long title": json.dumps({**ORDER, "title": "t" * 50_000}).encode(),
    "a list": b"[" + b"1," * 20_000 + b"1]",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BODIES)
def test_api4_bodies_that_cost_more_than_they_say(attacked: Attacked, name: str) -> None:
    """Unrestricted resource consumption: each is refused at the door."""
    for target in ("/api/v1/orders", "/api/v1/queries", "/api/v1/receipts?name=r.json"):
        attacked.refuses(name, lambda t=target: attacked.called("ESTAT", "POST", t, BODIES[name]), 400, 403, 409, 422)


def test_api4_large_and_packed_bodies(attacked: Attacked) -> None:
    """A body is bounded whatever it says of its length, and is taken in no content coding."""
    large = b"a" * 200_000
    attacked.refuses("large", lambda: attacked.called("ESTAT", "POST", "/api/v1/orders", large), 413)
    attacked.refuses("declared", lambda: attacked.ask("POST", "/signin", Content_Length="99999999"), 413)
    chunks = b"".join(b"1000\r\n" + b"a" * 4096 + b"\r\n" for _ in range(40)) + b"0\r\n\r\n"
    head = f"POST /signin HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {FORM}\r\n".encode()
    found = attacked.send(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, ends=False)
    assert [a.status for a in found] == [413]
    for coding in ("gzip", "zstd", "br", "deflate", "gzip, identity"):
        attacked.refuses(coding, lambda c=coding: attacked.ask("POST", "/signin", b"\x1f\x8b", Content_Encoding=c), 415)


@pytest.mark.parametrize(
    "target", ["/api/v1/register", "/api/v1/advance/ESTAT/ESTAT_CRIM_OFF_CAT", "/api/v1/granted/UNODC"]
)
def test_api5_a_key_opens_what_it_is_for(attacked: Attacked, target: str) -> None:
    """Broken function level authorization: a key for orders opens no register and no release before its hour."""
    attacked.refuses(target, lambda: attacked.called("ESTAT", "GET", target), 403, 404)
    attacked.refuses(target, lambda: attacked.get(target), 401, 404)


@pytest.mark.parametrize("target", [
    "/staff/people", "/staff/keys", "/staff/releases/calendar", "/staff/drafts/ESTAT_CRIM_OFF_CAT", "/staff/register/verify",
])  # fmt: skip
def test_api6_no_program_does_what_people_sign(attacked: Attacked, target: str) -> None:
    """Unrestricted access to sensitive business flows: signing, releasing and making keys take a person, from our own page."""
    attacked.refuses("key", lambda: attacked.called("ESTAT", "POST", target, b"{}"), 401, 403)
    attacked.refuses(
        "another site",
        lambda: attacked.ask("POST", target, b"a=b", Content_Type=FORM, Origin="https://elsewhere.example",
                             Sec_Fetch_Site="cross-site"), 401, 403,
    )  # fmt: skip


INSIDE = [
    "https://127.0.0.1/", "https://localhost/", "https://a.localhost./", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://127.1/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://0.0.0.0/",
    "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1]/", "https://192.168.1.1:8443/", "http://data.example.org/",
    "https://user:word@data.example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "https://", "ftp://data.example.org/",
    "https://data.example.org/#x", "https://１２７.0.0.1/", "//127.0.0.1/", "https:127.0.0.1",
    "https://[", "https://[v1]/",
    "https://a:b/", "https://a:99999/", "https://a:0/", "https://..../", "https://xn--/", "https://a..b/",
    "https://192.0.0.192/opc/v2/instance/", "https://168.63.129.16/",
    "https://data.example.org\r\nX: y",
]  # fmt: skip


def test_api7_nothing_is_sent_to_an_address_inside(attacked: Attacked) -> None:
    """Server side request forgery: a webhook to this machine, the network it stands in, or by another scheme is refused."""
    for address in INSIDE:
        wanted = {**ORDER, "way": "webhook", "to": address}
        attacked.refuses(address, lambda w=wanted: attacked.called("ESTAT", "POST", "/api/v1/orders", w), 400, 422)


def test_api7_a_provider_is_reached_by_https() -> None:
    """The address of the institution's provider is a setting, and so are its keys; both go over HTTPS or stay on this machine."""
    with pytest.raises(BadDefinition, match="no https address"):
        read_settings(
            {"GREFFE_OIDC_ISSUER": "http://169.254.169.254/", "GREFFE_OIDC_CLIENT": "a", "GREFFE_OIDC_SECRET": "b"}
        )
    with pytest.raises(GreffeError, match="not reached by HTTPS"):
        provider._asked("http://169.254.169.254/keys")


def test_api6_forms_of_nobody(attacked: Attacked) -> None:
    """Headers and guards that are no text of ours are refused as any others: another site, another session."""

    def posted(target: str, body: str, **headers: str) -> Answer:
        return attacked.ask("POST", target, body.encode(), Content_Type=FORM, **headers)

    for origin in ("http://[", "http://[v1]", "null", "http://a:b", "é"):
        attacked.refuses(origin, lambda o=origin: posted("/signin", "name=a&password=b", Origin=o), 403)
    ours = {"Cookie": f"greffe={attacked.session}", "Sec_Fetch_Site": "same-origin"}
    for guard, status in (("%C3%A9", 403), ("%FF", 400), ("%00", 403), ("", 403)):
        attacked.refuses(guard, lambda g=guard: posted("/staff/account", f"guard={g}", **ours), status)


def test_api8_how_the_service_is_set_up(attacked: Attacked) -> None:
    """Security misconfiguration: no name of a server, no other methods, no documents that run scripts from elsewhere, no
    credentials across sites, nothing sniffed, no cookie that a script reads."""
    for target in ("/", "/api/v1/dataflows", "/sdmx/v2/structure/dataflow", "/staff", "/nowhere"):
        answer = attacked.get(target)
        assert "server" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers.get("x-content-type-options") == "nosniff"
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        attacked.refuses(method, lambda m=method: attacked.ask(m, "/api/v1/dataflows"), 405)
    for target in ("/docs", "/redoc", "/debug", "/.env", "/.git/config", "/server-status", "/metrics", "/openapi.json"):
        attacked.refuses(target, lambda t=target: attacked.get(t), 404)
    policy = attacked.get("/").headers["content-security-policy"]
    assert "default-src" in policy
    assert "unsafe-eval" not in policy
    assert "set-cookie" not in attacked.get("/api/v1/dataflows").headers


def test_api9_every_address_is_in_the_description(attacked: Attacked) -> None:
    """Improper inventory management: no other version of the interface answers; what is described answers in our words."""
    for target in (
        "/api/v0/dataflows",
        "/api/v2/dataflows",
        "/sdmx/v3/data",
        "/sdmx/data",
        "/api/internal",
        "/api/v1/admin",
    ):
        attacked.refuses(target, lambda t=target: attacked.get(t), 404)
    described = json.loads(attacked.get("/api/v1/openapi.json").body)
    for path, operations in described["paths"].items():
        if "get" in operations and "{" not in path and not path.startswith("/sdmx/"):
            assert attacked.get(path).status in (200, 400, 401, 404, 406, 501), (
                path
            )  # 501: what SDMX has and we have not
        if path.startswith("/api/v1/") and operations.get("post"):
            asked = path.replace("{", "").replace("}", "")
            attacked.refuses(path, lambda p=asked: attacked.ask("POST", p, b"{}"), 400, 401, 422)


@contextmanager
def _provider(answer: bytes) -> Iterator[str]:
    """The address of a server that says that and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            try:
                line, _ = server.accept()
                with line:
                    line.recv(4096)
                    line.sendall(answer)
            except OSError:
                pass  # the other side had enough

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/keys"
        thread.join(10)


@pytest.mark.parametrize(("name", "answer"), [
    ("a redirect", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    ("without end", b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 3_000_000),
    ("no JSON", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n<"),
    ("a list", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    ("no HTTP", b"\0\0\0"),
    ("half an answer", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
])  # fmt: skip
def test_api10_what_others_say_is_not_believed(name: str, answer: bytes) -> None:
    """Unsafe consumption of APIs: a provider that redirects, never ends or says what it should not is an error with a sentence.
    (Channels and webhooks: tests/spec/transmission/test_https.py, tests/spec/orders.)"""
    with _provider(answer) as address, pytest.raises(GreffeError) as caught:
        provider._asked(address)
    assert caught.value.text()


def test_after_all_that_the_server_is_well(attacked: Attacked) -> None:
    """No traceback, no error in its log, and answers as ever."""
    attacked.is_well()
    assert attacked.faults() == []
    assert httpx.get(f"http://127.0.0.1:{attacked.port}{QUERY}").status_code == 200
