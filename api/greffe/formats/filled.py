"""A data set with the values that it hides, for whoever may have them: CONF_STATUS still tells which they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from greffe.arrow import pa, texts
from greffe.model.dataset import DataSet, SeriesBlock

_CODES: Final = pa.dictionary(pa.int32(), pa.string())
_COLUMNS: Final = {"OBS_VALUE": pa.string(), "OBS_STATUS": _CODES, "CONF_STATUS": _CODES}


Cells = Mapping[str, str]  # of an observation by component, e.g. OBS_VALUE; what is not named stays as it is
Apart = Mapping[tuple[str, ...], Mapping[str, Cells]]  # key in the order of the dimensions → period → cells


def filled(dataset: DataSet, apart: Apart) -> DataSet:
    """The same with what is held apart in its place. Series that hide nothing pass as they are."""
    dimensions = dataset.structure.dimension_ids
    return replace(dataset, blocks=_filled(dataset.blocks, dimensions, apart)) if apart else dataset


def _filled(blocks: Iterator[SeriesBlock], dimensions: Sequence[str], apart: Apart) -> Iterator[SeriesBlock]:
    for block in blocks:
        keys = zip(*(texts(block.series.column(d)) for d in dimensions), strict=True)
        found: dict[int, Cells] = {}
        at = 0
        for key, count in zip(keys, block.counts.to_pylist(), strict=True):
            here = apart.get(tuple(code or "" for code in key))
            if here and count:
                periods = texts(block.observations.column("TIME_PERIOD").slice(at, count))
                found |= {at + n: here[p] for n, p in enumerate(periods) if p and p in here}
            at += count or 0
        yield replace(block, observations=_table(block.observations, found)) if found else block


def _table(table: pa.Table, found: Mapping[int, Cells]) -> pa.Table:
    for place, name in enumerate(table.column_names):
        if name in _COLUMNS:
            cells = texts(table.column(name))
            for row, hidden in found.items():
                cells[row] = hidden.get(name, cells[row])
            table = table.set_column(place, name, pa.array(cells, _COLUMNS[name]))
    return table
