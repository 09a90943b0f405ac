"""SDMX-JSON data 1.0, 2.0 and 2.1: series or flat observations, then the structures that explain their numbers (J-*).

The data come first: values get their numbers while they are written, so that the first byte does not wait for the last
and memory stays flat. The order of members is free in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from greffe.formats.components import (
    VALUE,
    Levels,
    action_since_3_1,
    at_observation,
    context,
    dataset_values,
    one_structure,
    written,
)
from greffe.formats.escaping import json_text
from greffe.formats.fragments import chunks
from greffe.formats.json_numbers import numbers
from greffe.formats.json_structure import Described, Object, Version, links
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Piece, Present
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.references import Urn

_TOOLS: Final = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas"
SCHEMAS: Final[dict[Version, str]] = {
    "1.0": f"{_TOOLS}/1.0/sdmx-json-data-schema.json",
    "2.0": f"{_TOOLS}/2.0.0/sdmx-json-data-schema.json",
    "2.1": "https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
}
_ACTIONS: Final = {"I": "Information", "M": "Append", "A": "Append", "R": "Replace", "D": "Delete"}
_ACTIONS_2_1: Final = {"M": "Merge", "R": "Replace", "D": "Delete"}


def write(message: DataMessage, _parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message as SDMX-JSON.

    An observation is an array of the measure and the attributes of its level, null where there is none; numbers have
    their decimal text, NaN and INF are strings. A deleted one is an empty array. Every array of dimensions and
    attributes is there, even empty; dimensions with one value stay where they are, since nobody knows before the end. A
    plain answer is Information up to 2.0 and Replace or Merge in 2.1 (J-12). Raises NotAcceptable for several
    structures in 1.0, which describes one.
    """
    datasets, at = written(message), at_observation(message)
    if version == "1.0":
        one_structure(datasets, "Ask for SDMX-JSON 2.0.0 or newer.")
    described = _described(datasets, version, at, message.language)
    yield _head(message, datasets, version).encode()
    for number, dataset in enumerate(datasets):
        place = next(n for n, d in enumerate(described) if any(number == m for m, _ in d.members))
        yield from _dataset(dataset, described[place], place, "," if number else "")
    told = [json_text(one.to_json()) for one in described]
    structures = f'"structure":{told[0]}' if version == "1.0" else f'"structures":[{",".join(told)}]'
    yield f"],{structures}}}}}\n".encode()


def _described(datasets: Sequence[DataSet], version: Version, at: str, language: str) -> list[Described]:
    """One structure for the data sets of one flow (or what else was asked for); 1.0 has one for all."""
    groups: dict[tuple[Urn, Urn] | None, list[tuple[int, DataSet]]] = {}
    for number, dataset in enumerate(datasets):
        key = None if version == "1.0" else (context(dataset), dataset.structure.urn)
        groups.setdefault(key, []).append((number, dataset))
    return [Described(version, at, language, members) for members in groups.values()]


def _head(message: DataMessage, datasets: Sequence[DataSet], version: Version) -> str:
    header, schema = message.header, SCHEMAS[version]
    texts = [d.dataflow.names for d in datasets] + [t for d in datasets for t in d.names.values()]
    languages = dict.fromkeys([message.language, *(language for found in texts for language in found)])
    meta: Object = {"id": header.id, "test": header.test, "schema": schema, "prepared": header.prepared}
    # The schemas of 1.0 and 2.0 take languages in lower case only.
    meta["contentLanguages"] = [tag if version == "2.1" else tag.lower() for tag in languages]
    meta |= {"name": header.source} if header.source else {}
    meta["sender"] = {"id": header.sender}
    meta |= {"receivers": [{"id": header.receiver}]} if header.receiver else {}
    first = f'"$schema":{json_text(schema)},' if version == "2.1" else ""
    return f'{{{first}"meta":{json_text(meta)},"data":{{"dataSets":['


