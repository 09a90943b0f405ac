"""Bytes of a publication, out of gzip where they come packed: bounded, so that a small file cannot fill the memory."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Final

from greffe.errors import BadInput

LARGEST: Final = 64 << 20  # bytes of a publication, unpacked
LARGEST_TABLE: Final = 256 << 20  # bytes of a table that is checked and not kept, unpacked
_MARK: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 20  # bytes that are unpacked at a time


def unpacked(content: bytes, name: str, most: int = LARGEST) -> bytes:
    """The bytes themselves, or what a gzip file of them holds (several members too). Raises BadInput when it is damaged, or
    holds more than `most` bytes: no more than that is ever unpacked. Held once: a piece at a time goes to where it stays."""
    if not content.startswith(_MARK):
        return content
    found = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while piece := stream.read(min(_PIECE, most + 1 - found.tell())):
                found.write(piece)
                if found.tell() > most:
                    raise BadInput(f"Unpacked it is larger than {most >> 20} MiB.", file=name)
    except EOFError as error:
        raise BadInput("This gzip file ends too early.", file=name) from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise BadInput("This gzip file is damaged.", file=name) from error
    return found.getvalue()
