"""SDMX-CSV 1.0 and 2.0: one row an observation, a column for each component, comma and line feed (C-01 to C-24)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from greffe.errors import NotAcceptable
from greffe.formats.components import TIME, VALUE, attribute_ids
from greffe.formats.escaping import csv
from greffe.formats.fragments import chunks
from greffe.formats.languages import best
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Piece
from greffe.model.dataset import DataMessage, DataSet

Version: TypeAlias = Literal["1.0", "2.0"]
_END: Final = "\n"


@dataclass(frozen=True)
class _Column:
    """One column, or a column and that of its names: header cells and the pieces of a row, still without separators."""

    headers: tuple[str, ...]
    pieces: tuple[Piece, ...]


def write(message: DataMessage, parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message as SDMX-CSV.

    labels: id, both (`A: Annual` in the cell and `FREQ: Frequency` above it), and in 2.0 name (a column of names after
    each). keys (2.0): none, series, obs, both. Without observations each series is one row with empty cells.
    """
    for number, dataset in enumerate(message.datasets):
        yield from _dataset(dataset, message.language, parameters, version, header=number == 0)


def _dataset(
    dataset: DataSet, language: str, parameters: Parameters, version: Version, header: bool
) -> Iterator[bytes]:
    names = _Names(dataset, language)
    columns = _structure(dataset, names, parameters, version)
    if version == "2.0":
        columns += _keys(dataset, parameters.keys)
    columns += [_coded(id_, names, parameters.labels) for id_ in (*dataset.structure.dimension_ids, TIME)]
    if dataset.measures or version == "1.0":  # 1.0 always has its one measure
        columns.append(_value(dataset, names, parameters.labels, version))
    columns += [_coded(id_, names, parameters.labels) for id_ in attribute_ids(dataset)]
    if header:
        yield (",".join(csv(h) for column in columns for h in column.headers) + _END).encode()
    row = [
        piece
        for number, column in enumerate(columns, 1)
        for piece in _ended(column.pieces, "," if number < len(columns) else _END)
    ]
    layout = Layout(row=tuple(row), bare=not dataset.observations)
    yield from chunks(dataset.blocks, layout, observations=dataset.observations)


class _Names:
    """Names of components and of their codes in the language of the dataset."""

    def __init__(self, dataset: DataSet, language: str) -> None:
        self._dataset = dataset
        self.language = language

    def component(self, id_: str) -> str:
        """Name of the concept, '' when it is not known."""
        return best(self._dataset.names.get(id_, {}), self.language)

    def labelled(self, id_: str) -> str:
        """`FREQ: Frequency`, or the id alone."""
        return f"{id_}: {self.component(id_)}" if self.component(id_) else id_

    def codes(self, id_: str) -> dict[str, str]:
        """Code → name; empty for a component without a code list."""
        codelist = self._dataset.codelists.get(id_)
        return {i.id: best(i.names, self.language) for i in codelist.items} if codelist else {}


def _structure(dataset: DataSet, names: _Names, parameters: Parameters, version: Version) -> list[_Column]:
    """What the rows are about: DATAFLOW, or STRUCTURE to ACTION."""
    reference = str(dataset.dataflow.reference)
    name = best(dataset.dataflow.names, names.language)
    labelled = f"{reference}: {name}" if parameters.labels == "both" and name else reference
    if version == "1.0":
        return [_constant("DATAFLOW", labelled)]
    found = [_constant("STRUCTURE", "dataflow"), _constant("STRUCTURE_ID", labelled)]
    if parameters.labels == "name":
        found.append(_constant("STRUCTURE_NAME", name))
    return [*found, _constant("ACTION", dataset.action)]


def _constant(header: str, text: str) -> _Column:
    return _Column((header,), (csv(text),))


def _keys(dataset: DataSet, keys: str) -> list[_Column]:
    """SERIES_KEY and OBS_KEY: values of the dimensions joined with dots."""
    series = [Cell(id_, _in_key) for id_ in dataset.structure.dimension_ids]
    found = []
    if keys in ("series", "both"):
        found.append(_Column(("SERIES_KEY",), _dotted(series)))
    if keys in ("obs", "both"):
        found.append(_Column(("OBS_KEY",), _dotted([*series, Cell(TIME, _in_key)])))
    return found


def _dotted(cells: list[Cell]) -> tuple[Piece, ...]:
    return tuple(p for number, cell in enumerate(cells) for p in ((".", cell) if number else (cell,)))


def _in_key(text: str) -> str:
    if csv(text) != text or "." in text:
        raise NotAcceptable(f"{text!r} cannot stand in a key.", parameter="keys", hint="Ask without keys.")
    return text


def _coded(id_: str, names: _Names, labels: str) -> _Column:
    """A dimension or an attribute."""
    codes = names.codes(id_)
    if labels == "both":
        return _Column((names.labelled(id_),), (Cell(id_, _with_name(codes)),))
    if labels == "name":
        return _Column((id_, names.component(id_) or f"{id_}_NAME"), (Cell(id_, _and_name(codes), missing=","),))
    return _Column((id_,), (Cell(id_, csv),))


def _with_name(codes: dict[str, str]) -> Callable[[str], str]:
    return lambda code: csv(f"{code}: {codes[code]}" if codes.get(code) else code)


def _and_name(codes: dict[str, str]) -> Callable[[str], str]:
    return lambda code: f"{csv(code)},{csv(codes.get(code, ''))}"


def _value(dataset: DataSet, names: _Names, labels: str, version: Version) -> _Column:
    pieces: tuple[Piece, ...] = (Number(VALUE),) if dataset.measures else ()
    if labels == "name":
        return _Column((VALUE, names.component(VALUE) or f"{VALUE}_NAME"), (*pieces, ","))
    header = names.labelled(VALUE) if labels == "both" and version == "2.0" else VALUE
    return _Column((header,), pieces)


def _ended(pieces: tuple[Piece, ...], end: str) -> tuple[Piece, ...]:
    """The pieces with a separator after them, which becomes part of the last one's fragments where it can."""
    *before, last = pieces or ("",)
    if isinstance(last, Cell):
        render = last.render
        return (*before, Cell(last.id, lambda text: render(text) + end, last.missing + end))
    return (*before, last + end) if isinstance(last, str) else (*before, last, end)
