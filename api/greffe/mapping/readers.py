"""What each kind of calculation reads: SQL of one shape (operands)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from greffe.mapping.coarser import coarser
from greffe.mapping.operands import Step, converted, earlier, over_codes, over_population
from greffe.mapping.shares import shares
from greffe.mapping.sql import Parameters

READ: Final[Mapping[str, Callable[[Step, Parameters], str]]] = {
    "total": over_codes,
    "complement": over_codes,
    "formula": over_codes,
    "rate": over_population,
    "split": shares,
    "convert": converted,
    "calendar": coarser,
    "lag": earlier,
}
