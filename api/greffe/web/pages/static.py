"""Style sheets, scripts and icons, from the wheel: `/static/CHECKSUM/NAME` never changes and is kept for a year.

A ministry's theme is a folder of its own (GREFFE_THEME): `theme.css`, `theme.js` and what they need are served in the same
way, `header.html` and `footer.html` replace ours (docs/how-to/a-theme-of-your-own.md).
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Final

import zstandard
from fastapi import APIRouter, Request
from starlette.responses import Response

from greffe.errors import NotFound
from greffe.release.parts import Parts
from greffe.web.encodings import OFFERED, admitted_encoding

FOLDER: Final = Path(__file__).parent / "static"
_TEXTS: Final = (".css", ".js", ".svg", ".json", ".map")  # fonts and pictures are compressed in themselves
_KINDS: Final = {".woff2": "font/woff2", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def address(name: str, theme: Path | None = None) -> str:
    """Where an asset is to be had."""
    return f"/static/{_known(theme)[name][0]}/{name}"


def themed(name: str, theme: Path | None) -> bool:
    """Whether the theme brings that file."""
    return theme is not None and name in _known(theme) and name not in _ours()


def router(parts: Parts) -> APIRouter:
    """The route /static."""
    routes = APIRouter()

    @routes.get("/static/{checksum}/{name:path}", include_in_schema=False)
    def static(request: Request, checksum: str, name: str) -> Response:
        known = _known(parts.settings.theme).get(name)
        if known is None or known[0] != checksum:
            raise NotFound(f"There is no asset {name[:100]}.")
        kind = _KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": kind}
        if Path(name).suffix not in _TEXTS:
            return Response(known[1].read_bytes(), headers=headers)
        coding = admitted_encoding(request.headers.get("accept-encoding", ""))
        headers |= {"Vary": "Accept-Encoding", **({"Content-Encoding": coding} if coding else {})}
        return Response(_bytes(known[1], checksum, coding), headers=headers)

    return routes


@cache
def _bytes(file: Path, checksum: str, coding: str) -> bytes:
    """A file as it is sent, read and compressed once, as hard as it goes."""
    body = file.read_bytes()
    if coding == "gzip":
        return gzip.compress(body, 9, mtime=0)
    return zstandard.ZstdCompressor(level=19).compress(body) if coding == "zstd" else body


def prepare(theme: Path | None) -> None:
    """Compress everything, before somebody asks."""
    for name, (checksum, file) in _known(theme).items():
        for coding in OFFERED if Path(name).suffix in _TEXTS else ():
            _bytes(file, checksum, coding)


@cache
def _ours() -> dict[str, tuple[str, Path]]:
    return _listed(FOLDER)


@cache
def _known(theme: Path | None) -> dict[str, tuple[str, Path]]:
    """Name → (checksum, file); a theme adds its own, and cannot replace ours unseen. All files of a theme stand under one
    checksum, so that its style sheets find its fonts and pictures by their relative names."""
    if theme is None:
        return _ours()
    files = _listed(theme)
    whole = hashlib.sha256("".join(f"{n}{c}" for n, (c, _) in files.items()).encode()).hexdigest()[:16]
    return {**{name: (whole, file) for name, (_, file) in files.items()}, **_ours()}


def _listed(folder: Path) -> dict[str, tuple[str, Path]]:
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.suffix not in (".html", ".md", ".txt")]
    return {f.relative_to(folder).as_posix(): (hashlib.sha256(f.read_bytes()).hexdigest()[:16], f) for f in files}
