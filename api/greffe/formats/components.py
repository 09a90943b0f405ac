"""Which components of a structure an answer writes, and where: on the data set, the series or the observation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from greffe.arrow import text
from greffe.errors import Broken
from greffe.model.dataset import DataSet, SeriesBlock

TIME = "TIME_PERIOD"
VALUE = "OBS_VALUE"


@dataclass(frozen=True)
class Levels:
    """Ids of the attributes that an answer writes, by level, each in the order of the DSD.

    An attribute on some of the dimensions (a group) is written on every series of that group.
    """

    dataset: tuple[str, ...]
    series: tuple[str, ...]
    observation: tuple[str, ...]


def levels(dataset: DataSet) -> Levels:
    """The attributes that were asked for, sorted by where they hang."""
    wanted = [a for a in dataset.structure.attributes if a.id in dataset.attributes]
    low = {a.id for a in wanted if a.on_observation or TIME in a.relationship}
    return Levels(
        tuple(a.id for a in wanted if not a.relationship),
        tuple(a.id for a in wanted if a.relationship and a.id not in low),
        tuple(a.id for a in wanted if a.id in low),
    )


def attribute_ids(dataset: DataSet) -> tuple[str, ...]:
    """The attributes that were asked for, in the order of the DSD."""
    return tuple(a.id for a in dataset.structure.attributes if a.id in dataset.attributes)


def dataset_values(dataset: DataSet, ids: tuple[str, ...]) -> tuple[dict[str, str], DataSet]:
    """Values of data set attributes, and the data set with all its blocks still to come.

    A block holds them on each series; they stand on the data set once, before the first series. Raises Broken when two
    series disagree.
    """
    if not ids:
        return {}, dataset
    first = next((block for block in dataset.blocks if block.series.num_rows), None)
    if first is None:
        return {}, dataset
    found = _constants(first, ids)

    def checked() -> Iterator[SeriesBlock]:
        for block in chain([first], dataset.blocks):
            if block.series.num_rows and _constants(block, ids) != found:
                raise Broken(f"Series of {dataset.dataflow.reference} differ in an attribute of the data set.")
            yield block

    return found, replace(dataset, blocks=checked())


def _constants(block: SeriesBlock, ids: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for id_ in ids:
        values = block.series.column(id_).unique().to_pylist() if id_ in block.series.column_names else []
        if len(values) > 1:
            raise Broken(f"Series of one data set differ in {id_}, an attribute of the whole data set.")
        if values and values[0] is not None:
            found[id_] = text(values[0])
    return found
