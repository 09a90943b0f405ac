"""A disk as POSIX lets it be after the power went: what was done to files and folders, and what of it had to be there.

After ALICE (Pillai and others, OSDI 2014) and CrashMonkey: the calls of one run are recorded, and each prefix of them makes some
disks. What fsync waited for is on all of them: a file's content after its own fsync, a name after that of its folder (a
file's fsync says nothing of its name). A rename is there or not, never half. Of the rest:

    kept       all is there: as after a kill, when the power stays
    unwritten  names are there, contents that nobody waited for are not: files are shorter, or empty
    zeros      the same, and the lengths are there: what is missing reads as zeros
    torn       all but the last half of the last write to each file
    nameless   contents are there, names are as at the last fsync of their folder
    lost       nothing is there but what had to be
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from traced import Call

WAYS = ("kept", "unwritten", "zeros", "torn", "nameless", "lost")
ROOT = 0
GONE = " (deleted)"  # a file that has no name any more
_WITHOUT = ("-shm",)  # the index of a write-ahead log: SQLite makes it again when nobody has it open


@dataclass(frozen=True)
class Op:
    """One change. `put`: the name `name` of folder `at` is `of` (0: of nothing) and, of a rename, the name `old` of folder
    `since` is no more; `data`: bytes of file `of` from `at` on; `length`: its length is `at`; `flush`: all of `of` is waited for."""

    kind: str
    of: int
    at: int = 0
    name: str = ""
    data: bytes = b""
    since: int = -1
    old: str = ""


@dataclass
class Recording:
    """What was done, in order, to a folder that is `start`; `acknowledged`: how many changes had been made then."""

    start: Path
    ops: list[Op] = field(default_factory=list)
    acknowledged: int = 0
    files: dict[int, str] = field(default_factory=dict)  # file → its path below `start`, of those that were there
    names: dict[int, dict[str, int]] = field(default_factory=dict)  # folder → its names, as they were
    folders: set[int] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


class Recorder:
    """Reads calls on paths below `home` into a recording; `start` is a copy of that folder as it was."""

    def __init__(self, home: Path, start: Path, mark: Path) -> None:
        self._home, self._mark = os.fsencode(home), os.fsencode(mark)
        self.found = Recording(start)
        self._next = ROOT
        self._names: dict[int, dict[str, int]] = {}
        self._read(start)
        self.found.names = {k: dict(v) for k, v in self._names.items()}
        self._size = {of: (start / path).stat().st_size for of, path in self.found.files.items()}
        self._places: dict[tuple[int, bytes], int] = {}

    def _read(self, folder: Path) -> int:
        number = self._new()
        self.found.folders.add(number)
        self._names[number] = names = {}
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                names[path.name] = self._read(path)
            else:
                names[path.name] = of = self._new()
                self.found.files[of] = str(path.relative_to(self.found.start))
        return number

    def _new(self) -> int:
        self._next += 1
        return self._next - 1

    def _inside(self, path: bytes) -> str | None:
        if path == self._home:
            return ""
        return os.fsdecode(path[len(self._home) + 1 :]) if path.startswith(self._home + b"/") else None

    def _where(self, path: str) -> tuple[int, str]:
        """The folder and the name of a path."""
        *above, name = path.split("/")
        number = ROOT
        for one in above:
            number = self._names[number][one]
        return number, name

    def _of(self, path: str) -> int | None:
        if not path:
            return ROOT
        folder, name = self._where(path)
        return self._names[folder].get(name)

    def read(self, calls: Iterable[Call]) -> Recording:
        for call in calls:
            if call.name == "mkdir" and call.words[0] == self._mark:
                self.found.acknowledged = len(self.found.ops)
            elif not call.failed:
                self._one(call)
        return self.found

    def _one(self, call: Call) -> None:
        paths = [self._inside(p) for p in _paths(call)]
        if all(p is None for p in paths) or (paths[0] or "").endswith(GONE):
            return
        if call.name in ("openat", "open", "creat"):
            self._opened(call, paths[0] or "")
        elif call.name in ("write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range"):
            self._written(call, paths[0])
        elif call.name == "lseek":
            self._places[call.thread, call.words[0]] = call.result
        elif call.name in ("fsync", "fdatasync"):
            self.found.ops.append(Op("flush", self._sure(paths[0])))
        elif call.name in ("ftruncate", "truncate"):
            self._length(self._sure(paths[0]), int(re.findall(r"\d+$", call.rest)[0]))
        elif call.name in ("mkdir", "mkdirat"):
            self._put(paths[0] or "", self._new(), folder=True)
        elif call.name in ("unlink", "unlinkat", "rmdir"):
            self._put(paths[0] or "", 0)
        elif call.name in ("rename", "renameat", "renameat2"):
            self._renamed(paths[0], paths[1])
        elif call.name in ("link", "linkat"):
            self._put(paths[1] or "", self._sure(paths[0]))
        else:
            self.found.unknown.append(f"{call.name} {paths}")

    def _sure(self, path: str | None) -> int:
        found = self._of(path or "")
        assert found is not None, path
        return found

    def _opened(self, call: Call, path: str) -> None:
        if not re.search("O_WRONLY|O_RDWR", call.rest):
            return
        of = self._of(path)
        if of is None:
            of = self._new()
            self._size[of] = 0
            self._put(path, of)
        elif "O_TRUNC" in call.rest and self._size[of]:
            self._length(of, 0)
        self._places[call.thread, call.words[-1]] = self._size[of] if "O_APPEND" in call.rest else 0

    def _length(self, of: int, length: int) -> None:
        self._size[of] = length
        self.found.ops.append(Op("length", of, length))

    def _put(self, path: str, of: int, *, folder: bool = False) -> None:
        at, name = self._where(path)
        if folder:
            self._names[of] = {}
            self.found.folders.add(of)
        self._names[at][name] = of
        if not of:
            del self._names[at][name]
        self.found.ops.append(Op("put", of, at, name))

    def _renamed(self, old: str | None, new: str | None) -> None:
        assert old and new, "in and out of the house nothing is renamed"
        since, was = self._where(old)
        at, name = self._where(new)
        of = self._names[since].pop(was)
        self._names[at][name] = of
        self.found.ops.append(Op("put", of, at, name, since=since, old=was))

    def _written(self, call: Call, path: str | None) -> None:
        if path is None or path.endswith(_WITHOUT):
            return
        of, place = self._sure(path), (call.thread, call.words[0])
        if call.name in ("pwrite64", "pwritev"):
            at = int(re.findall(r"\d+$", call.rest)[0])
        else:
            at = self._places.get(place, 0)
            self._places[place] = at + call.result
        data = self._copied(call) if call.name in ("sendfile", "copy_file_range") else b"".join(call.words[1:])
        data = data[: call.result]
        assert len(data) == call.result, call
        if data:
            self._size[of] = max(self._size[of], at + len(data))
            self.found.ops.append(Op("data", of, at, data=data))

    def _copied(self, call: Call) -> bytes:
        """What the kernel copied from another file: its content as it is so far."""
        path = self._inside(call.words[1])
        found = re.search(r"\[(\d+)\]", call.rest)
        at = int(found[1]) if found else self._places.get((call.thread, call.words[1]), 0)
        if path is None:
            return Path(os.fsdecode(call.words[1])).read_bytes()[at:]
        of = self._sure(path)
        return content(self.found, of, [o for o in self.found.ops if o.of == of and o.kind != "put"])[at:]


def _paths(call: Call) -> list[bytes]:
    """The paths that a call is about, whole."""
    words = list(call.words)
    if call.name in ("openat", "mkdirat", "unlinkat"):
        return [_joined(*words[:2])]
    if call.name in ("renameat", "renameat2", "linkat"):
        return [_joined(*words[:2]), _joined(*words[2:4])]
    if call.name in ("rename", "link"):
        return words[:2]
    return words[:1]


def _joined(folder: bytes, path: bytes) -> bytes:
    return os.fsencode(Path(os.fsdecode(folder)) / os.fsdecode(path))


def content(recording: Recording, of: int, ops: Iterable[Op]) -> bytes:
    """A file after changes of its content."""
    path = recording.files.get(of)
    body = bytearray((recording.start / path).read_bytes() if path else b"")
    for op in ops:
        if op.kind == "length":
            body = body[: op.at] + bytes(max(0, op.at - len(body)))
        elif op.kind == "data":
            body += bytes(max(0, op.at - len(body)))
            body[op.at : op.at + len(op.data)] = op.data
    return bytes(body)


@dataclass(frozen=True)
class Disk:
    """What would be found: path → content, None for a folder; a file that was not touched is said by its number alone."""

    paths: Mapping[str, bytes | int | None]

    @property
    def name(self) -> int:
        """Two disks of one name are the same."""
        return hash(frozenset((p, hash(c)) for p, c in self.paths.items()))

    def laid(self, start: Path, files: Mapping[int, str], home: Path, one: Callable[[str, str], object]) -> None:
        """Make the folder; `one` gives it a file that was not touched."""
        home.mkdir()
        for path, body in sorted(self.paths.items(), key=lambda p: p[0]):
            if body is None:
                (home / path).mkdir()
            elif isinstance(body, int):
                one(str(start / files[body]), str(home / path))
            else:
                (home / path).write_bytes(body)


def disk(recording: Recording, number: int, way: str) -> Disk:
    """The disk after the first so many changes, in one of WAYS."""
    ops = recording.ops[:number]
    waited: dict[int, int] = {op.of: n for n, op in enumerate(ops) if op.kind == "flush"}
    sure = way in ("nameless", "lost")
    names = {k: dict(v) for k, v in recording.names.items()}
    changed: dict[int, list[tuple[int, Op]]] = {}
    for n, op in enumerate(ops):
        if op.kind in ("data", "length"):
            changed.setdefault(op.of, []).append((n, op))
        if op.kind == "put" and (not sure or n < max(waited.get(op.at, -1), waited.get(op.since, -1))):
            _named(names, op)
    return Disk(dict(_found(recording, names, changed, waited, way)))


def _named(names: dict[int, dict[str, int]], op: Op) -> None:
    if op.since >= 0:
        names.setdefault(op.since, {}).pop(op.old, None)
    folder = names.setdefault(op.at, {})
    folder.pop(op.name, None)
    if op.of:
        folder[op.name] = op.of


def _found(
    recording: Recording,
    names: Mapping[int, Mapping[str, int]],
    changed: Mapping[int, list[tuple[int, Op]]],
    waited: Mapping[int, int],
    way: str,
) -> Iterator[tuple[str, bytes | int | None]]:
    todo = [("", ROOT)]
    while todo:
        above, folder = todo.pop()
        for name, of in names.get(folder, {}).items():
            path = f"{above}/{name}" if above else name
            if of in recording.folders:
                yield path, None
                todo.append((path, of))
            elif not path.endswith(_WITHOUT):
                mine = changed.get(of)
                yield path, _content(recording, of, mine, waited, way) if mine or of not in recording.files else of


def _content(
    recording: Recording, of: int, changes: list[tuple[int, Op]] | None, waited: Mapping[int, int], way: str
) -> bytes:
    changes = changes or []
    sure = [op for n, op in changes if n < waited.get(of, -1)]
    every = [op for _, op in changes]
    if way in ("kept", "nameless") or len(sure) == len(every):
        return content(recording, of, every)
    if way == "torn":
        last = every[-1]
        return content(recording, of, [*every[:-1], Op("data", of, last.at, data=last.data[: len(last.data) // 2])])
    body = content(recording, of, sure)
    return body + bytes(max(0, len(content(recording, of, every)) - len(body))) if way == "zeros" else body
