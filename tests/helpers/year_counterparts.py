"""Who receives during the year: an endpoint over TLS, OpenSSH's server and a folder, whose clients take files away, a receiver of
webhooks, a mail server. What they got is told with the moment of the simulated clock at which it came; the program never sees it."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from https_server import Endpoint
from sftp_server import Server, Wire
from smtp_sink import SmtpSink

FOLDERS = ("edamis", "edamis-test", "api-test")
SERVED = ("files", "files-test")  # by SFTP


@dataclass(frozen=True)
class Received:
    """`way`: of which counterpart; `key`: what makes it the same thing again ('' in a folder)."""

    way: str
    key: str
    name: str
    content: bytes = field(repr=False)
    at: datetime

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Stamped(list[tuple[str, bytes]]):
    """What an endpoint accepted, with moments."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.moments: list[datetime] = []
        self._clock = clock

    def append(self, one: tuple[str, bytes]) -> None:
        self.moments.append(self._clock())
        super().append(one)


class Counterparts:
    """All of them. `taken`: what the client of the folder took; `faults`: an endpoint is told to misbehave by `api.fault`."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._clock, self._open = clock, ExitStack()
        self.api = Endpoint(folder / "api", accepted=Stamped(clock))
        self.hook = Endpoint(folder / "hook", accepted=Stamped(clock), fault="hook")
        (folder / "smtp").mkdir()
        self.mail = SmtpSink(folder / "smtp")
        self.out, self.inbox = folder / "out", folder / "in"
        self.taken: list[Received] = []
        for name in (*FOLDERS, *SERVED):
            (self.out / name).mkdir(parents=True)
        self.inbox.mkdir()
        self.files = Server(folder / "ssh", self.out)

    def __enter__(self) -> Counterparts:
        for one in (self.api, self.hook, self.mail, self.files):
            self._open.enter_context(one)
        self.wire = self._open.enter_context(Wire(self.files.port))
        return self

    def break_off(self, after: int) -> None:
        """The way to the SFTP server is cut after so many bytes, and stays so; -1: it is mended, and the login is taken."""
        self.wire.cut = self.wire.carried + after if after >= 0 else -1
        if after < 0 and not self._key.exists():
            self._key.with_suffix(".gone").rename(self._key)

    def lock_out(self) -> None:
        """The SFTP server refuses the login."""
        if self._key.exists():
            self._key.rename(self._key.with_suffix(".gone"))

    @property
    def _key(self) -> Path:
        return self.files.keys / "client.pub"

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def take_away(self) -> None:
        """The client of the folders takes what it sees: what begins with a point is none of its business."""
        for one in self.lying:
            self.taken.append(one)
            (self.out / one.way / one.name).unlink()

    @property
    def lying(self) -> list[Received]:
        """What the client of the folders may take."""
        found = [(way, path) for way in (*FOLDERS, *SERVED) for path in sorted((self.out / way).glob("[!.]*"))]
        return [Received(way, "", path.name, path.read_bytes(), self._clock()) for way, path in found]

    @property
    def received(self) -> list[Received]:
        """Everything but alerts."""
        found = [*self.taken]
        for way, one in (("api", self.api), ("hook", self.hook)):
            assert isinstance(one.accepted, Stamped)
            for (key, content), at in zip(one.accepted, one.accepted.moments, strict=True):
                if not key.startswith("msg_"):
                    found.append(Received(way, key, key.rpartition("/")[2], content, at))
        return found

    @property
    def alerts(self) -> list[tuple[str, bytes, datetime]]:
        """Alerts that came by webhook: id, body, moment."""
        assert isinstance(self.hook.accepted, Stamped)
        pairs = zip(self.hook.accepted, self.hook.accepted.moments, strict=True)
        return [(key, body, at) for (key, body), at in pairs if key.startswith("msg_")]

    @property
    def mails(self) -> str:
        return "\n".join(m.as_string() for m in self.mail.mails)


def numbers_in(content: bytes) -> set[str]:
    """The whole numbers in a file, those of a workbook too."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return {m.decode() for m in re.findall(rb"\d{7,}", content)}
