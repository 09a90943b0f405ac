"""Figures and structures of ours against those a recipient sent: `greffe check --against`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from greffe.arrow import pa, text
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.received import read_received
from greffe.engine import Connection, quoted
from greffe.errors import BadInput, NotFound, Refused
from greffe.formats.published.lines import MOST as LIMIT
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.datasets import of_draft, of_release
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.validation.structural.breaks import breaks
from greffe.validation.structural.checked import Checked
from greffe.validation.structural.data import structural, used_codes
from greffe.validation.structural.files import check_form, check_name
from greffe.validation.structural.sides import Used, ours, rows_of, theirs

TABLE = "checked_against"
ENVELOPE = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION")


@dataclass(frozen=True)
class Asked:
    """What is held against what was received: a file, a draft, or else the current release of the dataflow."""

    dataflow: str
    file: Path | None = None
    draft: str = ""
    sender: str = ""
    named: bool = False  # the file has the name under which it is to be sent


@dataclass(frozen=True)
class Told:
    """`subject`: what was checked. `data`: findings on it; `structure`: what their version would break."""

    subject: str
    data: tuple[Finding, ...]
    structure: tuple[Finding, ...]


def check_against(parts: Parts, received: Path, asked: Asked) -> Told:
    """Both directions. Without a file, a draft or a release, the structures alone are compared.

    Raises BadInput or BadDefinition for files that cannot be read, NotFound and BadQuery with what is near.
    """
    if not received.is_file():
        raise BadInput("There is no such file.", file=str(received))
    catalogue = parts.catalogue()
    flow = dataflow_named(parts, asked.dataflow)
    mine = ours(catalogue, flow)
    other = theirs(read_received(received.read_bytes(), received.name), mine, flow)
    rows = rows_of(catalogue.map_to(flow)) if _has_map(catalogue, flow) else {}
    with parts.connection() as connection:
        subject, checked = _table(parts, connection, flow, asked)
        if checked is None:
            return Told(subject, (), breaks(mine, other, Used({}, rows)))
        found = list(structural(checked, other, asked.sender))
        if asked.file is not None:
            header = [c for c in checked.columns if c not in ENVELOPE]
            found += check_form(asked.file.read_bytes()[:3], header, other)
            if asked.named:
                found += check_name(asked.file.name, *_places_and_years(checked))
        codes = used_codes(checked, [*mine.lists])
        return Told(subject, tuple(found), breaks(mine, other, Used(codes, rows)))


def _has_map(catalogue: Catalogue, flow: Dataflow) -> bool:
    return any(m.target == flow.reference for m in catalogue.maps.values())


def _table(parts: Parts, connection: Connection, flow: Dataflow, asked: Asked) -> tuple[str, Checked | None]:
    if asked.file is not None:
        return asked.file.name, _of_file(connection, asked.file)
    if asked.draft:
        dataset = of_draft(parts, asked.draft)
        if dataset.dataflow != flow.reference:
            raise Refused(f"{asked.draft} is of {dataset.dataflow}, not of {flow.reference}.")
    else:
        release = parts.ledger().current(flow.reference, parts.clock())
        if release is None:
            return f"the structures of {flow.reference}", None
        dataset = of_release(parts, release)
    if dataset.data is None:
        raise NotFound(f"{dataset.name} has no data.")
    connection.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT * FROM read_parquet($1)", [str(dataset.data)])
    structure = parts.catalogue().structure(flow)
    names = [c.id for c in structure.components]
    described = connection.execute(f"DESCRIBE {TABLE}").fetchall()
    there = [text(row[0]) for row in described if text(row[0]) in names]
    columns = ", ".join(f"CAST({quoted(n)} AS VARCHAR) AS {quoted(n)}" for n in there)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT {columns} FROM {TABLE}")
    return dataset.name, Checked(connection, TABLE, tuple(there))


def _of_file(connection: Connection, path: Path) -> Checked:
    """A CSV file as text, every column: what is wrong in it is what is asked."""
    if not path.is_file():
        raise BadInput("There is no such file.", file=str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header, *lines = [row for row in csv.reader(stream, strict=True) if row]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise BadInput("This is not UTF-8 CSV with a header.", file=str(path)) from error
    doubled = next((c for c in header if header.count(c) > 1), "")
    if doubled:
        raise BadInput("The column stands twice.", file=str(path), row=1, column=doubled)
    if len(lines) > LIMIT:
        raise BadInput(f"More than {LIMIT} rows.", file=str(path))
    for number, row in enumerate(lines, 2):
        if len(row) != len(header):
            raise BadInput(f"{len(row)} fields where the header has {len(header)}.", file=str(path), row=number)
    names = [c.split(":", 1)[0] for c in header]  # SDMX-CSV with labels writes `id: name`
    arrays = {n: pa.array([row[i] for row in lines], pa.string()) for i, n in enumerate(names)}
    connection.register("checked_arrow", pa.table(arrays))
    connection.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT * FROM checked_arrow")
    return Checked(connection, TABLE, tuple(n for n in names if n not in ENVELOPE))


def _places_and_years(checked: Checked) -> tuple[set[str], set[str]]:
    area = next((c for c in ("geo", "REF_AREA") if c in checked.columns), "")
    places = {text(r[0]) for r in checked.rows(f"SELECT DISTINCT {quoted(area)} FROM {{t}}")} if area else set()
    if "TIME_PERIOD" not in checked.columns:
        return places, set()
    return places, {text(r[0])[:4] for r in checked.rows("SELECT DISTINCT TIME_PERIOD FROM {t}")}
