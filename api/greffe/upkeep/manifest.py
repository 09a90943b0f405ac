"""The list of a backup: what it holds, of which moment, and a seal over that. It is written last: without it there is no backup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Final, cast

from greffe.errors import Broken, Refused
from greffe.store.chain import canonical, checksum

FORM: Final = 1  # of the list; a newer one is refused
SETTINGS: Final = ("channels.toml", "jobs.toml")
KEY: Final = "webhooks.key"
OWN: Final = "greffe.toml"  # may hold the password of the database
FOLDERS: Final = ("extracts", "drafts", "releases", "transmissions", "pivot")
_SHA: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """Something that is kept under its sha256: a file of the home by its path there, or a piece of the register by its name."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """`moment`: when the register was read; `head`, `head_hash`: of its last entry then; `schema`: its migration. `register`:
    its pieces in order, `files`: those that its entries name, and settings. `left_out`: what is on purpose not in it;
    `faults`: what is damaged or gone in the house itself, so that it could not be taken."""

    greffe: str
    schema: str
    moment: str
    head: int
    head_hash: str
    register: tuple[Kept, ...]
    files: tuple[Kept, ...]
    left_out: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    form: int = FORM

    @property
    def size(self) -> int:
        """Bytes of all that it holds."""
        return sum(k.size for k in (*self.register, *self.files))

    @property
    def name(self) -> str:
        """By which it is told from others in one folder, in the order of their moments."""
        return f"{re.sub('[^0-9TZ]', '', self.moment)}-{self.head}-{checksum(self.written())[:8]}"

    def written(self) -> bytes:
        """As JSON, with its seal."""
        return canonical({"backup": asdict(self), "seal": checksum(canonical(asdict(self)).encode())}).encode() + b"\n"


def read_manifest(content: bytes, name: str) -> Manifest:
    """What `written` gave. Raises Broken naming the file, Refused for one of a newer Greffe."""
    try:
        document = json.loads(content)
        told = document["backup"]
        if document["seal"] != checksum(canonical(told).encode()):
            raise Broken("The list of the backup is not what was written.", file=name)
        if told["form"] != FORM:
            raise Refused("The backup was made by another version of Greffe.", file=name, hint="Use the newer version.")
        found = Manifest(
            str(told["greffe"]), str(told["schema"]), str(told["moment"]), int(told["head"]), str(told["head_hash"]),
            tuple(map(_kept, told["register"])), tuple(map(_kept, told["files"])),
            tuple(map(str, told["left_out"])), tuple(map(str, told["faults"])),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Broken("The list of the backup is not what was written.", file=name) from error
    wrong = next((k.path for k in found.files if not _allowed(k.path)), None)
    if wrong is not None:
        raise Broken(f"The backup holds {wrong!r}, which is no file of a house.", file=name)
    return found


def _kept(told: object) -> Kept:
    if not isinstance(told, Mapping):
        raise TypeError
    found = cast(Mapping[str, object], told)
    one = Kept(str(found["path"]), str(found["sha256"]), int(str(found["size"])))
    if not _SHA.fullmatch(one.sha256) or one.size < 0:
        raise ValueError
    return one


def _allowed(path: str) -> bool:
    """A path below one of the folders of a house, that leads nowhere else, or a file of settings."""
    if path in (*SETTINGS, KEY, OWN):
        return True
    pure = PurePosixPath(path)
    plain = str(pure) == path and not pure.is_absolute() and "\0" not in path and ".." not in pure.parts
    return plain and len(pure.parts) > 1 and pure.parts[0] in FOLDERS
