"""Series and observations of SDMX-ML data as pieces: generic elements, or attributes named like the components."""

from __future__ import annotations

from collections.abc import Callable

from greffe.formats.components import VALUE, Levels
from greffe.formats.escaping import xml
from greffe.formats.pieces import Cell, Layout, Number, Piece, Present
from greffe.model.dataset import DataSet


def generic(dataset: DataSet, found: Levels) -> Layout:
    """`<Series><SeriesKey>…<Obs><ObsDimension/><ObsValue/>…`, flat `<Obs><ObsKey>…` (ML21-08)."""
    value: tuple[Piece, ...] = (Present('<ObsValue value="', (Number(VALUE),), '"/>'),) if dataset.measures else ()
    if not found.key:
        key = [Cell(id_, value_of(id_)) for id_ in found.point]
        row = ("<Obs><ObsKey>", *key, "</ObsKey>", *value, _attributes(found.observation), "</Obs>")
        return Layout(row=row, bare=False)
    point = Cell(found.point[0], lambda text: f'<ObsDimension value="{xml(text)}"/>')
    return Layout(
        opening=(
            "<Series><SeriesKey>", *(Cell(id_, value_of(id_)) for id_ in found.key), "</SeriesKey>",
            _attributes(found.series),
        ),
        row=(Present("<Obs>", (point, *value, _attributes(found.observation)), "</Obs>"),),
        closing="</Series>",
    )  # fmt: skip


def specific(dataset: DataSet, found: Levels) -> Layout:
    """`<Series freq="A" …><Obs TIME_PERIOD="2023" …/>`, flat `<Obs freq="A" … TIME_PERIOD="2023" …/>` (ML21-09)."""
    value: tuple[Piece, ...] = (Present(f' {VALUE}="', (Number(VALUE),), '"'),) if dataset.measures else ()
    point = [Cell(id_, _attribute(id_)) for id_ in found.point]
    attributes = [Cell(id_, _attribute(id_)) for id_ in found.observation]
    if not found.key:
        return Layout(row=("<Obs", *point, *value, *attributes, "/>"), bare=False)
    return Layout(
        opening=("<Series", *(Cell(id_, _attribute(id_)) for id_ in found.key + found.series), ">"),
        row=(Present("<Obs", (*point, *value, *attributes), "/>"),),
        closing="</Series>",
    )


def value_of(id_: str) -> Callable[[str], str]:
    """A `Value` of generic data."""
    start = f'<Value id="{xml(id_)}" value="'
    return lambda text: f'{start}{xml(text)}"/>'


def _attributes(ids: tuple[str, ...]) -> Present:
    return Present("<Attributes>", tuple(Cell(id_, value_of(id_)) for id_ in ids), "</Attributes>")


def _attribute(id_: str) -> Callable[[str], str]:
    start = f' {xml(id_)}="'
    return lambda text: f'{start}{xml(text)}"'
