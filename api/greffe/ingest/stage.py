"""Rows as they were received, put down once as a Parquet file that the checks read again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from greffe.arrow import pa, pq
from greffe.engine import Connection, quoted
from greffe.ingest.report import Progress

ROW: Final = "row"
STAGED: Final = "ingest_staged"  # view: row BIGINT, then a VARCHAR column per column of the file, '' when empty
TEXT: Final = pa.dictionary(pa.int32(), pa.string())
Column: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
Coded: TypeAlias = "pa.DictionaryArray[pa.lib.Int32Type, pa.lib.StringType]"
FIRST_ROW: Final = 2  # the header is row 1


def stage(batches: Iterable[pa.RecordBatch], names: Sequence[str], into: Path, progress: Progress) -> int:
    """Write `into`, one row group a batch; the number of rows.

    Every text column is dictionary-coded batch by batch: DuckDB then looks at each distinct word of a batch once.
    """
    schema = pa.schema([pa.field(ROW, pa.int64()), *(pa.field(n, TEXT) for n in names)])
    count = 0
    with pq.ParquetWriter(
        into, schema, compression="zstd", use_dictionary=[*names],  # type: ignore[arg-type]  # the stub knows only bool
        column_encoding={ROW: "DELTA_BINARY_PACKED"}, write_statistics=False, store_schema=False,
    ) as writer:  # fmt: skip
        for batch in ahead(batches):
            rows = pa.array(np.arange(count, count + batch.num_rows, dtype=np.int64) + FIRST_ROW)
            texts = [_coded(batch.column(i)) for i in range(len(names))]
            writer.write_table(pa.Table.from_arrays([rows, *texts], schema=schema))
            count += batch.num_rows
            progress("reading", count)
    return count


def ahead(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, each one made in a thread while the one before is used."""
    source = iter(batches)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield batch


def view_of(connection: Connection, staged: Path) -> None:
    """The view STAGED of that file. The path is our own; a view takes no parameters, so quotes are doubled."""
    path = str(staged).replace("'", "''")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {quoted(STAGED)} AS "
        f"SELECT * FROM read_parquet('{path}', hive_partitioning = false, filename = false)"
    )


def _coded(column: Column) -> Column:
    return column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
