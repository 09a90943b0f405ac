"""Bytes of a publication, out of gzip where they come packed: bounded, so that a small file cannot fill the memory."""

from __future__ import annotations

import zlib
from typing import Final

from greffe.errors import BadInput

LARGEST: Final = 64 << 20  # bytes of a publication, unpacked
LARGEST_TABLE: Final = 256 << 20  # bytes of a table that is checked and not kept, unpacked
_MARK: Final = b"\x1f\x8b"


def unpacked(content: bytes, name: str, most: int = LARGEST) -> bytes:
    """The bytes themselves, or what a gzip file of them holds (several members too). Raises BadInput when it is damaged, or
    holds more than `most` bytes: no more than that is ever unpacked."""
    if not content.startswith(_MARK):
        return content
    found: list[bytes] = []
    left, rest = most, content
    try:
        while rest.startswith(_MARK):
            machine = zlib.decompressobj(wbits=31)
            found.append(machine.decompress(rest, left + 1))
            left -= len(found[-1])
            if left < 0:
                raise BadInput(f"Unpacked it is larger than {most >> 20} MiB.", file=name)
            if not machine.eof:
                raise BadInput("This gzip file ends too early.", file=name)
            rest = machine.unused_data
    except zlib.error as error:
        raise BadInput("This gzip file is damaged.", file=name) from error
    return b"".join(found)
