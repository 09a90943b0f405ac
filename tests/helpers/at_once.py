"""Commands that are given at the same moment, each in a process of its own: python tests/helpers/at_once.py < groups.json

A group is a list of commands. Each of them looks at the house as it likes, and stops before it enters its first line in the register
(`ENTRY`), or before the first file of a release is written (`FILES`), until the others are as far or have ended. Then the first goes
on to its end, and the others follow: what they had looked at is as old as it can be. `FREE`: nobody stops.

Printed is, a group, what each gave: code, output, errors. One process is imported once, and forks.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any, Final

ENTRY, FILES, FREE = "entry", "files", "free"
FORK: Final = multiprocessing.get_context("fork")
LONGEST: Final = 60.0
Group = Sequence[Sequence[str]]
Gave = tuple[int, str, str]


def at_once(home: Path, *commands: Sequence[str], at: str = ENTRY, **environ: str) -> list[Gave]:
    """Code, output and errors of each of those commands."""
    return at_once_each(home, [commands], at, **environ)[0]


def at_once_each(home: Path, groups: Sequence[Group], at: str = ENTRY, **environ: str) -> list[list[Gave]]:
    """The same of one group after the other."""
    root = Path(__file__).resolve().parents[2]
    env = {
        **os.environ,
        "PYTHONPATH": str(root / "api"),
        "COLUMNS": "200",
        "GREFFE_HOME": str(home.resolve()),
        **environ,
    }
    done = subprocess.run(
        [sys.executable, __file__, at], input=json.dumps(groups), env=env, cwd=root, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [[(code, out, err) for code, out, err in group] for group in json.loads(done.stdout)]


class Gate:
    """Where commands wait for each other; the first of them leaves it first, and the others when it has ended."""

    def __init__(self, many: int) -> None:
        self.all_here, self.first_is_over = FORK.Barrier(many), FORK.Event()

    def pass_(self, number: int) -> None:
        with suppress(BrokenBarrierError):
            self.all_here.wait(LONGEST)
        if number:
            self.first_is_over.wait(LONGEST)

    def over(self, number: int, passed: bool) -> None:
        if not passed:
            self.all_here.abort()
        if not number:
            self.first_is_over.set()


def _group(commands: Group, at: str) -> list[Gave]:
    gate, ends = Gate(len(commands)), [FORK.Pipe(duplex=False) for _ in commands]
    running = [FORK.Process(target=_one, args=(n, c, at, gate, ends[n][1])) for n, c in enumerate(commands)]
    for one in running:
        one.start()
    found = [end.recv() for end, _ in ends]
    for one in running:
        one.join()
    return found


def _one(number: int, command: Sequence[str], at: str, gate: Gate, told: Connection) -> None:
    from typer.testing import CliRunner

    from greffe.cli.whole import app
    from greffe.store.access_sql import SqlAccess
    from greffe.store.columnar import ColumnarObservations
    from greffe.store.register import SqlRegister

    passed: list[bool] = []

    def stopping(act: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **kwargs: Any) -> Any:
            if not passed:
                passed.append(True)
                gate.pass_(number)
            return act(*args, **kwargs)

        return done

    places = {
        ENTRY: [*((SqlRegister, n) for n in ("append", "append_all", "add_person")), (SqlAccess, "together")],
        FILES: [(ColumnarObservations, "save")],
    }
    for owner, name in places.get(at, []):
        setattr(owner, name, stopping(getattr(owner, name)))
    ran = CliRunner().invoke(app, list(command))
    gate.over(number, bool(passed))
    fault = ran.exception if ran.exception is not None and not isinstance(ran.exception, SystemExit) else None
    told.send((ran.exit_code, ran.stdout, ran.stderr + (repr(fault) if fault else "")))


def _main() -> None:
    from greffe.app import compose
    from greffe.settings import read_settings

    parts = compose(read_settings())
    parts.catalogue()  # once, and not in each process
    parts.register.close()
    json.dump([_group(commands, sys.argv[1]) for commands in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    _main()
