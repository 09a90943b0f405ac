"""The workbook of a house goes out: made, read again, kept by its checksum, entered."""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from greffe.catalogue.questionnaires import NUMBER
from greffe.catalogue.questionnaires import TEXT as IN_WORDS
from greffe.errors import Broken
from greffe.model.answers import TEXT, Said
from greffe.model.contributions import Export
from greffe.model.instants import paris_time
from greffe.release.contributing import Waited, contact_point, named, needs_house
from greffe.release.parts import Parts
from greffe.store import contribution_records as records
from greffe.store.base import Act, Actor
from greffe.transmission import keeping
from greffe.transmission.contributions import book as layout
from greffe.transmission.contributions.acts import unlocked
from greffe.transmission.contributions.places import Board, Place, board, missing_of
from greffe.transmission.workbooks.book import (
    ALARM,
    ANSWER,
    BOLD,
    CLOSED,
    HEAD,
    OPEN,
    WRAPPED,
    line,
    put,
    put_number,
    saved,
)
from greffe.transmission.workbooks.read_me import banners
from greffe.transmission.workbooks.words import READ_ME, both

_LONGEST_TEXT = 5_000
_HEADER_HEIGHT = 64
_LINE = 13.5  # points


def export(parts: Parts, who: Actor, id_: str) -> tuple[Export, bytes]:
    """The workbook of a contribution, kept and entered: what comes back is held against it.

    Raises Denied unless they act for the house or put the questionnaire together; Refused when the contribution is locked."""
    waited = named(parts, id_)
    if not contact_point(parts, who):
        needs_house(parts, who, waited.house)
    unlocked(waited.one)
    number = len(waited.one.exports) + 1
    found = board(parts, waited.row.questionnaire, waited.year)
    content = written(found, waited, number)
    _check(found, waited, content)
    sha, _ = keeping.keep(parts, [content])
    told = {**records.whose(waited.one), "number": number, "sha256": sha, "revision": waited.one.revision}
    parts.note_all(who, [Act(records.EXPORTED, id_, told, once=f"contribution:{id_}:export:{number}")])
    return named(parts, id_).one.exports[-1], content


def written(found: Board, waited: Waited, number: int) -> bytes:
    """The bytes: a sheet to read first, then one for each sheet of the questionnaire."""
    book = Workbook()
    front = book.active
    assert isinstance(front, Worksheet)
    front.title = READ_ME
    _front(book, front, found, waited, number)
    for sheet in found.filled.sheets:
        places = [p for p in found.places if p.sheet is sheet]
        _sheet(book, book.create_sheet(sheet.layout.id), places, waited)
    for made in book.worksheets:
        made.protection.sheet = True
        made.protection.formatColumns = False  # allowed: widths may be changed
        made.protection.autoFilter = False  # allowed: one may look at one's own rows alone
        made.page_setup.orientation = "landscape"
    book.security = WorkbookProtection(lockStructure=True)
    book.properties.title = f"{waited.id}/{number}"
    book.properties.creator = "Greffe"
    return saved(book, found.filled.prepared)


def _front(book: Workbook, made: Worksheet, found: Board, waited: Waited, number: int) -> None:
    made.column_dimensions["A"].width = 52
    made.column_dimensions["B"].width = 90
    names = found.filled.questionnaire.names
    row = _lines(made, 1, [f"{names['fr']} / {names['en']}"], BOLD)
    row = _lines(made, row, [text for banner in banners(found.filled) for text in banner], ALARM) + 1
    facts = {
        "house": f"{waited.house}: {both((waited.names['fr'], waited.names['en']))}",
        "questionnaire": waited.row.questionnaire,
        "year": str(waited.year),
        "until": paris_time(waited.until, "fr").partition(" (")[0],
        "edition": f"{waited.id}/{number}",
        "signatory": "",
    }
    for fact, text in facts.items():
        at = row
        row = line(made, row, [both(layout.FACTS[fact]), text])
        if fact in ("edition", "signatory"):
            name = layout.EDITION if fact == "edition" else layout.SIGNATORY
            _named(book, made, name, at, 2)
        if fact == "signatory":
            cell = made.cell(at, 2)
            cell.protection, cell.fill = OPEN, ANSWER
    for said in layout.HOW:
        row = _lines(made, row + 1, said)


def _lines(made: Worksheet, row: int, texts: Iterable[str], font: Font | None = None) -> int:
    """Texts below each other, each running over the columns beside it; gives the next row."""
    for text in texts:
        cell = put(made, row, 1, text)
        if font is not None:
            cell.font = font
        row += 1
    return row


