"""Plain CSV for people: one header line, each code beside its label, nothing that is known to SDMX only.

UTF-8 without byte order mark, comma, line feed, RFC 4180 quotes: `pandas.read_csv`, `readr::read_csv`, DuckDB, Power
Query and `d3.csv` read it from its bare address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from greffe.formats import flat
from greffe.formats.components import VALUE
from greffe.formats.escaping import csv
from greffe.formats.fragments import chunks
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Piece
from greffe.model.dataset import DataMessage, DataSet

_LABEL: Final = "_label"


def write(message: DataMessage, _parameters: Parameters) -> Iterator[bytes]:
    """The message as one table: a column for each component, after a coded one its `<id>_label` in the language.

    DATA_ORIGIN is always there (D13). A missing value is an empty cell, as is an absent attribute.
    """
    columns = flat.columns(message)
    header = [name for c in columns for name in ((c.id, c.id + _LABEL) if c.coded else (c.id,))]
    yield (",".join(csv(name) for name in header) + "\n").encode()
    for dataset in message.datasets:
        layout = Layout(row=_row(dataset, columns, message.language), bare=not dataset.observations)
        yield from chunks(dataset.blocks, layout, observations=dataset.observations)


def _row(dataset: DataSet, columns: tuple[flat.Column, ...], language: str) -> tuple[Piece, ...]:
    """Every cell brings the separator after it, the last one the end of the line."""
    constants, row = flat.constants(dataset), list[Piece]()
    own = {*dataset.structure.dimension_ids, *dataset.attributes}
    for number, column in enumerate(columns, 1):
        end = "," if number < len(columns) else "\n"
        if column.id == VALUE:
            row += [Number(VALUE), end] if dataset.measures else [end]
            continue
        names = flat.labels(dataset.codelists.get(column.id), language)
        render = _coded(names, end) if column.coded else _bare(end)
        missing = render(constants.get(column.id, ""))
        constant = column.id in constants and column.id not in own
        row.append(missing if constant else Cell(column.id, render, missing))
    return tuple(row)


def _bare(end: str) -> Callable[[str], str]:
    return lambda text: csv(text) + end


def _coded(names: dict[str, str], end: str) -> Callable[[str], str]:
    return lambda code: f"{csv(code)},{csv(names.get(code, ''))}{end}"
