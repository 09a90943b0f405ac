"""A file as it would be sent, read again as the recipient reads it: findings in the words of its structural validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.deliveries import DSNC
from greffe.errors import BadInput
from greffe.formats.published.read import ENVELOPE
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.against import places_and_years
from greffe.release.checked_file import CheckedFile, read_checked
from greffe.release.parts import Parts
from greffe.transmission.planned_file import PlannedFile
from greffe.validation.structural.data import structural
from greffe.validation.structural.files import check_form, check_name
from greffe.validation.structural.sides import OURS_ALONE, Side, ours
from greffe.validation.structural.words import FILE, said


@dataclass(frozen=True)
class Checked:
    """A file that is read again: its name, dataflow and sender. `since`: it tells what changed alone; `dsnc`: by its name
    too, as Eurostat names files."""

    name: str
    flow: Dataflow
    sender: str
    since: bool
    dsnc: bool = False


def of_plan(file: PlannedFile) -> Checked:
    """A file that is about to be built."""
    return Checked(file.name, file.flow, file.row.sender, file.since is not None, file.row.naming == DSNC)


TIME = "TIME_PERIOD"
TABLE = "about_to_be_sent"
# Syntaxes that are read again; a table for people (XLSX, Parquet) has no structure to hold.
READ = ("csv", "xml", "json")


def findings_on(parts: Parts, catalogue: Catalogue, file: Checked, content: Path, syntax: str) -> list[Finding]:
    """What the recipient's structural validation would say of the file, by the structure that we hold of it."""
    if syntax not in READ:
        return []
    side = _sent_side(ours(catalogue, file.flow))
    with TemporaryDirectory() as folder, parts.connection() as connection:
        place = Path(folder) / file.name
        place.symlink_to(content)
        try:
            read = read_checked(place)
        except BadInput as error:
            return [said(FILE, f"it cannot be read: {error.message}", f"il ne peut être lu : {error.message}")]
        structure = catalogue.structure(file.flow)
        read = read.labels_off(structure)
        if file.since:
            read = _without_deleted(read, [*structure.dimension_ids, TIME])
        checked = read.loaded(connection, TABLE)
        found = list(structural(checked, side, file.sender))
        if read.kind == "SDMX-CSV":
            found += check_form(read.start, checked.columns, side)
        if file.dsnc:
            found += check_name(file.name, *places_and_years(checked))
        return found


def _without_deleted(read: CheckedFile, key: Sequence[str]) -> CheckedFile:
    """Of a file that tells what changed, without the observations that it takes away: these are a key and nothing else."""
    lines = read.lines
    values = [n for n, name in enumerate(lines.header) if name not in (*key, *ENVELOPE)]
    return replace(read, lines=lines.kept(lambda row: any(row[n] for n in values)))


def fault(en: str, fr: str) -> Finding:
    """What stops a file that no structure describes."""
    return said(FILE, en, fr)


def _sent_side(side: Side) -> Side:
    """What we hold of the recipient's structure: without the attributes that speak to our own readers alone."""
    if side.structure is None:
        return side
    attributes = tuple(a for a in side.structure.attributes if a.id not in OURS_ALONE)
    return replace(side, structure=replace(side.structure, attributes=attributes))
