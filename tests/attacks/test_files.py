"""Files that are not what they say: refused with a sentence, in a second, in bounded memory, and nothing is fetched or written."""

from __future__ import annotations

import gzip
import io
import random
import resource
import socket
import struct
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from odd_books import ROWS, book, encrypted, links, lying, main, noise, sheet, styles

from greffe.catalogue.received import read_received
from greffe.catalogue.tree import read_json
from greffe.errors import BadDefinition, BadInput, GreffeError
from greffe.formats.published.read import read_lines
from greffe.ingest import parquet, xlsx
from greffe.ingest.report import File, ReadOptions
from greffe.mapping.exchange.books import opened, rows_of
from greffe.transmission.reading import read_receipt

SECONDS, MEMORY = 1.0, 160 << 20  # of one file
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE a [<!ENTITY a0 "lol">{ENTITIES}]>'
XML = {
    "a document type": b"<!DOCTYPE a><a/>",
    "a billion laughs": f"{LAUGHS}<a>&a9;</a>".encode(),
    "a long entity often": f'<!DOCTYPE a [<!ENTITY b "{"x" * 100_000}">]><a>{"&b;" * 10_000}</a>'.encode(),
    "a file as entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "an address as entity": b'<!DOCTYPE a [<!ENTITY %% b SYSTEM "http://127.0.0.1:%d/x"> %%b;]><a/>',
    "an address as document type": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:%d/x"><a/>',
    "an included file": b'<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></a>',
    "a style sheet": b'<?xml-stylesheet href="http://127.0.0.1:%d/x"?><a/>',
    "depth": b"<a>" * 200_000,
    "attributes": f"<a {' '.join(f'a{n}=_1_' for n in range(100_000))}/>".replace("_", '"').encode(),
    "a long attribute": b'<a b="' + b"x" * 12_000_000 + b'"/>',
    "name spaces": f"<a {' '.join(f'xmlns:a{n}=_u{n}_' for n in range(50_000))}/>".replace("_", '"').encode(),
    "an entity in UTF-16": f"<?xml version='1.0' encoding='utf-16'?>{LAUGHS}<a>&a9;</a>".encode("utf-16"),
    "an encoding of seven bits": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQBEAE8AQwBUAFkAUABFACA-a',
    "NUL": b"<a>\0</a>",
}
JSON = {
    "depth": b'{"message":' + b"[" * 200_000,
    "depth that ends": b'{"message":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "objects in objects": b'{"a":' * 200_000,
    "a name twice": b'{"verdict":"acknowledged","verdict":"refused","message":"m"}',
    "a name twice, within": b'{"data":{"dataSets":[],"structures":[{"a":1,"a":2}]}}',
    "a number of 100,000 digits": b'{"findings":' + b"9" * 100_000 + b"}",
    "a number beyond all": b'{"findings":1e999999}',
    "no number": b'{"findings":NaN}',
    "half a character": b'{"message":"\\ud800"}',
    "UTF-16": '{"message":"m"}'.encode("utf-16"),
    "bytes that are no UTF-8": b'{"message":"\xff"}',
}  # fmt: skip
NAMES = "".join(f'<definedName name="n{n}">S!$A$1</definedName>' for n in range(100_000))
BOOKS: dict[str, Callable[[], bytes]] = {
    "a document type behind a comment": lambda: book(sheet(before=f"<!--{' ' * 5_000}-->{LAUGHS}")),
    "laughing texts": lambda: book(texts=f"<!--{' ' * 5_000}-->{LAUGHS}<sst><si><t>&a9;</t></si></sst>"),
    "a document type in UTF-16": lambda: book(f'<?xml version="1.0" encoding="utf-16"?>{LAUGHS}<w/>'.encode("utf-16")),
    "a sheet in UTF-16": lambda: book(f'<?xml version="1.0" encoding="UTF-16"?>{sheet().decode()}'.encode("utf-16")),
    "a sheet in Latin 1": lambda: book(b"<?xml version='1.0' encoding='iso-8859-1'?>" + sheet()),
    "a sheet in EBCDIC": lambda: book(sheet(before="<?xml version='1.0'?>").decode().encode("cp037")),
    "a sheet called otherwise": lambda: book(
        found=links("s.bin"), more=(("xl/s.bin", f"{LAUGHS}{sheet().decode()}".encode("utf-16")),)
    ),
    "columns without end": lambda: _wide("A", "XFD"),
    "columns without end, called otherwise": lambda: book(
        found=links("s.bin"), more=(("xl/s.bin", _wide_rows("A", "XFD")),)
    ),
    "empty cells without end": lambda: _wide("A", "ALK"),
    "a column behind a reference": lambda: _wide("A", "&#88;FD"),
    "a column behind a reference and a sign": lambda: _wide("A", 'A1" x=">" r="&#88;FD', rows=3_000),
    "texts that unpack to 23 MB": lambda: book(texts=f"<sst>{'<si><t>aaaaaaaaaa</t></si>' * 1_000_000}</sst>"),
    "a cell of 40 MB": lambda: book(sheet(f'<row r="1"><c t="inlineStr"><is><t>{"a" * 40_000_000}</t></is></c></row>')),
    "a million cells in a row": lambda: book(sheet(f'<row r="1">{"<c><v>1</v></c>" * 1_000_000}</row>')),
    "a million empty rows": lambda: book(sheet(ROWS + "<row/>" * 1_500_000)),
    "three thousand parts": lambda: book(more=tuple((f"xl/x{n}.xml", b"<a/>") for n in range(3_000))),
    "a part twice": lambda: _twice(),
    "depth": lambda: book(b"<a>" * 100_000),
    "sixty thousand sheets": lambda: book(main=main(60_000)),
    "a hundred thousand names": lambda: book(main=main(1, NAMES)),
    "attributes": lambda: book(
        sheet(f"<row><c {' '.join(f'a{n}=_x_' for n in range(300_000))}/></row>".replace("_", '"'))
    ),
    "depth that ends": lambda: book(sheet(f"<row>{'<c>' * 200_000}{'</c>' * 200_000}</row>")),
    "a tag without end": lambda: book(sheet("<row><c" + " " * 3_000_000)),
    "no such column": lambda: book(sheet(f'{ROWS}<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>')),
    "no such text": lambda: book(sheet(f'{ROWS}<row r="3"><c r="A3" t="s"><v>99</v></c></row>')),
    "a format that is looked through for a minute": lambda: _styled(f"<numFmts>{_format(200, '[' * 60_000)}</numFmts>"),
    "ten thousand formats of numbers": lambda: _styled(
        f"<numFmts>{''.join(_format(n, '[' * 200) for n in range(200, 10_200))}</numFmts>"
    ),
    "a hundred and forty thousand formats of cells": lambda: _styled(f"<cellXfs>{'<xf/>' * 140_000}</cellXfs>"),
    "half a million fonts": lambda: _styled(f"<fonts>{'<font/>' * 500_000}</fonts>"),
    "a text of six hundred thousand pieces": lambda: book(
        texts=_texts(f"<si>{'<r><t>a</t></r>' * 600_000}</si>"), more=(noise(),)
    ),
    "a text with three hundred thousand sounds": lambda: book(
        texts=_texts(f"<si>{'<rPh><t>a</t></rPh>' * 300_000}</si>"), more=(noise(),)
    ),
    "a cell of a hundred thousand pieces": lambda: book(
        sheet(f'<row r="1"><c t="inlineStr"><is>{"<r><t>a</t></r>" * 100_000}</is></c></row>'), more=(noise(),)
    ),
    "two hundred thousand views": lambda: book(
        main=main().replace("<sheets>", f"<bookViews>{'<workbookView/>' * 210_000}</bookViews><sheets>"),
        more=(noise(),),
    ),
    "seventy thousand names": lambda: book(
        main=main(1, "".join(f'<definedName name="n{n}">1</definedName>' for n in range(70_000))), more=(noise(),)
    ),
    "a hundred thousand links of a sheet": lambda: book(
        found=links(more='<Relationship Id="z" Type="y" Target="t"/>' * 90_000), more=(noise(),)
    ),
    "a size that is not so": lambda: lying(book(sheet(ROWS * 500)), "xl/worksheets/sheet1.xml", 400),
    "encryption": lambda: encrypted(book()),
    "half a file": lambda: book()[:700],
}
HARMLESS: dict[str, Callable[[], bytes]] = {
    "names that lead outside": lambda: book(more=(("../../../../outside.xml", b"<a/>"), ("/outside.xml", b"<a/>"))),
    "links to other books": lambda: book(more=(("xl/externalLinks/externalLink1.xml", b"<x/>"),)),
}


def _texts(inner: str) -> str:
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inner}</sst>'


