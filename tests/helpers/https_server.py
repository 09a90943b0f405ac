"""An endpoint over TLS that takes files once by their key, tells what it has, and misbehaves on command."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

import trustme

from greffe.transmission.channels.channel import Options
from greffe.transmission.channels.https import Https

TOKEN = "Sesame-4711-abc"
SLOW = 1.6  # seconds: longer than the timeout of tests that wait for it


@dataclass
class Endpoint:
    """`accepted`: idempotency key → content; `again`: keys that came once more; `fault`: how it answers (see `Handler.do_PUT`);
    `status`: what its status address answers instead of the truth; `asked`: every request line."""

    folder: Path
    name: str = "localhost"
    fault: str = ""
    status: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)  # name → text

    def __enter__(self) -> Endpoint:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(self.name).configure_cert(context)
        self.folder.mkdir(exist_ok=True)
        authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        token = self.folder / "token"
        token.write_text(TOKEN + "\n", encoding="utf-8")
        token.chmod(0o600)
        self._server = Secure(("127.0.0.1", 0), Handler)
        self._server.endpoint, self._server.context = self, context
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, one: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, **others: object) -> dict[str, object]:
        """What the settings of a channel to it say; `None` takes one away."""
        base = f"https://localhost:{self.port}"
        said = {
            "kind": "https", "url": base + "/in/{key}/{name}", "status": base + "/status/{key}/{name}",
            "token_file": str(self.folder / "token"), "ca_file": str(self.folder / "ca.pem"), "private": True, "timeout": 30,
        }  # fmt: skip
        return {k: v for k, v in (said | others).items() if v is not None}

    def channel(self, **others: object) -> Https:
        return Https(Options("eurostat-api", "channels.toml", self.settings(**others)))

    @property
    def names(self) -> list[str]:
        return [key.rpartition("/")[2] for key, _ in self.accepted]


class Secure(ThreadingHTTPServer):
    """Each connection is secured in its own thread; one that does not come to be is the client's business."""

    daemon_threads = True
    endpoint: Endpoint
    context: ssl.SSLContext

    def finish_request(self, request: socket.socket, address: object) -> None:
        with suppress(OSError):
            secured = self.context.wrap_socket(request, server_side=True)
            try:
                Handler(secured, address, self)
            finally:
                secured.close()

    def handle_error(self, request: object, address: object) -> None:
        pass


class Handler(BaseHTTPRequestHandler):
    server: Secure

    def log_message(self, *arguments: object) -> None:
        pass

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self) -> None:
        one = self.server.endpoint
        one.asked.append(self.requestline)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401)
        if one.status:
            return self.answer(one.status)
        if self.path.startswith("/receipts/"):
            name = unquote(self.path.removeprefix("/receipts/"))
            found = one.receipts.get(name) if name else json.dumps([*one.receipts])
            return self.answer(404) if found is None else self.answer(200, found)
        held = {f"/status/{key}": content for key, content in one.accepted}
        if self.path not in held:
            return self.answer(404)
        return self.answer(200, json.dumps({"sha256": hashlib.sha256(held[self.path]).hexdigest()}))

    def do_PUT(self) -> None:
        one = self.server.endpoint
        one.asked.append(self.requestline)
        one.headers = dict(self.headers.items())
        if one.fault == "reset":
            self.rfile.read(1000)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.connection.close()
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if one.fault == "echo":
            return self.answer(422, f"column 3 \x1b[31mis empty; you sent {self.headers['Authorization']}")
        if one.fault == "moved":
            return self.answer(307, Location=f"https://127.0.0.1:{one.port}/elsewhere")
        if one.fault == "later":
            return self.answer(503, Retry_After="120")
        if one.fault.isdecimal():
            return self.answer(int(one.fault), "no")
        digest = b64encode(hashlib.sha256(content).digest()).decode()
        if one.fault == "hook" or "webhook-id" in self.headers:
            return self.hooked(one, self.headers["webhook-id"], content)
        if self.headers["Content-Digest"] != f"sha-256=:{digest}:":
            return self.answer(400, "another digest")
        key = self.headers["Idempotency-Key"].strip('"')
        if key in {k for k, _ in one.accepted}:
            one.again.append(key)
        else:
            one.accepted.append((key, content))
        if one.fault == "500 after":
            return self.answer(500, "out of order")
        if one.fault == "timeout after":
            return time.sleep(SLOW)
        if one.fault == "slow body":
            self.send_response(201)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _ in range(20):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(SLOW / 20)
            return None
        return self.answer(201, "taken")

    def hooked(self, one: Endpoint, id_: str, content: bytes) -> None:
        """A receiver of webhooks: an id is taken once."""
        (one.again.append(id_) if id_ in {k for k, _ in one.accepted} else one.accepted.append((id_, content)))
        if one.fault == "500 after":
            return self.answer(500, "out of order")
        if one.fault == "timeout after":
            return time.sleep(SLOW)
        return self.answer(204)

    do_POST = do_PUT
