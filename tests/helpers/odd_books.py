"""Workbooks written part by part, so that any part may be what no program would write."""

from __future__ import annotations

import io
import random
import struct
import zipfile

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_ML}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_ML}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEET_ML}.sharedStrings+xml"/></Types>'
)
_ROOT = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = f'<workbook {MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
)
TEXTS = f"<sst {MAIN}><si><t>a</t></si></sst>"


def sheet(rows: str = ROWS, before: str = "") -> bytes:
    """A sheet with those rows; `before`: what stands above its root."""
    return f"{before}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()


def row(number: int, *cells: str) -> str:
    """A row with those cells, each as it stands."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def styles(inner: str) -> tuple[str, bytes]:
    """The part of the styles."""
    return "xl/styles.xml", f"<styleSheet {MAIN}>{inner}</styleSheet>".encode()


def noise() -> tuple[str, bytes]:
    """A part that cannot be packed, so that what stands beside it is no bomb."""
    return "xl/media/noise.png", b"\x89" + random.Random(1).randbytes(200_000)


def links(target: str = "worksheets/sheet1.xml", more: str = "") -> str:
    """Where the workbook finds its sheet and its texts."""
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="{target}"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>{more}</Relationships>'
    )


def book(
    rows: bytes = b"", texts: str = TEXTS, found: str = "", main: str = "", more: tuple[tuple[str, bytes], ...] = ()
) -> bytes:
    """The file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in (
            ("[Content_Types].xml", _TYPES), ("_rels/.rels", _ROOT), ("xl/workbook.xml", main or _BOOK),
            ("xl/_rels/workbook.xml.rels", found or links()), ("xl/sharedStrings.xml", texts),
        ):  # fmt: skip
            parts.writestr(name, text)
        parts.writestr("xl/worksheets/sheet1.xml", rows or sheet())
        for name, content in more:
            parts.writestr(name, content)
    return out.getvalue()


def main(sheets: int = 1, names: str = "") -> str:
    """A workbook that says that it has so many sheets, all of them the same, and those names."""
    more = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, sheets + 1))
    return _BOOK.replace("</sheets>", f"{more}</sheets><definedNames>{names}</definedNames>")


def lying(content: bytes, part: str, size: int) -> bytes:
    """The same file, whose directory says that a part unpacks to `size` bytes."""
    at = content.rfind(part.encode()) - 46
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]


def encrypted(content: bytes) -> bytes:
    """The same file, whose last part is said to be encrypted."""
    at = content.rfind(b"PK\x01\x02") + 8
    return content[:at] + b"\x01\x00" + content[at + 2 :]
