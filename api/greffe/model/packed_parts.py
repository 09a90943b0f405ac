"""What a workbook may hold, before anything of it is parsed: one that unpacks to a thousand times its size, has sixty thousand
sheets, or nests as deep as it likes, is there to fill a memory or to hold a processor. Its parts are looked through as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zipfile import ZipFile, ZipInfo

from greffe.errors import BadInput
from greffe.model.padded_cells import Padded

RATIO: Final = 100  # bytes unpacked for one packed; sheets of numbers come to 5 to 30
FREE: Final = 2 << 20  # bytes unpacked that any file may hold
MOST_PARTS: Final = 2_000
MOST_SHEETS: Final = 500
LARGEST_OTHER: Final = 4 << 20  # bytes of a part that is neither a sheet nor shared texts: styles, names, relationships
LONGEST_TAG: Final = 64 << 10  # bytes from < to >
DEEPEST: Final = 1_000  # elements within each other, as far as a chunk tells
SHEETS: Final = "xl/worksheets/"
_CHUNK: Final = 1 << 20
_SHEET: Final = re.compile(rb"<(?:[\w.-]+:)?sheet[\s/>]")
_LONG: Final = re.compile(rb"<[^<>]{%d}" % LONGEST_TAG)
_DECLARED: Final = re.compile(rb"<\?xml\s[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)")
_ASCII: Final = (b"utf-8", b"us-ascii", b"ascii")  # in which markup is the bytes that are looked for
_BLANK: Final = b" \t\r\n"


@dataclass(frozen=True)
class Largest:
    """Bytes of a sheet, and of the texts that sheets share; how many texts; cells of a sheet as it is read, empty ones too. or_csv:
    whether who has more may hand over CSV instead."""

    sheet: int
    texts: int
    shared: int
    cells: int
    or_csv: bool = False


def looked_through(parts: ZipFile, packed: int, file: str, largest: Largest) -> Iterator[bytes]:
    """Whole tags of the sheets, with what stands between them, for a look of the caller's own; it must be taken to its end.

    packed: bytes of the file. Raises BadInput, and what zipfile raises on a broken file."""
    found = parts.infolist()
    hint = "Hand it over as CSV." if largest.or_csv else ""
    if is_bomb(packed, (p.file_size for p in found)):
        raise BadInput("It unpacks to many times its size.", file=file, hint=hint)
    if doubled := twice(p.filename for p in found):
        raise BadInput(f"Its part {doubled} stands twice.", file=file)
    for part in found:
        sheet = part.filename.startswith(SHEETS)
        most = (
            largest.sheet if sheet else largest.texts if part.filename.endswith("sharedStrings.xml") else LARGEST_OTHER
        )
        xml = _is_xml(parts, part)
        if part.file_size > (most if xml else largest.texts):
            raise BadInput(f"Its part {part.filename} is too large.", file=file, hint=hint)
        if xml:
            for piece in _checked(parts, part, file, largest.cells):
                if sheet:
                    yield piece


def _is_xml(parts: ZipFile, part: ZipInfo) -> bool:
    """Whether a part is XML, whatever it is called: a workbook says itself which of its parts are sheets."""
    if part.filename.endswith((".xml", ".rels")):
        return True
    with parts.open(part) as body:
        begins = body.read(_CHUNK).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff" + _BLANK)[:1]
    return begins in (b"", b"<") and part.file_size > 0


def _checked(parts: ZipFile, part: ZipInfo, file: str, cells: int) -> Iterator[bytes]:
    """Pieces of a part that end with a tag. In UTF-8 alone, no document type (it could declare entities), no tag without end, no
    depth, no row that is padded without end."""
    depth = sheets = 0
    padded = Padded(part.filename, file, cells)
    for number, piece in enumerate(_pieces(parts, part, file)):
        if b"\0" in piece or (number == 0 and not _in_ascii(piece)):
            raise BadInput(f"Its part {part.filename} is not UTF-8.", file=file, hint="Save it again as .xlsx.")
        if b"<!DOCTYPE" in piece:
            raise BadInput(f"Its part {part.filename} declares a document type.", file=file)
        if _LONG.search(piece):
            raise BadInput(f"Its part {part.filename} has a tag of more than {LONGEST_TAG} bytes.", file=file)
        closed = piece.count(b"</")
        depth += piece.count(b"<") - 2 * closed - piece.count(b"/>") - piece.count(b"<?") - piece.count(b"<!")
        if depth > DEEPEST:
            raise BadInput(f"Its part {part.filename} nests deeper than {DEEPEST} elements.", file=file)
        sheets += 0 if part.filename.startswith(SHEETS) else len(_SHEET.findall(piece))
        if sheets > MOST_SHEETS:
            raise BadInput(f"It has more than {MOST_SHEETS} sheets.", file=file)
        padded.count(piece)
        yield piece


def _in_ascii(first: bytes) -> bool:
    """Whether markup in a part that begins so is the bytes of ASCII: it is, but for a mark or a declaration of another encoding, and
    for EBCDIC, which a parser knows by its first byte."""
    begins = first.removeprefix(b"\xef\xbb\xbf")
    said = _DECLARED.match(begins)
    return begins.lstrip(_BLANK)[:1] in (b"", b"<") and (said is None or said[1].lower() in _ASCII)


def _pieces(parts: ZipFile, part: ZipInfo, file: str) -> Iterator[bytes]:
    with parts.open(part) as body:
        rest = b""
        while chunk := body.read(_CHUNK):
            whole = rest + chunk
            at = whole.rfind(b"<")
            open_ = at if at >= 0 and whole.find(b">", at) < 0 else len(whole)
            if len(whole) - open_ > LONGEST_TAG:
                raise BadInput(f"Its part {part.filename} has a tag of more than {LONGEST_TAG} bytes.", file=file)
            rest = whole[open_:]
            yield whole[:open_]
        yield rest


def is_bomb(packed: int, unpacked: Iterable[int]) -> bool:
    """Whether parts of those sizes are more than a file of `packed` bytes holds in earnest. What counts is the file itself, not
    what it says of its packed parts: these may lie over each other."""
    sizes = list(unpacked)
    return len(sizes) > MOST_PARTS or sum(sizes) > FREE + RATIO * packed


def twice(names: Iterable[str]) -> str:
    """A name that two parts have, '' for none: one program reads the first of them, another the last."""
    seen: set[str] = set()
    for name in map(str.casefold, names):
        if name in seen:
            return name
        seen.add(name)
    return ""
