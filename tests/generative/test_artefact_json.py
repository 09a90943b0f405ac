"""Whatever artefact there is, its file gives it back, and the same bytes again."""

from __future__ import annotations

from artefact_strategies import artefacts
from hypothesis import given, settings

from greffe.catalogue.artefact_json import dump_file, from_json, read_message, to_json
from greffe.model.structures import Artefact


@settings(max_examples=200, deadline=None)
@given(artefacts())
def test_an_artefact_comes_back(artefact: Artefact):
    assert from_json(artefact.kind, to_json(artefact)) == artefact


@settings(max_examples=100, deadline=None)
@given(artefacts())
def test_a_file_comes_back_with_equal_bytes(artefact: Artefact):
    content = dump_file(artefact)
    assert read_message(content, "x.json") == [artefact]
    assert dump_file(read_message(content, "x.json")[0]) == content
    assert content.endswith(b"\n")
