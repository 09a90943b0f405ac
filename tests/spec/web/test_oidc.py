"""OpenID Connect: through a real provider of another make, and against providers that lie."""

from __future__ import annotations

import base64
import hmac
import json
import re
import subprocess
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from client_environments import HOME, node
from house import AUTHOR
from joserfc import jwt
from joserfc.jwk import RSAKey
from journey_tools import free_port
from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadDefinition, Broken, Denied, Unavailable
from greffe.settings import OidcSettings, read_settings
from greffe.web.signin.attempt import Attempt
from greffe.web.signin.provider import Provider

BASE = "http://127.0.0.1:8000"
SECRET = "a secret of the tests"


@pytest.fixture(scope="module")
def issuer():
    """panva's oidc-provider on this machine."""
    port = free_port()
    script = HOME / "js" / "openid_provider.mjs"
    command = [str(node()), str(script), str(port), f"{BASE}/signin/oidc/callback"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if line.strip() == "ready":
                break
        else:
            pytest.fail("".join(seen))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def parts(tmp_path_factory, issuer):
    found = small_house(tmp_path_factory.mktemp("oidc"), signed=False)
    return replace(
        found, settings=replace(found.settings, public_url=BASE, oidc=OidcSettings(issuer, "greffe", SECRET))
    )


@pytest.fixture
def client(parts):
    return TestClient(create_app(parts), headers={"accept": "text/html"}, follow_redirects=False, base_url=BASE)


def at_the_provider(address, name):
    """Sign in there as a browser does, by its forms; the address that it sends the browser back to."""
    with httpx.Client(follow_redirects=False) as browser:
        answer = browser.get(address)
        for _ in range(20):
            where = answer.headers.get("location", "")
            if where.startswith(BASE):
                return where
            if where:
                answer = browser.get(httpx.URL(str(answer.request.url)).join(where))
                continue
            action = re.search(r'action="([^"]+)"', answer.text)[1]
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)[1]
            answer = browser.post(action, data={"prompt": prompt, "login": name, "password": "any"})
    raise AssertionError("the provider goes round in circles")


def test_who_the_provider_knows_and_the_house_too_comes_in(client, parts):
    start = client.get("/signin/oidc?back=/staff/x")
    back = at_the_provider(start.headers["location"], AUTHOR.name)
    answer = client.get(back.removeprefix(BASE))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/x")
    assert client.get("/staff").status_code == 200
    last = list(parts.register.read(kinds=("session.opened",)))[-1]
    assert (last.actor, last.established) == (AUTHOR.name, "oidc")
    again = client.get(back.removeprefix(BASE))
    assert again.status_code == 403  # the code and the attempt were used


def test_a_stranger_to_the_house_is_denied_and_that_is_recorded(client, parts):
    start = client.get("/signin/oidc")
    answer = client.get(at_the_provider(start.headers["location"], "mallory").removeprefix(BASE))
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers or "greffe=" not in answer.headers["set-cookie"]
    assert list(parts.register.read(kinds=("action.denied",)))[-1].subject == "mallory"


def test_the_house_itself_cannot_be_claimed(client):
    start = client.get("/signin/oidc")
    assert client.get(at_the_provider(start.headers["location"], "greffe").removeprefix(BASE)).status_code == 403


def test_an_answer_to_another_browser_is_denied(client, parts):
    start = client.get("/signin/oidc")
    back = at_the_provider(start.headers["location"], AUTHOR.name).removeprefix(BASE)
    other = TestClient(client.app, headers={"accept": "text/html"}, follow_redirects=False, base_url=BASE)
    assert other.get(back).status_code == 403
    other.get("/signin/oidc")
    assert other.get(back).status_code == 403


def test_the_button_leads_there(client):
    assert 'href="/signin/oidc?back=/staff"' in client.get("/signin").text


def test_without_a_provider_there_is_nothing(tmp_path):
    client = TestClient(create_app(small_house(tmp_path, signed=False)))
    assert client.get("/signin/oidc").status_code == 404


KEY, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


