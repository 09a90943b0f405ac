"""What the service says of itself: `/status`, `/changes`, `/accessibility`."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe import __version__
from greffe.errors import GreffeError
from greffe.model.instants import paris_day
from greffe.release.parts import Parts
from greffe.settings import shipped_file
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.strict import only

STANDARDS: Final = (
    ("SDMX REST", "1.5, 2.2"), ("SDMX-ML", "2.1, 3.0, 3.1"), ("SDMX-JSON", "1.0, 2.0, 2.1"), ("SDMX-CSV", "1.0, 2.0, 2.1"),
    ("JSON-stat", "2.0"), ("DCAT-AP", "3.0"), ("Atom", "RFC 4287"), ("iCalendar", "RFC 5545"), ("OpenAPI", "3.1"),
)  # fmt: skip
PARTS: Final = ("duckdb", "pyarrow", "fastapi", "sqlalchemy", "rdflib")
_MARK: Final = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass
class Chapter:
    """A version of the changes: paragraphs and points, each a list of pieces (kind, text); kinds: text, code."""

    title: str
    points: list[list[tuple[str, str]]] = field(default_factory=list)


def router(parts: Parts) -> APIRouter:
    """The routes /status, /changes and /accessibility."""
    routes, pages = APIRouter(dependencies=[Depends(only("lang"))]), Pages(parts)

    @routes.get("/status", include_in_schema=False)
    def status(request: Request, visitor: Looking) -> Response:
        values, code = _status(parts)
        response = pages.show(request, visitor, "portal/status.html", values, code)
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/changes", include_in_schema=False)
    def changes(request: Request, visitor: Looking) -> Response:
        return pages.show(request, visitor, "portal/changes.html", {"chapters": chapters()})

    @routes.get("/accessibility", include_in_schema=False)
    def accessibility(request: Request, visitor: Looking) -> Response:
        settings = parts.settings
        values = {"contact": settings.contact, "contact_link": settings.contact_link if settings.contact else ""}
        return pages.show(request, visitor, "portal/accessibility.html", values)

    return routes


def _status(parts: Parts) -> tuple[dict[str, object], int]:
    """What is asked of the parts now, and the status of the answer: 503 when figures cannot be answered."""
    found: dict[str, object] = {
        "register": False, "catalogue": False, "last": None, "released": 0, "checksum": "", "since": "", "mended": (),
        "versions": [("Greffe", __version__), ("Python", platform.python_version()), *_versions()], "standards": STANDARDS,
    }  # fmt: skip
    try:
        ledger, now = parts.ledger(), parts.clock()
        found["register"] = True
        version_ = parts.effective()
        found |= {"checksum": version_.checksum[:16], "since": paris_day(version_.instant)}
        current = [
            r for flow in parts.catalogue().dataflows() if (r := ledger.current(flow.reference, now)) is not None
        ]
        found |= {"catalogue": True, "released": len(current)}
        found["last"] = max(current, key=lambda r: (r.effective_at, r.name), default=None)
        found["mended"] = tuple(parts.observations.mended())[-10:]
    except GreffeError:
        return found, 503
    return found, 200


def _versions() -> Iterator[tuple[str, str]]:
    for name in PARTS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


@cache
def chapters() -> tuple[Chapter, ...]:
    """CHANGELOG.md as it was shipped: `## ` begins a version, `- ` a point, what follows belongs to it."""
    found: list[Chapter] = []
    lines: list[str] = []
    for line in (*shipped_file("CHANGELOG.md").read_text("utf-8").splitlines(), "## "):
        begins = line.startswith(("## ", "- "))
        if (begins or not line.strip()) and lines:
            found[-1].points.append(list(_pieces(" ".join(lines))))
            lines = []
        if line.startswith("## "):
            found.append(Chapter(line[3:].strip()))
        elif found and line.strip():
            lines.append(line.removeprefix("- ").strip())
    return tuple(found[:-1])


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text and code; of a link its words: it leads into the repository."""
    end = 0
    for mark in _MARK.finditer(text):
        yield "text", text[end : mark.start()]
        yield ("code", mark[1]) if mark[1] else ("text", mark[2])
        end = mark.end()
    yield "text", text[end:]