def _format(number: int, code: str) -> str:
    return f'<numFmt numFmtId="{number}" formatCode="{code}"/>'


def _styled(inner: str) -> bytes:
    return book(more=(styles(inner), noise()))


def _wide_rows(*columns: str, rows: int = 100_000) -> bytes:
    """Rows that have a value in the first of those columns, and nothing in the others."""
    first, *others = columns
    empty = "".join(f'<c r="{letters}%d"/>' for letters in others)
    row = f'<row r="%d"><c r="{first}%d"><v>1</v></c>{empty}</row>'
    return sheet(ROWS + "".join(row % ((n,) * row.count("%d")) for n in range(3, rows)))


def _wide(*columns: str, rows: int = 100_000) -> bytes:
    return book(_wide_rows(*columns, rows=rows))


def _twice() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return book(more=(("xl/worksheets/sheet1.xml", sheet(ROWS.replace("<v>1<", "<v>9<"))),))


def refused(read: Callable[[], object], *kinds: type[GreffeError]) -> GreffeError:
    """The refusal, in its bounds of time and memory."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(kinds or (BadInput,)) as caught:
        read()
    assert time.process_time() - begun < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY
    assert caught.value.text()
    return caught.value


@pytest.mark.parametrize("name", XML)
def test_xml_that_is_there_to_harm(name: str) -> None:
    """A document type is refused wherever XML is taken; nothing is expanded, and nothing is asked of any address."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        content = XML[name] % trap.getsockname()[1] if b"%d" in XML[name] else XML[name]
        said = refused(lambda: read_lines(content, "a.xml")).text()
        refused(lambda: read_received(content, "a.xml"), BadDefinition, BadInput)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert "root:" not in said
    if b"<!DOCTYPE" in content:
        assert "document type" in said.lower()


