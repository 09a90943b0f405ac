"""SDMX-ML data: 2.1 generic and structure-specific, each also as time series; 3.0 and 3.1 (ML21-02 to 10, ML3-04).

In 2.1 the header names the DSD in `common:Structure`, since readers of `StructureUsage` are rare (pandaSDMX and rsdmx
fail on it), and Source says of which provision agreement the data is; 3.x names what was asked for. The namespace of
structure-specific data is that of the DSD with its observation dimension, in every version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.errors import NotAcceptable
from greffe.formats.components import (
    TIME,
    action_since_3_1,
    at_observation,
    context,
    dataset_values,
    levels,
    one_structure,
    written,
)
from greffe.formats.escaping import xml
from greffe.formats.fragments import chunks
from greffe.formats.ml_header import header
from greffe.formats.ml_layouts import generic, specific, value_of
from greffe.formats.namespaces import DECLARATION, INSTANCE, NAMESPACES, Namespaces
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, DataSet, Header
from greffe.model.references import Urn

# 2.1 and 3.0 have no word for merging: appending is the nearest (observations are added or take the place of others).
ACTIONS: Final = {"I": "Information", "M": "Append", "A": "Append", "R": "Replace", "D": "Delete"}
ACTIONS_3_1: Final = ACTIONS | {"M": "Merge"}
_USES: Final = {"dataflow": "StructureUsage", "datastructure": "Structure", "provisionagreement": "ProvisionAgreement"}


@dataclass(frozen=True)
class Variant:
    """What tells the messages apart. `time` : only with TIME_PERIOD at observation."""

    root: str
    specific: bool
    version: str = "2.1"
    dataset: str = "DataSetType"
    time: bool = False

    @property
    def spaces(self) -> Namespaces:
        """The namespaces of the version."""
        return NAMESPACES[self.version]


GENERIC_DATA: Final = Variant("GenericData", specific=False)
GENERIC_TIME_SERIES: Final = Variant("GenericTimeSeriesData", specific=False, time=True)
SPECIFIC_DATA: Final = Variant("StructureSpecificData", specific=True)
SPECIFIC_TIME_SERIES: Final = Variant(
    "StructureSpecificTimeSeriesData", specific=True, dataset="TimeSeriesDataSetType", time=True
)
DATA_3_0: Final = Variant("StructureSpecificData", specific=True, version="3.0")
DATA_3_1: Final = Variant("StructureSpecificData", specific=True, version="3.1")


@dataclass(frozen=True)
class _Described:
    """A header Structure: its id in the message, what it names, the namespace of its data and the prefix of that."""

    id: str
    urn: Urn
    namespace: str
    prefix: str


def write(message: DataMessage, _parameters: Parameters, variant: Variant) -> Iterator[bytes]:
    """The message as SDMX-ML. Raises NotAcceptable for a character that XML 1.0 cannot carry, and for a time series
    variant without TIME_PERIOD at observation, or in generic data of several structures.

    A missing value has no ObsValue (no OBS_VALUE attribute), an absent attribute is left out, a series without
    observations is a series with its key and attributes only, and what is deleted is named by its key only. A plain
    answer is Information in 2.1 and 3.0; in 3.1, which deprecates that, Replace when it is whole (J-12).
    """
    at = at_observation(message)
    if variant.time and at != TIME:
        raise NotAcceptable(
            f"{variant.root} always has {TIME} at observation, not {at}.",
            parameter="dimensionAtObservation",
            hint=f"Ask for {variant.root.replace('TimeSeries', '')}.",
        )
    datasets = written(message)
    if variant.time and not variant.specific:  # its header has room for one Structure only
        one_structure(datasets, "Ask for genericdata, or for one structure.")
    described = _described(datasets, variant, at)
    yield _head(message, datasets, described, variant, at).encode()
    for dataset in datasets:
        yield from _dataset(dataset, described[_named(dataset, variant)], variant, at, _set_id(dataset, datasets))
    yield f"</mes:{variant.root}>\n".encode()


def namespace(dataset: DataSet, at: str = TIME) -> str:
    """Namespace of structure-specific data of this structure with that dimension at observation."""
    return f"{dataset.structure.urn}:ObsLevelDim:{at}"


def _named(dataset: DataSet, variant: Variant) -> Urn:
    """What the header names for the data set."""
    return dataset.structure.urn if variant.version == "2.1" else context(dataset)


def _described(datasets: Sequence[DataSet], variant: Variant, at: str) -> dict[Urn, _Described]:
    """The structures of the header, one for each that a data set refers to; their ids are no DSD ids, which may be no
    XML ids."""
    found: dict[Urn, _Described] = {}
    prefixes: dict[str, str] = {}
    for dataset in datasets:
        urn, own = _named(dataset, variant), namespace(dataset, at)
        prefix = prefixes.setdefault(own, f"ns{len(prefixes) + 1}")
        found.setdefault(urn, _Described(f"S{len(found) + 1}", urn, own, prefix))
    return found


def _dataset(dataset: DataSet, described: _Described, variant: Variant, at: str, set_id: str) -> Iterator[bytes]:
    found = levels(dataset, at)
    values, dataset = dataset_values(dataset, found.dataset)
    yield _opening(dataset, described, variant, values, set_id).encode()
    layout = specific(dataset, found) if variant.specific else generic(dataset, found)
    yield from chunks(dataset.blocks, layout, observations=dataset.observations)
    yield b"</mes:DataSet>"


def _head(
    message: DataMessage, datasets: Sequence[DataSet], described: dict[Urn, _Described], variant: Variant, at: str
) -> str:
    """Everything before the first data set."""
    own = ""
    if variant.specific:
        spaces = {one.prefix: one.namespace for one in described.values()}
        own = "".join(f' xmlns:{prefix}="{xml(found)}"' for prefix, found in spaces.items())
        own += f' xmlns:ss="{variant.spaces.specific}"'
    structures = "".join(_structure(one, variant, at) for one in described.values())
    actions = {_action(d, variant) for d in datasets}
    action = f"<mes:DataSetAction>{actions.pop()}</mes:DataSetAction>" if len(actions) == 1 else ""
    return (
        f'{DECLARATION}<mes:{variant.root} xmlns:mes="{variant.spaces.message}" xmlns:com="{variant.spaces.common}"'
        f' xmlns:xsi="{INSTANCE}"{own}>'
        + header(_sourced(message.header, datasets, variant), structures + action, message.language)
    )


def _sourced(found: Header, datasets: Sequence[DataSet], variant: Variant) -> Header:
    """In 2.1 a header Structure names a structure or an agreement, not both. Readers need the structure; sdmx1 and pandaSDMX fail on
    ProvisionAgrement, DataProvider and Name. Source is read by all."""
    agreed = {str(context(d)): None for d in datasets if d.context == "provisionagreement"}
    if variant.version != "2.1" or not agreed:
        return found
    return replace(found, source="; ".join([*agreed, *filter(None, [found.source])]))


def _structure(described: _Described, variant: Variant, at: str) -> str:
    own = f' namespace="{xml(described.namespace)}"' if variant.specific else ""
    opening = f'<mes:Structure structureID="{described.id}"{own} dimensionAtObservation="{xml(at)}">'
    if variant.version != "2.1":
        name = _USES[described.urn.kind]
        return f"{opening}<com:{name}>{xml(str(described.urn))}</com:{name}></mes:Structure>"
    reference = described.urn.reference
    return (
        f'{opening}<com:Structure><Ref agencyID="{xml(reference.agency)}" id="{xml(reference.id)}"'
        f' version="{xml(reference.version)}" class="DataStructure" package="datastructure"/>'
        "</com:Structure></mes:Structure>"
    )


def _set_id(dataset: DataSet, datasets: Sequence[DataSet]) -> str:
    """'' for the only data set. Of several each has the id of its flow, which the header of 2.1 does not name; what is deleted
    of a flow that has other data too is told apart."""
    if len(datasets) < 2:
        return ""
    id_ = dataset.dataflow.reference.id
    twice = any(d.dataflow.reference == dataset.dataflow.reference and d.action != dataset.action for d in datasets)
    return f"{id_}-Delete" if dataset.action == "D" and twice else id_


def _action(dataset: DataSet, variant: Variant) -> str:
    """The word for the action. pysdmx 1.21 fails on Merge: a plain answer that is a part says Information in 3.1 too,
    which is read as Merge there."""
    if variant.version != "3.1":
        return ACTIONS[dataset.action]
    found = action_since_3_1(dataset)
    return ACTIONS[dataset.action] if dataset.action == "I" and found == "M" else ACTIONS_3_1[found]


def _opening(dataset: DataSet, described: _Described, variant: Variant, values: dict[str, str], set_id: str) -> str:
    """Everything of a data set before its first series; `values` are its attributes."""
    prefix = "ss:" if variant.specific else ""
    own = {"action": _action(dataset, variant)}
    own |= {"setID": set_id} if set_id else {}
    own |= {"validFromDate": dataset.valid_from} if dataset.valid_from else {}
    own |= {"validToDate": dataset.valid_to} if dataset.valid_to else {}
    attributes = "".join(f' {prefix}{name}="{xml(value)}"' for name, value in own.items())
    if not variant.specific:
        inside = "".join(value_of(id_)(value) for id_, value in values.items())
        # The namespace of the data is the default one in here: eight prefixes less an observation is a tenth of the bytes.
        opening = f'<mes:DataSet xmlns="{variant.spaces.generic}" structureRef="{described.id}"{attributes}>'
        return opening + (f"<Attributes>{inside}</Attributes>" if inside else "")
    scope = ' ss:dataScope="DataStructure"' if variant.version == "2.1" else ""
    attributes += "".join(f' {xml(id_)}="{xml(value)}"' for id_, value in values.items())
    return f'<mes:DataSet ss:structureRef="{described.id}" xsi:type="{described.prefix}:{variant.dataset}"{scope}{attributes}>'
