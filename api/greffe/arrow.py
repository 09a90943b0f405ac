"""The one typed door to pyarrow (D29): only this module and what it hands out touches that library.

Types come from `pyarrow-stubs`; names are re-exported so that the rest of the package reads
`from greffe.arrow import …`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

__all__ = [
    "arrow_csv",
    "coded",
    "codes",
    "column",
    "decimal",
    "distinct",
    "integer",
    "ipc",
    "joined",
    "octets",
    "offsets",
    "pa",
    "pc",
    "pq",
    "text",
    "texts",
]


def column(cells: Iterable[str | None], type_: pa.DataType | None = None) -> pa.Array[pa.Scalar[pa.DataType]]:
    """Texts as a column, or as what they say in another type (raises ValueError for one that says none). Not by `pa.array`: of a list
    that imports pandas, which is 50 MB where nothing else needs it."""
    builder = pa.lib.StringBuilder()
    builder.append_values(cells if isinstance(cells, list) else list(cells))
    made = builder.finish()
    return made.cast(type_) if type_ is not None else made


def text(cell: object) -> str:
    """A cell that holds text; NULL is ''."""
    return "" if cell is None else str(cell)


def integer(cell: object) -> int:
    """A cell that holds a whole number. Raises TypeError on anything else."""
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        raise TypeError(f"not an integer: {cell!r}")
    return int(cell)


def decimal(cell: object) -> Decimal | None:
    """A cell that holds a decimal or NULL. Raises TypeError on a float: numbers never pass through one (D17)."""
    if cell is None or isinstance(cell, Decimal):
        return cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    raise TypeError(f"not an exact number: {cell!r}")


def codes(column: pa.ChunkedArray[pa.Scalar[pa.DataType]]) -> tuple[pa.Int32Array, pa.StringArray]:
    """A dictionary column as row numbers in the dictionary (null = absent), and the dictionary. Raises TypeError."""
    return coded(column.combine_chunks())


def coded(column: pa.Array[pa.Scalar[pa.DataType]]) -> tuple[pa.Int32Array, pa.StringArray]:
    """The same of one array."""
    if not isinstance(column, pa.DictionaryArray):
        raise TypeError(f"not a column of codes: {column.type}")
    return cast(pa.Int32Array, column.indices), cast(pa.StringArray, column.dictionary)


def distinct(column: pa.ChunkedArray[pa.Scalar[pa.DataType]]) -> list[str]:
    """The codes that occur in a dictionary column, in the order in which they do (a chunk's dictionary may hold more)."""
    found: dict[str, None] = {}
    for chunk in column.chunks:
        if not isinstance(chunk, pa.DictionaryArray):
            raise TypeError(f"not a column of codes: {column.type}")
        occurring = chunk.dictionary.take(pc.unique(chunk.indices))
        found |= dict.fromkeys(text(value) for value in occurring.to_pylist() if value is not None)
    return list(found)


def texts(column: pa.ChunkedArray[pa.Scalar[pa.DataType]]) -> list[str | None]:
    """The cells of a column of texts or codes that has few rows."""
    found: list[str | None] = []
    for chunk in column.chunks:
        plain = chunk.dictionary.take(chunk.indices) if isinstance(chunk, pa.DictionaryArray) else chunk
        found += cast(pa.StringArray, plain).to_pylist()
    return found


def joined(parts: Sequence[str | pa.StringArray]) -> pa.StringArray:
    """Element-wise concatenation of columns and constants, null counting as nothing. At least one part is a column."""
    found: pa.StringArray = pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")  # type: ignore[call-overload]
    return found


def octets(column: pa.StringArray) -> npt.NDArray[np.uint8]:
    """The UTF-8 bytes of all texts of a column one after the other; of a slice, its own alone."""
    bounds = offsets(column)
    return np.frombuffer(memoryview(column.buffers()[2] or b""), dtype=np.uint8)[bounds[0] : bounds[-1]]


def offsets(column: pa.StringArray) -> npt.NDArray[np.int32]:
    """Where each text of a column begins in its buffer, and last where it ends."""
    if not len(column):
        return np.zeros(1, dtype=np.int32)
    whole = np.frombuffer(memoryview(column.buffers()[1] or b""), dtype=np.int32)
    return whole[column.offset : column.offset + len(column) + 1]
