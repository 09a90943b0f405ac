"""Where what is written once lies for every machine: nowhere but here, or in a bucket (bucket.py).

A shelf is a folder of this machine whose folders are each written once. With a depot every one of them has a copy there, under
the same name, and comes from there when this machine has it not: a machine may lose all its files and goes on.

    NAME/contents.json  file → [sha256, bytes]; it is put first, and only if there is none: it takes the name
         data.parquet   … the files themselves; before all of them are there the folder is not

Nothing is taken from a depot that has not the checksum of its list, and the register says which folders there are: a depot that
is stale, torn or damaged makes answers late, never wrong.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from greffe.errors import Broken, Conflict, NotFound
from greffe.store.chain import canonical
from greffe.store.folders import alone, as_written, file_checksum, flush, take_away, whole

LIST: Final = "contents.json"
_TRIES: Final = 3  # times that a file is asked for whose bytes are not what was written
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@$.\-]*(?:/[A-Za-z0-9][A-Za-z0-9_@$.\-]*)*")
_LOG: Final = logging.getLogger("greffe")

Contents = dict[str, tuple[str, int]]  # file → sha256, bytes


class Depot(Protocol):
    """Objects by name, for all machines. `shared`: whether there is one at all. Every call raises Unavailable when the depot
    does not answer, and Refused when it says no."""

    shared: bool

    def put(self, name: str, file: Path | IO[bytes]) -> None:
        """Store a file, or the rest of one that is open; what had the name is replaced. Whole, or not there."""

    def put_new(self, name: str, content: bytes) -> bool:
        """Store a few bytes unless something has the name; false when something has."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of an object, in order. Raises NotFound before the first when there is none."""

    def names(self, under: str) -> Iterator[tuple[str, int]]:
        """Name and bytes of each object whose name begins with `under` and a slash."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; one that is not there is no error."""


class Alone:
    """No depot: one machine has everything."""

    shared = False

    def put(self, name: str, file: Path | IO[bytes]) -> None:
        """Nothing is stored."""

    def put_new(self, name: str, content: bytes) -> bool:
        """Nothing is stored, and nothing had the name."""
        return True

    def pieces(self, name: str) -> Iterator[bytes]:
        """Nothing is there."""
        raise NotFound(f"There is no {name}.")

    def names(self, under: str) -> Iterator[tuple[str, int]]:
        """Nothing is there."""
        return iter(())

    def remove(self, names: Iterable[str]) -> None:
        """Nothing is there."""


ALONE: Final = Alone()


