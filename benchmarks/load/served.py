"""The service, or the limit, in processes of its own, and what is seen of them from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import store

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Served:
    """host and port; process: that which was started; metrics: port of Prometheus, 0 for none."""

    port: int
    process: psutil.Process
    metrics: int = 0

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> list[float]:
        """Megabytes of each process that serves, its own (USS: files that are mapped are everybody's), least first."""
        children = [c for c in self.process.children() if "resource_tracker" not in " ".join(c.cmdline())]
        return sorted(one.memory_full_info().uss / 1e6 for one in children or [self.process])

    def shed(self) -> dict[str, int]:
        """CLASS/REASON → requests that were turned away, of all processes."""
        time.sleep(2.5)  # they tell each other every two seconds
        found: dict[str, int] = {}
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/metrics").read().decode()
        for line in text.splitlines():
            if line.startswith("greffe_shed_requests_total"):
                labels = dict(part.split("=") for part in line[line.index("{") + 1 : line.index("}")].split(","))
                name = f"{labels['class']}/{labels['reason']}".replace('"', "")
                found[name] = found.get(name, 0) + int(float(line.rpartition(" ")[2]))
        return found


@contextmanager
def service(home: Path, workers: int) -> Iterator[Served]:
    """`greffe serve --workers N` on the house, with its settings as they are shipped, but that no pages are made ready."""
    port, metrics = store.free_port(), store.free_port()
    env = {
        **os.environ, "PYTHONPATH": str(store.ROOT / "api"), "GREFFE_HOME": str(home / "var"), "GREFFE_SDMX": str(home / "sdmx"),
        "GREFFE_METRICS": f"127.0.0.1:{metrics}", "GREFFE_WARM": "0",  # no page is asked for
    }  # fmt: skip
    command = [sys.executable, "-m", "greffe", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(command, env, port, "/health/ready", metrics) as found:
        time.sleep(2 * workers)  # all of them
        yield found


@contextmanager
def limit(bodies: Path, workers: int) -> Iterator[Served]:
    """uvicorn that sends the same bytes and does nothing else."""
    port = store.free_port()
    command = [sys.executable, str(HERE / "bare.py"), str(port), str(workers), str(bodies)]
    with _running(command, {**os.environ, "PYTHONPATH": str(HERE)}, port, "/", 0) as found:
        time.sleep(1 + workers / 2)
        yield found


@contextmanager
def _running(command: list[str], env: dict[str, str], port: int, path: str, metrics: int) -> Iterator[Served]:
    with (Path(os.environ["BENCH_HOME"]) / "log").open("ab") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}{path}")
            yield Served(port, psutil.Process(process.pid), metrics)
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")
