"""SDMX-CSV 1.0, 2.0 and 2.1: one row an observation, a column for each component, comma and line feed (C-01 to C-24)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from greffe.errors import BadQuery, NotAcceptable
from greffe.formats.components import (
    ALL_DIMENSIONS,
    TIME,
    VALUE,
    action_since_3_1,
    attribute_ids,
    context,
    one_structure,
    written,
)
from greffe.formats.escaping import csv
from greffe.formats.fragments import chunks
from greffe.formats.languages import best
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Piece
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.periods import span
from greffe.model.structures import Texts

Version: TypeAlias = Literal["1.0", "2.0", "2.1"]
_END: Final = "\n"
_STRUCTURES: Final = {"dataflow": "dataflow", "datastructure": "datastructure", "provisionagreement": "dataprovision"}
_NEWER: Final = "Ask for version 2.0.0 or newer of this format."


@dataclass(frozen=True)
class _Column:
    """One column, or a column and that of its names: header cells and the pieces of a row, still without separators."""

    headers: tuple[str, ...]
    pieces: tuple[Piece, ...]


def write(message: DataMessage, parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message as SDMX-CSV.

    labels: id, both (`A: Annual` in the cell and `FREQ: Frequency` above it), and in 2.x name (a column of names after
    each). keys (2.x): none, series, obs, both. time_format normalized: the first day of each period. Without
    observations each series is one row with empty cells; in 2.1 its dimension at observation is switched off (`~`).
    Data sets of several structures (2.x) share one header with the columns of all, dimensions first; a history has the
    columns VALID_FROM and VALID_TO at the end. 2.0 knows no Merge and says A(ppend); 2.1 says R or M where I and A are
    deprecated (J-12). Raises NotAcceptable for what 1.0 cannot say: deletions, history, several structures.
    """
    datasets = written(message)
    if version == "1.0":
        _said_in_1_0(datasets)
    sheets = [_Sheet(d, message, parameters, version) for d in datasets]
    dated = any(d.valid_from or d.valid_to for d in datasets)
    ids = _ids(sheets)
    yield (",".join(csv(h) for h in _headers(sheets, ids, dated)) + _END).encode()
    for sheet in sheets:
        columns = sheet.leading() + [sheet.column(id_) or _empty(sheets, id_) for id_ in ids]
        if dated:
            columns += [
                _constant("VALID_FROM", sheet.dataset.valid_from),
                _constant("VALID_TO", sheet.dataset.valid_to),
            ]
        row = [
            piece
            for number, column in enumerate(columns, 1)
            for piece in _ended(column.pieces, "," if number < len(columns) else _END)
        ]
        layout = Layout(row=tuple(row), bare=not sheet.dataset.observations)
        yield from chunks(sheet.dataset.blocks, layout, observations=sheet.dataset.observations)


def _said_in_1_0(datasets: Sequence[DataSet]) -> None:
    one_structure(datasets, _NEWER)
    for dataset in datasets:
        if dataset.action == "D" or dataset.valid_from or dataset.valid_to:
            raise NotAcceptable("SDMX-CSV 1.0 can say neither what is deleted nor what was valid when.", hint=_NEWER)


def _ids(sheets: Sequence[_Sheet]) -> list[str]:
    """Components of all data sets, dimensions first, then measures, then attributes; those of the first come first."""
    parts = [part for of_kind in zip(*(s.components() for s in sheets), strict=True) for part in of_kind]
    return list(dict.fromkeys(id_ for part in parts for id_ in part))


def _headers(sheets: Sequence[_Sheet], ids: Sequence[str], dated: bool) -> Iterator[str]:
    columns = sheets[0].leading() + [_first(sheets, id_) for id_ in ids]
    yield from (header for column in columns for header in column.headers)
    yield from ("VALID_FROM", "VALID_TO") if dated else ()


def _first(sheets: Sequence[_Sheet], id_: str) -> _Column:
    return next(column for s in sheets if (column := s.column(id_)) is not None)


def _empty(sheets: Sequence[_Sheet], id_: str) -> _Column:
    """The column of a component that is not in a data set."""
    headers = _first(sheets, id_).headers
    return _Column(headers, ("," * (len(headers) - 1),))


