"""Files below a folder of an SFTP server. What it says, and what happens to the connection, becomes an OSError."""

from __future__ import annotations

import hashlib
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from paramiko import SFTPClient, SFTPError, SSHException

from greffe.transmission.channels.channel import LIMIT

ANSWER: Final = 60  # seconds that one answer of the server may take
PIECE: Final = 32_768  # bytes of one request, as every server takes them
FAILURE: Final = "Failure"  # the word of a server that has no word for it: a full disk, a name that is taken
CLOSED: Final = "Socket is closed"  # of the library
UNSUPPORTED: Final = ("Operation unsupported", "Unsupported")


class SftpPlace:
    """One session of one server; `reads`: whether files are read back. It gives up when the time of a try is over, so that
    it never writes beside the next one. A piece is sent when the one before it was confirmed: what is there is a beginning
    of the file, whenever the connection breaks."""

    def __init__(self, session: SFTPClient, path: str, where: str, *, reads: bool) -> None:
        self._session = session
        self._path = path.rstrip("/")
        self._where = where
        self._reads = reads
        self._until = time.monotonic() + LIMIT.total_seconds()
        channel = session.get_channel()
        if channel is not None:
            channel.settimeout(ANSWER)

    @property
    def where(self) -> str:
        """Account, server and folder."""
        return self._where

    @property
    def reads(self) -> bool:
        """As the settings say."""
        return self._reads

    def size(self, name: str) -> int | None:
        """Length in bytes; None when there is no such file."""
        try:
            with self._told():
                return self._session.stat(self._at(name)).st_size
        except FileNotFoundError:
            return None

    def digest(self, name: str, length: int) -> str:
        """The sha256 of its first bytes, read back."""
        digest = hashlib.sha256()
        with self._told(), self._session.open(self._at(name), "rb") as stream:
            stream.prefetch(length)
            while length and (piece := bytes(stream.read(min(PIECE, length)))):
                self._in_time()
                digest.update(piece)
                length -= len(piece)
        return digest.hexdigest()

    def write(self, name: str, source: BinaryIO, at: int) -> None:
        """From a position on; at 0 anew."""
        with self._told(), self._session.open(self._at(name), "r+b" if at else "wb") as target:
            target.seek(at)
            while piece := source.read(PIECE):
                self._in_time()
                target.write(piece)

    def rename(self, old: str, new: str) -> None:
        """In one step, as POSIX has it, where the server can; else as the protocol has it."""
        with self._told():
            try:
                self._session.posix_rename(self._at(old), self._at(new))
            except OSError as error:
                if str(error) not in UNSUPPORTED:
                    raise
                self._session.rename(self._at(old), self._at(new))

    def files(self) -> dict[str, tuple[int, str]]:
        """Name → length in bytes, and a mark of length and time: of plain files whose names do not begin with a point."""
        with self._told():
            listed = self._session.listdir_attr(self._path)
        return {
            a.filename: (a.st_size or 0, f"{a.st_size} {a.st_mtime}")
            for a in listed
            if stat.S_ISREG(a.st_mode or 0) and not a.filename.startswith(".")
        }

    def content(self, name: str, most: int) -> bytes:
        """The bytes of a file. Raises OSError for one that grew beyond `most`."""
        found = bytearray()
        with self._told(), self._session.open(self._at(name), "rb") as stream:
            while piece := bytes(stream.read(PIECE)):
                self._in_time()
                found += piece
                if len(found) > most:
                    raise OSError(f"{name} grows while it is read")
        return bytes(found)

    def folder(self, name: str) -> None:
        """Made if it is not there."""
        if self.size(name) is None:
            with self._told():
                self._session.mkdir(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}"

    def _in_time(self) -> None:
        if time.monotonic() > self._until:
            raise TimeoutError(f"it takes longer than {LIMIT}, and goes on with the next try")

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._in_time()
        try:
            yield
        except TimeoutError as error:
            raise OSError(
                str(error) if error.args and error.args != ("timed out",) else f"no answer in {ANSWER} s"
            ) from error
        except (SSHException, SFTPError, EOFError) as error:
            raise OSError("the connection broke") from error
        except OSError as error:
            if str(error) == CLOSED:
                raise OSError("the connection broke") from error
            if str(error) == FAILURE:
                raise OSError("the server failed, as it does when its disk is full") from error
            raise