@pytest.mark.parametrize("name", JSON)
def test_json_that_two_readers_take_in_two_ways(name: str) -> None:
    """Receipts, artefacts and messages: each reader refuses it with a sentence, as none of them takes the last of two names."""
    content = JSON[name]
    if not content.startswith((b"\xff", b"\xfe")):
        refused(lambda: read_receipt(content, "r.json", {}))
    refused(lambda: read_json(content, "a.json"), BadDefinition)
    refused(lambda: read_lines(content, "m.json"))


def _rows(content: bytes, folder: Path) -> int:
    """What both readers of workbooks find; it must be the same."""
    path = folder / "book.xlsx"
    path.write_bytes(content)
    file, options = File(path, path.name), ReadOptions()
    found = sum(b.num_rows for b in xlsx.batches(file, xlsx.header(file, options), options))
    with opened(content, path.name) as read:
        assert sum(1 for _ in rows_of(read, "S", path.name)) == found + 1
    return found


@pytest.mark.parametrize("name", BOOKS)
def test_workbooks_that_are_there_to_harm(name: str, tmp_path: Path) -> None:
    """Bombs, lies and damage: both readers refuse them, mostly before they are unpacked."""
    content = BOOKS[name]()
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    file, options = File(path, path.name), ReadOptions()
    refused(lambda: list(xlsx.batches(file, xlsx.header(file, options), options)))

    def read() -> None:
        with opened(content, path.name) as found:
            list(rows_of(found, "S", path.name))

    refused(read)


