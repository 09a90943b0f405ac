"""Whatever artefact of whatever kind there is, what we write of it in SDMX-ML is valid, or it is refused with a hint."""

from __future__ import annotations

from collections import Counter

import pytest
from artefact_strategies import artefacts
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from judges import xml_errors
from kind_strategies import other_kinds
from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats.structure_ml import write
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.dataset import Header
from greffe.model.hierarchies import Hierarchy

HEADER = Header("M1", "2026-11-24T10:00:00Z")
# The standard fixes the ids of these schemes (URN-03), which the strategies leave open.
FIXED = {"agencyscheme": "AGENCIES", "dataproviderscheme": "DATA_PROVIDERS", "dataconsumerscheme": "DATA_CONSUMERS",
         "metadataproviderscheme": "METADATA_PROVIDERS"}  # fmt: skip


def proper(artefact: Artefact) -> bool:
    """Fixed ids as they are fixed, and codes at one place of a hierarchy with an id each."""
    if isinstance(artefact, Hierarchy):
        groups = [artefact.codes, *(place.children for top in artefact.codes for place in top.walk())]
        if any(len({place.id for place in group}) < len(group) for group in groups):
            return False
    return all(FIXED.get(u.kind, u.reference.id) == u.reference.id for u in (artefact.urn, *artefact.uses()))


KINDS = st.one_of(artefacts(), other_kinds()).filter(proper)


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1"])
@settings(max_examples=examples(36), deadline=None)
@given(KINDS)
def test_what_is_written_is_valid_and_holds_every_item(version: str, artefact: Artefact):
    try:
        body = b"".join(write(HEADER, [artefact], version=version))
    except NotAcceptable as refusal:
        assert refusal.hint
        return
    assert xml_errors(body) == []
    if isinstance(artefact, ItemScheme) and not artefact.stub:
        written = Counter(etree.fromstring(body).xpath("//@id"))
        assert {item.id for item in artefact.items} <= written.keys() | getattr(artefact, "inherited", set())


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(KINDS, max_size=6, unique_by=lambda a: a.urn))
def test_several_in_one_message_are_valid(several: list[Artefact]):
    try:
        body = b"".join(write(HEADER, several, version="3.1"))
    except NotAcceptable:
        return
    assert xml_errors(body) == []
