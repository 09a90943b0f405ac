"""Released observations on their way to a client: blocks of whole series in key order, held as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from greffe.arrow import pa
from greffe.model.structures import Codelist, Dataflow, DataStructure, Texts


@dataclass(frozen=True)
class SeriesBlock:
    """Whole series, in key order, as Arrow arrays (no Python object per observation).

    series: a table with one row a series: a dictionary<int32, string> column per dimension (ids as in the DSD, in DSD
            order), then one per series or data set attribute (null = absent).
    counts: number of observations of each series (int64, may be 0), in the order of `series`.
    observations: a table, rows of the first series first: TIME_PERIOD dictionary<int32, string>, OBS_VALUE string (the
            canonical decimal text, null = missing), then a dictionary<int32, string> column per observation attribute.
    """

    series: pa.Table
    counts: pa.Int64Array
    observations: pa.Table


@dataclass(frozen=True)
class Header:
    """What a message says of itself: id and moment come from the caller, never from a clock in here."""

    id: str
    prepared: str  # ISO instant with offset
    sender: str = "SSER"
    receiver: str = ""
    test: bool = False
    source: str = ""


@dataclass(frozen=True)
class DataMessage:
    """One answer: which flow and structure, the code lists by component id (for labels), and the blocks.

    `measures` and `attributes` say which components are written (a question may ask for fewer); `action` is
    I(nformation), R(eplace), A(ppend) or D(elete). `dimension_at_observation` is TIME_PERIOD here. `names` are those
    of the components' concepts, by component id, for labels in the header line of a table.
    """

    header: Header
    dataflow: Dataflow
    structure: DataStructure
    codelists: dict[str, Codelist]
    blocks: Iterator[SeriesBlock]
    language: str = "en"
    action: str = "I"
    measures: bool = True
    observations: bool = True
    attributes: Sequence[str] = field(default_factory=tuple)
    names: Mapping[str, Texts] = field(default_factory=dict)
