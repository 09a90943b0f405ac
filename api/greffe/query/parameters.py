"""Reading an address by hand: parts and parameters, decoded once, `+` left alone; nothing is ignored (D26)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import unquote

from greffe.errors import BadQuery, nearest
from greffe.model import instants
from greffe.model.references import AGENCY, ID

Spec: TypeAlias = dict[str, object]  # an OpenAPI parameter without its name


@dataclass(frozen=True)
class Spelling:
    """What a client writes, what it means, and who it is."""

    client: str
    written: str
    meant: str


# Client spellings that are no standard, in one table (D26).
PARAMETER_SPELLINGS: Final = (
    Spelling("sdmx1 2.28", "updateAfter", "updatedAfter"),
    Spelling("users of Eurostat", "compressed", "compression"),
)
WORD_SPELLINGS: Final = {
    1: (Spelling("opensdmx", "ALL", "all"), Spelling("people", "LATEST", "latest")),
    2: (
        Spelling("examples of the standard (R2-STR-03)", "all", "*"),
        Spelling("opensdmx", "ALL", "*"),
        Spelling("sdmx-rest 2.20", "latest", "~"),
    ),
}

_NO_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DIGITS: Final = 9  # of a whole number: more is refused before it is read
MOST: Final = 10**_DIGITS - 1


def text(words: str, example: str = "", choices: Sequence[str] = (), default: str = "") -> Spec:
    """An OpenAPI parameter that holds text."""
    schema: dict[str, object] = {"type": "string"}
    schema |= {"enum": list(choices)} if choices else {"minLength": 1, "maxLength": 200}
    schema |= {"default": default} if default else {}
    return {"description": words, "required": False, "schema": schema} | ({"example": example} if example else {})


def whole(words: str, least: int = 1, default: int | None = None) -> Spec:
    """An OpenAPI parameter that holds a whole number."""
    schema: dict[str, object] = {"type": "integer", "minimum": least, "maximum": MOST}
    return {
        "description": words,
        "required": False,
        "schema": schema | ({} if default is None else {"default": default}),
    }


# How an answer is written is no part of the question: the web reads these, the parsers only let them pass.
PRESENTATION: Final[dict[str, Spec]] = {
    "format": text("Short name of a format; wins over Accept", "sdmx-csv"),
    "formatVersion": text("With format: its version", "2.1"),
    "compression": text("Content coding; wins over Accept-Encoding", "gzip"),
    "lang": text("Language of labels; wins over Accept-Language", "fr"),
}
DATA_PRESENTATION: Final[dict[str, Spec]] = PRESENTATION | {
    "labels": text("SDMX-CSV: ids, labels or both", choices=("id", "name", "both"), default="id"),
    "keys": text("SDMX-CSV 2.0: key columns", choices=("none", "obs", "series", "both"), default="none"),
    "timeFormat": text(
        "SDMX-CSV: periods as they are, or as dates", choices=("original", "normalized"), default="original"
    ),
}


def path_parts(raw: str) -> tuple[str, ...]:
    """Parts of a raw path, percent-decoded once each; a slash at the end means nothing. Raises BadQuery."""
    parts = raw.strip("/").split("/") if raw.strip("/") else []
    return tuple(_decoded(p, "path") for p in parts)


def read_parameters(raw: str, known: Iterable[str], *, components: bool = False) -> dict[str, str]:
    """Name → value of a raw query string. `components`: `c[X]` is known for every X.

    Raises BadQuery for an unknown parameter (with the nearest), one given twice, or an escape that is none.
    """
    spelled = {s.written: s.meant for s in PARAMETER_SPELLINGS}
    names, found = tuple(known), dict[str, str]()
    for pair in filter(None, raw.split("&")):
        written, _, value = pair.partition("=")
        name = _decoded(written, "query string")
        name = spelled.get(name, name)
        if name not in names and not (components and re.fullmatch(rf"c\[{ID}\]", name)):
            raise BadQuery(
                "Unknown parameter.",
                parameter=name,
                nearest=nearest(name, names),
                hint=f"Known: {', '.join(n for n in names if not n.startswith('c['))}.",
            )
        if name in found:
            raise BadQuery("The parameter is given twice.", parameter=name)
        found[name] = _decoded(value, name)
    return found


def _decoded(part: str, where: str) -> str:
    if _NO_ESCAPE.search(part):
        raise BadQuery(
            f"{part!r} has a % that begins no escape.", parameter=where, hint="A percent sign itself is written %25."
        )
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise BadQuery(f"{part!r} is not UTF-8 after decoding.", parameter=where) from error


def word(api: int, part: str) -> str:
    """A keyword as the standard spells it."""
    return next((s.meant for s in WORD_SPELLINGS[api] if s.written == part), part)


def ids(part: str, api: int, what: str, pattern: str = ID) -> tuple[str, ...]:
    """The ids of a path part, () for all of them. Raises BadQuery."""
    separator, everything = ("+", "all") if api == 1 else (",", "*")
    found = tuple(word(api, p) for p in part.split(separator))
    if everything in found:
        return ()
    for one in found:
        if not re.fullmatch(pattern, one):
            raise BadQuery(
                f"{one!r} is not {what}.",
                parameter=what.split()[-1],
                hint=f"Several are joined with {separator}, {everything} means any.",
            )
    return tuple(dict.fromkeys(found))


def agencies(part: str, api: int) -> tuple[str, ...]:
    """The agencies of a path part, () for all. They may be nested with dots."""
    return ids(part, api, "an agency", AGENCY)


def count(parameters: Mapping[str, str], name: str, least: int = 1) -> int | None:
    """A whole number from `least` to 999999999, None when it is not given. Raises BadQuery."""
    value = parameters.get(name)
    if value is None:
        return None
    if not re.fullmatch(rf"[0-9]{{1,{_DIGITS}}}", value) or int(value) < least:
        raise BadQuery(f"{value!r} must be a whole number between {least} and {MOST}.", parameter=name)
    return int(value)


def choice(parameters: Mapping[str, str], name: str, allowed: Sequence[str], default: str) -> str:
    """One of a few words. Raises BadQuery with the nearest."""
    value = parameters.get(name, default)
    if value not in allowed:
        raise BadQuery(f"{value!r} is none of {', '.join(allowed)}.", parameter=name, nearest=nearest(value, allowed))
    return value


def moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    """An xs:dateTime in UTC, None when it is not given; without offset it is Europe/Paris (D3). Raises BadQuery."""
    value = parameters.get(name)
    return None if value is None else instants.given(value, name)


def flag(parameters: Mapping[str, str], name: str) -> bool:
    """true or false; false when it is not given. Raises BadQuery."""
    return choice(parameters, name, ("false", "true"), "false") == "true"
