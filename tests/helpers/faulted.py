"""Commands of `acts_under_faults` on copies of its house while something fails; what was found, as JSON on standard output.

    python faulted.py FOLDER WORK SEED '[[HOW, COUNT, [ACT, …]], …]'      no ACT: all of them

    kills     killed at a moment that dice draw, COUNT times
    cuts      the power goes: COUNT of all disks that may be found then, of each command (0: all)
    refused   one call that writes is refused: COUNT of all, of each command (0: all)

After each: what is on record, what verify and the doctor say, and the same once the command was given again. A process of its
own, that runs no engine and has no threads: what is done and looked at is done in children.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from acts_under_faults import QUIET, composed, given, given_file, state, wrong
from disk_model import WAYS, Disk, Recorder, Recording, disk
from journey_tools import inside
from traced import TRACED, Call, Ended, calls, child, prepared

from greffe.app import compose, utc_now
from greffe.upkeep.doctor import examine

ASIDE = ("home", "disk", "clock", "jobs")  # of the doctor: they are about this machine, not about the house
ERRORS = ("ENOSPC", "EIO")
TRIES = 5  # how often a call is refused anew that was not one of the house
# Calls that ask the disk for room, or for it to hold what was written, and the errors that each gives
REFUSED = {
    "write": ERRORS, "pwrite64": ERRORS, "writev": ERRORS, "sendfile": ERRORS, "openat": ERRORS, "mkdir": ERRORS,
    "rename": ERRORS, "ftruncate": ERRORS, "fsync": ("EIO",), "fdatasync": ("EIO",),
}  # fmt: skip


@dataclass
class Tried:
    """The house as it was built, where copies are made, and the command."""

    kept: Path
    work: Path
    act: str
    words: list[str]

    @property
    def home(self) -> Path:
        return self.work / "home"

    def given(self) -> None:
        given(self.kept, self.home)

    def done(self) -> dict[str, object]:
        """Give the command; its exit code and what it said. In a child."""
        ran = inside(self.home, *self.words)
        return {"code": ran.code, "out": ran.out, "err": ran.err}

    def _later(self) -> dict[str, object]:
        compose.__defaults__ = (lambda: utc_now() + timedelta(hours=1),)
        return self.done()

    def looked_at(self, *, doctor: bool = True) -> dict[str, object]:
        """What is found by somebody who knows nothing."""
        return told(child(partial(self._look, doctor)))

    def _look(self, doctor: bool) -> dict[str, object]:
        found: dict[str, object] = {"state": state(self.home), "faults": wrong(self.home)}
        if doctor:
            examined = examine(QUIET, self.home, composed_as, quick=False, tell=lambda name: None)
            found["doctor"] = [f"{t.check}: {e.text()}" for t in examined if t.check not in ASIDE for e in t.errors]
        return found

    def again(self) -> dict[str, object]:
        """The command once more, an hour later: who sent has the way for himself for a while. What is there then."""
        said = child(self._later)
        return {"again": said.said, "end": self.looked_at(doctor=False)}


def composed_as(settings):
    return composed(settings.home, doubted=True)


def told(ended: Ended) -> dict[str, object]:
    """What a look found; one that ended otherwise is a fault of its own."""
    if not ended.acknowledged or not isinstance(ended.said, dict):
        return {"state": {}, "faults": [f"It could not be looked at: {ended.said}"], "doctor": []}
    return ended.said


class Undisturbed:
    """What the house is before each command and after it, and how long it takes; each is found once, and told when it is."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    def __call__(self, one: Tried) -> None:
        if one.act in self.took:
            return
        one.given()
        before = one.looked_at()
        begun = time.monotonic()
        done = child(one.done)
        self.took[one.act] = time.monotonic() - begun
        assert done.acknowledged, done.said
        tell({"act": one.act, "before": before, "ran": done.said, "after": one.looked_at()})


def tell(found: dict[str, object]) -> None:
    """A line on standard output."""
    print(json.dumps(found), flush=True)


def kills(every: list[Tried], dice: random.Random, count: int, before: Undisturbed) -> Iterator[dict[str, object]]:
    """So many kills; the command is drawn, and the moment: a share of the time that it takes undisturbed."""
    for _ in range(count):
        one = dice.choice(every)
        before(one)
        share = dice.uniform(0, 1.05)
        one.given()
        ended = child(one.done, ending=partial(time.sleep, share * before.took[one.act]))
        after = one.looked_at()
        yield {
            "act": one.act, "share": round(share, 3), "killed": ended.killed, "acknowledged": ended.acknowledged,
            "after": after, **one.again(),
        }  # fmt: skip


def recorded(one: Tried) -> Recording:
    """Every change that the command makes to the folder of the house."""
    one.given()
    mark, log = one.work / "mark", one.work / "log"

    def marked() -> object:
        said = one.done()
        mark.mkdir()
        return said

    ended = child(marked, "-y", "-xx", "-s", "99999999", "-o", str(log), "-e", f"trace={TRACED}")
    assert ended.acknowledged, ended.said
    mark.rmdir()
    return Recorder(one.home, one.kept, mark).read(calls(log))


