"""Answers in the OpenAPI description of both SDMX entry points: statuses, bodies, headers, and what each leads on to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.formats.format import Api, Kind
from greffe.formats.negotiation import OFFERED
from greffe.web.openapi_shapes import Json

_TEXT: Final[Json] = {"type": "string"}
# Header → what it says, an example, and whether every good answer has it.
_HEADERS: Final[dict[str, tuple[str, str, bool]]] = {
    "ETag": ("Strong tag of these bytes", '"5f2c81-gzip"', True),
    "Last-Modified": ("When what is said took effect", "Tue, 24 Nov 2026 10:00:00 GMT", True),
    "Vary": ("Request headers that the answer depends on", "Accept, Accept-Encoding, Accept-Language", True),
    "Content-Language": ("Language of texts that stand in one language", "fr", True),
    "Cache-Control": ("Ask again before using a kept answer", "public, max-age=0, must-revalidate", True),
    "Access-Control-Allow-Origin": ("Any web page may read this", "*", True),
    "Release": ("Releases that the figures are of", "SSER:ESTAT_CRIM_OFF_CAT(1.0.0)#1", False),
    "Data-Origin": ("real, or synthetic as soon as one figure is invented", "synthetic", False),
    "Link": (
        "What describes the quality of the figures: a page, and SDMX reference metadata",
        '</quality/ESTAT_CRIM_OFF_CAT?release=1>; rel="describedby"; type="text/html"',
        False,
    ),
    "Content-Disposition": ("A name for the file", 'inline; filename="ESTAT_CRIM_OFF_CAT-1.csv"', False),
    "Content-Encoding": ("gzip or zstd", "gzip", False),
    "Accept-Ranges": ("This answer may be asked for in parts", "bytes", False),
    "Content-Range": ("Which part this is, of how many bytes", "bytes 0-99/1234", False),
    "Retry-After": ("Seconds", "5", False),
    "Allow": ("Methods that are answered", "GET, HEAD, OPTIONS", True),
}
HEADERS: Final[Json] = {
    name: {"description": words, "schema": _TEXT, "example": example, **({"required": True} if always else {})}
    for name, (words, example, always) in _HEADERS.items()
}
_ALWAYS: Final = [n for n, (_, _, always) in _HEADERS.items() if always and n != "Allow"]
_REQUEST: Final[dict[str, tuple[str, str]]] = {
    "Accept-Language": ("Languages with weights; en where none of them is there", "fr, en;q=0.5"),
    "Accept-Encoding": ("Codings with weights; zstd and gzip are there", "gzip"),
    "If-None-Match": ("Tags of answers that the client has: 304 when one is this answer's", '"5f2c81"'),
    "If-Modified-Since": ("Moment of the answer that the client has", "Tue, 24 Nov 2026 10:00:00 GMT"),
    "Range": ("Parts of a Parquet or XLSX file; ignored for every other format", "bytes=0-1023"),
}
# Accept is not among them: OpenAPI says by the media types of the answers what it may be.
PARAMETERS: Final[Json] = {
    name: {"name": name, "in": "header", "description": words, "required": False, "schema": _TEXT, "example": example}
    for name, (words, example) in _REQUEST.items()
}
SCHEMAS: Final[Json] = {
    "SdmxJsonError": {
        "type": "object",
        "description": "SDMX-JSON 2.1 message with errors",
        "required": ["meta", "errors"],
        "properties": {
            "meta": {"type": "object"},
            "errors": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["code", "title", "detail"],
                    "properties": {"code": {"type": "integer"}, "title": _TEXT, "detail": _TEXT},
                },
            },
        },
    },
    "SdmxJson": {"type": "object", "description": "SDMX-JSON message", "required": ["meta"]},
    "Text": {"type": "string", "description": "A message in that format"},
}
_ERRORS: Final[dict[str, str]] = {
    "400": "The address or a parameter cannot be read",
    "403": "Semantic error: it reads well and means nothing here",
    "404": "No such artefact, or nothing matches",
    "406": "No such format, language or content coding",
    "413": "Too much was asked at once",
    "414": "The address is too long",
    "416": "The file has no such part",
    "422": "Semantic error: it reads well and means nothing here",
    "501": "Known to the standard, not offered here; the message says why",
    "503": "Try again later",
}


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _headers(*names: str) -> Json:
    return {name: _reference("headers", name) for name in names}


def _error(status: str) -> Json:
    body: Json = {
        "application/xml": {"schema": _reference("schemas", "Text")},
        "application/json": {"schema": _reference("schemas", "SdmxJsonError")},
    }
    told = ["Vary", "Content-Language", "Cache-Control", "Access-Control-Allow-Origin"]
    told += {"503": ["Retry-After"], "416": ["Content-Range"]}.get(status, [])
    return {"description": _ERRORS[status], "headers": _headers(*told), "content": body}


RESPONSES: Final[Json] = {
    **{f"Error{status}": _error(status) for status in _ERRORS},
    "NotModified": {"description": "The client has this answer", "headers": _headers(*_ALWAYS)},
    "NoContent": {"description": "Nothing matches", "headers": _headers(*_ALWAYS)},
    "Options": {"description": "What is answered here", "headers": _headers("Allow", "Access-Control-Allow-Origin")},
}


def responses(kind: Kind, family: str, api: Api, links: Json) -> Json:
    """Status → answer of a question that is offered."""
    told = [*_ALWAYS, "Content-Encoding"]
    told += {"data": ["Release", "Data-Origin", "Link", "Content-Disposition", "Accept-Ranges"]}.get(family, [])
    told += {"availability": ["Data-Origin"]}.get(family, [])
    good: Json = {"description": "The answer, in the format that was asked", "headers": _headers(*told)}
    good["content"] = _bodies(kind)
    out: Json = {"200": good | ({"links": links} if links else {}), "304": _reference("responses", "NotModified")}
    if family == "data":
        part = {t: {"schema": _TEXT} for t in [*_ranged(), "multipart/byteranges"]}
        head = _headers(*told, "Content-Range")
        out["206"] = {"description": "The parts that were asked for", "headers": head, "content": part}
    if api == "v2" and family in ("data", "availability", "metadata"):
        out["204"] = _reference("responses", "NoContent")
    statuses = ["400", "404", "406", "413", "414", "501", "503", "403" if api == "v1" else "422"]
    statuses += ["416"] if family == "data" else []
    return dict(sorted((out | {s: _reference("responses", f"Error{s}") for s in statuses}).items()))


def refusals(*statuses: str) -> Json:
    """Answers of what is never offered."""
    return {s: _reference("responses", f"Error{s}") for s in sorted(statuses)}


def headers_only(found: Json) -> Json:
    """The same answers to HEAD: no bodies, nothing to follow, never in parts."""
    out: Json = {}
    for status, one in found.items():
        if status in ("206", "416") or not isinstance(one, dict):
            continue
        name = str(one.get("$ref", "")).rpartition("/")[2]
        full = RESPONSES.get(name, one)
        out[status] = (
            {k: v for k, v in full.items() if k in ("description", "headers")} if isinstance(full, dict) else {}
        )
    return out


def _bodies(kind: Kind) -> Json:
    """Content type → schema, for every format of the table and its older names."""
    out: Json = {}
    for one in OFFERED[kind]:
        sdmx = one.syntax == "json" and "sdmx" in one.media_type and "schema" not in one.media_type
        message = "SdmxJson" if sdmx else ""
        schema = _reference("schemas", message) if message else {}
        out |= {t: {"schema": schema} for t in (one.content_type, *one.aliases)}
    plain = {"application/xml": "xml", "text/xml": "xml", "text/csv": "csv", "application/csv": "csv",
             "application/json": "json"}  # fmt: skip
    syntaxes = {f.syntax for f in OFFERED[kind]}
    return out | {t: {"schema": {}} for t, syntax in plain.items() if syntax in syntaxes}


def _ranged() -> Sequence[str]:
    return [f.content_type for f in OFFERED["data"] if f.ranged]


def _from_body(words: str) -> Json:
    """agencyID, resourceID and version of the first artefact of an SDMX-JSON structure message."""
    at = f"$response.body#/data/{words}/0"
    return {"agencyID": f"{at}/agencyID", "resourceID": f"{at}/id", "version": f"{at}/version"}


_SAME: Final[Json] = {n: f"$request.path.{n}" for n in ("agencyID", "resourceID", "version")}


def _link(operation: str, words: str, **parameters: object) -> Json:
    return {"operationId": operation, "description": words, "parameters": parameters}


def links(name: str) -> Json:
    """What an operation's answer leads on to: flow → structure → data → availability → schema → series."""
    flow, structure = _from_body("dataflows"), _from_body("dataStructures")
    data = _link("v2_data_4", "Its figures", context="dataflow", **flow)
    series = _link("list_series", "The same figures in plain REST", dataflow="$request.path.resourceID")
    schema = _link("v2_schema_4", "What is valid there", context="dataflow", **_SAME)
    available = _link("v2_availability_4", "What data there are", context="dataflow", **_SAME)
    found: dict[str, Json] = {
        "v2_structure_4": {
            "datastructure": _link(
                "v2_structure_4", "How it is made", structureType="datastructure", **structure, references="none"
            ),
            "data": data,
            "availability": _link("v2_availability_4", "What data there are", context="dataflow", **flow),
            "schema": _link("v2_schema_4", "What is valid", context="datastructure", **structure),
        },
        "v2_data_4": {"availability": available, "schema": schema, "series": series},
        "v2_data_5": {"availability": available, "schema": schema, "series": series},
        "v2_availability_4": {"data": _link("v2_data_4", "These data", context="dataflow", **_SAME), "schema": schema},
        "v2_schema_4": {
            "data": _link("v2_data_4", "Figures that keep to it", context="$request.path.context", **_SAME)
        },
        "v1_structure_4": {
            "data": _link("v1_data_1", "Its figures", flow="$response.body#/data/dataflows/0/id"),
            "schema": _link("v1_schema_4", "What is valid there", context="dataflow", **flow),
        },
        "v1_data_1": {
            "availability": _link("v1_availability_1", "What data there are", flow="$request.path.flow"),
            "key": _link("v1_data_2", "All of it by its key", flow="$request.path.flow", key="all"),
        },
        "v1_availability_1": {"data": _link("v1_data_1", "These data", flow="$request.path.flow")},
    }
    return found.get(name, {})
