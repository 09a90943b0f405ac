"""A plain reader of SDMX-JSON data 1.0, 2.0 and 2.1, after the field guides: answers become rows of texts.

It is written from the guides alone, knows nothing of our writer, and accepts all three views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from plain_rows import Row


class Digits(str):
    """A number as it was written."""


@dataclass(frozen=True)
class ReadSet:
    """One data set: its rows, and what it says of itself."""

    rows: list[Row]
    action: str
    structure: dict[str, Any]
    told: dict[str, Any]


def read(body: bytes) -> list[ReadSet]:
    """All data sets of a message."""
    data = json.loads(body, parse_int=Digits, parse_float=Digits)["data"]
    single = "structure" in data
    structures = [data["structure"]] if single else data["structures"]
    for number, structure in enumerate(structures if not single else []):
        own = [n for n, d in enumerate(data["dataSets"]) if int(d["structure"]) == number]
        assert [int(n) for n in structure["dataSets"]] == own
    return [
        ReadSet(list(_rows(found, structures[int(found.get("structure", 0))], single)), found.get("action", ""),
                structures[int(found.get("structure", 0))], found)
        for found in data["dataSets"]
    ]  # fmt: skip


def _rows(dataset: dict[str, Any], structure: dict[str, Any], old: bool) -> Any:
    dimensions, attributes = structure["dimensions"], structure["attributes"]
    assert set(dimensions) == {"dataSet", "series", "observation"}
    assert set(attributes) == {"dataSet", "series", "observation"} | (set() if old else {"dimensionGroup"})
    measures = [{"id": "OBS_VALUE"}] if old else structure["measures"]["observation"]
    common: Row = {d["id"]: _value(d["values"][0]) for d in dimensions["dataSet"]}
    common |= _attributes(attributes["dataSet"], dataset.get("attributes", []))
    assert not ("series" in dataset and "observations" in dataset)
    if "observations" in dataset:
        for key, array in dataset["observations"].items():
            yield (
                common | _key(dimensions["observation"], key) | _attributes(measures + attributes["observation"], array)
            )
        return
    for key, series in dataset["series"].items():
        own = common | _key(dimensions["series"], key) | _attributes(attributes["series"], series.get("attributes", []))
        if not series["observations"]:
            yield own
        for point, array in series["observations"].items():
            found = _attributes(measures + attributes["observation"], array)
            yield own | _key(dimensions["observation"], point) | found


def _key(dimensions: list[dict[str, Any]], key: str) -> Row:
    numbers = key.split(":")
    assert len(numbers) == len(dimensions)
    return {d["id"]: _value(d["values"][int(n)]) for d, n in zip(dimensions, numbers, strict=True)}


def _attributes(components: list[dict[str, Any]], array: list[Any]) -> Row:
    assert len(array) <= len(components)
    found: Row = {}
    for component, cell in zip(components, array, strict=False):
        if cell is None:
            continue
        values = component.get("values")
        found[component["id"]] = _value(values[int(cell)]) if values else str(cell)
    return found


def _value(value: dict[str, Any]) -> str:
    return str(value.get("id", value.get("value", value.get("name"))))
