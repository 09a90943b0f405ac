"""A desk at which houses contribute: people of the prison administration, a contact point, workbooks as other programs save them."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from questionnaires import SENDER, Desk, opened

from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission.contributions.acts import Typed, give
from greffe.transmission.contributions.book import ANSWER_AT, SIGNATORY
from greffe.transmission.contributions.book_out import export
from greffe.transmission.contributions.places import board

PAUL, NORA, CLERK = Actor("paul"), Actor("nora"), Actor("clerk")
DAP, CE, DSJ = "UN_CTS-2024-DAP", "CEPEJ-2024-CE", "CEPEJ-2024-DSJ"
PRISONS = "UNODC_CTS_PRISONS__"
CAPACITY = f"{PRISONS}PRIS_CAP__TOTAL__CAT33__Total__Total__2024"
HELD = f"{PRISONS}PERS_HELD__TOTAL__CAT00__Total__Total__2024"
COURTS = tuple(f"CEPEJ_Q91__Q91_L3__{s}__2024" for s in ("P0", "IN", "RES", "P1", "GT2"))  # administrative ones


def people(desk: Desk) -> None:
    """Paul and Nora answer for the prison administration, Clerk for the directorate of judicial services."""
    for person, role in ((PAUL, "contributor:DAP"), (NORA, "contributor:DAP"), (CLERK, "contributor:DSJ")):
        if person.name not in desk.parts.ledger().people:
            add_person(desk.parts, HOUSE, person.name, [role])


def answered(desk: Desk, who: Actor, id_: str, other: str = "NA") -> None:
    """Every cell of a house: what is released, and `other` where nothing is."""
    questionnaire, year, house = id_.rsplit("-", 2)
    own = board(desk.parts, questionnaire, int(year)).of(house)
    give(desk.parts, who, id_, {n: Typed(p.cell.text if p.cell.held else other) for n, p in own.items()})


def out(desk: Desk, id_: str) -> bytes:
    """The workbook of a house, as the contact point takes it."""
    return export(desk.parts, SENDER, id_)[1]


def filled(
    content: bytes, values: dict[str, object], signed: str = "", then: Callable[[Workbook], None] | None = None
) -> bytes:
    """A workbook filled in by another hand, with openpyxl. `values`: name of a cell → what is written there."""
    book = load_workbook(io.BytesIO(content))
    for name, value in ({**values, SIGNATORY: signed} if signed else values).items():
        ((title, where),) = book.defined_names[name].destinations
        book[title][where] = value
    if then is not None:
        then(book)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def by_office(content: bytes, folder: Path) -> bytes:
    """The same workbook, opened and saved by LibreOffice. Fails when it warns."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is not here: make .debian installs it"
    (folder / "in").mkdir()
    (folder / "in/book.xlsx").write_bytes(content)
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(folder / "in/book.xlsx")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [x for x in done.stderr.splitlines() if x.strip() and "javaldx" not in x] == []
    return (folder / "book.xlsx").read_bytes()


def open_cells(content: bytes) -> dict[str, bool]:
    """Name of a range → whether its answer may be typed."""
    book = opened(content)
    found = {}
    for name, defined in book.defined_names.items():
        ((title, where),) = defined.destinations
        found[name] = not book[title][where].protection.locked
        assert name.startswith("GREFFE_") or book[title][where].column == ANSWER_AT
    return found
