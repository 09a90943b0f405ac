"""Which format answers: the table of formats, the choice by Accept or `format=` (FMT-*, HTTP-01 to 05, R1-NEG, D27).

A new format is one file beside this one and one line in FORMATS; negotiation, OpenAPI and the documentation read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, Literal, overload

from greffe.errors import BadQuery, NotAcceptable, nearest
from greffe.formats.accept import Range, ranges, same_or_newer
from greffe.formats.format import (
    AnyFormat,
    Api,
    DataWriter,
    F,
    Format,
    Kind,
    MetadataWriter,
    SchemaWriter,
    StructureWriter,
)
from greffe.formats.parameters import Parameters
from greffe.formats.people_data import PEOPLE_DATA_FORMATS
from greffe.formats.reports import METADATA_FORMATS
from greffe.formats.schemas import SCHEMA_FORMATS, as_schemas
from greffe.formats.sdmx_data import SDMX_DATA_FORMATS
from greffe.formats.structures import STRUCTURE_FORMATS
from greffe.model.references import version_key

_LONGEST: Final = 200  # characters of a header that a message tells


@dataclass(frozen=True)
class Choice(Generic[F]):
    """What will be written, and under which Content-Type (the type that was asked, without charset)."""

    format: F
    parameters: Parameters
    content_type: str


DATA_FORMATS: Final[tuple[Format[DataWriter], ...]] = (*SDMX_DATA_FORMATS, *PEOPLE_DATA_FORMATS)
FORMATS: Final[tuple[AnyFormat, ...]] = (*DATA_FORMATS, *STRUCTURE_FORMATS, *SCHEMA_FORMATS, *METADATA_FORMATS)
# A schema query may be answered with structures too (R1-SCH-03, R2-SCH-07).
_FOR_SCHEMAS: Final[tuple[Format[SchemaWriter], ...]] = (*SCHEMA_FORMATS, *as_schemas(STRUCTURE_FORMATS))
OFFERED: Final[dict[Kind, tuple[AnyFormat, ...]]] = {
    "data": DATA_FORMATS,
    "structure": STRUCTURE_FORMATS,
    "schema": _FOR_SCHEMAS,
    "metadata": METADATA_FORMATS,
}
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


@overload
def negotiate(
    accept: str, format_name: str, kind: Literal["schema"], api: Api, version: str = ""
) -> Choice[Format[SchemaWriter]]: ...


@overload
def negotiate(
    accept: str, format_name: str, kind: Literal["metadata"], api: Api, version: str = ""
) -> Choice[Format[MetadataWriter]]: ...


def negotiate(
    accept: str, format_name: str, kind: Kind, api: Api, version: str = ""
) -> (
    Choice[Format[DataWriter]]
    | Choice[Format[StructureWriter]]
    | Choice[Format[SchemaWriter]]
    | Choice[Format[MetadataWriter]]
):
    """The format of the answer. `format_name` (the query's `format=`) beats `accept` (the header; '' = anything);
    `version` (`formatVersion=`) says which of those that share the name.

    Raises NotAcceptable with what is offered (and the nearest name).
    """
    match kind:
        case "data":
            return _choice(DATA_FORMATS, accept, format_name, api, version)
        case "structure":
            return _choice(STRUCTURE_FORMATS, accept, format_name, api, version)
        case "schema":
            return _choice(_FOR_SCHEMAS, accept, format_name, api, version)
        case "metadata":
            return _choice(METADATA_FORMATS, accept, format_name, api, version)


def _choice(offered: Sequence[F], accept: str, format_name: str, api: Api, version: str) -> Choice[F]:
    if format_name:
        return _by_name(offered, format_name, api, version)
    if version:
        raise BadQuery("The version of which format?", parameter="formatVersion", hint="Give format= with it.")
    wanted = ranges(accept)
    rated = [_rated(format_, number, wanted, api) for number, format_ in enumerate(offered)]
    found = [one for one in rated if one is not None]
    if not found:
        raise NotAcceptable(f"Nothing here is of the type {_shown(accept)!r}.", hint=_offer(offered))
    best = max(found, key=lambda one: one.rank)
    return _chosen(best.format, best.range)


def _shown(accept: str) -> str:
    """A header, or its beginning: it may be as long as all headers together."""
    return accept if len(accept) <= _LONGEST else f"{accept[:_LONGEST]}…"


def _by_name(offered: Sequence[F], name: str, api: Api, version: str) -> Choice[F]:
    """The format of that name; one that several share is that of the entry point's preferred one, or of that version."""
    asked = name.casefold()
    found = [f for f in offered if asked == f.name or asked in f.synonyms]
    if found and version:
        known = [f.version for f in found if f.version]
        found = [f for f in found if f.version and same_or_newer(version, f.version)]
        if not found:
            raise NotAcceptable(
                f"{name} is not offered in version {version}.",
                parameter="formatVersion",
                nearest=nearest(version, known) or known,
                hint="" if known else "It has no versions.",
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
    rank: tuple[float, int, int, bool, tuple[object, ...], bool, int]


def _rated(format_: F, number: int, wanted: list[Range], api: Api) -> _Rated[F] | None:
    """None when no range admits the format, or the most exact one that does so refuses it (q=0)."""
    exact = [(_exactness(format_, r, api), -place, r) for place, r in enumerate(wanted)]
    level, place, found = max(exact, key=lambda e: e[:2], default=(0, 0, None))
    if level == 0 or found is None or found.quality == 0:
        return None
    version = version_key(format_.version) if level >= _EXACT - 1 and format_.version else ()
    # When the default is refused: on 2.x what stands for its syntax there, on 1.5 the next in the table, which is XML.
    first = (api in format_.default, version, api == "v1" or api in format_.preferred)
    return _Rated(format_, found, (found.quality, level, place, *first, -number))


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
            return _EXACT if same_or_newer(version, format_.version) or _alias(format_, asked) else 0
        return 3 if first or not _preferred_of(format_.media_type, api) else 0
    if asked.get("version"):
        return _EXACT if _alias(format_, asked) else 0
    if _PLAIN.get(asked.type) == format_.syntax:
        return 3 if first else 0
    if asked.type == "text/*":
        return 2 if first and format_.syntax == "csv" else 0
    return {"application/*": 2, "*/*": 1}.get(asked.type, 0)


def _preferred_of(media_type: str, api: Api) -> bool:
    """Whether one of the versions of a media type stands for it at that entry point."""
    return any(f.media_type == media_type and api in f.preferred for f in FORMATS)


def _alias(format_: AnyFormat, asked: Range) -> str:
    """The older content type of the format that is asked for, or ''; `3.0` is `3.0.0` here too."""
    for alias in format_.aliases:
        media_type, version = alias.split(";version=")
        short = version.replace(".", "").isdigit() and same_or_newer(asked.get("version"), version)
        if asked.type == media_type and (short or asked.get("version") == version):
            return alias
    return ""


def _chosen(format_: F, asked: Range) -> Choice[F]:
    parameters = Parameters(
        asked.get("labels") or "id", asked.get("keys") or "none", asked.get("timeformat") or "original"
    )
    plain = "text/csv" if asked.type == "text/*" else asked.type
    content_type = plain if plain in _PLAIN else _alias(format_, asked) or format_.content_type
    return Choice(format_, parameters, content_type + _said(format_, parameters))


def _said(format_: AnyFormat, parameters: Parameters) -> str:
    """Parameters that differ from the default, echoed (FMT-08)."""
    said = {"labels": parameters.labels, "keys": parameters.keys, "timeFormat": parameters.time_format}
    known = format_.choices
    return "".join(f";{n}={v}" for n, v in said.items() if n.casefold() in known and v != known[n.casefold()][0])


def _offer(offered: Sequence[AnyFormat]) -> str:
    types = ", ".join(f"{f.content_type} (format={f.name})" for f in offered)
    return f"Offered: {types}."


_FIELDS: Final = {"labels": "labels", "keys": "keys", "timeFormat": "time_format"}


def refined(choice: Choice[F], given: Mapping[str, str]) -> Choice[F]:
    """The choice with `labels`, `keys` and `timeFormat` of the query string, which win over those of the media type.

    Raises BadQuery for a value that the format does not offer; its default is always accepted.
    """
    parameters = choice.parameters
    for name, attribute in _FIELDS.items():
        if name not in given:
            continue
        allowed = choice.format.choices.get(name.lower(), (getattr(Parameters(), attribute),))
        if given[name] not in allowed:
            raise BadQuery(
                f"{given[name]!r} is not offered in this format.",
                parameter=name,
                nearest=nearest(given[name], allowed),
                hint=f"Offered: {', '.join(allowed)}.",
            )
        parameters = replace(parameters, **{attribute: given[name]})
    if parameters == choice.parameters or not choice.content_type.startswith("application/vnd.sdmx."):
        return replace(choice, parameters=parameters)  # to what is no type of SDMX nothing is added
    content_type = choice.format.content_type + _said(choice.format, parameters)
    return replace(choice, parameters=parameters, content_type=content_type)
