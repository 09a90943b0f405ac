"""What a file of `sdmx/` may not say: each refusal names the file, the JSON path and what to write instead."""

from __future__ import annotations

import json

import pytest
import small_catalogue as small

from greffe.catalogue.artefact_json import dump_file, read_message, to_json
from greffe.errors import BadDefinition
from greffe.model.references import Reference
from greffe.model.structures import Codelist, Item

LIST = small.codelist("CL_SEXE", "1", "2")


def message(change):
    """A file of a code list with one thing changed."""
    body = json.loads(dump_file(LIST))
    change(body["data"]["codelists"][0])
    return json.dumps(body).encode()


CASES = {
    "an unknown key": (lambda c: c.update(isFinal=True), "$.data.codelists[0]", "'isFinal' is not known here"),
    "a code without id": (lambda c: c["codes"][1].pop("id"), "$.data.codelists[0].codes[1]", "'id' is missing"),
    "a code that is no SDMX id": (
        lambda c: c["codes"][1].update(id="60+"), "$.data.codelists[0].codes[1].id", "SOURCE_CODE",
    ),
    "a number for a name": (lambda c: c["codes"][0].update(name=1), "$.data.codelists[0].codes[0].name", "found 1"),
    "a name that no language has": (lambda c: c.update(name="Sex"), "$.data.codelists[0].name", "none of the texts"),
    "a code twice": (lambda c: c["codes"][1].update(id="1"), "$.data.codelists[0]", "'1' stands twice"),
    "a parent that is not there": (lambda c: c["codes"][1].update(parent="3"), "$.data.codelists[0]", "parent '3'"),
    "a version that is none": (lambda c: c.update(version="one"), "$.data.codelists[0].version", "1.0.0"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_understood_is_refused(case):
    change, path, says = CASES[case]
    with pytest.raises(BadDefinition) as caught:
        read_message(message(change), "sdmx/x.json")
    assert (caught.value.file, caught.value.parameter) == ("sdmx/x.json", path)
    assert says in caught.value.text()


def test_a_collection_that_is_misspelt_has_a_nearest():
    with pytest.raises(BadDefinition) as caught:
        read_message(b'{"meta": {}, "data": {"codeLists": []}}', "x.json")
    assert caught.value.nearest[0] == "codelists"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"meta": {', "row 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"meta": {}, "meta": {}, "data": {}}', "'meta' stands twice"),
        (b"[]", "An object with keys is expected"),
    ],
)
def test_a_file_that_is_no_message_is_refused(content, says):
    with pytest.raises(BadDefinition) as caught:
        read_message(content, "x.json")
    assert says in caught.value.text()


def test_a_list_without_a_name_cannot_be_written():
    with pytest.raises(BadDefinition, match="has no name"):
        to_json(Codelist(Reference("SSER", "CL"), {}, items=(Item("A", {"en": "A"}),)))


def test_a_file_keeps_every_language_and_its_bytes_are_fixed():
    content = dump_file(Codelist(Reference("SSER", "CL"), {"fr": "Âge", "en": "Age"}))
    assert content.decode() == (
        '{\n "meta": {\n  "schema": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",\n  "id": "CL",\n'
        '  "prepared": "2026-01-01T00:00:00Z",\n  "contentLanguages": [\n   "en",\n   "fr"\n  ],\n'
        '  "sender": {\n   "id": "SSER"\n  }\n },\n "data": {\n  "codelists": [\n   {\n    "id": "CL",\n'
        '    "agencyID": "SSER",\n    "version": "1.0.0",\n    "name": "Age",\n    "names": {\n     "fr": "Âge",\n'
        '     "en": "Age"\n    }\n   }\n  ]\n }\n}\n'
    )
