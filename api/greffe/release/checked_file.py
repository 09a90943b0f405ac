"""A file that is checked, not kept: any format in which figures are published or sent, as lines with a column a component.

A table is never held: its lines are read where they lie, as often as they are asked for, and what is asked of them is asked of a Parquet
file among what the engine spills, which goes with the connection.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from greffe.arrow import column, pa, pq, text
from greffe.catalogue.policies.bridge.layouts import Layout
from greffe.engine import Connection, is_name, literal
from greffe.errors import BadInput
from greffe.formats.published.labels import without_labels
from greffe.formats.published.lines import MISSING, TITLES, Lines, Row, csv_lines
from greffe.formats.published.packed import LARGEST_TABLE, Content, lying
from greffe.formats.published.read import ENVELOPE, message_lines
from greffe.formats.published.tsv import FLAG
from greffe.formats.published.well_formed import sender_of
from greffe.model.structures import Codelist, DataStructure
from greffe.validation.structural.checked import Checked

LINE = "line:number"  # no id of a component has a colon
_HEAD = 1 << 16  # bytes among which the first lines are
_PIECE = 10_000  # lines that are columns at a time
Cells = Iterator[tuple[str, "pa.Array[pa.Scalar[pa.DataType]]"]]
_COUNTED = {"SDMX-ML": "observation", "SDMX-JSON": "observation"}  # what is numbered; else lines of the file


@dataclass(frozen=True)
class CheckedFile:
    """`lines` with the header as it stands; `start`: the first bytes, unpacked; `sender`: as the header of a message says.
    `spelled`: component → the words that the body writes for its codes, where it writes words."""

    kind: str
    lines: Lines
    start: bytes
    sender: str = ""
    spelled: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def labels_off(self, structure: DataStructure) -> CheckedFile:
        """Without labels, and without the flags that our reader of TSV makes a column of when the structure has none."""
        declared = [c.id for c in structure.components]
        coded = [c.id for c in structure.components if c.representation.enumeration is not None]
        lines = without_labels(self.lines, declared, coded) if self.kind == "SDMX-CSV" else self.lines
        if self.kind == "TSV" and FLAG not in declared:
            lines = lines.turned(lines.header[:-1], lambda row: row[:-1])
        folded = [c.casefold() for c in lines.header]  # the engine takes `geo` and `GEO` for one
        twice = next((c for c in lines.header if folded.count(c.casefold()) > 1), "")
        if twice:
            raise BadInput("The column stands twice.", file=lines.name, row=1, column=twice)
        return CheckedFile(self.kind, lines, self.start, self.sender, self.spelled)

    def loaded(self, connection: Connection, table: str, blank: Sequence[str] = ()) -> Checked:
        """Every column as text, with the line; `blank`: columns whose marks for a missing value become nothing."""
        header = self.lines.header
        names = [c for c in header if c not in ENVELOPE and is_name(c)]
        odd = {c: 0 for c in header if c not in ENVELOPE and not is_name(c)}
        told = [(c, header.index(c)) for c in names]
        beside = [(c, header.index(c)) for c in odd]

        def cells(rows: Sequence[Row]) -> Cells:
            for name, at in beside:
                odd[name] += sum(bool(row[at]) for _, row in rows)
            yield LINE, column([str(number) for number, _ in rows], pa.int64())
            for name, at in told:
                found = [row[at] for _, row in rows]
                yield name, column(["" if c in MISSING else c for c in found] if name in blank else found)

        laid_out(connection, table, self.lines, cells)
        where = f"{self.lines.name}, {_COUNTED.get(self.kind, 'line')}"
        return Checked(connection, table, tuple(names), LINE, where, self.spelled, odd)


def laid_out(connection: Connection, table: str, lines: Lines, cells: Callable[[Sequence[Row]], Cells]) -> None:
    """Make a view `table` of lines, some of which at a time `cells` makes columns of; they lie in a Parquet file in the folder into
    which the connection spills."""
    (folder,) = connection.execute("SELECT current_setting('temp_directory')").fetchone() or ("",)
    file = Path(text(folder)) / f"{table}.parquet"
    rows = iter(lines.rows)
    piece = list(islice(rows, _PIECE))
    first = pa.table(dict(cells(piece)))
    with pq.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        while piece := list(islice(rows, _PIECE)):
            writer.write_table(pa.table(dict(cells(piece))))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM read_parquet({literal(str(file))})")


def read_checked(path: Path) -> CheckedFile:
    """A message of SDMX, TSV of Eurostat or a CSV with a header, whatever its columns; gzip is unpacked.

    Raises BadInput naming file, row and column for what cannot be read as lines at all."""
    return _read(lying(path, LARGEST_TABLE))


def _read(content: Content) -> CheckedFile:
    name, start = content.name, content.start(3)
    message = message_lines(content, name)
    if message is None:
        return CheckedFile("SDMX-CSV", csv_lines(content, name, bare=True), start)
    kind, lines, _ = message
    return CheckedFile(kind, lines, start, sender_of(content.whole(), name) if kind == "SDMX-ML" else "")


def read_laid_out(
    path: Path, layouts: Sequence[Layout], structure: DataStructure | None, lists: Mapping[str, Codelist]
) -> tuple[CheckedFile, Layout | None]:
    """The same of a file that may be laid out as a body does: then its words are codes. Without a structure, or with one that
    has not the components of the layout, the layout is told and nothing is read."""
    content = lying(path, LARGEST_TABLE)
    name, start = content.name, content.start(_HEAD)
    near = [one for one in layouts if _looks_like(start, one)]
    if structure is None:
        return (_read(content), None) if not near else (CheckedFile("CSV", Lines(name, (), []), b""), near[0])
    layout = next((one for one in near if one.fits(structure.dimension_ids)), None)
    if layout is None:
        if near and not _has_columns(start, structure.dimension_ids):
            return CheckedFile("CSV", Lines(name, (), []), b""), near[0]
        return _read(content), None
    lines = csv_lines(content, name, layout.named)
    words = {id_: _words(list_) for id_, list_ in lists.items()}
    spelled = {id_: sorted(found) for id_, found in words.items() if id_ in layout.components}
    return CheckedFile("CSV", _coded(lines, layout, words), start[:3], spelled=spelled), layout


def _looks_like(start: bytes, layout: Layout) -> bool:
    """Whether one of the first lines has most of the columns of a layout: what is wrong in the others is then told."""
    return any(2 * len(cells & set(layout.named)) > len(layout.named) for cells in _first_lines(start))


def _has_columns(start: bytes, names: Sequence[str]) -> bool:
    """Whether one of the first lines has those columns."""
    return any(cells >= set(names) for cells in _first_lines(start))


def _first_lines(start: bytes) -> Iterator[set[str]]:
    """The cells of each of the first lines, once by each delimiter that there may be."""
    for line in start.decode("utf-8-sig", "replace").splitlines()[: TITLES + 1]:
        for delimiter in (",", ";", "\t"):
            yield set(next(csv.reader([line], delimiter=delimiter), []))


def _words(list_: Codelist) -> dict[str, str]:
    """Spelling of the body → code; a code stands for itself."""
    spelled = {i.annotation("SOURCE_CODE"): i.id for i in list_.items if i.annotation("SOURCE_CODE")}
    return spelled or {i.id: i.id for i in list_.items}


def _coded(lines: Lines, layout: Layout, words: Mapping[str, Mapping[str, str]]) -> Lines:
    columns = [lines.header.index(c) for c in layout.series]
    period, value = lines.header.index(layout.period), lines.header.index(layout.value)
    fixed = list(layout.fixed.values())
    known = [words.get(c, {}) for c in layout.components]
    return lines.turned(
        (*layout.fixed, *layout.components, "TIME_PERIOD", "OBS_VALUE"),
        lambda row: [
            *fixed, *(w.get(row[at], row[at]) for at, w in zip(columns, known, strict=True)), row[period], row[value],
        ],
    )  # fmt: skip
