"""A small internal structure, rows written as text, and what came of taking them in."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from greffe.engine import opened
from greffe.ingest.extract import ReadOptions, Report, ingest
from greffe.model.references import Reference, Urn
from greffe.model.structures import Annotation, Codelist, Component, DataStructure, Item, Representation
from greffe.settings import EngineSettings

LISTS = {
    "FREQ": ["A", "Q", "M", "W", "D"],
    "INDICATEUR": ["CIV_NOUV", "PRI_DETENUS", "CIV_DUREE"],
    "GEO": ["FR", "69", "75"],
    "SEXE": ["1", "2", "T", "_Z"],
    "AGE": ["MIN", "MAJ", "Y_GE60", "T", "_Z"],
    "UNITE": ["affaire", "personne", "mois", "ETP", "euro"],
    "STATUT": ["D", "PR", "SD", "E", "R", "B", "NC", "SO", "S"],
    "CONF": ["C1"],
}
NOTES = {
    ("AGE", "Y_GE60"): ("SOURCE_CODE", "60+"),
    ("INDICATEUR", "CIV_NOUV"): ("UNIT", "affaire"),
    ("INDICATEUR", "PRI_DETENUS"): ("UNIT", "personne"),
}


def codelists() -> dict[str, Codelist]:
    """The lists by component id."""
    return {id_: _list(id_, codes) for id_, codes in LISTS.items()}


def _list(id_: str, codes: list[str]) -> Codelist:
    notes = {c: (Annotation(*NOTES[id_, c]),) if (id_, c) in NOTES else () for c in codes}
    items = tuple(Item(c, {"en": c}, annotations=notes[c]) for c in codes)
    return Codelist(Reference("SSER", f"CL_{id_}"), {"en": id_}, items=items)


def _component(id_: str, role: str = "dimension", text: str = "String", column: str = "", **more: object) -> Component:
    coded = Urn("codelist", Reference("SSER", f"CL_{id_}")) if id_ in LISTS else None
    return Component(
        id_,
        Urn("conceptscheme", Reference("SSER", "CS"), id_),
        Representation(coded, text, 2 if role == "measure" else None),
        role,
        annotations=(Annotation("COLUMN", column),) if column else (),
        **more,  # type: ignore[arg-type]
    )


ON = {"relationship": ("OBS_VALUE",)}
STRUCTURE = DataStructure(
    Reference("SSER", "INT_SMALL"),
    {"en": "Small"},
    dimensions=tuple(_component(i) for i in ("FREQ", "INDICATEUR", "GEO", "SEXE", "AGE")),
    time=_component("TIME_PERIOD", "time", "ObservationalTimePeriod", "periode"),
    measures=(_component("OBS_VALUE", "measure", "Decimal", "valeur", mandatory=False),),
    attributes=(
        _component("UNITE", "attribute", **ON),
        _component("STATUT", "attribute", **ON),
        _component("CONF", "attribute", mandatory=False, **ON),
        _component("VERSION", "attribute", "Integer", **ON),
        _component("EXTRAIT_LE", "attribute", "GregorianDay", mandatory=False, **ON),
    ),
)
COLUMNS = [c.column for c in STRUCTURE.components]
GOOD = {
    "freq": "A", "indicateur": "PRI_DETENUS", "geo": "FR", "sexe": "T", "age": "T", "periode": "2023", "valeur": "12",
    "unite": "personne", "statut": "D", "conf": "", "version": "1", "extrait_le": "2024-10-01",
}  # fmt: skip


def row(**changes: str) -> dict[str, str]:
    """A good row with some cells changed."""
    assert set(changes) <= set(GOOD), changes
    return GOOD | changes


def table(rows: list[dict[str, str]], delimiter: str = ",", end: str = "\n", columns: list[str] | None = None) -> str:
    """Rows as CSV text with a header; quotes only where needed."""
    names = columns or COLUMNS
    lines = [names, *([r[n] for n in names] for r in rows)]
    return "".join(delimiter.join(_cell(c, delimiter) for c in line) + end for line in lines)


def _cell(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & {delimiter, '"', "\n", "\r"} else text


@dataclass(frozen=True)
class Outcome:
    """The report and what lies in the folder."""

    report: Report
    into: Path

    @property
    def rows(self) -> list[dict[str, object]]:
        return pq.read_table(self.into / "rows.parquet").to_pylist()

    @property
    def rejects(self) -> list[dict[str, str]]:
        with (self.into / "rejects.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    @property
    def files(self) -> set[str]:
        return {p.name for p in self.into.iterdir()}


@contextmanager
def desk(folder: Path | None = None):
    """A folder to hand files over in, and a function that takes a file in."""
    with tempfile.TemporaryDirectory() as temporary:
        base = folder or Path(temporary)
        into = base / "kept"
        into.mkdir(parents=True)
        with opened(EngineSettings(memory_mb=512), base / "spill", [into]) as connection:

            def take(path: Path, progress: Callable[[str, int], None] = lambda *_: None, **options: object) -> Outcome:
                read = ReadOptions(**options)  # type: ignore[arg-type]
                return Outcome(ingest(connection, path, STRUCTURE, codelists(), into, read, progress), into)

            yield base, take
