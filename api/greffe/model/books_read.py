"""A workbook that is opened: its sheets by name, and what they share. Read with as little as rows need, so that what else a workbook
holds (styles, charts, properties) can do nothing; and strictly, so that a value is read as it is written or not at all."""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final
from xml.parsers.expat import ExpatError

from greffe.errors import BadInput
from greffe.model.cell_values import BUILTIN_DATES, Shared, Styles
from greffe.model.packed_parts import MOST_PARTS, MOST_SHEETS, Largest
from greffe.model.padded_cells import bounded
from greffe.model.part_elements import elements, shared_texts
from greffe.model.strict_sheets import strict_rows

MOST_NAMES: Final = 65_000  # of cells; a questionnaire of ours has one for each that is asked
MOST_FORMATS: Final = 2 * 65_490  # of cells: what Excel has at most, as they are used and as they are called
MOST_NUMBERS: Final = 1_000  # formats of numbers; Excel has 250
LONGEST_FORMAT: Final = 255  # characters, as Excel has at most
MOST_LINKS: Final = 65_530  # of a part; Excel has as many hyperlinks
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ExpatError,
    ArithmeticError,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    OSError,
)  # fmt: skip — what zipfile and the XML parser raise on broken files
_TYPES: Final = "[Content_Types].xml"
_STYLES: Final = "xl/styles.xml"
_BOOKS: Final = tuple(
    f"application/vnd.{kind}.main+xml"
    for kind in (
        "openxmlformats-officedocument.spreadsheetml.sheet",
        "openxmlformats-officedocument.spreadsheetml.template",
        "ms-excel.sheet.macroEnabled",
        "ms-excel.template.macroEnabled",
    )
)
_TEXTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_PRINTED: Final = ("_xlnm.Print_Titles", "_xlnm.Print_Area", "_xlnm._FilterDatabase")
_1904: Final = datetime(1904, 1, 1)


@dataclass(frozen=True)
class Book:
    """sheets: name → its part, '' for a chart. names: name → what it stands for, of those that all sheets know. most: cells of a
    sheet that are read."""

    parts: zipfile.ZipFile
    file: str
    sheets: Mapping[str, str]
    names: Mapping[str, str]
    shared: Shared
    most: int

    @property
    def sheetnames(self) -> list[str]:
        """The names of all sheets, in order."""
        return list(self.sheets)

    def rows(self, name: str) -> Iterator[Sequence[object]]:
        """Values of each row of a sheet that the book has, from the first on, as wide as its last cell: an empty one where none is
        written. Raises BadInput for what cannot be read as it is written, and for too many cells."""
        if not (part := self.sheets[name]):
            raise BadInput(f"The sheet {name} is a chart.", file=self.file)
        with self.parts.open(part) as body:
            yield from bounded(self._padded(body, name), name, self.file, self.most)

    def _padded(self, body: IO[bytes], name: str) -> Iterator[Sequence[object]]:
        before = 0
        for number, row in strict_rows(body, name, self.file, self.shared):
            for _ in range(before + 1, number):
                yield ()
            before = number
            yield row


@contextmanager
def open_book(content: Path | IO[bytes], file: str, largest: Largest) -> Iterator[Book]:
    """The book, rows unread, whose parts were looked through. Raises BadInput, and DAMAGED on a broken file."""
    with zipfile.ZipFile(content) as parts:
        types = elements(parts, _TYPES, file, ("Override", "Default"), 2 * MOST_PARTS)
        said = {
            t.attributes["ContentType"]: t.attributes["PartName"][1:] for t in reversed(types) if t.name == "Override"
        }
        default = {t.attributes.get("ContentType") for t in types if t.name == "Default"}
        main = next((said[kind] for kind in _BOOKS if kind in said), "")
        if not main and not default.isdisjoint(_BOOKS):
            main = "xl/workbook.xml"
        found = elements(parts, main, file, ("sheet", "definedName", "workbookPr"), MOST_NAMES + MOST_SHEETS)
        texts = shared_texts(parts, said[_TEXTS], file, largest.shared, largest.texts) if _TEXTS in said else []
        epoch = any(f.attributes.get("date1904", "") in ("1", "true") for f in found if f.name == "workbookPr")
        shared = Shared(texts, _styles(parts, file), _1904) if epoch else Shared(texts, _styles(parts, file))
        names = {
            f.attributes["name"]: f.text
            for f in found
            if (f.parent, f.name) == ("definedNames", "definedName") and "localSheetId" not in f.attributes
        }
        shown = {name: text for name, text in names.items() if name not in _PRINTED}
        sheets = _sheets(parts, file, main, [f.attributes for f in found if (f.parent, f.name) == ("sheets", "sheet")])
        yield Book(parts, file, sheets, shown, shared, largest.cells)


def _sheets(parts: zipfile.ZipFile, file: str, main: str, said: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Name → part, of the sheets whose part there is."""
    to = {link["Id"]: (link["Type"], part) for link, part in links(parts, main, file)}
    known, found = set(parts.namelist()), dict[str, str]()
    for sheet in said:
        if not sheet.get("id"):
            continue
        kind, part = to[sheet["id"]]
        name = sheet["name"]
        if part in known:
            if name.casefold() in map(str.casefold, found):
                raise BadInput(f"Two sheets are called {name!r}.", file=file)
            found[name] = "" if "chartsheet" in kind else part
    return found


def links(parts: zipfile.ZipFile, part: str, file: str) -> Iterator[tuple[Mapping[str, str], str]]:
    """What a part leads to within the file: each link, and the name of the part."""
    folder, _, name = part.rpartition("/")
    for link in elements(parts, posixpath.join(folder, "_rels", f"{name}.rels"), file, ("Relationship",), MOST_LINKS):
        target = link.attributes["Target"]
        if link.attributes.get("TargetMode") != "External":
            inside = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield link.attributes, inside


def _styles(parts: zipfile.ZipFile, file: str) -> Styles:
    """The styles of cells that make a date, or a length of time, of a number."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

    if _STYLES not in parts.namelist():
        return Styles()
    found = elements(parts, _STYLES, file, ("numFmt", "xf"), MOST_FORMATS + MOST_NUMBERS)
    written = [f.attributes for f in found if (f.parent, f.name) == ("numFmts", "numFmt")]
    part = parts.getinfo(_STYLES)
    if len(written) > MOST_NUMBERS:
        raise BadInput(f"Its part {part.filename} has more than {MOST_NUMBERS} of numFmt.", file=file)
    own = {int(w["numFmtId"]): w["formatCode"] for w in written}
    if any(len(code) > LONGEST_FORMAT for code in own.values()):
        raise BadInput(f"Its part {part.filename} has a format of more than {LONGEST_FORMAT} characters.", file=file)
    dates = {n for n, code in own.items() if is_date_format(code)} | (BUILTIN_DATES - own.keys())
    codes = BUILTIN_FORMATS | own
    lengths = {n for n, code in codes.items() if is_timedelta_format(code)}
    used = [int(f.attributes.get("numFmtId", 0)) for f in found if (f.parent, f.name) == ("cellXfs", "xf")]
    return Styles(
        frozenset(n for n, one in enumerate(used) if one in dates),
        frozenset(n for n, one in enumerate(used) if one in lengths),
    )
