"""Children that do one thing: looked at, killed or refused at any system call by strace, whatever library makes the call.

The process that forks them runs no engine itself: nothing that has threads is in it when it forks.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import signal
import subprocess
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

LATE = ("pandas", "pyarrow.dataset", "pyarrow.pandas_compat", "pyarrow.parquet", "duckdb", "greffe.upkeep.doctor")
TRACED = (
    "openat,open,creat,write,pwrite64,writev,pwritev,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,"
    "ftruncate,truncate,fallocate,fsync,fdatasync,lseek,copy_file_range,sendfile"
)
_CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(.*)", re.DOTALL)
_BEGUN = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>", re.DOTALL)
_GONE_ON = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)", re.DOTALL)
_WORD = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})*)>')


def prepared() -> None:
    """What each child would import is there, and stays shared with them."""
    for name in LATE:
        importlib.import_module(name)
    os.environ["LC_ALL"] = "C.UTF-8"
    gc.freeze()


@dataclass(frozen=True)
class Ended:
    """How a child ended: what it gave back, or what it died of. `acknowledged`: it had said that it was done."""

    code: int
    said: object
    acknowledged: bool

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


def child(act: Callable[[], object], *strace: str, ending: Callable[[], None] | None = None) -> Ended:
    """Do something in a child, a leader of its group, under strace with those options if there are any. `ending`: done here
    meanwhile, once it has begun; the group is killed after it."""
    out, into = os.pipe()
    wait, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.close(out)
        os.close(go)
        os.read(wait, 1)
        _doing(act, into)
    os.close(into)
    os.close(wait)
    with suppress(
        OSError
    ):  # whoever of the two comes first makes the group, which is killed below as soon as it is begun
        os.setpgid(pid, pid)
    tracer = _attached(pid, strace) if strace else None
    os.close(go)
    if ending is not None:
        ending()
        os.killpg(pid, signal.SIGKILL)
    with os.fdopen(out, "rb") as stream:
        told = stream.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if tracer is not None:
        tracer.communicate()
    head, _, body = told.partition("\n")
    return Ended(code, json.loads(body) if head == "done" and body else told, head == "done")


def _doing(act: Callable[[], object], into: int) -> None:
    try:
        os.write(into, b"done\n" + json.dumps(act()).encode())
        for engine in [o for o in gc.get_objects() if isinstance(o, Engine)]:
            engine.dispose()  # what was left open is closed, as by a process that ends well
    except BaseException:
        os.write(into, traceback.format_exc().encode())
        os._exit(1)
    os._exit(0)


def _attached(pid: int, options: tuple[str, ...]) -> subprocess.Popen[str]:
    command = ["strace", "-f", "-p", str(pid), *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert tracer.stderr is not None
    first = tracer.stderr.readline()
    if "attached" not in first:
        os.kill(pid, signal.SIGKILL)
        raise AssertionError(f"strace may not look into another process here: {first}")
    return tracer


@dataclass(frozen=True)
class Call:
    """One system call that returned: its words decoded (paths and bytes in their order), the rest of its arguments as said."""

    thread: int
    name: str
    words: tuple[bytes, ...]
    rest: str
    result: int
    after: str

    @property
    def failed(self) -> bool:
        return self.result < 0


def calls(log: Path) -> Iterator[Call]:
    """The calls of a log that was written with -xx -y, in the order in which they returned."""
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        if found := _BEGUN.fullmatch(line):
            begun[found[1]] = found[2]
            continue
        if found := _GONE_ON.fullmatch(line):
            line = f"{found[1]} {begun.pop(found[1])}{found[2]}"
        call = _CALL.fullmatch(line)
        if call is None or call[4] == "?":
            continue
        words = tuple(bytes.fromhex((a or b).replace("\\x", "")) for a, b in _WORD.findall(call[3] + call[5]))
        yield Call(int(call[1]), call[2], words, _WORD.sub("@", call[3]), int(call[4]), call[5])
