"""Columns joined beforehand say the same, row for row, as columns joined one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from greffe.formats import coded
from greffe.formats.coded import Coded, in_one

texts = st.text("ab<é𝄞", max_size=3)


@st.composite
def rows(draw: st.DrawFn) -> tuple[int, list[list[str] | str]]:
    """A number of rows, and parts: a constant, or a cell for each row."""
    size = draw(st.integers(0, 300))
    cells = st.lists(texts, min_size=1, max_size=5).flatmap(
        lambda known: st.lists(st.sampled_from(known), min_size=size, max_size=size)
    )
    return size, draw(st.lists(st.one_of(texts, cells), max_size=8))


@pytest.mark.parametrize("product", [0, 16, 4_096])
@settings(deadline=None, max_examples=examples(40))
@given(found=rows())
def test_in_one(product: int, found: tuple[int, list[list[str] | str]]):
    size, parts = found
    given_parts: list[coded.Part] = []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            given_parts.append(part)
        elif number % 3 == 2:  # a column that stands for itself
            given_parts.append(pa.array(part, pa.string()))
        else:
            known = [*sorted(set(part)), "never"]
            indices = np.array([known.index(cell) for cell in part], dtype=np.int32)
            given_parts.append(Coded(indices, pa.array(known, pa.string())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "_PRODUCT", product)
        read = in_one(given_parts, size).to_pylist()
    assert read == ["".join(p if isinstance(p, str) else p[row] for p in parts) for row in range(size)]
