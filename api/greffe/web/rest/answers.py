"""What every SDMX answer shares: the request in the standard's terms, tags, headers, the header of a message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Literal

from starlette.requests import Request

from greffe import __version__
from greffe.errors import BadQuery
from greffe.model.dataset import Header
from greffe.query.parameters import PRESENTATION, path_parts, read_parameters
from greffe.release.parts import Parts
from greffe.web.language import chosen_language

Api = Literal["v1", "v2"]
SENDER: Final = "SSER"
VARY: Final = "Accept, Accept-Encoding, Accept-Language"


@dataclass(frozen=True)
class Asked:
    """A request: `address` are the decoded parts after the entry point (`data`, `dataflow` …), `raw` the query string."""

    parts: Parts
    api: Api
    address: tuple[str, ...]
    raw: str
    url: str
    accept: str = ""
    languages: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""

    @classmethod
    def of(cls, parts: Parts, api: Api, request: Request) -> Asked:
        """Reads the raw path by hand: each part is decoded once. Raises BadQuery."""
        path = (
            (request.scope.get("raw_path") or request.scope["path"].encode()).decode("ascii", "replace").split("?")[0]
        )
        headers = request.headers
        return cls(
            parts,
            api,
            path_parts(path.removeprefix(f"/sdmx/{api}")),
            request.scope["query_string"].decode("ascii", "replace"),
            str(request.url),
            headers.get("accept", ""),
            headers.get("accept-language", ""),
            headers.get("if-none-match", ""),
            headers.get("if-modified-since", ""),
        )

    def given(self, known: Iterable[str], *, components: bool = False) -> dict[str, str]:
        """The parameters, those of presentation not empty: an empty one is no default, it is a mistake."""
        given = read_parameters(self.raw, known, components=components)
        for name in PRESENTATION:
            if given.get(name) == "":
                raise BadQuery("The parameter is empty.", parameter=name, hint="Leave it out for the default.")
        return given

    def language(self, given: dict[str, str]) -> str:
        """The language of labels."""
        return chosen_language(given.get("lang", ""), self.languages)

    def unchanged(self, tag: str, modified: datetime) -> bool:
        """Whether the client has this answer: by its tag, or when it sends none, by the date (HTTP-09)."""
        if self.if_none_match:
            tags = [t.strip().removeprefix("W/") for t in self.if_none_match.split(",")]
            return "*" in tags or tag in tags
        since = _date(self.if_modified_since)
        return since is not None and modified.replace(microsecond=0) <= since


@dataclass(frozen=True)
class Prepared:
    """An answer that only waits to be sent; 204 and 304 have no chunks."""

    chunks: Iterator[bytes]
    media_type: str
    headers: dict[str, str]
    status: int = 200

    @classmethod
    def bare(cls, status: int, headers: dict[str, str]) -> Prepared:
        """An answer without a body."""
        return cls(iter(()), "", headers, status)


def tag_of(*parts: object) -> str:
    """A strong tag of what is answered and of the program that writes it."""
    return f'"{hashlib.sha256(repr((__version__, *parts)).encode()).hexdigest()[:40]}"'


def headers_of(tag: str, language: str, modified: datetime) -> dict[str, str]:
    """Headers of a good answer and of a 304. `modified`: when what it says took effect."""
    return {
        "ETag": tag,
        "Vary": VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
        "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
    }


def header_of(tag: str, prepared: datetime, *, test: bool = False, source: str = "") -> Header:
    """The same question gives the same bytes: id and moment come from what is answered, not from a clock."""
    return Header(
        id=f"SSER_{tag.strip(chr(34))[:24]}",
        prepared=prepared.replace(microsecond=0).isoformat(),
        sender=SENDER,
        test=test,
        source=source,
    )


def _date(text: str) -> datetime | None:
    """An HTTP date, or the dateTime of the OpenAPI description (HTTP-09); what cannot be read counts as absent."""
    if not text:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
