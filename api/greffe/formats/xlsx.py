"""XLSX for people: a sheet of rows for each data set, a read-me sheet, a sheet for each code list.

The rows are written by the engine of the formats, the rest by openpyxl; the file is a stream, and the same question
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from greffe.errors import TooLarge
from greffe.formats import flat
from greffe.formats.ahead import ahead
from greffe.formats.parameters import Parameters
from greffe.formats.sinks import Sink
from greffe.formats.xlsx_book import parts, unique
from greffe.formats.xlsx_rows import MAIN, ROWS, Sheet, Strings, excel, too_many_rows
from greffe.model.cell_values import letters
from greffe.model.dataset import DataMessage

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the date of every part: no clock
_MOST: Final = 2**32 - 2**26  # bytes of one part, above which zip needs another form that not every reader knows
_LEVEL: Final = 3
_HEADER: Final = 1  # the style of header cells, see xlsx_book.parts
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write(message: DataMessage, parameters: Parameters) -> Iterator[bytes]:
    """The message as a workbook. labels: id, or both or name, which put `<id>_label` beside each coded column.

    Codes and periods are text, values are numbers, a missing value is an empty cell; a value of more than 15 digits, or
    that is no number, stays text, and the read-me sheet says so. Raises TooLarge for more rows than a sheet holds (1,048,575),
    before the first byte where the data set knows its rows; NotAcceptable for a text that no cell can hold, which may
    come after the first bytes: what was given by then is no workbook, its table of parts is missing.
    """
    for dataset in message.datasets:
        if dataset.rows_beyond is not None and dataset.rows_beyond(ROWS - 1):
            raise too_many_rows()
    strings, sink = Strings(), Sink()
    sheets, names = dict[str, Sheet](), set[str]()
    with ZipFile(sink, "w", ZIP_DEFLATED) as file:
        for number, dataset in enumerate(message.datasets, 1):
            columns = flat.columns(replace(message, datasets=(dataset,)))
            sheet = Sheet(dataset, message.language, parameters.labels != "id", strings, columns)
            sheets[unique(dataset.dataflow.reference.id, names)] = sheet
            banner = flat.warning(message.language) if dataset.origin == "synthetic" else ""
            yield from _part(file, sink, f"xl/worksheets/sheet{number}.xml", ahead(_sheet(sheet, banner)))
        for name, content in parts(message, sheets):
            yield from _part(file, sink, name, [content])
        yield from _part(file, sink, "xl/sharedStrings.xml", strings.table())
    yield from sink.taken()


def _part(file: ZipFile, sink: Sink, name: str, content: Iterable[bytes]) -> Iterator[bytes]:
    """One part of the file, given away while it is compressed."""
    info = ZipInfo(name, _EPOCH)
    info.compress_type = ZIP_DEFLATED
    info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # no public way to a level beside a fixed date
    info.external_attr = 0o600 << 16
    size = 0
    with file.open(info, "w") as part:
        for chunk in content:
            size += len(chunk)
            if size > _MOST:
                raise TooLarge("The sheet is too large for a workbook.", hint="Ask for a CSV format or for Parquet.")
            part.write(chunk)
            yield from sink.taken()


def _sheet(sheet: Sheet, banner: str) -> Iterator[bytes]:
    """Header line in bold and frozen, rows, filters; `banner` is printed on each page and colours the tab."""
    headers = "".join(
        f'<c r="{letters(place)}1" s="{_HEADER}" t="inlineStr"><is><t>{excel(name)}</t></is></c>'
        for place, name in enumerate(sheet.headers, 1)
    )
    colour = '<sheetPr><tabColor rgb="FFC00000"/></sheetPr>' if banner else ""
    yield (
        f'{_DECLARATION}<worksheet xmlns="{MAIN}">{colour}<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(sheet.headers)}" width="16" customWidth="1"/></cols>'
        f'<sheetData><row r="1">{headers}</row>'
    ).encode()
    yield from sheet.chunks()
    last = letters(len(sheet.headers))
    printed = f"<headerFooter><oddHeader>&amp;C{excel(banner)}</oddHeader></headerFooter>" if banner else ""
    yield (
        f'</sheetData><autoFilter ref="A1:{last}{sheet.rows}"/>{printed}'
        f'<ignoredErrors><ignoredError sqref="A1:{last}{sheet.rows}" numberStoredAsText="1"/></ignoredErrors></worksheet>'
    ).encode()
