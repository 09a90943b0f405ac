"""Bytes to a real `greffe serve`, and what comes back: no client library stands between that would mend or refuse them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from journey_tools import ROOT, free_port

PATIENCE = 30.0  # seconds without an answer are a hang, on a machine as busy as it may be
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Answer:
    """One answer: its status (0: the connection was closed without one), headers by small name, body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def problem(self) -> dict[str, object]:
        """The members of an RFC 9457 problem; {} when it is none."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return {}
        found: dict[str, object] = json.loads(self.body)
        return found


def answers(data: bytes) -> list[Answer]:
    """Every whole answer in what a connection gave, in its order. Lengths are declared or chunked."""
    found = []
    while data.startswith(b"HTTP/1.1 "):
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split(" ", 2)[1])
        if headers.get("transfer-encoding") == "chunked":
            body, rest = _chunks(rest)
        else:
            length = int(headers.get("content-length", 0)) if status not in (100, 204, 304) else 0
            body, rest = rest[:length], rest[length:]
        if not (status == 100 or "content-length" in headers or "transfer-encoding" in headers or status in (204, 304)):
            body, rest = body + rest, b""
        found.append(Answer(status, headers, body))
        data = rest
    return found


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            return body, data.partition(b"\r\n")[2]
        body, data = body + data[:length], data[length + 2 :]


class Server:
    """`greffe serve` on a home, in a process whose time and memory are looked at."""

    def __init__(self, home: Path, log: Path, **environ: str) -> None:
        self.port = free_port()
        self.log, self.home = log, home
        self._stream = log.open("wb")
        paths = {"PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home), "GREFFE_LOG": "json", "GREFFE_WARM": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "greffe", "serve", "--port", str(self.port)],
            cwd=ROOT, env={**os.environ, **paths, **environ}, stdout=self._stream, stderr=subprocess.STDOUT,
        )  # fmt: skip
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if self.get("/health/ready").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the service did not get ready: {log.read_text()[-2000:]}")

    def stop(self) -> int:
        """End it in order; its exit code."""
        self.process.send_signal(2)
        code = self.process.wait(15)
        self._stream.close()
        return code

    def processor(self) -> float:
        """Seconds of processor that it has taken, all threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / _TICK

    def memory(self) -> int:
        """Bytes that are resident now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE

    def connect(self) -> socket.socket:
        """A connection of its own."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def send(self, data: bytes, *, ends: bool = True, patience: float = PATIENCE) -> list[Answer]:
        """What the server answers to those bytes until it closes. `ends`: we say that no more comes. Raises TimeoutError
        when nothing happens for the time of our patience."""
        with self.connect() as line:
            line.settimeout(patience)
            try:
                line.sendall(data)
                if ends:
                    line.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it answered and closed before it had read all
            return answers(received(line))

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        """The answer to one well-formed request; `_` in a header's name stands for `-`."""
        named = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        named |= {n.replace("_", "-"): v for n, v in headers.items()}
        if body or method == "POST":
            named.setdefault("Content-Length", str(len(body)))
        head = "".join(f"{n}: {v}\r\n" for n, v in named.items())
        found = self.send(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body, ends=False)
        return found[-1] if found else Answer(0)

    def get(self, target: str, **headers: str) -> Answer:
        """The answer to GET."""
        return self.ask("GET", target, **headers)


def received(line: socket.socket) -> bytes:
    """Bytes until the other side closes."""
    found = b""
    while True:
        try:
            piece = line.recv(1 << 16)
        except ConnectionResetError:
            return found
        if not piece:
            return found
        found += piece
