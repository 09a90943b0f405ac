"""SDMX-ML 2.1 data: generic and structure-specific, each also as time series (ML21-02, 03, 04, 08, 09).

The header names the DSD in `common:Structure`, since readers of `StructureUsage` are rare (pandaSDMX and rsdmx fail on
it), and the namespace of structure-specific data is that of the DSD with its observation dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from greffe.formats.components import TIME, VALUE, Levels, dataset_values, levels
from greffe.formats.escaping import xml
from greffe.formats.fragments import chunks
from greffe.formats.ml_header import header
from greffe.formats.namespaces import COMMON, DECLARATION, GENERIC, INSTANCE, MESSAGE, SPECIFIC
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Piece, Present
from greffe.model.dataset import DataMessage, DataSet

ACTIONS: Final = {"I": "Information", "M": "Append", "A": "Append", "R": "Replace", "D": "Delete"}
_STRUCTURE: Final = "S1"  # ties data set and header; not the id of the DSD, which may be no XML id


@dataclass(frozen=True)
class Variant:
    """What tells the four messages apart."""

    root: str
    specific: bool
    dataset: str = "DataSetType"


GENERIC_DATA: Final = Variant("GenericData", specific=False)
GENERIC_TIME_SERIES: Final = Variant("GenericTimeSeriesData", specific=False)
SPECIFIC_DATA: Final = Variant("StructureSpecificData", specific=True)
SPECIFIC_TIME_SERIES: Final = Variant("StructureSpecificTimeSeriesData", specific=True, dataset="TimeSeriesDataSetType")


def write(message: DataMessage, _parameters: Parameters, variant: Variant) -> Iterator[bytes]:
    """The message as SDMX-ML 2.1. Raises NotAcceptable for a character that XML 1.0 cannot carry.

    A missing value has no ObsValue (no OBS_VALUE attribute), an absent attribute is left out, and a series without
    observations is a series with its key and attributes only.
    """
    yield _head(message, variant).encode()
    for dataset in message.datasets:
        found = levels(dataset)
        values, dataset = dataset_values(dataset, found.dataset)
        yield _opening(dataset, variant, values).encode()
        layout = (_specific if variant.specific else _generic)(dataset, found)
        yield from chunks(dataset.blocks, layout, observations=dataset.observations)
        yield b"</mes:DataSet>"
    yield f"</mes:{variant.root}>\n".encode()


def namespace(dataset: DataSet) -> str:
    """Namespace of structure-specific data of this structure."""
    return f"{dataset.structure.urn}:ObsLevelDim:{TIME}"


def _head(message: DataMessage, variant: Variant) -> str:
    """Everything before the first data set."""
    dataset = message.datasets[0]
    own = f' xmlns:ns1="{xml(namespace(dataset))}" xmlns:ss="{SPECIFIC}"' if variant.specific else ""
    return (
        f'{DECLARATION}<mes:{variant.root} xmlns:mes="{MESSAGE}" xmlns:com="{COMMON}"'
        f' xmlns:xsi="{INSTANCE}"{own}>' + _header(message, dataset, variant)
    )


def _opening(dataset: DataSet, variant: Variant, values: dict[str, str]) -> str:
    """Everything of a data set before its first series; `values` are its attributes."""
    action, parts = ACTIONS[dataset.action], list[str]()
    if variant.specific:
        attributes = "".join(f' {xml(id_)}="{xml(value)}"' for id_, value in values.items())
        parts.append(
            f'<mes:DataSet ss:structureRef="{_STRUCTURE}" xsi:type="ns1:{variant.dataset}"'
            f' ss:dataScope="DataStructure" ss:action="{action}"{attributes}>'
        )
    else:
        inside = "".join(_value(id_)(value) for id_, value in values.items())
        # The namespace of the data is the default one in here: eight prefixes less an observation is a tenth of the bytes.
        parts.append(f'<mes:DataSet xmlns="{GENERIC}" structureRef="{_STRUCTURE}" action="{action}">')
        parts.append(f"<Attributes>{inside}</Attributes>" if inside else "")
    return "".join(parts)


def _header(message: DataMessage, dataset: DataSet, variant: Variant) -> str:
    action = ACTIONS[dataset.action]
    reference = dataset.structure.reference
    own = f' namespace="{xml(namespace(dataset))}"' if variant.specific else ""
    structure = (
        f'<mes:Structure structureID="{_STRUCTURE}"{own} dimensionAtObservation="{TIME}"><com:Structure>'
        f'<Ref agencyID="{xml(reference.agency)}" id="{xml(reference.id)}" version="{xml(reference.version)}"'
        ' class="DataStructure" package="datastructure"/></com:Structure></mes:Structure>'
        f"<mes:DataSetAction>{action}</mes:DataSetAction>"
    )
    return header(message.header, structure, message.language)


def _generic(dataset: DataSet, found: Levels) -> Layout:
    key = [Cell(id_, _value(id_)) for id_ in dataset.structure.dimension_ids]
    observation: list[Piece] = [Cell(TIME, lambda period: f'<ObsDimension value="{xml(period)}"/>')]
    if dataset.measures:
        observation.append(Present('<ObsValue value="', (Number(VALUE),), '"/>'))
    return Layout(
        opening=("<Series><SeriesKey>", *key, "</SeriesKey>", _attributes(found.series)),
        row=(Present("<Obs>", (*observation, _attributes(found.observation)), "</Obs>"),),
        closing="</Series>",
    )


def _attributes(ids: tuple[str, ...]) -> Present:
    return Present("<Attributes>", tuple(Cell(id_, _value(id_)) for id_ in ids), "</Attributes>")


def _value(id_: str) -> Callable[[str], str]:
    start = f'<Value id="{xml(id_)}" value="'
    return lambda text: f'{start}{xml(text)}"/>'


def _specific(dataset: DataSet, found: Levels) -> Layout:
    key = [Cell(id_, _attribute(id_)) for id_ in (*dataset.structure.dimension_ids, *found.series)]
    observation: list[Piece] = [Cell(TIME, _attribute(TIME))]
    if dataset.measures:
        observation.append(Present(f' {VALUE}="', (Number(VALUE),), '"'))
    observation += [Cell(id_, _attribute(id_)) for id_ in found.observation]
    return Layout(
        opening=("<Series", *key, ">"),
        row=(Present("<Obs", tuple(observation), "/>"),),
        closing="</Series>",
    )


def _attribute(id_: str) -> Callable[[str], str]:
    start = f' {xml(id_)}="'
    return lambda text: f'{start}{xml(text)}"'
