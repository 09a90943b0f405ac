"""Clients from outside: wrk with a mix, probes that ask for one series and for health, and clients that are slow."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import store

KINDS = ("series", "slices", "structures", "dumps")
DUMP = "/sdmx/v2/data/dataflow/SSER/BENCH_1M/1.0.0?format=sdmx-csv"


@dataclass(frozen=True)
class Told:
    """What wrk saw. kinds: class → good answers, p50, p99 in ms; good, shed, other: answers 200, 429 and 503, any other; unsaid:
    those without Retry-After; sockets: connections that failed or timed out."""

    kinds: dict[str, tuple[int, float, float]]
    good: int
    shed: int
    other: int
    unsaid: int
    seconds: float
    sockets: int

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds

    @property
    def errors(self) -> int:
        """Everything that is neither good nor an orderly refusal."""
        return self.other + self.sockets


def codes() -> dict[str, list[str]]:
    """The codes that occur in the flow, by dimension."""
    found = dict(list(store.CODES.items())[:6])
    return {**found, "geo": found["geo"][: store.GEO["BENCH_1M"]]}


def written(folder: Path) -> Path:
    """The same for wrk."""
    lists = ", ".join(f"{name} = {{{', '.join(f'{one!r}' for one in listed)}}}" for name, listed in codes().items())
    path = folder / "codes.lua"
    path.write_text(f"return {{ {lists} }}\n")
    return path


def mixed(base: str, codes: Path, connections: int, seconds: int, *, threads: int = 0) -> Told:
    """Traffic of that many connections. With as many threads (0), times are told by class."""
    command = ["wrk", f"-t{threads or connections}", f"-c{connections}", f"-d{seconds}", "--timeout", "20"]
    command += ["-s", str(Path(__file__).with_name("mix.lua")), base, "--", str(codes), str(random.randint(1, 10**6))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return _read(done.stdout)


def _read(text: str) -> Told:
    kinds: dict[str, tuple[int, float, float]] = {}
    rest: dict[str, float] = {}
    for line in text.splitlines():
        match line.split():
            case ["told", "kind", name, count, p50, p99]:
                kinds[name] = int(count), float(p50) / 1e3, float(p99) / 1e3
            case ["told", name, value]:
                rest[name] = float(value)
    counts = (int(rest[name]) for name in ("good", "shed", "other", "unsaid"))
    return Told(kinds, *counts, rest["seconds"], int(rest["sockets"]))


@dataclass
class Probe:
    """What two clients meet that ask every 10 ms: ms of one series that nobody asked for before, and of health."""

    series: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    shed: int = 0
    wrong: list[str] = field(default_factory=list)


@contextmanager
def probing(port: int, codes: dict[str, list[str]]) -> Iterator[Probe]:
    """While it is entered."""
    found, stop = Probe(), threading.Event()

    def ask(line: HTTPConnection, path: str) -> tuple[int, float]:
        begun = time.perf_counter()
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - begun) * 1e3

    def series(line: HTTPConnection) -> None:
        key = ".".join(random.choice(listed) for listed in codes.values())
        status, took = ask(line, f"/sdmx/v2/data/dataflow/SSER/BENCH_1M/1.0.0/{key}?format=sdmx-csv")
        found.series.append(took) if status == 200 else None
        found.shed += status == 503
        found.wrong += [] if status in (200, 503) else [f"series {status}"]

    def health(line: HTTPConnection) -> None:
        status, took = ask(line, "/health/ready")
        found.health.append(took)
        found.wrong += [] if status == 200 else [f"health {status}"]

    def run(once: Callable[[HTTPConnection], None]) -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=20)
        while not stop.wait(0.01):
            try:
                once(line)
            except (OSError, HTTPException) as error:
                found.wrong.append(repr(error))
                line.close()

    asking = [threading.Thread(target=run, args=(one,)) for one in (series, health)]
    for one in asking:
        one.start()
    try:
        yield found
    finally:
        stop.set()
        for one in asking:
            one.join(30)


def middle(times: list[float], share: float = 0.5) -> float:
    """A quantile, in the same unit; 0 of none."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] if times else 0.0


@contextmanager
def slow(port: int, readers: int = 12, heads: int = 200) -> Iterator[None]:
    """Readers that ask for a million observations and take 4 kB a second; heads of which a byte comes each second."""
    lines, stop = [], threading.Event()
    for number in range(readers + heads):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        line.sendall(f"GET {DUMP} HTTP/1.1\r\nHost: a\r\n".encode() + (b"\r\n" if number < readers else b"X: "))
        lines.append(line)

    def drip() -> None:
        while not stop.wait(1.0):
            for number, line in enumerate(lines):
                with suppress(OSError):  # a head that took too long is 408, and closed
                    line.recv(4096) if number < readers else line.send(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield
    finally:
        stop.set()
        for line in lines:
            line.close()
        dripping.join(10)
