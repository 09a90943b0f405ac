"""An S3 server of other people (moto) as a process of its own, empty buckets on it, and a line to it that fails on command: a
plugin of pytest."""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from client_environments import interpreter

from greffe.store.bucket import Bucket


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that is ready, until the end of the block."""
    port = free_port()
    command = [str(interpreter("moto")), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            assert process.poll() is None, "the S3 server ended"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    with served() as address:
        yield address


def credentials(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """What the environment of a process says to reach it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "greffe")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret-of-tests")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)


def new_bucket(endpoint: str) -> str:
    """The address of an empty bucket."""
    name = f"greffe-{uuid.uuid4().hex[:20]}"
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")) as answer:
        assert answer.status == 200
    return f"s3://{name}/tests"


@pytest.fixture
def bucket_url(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket that this process may use."""
    credentials(monkeypatch, s3)
    return new_bucket(s3)


@pytest.fixture
def bucket(bucket_url: str) -> Bucket:
    """An empty bucket."""
    return Bucket(bucket_url)


Fault = Callable[
    [str, str, bytes], bytes | int | None
]  # method, path, body of the answer → other body, status, or None: as it is


class Line(ThreadingHTTPServer):
    """A line to an S3 server. `fault` is asked for each answer that would be 200; `delay`: seconds before each; `down`: no
    answer at all. `asked`: method and path of each request."""

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Through)
        self.behind = behind.removeprefix("http://")
        self.fault: Fault = lambda _method, _path, _body: None
        self.delay, self.down, self.cut = 0.0, False, False
        self.asked: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients of a line that is down hang up."""


class _Through(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Line

    def _pass(self) -> None:
        self.server.asked.append((self.command, self.path))
        time.sleep(self.server.delay)
        length = int(self.headers.get("Content-Length", 0))
        given = self.rfile.read(length)
        if self.server.down:
            self.close_connection = True
            self.connection.close()
            return
        behind = http.client.HTTPConnection(self.server.behind)
        try:
            behind.request(self.command, self.path, given, dict(self.headers))
            answer = behind.getresponse()
            body = answer.read()
        finally:
            behind.close()
        status = answer.status
        if status in (200, 206):
            other = self.server.fault(self.command, self.path, body)
            status, body = (other, b"") if isinstance(other, int) else (status, body if other is None else other)
        self.send_response(status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header(
            "Content-Length", answer.headers["Content-Length"] if self.command == "HEAD" else str(len(body))
        )
        self.end_headers()
        if self.command != "HEAD":
            cut = self.server.cut and self.command == "GET" and len(body) > 1
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = cut

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def line(s3: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to the S3 server, which the environment of this process names."""
    found = Line(s3)
    threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
    credentials(monkeypatch, found.address)
    yield found
    found.shutdown()
    found.server_close()