class _Sheet:
    """The columns of one data set."""

    def __init__(self, dataset: DataSet, message: DataMessage, parameters: Parameters, version: Version) -> None:
        self.dataset, self._parameters, self._version = dataset, parameters, version
        self._names = _Names(dataset, message.language)
        at = message.dimension_at_observation
        self._at = TIME if at == ALL_DIMENSIONS else at  # every row is flat; the keys are those of time series
        self._whole = (*dataset.structure.dimension_ids, TIME)
        self._attributes = attribute_ids(dataset)
        self._columns: dict[str, _Column | None] = {}

    def components(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Ids of dimensions, measures, attributes. 1.0 always has its one measure."""
        measures = (VALUE,) if self.dataset.measures or self._version == "1.0" else ()
        return self._whole, measures, self._attributes

    def column(self, id_: str) -> _Column | None:
        """The column of a component, None for one that the data set has not."""
        if id_ not in self._columns:
            self._columns[id_] = self._made(id_)
        return self._columns[id_]

    def _made(self, id_: str) -> _Column | None:
        labels = self._parameters.labels
        if id_ == TIME:
            return _coded(TIME, self._names, labels, self._period, self._off(TIME))
        if id_ in self._whole or id_ in self._attributes:
            return _coded(id_, self._names, labels, missing=self._off(id_))
        if any(id_ in ids for ids in self.components()):
            return _value(self.dataset, self._names, labels, self._version)
        return None

    def _off(self, id_: str) -> str:
        """`~` where the dimension at observation is switched off: a row that is about a whole series."""
        return "~" if self._version == "2.1" and id_ == self._at and not self.dataset.observations else ""

    @property
    def _period(self) -> Callable[[str], str]:
        return _first_day if self._parameters.time_format == "normalized" else str

    def leading(self) -> list[_Column]:
        """What the rows are about: DATAFLOW, or STRUCTURE to ACTION; then the keys."""
        found = context(self.dataset)
        name = best(_names_of(self.dataset), self._names.language)
        labels = self._parameters.labels
        if self._version == "1.0":
            flow = self.dataset.dataflow
            name = best(flow.names, self._names.language)
            return [_constant("DATAFLOW", _labelled(str(flow.reference), name, labels))]
        columns = [
            _constant("STRUCTURE", _STRUCTURES[found.kind]),
            _constant("STRUCTURE_ID", _labelled(str(found.reference), name, labels)),
        ]
        if labels == "name":
            columns.append(_constant("STRUCTURE_NAME", name))
        return [*columns, _constant("ACTION", self._action()), *self._keys()]

    def _action(self) -> str:
        if self._version == "2.1":
            return action_since_3_1(self.dataset)
        return "A" if self.dataset.action == "M" else self.dataset.action

    def _keys(self) -> list[_Column]:
        """SERIES_KEY and OBS_KEY: values of the dimensions joined with dots."""
        keys, cells = self._parameters.keys, {id_: Cell(id_, _in_key) for id_ in self._whole}
        series = [cell for id_, cell in cells.items() if id_ != self._at]
        found = []
        if keys in ("series", "both"):
            found.append(_Column(("SERIES_KEY",), _dotted(series)))
        if keys in ("obs", "both"):
            found.append(_Column(("OBS_KEY",), _dotted(list(cells.values()))))
        return found


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


def _names_of(dataset: DataSet) -> Texts:
    """Names of what was asked for; those of an agreement are not at hand."""
    if dataset.context == "dataflow":
        return dataset.dataflow.names
    return dataset.structure.names if dataset.context == "datastructure" else {}


def _labelled(reference: str, name: str, labels: str) -> str:
    return f"{reference}: {name}" if labels == "both" and name else reference


def _constant(header: str, text: str) -> _Column:
    return _Column((header,), (csv(text),))


def _dotted(cells: list[Cell]) -> tuple[Piece, ...]:
    return tuple(p for number, cell in enumerate(cells) for p in ((".", cell) if number else (cell,)))


def _in_key(text: str) -> str:
    if csv(text) != text or "." in text:
        raise NotAcceptable(f"{text!r} cannot stand in a key.", parameter="keys", hint="Ask without keys.")
    return text


def _first_day(period: str) -> str:
    """The first day of a period in ISO 8601; an instant as it is. Raises NotAcceptable for what is no period."""
    if period[10:11] == "T":
        return period
    try:
        return span(period).first.isoformat()
    except BadQuery as error:
        raise NotAcceptable(
            f"{period!r} is no period with a first day.", parameter="timeFormat", hint="Ask for timeFormat=original."
        ) from error


def _coded(id_: str, names: _Names, labels: str, value: Callable[[str], str] = str, missing: str = "") -> _Column:
    """A dimension or an attribute. `value` says how a code is written, `missing` what stands for none."""
    if labels == "id":  # the most asked, and the names of all codes cost more than the rows of one series
        return _Column((id_,), (Cell(id_, lambda code: csv(value(code)), missing),))
    codes = names.codes(id_)
    if labels == "both":
        return _Column((names.labelled(id_),), (Cell(id_, _with_name(codes, value), missing),))
    headers = (id_, names.component(id_) or f"{id_}_NAME")
    return _Column(headers, (Cell(id_, _and_name(codes, value), missing=f"{missing},"),))


def _with_name(codes: dict[str, str], value: Callable[[str], str]) -> Callable[[str], str]:
    return lambda code: csv(f"{code}: {codes[code]}" if codes.get(code) else value(code))


def _and_name(codes: dict[str, str], value: Callable[[str], str]) -> Callable[[str], str]:
    return lambda code: f"{csv(value(code))},{csv(codes.get(code, ''))}"


def _value(dataset: DataSet, names: _Names, labels: str, version: Version) -> _Column:
    pieces: tuple[Piece, ...] = (Number(VALUE),) if dataset.measures else ()
    if labels == "name":
        return _Column((VALUE, names.component(VALUE) or f"{VALUE}_NAME"), (*pieces, ","))
    header = names.labelled(VALUE) if labels == "both" and version != "1.0" else VALUE
    return _Column((header,), pieces)


def _ended(pieces: tuple[Piece, ...], end: str) -> tuple[Piece, ...]:
    """The pieces with a separator after them, which becomes part of the last one's fragments where it can."""
    *before, last = pieces or ("",)
    if isinstance(last, Cell):
        render = last.render
        return (*before, Cell(last.id, lambda text: render(text) + end, last.missing + end))
    return (*before, last + end) if isinstance(last, str) else (*before, last, end)
