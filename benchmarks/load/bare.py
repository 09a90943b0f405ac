"""The limit: uvicorn with an application that does nothing but send the bytes that the service sends, one answer a class.

    python benchmarks/load/bare.py PORT WORKERS FOLDER

FOLDER holds `series`, `slices`, `structures` and `dumps`: bodies as they were once answered.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import uvicorn

PIECE = 256 * 1024
ONE_SERIES = re.compile(r"/sdmx/v2/data/dataflow/SSER/BENCH_1M/1\.0\.0/[^*?]+$")


async def application(scope, receive, send) -> None:
    """ASGI."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    path = scope["path"]
    kind = (
        "dumps"
        if "BENCH_100K" in path
        else "series"
        if ONE_SERIES.match(path)
        else "slices"
        if "/data/" in path
        else "structures"
    )
    body = _BODIES[kind]
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for at in range(0, len(body), PIECE):
        more = at + PIECE < len(body)
        await send({"type": "http.response.body", "body": body[at : at + PIECE], "more_body": more})


def _bodies() -> dict[str, bytes]:
    folder = os.environ.get("BENCH_BODIES", "")
    names = ("series", "slices", "structures", "dumps")
    return {name: (Path(folder) / name).read_bytes() for name in names} if folder else {}


_BODIES = _bodies()

if __name__ == "__main__":
    os.environ["BENCH_BODIES"] = sys.argv[3]
    sys.path.insert(0, str(Path(__file__).parent))
    uvicorn.run(
        "bare:application", port=int(sys.argv[1]), workers=int(sys.argv[2]), log_level="error", access_log=False
    )
