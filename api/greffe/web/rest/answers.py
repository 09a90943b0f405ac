"""What every SDMX answer shares: the request in the standard's terms, tags, headers, the header of a message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Literal

from starlette.requests import Request

from greffe import __version__
from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, TooLarge
from greffe.model import instants
from greffe.model.dataset import Header
from greffe.query.parameters import PRESENTATION, path_parts, read_parameters
from greffe.query.queries import DataQuery
from greffe.release.parts import Parts
from greffe.web.encodings import chosen_encoding
from greffe.web.language import chosen_language
from greffe.web.problems import VARY

Api = Literal["v1", "v2"]
SENDER: Final = "SSER"


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
    encodings: str = ""
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
            _public(parts, path, request.scope["query_string"].decode("ascii", "replace")),
            headers.get("accept", ""),
            headers.get("accept-language", ""),
            headers.get("accept-encoding", ""),
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

    def check_size(self, question: DataQuery) -> None:
        """Raises TooLarge for a question that names more codes than are read."""
        most = self.parts.settings.http.key_values_limit
        if question.values > most:
            raise TooLarge(
                f"The question names {question.values} codes; at most {most} are read.", hint="Use a wildcard."
            )

    def definitions(self, as_of: datetime | None) -> tuple[Catalogue, datetime]:
        """The catalogue that is effective, or was at that moment, and since when."""
        catalogue = self.parts.catalogue() if as_of is None else self.parts.catalogue_at(as_of)
        return catalogue, changed_at(self.parts, as_of)

    def language(self, given: dict[str, str]) -> str:
        """The language of labels."""
        return chosen_language(given.get("lang", ""), self.languages)

    def encoding(self, given: dict[str, str], *, packed: bool = False) -> str:
        """The content coding of the answer; none for a format that is compressed in itself (`packed`)."""
        found = chosen_encoding(self.encodings, given.get("compression", ""))
        return "" if packed else found

    def unchanged(self, headers: Mapping[str, str]) -> bool:
        """Whether the client has the answer with those headers (HTTP-09)."""
        return has(self.if_none_match, self.if_modified_since, headers)


def _public(parts: Parts, path: str, query: str) -> str:
    """The address as messages name it: ours by the settings, never by Host or a header of a proxy, which anybody can send and
    which an answer that is kept would tell others."""
    return f"{parts.settings.public_url}{path}{'?' if query else ''}{query}"


@dataclass(frozen=True)
class Prepared:
    """An answer that only waits to be sent; 204 and 304 have no chunks.

    `encoding`: the coding that its chunks are put into on the way (they are plain here). `ranged`: clients ask for
    parts of it, which are read of a kept copy.
    """

    chunks: Iterator[bytes]
    media_type: str
    headers: dict[str, str]
    status: int = 200
    encoding: str = ""
    ranged: bool = False

    @classmethod
    def bare(cls, status: int, headers: dict[str, str]) -> Prepared:
        """An answer without a body."""
        return cls(iter(()), "", headers, status)


def has(if_none_match: str, if_modified_since: str, headers: Mapping[str, str]) -> bool:
    """Whether a client that sends these has the answer with those headers; a tag beats a date (RFC 9110, 13.1)."""
    if if_none_match:
        tags = [t.strip().removeprefix("W/") for t in if_none_match.split(",")]
        return "*" in tags or headers.get("ETag") in tags
    since, modified = _date(if_modified_since), _date(headers.get("Last-Modified", ""))
    return since is not None and modified is not None and modified <= since


def http_date(moment: datetime) -> str:
    """RFC 9110: `Tue, 24 Nov 2026 10:00:00 GMT`."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def tag_of(*parts: object) -> str:
    """A strong tag of what is answered and of the program that writes it."""
    return f'"{hashlib.sha256(repr((__version__, *parts)).encode()).hexdigest()[:40]}"'


def coded(tag: str, encoding: str) -> str:
    """The tag of the same answer in a content coding: other bytes, another strong tag."""
    return f'{tag[:-1]}-{encoding}"' if encoding else tag


def headers_of(tag: str, language: str, modified: datetime) -> dict[str, str]:
    """Headers of a good answer and of a 304. `modified`: when what it says took effect."""
    return {
        "ETag": tag,
        "Vary": VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
        "Last-Modified": http_date(modified),
    }


def changed_at(parts: Parts, moment: datetime | None = None) -> datetime:
    """When the catalogue last changed, before `moment` when one is given: names and constraints are part of every
    answer."""
    version = parts.effective() if moment is None else parts.ledger().catalogue_at(moment)
    return instants.read(version.instant)


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
