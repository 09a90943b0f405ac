"""SDMX-JSON data messages of 1.0, 2.0 and 2.1 as lines with a column for each component, by their digits.

No library reads SDMX-JSON data without a double in between: that is done here. Attributes of every level stand in each line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from greffe.errors import BadInput
from greffe.formats.published.lines import Lines, checked
from greffe.model.strict_json import NoJsonError, read_strictly

Groups = dict[tuple[int, ...], dict[tuple[str, ...], dict[str, str]]]


def json_lines(content: bytes, name: str) -> tuple[Lines, tuple[str, ...]]:
    """The lines, and the dimensions in their order. Raises BadInput, with the line where it is no JSON."""
    message = "This SDMX-JSON message cannot be read: "
    try:
        data = _table(_table(read_strictly(content.decode("utf-8-sig"), str))["data"])
        structures = _list(data.get("structures") or [data["structure"]])
        rows: list[tuple[int, Sequence[str]]] = []
        header: tuple[str, ...] = ()
        dimensions: tuple[str, ...] = ()
        for dataset in map(_table, _list(data["dataSets"])):
            structure = _Structure(_table(structures[int(str(dataset.get("structure", 0)))]))
            dimensions = structure.ordered()
            header = (*dimensions, "TIME_PERIOD", *structure.measures, *structure.attribute_ids())
            for row in _observations(dataset, structure):
                rows.append((len(rows) + 1, [row.get(column, "") for column in header]))
    except NoJsonError as error:
        raise BadInput(f"{message}{error.what}.", file=name, row=error.row) from error
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise BadInput(f"{message}it is no data message of 1.0 or 2.x, or it is damaged.", file=name) from error
    return checked(Lines(name, header, rows)), dimensions


class _Structure:
    """What a message says of its components. A message that is not what it should be raises TypeError or KeyError."""

    def __init__(self, told: Mapping[str, object]) -> None:
        levels = _table(told["dimensions"])
        self.dimensions = {
            level: [_table(d) for d in _list(levels.get(level) or [])] for level in ("dataSet", "series", "observation")
        }
        attributes = _table(told.get("attributes") or {})
        self.attributes = {
            level: [_table(a) for a in _list(attributes.get(level) or [])]
            for level in ("dataSet", "dimensionGroup", "series", "observation")
        }
        measures = _table(told["measures"]) if "measures" in told else None
        named = [_table(m)["id"] for m in _list(measures.get("observation") or [])] if measures is not None else []
        self.measures = tuple(map(str, named)) if measures is not None else ("OBS_VALUE",)

    def ordered(self) -> tuple[str, ...]:
        """Dimensions but the period, in the order of the DSD where it is told."""
        return tuple(id_ for id_ in self.positions() if id_ != "TIME_PERIOD")

    def positions(self) -> tuple[str, ...]:
        """All dimensions, in the order of the DSD where it is told."""
        found = [d for level in self.dimensions.values() for d in level]
        found.sort(key=lambda d: int(str(d.get("keyPosition", len(found)))))
        return tuple(str(d["id"]) for d in found)

    def attribute_ids(self) -> tuple[str, ...]:
        """Attributes of every level, each once."""
        return tuple(dict.fromkeys(str(a["id"]) for level in self.attributes.values() for a in level))

    def codes(self, level: str, key: str) -> dict[str, str]:
        """Codes of a key of indexes such as `0:3`; a period may stand under `id` or `value`."""
        dimensions = self.dimensions[level]
        indexes = key.split(":") if dimensions else []
        return {str(d["id"]): _value(d, i) for d, i in zip(dimensions, indexes, strict=True)}

    def said(self, level: str, indexes: object) -> dict[str, str]:
        """What attributes of a level say, by an array of indexes or of values."""
        pairs = zip(self.attributes[level], _list(indexes or []), strict=False)
        return {str(a["id"]): _value(a, i) for a, i in pairs if i is not None}

    def groups(self, told: object) -> Groups:
        """Positions of a group → its indexes → what it says. Keys have a blank where any code stands: `0:::1`."""
        found: Groups = {}
        by_id = {str(d["id"]): d for level in self.dimensions.values() for d in level}
        order = self.positions()
        for key, indexes in _table(told or {}).items():
            parts = key.split(":")
            places = tuple(i for i, part in enumerate(parts) if part)
            codes = tuple(_value(by_id[order[i]], parts[i]) for i in places)
            found.setdefault(places, {})[codes] = self.said("dimensionGroup", indexes)
        return found


def _observations(dataset: Mapping[str, object], structure: _Structure) -> Iterator[dict[str, str]]:
    fixed = {str(d["id"]): _value(d, 0) for d in structure.dimensions["dataSet"]}
    fixed |= structure.said("dataSet", dataset.get("attributes"))
    grouped, order = structure.groups(dataset.get("dimensionGroupAttributes")), structure.positions()
    groups: dict[str, object] = dict(_table(dataset.get("series") or {}))
    if "observations" in dataset:
        groups[""] = {"observations": dataset["observations"]}
    many = len(structure.measures)
    for key, told in groups.items():
        series = _table(told)
        codes = fixed | (structure.codes("series", key) if key else {})
        codes |= structure.said("series", series.get("attributes"))
        for at, told_here in _table(series["observations"]).items():
            values = _list(told_here)
            row = codes | structure.codes("observation", at)
            row |= {id_: str(v or "") for id_, v in zip(structure.measures, values, strict=False)}
            row |= structure.said("observation", values[many:])
            for places, said in grouped.items():
                row |= said.get(tuple(row[order[i]] for i in places), {})
            yield row


def _value(component: Mapping[str, object], index: object) -> str:
    """By its index among the values of a component, or itself where the component lists none."""
    if not component.get("values"):
        return _text(index)
    value = _table(_list(component["values"])[int(str(index))])
    return _text(value.get("id") or value["value"])


def _text(value: object) -> str:
    """Text as it stands; of several languages or values the first, or all of them."""
    if isinstance(value, dict):
        return _text(next(iter(value.values()), ""))
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return str(value)


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value
