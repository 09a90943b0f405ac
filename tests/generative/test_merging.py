"""Three-way merges of rows: independent changes both stay, nothing is lost, a conflict is one from either side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greffe.release.merging import ORDER, merge_file
from greffe.release.pieces import HEAD, assembled, read_pieces

PATH = "mappings/BODY/x.csv"
HEADER = "source:A,target:b,row_id,match,kind,valid_from,valid_to,confidence,reason,reference"
IDS = [f"r{n}" for n in range(8)]

texts = st.sampled_from(["x", "y", 'a "quoted" word', "one, two", "over\ntwo lines", "é"])
tables = st.dictionaries(st.sampled_from(IDS), texts, max_size=8)


def written(table: dict[str, str], order: list[str] | None = None) -> bytes:
    """A file of these rows: id → the reason, written as a spreadsheet would."""
    lines = [HEADER]
    for id_ in order or table:
        quoted = '"' + table[id_].replace('"', '""') + '"'
        lines.append(f"{id_},{id_.upper()},{id_},exact,exact,,,recalled,{quoted},")
    return ("\n".join(lines) + "\n").encode()


def rows(content: bytes) -> dict[str, str]:
    return {id_: p.cells["reason"] for id_, p in read_pieces(PATH, content).items() if id_ != HEAD}


def merged(base, mine, theirs, taking=None):
    return merge_file(PATH, written(base), written(mine), written(theirs), taking)


@given(tables)
def test_a_file_is_its_pieces(table):
    content = written(table)
    assert assembled(PATH, read_pieces(PATH, content)) == content
    assert rows(content) == table


@given(tables, tables, tables)
def test_every_row_is_decided_by_the_rule_of_three(base, mine, theirs):
    """By hand: what one side left alone is as the other has it; what both have alike is so; all else is a conflict."""
    found = merged(base, mine, theirs)
    clashing = {c.row for c in found.conflicts} - {ORDER}
    for id_ in IDS:
        was, my, their = base.get(id_), mine.get(id_), theirs.get(id_)
        if my != their and was not in (my, their):
            assert id_ in clashing
        else:
            assert id_ not in clashing
            assert rows(found.content).get(id_) == (their if my == was else my)


@given(tables, tables, tables)
def test_a_conflict_is_one_from_either_side_and_the_rest_is_the_same(base, mine, theirs):
    one, other = merged(base, mine, theirs), merged(base, theirs, mine)
    assert {c.row for c in one.conflicts} == {c.row for c in other.conflicts}
    swapped = {(c.row, c.theirs, c.mine) for c in other.conflicts if c.row != ORDER}
    assert {(c.row, c.mine, c.theirs) for c in one.conflicts if c.row != ORDER} == swapped
    clashing = {c.row for c in one.conflicts}
    left, right = rows(one.content), rows(other.content)
    assert {k: v for k, v in left.items() if k not in clashing} == {k: v for k, v in right.items() if k not in clashing}


@given(tables, st.data())
def test_independent_changes_both_stay(base, data):
    split = data.draw(st.sets(st.sampled_from(IDS)))
    changes = data.draw(tables)
    mine = {**base, **{k: v for k, v in changes.items() if k in split}}
    theirs = {**base, **{k: v for k, v in changes.items() if k not in split}}
    found = merged(base, mine, theirs)
    assert found.conflicts == ()
    assert rows(found.content) == {**base, **changes}


@given(tables, tables, tables)
def test_somebody_who_takes_a_side_everywhere_gets_all_rows_of_the_rule(base, mine, theirs):
    asked = {c.place: "mine" for c in merged(base, mine, theirs).conflicts}
    found = merged(base, mine, theirs, asked)
    assert found.conflicts == ()
    for id_ in IDS:
        was, my, their = base.get(id_), mine.get(id_), theirs.get(id_)
        assert rows(found.content).get(id_) == (their if my == was else my)


@pytest.mark.item("SM-16")
@given(st.permutations(IDS), st.permutations(IDS))
def test_the_order_is_of_whoever_moved_rows_and_a_conflict_when_both_did(mine, theirs):
    """File order is priority (SM-16)."""
    table = dict.fromkeys(IDS, "x")
    found = merge_file(PATH, written(table), written(table, mine), written(table, theirs))
    moved = [order for order in (mine, theirs) if order != IDS]
    clash = len(moved) == 2 and moved[0] != moved[1]
    assert [c.row for c in found.conflicts] == ([ORDER] if clash else [])
    assert list(rows(found.content)) == (theirs if clash else moved[0] if moved else IDS)


def test_what_was_added_comes_after_what_it_followed_and_what_is_effective_first():
    base, mine, theirs = dict.fromkeys("ad", "x"), dict.fromkeys("abd", "x"), dict.fromkeys("acd", "x")
    assert list(rows(merged(base, mine, theirs).content)) == ["a", "c", "b", "d"]


def test_a_file_that_one_removed_and_the_other_changed_is_a_conflict():
    base, changed = written({"r1": "x"}), written({"r1": "y"})
    assert merge_file(PATH, base, None, base).content is None
    found = merge_file(PATH, base, None, changed)
    assert (found.content, [c.place for c in found.conflicts]) == (changed, [PATH])
    assert merge_file(PATH, base, None, changed, {PATH: "mine"}).content is None
