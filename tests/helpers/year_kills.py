"""A process that is killed, or suspended while another goes on, right before its n-th operation: a statement or commit of the
register, a file that is written or renamed, a step over the network.

`Killed` is raised once, and again at each operation that follows: whatever the program does while it falls changes nothing
any more, as after SIGKILL. What was begun in the register is rolled back, as SQLite does when its process is gone.
"""

from __future__ import annotations

import errno
import os
import smtplib
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from parcels import Killed
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from greffe.transmission.channels import endpoint
from greffe.transmission.channels.sftp_place import SftpPlace

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
WRITES = ("statement INSERT", "statement UPDATE", "statement DELETE", "commit", "open", "os.mkdir", "os.rename")
FILES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"}
_COUNTING: list[Steps] = []  # an audit hook cannot be taken away again


class Steps:
    """Counts the operations of one thread below a folder. `killed`: how often, and before what; `refused`: what found no room."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._thread = str(folder), threading.get_ident()
        self._on = self._dead = False
        self._at = self.count = 0
        self._meanwhile: Callable[[str], None] | None = None
        self._writing, self._only, self._full = False, "", False
        self.killed: list[str] = []
        self.refused: list[str] = []

    def watch(self, engine: Engine) -> None:
        """The register of a process that began."""
        event.listen(engine, "begin", self._begun)
        event.listen(engine, "before_cursor_execute", lambda *said: self.step(f"statement {said[2]}"))
        event.listen(engine, "commit", self._committing)
        event.listen(engine, "rollback", self._over)

    @contextmanager
    def counted(self, at: int = 0, only: str = "", meanwhile: Callable[[str], None] | None = None) -> Iterator[None]:
        """Killed before the `at`-th operation whose name begins with `only`; with `meanwhile`, that is done at the first one
        from there on at which no transaction is open, and nobody is killed."""
        self._on, self._dead, self._at, self.count, self._meanwhile = True, False, at, 0, meanwhile
        self._only = only
        try:
            yield
        finally:
            self._on = self._dead = self._writing = False

    def step(self, name: str) -> None:
        """One operation comes now."""
        if not self._on or threading.get_ident() != self._thread:
            return
        if self._dead:
            raise Killed
        if not name.startswith(self._only):
            return
        self.count += 1
        if not self._at or self.count < self._at:
            return
        if self._full:
            if self._meanwhile is None and name.startswith(WRITES):
                self._no_room(name)
            return
        if self._meanwhile is None:
            self._dead = True
            self.killed.append(name)
            self.dies()
        if not self._writing and not self._locking():
            meanwhile, self._at, self._on = self._meanwhile, 0, False
            try:
                meanwhile(name)
            finally:
                self._on = True

    def _locking(self) -> bool:
        """Whether a folder is locked at this step: the other process would wait until it is not, and both of them are one here."""
        held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        inodes = {
            fields[5].rpartition(":")[2] for fields in held if fields[1] == "FLOCK" and fields[4] == str(os.getpid())
        }
        return any(str(path.stat().st_ino) in inodes for path in Path(self._folder).rglob(".lock"))

    def dies(self) -> None:
        """The end of the process: here of all that it does."""
        raise Killed

    @contextmanager
    def full(self, at: int) -> Iterator[None]:
        """The disk is full from the `at`-th operation on: what would be written, to a file or the register, is refused."""
        self._full = True
        try:
            with self.counted(at):
                yield
        finally:
            self._full = False

    def _no_room(self, name: str) -> None:
        self.refused.append(name)
        if name.startswith(("statement", "commit")):
            told = sqlite3.OperationalError("database or disk is full")
            raise OperationalError(name, None, told)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def audited(self, name: str, arguments: tuple[object, ...]) -> None:
        """What Python tells of files."""
        if not self._on or not (name in FILES or name == "open"):
            return
        path, flags = str(arguments[0]), arguments[2] if name == "open" else WRITING
        if path.startswith(self._folder) and isinstance(flags, int) and flags & WRITING:
            self.step(name)

    def _begun(self, connection: Connection) -> None:
        if threading.get_ident() == self._thread and self._on:
            self._writing = bool(connection.get_execution_options().get("greffe_write"))

    def _committing(self, connection: Connection) -> None:
        self.step("commit")
        self._over(connection)

    def _over(self, _connection: Connection) -> None:
        if threading.get_ident() == self._thread:
            self._writing = False


def counting(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Steps] = Steps) -> Steps:
    """Counts from now on what happens below a folder, and before and after each request and mail."""
    if not _COUNTING:
        sys.addaudithook(lambda name, arguments: _COUNTING[-1].audited(name, arguments) if _COUNTING else None)
    steps = kind(folder)
    _COUNTING[:] = [steps]
    served = [(SftpPlace, name) for name in ("write", "rename", "folder")]
    for owner, name in ((endpoint.Endpoint, "_answer"), (smtplib.SMTP, "send_message"), *served):
        _around(steps, owner, name, monkeypatch)
    return steps


def _around(steps: Steps, owner: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(owner, name)

    def stepping(*arguments: object, **named: object) -> object:
        steps.step(f"before {name}")
        found = real(*arguments, **named)
        steps.step(f"after {name}")
        return found

    monkeypatch.setattr(owner, name, stepping)
