"""JSON-stat 2.0: each data set a cube with its categories, several of them a collection (json-stat.org/full).

A cube that is small and well filled has its values as an array, any other as an object by position; a large one is
written while it is read, with the categories that its release has. Values are the
exact decimal texts; a missing one is null, with its OBS_STATUS under `status`; other attributes are under `extension`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Final, cast

import numpy as np

from greffe.arrow import joined, pa
from greffe.errors import NotAcceptable
from greffe.formats import flat
from greffe.formats.components import TIME
from greffe.formats.json_numbers import numbers
from greffe.formats.json_stat_cube import Cube, Ints, Part, Places, text_of
from greffe.formats.languages import best
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, DataSet

VERSION: Final = "2.0"
DENSE: Final = 2**20  # cells of an array, at most: it is put in order in memory
_SAFE: Final = 2**53  # positions that JavaScript tells apart
_STATUS: Final = "OBS_STATUS"
# Beginnings of the concepts that have a role.
_GEO: Final = ("GEO", "REF_AREA", "REFERENCE_AREA", "TERRIT", "COUNTRY", "REGION")
_METRIC: Final = ("INDIC", "MEASURE")
_SLICE: Final = 65_536
_HINT: Final = "Ask for a CSV format or for Parquet."


def write(message: DataMessage, _parameters: Parameters) -> Iterator[bytes]:
    """The message as a dataset, or as a collection of embedded datasets.

    Raises NotAcceptable for what a cube cannot say: histories and deletions, series without their observations, and more
    than 2^53 cells. NaN and INF, which JSON does not have, are strings.
    """
    if flat.has_history(message):
        raise NotAcceptable("JSON-stat has no history: a cell holds one value.", hint=_HINT)
    if not all(d.observations for d in message.datasets):
        raise NotAcceptable("JSON-stat has no series without observations.", hint=_HINT)
    if len(message.datasets) == 1:
        yield from _dataset(message, message.datasets[0])
        return
    facts = flat.facts(message)
    head = {"version": VERSION, "class": "collection", "label": facts["title"], "updated": facts["prepared"]}
    yield (_text(head)[:-1] + ',"link":{"item":[').encode()
    for number, dataset in enumerate(message.datasets):
        if number:
            yield b","
        yield from _dataset(message, dataset)
    yield b"]}}"


def _dataset(message: DataMessage, dataset: DataSet) -> Iterator[bytes]:
    known = None if dataset.occurring is None else dataset.occurring()
    cube = Cube(dataset, known)
    order = {d: _ordered(cube.words[d], dataset, d) for d in cube.dimensions}
    cells = prod(len(codes) for codes in order.values())
    if cells > _SAFE:
        raise NotAcceptable(f"A cube of {cells} cells has more than JavaScript can count.", hint=_HINT)
    ranks = {d: _ranks(cube.words[d], codes) for d, codes in order.items()}
    yield _text(_head(message, dataset, order))[:-1].encode()
    if known is None and cells <= DENSE and cells <= 2 * cube.rows:
        yield b',"value":['
        yield from _array(cube, ranks, cells)
        yield b"]"
    else:
        yield b',"value":{'
        yield from _separated(_values(cube, ranks))
        yield b"}"
    if _STATUS in cube.attributes and len(cube.words[_STATUS]):
        yield b',"status":'
        yield from _attribute(cube, ranks, _STATUS, cube.dimensions)
    yield (',"extension":' + _text(_extension(message, dataset))[:-1] + ',"attributes":{').encode()
    yield from _separated(_attributes(cube, ranks, order, message, dataset))
    yield b"}}}"


def _ordered(words: Iterable[str], dataset: DataSet, id_: str) -> list[str]:
    """The codes that occur in the order of their list; those without a list as text, as are periods."""
    codelist = dataset.codelists.get(id_)
    place = {item.id: n for n, item in enumerate(codelist.items)} if codelist else {}
    return sorted(words, key=lambda word: (place.get(word, len(place)), word))


def _ranks(words: Iterable[str], order: Sequence[str]) -> Ints:
    place = {word: n for n, word in enumerate(order)}
    return np.array([place[word] for word in words], np.int64)


def _head(message: DataMessage, dataset: DataSet, order: Mapping[str, list[str]]) -> dict[str, object]:
    synthetic = dataset.origin == "synthetic"
    label = best(dataset.dataflow.names, message.language) or dataset.dataflow.reference.id
    found: dict[str, object] = {"version": VERSION, "class": "dataset"}
    found["label"] = f"{flat.mark(message.language)} {label}" if synthetic else label
    found["source"] = message.header.source
    found["updated"] = message.header.prepared
    if message.query.startswith(("http://", "https://")):
        found["href"] = message.query
    if synthetic:
        found["note"] = [flat.warning(message.language)]
    found["id"] = list(order)
    found["size"] = [len(codes) for codes in order.values()]
    roles = {
        "time": [TIME],
        "geo": [d for d in order if _concept(dataset, d).startswith(_GEO)],
        "metric": [d for d in order if _concept(dataset, d).startswith(_METRIC)],
    }
    found["role"] = {role: ids for role, ids in roles.items() if ids}
    found["dimension"] = {d: _dimension(dataset, d, codes, message.language) for d, codes in order.items()}
    return found


def _concept(dataset: DataSet, id_: str) -> str:
    """Id of the concept of a dimension, in capitals."""
    component = dataset.structure.component(id_)
    return (component.concept.item if component else id_).upper()


def _dimension(dataset: DataSet, id_: str, codes: list[str], language: str) -> dict[str, object]:
    codelist = dataset.codelists.get(id_)
    names = flat.labels(codelist, language)
    category: dict[str, object] = {"index": codes, "label": {code: names.get(code) or code for code in codes}}
    children: dict[str, list[str]] = {}
    there = set(codes)
    for item in codelist.items if codelist else ():
        if item.parent in there and item.id in there:
            children.setdefault(item.parent, []).append(item.id)
    if children:
        category["child"] = children
    return {"label": best(dataset.names.get(id_, {}), language) or id_, "category": category}


def _extension(message: DataMessage, dataset: DataSet) -> dict[str, object]:
    found: dict[str, object] = {
        "dataflow": str(dataset.dataflow.reference),
        "structure": str(dataset.structure.reference),
        "release": dataset.release,
        "origin": dataset.origin,
        "licence": flat.LICENCE,
        "licenceUrl": flat.LICENCE_URL,
        "language": message.language,
    }
    notes = [(a.type, best(a.texts, message.language) or a.title) for a in dataset.dataflow.annotations]
    notes += [(flat.ORIGIN, dataset.origin)] if dataset.origin == "synthetic" else []
    found["annotations"] = [{"type": type_, "text": text} for type_, text in notes]
    if dataset.codelists.get(_STATUS) and _STATUS in dataset.attributes:
        found["status"] = {"label": flat.labels(dataset.codelists[_STATUS], message.language)}
    return found


def _texts(part: Part) -> pa.StringArray:
    """The values as JSON: numbers as they are, null, and what is no JSON number as a string."""
    if part.values is None:
        return joined([pa.nulls(len(part.of), pa.string()), "null"])
    return cast("pa.StringArray", numbers(part.values).fill_null("null"))


def _values(cube: Cube, ranks: Mapping[str, Ints]) -> Iterator[bytes]:
    for part in cube.parts():
        yield _entries(cube.positions(part, ranks, cube.dimensions), _texts(part))


def _entries(positions: Ints, texts: pa.StringArray) -> bytes:
    """`,"17":12.50` for each."""
    return text_of(joined([',"', cast("pa.StringArray", pa.array(positions).cast(pa.string())), '":', texts]))


def _array(cube: Cube, ranks: Mapping[str, Ints], cells: int) -> Iterator[bytes]:
    """All cells in order, null where there is none."""
    row_of = np.full(cells, -1, np.int32)
    texts: list[pa.StringArray] = []
    rows = 0
    for part in cube.parts():
        row_of[cube.positions(part, ranks, cube.dimensions)] = np.arange(rows, rows + len(part.of))
        texts.append(_texts(part))
        rows += len(part.of)
    every = pa.chunked_array(texts, pa.string()).combine_chunks()
    for start in range(0, cells, _SLICE):
        places = row_of[start : start + _SLICE]
        found = every.take(pa.array(places, pa.int32(), mask=places < 0)).fill_null("null")
        body = text_of(joined([",", cast("pa.StringArray", found)]))
        yield body if start else body[1:]


def _separated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks without the comma before the first entry."""
    first = True
    for chunk in chunks:
        if chunk:
            yield chunk[1:] if first else chunk
            first = False


