"""A look at the bytes of a text file before it is parsed: is it text, in the declared encoding, and how many lines."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

import numpy as np

from greffe.errors import BadInput
from greffe.ingest.report import File

CHUNK: Final = 1 << 20
NOT_LATIN: Final = bytes(range(0x80, 0xA0))  # control characters: no Latin-1 text has them, Windows-1252 does
_MAGIC: Final = {  # the first that fits: UTF-32 begins as UTF-16 does
    b"PK\x03\x04": "It is a ZIP file: if it is a workbook, name it .xlsx.",
    b"PAR1": "It is a Parquet file: name it .parquet.",
    b"\xff\xfe\0\0": "It is UTF-32: save it as UTF-8.",
    b"\0\0\xfe\xff": "It is UTF-32: save it as UTF-8.",
    b"\xff\xfe": "It is UTF-16: save it as UTF-8.",
    b"\xfe\xff": "It is UTF-16: save it as UTF-8.",
    b"\x1f\x8b": "It is compressed: unpack it first.",
}
_DECLARE: Final = "If it is Latin-1, say so: --encoding latin-1."


@dataclass(frozen=True)
class Look:
    """`records`: lines but the empty ones at the end (with quoted line breaks, more than there are records); `quotes`:
    number of quotation marks."""

    records: int
    quotes: int


class _Scan:
    """What was counted so far. `offset` is the number of bytes seen."""

    def __init__(self, file: File, encoding: str) -> None:
        self.file, self.encoding = file, encoding
        self.offset = self.lines = self.quotes = 0
        self.returns = self.pairs = 0
        self.after_return = False
        self.empty = 0  # line feeds at the end of what was seen so far
        self.text = codecs.getincrementaldecoder("utf-8")()

    def feed(self, chunk: bytes) -> None:
        if b"\0" in chunk:
            raise self.wrong(chunk, chunk.index(b"\0"), "is NUL: this is no text file", "")
        self._encoded(chunk)
        self._ends(chunk)
        if b'"' in chunk:
            self.quotes += chunk.count(b'"')
        body = len(chunk.rstrip(b"\r\n"))
        self.empty = chunk.count(b"\n", body) + (0 if body else self.empty)
        self.lines += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == 10))
        self.offset += len(chunk)

    def _encoded(self, chunk: bytes) -> None:
        if self.encoding == "latin-1":
            if len(chunk.translate(None, NOT_LATIN)) != len(chunk):
                at = next(i for i, byte in enumerate(chunk) if byte in NOT_LATIN)
                raise self.wrong(chunk, at, "is no Latin-1 character", "Windows-1252? Save the file as UTF-8.")
            return
        pending = len(self.text.getstate()[0])
        if pending or not chunk.isascii():
            try:
                self.text.decode(chunk)
            except UnicodeDecodeError as error:
                raise self.wrong(chunk, error.start - pending, "is not UTF-8", _DECLARE) from error

    def _ends(self, chunk: bytes) -> None:
        if self.after_return and chunk.startswith(b"\n"):
            self.pairs += 1
        self.after_return = chunk.endswith(b"\r")
        if b"\r" in chunk:
            self.returns += chunk.count(b"\r")
            self.pairs += chunk.count(b"\r\n")

    def finish(self) -> Look:
        try:
            self.text.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise BadInput(
                "The last character is cut: the file is cut short, or is not UTF-8.",
                file=self.file.name, row=self.lines + 1, hint=_DECLARE,
            ) from error  # fmt: skip
        if self.returns and not self.lines:
            raise cr_alone(self.file)
        if self.returns != self.pairs or self.pairs not in (0, self.lines):
            raise BadInput(
                "The lines end in different ways (CRLF, LF or CR).",
                file=self.file.name,
                hint="End every line alike, with LF or with CRLF.",
            )
        return Look(self.lines - self.empty + 1, self.quotes)

    def wrong(self, chunk: bytes, at: int, what: str, hint: str) -> BadInput:
        """An error on one byte, with its physical line."""
        start = max(at, 0)
        return BadInput(
            f"Byte {self.offset + at + 1:,} (0x{chunk[start]:02X}) {what}.",
            file=self.file.name,
            row=self.lines + chunk[:start].count(b"\n") + 1,
            hint=hint,
        )


def cr_alone(file: File) -> BadInput:
    """The error on a file whose lines end as on a Mac of the last century."""
    return BadInput("Its lines end with CR alone.", file=file.name, hint="End every line alike, with LF or with CRLF.")


def look(file: File, encoding: str) -> Look:
    """Go through the bytes once, at memory speed. `encoding` is utf-8 or latin-1.

    Raises BadInput naming byte and physical line for what is no text of that encoding, and for mixed line ends.
    """
    scan = _Scan(file, encoding)
    with file.path.open("rb") as source:
        while chunk := source.read(CHUNK):
            scan.feed(chunk)
    return scan.finish()


def decoded(line: bytes, file: File, encoding: str) -> str:
    """The first line as text, without a byte order mark. Raises BadInput as `look` does."""
    for magic, hint in _MAGIC.items():
        if line.startswith(magic):
            raise BadInput("This is no text file.", file=file.name, row=1, hint=hint)
    if encoding == "latin-1" and line.startswith(codecs.BOM_UTF8):
        raise BadInput(
            "The file says that it is UTF-8 (byte order mark).", file=file.name, row=1, hint="Leave --encoding out."
        )
    scan = _Scan(file, encoding)
    scan.feed(line)
    scan.finish()
    return line.decode("utf-8-sig" if encoding == "utf-8" else encoding)
