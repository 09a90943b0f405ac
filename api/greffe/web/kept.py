"""Answers that are kept: small ones in memory until the register says something new, large ones as files by their tag.

Nothing here can be stale: a small answer counts for the state of the register in which it was made, and a file is named
by the tag of what it holds, which names the release, the catalogue, the question, format, language and coding. Nothing is
served that is not what was written: beside a file stands its sha256, by which each process checks it once, and again when it
changed; what a power cut or a bad disk left is made again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from greffe.errors import Broken
from greffe.release.clearing import USED
from greffe.store.folders import Stamp, check, stamp

SUM: Final = ".sha256"
_LOG: Final = logging.getLogger("greffe")
ONE: Final = 256 * 1024  # bytes of an answer that is kept in memory, at most


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SmallAnswers:
    """The most recently used answers, `most` bytes of bodies together. For one event loop: no lock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._state: Hashable = None
        self._found: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable, state: Hashable) -> Kept | None:
        """The answer to that question in that state. Another state than before forgets everything."""
        if state != self._state:
            self._found.clear()
            self._size, self._state = 0, state
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
        return found

    def put(self, key: Hashable, state: Hashable, kept: Kept) -> None:
        """Keep an answer, unless it is large or made in a state that has passed."""
        if state != self._state or len(kept.body) > ONE or key in self._found:
            return
        self._found[key] = kept
        self._size += len(kept.body) + 2_000  # headers and the key
        while self._size > self._most:
            _, old = self._found.popitem(last=False)
            self._size -= len(old.body) + 2_000


class Dumps:
    """Large answers as files of one folder, `most` bytes together; those not asked for the longest go first."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._sound: dict[Path, Stamp] = {}

    def path(self, tag: str) -> Path | None:
        """The file of an answer that is there whole and as it was written, or None."""
        path = self._folder / tag.strip('"')
        if not path.is_file():
            return None
        try:
            now = stamp(path)
            if self._sound.get(path) != now:
                check(path, _sum(path).read_text("utf-8"))
                self._sound[path] = now
            os.utime(path, ns=(time.time_ns(), now[0]))  # when it was used last; when it was written stays
        except Broken as error:
            self._sound.pop(path, None)
            _LOG.warning("A kept answer is made again: %s", error.text())
            _remove(path)
            return None
        except (OSError, UnicodeDecodeError):  # another process takes it away, or it was being written
            return None
        return path

    def keeping(self, tag: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same chunks, written to a file on the way, which counts when all were taken. A full disk, or an answer
        larger than a quarter of the room, costs the copy, not the answer."""
        copy = _Copy(self._folder, self._most // 4)
        try:
            for chunk in chunks:
                copy.add(chunk)
                yield chunk
            copy.finish(self._folder / tag.strip('"'))
        finally:
            copy.drop()
        self._make_room()

    def whole(self, tag: str, chunks: Iterator[bytes]) -> Path:
        """The file with all those bytes, made now when it is not there. Raises OSError when it cannot be kept."""
        found = self.path(tag)
        if found is not None:
            return found
        self._folder.mkdir(parents=True, exist_ok=True)
        target, digest = self._folder / tag.strip('"'), hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix="part-", delete=False) as file:
            try:
                for chunk in chunks:
                    file.write(chunk)
                    digest.update(chunk)
                file.close()
                _named(Path(file.name), target, digest.hexdigest())
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        self._make_room(target)
        return target

    def _make_room(self, but: Path | None = None) -> None:
        found, just = [], time.time() - USED
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(OSError):
                if path.name.endswith(SUM):
                    if not path.with_name(path.name.removesuffix(SUM)).exists() and path.stat().st_mtime < just:
                        path.unlink()
                    continue
                found.append((path.stat().st_atime, path.stat().st_size, path))
        total = sum(size for _, size, _ in found)
        for used, size, path in sorted(found):
            if total <= self._most:
                return
            if path != but and used < just:
                _remove(path)
                total -= size


def _sum(path: Path) -> Path:
    return path.with_name(path.name + SUM)


def _named(work: Path, target: Path, sha256: str) -> None:
    """Give a file that was written its name, its sum first: one without a sum is none. Raises OSError."""
    said = work.with_name(work.name + SUM)
    try:
        said.write_text(sha256, "utf-8")
        said.replace(_sum(target))
        work.replace(target)
    finally:
        said.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sum(path).unlink(missing_ok=True)


class _Copy:
    """A file that is being written, until it is finished or dropped."""

    def __init__(self, folder: Path, most: int) -> None:
        self._most = most
        self._written = 0
        self._digest = hashlib.sha256()
        self._file: IO[bytes] | None = None
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=folder, prefix="part-", delete=False)  # noqa: SIM115

    def add(self, chunk: bytes) -> None:
        """Write on, or give up when there is no room."""
        self._written += len(chunk)
        if self._file is None:
            return
        if self._written > self._most:
            self.drop()
            return
        try:
            self._file.write(chunk)
            self._digest.update(chunk)
        except OSError:
            self.drop()

    def finish(self, target: Path) -> None:
        """The whole file, under its name."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
                _named(Path(self._file.name), target, self._digest.hexdigest())
                self._file = None

    def drop(self) -> None:
        """No file remains, unless it was finished."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
            self._file = None
