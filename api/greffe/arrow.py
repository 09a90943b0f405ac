"""The one typed door to pyarrow (D29): only this module and what it hands out touches that library.

Types come from `pyarrow-stubs`; names are re-exported so that the rest of the package reads `from greffe.arrow import …`.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

__all__ = ["decimal", "integer", "ipc", "pa", "pc", "pq", "text"]


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
