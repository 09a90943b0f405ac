"""Small tables of the pivot, made up, as files: two sections, three divisions, a group; codes under them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl

NATINF_HEAD = ("Code NATINF", "Libellé NATINF", "Nature", "Valide du", "Valide au", "Code NFI")
NFI_HEAD = ("Code NFI", "Libellé NFI", "Niveau NFI", "Code NFI parent", "Code CICS", "Relation CICS")
NFI = (
    ("01", "Première section", "Section", "", "", ""),
    ("01.1", "Division une", "Division", "", "0101", "exact"),
    ("01.2", "Division deux", "Division", "", "0102", "broader"),
    ("02", "Seconde section", "1", "", "", ""),
    ("02.1", "Division trois", "2", "02", "0301", ""),
    ("02.1.1", "Groupe un", "3", "02.1", "", ""),
)
NATINF = (
    ("5169", "Meurtre", "Crime", "01/03/1994", "", "01.1"),
    ("900001", "Code inventé, ancien poste", "Délit", "2013-01-01", "2020-12-31", "01.2"),
    ("900001", "Code inventé", "Délit", "2021-01-01", "", "02.1.1"),
    ("1115", "Viol", "crime", "", "", "02.1.1"),
)
Rows = Sequence[Sequence[object]]


def workbook(natinf: Rows = NATINF, nfi: Rows = NFI, *, merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("NFI")
    first.title = "NATINF"
    for sheet, head, rows in ((first, NATINF_HEAD, natinf), (second, NFI_HEAD, nfi)):
        sheet.append(head)
        for row in rows:
            sheet.append(row)
    if merge:
        first.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plain(head: Sequence[str], rows: Rows, delimiter: str = ";") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([head, *rows])
    return out.getvalue().encode("utf-8-sig")


def changed(rows: Rows, number: int, **cells: object) -> list[tuple[object, ...]]:
    """The rows with cells of one of them replaced: `c0=…` the first."""
    found = [list(row) for row in rows]
    for name, value in cells.items():
        found[number][int(name[1:])] = value
    return [tuple(row) for row in found]
