"""Released observations on their way to a client: blocks of whole series in key order, held as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from greffe.arrow import pa, texts
from greffe.model.references import Reference
from greffe.model.structures import Codelist, Dataflow, DataStructure, Texts


@dataclass(frozen=True)
class SeriesBlock:
    """Whole series, in key order, as Arrow arrays (no Python object per observation).

    series: a table with one row a series: a dictionary<int32, string> column per dimension (ids as in the DSD, in DSD
            order), then one per series or data set attribute (null = absent).
    counts: number of observations of each series (int64, may be 0), in the order of `series`.
    observations: a table, rows of the first series first: TIME_PERIOD dictionary<int32, string>, OBS_VALUE string (the
            canonical decimal text, null = missing), then a dictionary<int32, string> column per observation attribute.
    In a cross-section the columns stand elsewhere: see DataMessage. Where an answer is sorted so that series break apart,
    `series` has a row for each run of observations of one series: the same key may come again.
    """

    series: pa.Table
    counts: pa.Int64Array
    observations: pa.Table

    def few(self, id_: str, *, series: bool) -> list[str | None]:
        """The cells of a column of the series or of the observations. Kept: for blocks of few rows."""
        known = self._texts.get((id_, series))
        if known is None:
            known = self._texts[id_, series] = texts((self.series if series else self.observations).column(id_))
        return known

    @cached_property
    def _texts(self) -> dict[tuple[str, bool], list[str | None]]:
        return {}


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
class DataSet:
    """One data set of a message: which flow and structure, the code lists by component id (for labels), the blocks.

    `measures`, `observations` and `attributes` say what is written (a question may ask for fewer); `action` is
    I(nformation), R(eplace), M(erge), A(ppend) or D(elete). `names` are those of the components' concepts, by component
    id, for labels in the header line of a table. `context` is what was asked for (R2-DATA-02): dataflow, datastructure or
    provisionagreement, with `agreement` in the last case. `valid_from`, `valid_to`: instants as ISO text with offset,
    when the question was for history; '' = no bound. `release` names where it comes from, e.g. ESTAT_CRIM_OFF_CAT#7;
    `origin` is real or synthetic (D13). `occurring` gives the codes by dimension and the periods that the blocks can
    hold, for a format that must write them beforehand; None when the data set is small enough to be read first.
    `rows_beyond` says whether there are more rows than so many, for a format that cannot hold more; None: not known.
    """

    dataflow: Dataflow
    structure: DataStructure
    codelists: Mapping[str, Codelist]
    blocks: Iterator[SeriesBlock]
    action: str = "I"
    measures: bool = True
    observations: bool = True
    attributes: Sequence[str] = field(default_factory=tuple)
    names: Mapping[str, Texts] = field(default_factory=dict)
    context: str = "dataflow"
    agreement: Reference | None = None
    valid_from: str = ""
    valid_to: str = ""
    release: str = ""
    origin: str = "real"
    occurring: Callable[[], Mapping[str, Sequence[str]] | None] | None = None
    rows_beyond: Callable[[int], bool] | None = None


@dataclass(frozen=True)
class DataMessage:
    """One answer: data sets one after the other, each read once, all with the same dimension at observation.

    `dimension_at_observation`: TIME_PERIOD; AllDimensions (flat: blocks are as for TIME_PERIOD, a format writes the
    whole key on each observation); or the id of a dimension D (cross-section). In blocks of a cross-section `series`
    holds the other dimensions in DSD order and TIME_PERIOD, then the attributes that hang on none but those;
    `observations` holds D (dictionary), OBS_VALUE, then all other attributes that were asked for.
    """

    header: Header
    datasets: Sequence[DataSet]
    language: str = "en"
    dimension_at_observation: str = "TIME_PERIOD"
    query: str = ""  # the address that was asked, for formats that print it
