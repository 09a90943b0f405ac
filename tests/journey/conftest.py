"""The whole journey once: the demonstration is built by its command and served by the real server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> dict:
        return json.loads(self.out)


def run(home: Path, *arguments: str, timeout: float = 300) -> Ran:
    """`greffe …` in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "greffe", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory in which `greffe demo` has built everything."""
    home = tmp_path_factory.mktemp("demo") / "var"
    built = run(home, "demo", "--only-build")
    assert built.code == 0, built.out + built.err
    (home / "demo.txt").write_text(built.out)
    return home


@pytest.fixture(scope="session")
def greffe(demo_home: Path) -> Callable[..., Ran]:
    """Runs a command on the demonstration's home."""
    return lambda *arguments: run(demo_home, *arguments)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def server(demo_home: Path) -> Iterator[str]:
    """The address of `greffe serve` on the demonstration's home."""
    port = free_port()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(demo_home), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "greffe", "serve"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx.get(f"{base}/health/ready").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("the server did not get ready")
        yield base
    finally:
        process.send_signal(2)
        assert process.wait(15) == 0, process.stdout.read() if process.stdout else ""