def _attributes(
    cube: Cube, ranks: Mapping[str, Ints], order: Mapping[str, list[str]], message: DataMessage, dataset: DataSet
) -> Iterator[bytes]:
    """Each attribute but OBS_STATUS as a small cube of its own over the dimensions that it hangs on."""
    for id_ in cube.attributes:
        if id_ == _STATUS or not len(cube.words[id_]):
            continue
        names = flat.labels(dataset.codelists.get(id_), message.language)
        found: dict[str, object] = {"label": best(dataset.names.get(id_, {}), message.language) or id_}
        dimensions = _dimensions_of(cube, id_)
        found["id"], found["size"] = list(dimensions), [len(order[d]) for d in dimensions]
        if names:
            found["category"] = {"label": {word: names.get(word) or word for word in sorted(cube.words[id_])}}
        yield f",{_text(id_)}:{_text(found)[:-1]}".encode() + b',"value":'
        yield from _attribute(cube, ranks, id_, dimensions)
        yield b"}"


def _dimensions_of(cube: Cube, id_: str) -> tuple[str, ...]:
    return cube.dimensions if id_ in cube.low else tuple(d for d in cube.dimensions if d not in cube.inner)


def _attribute(cube: Cube, ranks: Mapping[str, Ints], id_: str, dimensions: Sequence[str]) -> Iterator[bytes]:
    """One text when all cells have the same, else an object by position over those dimensions."""
    words = [_text(word) for word in cube.words[id_]]
    per_row = any(d in cube.inner for d in dimensions)
    if len(words) == 1 and all((_places(part, id_, per_row) >= 0).all() for part in cube.parts()):
        yield words[0].encode()
        return
    yield b"{"
    yield from _separated(_coded(cube, ranks, id_, dimensions, pa.array(words, pa.string())))
    yield b"}"


def _places(part: Part, id_: str, per_row: bool) -> Places:
    """Codes of each row, or of each series; -1 throughout when the block has none."""
    found = part.at(id_) if per_row else part.series.get(id_)
    return np.full(1, -1, np.int32) if found is None else found


def _coded(
    cube: Cube, ranks: Mapping[str, Ints], id_: str, dimensions: Sequence[str], words: pa.StringArray
) -> Iterator[bytes]:
    per_row = any(d in cube.inner for d in dimensions)
    for part in cube.parts():
        places = _places(part, id_, per_row)
        there = np.flatnonzero(places >= 0)
        if len(there):
            positions = cube.positions(part, ranks, dimensions)[there]
            yield _entries(positions, words.take(pa.array(places[there], pa.int32())))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
