"""SDMX REST 1.5 and 2.x: an address becomes a query, its answer is written in the format that was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from greffe import __version__
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_json import representation_map_to_json, structure_map_to_json
from greffe.errors import BadQuery, NotFound, TooLarge, Unsupported, nearest
from greffe.formats.negotiation import negotiate
from greffe.formats.parameters import Parameters
from greffe.model import instants
from greffe.model.dataset import DataMessage, DataSet, Header
from greffe.model.releases import Release
from greffe.model.structures import ConceptScheme, DataStructure, Texts
from greffe.query import answer, rest_v1, rest_v2
from greffe.query.parameters import PRESENTATION, path_parts, read_parameters
from greffe.query.queries import ALL_DIMENSIONS, DataQuery
from greffe.release.parts import Parts
from greffe.web.language import chosen_language
from greffe.web.problems import answer as problem
from greffe.web.streaming import streamed

Api = Literal["v1", "v2"]
SENDER = "SSER"
ORIGIN = "DATA_ORIGIN"
VARY = "Accept, Accept-Language"
# Parts of both generations that the standard knows and this service does not offer yet.
ABSENT = ("availableconstraint", "availability", "schema", "metadata", "registration")


@dataclass(frozen=True)
class Prepared:
    """An answer that only waits to be sent; status 204 has no chunks."""

    chunks: Iterator[bytes]
    media_type: str
    headers: dict[str, str]
    status: int = 200


def routes(parts: Parts) -> list[BaseRoute]:
    """One route per entry point: tails may be left out, a slash may follow, so the parsers read the path."""

    def entry(api: Api) -> Route:
        async def answered(request: Request) -> Response:
            if request.url.path.rstrip("/") == f"/sdmx/{api}":
                return problem(request, NotFound("Ask for data or a structure.", nearest=_words(api)))
            ready = await to_thread.run_sync(_prepared, parts, api, request)
            if ready.status == 304 or ready.status == 204:
                return Response(status_code=ready.status, headers=ready.headers)
            return await streamed(ready.chunks, ready.media_type, ready.headers, body=request.method != "HEAD")

        return Route(f"/sdmx/{api}/{{rest:path}}", answered, methods=["GET", "HEAD"], include_in_schema=False)

    return [entry("v1"), entry("v2")]


def _words(api: Api) -> tuple[str, ...]:
    return ("data", "dataflow", "datastructure") if api == "v1" else ("data", "structure")


def _prepared(parts: Parts, api: Api, request: Request) -> Prepared:
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    address = path_parts(raw.decode("ascii", "replace").split("?")[0].removeprefix(f"/sdmx/{api}"))
    query = request.scope["query_string"].decode("ascii", "replace")
    head, *rest = address
    if head in ABSENT:
        raise Unsupported(f"This service does not answer {head} queries yet.", parameter=head)
    if head == "data":
        return _data(parts, api, rest, query, request)
    if api == "v2":
        if head != "structure":
            raise NotFound(f"There is no {head!r} on SDMX REST 2.x.", nearest=nearest(head, ("data", "structure")))
        return _structure(parts, api, rest, query, request)
    return _structure(parts, api, address, query, request)


def _data(parts: Parts, api: Api, address: list[str], raw: str, request: Request) -> Prepared:
    dialect = rest_v1 if api == "v1" else rest_v2
    asked = dialect.parse_data(address, raw)
    _check_size(asked, parts.settings.http.key_values_limit)
    given = _given(raw, dialect.DATA_PARAMETERS, components=True)
    choice = negotiate(request.headers.get("accept", ""), given.get("format", ""), "data", api)
    if asked.dimension_at_observation == ALL_DIMENSIONS and choice.format.syntax != "csv":
        raise Unsupported(
            "Flat messages are offered as CSV only, which is flat anyway.",
            parameter="dimensionAtObservation",
            hint="Ask for format=csv, or for TIME_PERIOD.",
        )
    parameters = _parameters(given, choice.parameters, choice.format.choices)
    catalogue, ledger, now = parts.catalogue(), parts.ledger(), parts.clock()
    found = answer.data(
        asked,
        catalogue,
        lambda flow: ledger.current(flow.reference, now),
        parts.observations,
        parts.settings.http.series_limit,
    )
    language = chosen_language(given.get("lang", ""), request.headers.get("accept-language", ""))
    release = found.release
    tag = _tag(
        release.content_hash, catalogue.checksum, api, address, raw, choice.content_type, repr(parameters), language
    )
    headers = {
        "ETag": tag,
        "Vary": VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
        "Release": str(release),
        "Data-Origin": release.origin,
        "Last-Modified": _http_date(release.effective_at),
    }
    if _unchanged(request, tag):
        return Prepared(iter(()), "", headers, 304)
    if found.empty:
        return Prepared(iter(()), "", headers, 204)
    headers["Content-Disposition"] = f'inline; filename="{_file_name(release, choice.format.syntax)}"'
    dataset = DataSet(
        dataflow=found.dataflow,
        structure=found.structure,
        codelists=found.codelists,
        names=_concepts(catalogue, found.structure),
        blocks=found.blocks,
        measures=found.written.measures,
        observations=found.written.observations,
        attributes=_attributes(found, choice.format.syntax),
        release=str(release),
        origin=release.origin,
    )
    message = DataMessage(
        header=_header(tag, release.effective_at, release.origin == "synthetic", _source(release, language)),
        datasets=(dataset,),
        language=language,
    )
    return Prepared(choice.format.write(message, parameters), choice.content_type, headers)


def _structure(parts: Parts, api: Api, address: tuple[str, ...] | list[str], raw: str, request: Request) -> Prepared:
    dialect = rest_v1 if api == "v1" else rest_v2
    asked = dialect.parse_structure(address, raw)
    given = _given(raw, dialect.STRUCTURE_PARAMETERS)
    choice = negotiate(request.headers.get("accept", ""), given.get("format", ""), "structure", api)
    catalogue, ledger = parts.catalogue(), parts.ledger()
    found = answer.structures(asked, catalogue)
    language = chosen_language(given.get("lang", ""), request.headers.get("accept-language", ""))
    tag = _tag(catalogue.checksum, api, list(address), raw, choice.content_type, language)
    headers = {
        "ETag": tag,
        "Vary": VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
    }
    if _unchanged(request, tag):
        return Prepared(iter(()), "", headers, 304)
    users = {table.reference: m for m in catalogue.maps.values() for table in m.representation_maps}
    bare = asked.detail in ("allstubs", "allcompletestubs")
    extra = {
        "structuremap": [structure_map_to_json(m) for m in found.maps],
        "representationmap": [
            representation_map_to_json(r, users[r.reference], catalogue, stub=bare) for r in found.representation_maps
        ],
    }
    since = instants.read(ledger.catalogues[-1].instant) if ledger.catalogues else parts.clock()
    chunks = choice.format.write(_header(tag, since, False, ""), found.artefacts, extra, language)
    return Prepared(chunks, choice.content_type, headers)


def _concepts(catalogue: Catalogue, structure: DataStructure) -> dict[str, Texts]:
    """Component id → names of its concept: the labels of header lines."""
    found: dict[str, Texts] = {}
    for component in structure.components:
        urn = component.concept
        item = catalogue.get(ConceptScheme, urn.reference).item(urn.item)
        if item is not None:
            found[component.id] = item.names
    return found


def _given(raw: str, known: Iterable[str], *, components: bool = False) -> dict[str, str]:
    """The parameters, those of presentation not empty: an empty one is no default, it is a mistake."""
    given = read_parameters(raw, known, components=components)
    for name in PRESENTATION:
        if given.get(name) == "":
            raise BadQuery("The parameter is empty.", parameter=name, hint="Leave it out for the default.")
    return given


def _check_size(asked: DataQuery, most: int) -> None:
    if asked.values > most:
        raise TooLarge(f"The question names {asked.values} codes; at most {most} are read.", hint="Use a wildcard.")


def _parameters(given: dict[str, str], found: Parameters, choices: object) -> Parameters:
    """`labels=` and `keys=` of the query string win over those of the media type. Raises BadQuery for a format that has
    none of it."""
    known = choices if isinstance(choices, dict) else {}
    for name in ("labels", "keys"):
        if name not in given:
            continue
        allowed = known.get(name, ())
        default = {"labels": "id", "keys": "none"}[name]
        if given[name] not in allowed and given[name] != default:
            raise BadQuery(
                f"{given[name]!r} is not offered in this format.",
                parameter=name,
                nearest=nearest(given[name], allowed),
                hint=f"Offered: {', '.join(allowed) or default}.",
            )
        found = replace(found, labels=given[name]) if name == "labels" else replace(found, keys=given[name])
    return found


def _header(tag: str, prepared: datetime, test: bool, source: str) -> Header:
    """The same question gives the same bytes: id and moment come from what is answered, not from a clock."""
    return Header(
        id=f"SSER_{tag.strip(chr(34))[:24]}",
        prepared=prepared.replace(microsecond=0).isoformat(),
        sender=SENDER,
        test=test,
        source=source,
    )


def _source(release: Release, language: str) -> str:
    if release.origin == "synthetic":
        words = {"fr": "Chiffres SYNTHÉTIQUES, inventés pour essai"}
        return f"{words.get(language, 'SYNTHETIC figures, invented for trials')}; {release}"
    return f"{release.provider}; {release}"


def _attributes(found: answer.DataAnswer, syntax: str) -> tuple[str, ...]:
    """CSV has no header that says Test: invented figures keep their mark whatever attributes were asked for (D13)."""
    asked = tuple(found.written.attributes)
    if syntax == "csv" and found.release.origin == "synthetic" and ORIGIN not in asked:
        return (*asked, ORIGIN)
    return asked


def _tag(*parts: object) -> str:
    """A strong tag of what is answered and of the program that writes it."""
    return f'"{hashlib.sha256(repr((__version__, *parts)).encode()).hexdigest()[:40]}"'


def _unchanged(request: Request, tag: str) -> bool:
    asked = request.headers.get("if-none-match", "")
    return asked.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in asked.split(",")]


def _http_date(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _file_name(release: Release, syntax: str) -> str:
    kind = "-SYNTHETIC" if release.origin == "synthetic" else ""
    return f"{release.dataflow.id}-{release.number}{kind}.{syntax}"
