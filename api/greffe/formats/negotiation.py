"""Which format answers: the table of formats, the choice by Accept or `format=` (FMT-*, HTTP-01 to 05, R1-NEG, D27).

A new format is one file beside this one and one line in FORMATS; negotiation, OpenAPI and the documentation read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Generic, Literal, Protocol, TypeAlias, TypeVar, overload

from greffe.errors import BadQuery, NotAcceptable, Unsupported, nearest
from greffe.formats import sdmx_csv, sdmx_ml, structure_json, structure_ml
from greffe.formats.accept import Range, ranges, same_or_newer
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, Header
from greffe.model.references import version_key
from greffe.model.structures import Artefact

Kind: TypeAlias = Literal["data", "structure"]
Api: TypeAlias = Literal["v1", "v2"]
DataWriter: TypeAlias = Callable[[DataMessage, Parameters], Iterator[bytes]]


class StructureWriter(Protocol):
    """Writes artefacts of all kinds; `language` is that of texts which stand in one language."""

    def __call__(self, header: Header, artefacts: Sequence[Artefact], language: str = "en") -> Iterator[bytes]: ...


W = TypeVar("W", DataWriter, StructureWriter)


@dataclass(frozen=True)
class Format(Generic[W]):
    """One format that is offered.

    media_type, version: together what is asked for and what is answered. syntax: xml, csv or json.
    name: its own short name for `format=`; synonyms: others people know, which formats of one syntax may share.
    preferred: entry points where it stands for its syntax (`text/csv`, `format=csv`); default: those where for `*/*`.
    choices: parameters beside version → their values, the default first. packed: compressed in itself. ranged: clients
    read parts of it (HTTP Range). suffix: of file names, the syntax unless given.
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

    @property
    def content_type(self) -> str:
        """The media type with its version, as the standard spells it."""
        return f"{self.media_type};version={self.version}"


AnyFormat: TypeAlias = "Format[DataWriter] | Format[StructureWriter]"
F = TypeVar("F", bound="Format[DataWriter] | Format[StructureWriter]")


@dataclass(frozen=True)
class Choice(Generic[F]):
    """What will be written, and under which Content-Type (the type that was asked, without charset)."""

    format: F
    parameters: Parameters
    content_type: str


_SDMX: Final = "application/vnd.sdmx."
_CSV: Final = ("csv", "csvdata", "csvfile", "csvfilewithlabels", "sdmx-csv", "sdmxcsv")
_TIME: Final = ("original", "normalized")

# The data default of v2 is SDMX-CSV 2.0 until SDMX-JSON data is offered, which then takes `default` (D27). XML on v2 is
# 2.1 until 3.x is offered, which then takes `preferred`.
DATA_FORMATS: Final[tuple[Format[DataWriter], ...]] = (
    Format(
        f"{_SDMX}genericdata+xml", "2.1", "xml", "genericdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.GENERIC_DATA),
        ("xml", "generic", "sdmx-ml", "sdmx-generic"), preferred=("v1", "v2"), default=("v1",),
    ),
    Format(
        f"{_SDMX}structurespecificdata+xml", "2.1", "xml", "structurespecificdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.SPECIFIC_DATA),
        ("structurespecific", "structured", "compact", "sdmx-compact"),
    ),
    Format(
        f"{_SDMX}generictimeseriesdata+xml", "2.1", "xml", "generictimeseriesdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.GENERIC_TIME_SERIES),
    ),
    Format(
        f"{_SDMX}structurespecifictimeseriesdata+xml", "2.1", "xml", "structurespecifictimeseriesdata", "data",
        partial(sdmx_ml.write, variant=sdmx_ml.SPECIFIC_TIME_SERIES),
    ),
    Format(
        f"{_SDMX}data+csv", "1.0.0", "csv", "sdmx-csv-1.0", "data",
        partial(sdmx_csv.write, version="1.0"),
        _CSV, preferred=("v1",), choices={"labels": ("id", "both"), "timeformat": _TIME},
    ),
    Format(
        f"{_SDMX}data+csv", "2.0.0", "csv", "sdmx-csv-2.0", "data",
        partial(sdmx_csv.write, version="2.0"),
        _CSV, preferred=("v2",), default=("v2",),
        choices={
            "labels": ("id", "name", "both"), "keys": ("none", "obs", "series", "both"), "timeformat": _TIME,
        },
    ),
)  # fmt: skip
STRUCTURE_FORMATS: Final[tuple[Format[StructureWriter], ...]] = (
    Format(
        f"{_SDMX}structure+xml", "2.1", "xml", "structure", "structure", structure_ml.write,
        ("xml", "structurexml", "sdmx-ml"), preferred=("v1", "v2"), default=("v1",),
    ),
    Format(
        f"{_SDMX}structure+json", "2.1.0", "json", "jsonstructure", "structure", structure_json.write,
        ("json", "structurejson", "sdmx-json"), preferred=("v1", "v2"), default=("v2",),
    ),
)  # fmt: skip
FORMATS: Final[tuple[AnyFormat, ...]] = (*DATA_FORMATS, *STRUCTURE_FORMATS)
# Media types that say no more than the syntax (FMT-07).
_PLAIN: Final = {"text/csv": "csv", "application/csv": "csv", "application/xml": "xml", "text/xml": "xml",
                 "application/json": "json"}  # fmt: skip
# Names that say more than the format: .Stat's file with labels is SDMX-CSV with labels=both.
_MEANT: Final = {"csvfilewithlabels": Parameters(labels="both")}