def cuts(every: list[Tried], dice: random.Random, count: int, before: Undisturbed) -> Iterator[dict[str, object]]:
    """All disks that may be found, each once, or so many of each command: then those of its end among them."""
    for one in every:
        before(one)
        recording = recorded(one)
        made = recording.acknowledged
        found: dict[int, tuple[int, str]] = {}
        for number in range(len(recording.ops), -1, -1):  # of equal disks the one counts that was acknowledged
            for way in WAYS:
                found.setdefault(disk(recording, number, way).name, (number, way))
        chosen = sorted(found.values())
        if count:
            ends = [(len(recording.ops), way) for way in ("lost", "kept")]
            chosen = [*dice.sample(chosen, min(count - len(ends), len(chosen))), *ends]
        missed = recording.unknown + _missed(disk(recording, len(recording.ops), "kept"), recording, one.home)
        tell({"act": one.act, "changes": len(recording.ops), "of": len(found), "missed": missed})
        for number, way in chosen:
            shutil.rmtree(one.home)
            disk(recording, number, way).laid(one.kept, recording.files, one.home, given_file)
            after = one.looked_at()
            last = recording.ops[number - 1] if number else None
            yield {
                "act": one.act, "at": number, "way": way, "last": f"{last.kind} {last.name}" if last else "",
                "acknowledged": number >= made, "after": after, **one.again(),
            }  # fmt: skip


def _missed(whole: Disk, recording: Recording, home: Path) -> list[str]:
    """Paths at which the recording is not what is there: of what was missed no prefix would say anything."""
    there = {str(p.relative_to(home)): p for p in home.rglob("*") if not p.name.endswith("-shm")}
    wrong = sorted(there.keys() ^ whole.paths.keys())
    for path, body in whole.paths.items():
        if path in there and body is not None:
            mine = (recording.start / recording.files[body]).read_bytes() if isinstance(body, int) else body
            wrong += [path] if mine != there[path].read_bytes() else []
    return wrong


def refused(every: list[Tried], dice: random.Random, count: int, before: Undisturbed) -> Iterator[dict[str, object]]:
    """Each call that writes below the house, refused once with each of its errors, or so many of them."""
    for one in every:
        before(one)
        log = one.work / "log"
        one.given()
        child(one.done, "-y", "-xx", "-s", "0", "-o", str(log), "-e", f"trace={TRACED}")
        points = [(n, number, e) for n, number in _numbered(calls(log), one.home) for e in REFUSED[n]]
        tell({"act": one.act, "of": len(points)})
        for name, number, error in dice.sample(points, min(count, len(points))) if count else points:
            call = f"{name} {number} {error}"
            how = ("-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={number}")
            for _ in range(TRIES):
                one.given()
                ended = child(one.done, "-y", "-xx", "-s", "0", "-o", str(log), *how)
                hit = [os.fsdecode(c.words[1 if name == "openat" else 0]) for c in calls(log) if "INJECTED" in c.after]
                if all(path.startswith(str(one.home)) for path in hit):
                    break  # threads take turns as they like: the call of that number may be one of this program's own
            else:
                tell({"act": one.act, "of": len(points), "beside": call})
                continue
            after = one.looked_at()
            yield {
                "act": one.act, "call": call, "hit": hit, "said": ended.said,
                "acknowledged": ended.acknowledged, "after": after, **one.again(),
            }  # fmt: skip


def _numbered(made: Iterator[Call], home: Path) -> Iterator[tuple[str, int]]:
    """The calls that write below the house, as strace counts them: by name, of the first thread."""
    below, counted, first = os.fsencode(home), dict.fromkeys(REFUSED, 0), 0
    for call in made:
        first = first or call.thread
        if call.thread != first or call.name not in counted:
            continue
        counted[call.name] += 1
        path = call.words[1 if call.name == "openat" else 0]
        writes = call.name != "openat" or "O_CREAT" in call.rest
        if writes and path.startswith(below) and not call.failed:
            yield call.name, counted[call.name]


def warm(kept: Path, work: Path) -> None:
    """What every child would read anew: the catalogue, and the command line."""
    given(kept, work / "home")
    inside(work / "home", "--help")
    parts = composed(work / "home")
    parts.catalogue()
    parts.register.close()


Mode = Callable[[list[Tried], random.Random, int, Undisturbed], Iterator[dict[str, object]]]
MODES: dict[str, Mode] = {"kills": kills, "cuts": cuts, "refused": refused}


def main(folder: Path, work: Path, seed: int, plan: list[tuple[str, int, list[str]]]) -> None:
    """See the page's head. A line for each command, and for each thing that was tried."""
    words = json.loads((folder / "words.json").read_text())
    warm(folder / "later", work)
    prepared()
    before, dice = Undisturbed(), random.Random(seed)
    for mode, count, acts in plan:
        every = [Tried(folder / words[act][0], work, act, words[act][1]) for act in acts or words]
        for found in MODES[mode](every, dice, count, before):
            tell({"trial": mode, **found})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))
