"""The OpenAPI description: plain REST from its routes, the two SDMX entry points from what their parsers take."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from greffe.formats.format import Kind
from greffe.formats.negotiation import OFFERED
from greffe.model.references import AGENCY, ID, VERSION
from greffe.query import availability, metadata, schema
from greffe.query.resources import V1_WITH_ITEMS, V2_WITH_ITEMS
from greffe.query.rest_v1 import DATA_PARAMETERS as V1_DATA
from greffe.query.rest_v1 import RESOURCES as V1_RESOURCES
from greffe.query.rest_v1 import STRUCTURE_PARAMETERS as V1_STRUCTURE
from greffe.query.rest_v2 import CONTEXTS
from greffe.query.rest_v2 import DATA_PARAMETERS as V2_DATA
from greffe.query.rest_v2 import RESOURCES as V2_RESOURCES
from greffe.query.rest_v2 import STRUCTURE_PARAMETERS as V2_STRUCTURE

Json = dict[str, object]


def describe(app: FastAPI) -> Json:
    """The whole description, made once per application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        document["servers"] = [{"url": "/"}]
        for operation in (o for path in document["paths"].values() for o in path.values()):
            operation["responses"].pop("422", None)  # what FastAPI announces; a request that cannot be read is 400 here
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        document["paths"].update(sdmx_paths())
        app.openapi_schema = document
    found: Json = app.openapi_schema
    return found


def descriptions(app: FastAPI) -> dict[str, Json]:
    """File name → document, as committed under openapi/."""
    whole = describe(app)
    return {
        "greffe.yaml": whole,
        "sdmx-rest-1.5.yaml": _part(whole, "/sdmx/v1", "SDMX REST 1.5 as this service answers it"),
        "sdmx-rest-2.yaml": _part(whole, "/sdmx/v2", "SDMX REST 2.x as this service answers it"),
    }


def _part(whole: Json, prefix: str, title: str) -> Json:
    paths = whole["paths"]
    mine = {p: v for p, v in paths.items() if p.startswith(prefix)} if isinstance(paths, dict) else {}
    info = copy.deepcopy(whole["info"])
    return {"openapi": "3.1.0", "info": {**(info if isinstance(info, dict) else {}), "title": title}, "paths": mine}


def sdmx_paths() -> dict[str, Json]:
    """Paths of both entry points. Tails may be left out from the end: each length is a path of its own."""
    paths: dict[str, Json] = {}
    v1_data = [_path("flow", "ESTAT_CRIM_OFF_CAT", "ID | AGENCY,ID | AGENCY,ID,VERSION")]
    v1_data += [_path("key", "A.ICCS0101..FR", "One slot per dimension; empty = any, + = or; all")]
    v1_data += [_path("provider", "all", "all, an id, or AGENCY,ID; + = or")]
    _tails(paths, "/sdmx/v1/data", v1_data, 1, V1_DATA, "data", "v1", "data")
    structure = [_path("agency", "SSER", "Agency; all"), _path("id", "all", "Artefact id; all; + = or")]
    structure += [_path("version", "latest", "Version; all; latest"), _path("item", "all", "Item of a scheme")]
    resource = _path("resource", "dataflow", "Kind of artefact", V1_RESOURCES)
    _tails(paths, "/sdmx/v1", [resource, *structure[:3]], 1, V1_STRUCTURE, "structure", "v1")
    schemes = _path("resource", "codelist", "Kind of item scheme", V1_WITH_ITEMS)
    _tails(paths, "/sdmx/v1", [schemes, *structure], 5, V1_STRUCTURE, "item", "v1")
    v2_data = [_path("context", "dataflow", "What the id names; * = any", CONTEXTS)]
    v2_data += [_path("agency", "SSER", "Agency; * = any; , = or"), _path("id", "ESTAT_CRIM_OFF_CAT", "Id; * ; ,")]
    v2_data += [_path("version", "1.0.0", "Version; + latest stable; ~ latest; *")]
    v2_data += [_path("key", "A.ICCS0101.*.FR", "Keys with one slot per dimension; * = any; , = or")]
    _tails(paths, "/sdmx/v2/data", v2_data, 1, V2_DATA, "data", "v2", "data")
    v2_structure = [_path("agency", "SSER", "Agency; *"), _path("id", "*", "Id; *"), _path("version", "~", "Version")]
    kind = _path("type", "dataflow", "Type of artefact; * = any", V2_RESOURCES)
    _tails(paths, "/sdmx/v2/structure", [kind, *v2_structure], 1, V2_STRUCTURE, "structure", "v2")
    schemes = _path("type", "codelist", "Type of item scheme", V2_WITH_ITEMS)
    items = [schemes, *v2_structure, _path("item", "A", "Items; , = or")]
    _tails(paths, "/sdmx/v2/structure", items, 5, V2_STRUCTURE, "item", "v2")
    component = _path("component", "geo", "Dimensions that are told; several joined as in lists")
    v1_available = [*v1_data, component]
    _tails(paths, "/sdmx/v1/availableconstraint", v1_available, 1, availability.V1_PARAMETERS, "availability", "v1")
    told = _path("context", "dataflow", "What the id names", availability.V2_CONTEXTS)
    v2_available = [told, *v2_data[1:], component]
    _tails(paths, "/sdmx/v2/availability", v2_available, 1, availability.V2_PARAMETERS, "availability", "v2")
    _schemas(paths)
    _reports(paths)
    return paths