class Liar:
    """A provider that answers what a test wants."""

    def __init__(self):
        self.token, self.userinfo, self.described = "", {}, {}
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(liar.get(urlsplit(self.path).path))

            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.answer({"access_token": "a", "token_type": "Bearer", "id_token": liar.token})

            def answer(self, found):
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, path):
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        if path == "/me":
            return self.userinfo
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
        paths = ("/auth", "/token", "/keys", "/me")
        told = {n: self.issuer + p for n, p in zip(names, paths, strict=True)}
        return {"issuer": self.issuer, **told, **self.described} if isinstance(self.described, dict) else self.described

    def says(self, attempt, key=KEY, alg="RS256", **changed):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "greffe", "sub": "1", "iat": now, "exp": now + 60, "nonce": attempt.nonce}
        claims |= {"preferred_username": "camille"} | changed
        claims = {k: v for k, v in claims.items() if v is not None}
        self.token = jwt.encode({"alg": alg}, claims, key, algorithms=[alg])


@pytest.fixture
def liar():
    found = Liar()
    yield found
    found.server.shutdown()


@pytest.fixture
def provider(liar):
    return Provider(OidcSettings(liar.issuer, "greffe", SECRET), f"{BASE}/signin/oidc/callback")


def test_a_true_answer_is_believed(liar, provider):
    attempt = Attempt.new()
    liar.says(attempt)
    assert provider.who(attempt, "code") == "camille"
    asked = parse_qs(urlsplit(provider.address(attempt)).query)
    assert (asked["nonce"], asked["state"], asked["code_challenge_method"]) == (
        [attempt.nonce],
        [attempt.state],
        ["S256"],
    )


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["greffe", "another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"key": OTHER},
        {"preferred_username": ""},
        {"preferred_username": ["camille"]},
    ],
    ids=lambda lie: "another key" if "key" in lie else str(lie),
)
def test_an_answer_that_is_not_for_us_now_is_denied(liar, provider, lie):
    attempt = Attempt.new()
    liar.says(attempt, **lie)
    with pytest.raises(Denied):
        provider.who(attempt, "code")


def test_a_token_signed_with_the_public_key_as_a_secret_is_denied(liar, provider):
    attempt = Attempt.new()
    liar.says(attempt)
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    signed = header + b"." + liar.token.split(".")[1].encode()
    mac = hmac.digest(KEY.as_pem(private=False), signed, "sha256")
    liar.token = (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()
    with pytest.raises(Denied):
        provider.who(attempt, "code")


@pytest.mark.parametrize("token", ["", "x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_token_without_signature_is_denied(liar, provider, token):
    liar.token = token
    with pytest.raises(Denied):
        provider.who(Attempt.new(), "code")


def test_what_is_said_beside_the_token_is_of_the_same_subject(liar, provider):
    attempt = Attempt.new()
    liar.says(attempt, preferred_username=None)
    liar.userinfo = {"sub": "1", "preferred_username": "driss"}
    assert provider.who(attempt, "code") == "driss"
    liar.userinfo = {"sub": "2", "preferred_username": "driss"}
    with pytest.raises(Denied):
        provider.who(attempt, "code")


@pytest.mark.parametrize(
    ("described", "error"),
    [({"issuer": "https://evil.example"}, Broken), ({"jwks_uri": "http://evil.example/keys"}, Broken), (b"[]", Broken),
     (b"{", Unavailable), (b" " * (2 << 20), Broken)],
    ids=["issuer", "keys", "list", "half", "long"],
)  # fmt: skip
def test_a_description_that_is_none_is_said_to_be_so(liar, provider, described, error):
    liar.described = described
    with pytest.raises(error):
        provider.address(Attempt.new())


def test_settings_are_whole_or_refused(tmp_path):
    issuer = {"GREFFE_OIDC_ISSUER": "https://id.example"}
    with pytest.raises(BadDefinition, match="GREFFE_OIDC_CLIENT"):
        read_settings(issuer, tmp_path)
    with pytest.raises(BadDefinition, match="https"):
        read_settings({"GREFFE_OIDC_ISSUER": "http://id.example"}, tmp_path)
    (tmp_path / "secret").write_text("s\n")
    given = {**issuer, "GREFFE_OIDC_CLIENT": "c", "GREFFE_OIDC_SECRET_FILE": str(tmp_path / "secret")}
    found = read_settings(given, tmp_path).oidc
    assert (found.secret, found.claim) == ("s", "preferred_username")
    assert "secret=" not in repr(found)
