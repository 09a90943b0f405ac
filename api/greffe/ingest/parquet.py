"""Parquet: columns of text, whole numbers, exact decimals, days; values come out as the text they stand for.

A 64-bit float is read as its shortest decimal text (12.0 as 12): one that needs an exponent or carries binary noise
(0.1 + 0.2) is then refused as any other badly written value. Narrower floats are refused: they round counts silently.
Words stay words of a dictionary: a hundred megabytes that stand in each of a million rows fit into a file of some kilobytes.
Rows are numbered as in a CSV file with the same rows: the first is 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, cast

from greffe.arrow import pa, pc, pq
from greffe.errors import BadInput
from greffe.ingest.report import LONGEST_CELL, MOST_ROWS, File, ReadOptions, too_many_rows
from greffe.ingest.stage import FIRST_ROW, Coded, Column

BATCH = 1 << 16  # rows
_PIECE: Final = 1 << 20  # bytes of a column that are read at once
DAMAGED: Final = (pa.ArrowException, OSError, ValueError)  # the last of names that are no UTF-8
ACCEPTED = "text, whole numbers, decimals, 64-bit floats, dates and midnights"


def header(file: File, options: ReadOptions) -> list[str]:
    """Names of the columns. Raises BadInput when it is no Parquet file, declares more rows than an extract has, or has a
    column of a type that holds no cell."""
    with _opened(file) as source:
        if source.metadata.num_rows > MOST_ROWS:
            raise too_many_rows(source.metadata.num_rows, file.name)
        try:
            columns = [(field.name, field.type) for field in source.schema_arrow]
        except DAMAGED as error:
            raise BadInput("The file is damaged.", file=file.name) from error
        for name, kind in columns:
            if not _readable(kind):
                raise BadInput(f"Type {kind} is not read; {ACCEPTED} are.", file=file.name, column=name)
        return [name for name, _ in columns]


def batches(file: File, names: list[str], options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """The rows as text, in order of the file; null is ''. Raises BadInput when the file is damaged or a cell too long."""
    count = 0
    with _opened(file, names) as source:
        try:
            for batch in source.iter_batches(batch_size=BATCH):
                columns = [_as_text(batch.column(i)) for i in range(len(names))]
                for name, column in zip(names, columns, strict=True):
                    _refuse_no_text(column, name, file.name, count + FIRST_ROW)
                    _refuse_long(column, name, file.name)
                yield pa.RecordBatch.from_arrays(columns, names=names)
                count += batch.num_rows
        except DAMAGED as error:
            raise BadInput("The file is damaged.", file=file.name, row=count + FIRST_ROW) from error
    if not count:
        raise BadInput("There are columns and no row.", file=file.name)


def _opened(file: File, words: list[str] | None = None) -> pq.ParquetFile:
    """`words`: columns whose texts stay words of a dictionary."""
    try:
        return pq.ParquetFile(file.path, read_dictionary=words, buffer_size=_PIECE)
    except DAMAGED as error:
        raise BadInput("This is no Parquet file that can be read.", file=file.name) from error


def _readable(kind: pa.DataType) -> bool:
    kind = kind.value_type if isinstance(kind, pa.DictionaryType) else kind
    types = pa.types
    return (
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
        or types.is_decimal(kind)
        or types.is_float64(kind)
        or types.is_date(kind)
        or types.is_null(kind)
        or (types.is_timestamp(kind) and kind.tz is None)
    )


def _as_text(column: Column) -> Column:
    """The cells as text, '' for null."""
    kind = column.type
    if isinstance(column, pa.DictionaryArray):
        return _words(cast("Coded", column))
    if pa.types.is_timestamp(kind):
        return _days_or_moments(column)
    if pa.types.is_date(kind):
        column = column.cast(pa.date32())
    texts = cast("pa.StringArray", column.cast(pa.string())).fill_null("")
    if pa.types.is_decimal(kind) and any("E" in word for word in texts.unique().to_pylist() if word):
        return pa.array([f"{Decimal(word):f}" if word else "" for word in texts.to_pylist()], pa.string())
    return texts


def _words(column: Coded) -> Column:
    """The same of a column of words: words that occur, each once."""
    used = pc.unique(column.indices)
    texts = cast("Coded", cast("pa.StringArray", _as_text(column.dictionary.take(used))).dictionary_encode())
    at = pc.index_in(column.indices, value_set=used)
    return pa.DictionaryArray.from_arrays(texts.indices.take(at), texts.dictionary)


def _refuse_no_text(column: Column, name: str, file: str, first: int) -> None:
    """Texts of Parquet are UTF-8 by declaration alone: whoever writes a file may put any bytes there, and pyarrow hands them on."""
    words = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    try:
        words.validate(full=True)
    except pa.ArrowInvalid as error:
        wrong = pa.array([not _is_utf8(word) for word in words.cast(pa.binary()).to_pylist()])
        found = wrong.take(column.indices) if isinstance(column, pa.DictionaryArray) else wrong
        raise BadInput("A cell is not UTF-8.", file=file, row=first + found.index(True).as_py(), column=name) from error


def _is_utf8(word: bytes | None) -> bool:
    try:
        (word or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse_long(column: Column, name: str, file: str) -> None:
    words = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    longest = pc.max(pc.binary_length(cast("pa.StringArray", words))).as_py() if len(words) else 0
    if longest is not None and longest > LONGEST_CELL:
        raise BadInput(f"A cell has more than {LONGEST_CELL} bytes.", file=file, column=name)


def _days_or_moments(column: Column) -> Column:
    """A midnight is its day; any other moment stays one, and no column takes it."""
    days = column.cast(pa.date32(), safe=False)
    midnight = pc.equal(days.cast(column.type), column)
    chosen = pc.if_else(midnight, days.cast(pa.string()), column.cast(pa.string()))
    return cast("pa.StringArray", chosen).fill_null("")
