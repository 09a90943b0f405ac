"""Commands of greffe in processes of their own, for tests from the outside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from greffe.app import compose
from greffe.cli.whole import app
from greffe.settings import read_settings

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


def inside(home: Path, *arguments: str, **environ: str) -> Ran:
    """`greffe …` in this process: for what needs many commands and no process of its own."""
    env = {"GREFFE_HOME": str(home), "COLUMNS": "200", **environ}
    done = CliRunner().invoke(app, list(arguments), env=env)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def begun(home: Path) -> Path:
    """A home with what is shipped, and nothing else."""
    compose(read_settings(home=home)).register.close()
    return home


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
