"""Who decided a row, since when: decisions are carried over as long as the row and its codes mean the same (D14)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from house import AUTHOR, FIRST, SECOND
from small_catalogue import INT, LEGS, MAP, SEXES, STATUSES, as_yaml, codelist, path, the_map
from small_house import CONDAMNES, MAN, NOBODY, OTHER, POURS, STOCK, WOMAN, effective, legs, sexes, small_house

from greffe.catalogue.artefact_json import dump_file
from greffe.errors import BadDefinition
from greffe.model.artefacts import Item
from greffe.model.references import Reference, Urn
from greffe.model.structures import Annotation, Dataflow
from greffe.release.approvals import approve_proposal, comment_proposal
from greffe.release.decisions import changes_of, decisions_of
from greffe.release.proposals import propose, proposed_catalogue

NOON, LATER = "2026-11-24T12:00:00.000000Z", "2026-11-25T12:00:00.000000Z"
ASKED = WOMAN.replace("verified,,", "verified,Asked.,")


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


def decision(parts, file, row_id):
    (map_,) = parts.catalogue().maps.values()
    return decisions_of(parts, map_, ((file, row_id),))[file, row_id]


def told(parts, file, row_id):
    found = decision(parts, file, row_id)
    return found.author, found.approvers, found.since, found.carried


def test_a_row_has_the_author_and_approvers_of_the_version_that_made_it(parts):
    both = (FIRST.name, SECOND.name)
    assert told(parts, SEXES, "r2") == ("greffe", both, NOON, False)
    parts.clock.forward(days=1)
    effective(parts, sexes(MAN, WOMAN, NOBODY))
    assert told(parts, SEXES, "r2") == ("greffe", both, NOON, True)
    assert told(parts, SEXES, "r3") == (AUTHOR.name, both, LATER, False)
    parts.clock.forward(days=1)
    effective(parts, sexes(MAN, ASKED, NOBODY), OTHER)
    assert told(parts, SEXES, "r2") == (OTHER.name, both, LATER.replace("25", "26"), False)
    assert told(parts, SEXES, "r3") == (AUTHOR.name, both, LATER, True)
    assert told(parts, LEGS, "r1") == ("greffe", both, NOON, True)


def test_a_row_that_comes_back_is_a_new_decision(parts):
    """What was decided otherwise in between is not carried over."""
    effective(parts, sexes(MAN, ASKED))
    parts.clock.forward(days=1)
    effective(parts, sexes(MAN, WOMAN), OTHER)
    assert told(parts, SEXES, "r2") == (OTHER.name, (FIRST.name, SECOND.name), LATER, False)


def test_a_row_that_nobody_approved_says_so(tmp_path):
    parts = small_house(tmp_path, signed=False)
    assert told(parts, SEXES, "r2") == ("greffe", (), "", False)


def test_comments_stay_with_the_row(parts):
    made = propose(parts, AUTHOR, sexes(MAN, ASKED), "asked")
    comment_proposal(parts, FIRST, made.id, "Whom?", "r2")
    (comment,) = decision(parts, SEXES, "r2").comments
    assert (comment.person, comment.text) == (FIRST.name, "Whom?")
    assert decision(parts, SEXES, "r1").comments == ()


def test_all_rows_of_a_map_at_once_are_the_same(parts):
    (map_,) = parts.catalogue().maps.values()
    found = decisions_of(parts, map_)
    assert {file for file, _ in found} == {LEGS, SEXES, STATUSES}
    assert all(decision(parts, *key) == one for key, one in found.items())


def of_version_2(*items: Item):
    """The internal flow on a list of sexes of version 1.1.0, and the map on it."""
    lists = replace(codelist("CL_SEXE"), reference=Reference("SSER", "CL_SEXE", "1.1.0"), items=items)
    dimensions = tuple(
        replace(d, representation=replace(d.representation, enumeration=Urn("codelist", lists.reference)))
        if d.id == "SEXE"
        else d
        for d in INT.dimensions
    )
    structure = replace(INT, reference=Reference("SSER", "INT", "1.1.0"), dimensions=dimensions)
    flow = Dataflow(
        structure.reference, {"en": "INT"}, annotations=(Annotation("SCOPE", "internal"),), structure=structure.urn
    )
    files = {path(a).replace(".json", "_2.json"): dump_file(a) for a in (lists, structure, flow)}
    return files | {MAP: as_yaml({**the_map(), "version": "1.1.0", "source": "SSER:INT(1.1.0)"})}


def test_a_new_version_of_a_list_carries_over_what_did_not_change(parts):
    """1 is as before, 2 has another label, 3 is new, and 9 and T are as before."""
    same = [Item(c, {"en": c}) for c in ("1", "9", "T")]
    files = of_version_2(same[0], Item("2", {"en": "Women and girls"}), Item("3", {"en": "Other"}), *same[1:])
    made = propose(parts, AUTHOR, files, "the list of 2027")
    found = changes_of(parts.catalogue(), proposed_catalogue(parts, made))
    assert Counter(c.what for c in found) == {"carried": 6, "changed": 1, "queued": 1}
    assert [(c.file, c.row) for c in found if c.what == "changed"] == [(SEXES, "r2")]
    assert [(c.file, c.row) for c in found if c.what == "queued"] == [("SEXE", "3")]
    parts.clock.forward(days=1)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, made.id)
    both = (FIRST.name, SECOND.name)
    assert told(parts, SEXES, "r1") == ("greffe", both, NOON, True)
    assert told(parts, SEXES, "r2") == (AUTHOR.name, both, LATER, False)


def test_a_code_that_is_gone_is_an_error(parts):
    with pytest.raises(BadDefinition, match="'2'"):
        propose(parts, AUTHOR, of_version_2(*(Item(c, {"en": c}) for c in ("1", "9", "T"))), "without 2")


def test_rows_that_go_and_come(parts):
    made = propose(parts, AUTHOR, sexes(MAN, WOMAN, NOBODY) | legs(POURS, CONDAMNES), "one more, one less")
    found = changes_of(parts.catalogue(), proposed_catalogue(parts, made))
    assert [(c.file, c.row, c.what) for c in found if c.what != "carried"] == [
        (SEXES, "r3", "new"),
        (LEGS, "r3", "gone"),
    ]
    assert STOCK.split(",")[2] == "r3"
