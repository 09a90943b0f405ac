"""Workbooks of questionnaires built in the demonstration's home, and what other readers find in them."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd
from fastapi.testclient import TestClient
from house import AUTHOR, FIRST, SECOND, Clock
from journey_tools import ROOT
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from greffe.app import compose, create_app
from greffe.model.instants import read
from greffe.model.transmissions import Transmission
from greffe.release.approvals import approve_proposal
from greffe.release.folders import propose_folders
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Actor
from greffe.transmission.building import build
from greffe.transmission.keeping import content
from greffe.transmission.plan import named_plan

SENDER = Actor("jules")
CSV_OF_ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@dataclass
class Desk:
    """Everything of the demonstration is released there; nothing was sent."""

    parts: Parts
    clock: Clock

    def built(self, delivery: str, year: int) -> Transmission:
        return build(self.parts, SENDER, named_plan(self.parts, delivery, year, test=True)).transmission

    def content(self, one: Transmission, suffix: str = ".xlsx") -> bytes:
        (file,) = (f for f in one.files if f.name.lower().endswith(suffix))
        return content(self.parts, file.sha256)

    def edited(self, mappings: Path) -> None:
        """What an edited folder of mappings says is in force."""
        made = propose_folders(self.parts, AUTHOR, ROOT / "sdmx", mappings, "for a test")
        for person in (FIRST, SECOND) if made else ():
            assert made is not None
            approve_proposal(self.parts, person, made.id)


def desk_at(home: Path, mappings: Path = ROOT / "mappings") -> Desk:
    """The home of the demonstration with a transmitter, and with these mappings where it was built from others."""
    clock = Clock()
    parts = compose(read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=home), clock)
    clock.now = max(clock.now, read(parts.ledger().latest), *(r.effective_at for r in parts.ledger().releases.values()))
    if SENDER.name not in parts.ledger().people:
        add_person(parts, HOUSE, SENDER.name, ["transmitter"])
    found = Desk(parts, clock)
    found.edited(mappings)
    return found


def asking_no_house(folder: Path) -> Path:
    """Mappings by which whoever puts a questionnaire together answers all of it: no house is asked for its own cells."""
    edited = folder / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    table = edited / "policies/contributions.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([lines[0], *(x for x in lines[1:] if ",contact," in x)]) + "\n", encoding="utf-8")
    return edited


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def cells_of(book: Workbook) -> dict[str, object]:
    """Name of a range → what its one cell holds."""
    found = {}
    for name, defined in book.defined_names.items():
        ((title, where),) = defined.destinations
        found[name] = book[title][where].value
    return found


def released(desk: Desk, flow: str, years: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Of those years, the name of a cell (dataflow, codes but for frequency and country, year) → its columns, as pandas
    reads the SDMX-CSV that anybody gets."""
    client = TestClient(create_app(desk.parts))
    answer = client.get(f"/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0?format=sdmx-csv-2.0")
    assert answer.status_code == 200, answer.text
    table = pd.read_csv(io.StringIO(answer.text), dtype=str, keep_default_na=False)
    table = table[table["TIME_PERIOD"].isin(years)]
    return {cell_name(flow, row): row for row in table.to_dict("records")}


def cell_name(flow: str, row: dict[str, str]) -> str:
    """Which cell a row of SDMX-CSV is, whatever the order of its codes in the name."""
    columns = list(row)
    dims = columns[columns.index("ACTION") + 1 : columns.index("TIME_PERIOD")]
    return f"{flow} {' '.join(sorted(row[d] for d in dims))} {row['TIME_PERIOD']}"


def plain_name(name: str, fixed: str) -> str:
    """The same of a range: `fixed` are the codes that its sheet fixes, which names leave out."""
    flow, *codes, year = name.split("__")
    return f"{flow} {' '.join(sorted([*codes, *fixed.split()]))} {year}"


def exact(value: object) -> Decimal:
    assert isinstance(value, int | float)
    assert not isinstance(value, bool)
    return Decimal(repr(value))


def libreoffice(books: list[Path], out: Path) -> dict[str, dict[str, list[list[str]]]]:
    """Every sheet of workbooks as LibreOffice writes it: workbook → sheet → rows of cells. Fails when it warns."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is not here: make .debian installs it"
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(out / 'profile').as_uri()}"]
    command += ["--convert-to", CSV_OF_ALL_SHEETS, "--outdir", str(out), *map(str, books)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = [
        line for line in done.stderr.splitlines() if line.strip() and "javaldx" not in line
    ]  # there is no Java here
    assert told == []
    found: dict[str, dict[str, list[list[str]]]] = {book.stem: {} for book in books}
    for book in books:
        for path in out.glob(f"{book.stem}-*.csv"):
            text = path.read_text(encoding="utf-8-sig")
            found[book.stem][path.stem.removeprefix(f"{book.stem}-")] = list(csv.reader(io.StringIO(text)))
    return found
