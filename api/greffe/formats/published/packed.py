"""Bytes of a publication, out of gzip where they come packed: bounded, so that a small file cannot fill the memory; and those of a
table that is checked, a piece at a time, as often as they are asked for."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from greffe.errors import BadInput

LARGEST: Final = 64 << 20  # bytes of a publication, unpacked
LARGEST_TABLE: Final = 256 << 20  # bytes of a table that is checked and not kept, unpacked
_MARK: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 20  # bytes that are unpacked at a time


@dataclass(frozen=True)
class Content:
    """Bytes of the file `name`, unpacked, `size` of them, which `opened` gives anew each time."""

    name: str
    size: int
    opened: Callable[[], BinaryIO]

    def start(self, most: int = _PIECE) -> bytes:
        """The first bytes."""
        with self.opened() as stream:
            return stream.read(most)

    def whole(self) -> bytes:
        """All of them."""
        with self.opened() as stream:
            return stream.read()


def held(content: bytes, name: str) -> Content:
    """Bytes that are at hand."""
    return Content(name, len(content), lambda: io.BytesIO(content))


def lying(path: Path, most: int) -> Content:
    """The bytes of a file, or what a gzip file holds, read where it lies. Raises BadInput when it cannot be read, is damaged or
    holds more than `most` bytes: no more than that is ever unpacked."""
    try:
        if not path.is_file():
            raise BadInput("There is no such file.", file=str(path))
        size = path.stat().st_size
        if size > most:
            raise BadInput(f"It is larger than {most >> 20} MiB.", file=path.name)
        with path.open("rb") as stream:
            packed = stream.read(len(_MARK)) == _MARK
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", file=str(path)) from error
    if not packed:
        return Content(path.name, size, lambda: path.open("rb"))
    size = 0
    with path.open("rb") as stream:
        for piece in _pieces(stream, path.name, most):
            size += len(piece)
    return Content(path.name, size, lambda: cast(BinaryIO, gzip.open(path)))


def unpacked(content: bytes, name: str, most: int = LARGEST) -> bytes:
    """The bytes themselves, or what a gzip file of them holds (several members too). Raises BadInput when it is damaged, or
    holds more than `most` bytes: no more than that is ever unpacked. Held once: a piece at a time goes to where it stays."""
    if not content.startswith(_MARK):
        return content
    found = io.BytesIO()
    for piece in _pieces(io.BytesIO(content), name, most):
        found.write(piece)
    return found.getvalue()


def _pieces(packed: BinaryIO, name: str, most: int) -> Iterator[bytes]:
    """What a gzip holds. Raises BadInput."""
    left = most
    try:
        with gzip.GzipFile(fileobj=packed) as stream:
            while piece := stream.read(min(_PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise BadInput(f"Unpacked it is larger than {most >> 20} MiB.", file=name)
                yield piece
    except EOFError as error:
        raise BadInput("This gzip file ends too early.", file=name) from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise BadInput("This gzip file is damaged.", file=name) from error
