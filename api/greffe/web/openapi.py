"""The OpenAPI description: plain REST from its routes, the two SDMX entry points from what their parsers take."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from greffe.web import openapi_answers as answers
from greffe.web.models import Problem
from greffe.web.openapi_sdmx import paths as sdmx_paths
from greffe.web.openapi_shapes import Json

TAGS: Final = (
    ("SDMX REST 1.5", "The standard's interface of 2021, with the words of SDMX 2.1. /sdmx/v1/dataflow begins."),
    ("SDMX REST 2.x", "The standard's interface of SDMX 3.x. /sdmx/v2/structure/dataflow begins."),
    ("Plain REST", "JSON for people who do not speak SDMX. /api/v1/dataflows begins."),
    ("With a key", "For recipients and auditors, with a key that an administrator made. Kept by nobody on the way."),
    ("Health", "For whoever runs the service."),
)
DESCRIPTION: Final = (
    "Figures are read, never written, here; standing orders and queries about deliveries are made by POST, with a key. "
    "Every address answers GET, HEAD and OPTIONS, to everybody unless it asks for a key. "
    "An unknown parameter is refused (400) with the nearest known one; nothing is silently ignored. "
    "The format is chosen by Accept or by format=, the language by Accept-Language or lang=."
)


def describe(app: FastAPI) -> Json:
    """The whole description, made once per application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=DESCRIPTION,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        document["servers"] = [{"url": "/"}]
        document["tags"] = [{"name": name, "description": words} for name, words in TAGS]
        for operation in (o for path in document["paths"].values() for o in path.values()):
            operation["responses"].pop("422", None)  # what FastAPI announces; a request that cannot be read is 400 here
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        document["paths"].update(sdmx_paths())
        document["components"]["schemas"].update(answers.SCHEMAS, Problem=Problem.model_json_schema())
        shared = {"headers": answers.HEADERS, "parameters": answers.PARAMETERS, "responses": answers.RESPONSES}
        document["components"].update(shared)
        for item in document["paths"].values():
            item |= _beside(item["get"])
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


def _beside(operation: Json) -> Json:
    """HEAD and OPTIONS of what GET answers."""
    name, parameters, found = str(operation["operationId"]), operation.get("parameters"), operation["responses"]
    tags = {"tags": operation.get("tags", [])}
    head = {
        **tags,
        "operationId": f"{name}_head",
        "summary": f"Headers alone of: {operation['summary']}",
        **({"parameters": parameters} if parameters else {}),
        **({"security": operation["security"]} if "security" in operation else {}),
        "responses": answers.headers_only(found if isinstance(found, dict) else {}),
    }
    in_path = [p for p in parameters if p.get("in") == "path"] if isinstance(parameters, list) else []
    options = {
        **tags,
        "operationId": f"{name}_options",
        "summary": f"What is answered at: {operation['summary']}",
        **({"parameters": in_path} if in_path else {}),
        "responses": {"204": {"$ref": "#/components/responses/Options"}},
    }
    return {"head": head, "options": options}


def _part(whole: Json, prefix: str, title: str) -> Json:
    """The document of one entry point: its paths, what they refer to, and no link that leads out of it."""
    paths = whole["paths"]
    mine = copy.deepcopy({p: v for p, v in paths.items() if p.startswith(prefix)} if isinstance(paths, dict) else {})
    info = copy.deepcopy(whole["info"])
    known = set(re.findall(r'"operationId": "(\w+)"', json.dumps([_without_links(p) for p in mine.values()])))
    for item in mine.values():
        for answer in item["get"]["responses"].values():
            linked = {n: to for n, to in answer.pop("links", {}).items() if to["operationId"] in known}
            if linked:
                answer["links"] = linked
    return {
        "openapi": "3.1.0",
        "info": {**(info if isinstance(info, dict) else {}), "title": title},
        "servers": whole["servers"],
        "tags": [{"name": n, "description": w} for n, w in TAGS if n in title or n[:-2] in title],
        "paths": mine,
        "components": _used(whole["components"], mine),
    }


def _without_links(item: Json) -> object:
    return [{"operationId": o["operationId"]} for o in item.values() if isinstance(o, dict)]


def _used(components: object, paths: Json) -> Json:
    """The components that those paths refer to, and what these refer to."""
    out: dict[str, dict[str, object]] = {}
    waiting = list(_references(paths))
    while waiting:
        kind, name = waiting.pop()
        found = components[kind][name] if isinstance(components, dict) else None
        if name not in out.setdefault(kind, {}):
            out[kind][name] = found
            waiting += _references(found)
    return {kind: dict(sorted(found.items())) for kind, found in sorted(out.items())}


def _references(within: object) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'"\$ref": "#/components/(\w+)/([^"]+)"', json.dumps(within))
