"""The workbook around the rows, made by openpyxl: read-me sheet, a sheet for each code list, styles, properties."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from greffe.formats import flat
from greffe.formats.escaping import carried
from greffe.formats.languages import best
from greffe.formats.xlsx_rows import DECIMALS, STATUSES, Sheet
from greffe.formats.xlsx_words import words
from greffe.model.cell_values import letters
from greffe.model.dataset import DataMessage
from greffe.model.structures import Codelist

_LONGEST = 31  # characters of the name of a sheet
_CELL = 32_767  # characters of a cell
_BOLD = Font(bold=True)
_ALARM = Font(bold=True, color="FFC00000")
_SHARED = "sharedStrings.xml"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def unique(wanted: str, taken: set[str]) -> str:
    """A name for a sheet that no other has, whatever the case, of at most 31 characters; it is added to `taken`."""
    name, number = wanted[:_LONGEST], 1
    while name.casefold() in taken or name.casefold() == "history":  # Excel keeps that one for itself
        number += 1
        name = f"{wanted[: _LONGEST - len(str(number)) - 1]}_{number}"
    taken.add(name.casefold())
    return name


def parts(message: DataMessage, sheets: Mapping[str, Sheet]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every part of the book but the rows: those of sheet N are `xl/worksheets/sheetN.xml`.

    `sheets`: those of the rows by name, which come first, in that order, and have been written.
    """
    book = Workbook(write_only=True)
    moment = datetime.fromisoformat(message.header.prepared).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    for name, sheet in sheets.items():
        placeholder = _new(book, name)
        placeholder.auto_filter.ref = f"A1:{letters(len(sheet.headers))}{sheet.rows}"
        # Styles in their order: xlsx._HEADER is the first after the plain one, numbers with 1, 2… decimals follow.
        placeholder.append([_cell(placeholder, "", _BOLD), *(_shown(placeholder, n + 1) for n in range(DECIMALS))])
    names = {name.casefold() for name in sheets}
    said = words(message.language)
    front = _new(book, unique(said["sheet"], names))
    lists = {str(c.reference): c for d in message.datasets for c in d.codelists.values()}
    list_sheets = {reference: unique(c.reference.id, names) for reference, c in lists.items()}
    _read_me(front, message, list(sheets.values()), list_sheets)
    for reference, codelist in lists.items():
        _list(_new(book, list_sheets[reference]), codelist, said)
    book.properties.title = flat.facts(message).get("title", "")
    book.properties.creator = message.header.sender
    book.properties.created = moment
    body = io.BytesIO()
    book.save(body)
    book.properties.modified = moment  # openpyxl wrote the clock
    core = tostring(book.properties.to_tree())
    rows = {f"xl/worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)}
    with ZipFile(body) as made:
        for name in made.namelist():
            if name not in rows:
                yield name, core if name == "docProps/core.xml" else _with_strings(name, made.read(name))


def _with_strings(name: str, content: bytes) -> bytes:
    """The two parts that name the others also name the table of shared strings, which openpyxl does not use."""
    if name == "[Content_Types].xml":
        type_ = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        own, end = f'<Override PartName="/xl/{_SHARED}" ContentType="{type_}"/>', b"</Types>"
    elif name == "xl/_rels/workbook.xml.rels":
        own = f'<Relationship Id="rIdStrings" Type="{_RELATIONSHIPS}/sharedStrings" Target="{_SHARED}"/>'
        end = b"</Relationships>"
    else:
        return content
    return content.replace(end, own.encode() + end)


def _new(book: Workbook, name: str) -> Worksheet:
    """A sheet that is only written, which has all of a Worksheet that is used here."""
    return cast("Worksheet", book.create_sheet(name))


def _cell(sheet: Worksheet, text: str, font: Font | None = None) -> Cell:
    """Text that stays text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=carried(text)[:_CELL])
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _shown(sheet: Worksheet, decimals: int) -> Cell:
    """A number that is shown with that many decimals."""
    cell = WriteOnlyCell(sheet, value=0)
    cell.number_format = f"0.{'0' * decimals}"
    return cell


def _line(sheet: Worksheet, texts: Iterable[str], font: Font | None = None) -> None:
    sheet.append([_cell(sheet, text, font) for text in texts])


def _read_me(sheet: Worksheet, message: DataMessage, rows: Sequence[Sheet], list_sheets: Mapping[str, str]) -> None:
    said = words(message.language)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 90
    for name, value in flat.facts(message).items():
        _line(sheet, (said[name], value), _ALARM if name == "warning" else None)
    _line(sheet, ())
    _line(sheet, (said["how"],), _BOLD)
    for name in ("rows", "codes", "empty"):
        _line(sheet, ("", said[name]))
    long = sum(r.long for r in rows)
    if long:
        _line(sheet, ("", said["long"].format(count=long)))
    _line(sheet, ())
    _line(sheet, (said["columns"],), _BOLD)
    _line(sheet, (said["id"], said["name"], said["list"]), _BOLD)
    for line in dict.fromkeys(_columns(message, list_sheets)):
        _line(sheet, line)
    _legend(sheet, message, rows)


def _columns(message: DataMessage, list_sheets: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Id, name and sheet of the code list of each component that has a column."""
    wanted = {c.id for c in flat.columns(message)}
    for dataset in message.datasets:
        for component in dataset.structure.components:
            if component.id in wanted:
                codelist = dataset.codelists.get(component.id)
                name = best(dataset.names.get(component.id, {}), message.language)
                yield component.id, name, list_sheets[str(codelist.reference)] if codelist else ""


def _legend(sheet: Worksheet, message: DataMessage, rows: Sequence[Sheet]) -> None:
    said = words(message.language)
    _line(sheet, ())
    _line(sheet, (said["legend"],), _BOLD)
    for id_ in STATUSES:
        names: dict[str, str] = {}
        for dataset in message.datasets:
            names |= flat.labels(dataset.codelists.get(id_), message.language)
        for code in sorted(set().union(*(r.statuses[id_] for r in rows))):
            _line(sheet, (f"{id_} {code}", names.get(code, "")))


def _list(sheet: Worksheet, codelist: Codelist, said: Mapping[str, str]) -> None:
    """Code, its name in each language, French and English first, and its parent."""
    languages = list(dict.fromkeys(("fr", "en", *(name for i in codelist.items for name in i.names))))
    sheet.freeze_panes = "A2"
    for column, width in zip("ABC", (20, 50, 50), strict=True):
        sheet.column_dimensions[column].width = width
    _line(sheet, (said["code"], *languages, said["parent"]), _BOLD)
    for item in codelist.items:
        _line(sheet, (item.id, *(item.names.get(language, "") for language in languages), item.parent))
