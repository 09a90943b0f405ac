"""A process is killed at each statement of the register and each file operation of one act, in turn, and looked at after.

    python kills.py HOME INSTANT EVERY ACT…       one line of JSON: what was found after each kill

For n = 1, 1 + EVERY, 1 + 2 EVERY, …: the home is as it was before the act; a child does the act and is killed
(SIGKILL, nothing is cleaned up) right before its n-th operation; what the register and the store hold then is read
anew; another child does the act again. The last n is the first at which nobody was killed. Children are forked from a
process that has read the catalogue and nothing else: no thread of an engine is in it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import event

from greffe.app import compose
from greffe.model.calendar import Words
from greffe.release.calendar import announce, cancel, move
from greffe.release.lifecycle import approve_draft, withdraw
from greffe.release.parts import Parts
from greffe.release.releasing import Terms, make_releases
from greffe.release.verify import faults
from greffe.settings import read_settings
from greffe.store import derived, manifest
from greffe.store.base import Actor
from greffe.store.chain import faults as chain_faults
from greffe.store.columnar import ColumnarObservations

RELEASER, SECOND = Actor("farid"), Actor("elise")
WHY = Words("It was wrong.", "C’était faux.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FILE_EVENTS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink"}


def acts(parts: Parts, words: list[str]) -> Callable[[], object]:
    """The act that the words name."""
    name, *rest = words
    return {
        "announce": lambda: announce(parts, RELEASER, rest[1:], datetime.fromisoformat(rest[0])),
        "move": lambda: move(parts, RELEASER, rest[0], datetime.fromisoformat(rest[1]), WHY),
        "cancel": lambda: cancel(parts, RELEASER, rest[0], WHY),
        "approve": lambda: approve_draft(parts, SECOND, rest[0]),
        "release": lambda: make_releases(parts, RELEASER, rest[1:], Terms(calendar=rest[0])),
        "revise": lambda: make_releases(
            parts, RELEASER, rest[1:], Terms(calendar=rest[0], revision="correction", reason=WHY)
        ),
        "withdraw": lambda: withdraw(parts, RELEASER, rest[0], WHY.en, WHY.fr),
    }[name]


class Deadly:
    """Counts operations, and kills this process right before the n-th."""

    def __init__(self, parts: Parts, at: int) -> None:
        self.count, self.at, self.last = 0, at, ""
        engine = parts.register.engine
        for name in ("before_cursor_execute", "commit"):
            event.listen(engine, name, lambda *_, n=name: self.step(n))
        for module, step in ((manifest, "write_flat"), (derived, "write_serving")):  # what C++ writes is not audited
            setattr(module, step, self.around(getattr(module, step), step))
        os.fsync = self.around(os.fsync, "fsync")
        sys.addaudithook(self.audited)

    def audited(self, name: str, arguments: tuple) -> None:
        if name in FILE_EVENTS or (name == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING):
            self.step(name)

    def around(self, real: Callable, name: str) -> Callable:
        def counted(*arguments: object) -> object:
            self.step(name)
            return real(*arguments)

        return counted

    def step(self, name: str) -> None:
        self.count += 1
        if self.count == self.at:
            os.write(int(os.environ["KILLS_OUT"]), name.encode())
            os.kill(os.getpid(), signal.SIGKILL)


def forked(parts: Parts, words: list[str], at: int) -> tuple[bool, str]:
    """Do the act in a child. Was it killed, and before what (or its error)."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ["KILLS_OUT"] = str(into)
        os.fsync = lambda handle: (
            None
        )  # a kill loses nothing that was written; what a power cut loses is not tried here
        try:
            if at:
                Deadly(parts, at)
            acts(parts, words)()
        except BaseException as error:
            os.write(into, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as stream:
        told = stream.read().decode()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status == -signal.SIGKILL, told


def looked_at(parts: Parts, *, wholly: bool = False) -> dict[str, object]:
    """What holds, read by somebody who knows nothing: what is on record, and what is wrong with it: with the chain and
    the releases, or `wholly` with all that is kept."""
    anew = Parts(
        parts.settings,
        parts.register,
        ColumnarObservations(parts.settings.releases),
        parts.access,
        parts.desk,
        parts.leases,
        parts.clock,
    )
    ledger = anew.ledger()
    found = {
        "calendar": sorted([e.id, e.at.isoformat(), e.changes, *e.releases] for e in ledger.calendar.values()),
        "approvals": sorted([a.subject, a.person] for a in ledger.signatures),
        "releases": sorted(
            [str(r), r.content_hash, r.effective_at.isoformat(), r.withdrawal_reason] for r in ledger.releases.values()
        ),
    }
    wrong = faults(anew) if wholly else list(chain_faults(parts.register._read()))
    for name in () if wholly else ledger.releases.values():
        wrong += anew.observations.verify(name.name)
    parts.register.close()
    return {"state": found, "faults": wrong}


def main(home: Path, instant: str, every: int, words: list[str]) -> None:
    """See the page's head."""
    moment = datetime.fromisoformat(instant)
    parts = compose(read_settings({"GREFFE_POLL_SECONDS": "0"}, home=home), lambda: moment)
    parts.catalogue()
    parts.register.close()
    for late in ("pandas", "pyarrow.dataset", "pyarrow.pandas_compat"):  # each child would import them anew
        importlib.import_module(late)
    gc.freeze()  # what is there stays shared with the children
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        kept = Path(folder) / "home"
        shutil.copytree(home, kept)
        before, rounds = looked_at(parts, wholly=True), []
        while True:
            restored(home, kept)
            killed, step = forked(parts, words, 1 + every * len(rounds))
            after = looked_at(parts)
            again = forked(parts, words, 0)[1] if killed else step
            rounds.append(
                {
                    "killed": killed,
                    "before": step,
                    "after": after,
                    "again": again,
                    "end": looked_at(parts, wholly=not killed),
                }
            )
            if not killed:
                break
        restored(home, kept)
    sys.stdout.write(json.dumps({"before": before, "rounds": rounds}))


def restored(home: Path, kept: Path) -> None:
    """As it was before the act. Files that are written once are linked; the register is copied."""
    shutil.rmtree(home)
    shutil.copytree(kept, home, copy_function=_given)


def _given(source: str, target: str) -> None:
    (shutil.copy2 if "register.db" in source else os.link)(source, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
