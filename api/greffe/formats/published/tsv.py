"""Eurostat's TSV: `freq,iccs,unit,geo\\TIME_PERIOD`, then a column for each period; flags stand behind the values."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from greffe.errors import BadInput
from greffe.formats.published.lines import MOST, NUMBER, Again, Lines, Row, utf_8
from greffe.formats.published.packed import Content

FLAG: Final = "OBS_FLAG"
_CORNER: Final = re.compile(rb"[^\t]*\\(TIME_PERIOD|time)\s*\t")
_CELL: Final = re.compile(r"(:|-?\d+(?:\.\d+)?)?\s*([a-z]{0,4})")


def is_tsv(content: bytes) -> bool:
    """Whether the first line is a header of that kind; files before 2022 write `geo\\time`."""
    return _CORNER.match(content[:4_096].split(b"\n", 1)[0]) is not None


def tsv_lines(content: Content, name: str) -> Lines:
    """The table as SDMX-CSV would have it: dimensions, TIME_PERIOD, OBS_VALUE, OBS_FLAG. A cell without value and flag is
    no observation. Raises BadInput naming file, row and column. Its rows are read again each time they are asked for."""
    utf_8(content, lined=False)
    corner, *periods = (c.strip() for c in next(_texts(content)).split("\t"))
    dimensions = corner.partition("\\")[0].split(",")
    count = sum(1 for _ in _read(content, name, dimensions, periods))
    if not count:
        raise BadInput("The file has no observation.", file=name)
    if count > MOST:
        raise BadInput(f"More than {MOST} values.", file=name)
    header = (*dimensions, "TIME_PERIOD", "OBS_VALUE", FLAG)
    return Lines(name, header, Again(lambda: _read(content, name, dimensions, periods), count))


def _texts(content: Content) -> Iterator[str]:
    """The lines, as Python takes a text apart."""
    with content.opened() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="\n") as stream:
        for line in stream:
            yield from line.splitlines()


def _read(content: Content, name: str, dimensions: Sequence[str], periods: Sequence[str]) -> Iterator[Row]:
    """A row a value. Raises BadInput naming file, row and column."""
    for line, text in enumerate(islice(_texts(content), 1, None), 2):
        if not text.strip():
            continue
        key, *cells = text.split("\t")
        codes = [c.strip() for c in key.split(",")]
        if len(codes) != len(dimensions):
            message = f"{len(codes)} codes where the header has {len(dimensions)} dimensions."
            raise BadInput(message, file=name, row=line)
        if len(cells) != len(periods):
            raise BadInput(f"{len(cells)} values where the header has {len(periods)} periods.", file=name, row=line)
        for period, cell in zip(periods, cells, strict=True):
            found = _CELL.fullmatch(cell.strip())
            if found is None:
                raise BadInput(f"{cell.strip()!r} is no value with flags.", file=name, row=line, column=period)
            value, flag = found[1] or "", found[2]
            if NUMBER.fullmatch(value) or flag or value == ":":
                yield line, [*codes, period, "" if value == ":" else value, flag]