def _dataset(dataset: DataSet, described: Described, place: int, separator: str) -> Iterator[bytes]:
    found = described.levels
    values, dataset = dataset_values(dataset, tuple(id_ for id_ in found.dataset if id_ in dataset.attributes))
    flat = not found.key
    opening = json_text(_told(dataset, described, place, values, found))[:-1]
    yield f'{separator}{opening},"{"observations" if flat else "series"}":{{'.encode()
    layout = _flat(dataset, described, found) if flat else _series(dataset, described, found)
    if dataset.action == "D":
        layout = _keys(described, found)
    body = chunks(dataset.blocks, layout, observations=dataset.observations, news=described.news(dataset))
    first = next(body, None)
    if first is not None:
        yield first[1:]  # every series, or flat observation, begins with the comma after the one before
        yield from body
    yield b"}}"


def _told(dataset: DataSet, described: Described, place: int, values: dict[str, str], found: Levels) -> Object:
    """What a data set says before its data."""
    version = described.version
    told: Object = {} if version == "1.0" else {"structure": place}
    new = version == "2.1"
    told["action"] = _ACTIONS_2_1[action_since_3_1(dataset)] if new else _ACTIONS[dataset.action]
    told |= {"validFrom": dataset.valid_from} if dataset.valid_from else {}
    told |= {"validTo": dataset.valid_to} if dataset.valid_to else {}
    told["links"] = links(dataset)
    origins = sorted({d.origin for _, d in described.members} - {"real"})
    told |= {"annotations": [origins.index(dataset.origin)]} if dataset.origin in origins else {}
    for id_, value in values.items():
        described.indexes[id_].note([value])
    if found.dataset and dataset.action != "D":
        told["attributes"] = [
            int(described.indexes[id_](values[id_])) if id_ in values else None for id_ in found.dataset
        ]
    return told


def _series(dataset: DataSet, described: Described, found: Levels) -> Layout:
    point = found.point[0]
    number = described.render(point)
    start = Cell(point, lambda text: f'{number(text)}":[')
    return Layout(
        opening=tuple(_opening(dataset, described, found)),
        row=(Present('"', (start, *_content(dataset, described, found.observation)), "]"),),
        between=",",
        closing="}}",
    )


def _opening(dataset: DataSet, described: Described, found: Levels) -> Iterator[Piece]:
    """From the comma before a series to its first observation."""
    yield ',"'
    yield from _joined(described, found.key)
    yield '":{'
    if found.series:
        yield '"attributes":['
        for number, id_ in enumerate(found.series):
            yield from ("," if number else "", _attribute(dataset, described, id_))
        yield "],"
    yield '"observations":{'


def _flat(dataset: DataSet, described: Described, found: Levels) -> Layout:
    content = _content(dataset, described, found.observation)
    return Layout(row=(',"', *_joined(described, found.point), '":[', *content, "]"), bare=False)


def _keys(described: Described, found: Levels) -> Layout:
    """What is deleted: keys with empty arrays."""
    if not found.key:
        return Layout(row=(',"', *_joined(described, found.point), '":[]'), bare=False)
    point = Cell(found.point[0], described.render(found.point[0]))
    opening = (',"', *_joined(described, found.key), '":{"observations":{')
    return Layout(opening=opening, row=(Present('"', (point,), '":[]'),), between=",", closing="}}")


def _joined(described: Described, ids: Sequence[str]) -> Iterator[Piece]:
    """Numbers of the values of dimensions, with colons between."""
    for number, id_ in enumerate(ids):
        yield from (":" if number else "", Cell(id_, described.render(id_)))


def _content(dataset: DataSet, described: Described, attributes: Sequence[str]) -> list[Piece]:
    """The inside of an observation's array."""
    found: list[Piece] = []
    if described.measures:
        found.append(Number(VALUE, "null", numbers) if dataset.measures else "null")
    for number, id_ in enumerate(attributes):
        found.append(_attribute(dataset, described, id_, "," if number or described.measures else ""))
    return found


def _attribute(dataset: DataSet, described: Described, id_: str, before: str = "") -> Piece:
    """An attribute of the structure; null where the data set has none."""
    if id_ not in dataset.attributes:
        return f"{before}null"
    render = described.render(id_)
    return Cell(id_, lambda text: before + render(text), f"{before}null")
