"""A process beside the test, on a home of the year: it looks at the jobs when it is told to, and is gone by SIGKILL at a step.

    python year_process.py HOME FOLDER     a line {instant, at, only, name, all} on stdin, a line {status, said} on stdout

Each look is a child of a process that has read the catalogue and nothing else: no thread of an engine is in it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType

import pytest
from year_kills import Steps, counting

from greffe.app import compose, job_tools
from greffe.jobs.running import run_due
from greffe.jobs.works import WORKS
from greffe.settings import Settings, read_settings
from greffe.store.base import Actor
from greffe.transmission.running import run, soon
from greffe.transmission.ways import read_channels

SETTINGS = {"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}


class Process:
    """It is started at once and reads what it needs meanwhile. `register`: other than that of the home."""

    def __init__(self, settings: Settings, folder: Path, register: str = "") -> None:
        self.killed = 0
        self._log = (folder / f"process-{settings.home.name}.log").open("wb")
        environment = dict(os.environ) | SETTINGS | ({"GREFFE_REGISTER": register} if register else {})
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(settings.home), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=environment,
        )  # fmt: skip

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, one: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            assert stream is not None
            stream.close()

    def told(self, now: datetime, at: int = 0, only: str = "", name: str = "three", *, all_: bool = False) -> None:
        """Look, and do not wait for it. `at`: as of Steps.counted; 0: nobody is killed. `all_`: all that can be done for
        deliveries too, whoever runs the job of it."""
        asked = {"instant": now.isoformat(), "at": at, "only": only, "name": name, "all": all_}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, object]:
        """How the look ended: `status` (0, or less: it was killed), `said`: the outcome of each job and delivery."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, Path(self._log.name).read_text()[-3000:]
        found = json.loads(line)
        assert found["status"] in (0, -signal.SIGKILL), Path(self._log.name).read_text()[-3000:]
        self.killed += found["status"] != 0
        return found

    def looks(self, now: datetime, at: int = 0, only: str = "", name: str = "three") -> dict[str, object]:
        """Look, and wait for the end."""
        self.told(now, at, only, name)
        return self.answer()


class Deadly(Steps):
    """Steps at which the process is killed, so that nothing is cleaned up."""

    def dies(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def look(settings: Settings, folder: Path, asked: dict[str, object], out: int) -> None:
    """What a child does."""
    now = datetime.fromisoformat(str(asked["instant"]))
    steps = counting(folder, pytest.MonkeyPatch(), Deadly)
    parts = compose(settings, lambda: now)
    steps.watch(parts.register.engine)
    with steps.counted(int(str(asked["at"])), str(asked["only"])):
        said = [[r.job, r.due.isoformat(), r.outcome] for r in run_due(job_tools(parts), WORKS, str(asked["name"]))]
        if asked["all"]:
            done = run(parts, Actor("jules"), soon(parts), read_channels(settings.channels))
            said += [[d.id, d.what, d.said] for d in done]
    os.write(out, json.dumps(said).encode())
    parts.register.close()


def main(home: Path, folder: Path) -> None:
    """See the page's head."""
    settings = read_settings(os.environ, home=home)
    ready = False
    for line in sys.stdin:
        if not ready:
            parts = compose(settings)
            parts.catalogue()
            parts.register.close()
            gc.freeze()
            ready = True
        back, out = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(back)
            try:
                look(settings, folder, json.loads(line), out)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        os.close(out)
        with os.fdopen(back, "rb") as stream:
            said = stream.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps({"status": status, "said": json.loads(said or b"[]")}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