def _schemas(paths: dict[str, Json]) -> None:
    """One artefact is named: no wildcards, no lists."""
    named = [
        _path("agency", "SSER", "Agency", like="one agency"),
        _path("id", "ESTAT_CRIM_OFF_CAT", "Id", like="one id"),
        _path("version", "1.0.0", "Version; the latest unless given", like="one version"),
    ]
    for api, contexts, known in (
        ("v1", schema.V1_CONTEXTS, schema.V1_PARAMETERS),
        ("v2", schema.V2_CONTEXTS, schema.V2_PARAMETERS),
    ):
        context = _path("context", "dataflow", "What the id names", contexts)
        _tails(paths, f"/sdmx/{api}/schema", [context, *named], 3, known, "schema", api, "schema")


def _reports(paths: dict[str, Json]) -> None:
    """Reference metadata by their own name, by their flow, by what they are about."""
    named = [_path("agency", "SSER", "Agency; *"), _path("id", "*", "Id; *"), _path("version", "~", "Version")]
    provider = _path("provider", "SSER", "Provider: ID or AGENCY.ID; , = or", like="one id")
    kind = _path("type", "dataflow", "Type of artefact; * = any", V2_RESOURCES)
    ways = {"metadataset": named, "metadataflow": [*named, provider], "structure": [kind, *named]}
    for way, parts in ways.items():
        root = f"/sdmx/v2/metadata/{way}"
        _tails(paths, root, parts, 1, metadata.PARAMETERS, f"metadata_{way}", "v2", "metadata")


# What a part may look like; how many slots a key has is the structure's matter, which no pattern can say.
PATTERNS = {
    "flow": rf"^(?:{AGENCY},)?{ID}(?:,(?:{VERSION}|latest))?$",
    "key": r"^[A-Za-z0-9_@$+.,*\-]{1,200}$",
    "provider": rf"^(?:(?:{AGENCY},)?{ID})(?:\+(?:{AGENCY},)?{ID})*$",
    "agency": rf"^(?:{AGENCY}|\*|all)$",
    "id": rf"^(?:{ID}|\*|all)$",
    "version": rf"^(?:{VERSION}|latest|all|~|\+|\*)$",
    "item": rf"^{ID}$",
    "component": rf"^{ID}$",
    "one agency": rf"^{AGENCY}$",
    "one id": rf"^{ID}$",
    "one version": rf"^{VERSION}$",
}


def _path(name: str, example: str, words: str, choices: Iterable[str] = (), like: str = "") -> Json:
    known = list(choices)
    pattern = PATTERNS.get(like or name, "")
    schema: Json = {"type": "string", "enum": known} if known else {"type": "string", "pattern": pattern}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": words,
        "schema": schema,
        "example": example,
    }


def _tails(
    paths: dict[str, Json],
    root: str,
    parts: list[Json],
    least: int,
    query: dict[str, Json],
    kind: str,
    api: str,
    offered: Kind = "structure",
) -> None:
    """A path for each length; `offered` says of which kind the answers are."""
    for length in range(least, len(parts) + 1):
        mine = parts[:length]
        address = root + "".join(f"/{{{p['name']}}}" for p in mine)
        name = f"{api}_{kind}_{length}"
        paths[address] = {
            "get": {
                "tags": [f"SDMX REST {'1.5' if api == 'v1' else '2.x'}"],
                "operationId": name,
                "summary": f"{kind} query",
                "parameters": [*mine, *({"name": n, "in": "query", **spec} for n, spec in query.items())],
                "responses": _responses(offered, api),
            }
        }


def _responses(offered: Kind, api: str) -> Json:
    good: Json = {f.content_type: {"schema": {}} for f in OFFERED[offered]}
    error = {"application/xml": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}}
    words = {
        "200": "The answer, in the format that was asked",
        "400": "The address or a parameter cannot be read",
        "404": "No such artefact, or nothing matches",
        "406": "No such format or language",
        "413": "Too much was asked at once",
        "414": "The address is too long",
        "501": "Known to the standard, not offered here",
        "503": "Try again later",
    }
    words |= {"403": "Semantic error"} if api == "v1" else {"204": "Nothing matches", "422": "Semantic error"}
    out: Json = {}
    for status, text in sorted(words.items()):
        content = good if status == "200" else error
        out[status] = {"description": text} if status == "204" else {"description": text, "content": content}
    return out
