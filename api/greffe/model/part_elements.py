"""The small parts of a workbook, element by element: what the names, the styles and the links hold is counted as it is read, so that
no part holds a hundred thousand of what a program makes ten of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat  # a document type, which could declare entities, is refused before (packed_parts)
from zipfile import ZipFile

from greffe.errors import BadInput
from greffe.model.packed_parts import LARGEST_OTHER

MOST_ELEMENTS: Final = 200_000  # of a part; 64,000 formats of cells, with alignment and protection, are 192,000
LONGEST_TEXT: Final = 32_767  # characters of one element; a cell has no more
_CHUNK: Final = 1 << 16


@dataclass
class Found:
    """An element: its name and its parent's, attributes without their name spaces, and its text."""

    parent: str
    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class _Part:
    part: str
    file: str
    wanted: Collection[str]
    most: int
    found: list[Found] = field(default_factory=list)
    path: list[str] = field(default_factory=lambda: [""])
    elements: int = 0
    open: Found | None = None

    def start(self, full: str, attributes: dict[str, str]) -> None:
        name = _local(full)
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise BadInput(f"Its part {self.part} has more than {MOST_ELEMENTS} elements.", file=self.file)
        if name in self.wanted:
            if len(self.found) == self.most:
                raise BadInput(f"Its part {self.part} has more than {self.most} of {name}.", file=self.file)
            self.open = Found(self.path[-1], name, {_local(k): v for k, v in attributes.items()})
            self.found.append(self.open)
        self.path.append(name)

    def end(self, _: str) -> None:
        self.path.pop()
        self.open = None

    def said(self, text: str) -> None:
        if self.open is not None:
            self.open.text += text
            if len(self.open.text) > LONGEST_TEXT:
                raise BadInput(
                    f"Its part {self.part} has a text of more than {LONGEST_TEXT} characters.", file=self.file
                )


def elements(parts: ZipFile, part: str, file: str, wanted: Collection[str], most: int) -> list[Found]:
    """The elements of those names, in order; `most`: of them. Raises BadInput for more, KeyError for no such part, ExpatError for
    what is no XML."""
    if (info := parts.getinfo(part)).file_size > LARGEST_OTHER:
        raise BadInput(f"Its part {info.filename} is too large.", file=file)
    reading = _Part(part, file, wanted, most)
    _read(parts, part, reading)
    return reading.found


def _read(parts: ZipFile, part: str, reading: _Part | _Texts) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.said
    for chunk in chunks(parts, part):
        parser.Parse(chunk, not chunk)


def chunks(parts: ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces; the last is b''."""
    with parts.open(part) as body:
        while chunk := body.read(_CHUNK):
            yield chunk
    yield b""


def shared_texts(parts: ZipFile, part: str, file: str, most: int, largest: int) -> list[str]:
    """The texts that sheets share, without what is said of their sound. most: of them; largest: bytes of the part. Raises as
    `elements`."""
    if (info := parts.getinfo(part)).file_size > largest:
        raise BadInput(f"Its part {info.filename} is too large.", file=file)
    reading = _Texts(part, file, most)
    _read(parts, part, reading)
    return reading.texts


class _Texts:
    """`si` holds `t`, or `r` with a `t` in each; what is in `rPh` is how it sounds."""

    def __init__(self, part: str, file: str, most: int) -> None:
        self.part, self.file, self.most = part, file, most
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.inner = self.sound = 0
        self.text = False
        self.local: dict[str, str] = {}

    def start(self, full: str, _: dict[str, str]) -> None:
        name = self.local.get(full) or self.local.setdefault(full, _local(full))
        self.inner += 1
        if name == "si":
            if len(self.texts) == self.most:
                raise BadInput(f"Its part {self.part} has more than {self.most} texts.", file=self.file)
            self.pieces, self.inner = [], 0
        elif self.inner > LONGEST_TEXT:
            raise BadInput(f"Its part {self.part} has a text of more than {LONGEST_TEXT} pieces.", file=self.file)
        elif name == "rPh":
            self.sound += 1
        elif name == "t":
            self.text = not self.sound

    def end(self, full: str) -> None:
        name = self.local[full]
        if name == "t":
            self.text = False
        elif name == "rPh":
            self.sound -= 1
        elif name == "si":
            # As openpyxl reads what it and others write.
            self.texts.append("".join(self.pieces).replace("x005F_", ""))

    def said(self, text: str) -> None:
        if self.text:
            self.pieces.append(text)


def _local(full: str) -> str:
    return full.rpartition(" ")[2]
