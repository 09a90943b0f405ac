"""Which components of a structure an answer writes, and where: on the data set, the series or the observation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from greffe.arrow import text
from greffe.errors import Broken, NotAcceptable
from greffe.model.dataset import DataMessage, DataSet, SeriesBlock
from greffe.model.references import Urn

TIME: Final = "TIME_PERIOD"
VALUE: Final = "OBS_VALUE"
ALL_DIMENSIONS: Final = "AllDimensions"


@dataclass(frozen=True)
class Levels:
    """Ids of the components that an answer writes, by level, each in the order of the DSD.

    key: dimensions of a series (none in a flat message); point: those that tell its observations apart. The others are
    attributes. An attribute on some of the dimensions of a series (a group) is written on every series of that group.
    """

    key: tuple[str, ...]
    point: tuple[str, ...]
    dataset: tuple[str, ...]
    series: tuple[str, ...]
    observation: tuple[str, ...]


def levels(dataset: DataSet, at: str = TIME) -> Levels:
    """The components that were asked for, sorted by where they hang with that dimension at observation."""
    whole = (*dataset.structure.dimension_ids, TIME)
    point = whole if at == ALL_DIMENSIONS else (at,)
    key = tuple(id_ for id_ in whole if id_ not in point)
    wanted = [a for a in dataset.structure.attributes if a.id in dataset.attributes]
    high = {a.id for a in wanted if a.relationship and set(a.relationship) <= set(key)}
    return Levels(
        key,
        point,
        tuple(a.id for a in wanted if not a.relationship),
        tuple(a.id for a in wanted if a.id in high),
        tuple(a.id for a in wanted if a.relationship and a.id not in high),
    )


def attribute_ids(dataset: DataSet) -> tuple[str, ...]:
    """The attributes that were asked for, in the order of the DSD."""
    return tuple(a.id for a in dataset.structure.attributes if a.id in dataset.attributes)


def at_observation(message: DataMessage) -> str:
    """The dimension at observation that is written: without observations nothing can be flat, and series are listed."""
    flat = message.dimension_at_observation == ALL_DIMENSIONS
    return TIME if flat and not all(d.observations for d in message.datasets) else message.dimension_at_observation


def written(message: DataMessage) -> tuple[DataSet, ...]:
    """The data sets as they are written: one that deletes holds keys only."""
    return tuple(replace(d, attributes=(), measures=False) if d.action == "D" else d for d in message.datasets)


def action_since_3_1(dataset: DataSet) -> str:
    """R, M or D: what SDMX 3.1 recommends where I(nformation) and A(ppend) are deprecated (J-12).

    An answer with everything that is known of its observations replaces; one with a part of it is merged.
    """
    if dataset.action == "I":
        attributes = {a.id for a in dataset.structure.attributes}
        return "R" if dataset.measures and dataset.observations and attributes <= set(dataset.attributes) else "M"
    return "M" if dataset.action == "A" else dataset.action


def context(dataset: DataSet) -> Urn:
    """What was asked for: the flow, the structure or the agreement of the data set (R2-DATA-02)."""
    if dataset.context == "datastructure":
        return dataset.structure.urn
    if dataset.context == "provisionagreement" and dataset.agreement is not None:
        return Urn("provisionagreement", dataset.agreement)
    return dataset.dataflow.urn


def one_structure(datasets: Sequence[DataSet], hint: str) -> None:
    """Raises NotAcceptable when the data sets are of several structures, for a format that describes one."""
    found = sorted({str(d.structure.reference) for d in datasets})
    if len(found) > 1:
        raise NotAcceptable(f"This format describes one structure, and the answer has {', '.join(found)}.", hint=hint)


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