def test_a_million_texts_that_nothing_uses(tmp_path: Path) -> None:
    """A file of 300 KB on a page is refused in two seconds; an extract may have as many."""
    content = book(texts=_texts("<si/>" * 1_000_001), more=(noise(),))
    begun = time.process_time()
    with pytest.raises(BadInput, match=r"sharedStrings.xml has more than 1000000 texts"), opened(content, "book.xlsx"):
        pass
    assert time.process_time() - begun < 2 * SECONDS
    (tmp_path / "book.xlsx").write_bytes(content)
    assert xlsx.header(File(tmp_path / "book.xlsx", "book.xlsx"), ReadOptions()) == ["a", "b"]


@pytest.mark.parametrize("column", ["B", "ALL"])
@pytest.mark.parametrize(
    "said", ["", "<?xml version='1.0' encoding='utf-8'?>", '\ufeff<?xml version="1.0"  encoding="UTF-8"?>']
)
def test_sheets_as_programs_write_them_are_read(column: str, said: str, tmp_path: Path) -> None:
    """A mark, a declaration, and a cell in the thousandth column that holds nothing."""
    rows = ROWS.replace(
        '<c r="B2"><v>2</v></c>', f'<c r="B2"><v>2</v></c><c r="{column}2"/>' if column != "B" else '<c r="B2"/>'
    )
    assert _rows(book(sheet(rows, before=said)), tmp_path) == 1


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_workbook_says_of_elsewhere_is_not_followed(name: str, tmp_path: Path) -> None:
    """Nothing is written outside and nothing fetched: the rows are read, and the folder holds what it held."""
    assert _rows(HARMLESS[name](), tmp_path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]


@pytest.mark.parametrize("target", ["../../../../etc/passwd", "http://127.0.0.1:9/x"])
def test_a_sheet_that_lies_elsewhere_is_none(target: str, tmp_path: Path) -> None:
    """A relationship that leads out of the file leads nowhere."""
    (tmp_path / "book.xlsx").write_bytes(book(found=links(target)))
    file = File(tmp_path / "book.xlsx", "book.xlsx")
    refused(lambda: xlsx.header(file, ReadOptions()))


def test_gzip_that_unpacks_without_end() -> None:
    """No more than the limit is ever unpacked, of one member or of many, and packed twice is unpacked once."""
    bomb = gzip.compress(b"a,b\n" * (18 << 20), 9)
    assert "larger than 64 MiB" in refused(lambda: read_lines(bomb, "a.csv.gz")).message
    for content in (gzip.compress(bomb), gzip.compress(b"a,b\n1,2\n")[:-5], b"\x1f\x8b\x08" + b"\0" * 50):
        refused(lambda content=content: read_lines(content, "a.csv.gz"))


def _written(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_parquet_with_lying_metadata(tmp_path: Path) -> None:
    """Footers of the wrong length and three hundred footers with bytes that were changed: rows or a refusal, never more rows than
    the file holds, and never a fault of ours."""
    good = _written(pa.table({"a": ["x"] * 1_000, "b": ["1"] * 1_000}))
    footer = len(good) - 8 - struct.unpack("<I", good[-8:-4])[0]
    odd = [good[:-8] + size + good[-4:] for size in (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0")]
    dice = random.Random(9)
    for _ in range(300):
        changed = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            changed[dice.randrange(footer, len(good) - 8)] = dice.randrange(256)
        odd.append(bytes(changed))
    path, refusals, slowest = tmp_path / "a.parquet", 0, 0.0
    for content in [*odd, b"PARE" + good[4:-4] + b"PARE", good[: len(good) // 2] + good[-8:]]:
        path.write_bytes(content)
        begun = time.process_time()
        try:
            file, options = File(path, path.name), ReadOptions()
            names = parquet.header(file, options)
            assert sum(b.num_rows for b in parquet.batches(file, names, options)) <= 1_000
        except BadInput as error:
            refusals += bool(error.text())
        slowest = max(slowest, time.process_time() - begun)
    assert refusals > 100
    assert slowest < SECONDS