@dataclass(frozen=True)
class Shelf:
    """The folders below `root`, each written once; `kind` is what their names begin with in the depot."""

    root: Path
    depot: Depot = ALONE
    kind: str = ""

    def keep(self, work: Path, name: str, version: str = "") -> Path:
        """Give a folder that was filled its name, on the disk and in the depot, and where it is then. What had the name on
        this machine goes. `version`: where folders of one name may differ, what tells them apart in the depot.

        Raises Conflict when the depot has another content under that name and version."""
        for path in sorted(work.rglob("*")):
            flush(path)
        flush(work)
        final = self.root / name
        with alone(self.root, sweep=False):
            shutil.rmtree(final, ignore_errors=True)
            work.replace(final)
            flush(self.root)
            flush(self.root.parent)  # the work may have made the root
        self.share(name, version)
        return final

    def share(self, name: str, version: str = "") -> None:
        """Store a folder of this machine in the depot. The same again changes nothing, and completes what a kill left.
        Raises Conflict when another content has the name."""
        if not self.depot.shared:
            return
        folder, place = self.root / name, self._place(name, version)
        files = {p.name: p for p in sorted(folder.iterdir()) if p.is_file() and not p.name.startswith(".")}
        contents: Contents = {n: (file_checksum(p), p.stat().st_size) for n, p in files.items()}
        if not self.depot.put_new(f"{place}/{LIST}", canonical(contents).encode()):
            there = self._contents(place)
            if there != contents:
                raise Conflict(f"{place} exists with another content.")
        stored = dict(self.depot.names(place))
        for file, path in files.items():
            if stored.get(f"{place}/{file}") != contents[file][1]:
                self.depot.put(f"{place}/{file}", path)

    def stored(self, name: str, version: str = "") -> bool:
        """Whether the depot has all of a folder, by name and length: then this machine need not keep it."""
        if not self.depot.shared:
            return False
        place = self._place(name, version)
        try:
            contents = self._contents(place)
        except (Broken, NotFound):
            return False
        there = dict(self.depot.names(place))
        return all(there.get(f"{place}/{file}") == size for file, (_, size) in contents.items())

    def at(self, name: str, version: str = "") -> Path:
        """Where a folder is on this machine; it comes from the depot when it is not here. It need not be: who opens it sees."""
        folder = self.root / name
        if self.depot.shared:
            try:
                os.utime(folder)  # somebody wants it: `let_go` leaves it here
            except FileNotFoundError:
                with suppress(NotFound):
                    self.bring(name, version)
        return folder

    def let_go(self, name: str, version: str, idle_since: float) -> bool:
        """Remove a folder from this machine that nobody asked for since that moment (seconds since 1970) and that the depot has
        whole: it comes again when it is asked for. False when it stays, or is not here. Raises Unavailable."""
        folder = self.root / name
        with suppress(FileNotFoundError):
            if self.depot.shared and folder.stat().st_mtime <= idle_since and self.stored(name, version):
                return folder.stat().st_mtime <= idle_since and take_away(folder)
        return False

    def bring(self, name: str, version: str = "") -> Path:
        """Take a folder from the depot, in the place of what this machine has. Raises NotFound when it is not there whole,
        Broken when what is there is not what was written."""
        place, final = self._place(name, version), self.root / name
        contents = self._contents(place)
        with alone(final.parent, sweep=False):
            if final.is_dir() and not _differing(final, contents):
                return final
            if final.is_dir():
                take_away(final)
            whole(final, lambda work: self._fill(place, contents, work))
        return final

    def faults(self, name: str, version: str = "") -> list[str]:
        """What is wrong with the copy in the depot, as sentences. Reads all of it. Raises Unavailable."""
        if not self.depot.shared:
            return []
        place, found = self._place(name, version), []
        try:
            contents = self._contents(place)
        except (Broken, NotFound):
            return [f"The list of {place} is not in the object store, or is not what was written."]
        for file, (sha, _) in contents.items():
            try:
                for _piece in checked(self.depot.pieces(f"{place}/{file}"), file, sha):
                    pass
            except (Broken, NotFound):
                found.append(f"{place}/{file} is not in the object store, or is not what was written.")
        return found

    def _place(self, name: str, version: str) -> str:
        place = f"{self.kind}/{name}@{version}" if version else f"{self.kind}/{name}"
        if not _NAME.fullmatch(place):
            raise NotFound(f"{place!r} is no name of a stored folder.")
        return place

    def _contents(self, place: str) -> Contents:
        """The list of a folder. Raises NotFound, or Broken when it is none."""
        body = b"".join(self.depot.pieces(f"{place}/{LIST}"))
        try:
            return {str(n): (str(sha), int(size)) for n, (sha, size) in json.loads(body).items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise Broken("A stored file is not what was written.", file=f"{place}/{LIST}") from error

    def _fill(self, place: str, contents: Contents, work: Path) -> None:
        for file, (sha, _) in contents.items():
            fetched(self.depot, f"{place}/{file}", work / file, sha)


def version_of(checksum: str) -> str:
    """What tells folders of one name apart, where the same work may find other things another day: drafts, readings of a file."""
    return checksum[:16]


def fetched(depot: Depot, name: str, into: Path, sha256: str) -> None:
    """Write an object into a file, for the eyes of its owner. It is asked for again when its bytes are not those of the sha256:
    a store may be stale, or the line torn. Raises NotFound, and Broken when they never are; nothing is left then."""
    for attempt in range(_TRIES):
        try:
            handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(checked(depot.pieces(name), name, sha256))
            return
        except Broken as error:
            _LOG.warning("The depot gave other bytes than were stored: %s", error.text())
            into.unlink(missing_ok=True)
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.1 * 2**attempt)


def checked(pieces: Iterable[bytes], name: str, sha256: str) -> Iterator[bytes]:
    """The pieces as they come; Broken at the end when they are not what was written."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Broken("A stored file is not what was written.", file=name, hint="Restore it from a copy.")


def _differing(folder: Path, contents: Contents) -> bool:
    return any(not as_written(folder / n, sha) for n, (sha, _) in contents.items())
