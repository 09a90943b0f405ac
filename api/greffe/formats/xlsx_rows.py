"""The rows of one XLSX sheet as XML, by the engine of the formats: no object for a cell, no formula from data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from greffe.arrow import codes, pa, pc
from greffe.errors import NotAcceptable, TooLarge
from greffe.formats import flat
from greffe.formats.components import TIME, VALUE
from greffe.formats.escaping import xml
from greffe.formats.fragments import chunks
from greffe.formats.pieces import Cell, Layout, Number, Piece
from greffe.model.cell_values import letters
from greffe.model.dataset import DataSet, SeriesBlock

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS: Final = 1_048_576  # of a sheet, the header line included
DIGITS: Final = 15  # significant ones, more than which Excel rounds
STATUSES: Final = ("OBS_STATUS", "CONF_STATUS")
_LONGEST: Final = 32_767  # characters of a cell
_PART: Final = 4_096  # rows
_ROW, _KIND = "#row", "#kind"  # columns that are added to a block
DECIMALS: Final = 9  # at most, of a number that is shown with the ones it has; a style for each, after xlsx._HEADER
_TEXT = "text"
_NUMBERS: Final = tuple(str(n) for n in range(DECIMALS + 1))  # kinds of numbers by their digits after the point
_BEFORE: Final = {n: f'" s="{int(n) + 1}"><v>' if int(n) else '"><v>' for n in _NUMBERS} | {_TEXT: '" t="str"><v>'}
_AFTER: Final = "</v></c>"
_NOTHING: Final = '"/>'
_DECIMAL: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_NO_DIGIT: Final = r"^[-0.]+|\.|[eE].*$"
_READ_AS_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HINT: Final = "Ask for a CSV format or for Parquet."


def excel(text: str) -> str:
    """The text as XML content. Raises NotAcceptable for what a cell cannot hold."""
    if len(text) > _LONGEST:
        raise NotAcceptable(f"A text of {len(text)} characters does not fit into a cell of Excel.", hint=_HINT)
    return xml(_READ_AS_ESCAPE.sub("_x005F_", text))


def too_many_rows() -> TooLarge:
    """What is said of an answer that no sheet holds."""
    return TooLarge(f"A sheet of Excel holds {ROWS - 1} rows, the answer has more.", hint=_HINT)


class Strings:
    """The shared strings of a book: cells hold their numbers."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The place of the text in the table."""
        return self._known.setdefault(text, len(self._known))

    def table(self) -> Iterator[bytes]:
        """The part `sharedStrings.xml`."""
        yield b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        yield f'<sst xmlns="{MAIN}" uniqueCount="{len(self._known)}">'.encode()
        for text in self._known:
            yield f'<si><t xml:space="preserve">{excel(text)}</t></si>'.encode()
        yield b"</sst>"


