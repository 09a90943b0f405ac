"""What `/developers` shows of the service's own OpenAPI description: operations with parameters, answers and an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from greffe.web.openapi_sdmx import FLOW

Json = Mapping[str, object]
# Values for the examples of plain REST whose parameters say none.
_EXAMPLES: Final = {
    "indicator": "PRI_DETENUS", "dataflow": FLOW, "number": "1", "key": "A.ICCS0101.NR.FR", "period": "2022", "pair": "FP01",
}  # fmt: skip
# Questions whose example is another one than that of their parameters; '' where the demonstration has nothing to answer.
_OTHER: Final = {
    "v1_item": "/sdmx/v1/codelist/SSER/ESTAT_ICCS/latest/ICCS0101",
    "v2_item": "/sdmx/v2/structure/codelist/SSER/ESTAT_ICCS/1.0.0/ICCS0101",
    "v2_metadata_metadataset": f"/sdmx/v2/metadata/metadataset/SSER/QUALITY_{FLOW}/1.0.0",
    "v2_metadata_metadataflow": "/sdmx/v2/metadata/metadataflow/SSER/QUALITY_REPORTS/~/SSER",
    "compare_releases": "",
}  # fmt: skip
_PLURAL: Final = re.compile(r"_\d+$")
_MANY: Final = 12  # words of a parameter that are listed


@dataclass(frozen=True)
class Parameter:
    """`place`: path, query or header; `choices`: its words, if it is one of few; `default` and `example` as written."""

    name: str
    place: str
    required: bool
    words: str
    choices: tuple[str, ...]
    default: str
    example: str


@dataclass(frozen=True)
class Operation:
    """A question that can be asked. `shorter`: addresses that leave out parts from the end; `example`: '' where it is
    always refused; `keyed`: a key is needed; `statuses`: of its answers, with what each says; `types`: media types of a good one."""

    id: str
    path: str
    shorter: tuple[str, ...]
    summary: str
    words: str
    parameters: tuple[Parameter, ...]
    statuses: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    example: str
    keyed: bool


def operations(document: Json, tag: str) -> tuple[Operation, ...]:
    """The questions of one part of the document. SDMX questions whose address may be shortened are told once."""
    found: dict[str, list[tuple[str, Json]]] = {}
    for path, item in _table(document.get("paths")).items():
        get = _table(_table(item).get("get"))
        if tag in _list(get.get("tags")):
            name = str(get["operationId"])
            family = _PLURAL.sub("", name) if path.startswith("/sdmx/") else name
            found.setdefault(family, []).append((path, get))
    return tuple(_operation(document, family, ones) for family, ones in found.items())


def _operation(document: Json, family: str, ones: list[tuple[str, Json]]) -> Operation:
    path, get = max(ones, key=lambda one: one[0].count("/"))
    parameters = tuple(_parameter(_resolved(document, p)) for p in _list(get.get("parameters")))
    answers = _table(get.get("responses"))
    good = _table(_resolved(document, answers.get("200")))
    words = str(get.get("description") or "").strip()
    summary = (
        str(get.get("summary", "")).partition(":")[0] if path.startswith("/sdmx/") else str(get.get("summary", ""))
    )
    return Operation(
        family,
        path,
        tuple(p for p, _ in ones if p != path),
        summary,
        words,
        parameters,
        tuple((s, str(_table(_resolved(document, a)).get("description", ""))) for s, a in answers.items()),
        tuple(_table(good.get("content"))),
        _OTHER.get(family, _example(path, parameters)) if "200" in answers else "",
        bool(_list(get.get("security"))),
    )


def _parameter(one: Json) -> Parameter:
    form = _table(one.get("schema"))
    choices = tuple(str(c) for c in _list(form.get("enum")) if c != "")
    examples = _list(form.get("examples"))
    example = one.get("example", examples[0] if examples else "")
    name = str(one.get("name", ""))
    if isinstance(example, Mapping):  # a deep object: c[TIME_PERIOD]=…
        key, value = next(iter(example.items()))
        example = f"{name}[{key}]={value}"
    elif example == "" and one.get("in") == "path":
        example = _EXAMPLES.get(name, "")
    default = form.get("default", "")
    return Parameter(
        name,
        str(one.get("in", "")),
        bool(one.get("required")),
        str(one.get("description", "")),
        choices if len(choices) <= _MANY else (*choices[:_MANY], "…"),
        "" if default in ("", None) else str(default),
        str(example),
    )


def _example(path: str, parameters: Iterable[Parameter]) -> str:
    """An address that can be opened: the examples of the path; '' when one lacks."""
    values = {p.name: p.example for p in parameters if p.place == "path"}
    names = re.findall(r"{(\w+)}", path)
    if not all(values.get(n) for n in names):
        return ""
    return re.sub(r"{(\w+)}", lambda m: quote(values[m[1]], safe=",*+.~"), path)


# curl takes brackets and braces for a pattern of several addresses, and refuses one that is none.
_PATTERNS: Final = str.maketrans({sign: quote(sign) for sign in "[]{}'"})


def curl(address: str, accept: str = "", *, keyed: bool = False) -> str:
    """The line that asks for it, which can be copied as it is. `keyed`: with a key, which stands in the variable KEY."""
    header = f" -H 'Accept: {accept}'" if accept else ""
    header += ' -H "Authorization: Bearer $KEY"' if keyed else ""
    return f"curl{header} '{address.translate(_PATTERNS)}'"


def _resolved(document: Json, one: object) -> Json:
    found = _table(one)
    reference = found.get("$ref")
    if not isinstance(reference, str):
        return found
    inside: object = document
    for step in reference.removeprefix("#/").split("/"):
        inside = _table(inside).get(step)
    return _table(inside)


def _table(one: object) -> dict[str, object]:
    return {str(k): v for k, v in one.items()} if isinstance(one, Mapping) else {}


def _list(one: object) -> list[object]:
    return list(one) if isinstance(one, list | tuple) else []
