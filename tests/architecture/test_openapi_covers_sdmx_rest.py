"""Every path, parameter, value and status of the standard's own OpenAPI documents is in ours, or its absence has a reason.

tests/data/sdmx_rest_paths.csv and sdmx_rest_values.csv list what the documents of github.com/sdmx-twg/sdmx-rest say, tags
v1.5.0 (v2_1/ws/rest/src/sdmx-rest.yaml) and v2.2.2 (api/sdmx-rest.yaml), facts only, a row per path and per set of words.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from shipped_catalogue import committed_openapi

ROOT = Path(__file__).resolve().parents[2]
OURS: dict[str, dict[str, Any]] = {
    rest: committed_openapi(name) for rest, name in (("1.5", "sdmx-rest-1.5.yaml"), ("2.2", "sdmx-rest-2.yaml"))
}
BASE = {"1.5": "/sdmx/v1", "2.2": "/sdmx/v2"}
# Why a status of theirs is not among ours.
STATUSES_NOT_USED = {
    "401": "nobody signs in to read (decision on access)",
    "500": "a failure of ours is no part of a promise",
    "510": "a status of the drafts for VTL schemes: a large answer is sent, a large question is 413",
}
# Words of 2.1 that stayed in their list for `references` of 2.x, whose list of artefact types has them no more (400).
WORDS_GONE = {("2.2", "references"): {"structureset", "namealiasscheme"}}
# What answers 501 to every question says nothing of formats, languages, caches or sizes.
REFUSED = ("/registration/", "/attachmentconstraint/")


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests/data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PATHS, VALUES = rows("sdmx_rest_paths.csv"), rows("sdmx_rest_values.csv")


def described(rest: str, path: str) -> tuple[str, dict[str, Any]]:
    """Our path for theirs: word for word, or with our one parameter for the kind of artefact."""
    known = OURS[rest]["paths"]
    word, _, tail = path[1:].partition("/")
    for mine in (BASE[rest] + path, f"{BASE[rest]}/{{resource}}/{tail}"):
        if mine not in known:
            continue
        operation = known[mine]["get"]
        kinds = [p["schema"]["enum"] for p in operation["parameters"] if p.get("name") == "resource"]
        if not kinds or word in kinds[0]:
            return mine, operation
    raise AssertionError(f"{path} of {rest} is not described")


def names(rest: str, operation: dict[str, Any], place: str) -> set[str]:
    shared = OURS[rest]["components"].get("parameters", {})
    full = [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation["parameters"]]
    return {p["name"] for p in full if p["in"] == place}


@pytest.mark.parametrize("row", PATHS, ids=[f"{r['rest']} {r['path']}" for r in PATHS])
def test_their_path_is_ours(row: dict[str, str]):
    """Each path of theirs with its parameters, headers and statuses."""
    _, operation = described(row["rest"], row["path"])
    assert set(re.findall(r"{(\w+)}", row["path"])) <= names(row["rest"], operation, "path")
    answered = set(operation["responses"])
    if row["path"].startswith(REFUSED):
        assert answered == {"400", "414", "501"}
        return
    assert set(row["query"].split()) <= names(row["rest"], operation, "query")
    assert set(row["header"].split()) <= names(row["rest"], operation, "header")
    missing = set(row["statuses"].split()) - answered - set(STATUSES_NOT_USED)
    # On 2.x a semantic error is 422, and 403 was for who may not read; a schema has always something to say: no 204.
    assert missing <= ({"403", "204"} if row["rest"] == "2.2" else set())
    assert "204" not in missing or row["path"].startswith(("/schema/", "/structure/"))


@pytest.mark.parametrize("row", VALUES, ids=[f"{r['rest']} {r['family']} {r['name']}" for r in VALUES])
def test_their_words_are_ours(row: dict[str, str]):
    """Each word that they list for a parameter is one of ours, or fits our pattern."""
    found = 0
    for path in PATHS:
        family = _family(path["rest"], path["path"])
        if (path["rest"], family) != (row["rest"], row["family"]) or path["path"].startswith(REFUSED[1]):
            continue
        _, operation = described(path["rest"], path["path"])
        for parameter in operation["parameters"]:
            if (parameter.get("name"), parameter.get("in")) == (row["name"], row["in"]):
                found += 1
                form = parameter["schema"]
                for word in set(row["values"].split()) - WORDS_GONE.get((row["rest"], row["name"]), set()):
                    assert word in form.get("enum", ()) or re.search(form.get("pattern", "(?!)"), word), word
    assert found


def _family(rest: str, path: str) -> str:
    first = path.split("/")[1]
    if "itemID" in path:
        return "item"
    return "structure" if rest == "1.5" and first not in ("data", "availableconstraint", "schema") else first


@pytest.mark.parametrize("rest", ["1.5", "2.2"])
def test_the_documents_are_whole(rest: str):
    """Operations are named once, references and links lead somewhere, each path says what its braces say."""
    document = OURS[rest]
    operations = [o for item in document["paths"].values() for o in item.values()]
    known = [o["operationId"] for o in operations]
    assert len(known) == len(set(known))
    text = yaml.safe_dump(document)
    for kind, name in set(re.findall(r"#/components/(\w+)/([\w.\-]+)", text)):
        assert name in document["components"][kind]
    for path, item in document["paths"].items():
        for operation in item.values():
            inside = {p["name"] for p in operation.get("parameters", ()) if p.get("in") == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))
        for link in item["get"]["responses"].get("200", {}).get("links", {}).values():
            assert link["operationId"] in known
