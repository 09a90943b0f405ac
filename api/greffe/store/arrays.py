"""Between Arrow arrays and numpy: the steps that the stubs of pyarrow cannot follow, each with a plain signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from greffe.arrow import pa, pc

Ints: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
Dictionary: TypeAlias = "pa.DictionaryArray[pa.lib.Int32Type, pa.lib.StringType]"
Column: TypeAlias = "pa.ChunkedArray[pa.Scalar[pa.lib.StringType]]"


def dictionary(words: Sequence[str], codes: Codes) -> Dictionary:
    """A dictionary<int32, string> array; a negative code is null."""
    made = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=codes < 0), pa.array(words, pa.string()))
    return cast("Dictionary", made)


def decoded(words: Sequence[str], codes: Codes) -> pa.StringArray:
    """The same as plain strings."""
    return cast("pa.StringArray", dictionary(words, codes).dictionary_decode())


def words_and_codes(column: Column) -> tuple[list[str], Codes]:
    """The words of a column of text, in the order they come, and for each row the place of its word, -1 for null."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    array = cast("Dictionary", whole)
    return [str(w) for w in array.dictionary.cast(pa.string()).to_pylist()], codes_of(array)


def codes_of(array: Dictionary) -> Codes:
    """Places in the dictionary, -1 for null."""
    indices = cast("pa.Int32Array", array.indices.cast(pa.int32()))
    filled = indices if indices.null_count == 0 else cast("pa.Int32Array", indices.fill_null(-1))
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int32)


def integers(column: Column) -> Ints:
    """A whole number column without nulls."""
    return np.asarray(column.to_numpy(), np.int64)


def strings(column: Column) -> pa.StringArray:
    """One array of plain strings."""
    return cast("pa.StringArray", column.cast(pa.string()).combine_chunks())


def taken(values: pa.StringArray, rows: Ints, gone: Flags | None = None) -> pa.StringArray:
    """Values at those rows; null where `gone`."""
    return values.take(pa.array(rows, pa.int64(), mask=gone))


def differing(left: pa.StringArray, right: pa.StringArray) -> Flags:
    """Which pairs differ; two nulls are equal."""
    unequal = pc.not_equal(left.fill_null("\0"), right.fill_null("\0"))
    return np.asarray(unequal.to_numpy(zero_copy_only=False), np.bool_)


def lengths(values: pa.StringArray) -> Codes:
    """Bytes of each value, -1 for null."""
    measured = pc.binary_length(values)
    return np.asarray(measured.fill_null(-1).to_numpy(zero_copy_only=False), np.int32)
