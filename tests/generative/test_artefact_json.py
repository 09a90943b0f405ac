"""Whatever artefact there is, its file gives it back, and the same bytes again."""

from __future__ import annotations

import json

import pytest
from artefact_strategies import artefacts
from examples import examples
from hypothesis import given, settings
from judges import json_errors
from kind_strategies import other_kinds, reports

from greffe.catalogue.artefact_json import dump_file, from_json, read_message, to_json
from greffe.formats.structure_json import write
from greffe.model.dataset import Header
from greffe.model.structures import Artefact

HEADER = Header("M1", "2026-11-24T10:00:00Z")


@settings(max_examples=examples(120), deadline=None)
@given(artefacts())
def test_an_artefact_comes_back(artefact: Artefact):
    assert from_json(artefact.kind, to_json(artefact)) == artefact


def _comes_back(artefact: Artefact) -> bytes:
    content = dump_file(artefact)
    assert read_message(content, "x.json") == [artefact]
    assert dump_file(read_message(content, "x.json")[0]) == content
    assert content.endswith(b"\n")
    return content


@settings(max_examples=examples(60), deadline=None)
@given(artefacts())
def test_a_file_comes_back_with_equal_bytes(artefact: Artefact):
    _comes_back(artefact)


@settings(max_examples=examples(60), deadline=None)
@given(other_kinds())
def test_a_file_of_another_kind_comes_back_and_is_valid(artefact: Artefact):
    assert json_errors(_comes_back(artefact)) == []


@settings(max_examples=40, deadline=None)
@given(reports)
def test_a_report_comes_back_and_is_valid(report: Artefact):
    assert json_errors(_comes_back(report), kind="metadata") == []


@pytest.mark.parametrize("version", ["2.1.0", "2.0.0"])
@settings(max_examples=30, deadline=None)
@given(other_kinds())
def test_a_message_of_another_kind_is_valid(version: str, artefact: Artefact):
    body = b"".join(write(HEADER, [artefact], "fr", version=version))
    assert json_errors(body, version[:3]) == []
    assert len(json.loads(body)["data"]) == 1
