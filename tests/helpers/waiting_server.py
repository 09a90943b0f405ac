"""The protocol of the server before an application that waits for a whole body: for limits on time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from journey_tools import free_port
from starlette.types import Receive, Scope, Send

from greffe.web import protocol


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] != "http.disconnect":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def waiting(patch: pytest.MonkeyPatch, head: float, body: float) -> Iterator[tuple[str, int]]:
    """Its address, with those seconds for a head and a body."""
    patch.setattr(protocol, "HEAD_SECONDS", head)
    patch.setattr(protocol, "BODY_SECONDS", body)
    port = free_port()
    config = uvicorn.Config(
        _application, port=port, log_level="critical", http=protocol.BoundedProtocol, lifespan="off"
    )
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
