"""Names of ranges: what every reader of workbooks takes as a name, one for each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from greffe.errors import Broken

_OTHER: Final = re.compile(r"[^A-Za-z0-9_]")
_LONGEST: Final = 255


class Names:
    """Names that were given: a name stands for one cell, whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, parts: Sequence[str]) -> str:
        """`UNODC_CTS_PRISONS__PERS_HELD__STATUS__CAT01__Total__Total__2024`. Raises Broken for one that stands already."""
        name = "__".join(_OTHER.sub(lambda m: f"_x{ord(m[0]):X}_", p) for p in parts)
        if name.casefold() in self._taken or len(name) > _LONGEST:
            raise Broken(f"{name} would be the name of two cells, or is too long for one.")
        self._taken.add(name.casefold())
        return name