class Sheet:
    """The rows of one data set, and what was seen while they were written.

    rows: of the sheet so far, the header line included. long: values that are kept as text for their digits.
    statuses: by component, the codes that occur.
    """

    def __init__(
        self, dataset: DataSet, language: str, labelled: bool, strings: Strings, columns: Sequence[flat.Column]
    ) -> None:
        self.rows, self.long = 1, 0
        self.statuses: dict[str, set[str]] = {id_: set() for id_ in STATUSES}
        self.headers: list[str] = []
        self._dataset, self._language, self._strings = dataset, language, strings
        self._layout = self._laid_out(columns, labelled)

    def chunks(self) -> Iterator[bytes]:
        """The `row` elements after the header line. Raises TooLarge when they are more than a sheet holds."""
        observations = self._dataset.observations
        blocks = (part for block in self._dataset.blocks for part in _smaller(block))
        yield from chunks(map(self._numbered, blocks), self._layout, observations=observations)

    def _laid_out(self, columns: Sequence[flat.Column], labelled: bool) -> Layout:
        constants, cells = flat.constants(self._dataset), list[tuple[Piece, ...]]()
        own = {*self._dataset.structure.dimension_ids, *self._dataset.attributes}
        for column in columns:
            self.headers.append(column.id)
            if column.id == VALUE:
                kind = Cell(_KIND, _BEFORE.__getitem__, _NOTHING)
                cells.append((kind, Number(VALUE), Cell(_KIND, lambda _kind: _AFTER)))
                continue
            render = self._shared if column.coded or column.id in (*constants, TIME) else _inline
            missing = render(constants[column.id]) if constants.get(column.id) else _NOTHING
            constant = column.id in constants and column.id not in own
            cells.append((missing,) if constant else (Cell(column.id, render, missing),))
            if labelled and column.coded:
                self.headers.append(f"{column.id}_label")
                cells.append((Cell(column.id, self._label(column.id), _NOTHING),))
        row: list[Piece] = ['<row r="', Number(_ROW), '">']
        for place, pieces in enumerate(cells, 1):
            row += [f'<c r="{letters(place)}', Number(_ROW), *pieces]
        return Layout(row=(*row, "</row>"), bare=not self._dataset.observations)

    def _shared(self, text: str) -> str:
        return f'" t="s"><v>{self._strings.number(text)}</v></c>'

    def _label(self, id_: str) -> Callable[[str], str]:
        names = flat.labels(self._dataset.codelists.get(id_), self._language)
        return lambda code: self._shared(names[code]) if names.get(code) else _NOTHING

    def _numbered(self, block: SeriesBlock) -> SeriesBlock:
        """The block with the number of each row, and whether its value is a number for Excel."""
        whole = self._dataset.observations
        table = block.observations if whole else block.series
        start, self.rows = self.rows + 1, self.rows + table.num_rows
        if self.rows > ROWS:
            raise too_many_rows()
        numbers = pa.array(np.arange(start, self.rows + 1)).cast(pa.string())
        table = table.append_column(_ROW, numbers)
        if not whole:
            return SeriesBlock(table, block.counts, block.observations)
        if VALUE in table.column_names:
            table = table.append_column(_KIND, self._kinds(table))
        for id_, seen in self.statuses.items():
            for level in (block.series, table):
                if id_ in level.column_names:
                    indices, words = codes(level.column(id_))
                    seen.update(
                        str(words[place]) for place in indices.unique().drop_null().to_pylist() if place is not None
                    )
        return SeriesBlock(block.series, block.counts, table)

    def _kinds(self, table: pa.Table) -> pa.Array[pa.Scalar[pa.DataType]]:
        """For each value how many digits follow the point, text (no number, or more digits than Excel keeps), or null."""
        values = cast("pa.StringArray", table.column(VALUE).combine_chunks())
        text = ~_flags(pc.match_substring_regex(values, _DECIMAL))
        if (_lengths(values) > DIGITS).any():
            text |= _lengths(pc.replace_substring_regex(values, _NO_DIGIT, "")) > DIGITS
        missing = np.asarray(values.is_null())
        self.long += int(np.count_nonzero(text & ~missing))
        kinds = np.where(text, len(_NUMBERS), _decimals(values)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(
            pa.array(kinds, pa.int32(), mask=missing), pa.array([*_NUMBERS, _TEXT], pa.string())
        )


def _flags(found: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.asarray(found.fill_null(False), dtype=np.bool_)


def _lengths(texts: pa.StringArray) -> npt.NDArray[np.int64]:
    return np.asarray(pc.binary_length(texts).fill_null(0), dtype=np.int64)


def _decimals(values: pa.StringArray) -> npt.NDArray[np.int64]:
    """Digits after the point: as many are shown, so that 27.50 does not become 27.5. None of what has an exponent."""
    point = np.asarray(pc.find_substring(values, ".").fill_null(-1), dtype=np.int64)
    if (point < 0).all():
        return np.zeros(len(point), dtype=np.int64)
    plain = ~_flags(pc.match_substring_regex(values, "[eE]"))
    return np.where((point >= 0) & plain, np.minimum(_lengths(values) - point - 1, DECIMALS), 0)


def _smaller(block: SeriesBlock) -> Iterator[SeriesBlock]:
    """The block in parts of some 4,096 rows, since a row of XML is long; a series stays whole."""
    counts = np.asarray(block.counts.to_numpy(), dtype=np.int64)
    ends = np.cumsum(np.maximum(counts, 1))
    offsets = np.concatenate(([0], np.cumsum(counts)))
    start = 0
    while start < len(counts):
        done = int(ends[start - 1]) if start else 0
        end = max(int(np.searchsorted(ends, done + _PART, side="right")), start + 1)
        yield SeriesBlock(
            block.series.slice(start, end - start),
            block.counts.slice(start, end - start),
            block.observations.slice(int(offsets[start]), int(offsets[end] - offsets[start])),
        )
        start = end


def _inline(text: str) -> str:
    return f'" t="inlineStr"><is><t xml:space="preserve">{excel(text)}</t></is></c>'
