"""The rows that are in order, as the later steps read them: codes instead of spellings, exact numbers, NULL for absent.

Works on the distinct words of a batch, not on its cells: a batch has millions of the latter and hundreds of the former.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from greffe.arrow import pa, pq, text
from greffe.engine import Connection, quoted
from greffe.ingest.columns import is_whole
from greffe.ingest.report import Progress
from greffe.ingest.spellings import Layout
from greffe.ingest.stage import ROW, TEXT, Coded, Column, ahead
from greffe.model.structures import Component

GROUP: Final = 122_880  # rows of a row group: what DuckDB reads best
DECIMALS: Final = "OBS_DECIMALS"  # digits after the point of OBS_TEXT: sums need them, and need not read the texts
PRUNED: Final = (ROW, "INDICATEUR", "TIME_PERIOD")  # columns whose bounds let a reader leave row groups out
Rows = NDArray[np.int64]


def write_rows(staged: Path, layout: Layout, refused: Rows, superseded: Rows, into: Path, progress: Progress) -> int:
    """Write the file `into`, whole or not at all; the number of rows.

    Columns: row BIGINT, dimensions VARCHAR, TIME_PERIOD VARCHAR, OBS_VALUE DECIMAL(38,s), OBS_TEXT VARCHAR ('' when
    empty), OBS_DECIMALS TINYINT (its digits after the point, NULL when empty), attributes VARCHAR or BIGINT (NULL when
    empty), superseded BOOLEAN. refused, superseded: sorted row numbers.
    """
    schema = _schema(layout)
    coded = [f.name for f in schema if isinstance(f.type, pa.DictionaryType)]
    part = into.with_name(into.name + ".part")
    count = 0
    with pq.ParquetWriter(
        part, schema, compression="zstd", use_dictionary=[*coded, "OBS_VALUE"],  # type: ignore[arg-type]  # the stub knows only bool
        write_statistics=[n for n in PRUNED if n in schema.names], store_schema=False,
        column_encoding={ROW: "DELTA_BINARY_PACKED"},
    ) as writer:  # fmt: skip
        waiting: list[pa.RecordBatch] = []
        for batch in ahead(_row_batches(staged, layout, refused, superseded, schema)):
            waiting.append(batch)
            count += batch.num_rows
            if sum(b.num_rows for b in waiting) >= GROUP:
                writer.write_table(_joined(waiting), row_group_size=4 * GROUP)
                waiting = []
                progress("writing", count)
        if waiting:
            writer.write_table(_joined(waiting), row_group_size=4 * GROUP)
    part.replace(into)
    progress("writing", count)
    return count


def row_numbers(connection: Connection, table: str) -> Rows:
    """The column `row` of a table, sorted."""
    found = connection.execute(f"SELECT row FROM {quoted(table)} ORDER BY row").fetchnumpy()["row"]
    return np.asarray(found, dtype=np.int64)


def _schema(layout: Layout) -> pa.Schema:
    structure = layout.structure
    time = ["TIME_PERIOD"] if structure.time else []
    types: dict[str, pa.DataType] = {ROW: pa.int64()}
    types |= dict.fromkeys([*structure.dimension_ids, *time], TEXT)
    types |= {"OBS_VALUE": pa.decimal128(38, structure.decimals), "OBS_TEXT": TEXT, DECIMALS: pa.int8()}
    types |= {a.id: pa.int64() if is_whole(a) else TEXT for a in structure.attributes}
    return pa.schema(types | {"superseded": pa.bool_()})


def _joined(batches: list[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(batches).unify_dictionaries()


def _row_batches(
    staged: Path, layout: Layout, refused: Rows, superseded: Rows, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    return (_row_batch(batch, layout, superseded, schema) for batch in _good_batches(staged, layout, refused))


def _good_batches(staged: Path, layout: Layout, refused: Rows) -> Iterator[pa.RecordBatch]:
    """The staged rows but the refused ones; dictionaries hold only words that occur."""
    with pq.ParquetFile(staged, read_dictionary=list(layout.columns)) as source:
        for group in range(source.num_row_groups):
            for batch in source.read_row_group(group).combine_chunks().to_batches():
                hit = _among(batch.column(ROW), refused)
                if not hit.any():
                    yield batch
                elif not hit.all():
                    kept = batch.filter(pa.array(~hit))
                    columns = [_compact(kept.column(n)) for n in kept.schema.names]
                    yield pa.RecordBatch.from_arrays(columns, names=kept.schema.names)


def _compact(column: Column) -> Column:
    return column.cast(pa.string()).dictionary_encode() if isinstance(column, pa.DictionaryArray) else column


def _among(rows: Column, wanted: Rows) -> NDArray[np.bool_]:
    numbers = np.asarray(rows, dtype=np.int64)
    if not len(wanted):
        return np.zeros(len(numbers), dtype=bool)
    at = np.minimum(np.searchsorted(wanted, numbers), len(wanted) - 1)
    return np.asarray(wanted[at] == numbers, dtype=bool)


def _row_batch(batch: pa.RecordBatch, layout: Layout, superseded: Rows, schema: pa.Schema) -> pa.RecordBatch:
    structure = layout.structure
    time = (structure.time,) if structure.time else ()
    values = _coded(batch, layout.value)
    arrays: list[Column] = [batch.column(ROW)]
    arrays += [_recoded(batch, layout, c) for c in (*structure.dimensions, *time)]
    arrays += [_numbers(values, pa.decimal128(38, structure.decimals)), values, _decimals(values)]
    for attribute in structure.attributes:
        if is_whole(attribute):
            arrays.append(_numbers(_coded(batch, attribute.column), pa.int64()))
        else:
            arrays.append(_recoded(batch, layout, attribute))
    arrays.append(pa.array(_among(batch.column(ROW), superseded)))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _coded(batch: pa.RecordBatch, name: str) -> Coded:
    return cast("Coded", batch.column(name))


def _numbers(cells: Coded, kind: pa.DataType) -> Column:
    """Cells as exact numbers; an empty one is null."""
    words = pa.array([word or None for word in cells.dictionary.to_pylist()], pa.string())
    return words.cast(kind).take(cells.indices)


def _decimals(cells: Coded) -> Column:
    """Digits after the point of each cell; an empty one has none to speak of and is null."""
    words = [text(word) for word in cells.dictionary.to_pylist()]
    return pa.array([len(w.partition(".")[2]) if w else None for w in words], pa.int8()).take(cells.indices)


def _recoded(batch: pa.RecordBatch, layout: Layout, component: Component) -> Column:
    """A column with its codes; cells whose code is None are null."""
    cells = _coded(batch, component.column)
    words = [text(word) for word in cells.dictionary.to_pylist()]
    known = layout.words.get(component.column)
    codes = [word or None if known is None else known[word] for word in words]
    distinct = list(dict.fromkeys(c for c in codes if c is not None))
    place = {code: i for i, code in enumerate(distinct)}
    positions = pa.array([None if c is None else place[c] for c in codes], pa.int32())
    return pa.DictionaryArray.from_arrays(positions.take(cells.indices), pa.array(distinct, pa.string()))
