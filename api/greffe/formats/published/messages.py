"""SDMX data messages as lines with a column for each component: SDMX-ML of 2.1 and 3.x by pysdmx, SDMX-JSON by its digits.

pysdmx keeps the digits of SDMX-ML as text. No library reads SDMX-JSON data without a double in between: that is done here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from greffe.errors import BadInput, Unsupported
from greffe.formats.published.lines import MOST, Lines

_MISSING: Final = ("nan", "<NA>", "None")


def ml_lines(content: bytes, name: str) -> Lines:
    """SDMX-ML 2.1 (generic, structure-specific), 3.0 and 3.1. Raises BadInput when it is none, Unsupported where pysdmx is
    not installed."""
    try:
        from pysdmx.io import read_sdmx
    except ImportError as error:
        hint = "pip install greffe[publications], or take the SDMX-CSV of the same data."
        raise Unsupported("Reading SDMX-ML needs pysdmx.", hint=hint) from error
    try:
        found = read_sdmx(content.decode("utf-8-sig"), validate=False).data or ()
        frames = [getattr(d, "data", None) for d in found]
    except UnicodeDecodeError as error:
        raise BadInput("This is not UTF-8.", file=name) from error
    except Exception as error:  # whatever the library raises on a broken file: it is the file that is wrong
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise BadInput(f"This SDMX-ML message cannot be read: {said}", file=name) from error
    header: tuple[str, ...] = ()
    rows: list[tuple[int, Sequence[str]]] = []
    for frame in frames:
        if frame is None:
            continue
        columns = tuple(str(c) for c in frame.columns)
        if header and columns != header:
            raise BadInput("Its datasets have other components each: take one of them.", file=name)
        header = columns
        for record in frame.itertuples(index=False, name=None):
            cells = ["" if str(c) in _MISSING else str(c) for c in record]
            rows.append((len(rows) + 1, cells))
    return _checked(Lines(name, header, rows))


def json_lines(content: bytes, name: str) -> tuple[Lines, tuple[str, ...]]:
    """SDMX-JSON 1.0, 2.0, 2.1, and the dimensions in their order. Raises BadInput."""
    try:
        data = _table(_table(json.loads(content, parse_float=str, parse_int=str))["data"])
        structures = _list(data.get("structures") or [data["structure"]])
        rows: list[tuple[int, Sequence[str]]] = []
        header: tuple[str, ...] = ()
        dimensions: tuple[str, ...] = ()
        for dataset in map(_table, _list(data["dataSets"])):
            structure = _Structure(_table(structures[int(str(dataset.get("structure", 0)))]))
            dimensions = structure.ordered()
            attributes = [str(a["id"]) for a in structure.attributes]
            header = (*dimensions, "TIME_PERIOD", "OBS_VALUE", *attributes)
            for row in _observations(dataset, structure):
                rows.append((len(rows) + 1, [row.get(column, "") for column in header]))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        message = "This SDMX-JSON message cannot be read: it is no data message of 1.0 or 2.x, or it is damaged."
        raise BadInput(message, file=name) from error
    return _checked(Lines(name, header, rows)), dimensions


class _Structure:
    """What a message says of its components. A message that is not what it should be raises TypeError or KeyError."""

    def __init__(self, told: Mapping[str, object]) -> None:
        levels = _table(told["dimensions"])
        self.dimensions = {
            level: [_table(d) for d in _list(levels.get(level) or [])] for level in ("dataSet", "series", "observation")
        }
        self.attributes = [_table(a) for a in _list(_table(told.get("attributes") or {}).get("observation") or [])]

    def ordered(self) -> tuple[str, ...]:
        """Dimensions but the period, in the order of the DSD where it is told."""
        found = [d for level in self.dimensions.values() for d in level if d["id"] != "TIME_PERIOD"]
        found.sort(key=lambda d: int(str(d.get("keyPosition", len(found)))))
        return tuple(str(d["id"]) for d in found)

    def codes(self, level: str, key: str) -> dict[str, str]:
        """Codes of a key of indexes such as `0:3`; a period may stand under `id` or `value`."""
        dimensions = self.dimensions[level]
        indexes = key.split(":") if dimensions else []
        return {str(d["id"]): _value(d, i) for d, i in zip(dimensions, indexes, strict=True)}


def _observations(dataset: Mapping[str, object], structure: _Structure) -> Iterator[dict[str, str]]:
    fixed = {str(d["id"]): _value(d, 0) for d in structure.dimensions["dataSet"]}
    groups: dict[str, object] = dict(_table(dataset.get("series") or {}))
    if "observations" in dataset:
        groups[""] = dataset
    for key, series in groups.items():
        codes = fixed | (structure.codes("series", key) if key else {})
        for at, told in _table(_table(series)["observations"]).items():
            value, *indexes = _list(told)
            row = codes | structure.codes("observation", at) | {"OBS_VALUE": str(value or "")}
            for attribute, index in zip(structure.attributes, indexes, strict=False):
                if index is not None and attribute.get("values"):
                    row[str(attribute["id"])] = _value(attribute, index)
            yield row


def _value(component: Mapping[str, object], index: object) -> str:
    value = _table(_list(component["values"])[int(str(index))])
    return str(value.get("id") or value["value"])


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _checked(lines: Lines) -> Lines:
    if not lines.rows:
        raise BadInput("The message has no observation.", file=lines.name)
    if len(lines.rows) > MOST:
        raise BadInput(f"More than {MOST} observations.", file=lines.name)
    return lines
