"""The whole journey once: the demonstration is built by its command and served by the real server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from between_workers import alone, common
from hypothesis import settings
from journey_tools import ROOT, Ran, free_port, run
from site_tools import copied

# The same examples in every run, so that a change is judged and not the dice; `make soak` throws them anew. No deadline: how
# long one example takes says how busy the machine is.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("soak", derandomize=False, print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

os.environ["LC_ALL"] = "C.UTF-8"  # commands speak the language of the terminal; tests read English

pytest_plugins = ("frugal", "suite_times", "workers", "postgresql_server", "s3_server", "told_in_french")


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A home directory in which `greffe demo` has built everything, once for all workers: each has a copy. GREFFE_TEST_DEMO
    names one that was built before, so that who works on pages need not wait for it."""
    built_before = os.environ.get("GREFFE_TEST_DEMO")
    if built_before:
        return copied(Path(built_before), tmp_path_factory.mktemp("demo") / "var")
    folder = common(tmp_path_factory, worker_id)
    home, told = folder / "demonstration", folder / "demonstration.txt"  # the second is there when the first is whole
    with alone(folder / "demonstration.lock"):
        if not told.exists():
            built = run(home, "demo", "--only-build", timeout=1200)
            assert built.code == 0, built.out + built.err
            told.write_text(built.out)
    own = copied(home, tmp_path_factory.mktemp("demo") / "var")
    shutil.copy(told, own / "demo.txt")
    return own


@pytest.fixture(scope="session")
def greffe(demo_home: Path) -> Callable[..., Ran]:
    """Runs a command on the demonstration's home."""
    return lambda *arguments: run(demo_home, *arguments)


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
                pass
            time.sleep(0.1)
        else:
            pytest.fail("the server did not get ready")
        yield base
    finally:
        process.send_signal(2)
        assert process.wait(15) == 0, process.stdout.read() if process.stdout else ""
