"""The paths of both SDMX entry points, from what their parsers take. Tails may be left out: each length is a path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.formats.format import Api, Kind
from greffe.query import availability, metadata, rest_v1, rest_v2, schema
from greffe.query.parameters import Spec
from greffe.query.resources import V1_WITH_ITEMS, V2_WITH_ITEMS
from greffe.web import openapi_answers as answers
from greffe.web import openapi_shapes as shapes
from greffe.web.openapi_shapes import Json, Part

FLOW: Final = "ESTAT_CRIM_OFF_CAT"
_TAGS: Final[dict[Api, str]] = {"v1": "SDMX REST 1.5", "v2": "SDMX REST 2.x"}


@dataclass(frozen=True)
class _Family:
    """Questions of one kind. `least`: the fewest parts that must follow; `name`: of its operations; `query`: () if 501."""

    api: Api
    name: str
    root: str
    parts: Sequence[Json]
    least: int
    words: str
    query: Mapping[str, Spec] | None = None
    kind: Kind = "structure"
    family: str = "structure"


def _part(api: Api, name: str, like: Part, example: str, words: str) -> Json:
    return _in_path(name, shapes.part(api, like), example, words)


def _choice(name: str, choices: Iterable[str], example: str, words: str) -> Json:
    return _in_path(name, {"type": "string", "enum": list(choices)}, example, words)


def _in_path(name: str, form: Json, example: str, words: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": words, "schema": form, "example": example}


def _anything(name: str) -> Json:
    form: Json = {"type": "string", "pattern": r"^[A-Za-z0-9_@$.,+*~\-]*[A-Za-z0-9_@$,+*~\-]$"}
    return _in_path(name, form, "A", "Not read: the answer is the same")


def _of_1_5() -> list[_Family]:
    data = [
        _part("v1", "flow", "flow", FLOW, "ID, AGENCY,ID or AGENCY,ID,VERSION"),
        _part("v1", "key", "key", "A.ICCS0101..FR", "One slot per dimension; empty is any, + is or; or all"),
        _part("v1", "provider", "provider", "all", "ID or AGENCY,ID; + is or; or all"),
    ]
    component = _part("v1", "componentID", "component", "geo", "Dimensions that are told; + is or; or all")
    named = [
        _part("v1", "agencyID", "agency", "SSER", "Agencies; + is or; or all"),
        _part("v1", "resourceID", "id", FLOW, "Ids; + is or; or all"),
        _part("v1", "version", "version", "latest", "Versions; + is or; all; latest"),
    ]
    kind = _choice("resource", rest_v1.RESOURCES, "dataflow", "Kind of artefact")
    scheme = _choice("resource", V1_WITH_ITEMS, "codelist", "Kind of item scheme")
    item = _part("v1", "itemID", "item", "A", "Items; + is or; nested ones with dots")
    context = _choice("context", schema.V1_CONTEXTS, "dataflow", "What the id names")
    root = "/sdmx/v1"
    query = rest_v1.STRUCTURE_PARAMETERS
    return [
        _Family("v1", "data", f"{root}/data", data, 1, "Figures", rest_v1.DATA_PARAMETERS, "data", "data"),
        _Family(
            "v1", "availability", f"{root}/availableconstraint", [*data, component], 1, "What data there are",
            availability.V1_PARAMETERS, family="availability",
        ),
        _Family("v1", "structure", root, [kind, *named], 1, "Artefacts", query),
        _Family("v1", "item", root, [scheme, *named, item], 5, "Items of a scheme", query),
        _Family(
            "v1", "schema", f"{root}/schema", [context, *_one("v1")], 3, "What is valid in a context",
            schema.V1_PARAMETERS, "schema", "schema",
        ),
        _Family("v1", "attachmentconstraint", f"{root}/attachmentconstraint", named, 0, "Attachment constraints"),
        _Family("v1", "metadata", f"{root}/metadata", [_anything("flow"), *data[1:]], 1, "Metadata sets of SDMX 2.1"),
    ]  # fmt: skip


def _one(api: Api) -> list[Json]:
    """One artefact is named: no wildcards, no lists."""
    return [
        _part(api, "agencyID", "one agency", "SSER", "Agency"),
        _part(api, "resourceID", "one id", FLOW, "Id"),
        _part(api, "version", "one version", "1.0.0", "Version; the latest unless given"),
    ]


def _of_2() -> list[_Family]:
    named = [
        _part("v2", "agencyID", "agency", "SSER", "Agencies; comma is or; * is any"),
        _part("v2", "resourceID", "id", FLOW, "Ids; comma is or; * is any"),
        _part("v2", "version", "version", "1.0.0", "Versions; + latest stable, ~ latest, * all, 1.2+.0; comma is or"),
    ]
    key = _part("v2", "key", "key", "A.ICCS0101.*.FR", "Keys, one slot per dimension; comma is or; * is any")
    component = _part("v2", "componentID", "component", "geo", "Dimensions that are told; comma is or; * is all")
    data = [_choice("context", rest_v2.CONTEXTS, "dataflow", "What the id names; * is any"), *named, key]
    told = _choice("context", availability.V2_CONTEXTS, "dataflow", "What the id names")
    root = "/sdmx/v2"
    return [
        _Family("v2", "data", f"{root}/data", data, 0, "Figures", rest_v2.DATA_PARAMETERS, "data", "data"),
        _Family(
            "v2", "availability", f"{root}/availability", [told, *named, key, component], 1, "What data there are",
            availability.V2_PARAMETERS, family="availability",
        ),
        *_structures_of_2(named),
        _Family(
            "v2", "schema", f"{root}/schema",
            [_choice("context", schema.V2_CONTEXTS, "dataflow", "What the id names"), *_one("v2")], 3,
            "What is valid in a context", schema.V2_PARAMETERS, "schema", "schema",
        ),
        *_reports(named),
        *_registrations(),
    ]  # fmt: skip


def _structures_of_2(named: Sequence[Json]) -> list[_Family]:
    root, query = "/sdmx/v2/structure", rest_v2.STRUCTURE_PARAMETERS
    kind = _choice("structureType", rest_v2.RESOURCES, "dataflow", "Type of artefact; * is any")
    scheme = _choice("itemSchemeType", (*V2_WITH_ITEMS, "*"), "codelist", "Type of item scheme; * is any")
    item = _part("v2", "itemID", "item", "A", "Items; comma is or; nested ones with dots")
    return [
        _Family("v2", "structure", root, [kind, *named], 0, "Artefacts", query),
        _Family("v2", "item", root, [scheme, *named, item], 5, "Items of a scheme", query),
    ]


def _reports(named: Sequence[Json]) -> list[_Family]:
    """Reference metadata by their own name, by their flow, by what they are about."""
    agency = _part("v2", "providerID", "agency", "SSER", "Agencies; comma is or; * is any")
    provider = _part("v2", "providerID", "metadata provider", "SSER", "ID or AGENCY.ID; comma is or; * is any")
    kind = _choice("structureType", rest_v2.RESOURCES, "dataflow", "Type of artefact; * is any")
    ways = {"metadataset": [agency, *named[1:]], "metadataflow": [*named, provider], "structure": [kind, *named]}
    about = {"metadataset": "named themselves", "metadataflow": "of flows", "structure": "about artefacts"}
    return [
        _Family(
            "v2", f"metadata_{way}", f"/sdmx/v2/metadata/{way}", parts, 0, f"Reports {about[way]}",
            metadata.PARAMETERS, "metadata", "metadata",
        )
        for way, parts in ways.items()
    ]  # fmt: skip


def _registrations() -> list[_Family]:
    """All of them are refused with a reason."""
    root, words = "/sdmx/v2/registration", "Registrations"
    named = [_anything(n) for n in ("agencyID", "resourceID", "version")]
    context = _choice(
        "context", ("datastructure", "dataflow", "provisionagreement", "*"), "dataflow", "What the id names"
    )
    provider = [_anything("agencyID"), _anything("providerID")]
    return [
        _Family("v2", "registration_id", f"{root}/id", [_anything("registrationID")], 1, words),
        _Family("v2", "registration_provider", f"{root}/provider", provider, 2, words),
        _Family("v2", "registration", root, [context, *named], 4, words),
    ]


def paths() -> dict[str, Json]:
    """Path → its operations: GET, HEAD and OPTIONS."""
    out: dict[str, Json] = {}
    for one in (*_of_1_5(), *_of_2()):
        for length in range(one.least, len(one.parts) + 1):
            parts = list(one.parts[:length])
            address = one.root + "".join(f"/{{{p['name']}}}" for p in parts)
            out[address] = {"get": _operation(one, parts)}
    return out


def _operation(one: _Family, parts: list[Json]) -> Json:
    name = f"{one.api}_{one.name}_{len(parts)}"
    by = [str(p["name"]) for p in parts]
    head: Json = {
        "tags": [_TAGS[one.api]],
        "operationId": name,
        "summary": f"{one.words}: {', '.join(by)}" if by else f"{one.words}: all",
    }
    if one.query is None:
        statuses = ("400", "414", "501")
        return head | {
            "description": "Known to the standard; refused here, and the message says why.",
            "parameters": parts,
            "responses": answers.refusals(*statuses),
        }
    query = [_parameter(one, n, spec) for n, spec in one.query.items()]
    asked = [{"$ref": f"#/components/parameters/{n}"} for n in answers.PARAMETERS if n != "Range" or one.kind == "data"]
    return head | {
        "parameters": [*parts, *query, *asked],
        "responses": answers.responses(one.kind, one.family, one.api, answers.links(name)),
    }


def _parameter(one: _Family, name: str, spec: Spec) -> Json:
    if name == "c[TIME_PERIOD]":
        words = "c[COMPONENT]=conditions: + is and, comma is or; operators eq ne lt le gt ge co nc sw ew before a colon"
        return {
            "name": "c",
            "in": "query",
            "description": words,
            "required": False,
            "style": "deepObject",
            "explode": True,
            "schema": shapes.components(),
            "example": {"TIME_PERIOD": "ge:2015+le:2022"},
        }
    form = shapes.value(name, spec.get("schema"), one.family, one.api, one.kind)
    example = {"format": {"data": "csv", "metadata": "csv"}.get(one.kind, "structure-3.1")}.get(name)
    found: Json = {"name": name, "in": "query", **spec, "schema": form}
    return found | ({"example": example} if example else {})
