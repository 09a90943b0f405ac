"""Parquet of an answer: codes and texts as strings, values as exact decimals, the message's facts as key-value metadata.

The bytes depend on what is answered and on the version of the writer alone, so that a client may ask for them in ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from greffe.arrow import codes, pa, pq
from greffe.errors import NotAcceptable
from greffe.formats import flat
from greffe.formats.components import TIME, VALUE
from greffe.formats.parameters import Parameters
from greffe.formats.sinks import Sink
from greffe.model.dataset import DataMessage, DataSet, SeriesBlock

ROW_GROUP: Final = 122_880  # rows: DuckDB reads groups of that size in parallel
_CODES: Final = pa.dictionary(pa.int32(), pa.string())
_DIGITS: Final = 38
_HINT: Final = "Ask for a CSV format, which keeps the text of every number."

Array: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"


def write(message: DataMessage, _parameters: Parameters) -> Iterator[bytes]:
    """The message as one table, in row groups of 122,880 rows; memory is that of one of them.

    OBS_VALUE is DECIMAL(38, s) with the decimals s of the structure (D17). Raises NotAcceptable for a value that is no
    such number (more decimals, NaN, INF): nothing is rounded. Releases hold no such value (their decimals are checked);
    should one come after the first bytes, what was given by then is no Parquet file: its footer is missing.
    """
    columns = flat.columns(message)
    scale = max((d.structure.decimals for d in message.datasets), default=0)
    schema = pa.schema([pa.field(c.id, pa.decimal128(_DIGITS, scale) if c.id == VALUE else _CODES) for c in columns])
    sink = Sink()
    with pq.ParquetWriter(
        pa.PythonFile(sink, "w"),  # type: ignore[arg-type]
        schema,
        compression="snappy",  # read by every tool; others are not
        use_dictionary=[c.id for c in columns if c.id != VALUE],  # type: ignore[arg-type]
        store_schema=False,  # readers see strings, not the dictionaries of each row group
    ) as writer:
        writer.add_key_value_metadata(flat.facts(message))
        for group in _groups(_tables(message, schema)):
            writer.write_table(group, row_group_size=ROW_GROUP)
            yield from sink.taken()
    yield from sink.taken()


def _tables(message: DataMessage, schema: pa.Schema) -> Iterator[pa.Table]:
    for dataset in message.datasets:
        for block in dataset.blocks:
            yield _table(dataset, block, schema)


def _table(dataset: DataSet, block: SeriesBlock, schema: pa.Schema) -> pa.Table:
    """One row an observation, or one a series when observations were not asked for."""
    counts = np.asarray(block.counts.to_numpy(), dtype=np.int64)
    of = np.repeat(np.arange(len(counts)), counts) if dataset.observations else np.arange(len(counts))
    series, size = pa.array(of, pa.int32()), len(of)
    constants = flat.constants(dataset)
    wanted = {*dataset.structure.dimension_ids, *dataset.attributes, TIME}
    arrays: list[Array] = []
    for field in schema:
        found: Array | None = None
        if field.name == VALUE:
            found = _values(block, field.type) if dataset.measures and dataset.observations else None
        elif field.name in wanted and field.name in block.series.column_names:
            found = block.series.column(field.name).combine_chunks().take(series)
        elif field.name in wanted and dataset.observations and field.name in block.observations.column_names:
            found = block.observations.column(field.name).combine_chunks()
        if field.name in constants:
            found = _filled(found, constants[field.name], size)
        arrays.append(pa.nulls(size, field.type) if found is None else found)
    return pa.table(arrays, schema=schema)


def _filled(found: Array | None, text: str, size: int) -> Array:
    """The constant in every row, or only where the column has nothing; '' is nothing."""
    if found is not None and found.null_count == 0:
        return found
    if found is not None:
        filled: Array = found.cast(pa.string()).fill_null(text).dictionary_encode()
        return filled
    return _dictionary(np.zeros(size, np.int32), np.full(size, not text), [text])


def _values(block: SeriesBlock, type_: pa.DataType) -> Array:
    """The texts as exact decimals. Raises NotAcceptable with the first that is none."""
    texts = block.observations.column(VALUE).combine_chunks()
    try:
        found: Array = texts.cast(type_)
    except pa.ArrowInvalid:
        bad = next((str(v) for v in texts.to_pylist() if v is not None and not _exact(str(v), type_)), "a value")
        raise NotAcceptable(f"{bad} is no {type_} and would not be exact in Parquet.", hint=_HINT) from None
    return found


def _exact(text: str, type_: pa.DataType) -> bool:
    try:
        pa.array([text]).cast(type_)
    except pa.ArrowInvalid:
        return False
    return True


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in tables of ROW_GROUP, however the blocks were cut."""
    waiting: list[pa.Table] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += table.num_rows
        while rows >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            yield _compact(whole.slice(0, ROW_GROUP))
            waiting, rows = [whole.slice(ROW_GROUP)], rows - ROW_GROUP
    if rows:
        yield _compact(pa.concat_tables(waiting))


def _compact(table: pa.Table) -> pa.Table:
    """One dictionary a column, sorted and with no word that no row has: bytes do not depend on where blocks were cut."""
    arrays: list[Array] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name == VALUE:
            arrays.append(column.combine_chunks())
            continue
        indices, words = codes(column.unify_dictionaries())
        absent = np.asarray(indices.is_null())
        places = np.asarray(indices.fill_null(0), dtype=np.int64)
        used = np.flatnonzero(np.bincount(places[~absent], minlength=len(words)))
        kept = [str(words[int(place)]) for place in used]
        order = sorted(range(len(kept)), key=kept.__getitem__)
        new = np.zeros(max(len(words), 1), np.int32)
        new[used[order]] = np.arange(len(order))
        arrays.append(_dictionary(new[places], absent, [kept[n] for n in order]))
    return pa.table(arrays, schema=table.schema)


def _dictionary(places: npt.NDArray[np.int32], absent: npt.NDArray[np.bool_], words: list[str]) -> Array:
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32(), mask=absent), pa.array(words, pa.string()))
