"""Figures and structures of ours against those a recipient sent: `greffe check --against`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from greffe.arrow import text
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.received import read_received
from greffe.engine import Connection, quoted
from greffe.errors import BadInput, BadQuery, NotFound, Refused
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.checked_file import read_checked
from greffe.release.datasets import of_draft, of_release
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.validation.structural.breaks import breaks
from greffe.validation.structural.checked import Checked
from greffe.validation.structural.data import structural, used_codes
from greffe.validation.structural.files import check_form, check_name
from greffe.validation.structural.sides import Used, ours, rows_of, theirs

TABLE = "checked_against"


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
    _meaningful(asked)
    catalogue = parts.catalogue()
    flow = dataflow_named(parts, asked.dataflow)
    mine = ours(catalogue, flow)
    other = theirs(read_received(received.read_bytes(), received.name), mine, flow)
    rows = rows_of(catalogue.map_to(flow)) if _has_map(catalogue, flow) else {}
    with parts.connection(modest=True) as connection:
        file = read_checked(asked.file) if asked.file is not None else None
        if file is not None:
            file = file.labels_off(other.structure or catalogue.structure(flow))
            subject, checked = file.lines.name, file.loaded(connection, TABLE)
        else:
            subject, held = _table(parts, connection, flow, asked)
            if held is None:
                return Told(subject, (), breaks(mine, other, Used({}, rows)))
            checked = held
        found = list(structural(checked, other, asked.sender or (file.sender if file is not None else "")))
        if file is not None:
            if file.kind == "SDMX-CSV":
                found += check_form(file.start, checked.columns, other)
            if asked.named:
                found += check_name(file.lines.name, *places_and_years(checked))
        codes = used_codes(checked, [*mine.lists])
        return Told(subject, tuple(found), breaks(mine, other, Used(codes, rows)))


def _meaningful(asked: Asked) -> None:
    """Raises BadQuery for what must be said, and for what would change nothing."""
    if not asked.dataflow.strip():
        raise BadQuery(
            "Which dataflow of ours is it about?", parameter="--dataflow", hint="Say e.g. ESTAT_CRIM_OFF_CAT."
        )
    if asked.file is not None and asked.draft:
        raise BadQuery("A file and a draft: one of them is checked.", parameter="--draft", hint="Leave one out.")
    if asked.named and asked.file is None:
        raise BadQuery("It is about the name of a file.", parameter="--named", hint="Say which FILE is to be sent.")


def _has_map(catalogue: Catalogue, flow: Dataflow) -> bool:
    return any(m.target == flow.reference for m in catalogue.maps.values())


def _table(parts: Parts, connection: Connection, flow: Dataflow, asked: Asked) -> tuple[str, Checked | None]:
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


def places_and_years(checked: Checked) -> tuple[set[str], set[str]]:
    """The places and the years that a table has, as the name of its file must tell them."""
    area = next((c for c in ("geo", "REF_AREA") if c in checked.columns), "")
    places = {text(r[0]) for r in checked.rows(f"SELECT DISTINCT {quoted(area)} FROM {{t}}")} if area else set()
    if "TIME_PERIOD" not in checked.columns:
        return places, set()
    return places, {text(r[0])[:4] for r in checked.rows("SELECT DISTINCT TIME_PERIOD FROM {t}")}
