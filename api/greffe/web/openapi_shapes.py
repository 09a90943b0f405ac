"""What the parts of an address and the values of its parameters look like: the patterns of the OpenAPI description.

They say the grammar. Whether a code, a dimension or a version exists is another question: 404, or a semantic error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from greffe.formats.format import Api, Kind
from greffe.formats.negotiation import OFFERED
from greffe.model.references import AGENCY, ID
from greffe.query import resources
from greffe.query.availability import V2_REFERENCES as V2_AVAILABLE
from greffe.query.rest_v2 import OPERATORS

Json: TypeAlias = dict[str, object]
Part: TypeAlias = Literal[
    "flow", "key", "provider", "agency", "id", "version", "item", "component",
    "one agency", "one id", "one version", "metadata provider",
]  # fmt: skip

_NUMBER: Final = "(?:0|[1-9][0-9]{0,8})"
_EXACT: Final = rf"{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER})?)?"
_STABLE: Final = (
    rf"[1-9][0-9]{{0,8}}(?:[+~]\.{_NUMBER}\.{_NUMBER}|\.{_NUMBER}[+~]\.{_NUMBER}|\.{_NUMBER}\.{_NUMBER}[+~])"
)
_V1_VERSION: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,2}"
_DAY: Final = "(?:0[1-9]|1[0-9]|2[0-8])"
_MONTH: Final = "(?:0[1-9]|1[0-2])"
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_PERIOD: Final = (
    rf"[12][0-9]{{3}}(?:-(?:{_MONTH}(?:-{_DAY}(?:T{_CLOCK})?)?|A1|S[12]|T[1-3]|Q[1-4]|M{_MONTH}"
    r"|W(?:0[1-9]|[1-4][0-9]|5[0-2])|D(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9])))?"
)
_MOMENT: Final = rf"[12][0-9]{{3}}-{_MONTH}-{_DAY}T{_CLOCK}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_ANY: Final = "|".join(OPERATORS)
# A prefix that is no operator is part of the value; an operator alone lacks its value. A blank is left out: clients that
# fill in forms write it as +, which is `and` here.
_CONDITION: Final = rf"(?!(?:{_ANY}):(?:[+,]|$))[^+, ]+"
_NUMERIC: Final = r"(?:(?:eq|ne|lt|le|gt|ge):)?-?[0-9]{1,30}(?:\.[0-9]{1,30})?|(?:co|nc|sw|ew):[0-9.\-]{1,30}"
_ON_TIME: Final = rf"(?:(?:(?:eq|ne|lt|le|gt|ge):)?{_PERIOD}|(?:co|nc|sw|ew):[0-9A-Z\-]+)"


def _listed(one: str, separator: str) -> str:
    return rf"(?:{one})(?:{separator}(?:{one}))*"


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


_V1: Final[dict[Part, str]] = {
    "flow": rf"(?:{AGENCY},)?{ID}|{AGENCY},{ID},(?:{_V1_VERSION}|latest)",
    "key": rf"(?!\.{{1,2}}$)(?:all|(?:{ID}(?:\+{ID})*)?(?:\.(?:{ID}(?:\+{ID})*)?)+|{ID})",
    "provider": _listed(rf"(?:{AGENCY},)?{ID}", r"\+"),
    "agency": _listed(AGENCY, r"\+"),
    "id": _listed(ID, r"\+"),
    "version": _listed(rf"{_V1_VERSION}|latest|all", r"\+"),
    "item": _listed(rf"{ID}(?:\.{ID})*", r"\+"),
    "component": _listed(ID, r"\+"),
    "one agency": rf"(?!all$){AGENCY}",
    "one id": rf"(?!all$){ID}",
    "one version": rf"{_V1_VERSION}|latest",
}
_V2: Final[dict[Part, str]] = {
    "key": _listed(rf"(?:\*|{ID})(?:\.(?:\*|{ID}))*", ","),
    "agency": _listed(rf"\*|{AGENCY}", ","),
    "id": _listed(rf"\*|{ID}", ","),
    "version": _listed(rf"[+~*]|{_STABLE}|{_EXACT}", ","),
    "item": _listed(rf"\*|{ID}(?:\.{ID})*", ","),
    "component": _listed(rf"\*|{ID}", ","),
    "one agency": AGENCY,
    "one id": ID,
    "one version": rf"[+~]|{_STABLE}|{_EXACT}",
    "metadata provider": _listed(rf"\*|(?:(?:{AGENCY}|\*)\.)?{ID}", ","),
}


def part(api: Api, like: Part) -> Json:
    """The schema of a part of the path."""
    return {"type": "string", "pattern": _whole((_V1 if api == "v1" else _V2)[like]), "maxLength": 500}


def _words(known: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(known))


_VALUES: Final[dict[str, str]] = {
    "startPeriod": _PERIOD,
    "endPeriod": _PERIOD,
    "updatedAfter": _MOMENT,
    "asOf": _MOMENT,
    "dimensionAtObservation": ID,
    "attributes": _listed(ID, ","),
    "measures": _listed(ID, ","),
    "sort": _listed(rf"(?:\*|{ID})(?::asc|:desc)?", r"\+"),
    "reportingYearStartDay": f"--{_MONTH}-{_DAY}",
    "lang": r"(?:en|fr)(?:-[A-Za-z0-9]{1,8})*",
}
_REFERENCES: Final[dict[tuple[str, Api], str]] = {
    ("structure", "v1"): _words((*resources.V1_REFERENCES, *resources.V1_REFERENCED)),
    ("structure", "v2"): _listed(_words((*resources.V2_REFERENCES, *resources.STRUCTURES)), ","),
    ("availability", "v2"): _listed(_words(V2_AVAILABLE), ","),
}
CODINGS: Final = ("gzip", "zstd", "identity", "none", "true", "false", "x-gzip")


def value(name: str, given: object, family: str, api: Api, offered: Kind) -> Json:
    """The schema of a query parameter: what its parser announced (`given`), and what it looks like."""
    schema: Json = dict(given) if isinstance(given, dict) else {}
    if name == "format":
        named = (n for f in OFFERED[offered] for n in (f.name, *f.synonyms))
        return {"type": "string", "enum": list(dict.fromkeys(named))}
    if name == "formatVersion":
        return {"type": "string", "enum": sorted({f.version for f in OFFERED[offered] if f.version})}
    if name == "compression":
        return {"type": "string", "enum": list(CODINGS)}
    pattern = _REFERENCES.get((family, api), "") if name == "references" else _VALUES.get(name, "")
    return schema | ({"pattern": _whole(pattern)} if pattern and "enum" not in schema else {})


def components() -> Json:
    """`c[...]` as one parameter of the style deepObject: component → conditions."""
    on_time: Json = {
        "type": "string",
        "pattern": _whole(_listed(_ON_TIME, "[+,]")),
        "description": "Periods in any notation of the standard",
    }
    other: Json = {"type": "string", "pattern": _whole(_listed(_CONDITION, "[+,]")), "maxLength": 200}
    number: Json = {"type": "string", "pattern": _whole(_listed(_NUMERIC, "[+,]")), "maxLength": 200}
    named: Json = {"geo": other, "OBS_VALUE": number, "OBS_STATUS": other}
    return {
        "type": "object",
        "properties": {"TIME_PERIOD": on_time, **named},
        "additionalProperties": other,
        "propertyNames": {"type": "string", "pattern": f"^{ID}$"},
    }
