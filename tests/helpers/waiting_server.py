"""The protocol of the server before an application that waits for a whole body: for limits on time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from journey_tools import free_port
from starlette.types import ASGIApp, Receive, Scope, Send

from greffe.web import protocol


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] != "http.disconnect":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    """An application whose answer has 64 MB, more than a kernel takes for a client that reads nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(256):
        await send({"type": "http.response.body", "body": bytes(256 * 1024), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def waiting(
    patch: pytest.MonkeyPatch,
    head: float = 15,
    body: float = 300,
    reader: float = 120,
    application: ASGIApp = _application,
) -> Iterator[tuple[str, int]]:
    """Its address, with those seconds for a head, a body, and a client that reads."""
    patch.setattr(protocol, "HEAD_SECONDS", head)
    patch.setattr(protocol, "BODY_SECONDS", body)
    patch.setattr(protocol, "READER_SECONDS", reader)
    port = free_port()
    config = uvicorn.Config(application, port=port, log_level="critical", http=protocol.BoundedProtocol, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield "127.0.0.1", port
    finally:
        server.should_exit = True
        thread.join(10)
