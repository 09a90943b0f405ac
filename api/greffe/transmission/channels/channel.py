"""What a channel is: it hands files over, and can be asked what has arrived."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

from greffe.errors import BadDefinition, nearest

LEASE: Final = timedelta(minutes=30)  # how long nobody else takes a try over
LIMIT: Final = LEASE - timedelta(minutes=5)  # a channel gives up before that
# Settings of every kind. inbox: where receipts of its deliveries arrive; orders: bodies whose standing orders leave by it;
# settles_after: seconds for which a try that broke off may still arrive.
COMMON: Final = ("kind", "inbox", "orders", "settles_after")
Arrived: TypeAlias = Literal["there", "absent", "partly", "unknown"]
THERE: Final[Arrived] = "there"  # every file, whole
ABSENT: Final[Arrived] = "absent"  # none, and none can have been taken away
PARTLY: Final[Arrived] = "partly"  # some of it, which may be completed
UNKNOWN: Final[Arrived] = "unknown"  # nobody here can tell: a person asks the recipient


class NotSent(Exception):
    """Nothing can have been taken for delivered: it may be tried again. `lasting`: not before somebody mends something
    (a refused login, a changed host key). `after`: seconds that the other side asks to wait, 0 when it does not."""

    def __init__(self, message: str, *, lasting: bool = False, after: int = 0) -> None:
        self.lasting, self.after = lasting, after
        super().__init__(message)


class Occupied(NotSent):
    """Nothing was put, for a file of another delivery, or of somebody else, has that `name` there: it is waited for."""

    def __init__(self, message: str, name: str) -> None:
        self.name = name
        super().__init__(message)


class Unsure(Exception):
    """It may have arrived: it is asked for before anything is tried again."""


@dataclass(frozen=True)
class Outgoing:
    """A file on its way: the name it is to have, and where its bytes lie."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Parcel:
    """All files of one transmission; `key` makes that a recipient takes it once."""

    key: str
    files: Sequence[Outgoing]


class Channel(Protocol):
    """A way to one recipient. Both may take long, and both may be killed at any moment."""

    def deliver(self, parcel: Parcel) -> str:
        """Hand all files over, completing what an earlier try left, and tell what the other side said.

        Raises NotSent when it surely did not arrive, Unsure when nobody can tell."""

    def look(self, parcel: Parcel) -> Arrived:
        """What of it has arrived. Raises NotSent when it cannot be asked."""

    def reach(self) -> str:
        """Connect and log in without sending anything, and tell what answered. Raises NotSent."""

    @property
    def where(self) -> str:
        """As a person names it: without a secret."""

    @property
    def tells(self) -> bool:
        """Whether the other side itself says what it has: where it does not just now, it is asked again later."""


@dataclass(frozen=True)
class Options:
    """The settings of one channel, read strictly: what nobody reads is an error (`unread`). `root`: where relative paths begin,
    None where they are errors."""

    name: str
    file: str
    values: Mapping[str, object]
    root: Path | None = None

    def text(self, key: str, default: str | None = None) -> str:
        """A text. Raises BadDefinition when it is missing or none."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "is a text that must be said")
        return value

    def path(self, key: str) -> Path | None:
        """A path, made absolute; None when it is not said."""
        if key not in self.values:
            return None
        found = (self.root or Path()) / self.text(key)
        if not found.is_absolute():
            raise self.wrong(key, f"{str(found)!r} is no absolute path")
        return found

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "is true or false")
        return value

    def whole(self, key: str, default: int) -> int:
        """A whole number above 0."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(key, "is a whole number above 0")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when it is not said."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, "is a list of texts")
        return tuple(str(one) for one in value)

    def trust(self) -> ssl.SSLContext:
        """Whom to believe: the authorities of `ca_file`, those of the machine when it is not said."""
        path = self.path("ca_file")
        try:
            return ssl.create_default_context(cafile=str(path) if path else None)
        except (ssl.SSLError, OSError) as error:
            raise self.wrong("ca_file", f"{path} holds no certificates that can be read") from error

    def only(self, *keys: str) -> None:
        """Raises BadDefinition for a key that this kind does not have."""
        wrong = next((k for k in self.values if k not in (*COMMON, *keys)), None)
        if wrong is not None:
            raise BadDefinition(
                f"channel {self.name} has no setting {wrong!r}.",
                file=self.file,
                nearest=nearest(wrong, (*COMMON, *keys)),
            )

    def wrong(self, key: str, message: str) -> BadDefinition:
        """The error to raise about a setting."""
        return BadDefinition(f"channel {self.name}: {key} {message}.", file=self.file)
