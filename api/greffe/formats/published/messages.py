"""SDMX-ML data messages of 2.1 and 3.x as lines with a column for each component: by pysdmx, which keeps the digits as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.errors import BadInput, Unsupported
from greffe.formats.published.lines import Lines, checked
from greffe.formats.published.well_formed import sender_of

_MISSING: Final = ("nan", "<NA>", "None")


def ml_lines(content: bytes, name: str) -> Lines:
    """SDMX-ML 2.1 (generic, structure-specific), 3.0 and 3.1. Raises BadInput when it is none, Unsupported where pysdmx is
    not installed."""
    try:
        from pysdmx.io import read_sdmx
    except ImportError as error:
        hint = "pip install greffe[publications], or take the SDMX-CSV of the same data."
        raise Unsupported("Reading SDMX-ML needs pysdmx.", hint=hint) from error
    sender_of(content, name)
    try:
        found = read_sdmx(content.decode("utf-8-sig"), validate=False).data or ()
        frames = [getattr(d, "data", None) for d in found]
    except UnicodeDecodeError as error:
        raise BadInput("This is not UTF-8.", file=name) from error
    except Exception as error:  # whatever the library raises on a broken file: it is the file that is wrong
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise BadInput(f"This SDMX-ML message cannot be read: {said}", file=name) from error
    tables = [f for f in frames if f is not None]
    header = max((tuple(str(c) for c in f.columns) for f in tables), key=len, default=())
    rows: list[tuple[int, Sequence[str]]] = []
    for frame in tables:
        columns = [str(c) for c in frame.columns]
        # What is deleted is told by its key alone: its dataset has some of the components of the others.
        if not set(columns) <= set(header):
            raise BadInput("Its datasets have other components each: take one of them.", file=name)
        for record in frame.itertuples(index=False, name=None):
            cells = {c: "" if str(v) in _MISSING else str(v) for c, v in zip(columns, record, strict=True)}
            rows.append((len(rows) + 1, [cells.get(c, "") for c in header]))
    return checked(Lines(name, header, rows))