def _sheet(book: Workbook, made: Worksheet, places: Iterable[Place], waited: Waited) -> None:
    places = list(places)
    names = places[0].sheet.layout.names if places else {"fr": made.title, "en": made.title}
    put(made, layout.TITLE_ROW, 1, f"{names['fr']} / {names['en']}").font = BOLD
    titles = [*layout.LABELS, layout.ANSWER, *layout.TOLD.values()]
    for column, title in enumerate(titles, 1):
        cell = put(made, layout.HEADER_ROW, column, both(title))
        cell.font, cell.fill, cell.alignment = BOLD, HEAD, WRAPPED
        width = layout.WIDTHS[column - 1] if column <= len(layout.WIDTHS) else 28
        made.column_dimensions[get_column_letter(column)].width = width
    made.row_dimensions[layout.HEADER_ROW].height = _HEADER_HEIGHT
    checks: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row, place in enumerate(places, layout.HEADER_ROW + 1):
        mine = place.house == waited.house and not place.confidential
        _row(made, row, place, waited.one.cells.get(place.name) if mine else None, mine)
        _named(book, made, place.name, row, layout.ANSWER_AT)
        if mine:
            kind = place.row.layout.type, place.row.layout.choices
            checks.setdefault(kind, []).append(f"{get_column_letter(layout.ANSWER_AT)}{row}")
    for (type_, choices), cells in checks.items():
        made.add_data_validation(_validation(type_, choices, cells))
    made.freeze_panes = made.cell(layout.HEADER_ROW + 1, 3).coordinate
    last = layout.HEADER_ROW + max(1, len(places))
    made.auto_filter.ref = f"A{layout.HEADER_ROW}:{get_column_letter(layout.LAST_COLUMN)}{last}"


def _row(made: Worksheet, row: int, place: Place, said: Said | None, mine: bool) -> None:
    column = both(place.column.labels) or place.column.period
    released = place.cell.text if place.cell.held else ""
    texts = (place.row.question, place.row.code, *place.row.labels, column, place.house, released)
    for at, text in enumerate(texts, 1):
        put(made, row, at, text).alignment = WRAPPED
    lines = max(-(-len(text) // width) for text, width in zip(texts, layout.WIDTHS, strict=False))
    made.row_dimensions[row].height = _LINE * max(1, lines)  # readers do not make room for a wrapped text by themselves
    _answer(made, row, place, said, mine)
    for key, at in layout.TOLD_AT.items():
        cell = put(made, row, at, said.word(*key) if said else "")
        cell.alignment = WRAPPED
        if mine and (key[0] != TEXT or place.row.layout.type == IN_WORDS):
            cell.protection, cell.fill = OPEN, ANSWER
        else:
            cell.fill = CLOSED


def _answer(made: Worksheet, row: int, place: Place, said: Said | None, mine: bool) -> None:
    """What the house said; else what is released; else, of its own, nothing."""
    number, word = shown(place, said) if mine else (place.cell.number, place.cell.word)
    at = layout.ANSWER_AT
    cell = put(made, row, at, word) if number is None else put_number(made, row, at, number)
    cell.alignment = WRAPPED
    if mine:
        cell.protection, cell.fill = OPEN, ANSWER
    else:
        cell.fill = CLOSED


def shown(place: Place, said: Said | None) -> tuple[Decimal | None, str]:
    """The number or the word that stands in a cell of the house until it writes another."""
    if said is not None and (said.value or said.missing):
        number = place.row.layout.type == NUMBER and said.value
        return (Decimal(said.value), "") if number else (None, said.value or said.missing)
    if place.cell.held:
        return place.cell.number, missing_of(place.cell)
    return None, ""


def _validation(type_: str, choices: tuple[str, ...], cells: list[str]) -> DataValidation:
    known = layout.choices_of(type_, choices)
    if type_ == NUMBER:
        either = ",".join(f'{cells[0]}="{w}"' for w in known)
        check = DataValidation(type="custom", formula1=f"OR(ISNUMBER({cells[0]}),{either})")
    elif len(",".join(known)) < 255:
        check = DataValidation(type="list", formula1=f'"{",".join(known)}"')
    else:
        check = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(_LONGEST_TEXT))
    check.error, check.allow_blank = both(layout.NOT_VALID), True
    for cell in cells:
        check.add(cell)
    return check


def _named(book: Workbook, made: Worksheet, name: str, row: int, column: int) -> None:
    where = f"{quote_sheetname(made.title)}!${get_column_letter(column)}${row}"
    book.defined_names[name] = DefinedName(name, attr_text=where)


def _check(found: Board, waited: Waited, content: bytes) -> None:
    """Raise Broken for a workbook that another reader finds otherwise than it was made."""
    book = load_workbook(io.BytesIO(content))
    wanted = {p.name for p in found.places} | {layout.EDITION, layout.SIGNATORY}
    own = set(found.of(waited.house))
    for made in book.worksheets:
        if any(c.data_type == "f" for row in made.iter_rows() for c in row):
            raise Broken(f"The workbook of {waited.id} holds a formula in {made.title}.")
    open_ = {
        name
        for name, defined in book.defined_names.items()
        for title, where in defined.destinations
        if not book[title][where].protection.locked
    }
    if set(book.defined_names) != wanted or open_ != own | {layout.SIGNATORY}:
        raise Broken(f"The workbook of {waited.id} opens other cells than those of {waited.house}.")
