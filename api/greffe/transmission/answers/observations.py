"""What people answered, as observations: NA and NAP by their status, yes and no as 1 and 0, words in the attributes that a
structure has for them. What it has no place for is told by name and never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.arrow import pa, texts
from greffe.catalogue.questionnaires import YES_NO, Questionnaire
from greffe.formats.components import TIME, VALUE
from greffe.model.answers import COMMENT, EXPLANATION, FOOTNOTE, SOURCE, TEXT, Said
from greffe.model.dataset import DataSet, SeriesBlock
from greffe.model.structures import DataStructure
from greffe.transmission.answers.checking import WORDS_YES_NO
from greffe.transmission.workbooks.answered import answered
from greffe.transmission.workbooks.answers import CONF, FREE, STATUS, Key
from greffe.transmission.workbooks.answers import EXPLANATION as EXPLAINED
from greffe.transmission.workbooks.filled import Cell, FilledSheet

NOTE: Final = "COMMENT_OBS"
# Part of an answer → the attributes that may hold it, the first that a structure has.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    TEXT: (NOTE,),
    COMMENT: (NOTE,),
    SOURCE: ("SOURCE_NOTE",),
    FOOTNOTE: ("FOOTNOTE",),
    EXPLANATION: (EXPLAINED, NOTE),
}
_ANSWERED: Final = "A"  # CL_OBS_STATUS: a normal value
Cells = Mapping[tuple[Key, str], "Observed"]


@dataclass(frozen=True)
class Observed:
    """One answer. `value`: decimal text, '' for none; None where a release holds the figure. `notes`: attribute → text."""

    value: str | None
    notes: Mapping[str, str]


def homeless(structure: DataStructure, said: Said) -> tuple[str, ...]:
    """The parts of an answer for which no attribute of an observation has a place."""
    return tuple(part for part, words in said.words.items() if any(words.values()) and not _place(structure, part))


def observed(
    one: Questionnaire, sheets: Sequence[FilledSheet], answers: Mapping[str, Said], structure: DataStructure
) -> dict[tuple[Key, str], Observed]:
    """(codes in the order of the structure, year) → what was said of the cell, of sheets of one dataflow."""
    found = {}
    for sheet in answered(one, sheets, answers):
        for row in sheet.rows:
            for cell in row.cells:
                if cell is not None and cell.said is not None:
                    found[cell.key, cell.period] = _observed(row.layout.type, cell, cell.said, structure)
    return found


def joined(dataset: DataSet, cells: Cells) -> DataSet:
    """A data set with the answers: words go to the observation that is there, a value makes one. What is released stays."""
    if not cells:
        return dataset
    found = replace(dataset, blocks=_blocks(dataset, cells), occurring=None, rows_beyond=None)
    columns = dict.fromkeys(name for cell in cells.values() for name in cell.notes)
    return replace(found, attributes=(*dataset.attributes, *(c for c in columns if c not in dataset.attributes)))


def _place(structure: DataStructure, part: str) -> str:
    for id_ in PLACES[part]:
        component = structure.component(id_)
        if component is not None and component.on_observation:
            return id_
    return ""


def _observed(type_: str, cell: Cell, said: Said, structure: DataStructure) -> Observed:
    notes = dict(cell.notes)
    explained, place = notes.pop(EXPLAINED, ""), _place(structure, EXPLANATION)
    value = None if cell.held else "" if cell.number is None else f"{cell.number:f}"
    words = [notes.get(NOTE, "")]
    if value is not None:
        notes = {STATUS: _ANSWERED, CONF: FREE, **notes}
        if type_ == YES_NO and said.value:
            value = str(int(said.value == WORDS_YES_NO[0]))
        elif not (value or said.missing):
            words.insert(0, cell.word)
    if explained and place == NOTE:
        words.append(explained)
    elif explained and place:
        notes[place] = explained
    notes[NOTE] = "; ".join(filter(None, words))
    return Observed(value, {n: text for n, text in notes.items() if text and structure.component(n) is not None})


@dataclass
class _Series:
    """One series: its cells, and year → column → cell."""

    own: dict[str, str | None]
    years: dict[str, dict[str, str | None]]


def _blocks(dataset: DataSet, cells: Cells) -> Iterator[SeriesBlock]:
    dims, found = dataset.structure.dimension_ids, dict[Key, _Series]()
    own: Sequence[str] = dims
    for block in dataset.blocks:
        own = block.series.column_names
        for key, series in _read(block, dims):
            found.setdefault(key, series).years.update(series.years)
    shared = next(iter(found.values())).own if found else {}
    for (key, period), cell in cells.items():
        if key not in found:
            found[key] = _Series({**shared, **dict(zip(dims, key, strict=True))}, {})
        said: dict[str, str | None] = dict(cell.notes)
        if cell.value is not None:
            said[VALUE] = cell.value or None
        found[key].years.setdefault(period, {}).update(said)
    yield _block(own, sorted(found.items()))


def _read(block: SeriesBlock, dims: Sequence[str]) -> Iterator[tuple[Key, _Series]]:
    series = {n: texts(block.series.column(n)) for n in block.series.column_names}
    columns = {n: texts(block.observations.column(n)) for n in block.observations.column_names}
    row = 0
    for place, count in enumerate(block.counts.to_pylist()):
        rows = range(row, row + (count or 0))
        years = {columns[TIME][at] or "": {n: c[at] for n, c in columns.items() if n != TIME} for at in rows}
        own = {n: c[place] for n, c in series.items()}
        yield tuple(own[d] or "" for d in dims), _Series(own, years)
        row += count or 0


def _block(own: Sequence[str], series: Sequence[tuple[Key, _Series]]) -> SeriesBlock:
    rows = [(year, cells) for _, s in series for year, cells in sorted(s.years.items())]
    names = dict.fromkeys([VALUE, *(n for _, cells in rows for n in cells)])
    columns: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {TIME: _coded([year for year, _ in rows])}
    for name in names:
        told = [cells.get(name) for _, cells in rows]
        columns[name] = pa.array(told, pa.string()) if name == VALUE else _coded(told)
    table = pa.table({n: _coded([s.own.get(n) for _, s in series]) for n in own})
    return SeriesBlock(table, pa.array([len(s.years) for _, s in series], pa.int64()), pa.table(columns))


def _coded(told: Sequence[str | None]) -> pa.Array[pa.Scalar[pa.DataType]]:
    return pa.array(told, pa.string()).dictionary_encode()
