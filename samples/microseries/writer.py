"""Blocks as CSV lines, with the damage done to them; and the line numbers that the answer key needs."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from .frame import COLUMNS, PLACES

SLICE = 100_000  # lines that are held as text at once


@dataclass
class Damage:
    """What is written otherwise than the block says; rows by position in the block."""

    cells: dict[tuple[int, str], str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    doubled: list[tuple[int, str]] = field(default_factory=list)  # (row, other value), written after the block

    def line(self, row: int, first: int) -> str:
        """Line in the file of a row, when the block starts at line `first`; empty when it was removed."""
        if row in self.removed:
            return ""
        return str(first + row - sum(r < row for r in self.removed))

    def doubled_line(self, position: int, first: int, size: int) -> str:
        return str(first + size - len(self.removed) + position)


def values(d: pd.DataFrame) -> list[str]:
    """Amounts as text: counts without decimals, euros, months and percents with theirs; empty where there is none."""
    amounts = d["valeur"].to_numpy()
    texts = list(map(str, np.round(np.nan_to_num(amounts)).astype(np.int64).tolist()))
    for unit, places in PLACES.items():
        for i in np.flatnonzero(d["unite"] == unit):
            texts[i] = f"{amounts[i]:.{places}f}"
    for i in np.flatnonzero(np.isnan(amounts)):
        texts[i] = ""
    return texts


def lines(d: pd.DataFrame, damage: Damage) -> Iterator[str]:
    """The text of a block in slices, each ending with a line break."""
    for start in range(0, len(d), SLICE):
        part = d.iloc[start : start + SLICE]
        columns = [column(part, name) for name in COLUMNS]
        for (row, name), text in damage.cells.items():
            if start <= row < start + len(part):
                columns[COLUMNS.index(name)][row - start] = quoted(text)
        out = list(map(",".join, zip(*columns, strict=True)))
        for row in sorted((r for r in damage.removed if start <= r < start + len(part)), reverse=True):
            del out[row - start]
        if out:
            yield "\n".join(out) + "\n"
    for row, text in damage.doubled:
        one = d.iloc[row : row + 1]
        cells = [text if name == "valeur" else column(one, name)[0] for name in COLUMNS]
        yield ",".join(cells) + "\n"


def column(d: pd.DataFrame, name: str) -> list[str]:
    if name == "valeur":
        return values(d)
    if name == "version":
        return list(map(str, d[name].tolist()))
    series = d[name]
    return np.asarray(series.cat.categories, dtype=object)[series.cat.codes.to_numpy()].tolist()


def quoted(text: str) -> str:
    return f'"{text}"' if "," in text else text


@contextmanager
def opened(path: str) -> Iterator[IO[str]]:
    """Standard output for `-`, gzip for `.gz` (without a time stamp, so that bytes repeat), else a file."""
    if path == "-":
        yield sys.stdout
    elif path.endswith(".gz"):
        with Path(path).open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            stream = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            yield stream
            stream.flush()
            stream.detach()
    else:
        with Path(path).open("w", encoding="utf-8", newline="") as plain:
            yield plain
