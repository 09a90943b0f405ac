"""What is wrong with a request before any of ours reads it, in our words: those of the framework are English alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from greffe.errors import BadQuery, GreffeError, TooLarge

_SHOWN: Final = 40  # characters of what was given
_BOUNDS: Final = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}


def wrong(fault: Mapping[str, object]) -> BadQuery:
    """The error of one fault that the framework found (pydantic: `type`, `loc`, `input`, `ctx`)."""
    kind = str(fault.get("type", ""))
    place = fault.get("loc", ())
    where = ".".join(str(p) for p in place[1:]) if isinstance(place, tuple) else ""
    found = fault.get("input", "")
    if place == ("body",) and isinstance(found, bytes):
        return BadQuery("The body is read as JSON alone: its Content-Type is application/json.")
    given = (found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str))[:_SHOWN]
    said = fault.get("ctx", {})
    limits = said if isinstance(said, Mapping) else {}
    if kind == "missing":
        return BadQuery("It is missing.", parameter=where)
    if kind.startswith("int_"):
        return BadQuery(f"{given!r} is no whole number.", parameter=where)
    if kind.startswith("bool_"):
        return BadQuery(f"{given!r} is neither yes nor no.", parameter=where)
    if kind in _BOUNDS:
        return _beyond(kind, given, where, limits)
    if kind in ("string_too_long", "too_long"):
        return BadQuery(f"At most {limits.get('max_length')} characters are read.", parameter=where)
    if kind in ("literal_error", "enum"):
        return BadQuery(f"{given!r} is none of its values.", parameter=where)
    if kind == "json_invalid":
        return BadQuery("The body is no JSON.", parameter=where)
    return BadQuery(f"{given!r} cannot be read here.", parameter=where)


def _beyond(kind: str, given: str, where: str, limits: Mapping[object, object]) -> BadQuery:
    limit = limits.get(_BOUNDS[kind])
    if kind == "greater_than_equal":
        return BadQuery(f"{given!r} is less than {limit}.", parameter=where)
    if kind == "less_than_equal":
        return BadQuery(f"{given!r} is more than {limit}.", parameter=where)
    if kind == "greater_than":
        return BadQuery(f"{given!r} is not more than {limit}.", parameter=where)
    return BadQuery(f"{given!r} is not less than {limit}.", parameter=where)


def refused(status: int, method: str) -> GreffeError:
    """The error of a status that the framework answers by itself, but for 404."""
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return BadQuery(f"This address does not answer {method}.")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge("The body is too large.")
    return BadQuery("The request cannot be read.")
