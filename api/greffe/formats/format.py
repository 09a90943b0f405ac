"""What a format is: a row of the table in `negotiation.py`, and what its writer takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, Header
from greffe.model.reports import ReportMessage
from greffe.model.structures import Artefact
from greffe.model.validity import ValidityMessage

Kind: TypeAlias = Literal["data", "structure", "schema", "metadata"]
Api: TypeAlias = Literal["v1", "v2"]
DataWriter: TypeAlias = Callable[[DataMessage, Parameters], Iterator[bytes]]
SchemaWriter: TypeAlias = Callable[[ValidityMessage], Iterator[bytes]]
MetadataWriter: TypeAlias = Callable[[ReportMessage, Parameters], Iterator[bytes]]


class StructureWriter(Protocol):
    """Writes artefacts of all kinds; `language` is that of texts which stand in one language. `asked`: how many of them,
    at the front, were asked for (None: all): the others only came along."""

    def __call__(
        self, header: Header, artefacts: Sequence[Artefact], language: str = "en", *, asked: int | None = None
    ) -> Iterator[bytes]: ...


W = TypeVar("W", DataWriter, StructureWriter, SchemaWriter, MetadataWriter)


@dataclass(frozen=True)
class Format(Generic[W]):
    """One format that is offered.

    media_type, version: together what is asked for and what is answered; version '' where the type has none. A type with
    a parameter of its own is reached by name alone. syntax: xml, csv, json, parquet or xlsx.
    name: its own short name for `format=`; synonyms: others people know, which formats of one syntax may share.
    preferred: entry points where it stands for its syntax (`text/csv`, `format=csv`); default: those where for `*/*`.
    choices: parameters beside version → their values, the default first. packed: compressed in itself. ranged: clients
    read parts of it (HTTP Range). suffix: of file names, the syntax unless given. aliases: older content types of the
    same thing, answered as they are asked (FMT-07).
    """

    media_type: str
    version: str
    syntax: str
    name: str
    kind: Kind
    write: W
    synonyms: tuple[str, ...] = ()
    preferred: tuple[Api, ...] = ()
    default: tuple[Api, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    packed: bool = False
    ranged: bool = False
    suffix: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type with its version, as the standard spells it."""
        return f"{self.media_type};version={self.version}" if self.version else self.media_type


AnyFormat: TypeAlias = "Format[DataWriter] | Format[StructureWriter] | Format[SchemaWriter] | Format[MetadataWriter]"
F = TypeVar("F", bound="AnyFormat")
