"""What a line of log and the counts cost a request: the same small answer from memory, bare and watched, from one run.

    PYTHONPATH=api python benchmarks/observe/run.py HOME [REQUESTS]

In one process without a network, so the share is larger than clients meet. CPU time of the process; the writing thread counts too.
Beside it, what the same answer costs by uvicorn on a connection that stays: the figure that the share is told of.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path

from greffe.app import compose, create_app
from greffe.logs.set_up import Log
from greffe.settings import read_settings
from greffe.web.metrics.counts import Counts

PATH = "/sdmx/v2/structure/dataflow/SSER/ESTAT_CRIM_JUST_SEX/1.0.0"
MADE = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_JUST_SEX/1.0.0"  # one observation a series, made anew: the tag is another each time
HEADERS = [(b"host", b"127.0.0.1"), (b"accept", b"*/*"), (b"user-agent", b"benchmark"), (b"accept-language", b"en")]


async def many(app, n: int, path: str = PATH, query: str = "") -> float:
    """CPU microseconds a request; `query` with a hole: another question each time."""

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: dict) -> None:
        return

    begin = time.process_time()
    for number in range(n):
        asked = query.replace("{}", str(number)).encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": "",
            "path": path, "raw_path": path.encode(), "query_string": asked, "client": None, "server": ("127.0.0.1", 80),
            "headers": HEADERS,
        }  # fmt: skip
        await app(scope, receive, send)
    return (time.process_time() - begin) / n * 1e6


async def served(app, n: int) -> float:
    """CPU microseconds of server and client together, by uvicorn over one connection."""
    import uvicorn

    from greffe.web.protocol import BoundedProtocol

    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, http=BoundedProtocol, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    begin = time.process_time()
    for _ in range(n):
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nAccept-Language: en\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
    took = (time.process_time() - begin) / n * 1e6
    writer.close()
    server.should_exit = True
    await task
    return took


def main() -> None:
    home, n = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    parts = compose(read_settings(home=home))
    log, counts = (
        Log("json", "info", os.open("/tmp/greffe-observe.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)),
        Counts(),
    )
    watched = create_app(parts, [log.requests, counts.heard], counts.began)
    plain = create_app(parts)
    plain.middleware_stack = plain.build_middleware_stack().app  # without the layer
    for app in (plain, watched):
        asyncio.run(many(app, 50))
    both: dict[str, list[float]] = {"plain": [], "watched": [], "served": []}
    for _ in range(7):
        both["plain"].append(asyncio.run(many(plain, n)))
        both["watched"].append(asyncio.run(many(watched, n)))
    both["made"] = [asyncio.run(many(plain, 150, MADE, "format=csv&firstNObservations=1{}"))]
    both["served"].append(asyncio.run(served(plain, n)))
    middle = {name: statistics.median(values) for name, values in both.items()}
    cost = middle["watched"] - middle["plain"]
    told = {f"{k} us": round(v, 1) for k, v in middle.items()} | {
        "cost us": round(cost, 1),
        "share in process %": round(100 * cost / middle["plain"], 1),
        "share of one that is made %": round(100 * cost / middle["made"], 1),
        "share served from memory %": round(100 * cost / middle["served"], 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