@overload
def negotiate(
    accept: str, format_name: str, kind: Literal["data"], api: Api, version: str = ""
) -> Choice[Format[DataWriter]]: ...


@overload
def negotiate(
    accept: str, format_name: str, kind: Literal["structure"], api: Api, version: str = ""
) -> Choice[Format[StructureWriter]]: ...


def negotiate(
    accept: str, format_name: str, kind: Kind, api: Api, version: str = ""
) -> Choice[Format[DataWriter]] | Choice[Format[StructureWriter]]:
    """The format of the answer. `format_name` (the query's `format=`) beats `accept` (the header; '' = anything);
    `version` (`formatVersion=`) says which of those that share the name.

    Raises NotAcceptable with what is offered (and the nearest name), Unsupported for timeFormat=normalized.
    """
    if kind == "data":
        return _choice(DATA_FORMATS, accept, format_name, api, version)
    return _choice(STRUCTURE_FORMATS, accept, format_name, api, version)


def _choice(offered: Sequence[F], accept: str, format_name: str, api: Api, version: str) -> Choice[F]:
    if format_name:
        return _by_name(offered, format_name, api, version)
    if version:
        raise BadQuery("The version of which format?", parameter="formatVersion", hint="Give format= with it.")
    wanted = ranges(accept)
    rated = [_rated(format_, number, wanted, api) for number, format_ in enumerate(offered)]
    found = [one for one in rated if one is not None]
    if not found:
        raise NotAcceptable(f"Nothing here is of the type {accept!r}.", hint=_offer(offered))
    best = max(found, key=lambda one: one.rank)
    if best.range.get("timeformat") == "normalized":
        raise Unsupported(
            "timeFormat=normalized is not offered.", parameter="timeFormat", hint="Ask for timeFormat=original."
        )
    return _chosen(best.format, best.range)


def _by_name(offered: Sequence[F], name: str, api: Api, version: str) -> Choice[F]:
    """The format of that name; one that several share is that of the entry point's preferred one, or of that version."""
    asked = name.casefold()
    found = [f for f in offered if asked == f.name or asked in f.synonyms]
    if found and version:
        known = [f.version for f in found]
        found = [f for f in found if same_or_newer(version, f.version)]
        if not found:
            raise NotAcceptable(
                f"{name} is not offered in version {version}.",
                parameter="formatVersion",
                nearest=nearest(version, known) or known,
            )
    if not found:
        known = [n for f in offered for n in (f.name, *f.synonyms)]
        raise NotAcceptable(
            f"There is no format {name!r} for this.",
            parameter="format",
            nearest=nearest(asked, known),
            hint=_offer(offered),
        )
    format_ = next((f for f in found if api in f.preferred), found[0])
    parameters = _MEANT.get(asked, Parameters())
    return Choice(format_, parameters, format_.content_type + _said(format_, parameters))


@dataclass(frozen=True)
class _Rated(Generic[F]):
    """A format with the range that speaks for it. `rank`: quality, how exact the range is, its place, then ours."""

    format: F
    range: Range
    rank: tuple[float, int, int, bool, tuple[object, ...], int]


def _rated(format_: F, number: int, wanted: list[Range], api: Api) -> _Rated[F] | None:
    """None when no range admits the format, or the most exact one that does so refuses it (q=0)."""
    exact = [(_exactness(format_, r, api), -place, r) for place, r in enumerate(wanted)]
    level, place, found = max(exact, key=lambda e: e[:2], default=(0, 0, None))
    if level == 0 or found is None or found.quality == 0:
        return None
    version = version_key(format_.version) if level == _EXACT else ()
    return _Rated(format_, found, (found.quality, level, place, api in format_.default, version, -number))


_EXACT: Final = 4


def _exactness(format_: AnyFormat, asked: Range, api: Api) -> int:
    """0: the range does not admit it. 1: */*, 2: application/*, 3: its syntax, or type without version, 4: with."""
    for name, value in asked.parameters:
        if name != "version" and value not in format_.choices.get(name, ()):
            return 0
    first = api in format_.preferred
    if asked.type == format_.media_type:
        version = asked.get("version")
        if version:
            return _EXACT if same_or_newer(version, format_.version) else 0
        return 3 if first or not _shares_type(format_) else 0
    if asked.get("version"):
        return 0
    if _PLAIN.get(asked.type) == format_.syntax:
        return 3 if first else 0
    if asked.type == "text/*":
        return 2 if first and format_.syntax == "csv" else 0
    return {"application/*": 2, "*/*": 1}.get(asked.type, 0)


def _shares_type(format_: AnyFormat) -> bool:
    return sum(f.media_type == format_.media_type for f in FORMATS) > 1


def _chosen(format_: F, asked: Range) -> Choice[F]:
    parameters = Parameters(asked.get("labels") or "id", asked.get("keys") or "none")
    content_type = asked.type if asked.type in _PLAIN else format_.content_type
    return Choice(format_, parameters, content_type + _said(format_, parameters))


def _said(format_: AnyFormat, parameters: Parameters) -> str:
    """Parameters that differ from the default, echoed (FMT-08)."""
    said = {"labels": parameters.labels, "keys": parameters.keys}
    return "".join(f";{n}={v}" for n, v in said.items() if n in format_.choices and v != format_.choices[n][0])


def _offer(offered: Sequence[AnyFormat]) -> str:
    types = ", ".join(f"{f.content_type} (format={f.name})" for f in offered)
    return f"Offered: {types}."
