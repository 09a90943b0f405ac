"""What every register promises (the compliance kit of `store.base.Register`)."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from greffe.errors import Conflict, Denied, NotFound, Overtaken
from greffe.store.base import Act, Actor, Seen

NOON = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
ANA, BEN = Actor("ana"), Actor("ben", "oidc")


@pytest.fixture
def filled(register):
    register.add_person(ANA, NOON, "ana", ["statistician"])
    register.add_person(ANA, NOON, "ben", ["approver", "operator"])
    return register


def test_a_new_register_is_empty(register):
    assert (register.head(), list(register.read()), dict(register.people())) == (0, [], {})
    assert list(register.verify()) == []


def test_the_first_person_enters_themself_and_then_others(filled):
    assert dict(filled.people()) == {"ana": ("statistician",), "ben": ("approver", "operator")}
    assert [(e.kind, e.subject, e.actor) for e in filled.read()] == [
        ("person.added", "ana", "ana"),
        ("person.added", "ben", "ana"),
    ]


def test_the_first_person_cannot_be_entered_by_somebody_else(register):
    with pytest.raises(Denied):
        register.add_person(ANA, NOON, "ben", [])
    assert register.head() == 0


def test_a_stranger_neither_appends_nor_enters_anybody(filled):
    with pytest.raises(Denied):
        filled.append(Actor("eve"), NOON, "draft.prepared", "d1", {})
    with pytest.raises(Denied):
        filled.add_person(Actor("eve"), NOON, "eve", [])
    assert filled.head() == 2


def test_a_person_who_is_entered_again_has_the_new_roles(filled):
    filled.add_person(BEN, NOON, "ana", ["auditor"])
    assert filled.people()["ana"] == ("auditor",)
    assert list(filled.verify()) == []


def test_an_entry_comes_back_as_it_was_appended(filled):
    payload = {"text": 'é \u2028 "x" \x00', "list": [1, {"b": None}], "flag": True, "big": 2**70}
    entry = filled.append(BEN, NOON, "draft.prepared", "d1", payload)
    assert list(filled.read(after=2)) == [entry]
    assert (entry.number, entry.actor, entry.established) == (3, "ben", "oidc")
    assert entry.instant == "2026-11-24T12:00:00.250000Z"
    assert entry.payload == payload


def test_instants_are_kept_in_utc(filled):
    paris = timezone(timedelta(hours=1))
    entry = filled.append(ANA, datetime(2026, 11, 24, 13, tzinfo=paris), "x", "y", {})
    assert entry.instant == "2026-11-24T12:00:00.000000Z"
    with pytest.raises(ValueError, match="without offset"):
        filled.append(ANA, datetime(2026, 11, 24, 13), "x", "y", {})


def test_the_hash_covers_the_entry_the_one_before_and_its_contents(filled):
    before = list(filled.read())[-1]
    entry = filled.append(ANA, NOON, "map.approved", "M", {"b": 1, "a": "é"}, contents=[b"hello", b""])
    sums = [hashlib.sha256(c).hexdigest() for c in (b"hello", b"")]
    written = [
        3, "2026-11-24T12:00:00.250000Z", "ana", "cli-asserted", "map.approved", "M", {"a": "é", "b": 1}, before.hash,
        sums,
    ]  # fmt: skip
    text = json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()
    assert entry.previous == before.hash


def test_the_chain_starts_from_nothing(filled):
    assert next(iter(filled.read())).previous == ""


def test_contents_are_kept_by_checksum_once(filled):
    filled.append(ANA, NOON, "x", "a", {}, contents=[b"hello", b"hello"])
    filled.append(ANA, NOON, "x", "b", {}, contents=[b"hello", bytes(range(256))])
    for content in (b"hello", bytes(range(256))):
        assert filled.content(hashlib.sha256(content).hexdigest()) == content
    both = {hashlib.sha256(c).hexdigest(): c for c in (b"hello", bytes(range(256)))}
    assert filled.contents([*both, *both]) == both
    with pytest.raises(NotFound):
        filled.content("0" * 64)
    with pytest.raises(NotFound, match="0000"):
        filled.contents([*both, "0" * 64])
    assert list(filled.verify()) == []


def test_what_is_done_once_is_not_done_twice(filled):
    filled.append(ANA, NOON, "release.made", "A#1", {"n": 1}, once="release A 1")
    with pytest.raises(Conflict):
        filled.append(ANA, NOON, "release.made", "A#1", {"n": 2}, once="release A 1", contents=[b"never"])
    assert filled.head() == 3
    with pytest.raises(NotFound):
        filled.content(hashlib.sha256(b"never").hexdigest())
    filled.append(ANA, NOON, "release.made", "A#2", {}, once="release A 2")
    filled.append(ANA, NOON, "note", "A", {})
    filled.append(ANA, NOON, "note", "A", {})
    assert filled.head() == 6


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"after": 3}, [4, 5]),
        ({"after": 99}, []),
        ({"kinds": ("draft.approved",)}, [4]),
        ({"kinds": ("draft.approved", "draft.prepared")}, [3, 4, 5]),
        ({"subject": "d1"}, [3, 4]),
        ({"subject": "d1", "kinds": ("draft.prepared",), "after": 2}, [3]),
        ({"subject": "nothing"}, []),
    ],
)
def test_entries_are_read_by_number_kind_and_subject(filled, asked, numbers):
    filled.append(ANA, NOON, "draft.prepared", "d1", {})
    filled.append(BEN, NOON, "draft.approved", "d1", {})
    filled.append(ANA, NOON, "draft.prepared", "d2", {})
    assert [e.number for e in filled.read(**asked)] == numbers


def test_a_payload_that_json_cannot_say_is_not_appended(filled):
    for payload in ({"x": float("nan")}, {"x": object()}, {"x": {1, 2}}):
        with pytest.raises((TypeError, ValueError)):
            filled.append(ANA, NOON, "x", "y", payload)
    assert filled.head() == 2


def test_many_entries_are_read_in_order(filled):
    for n in range(60):
        filled.append(ANA, NOON, "note", str(n), {"n": n})
    assert [e.payload["n"] for e in filled.read(kinds=("note",))] == list(range(60))
    assert list(filled.verify()) == []


def test_several_entries_are_added_all_or_none(filled):
    acts = [Act("release.made", f"F{n}", {"n": n}, once=f"F{n} 1") for n in range(3)]
    made = filled.append_all(ANA, NOON, acts)
    assert list(filled.read(after=2)) == list(made)
    assert [(e.number, e.subject, e.payload["n"]) for e in made] == [(3, "F0", 0), (4, "F1", 1), (5, "F2", 2)]
    with pytest.raises(Conflict):
        filled.append_all(ANA, NOON, [Act("release.made", "G", {}, once="G 1"), acts[1]])
    with pytest.raises(Conflict):
        filled.append_all(ANA, NOON, [Act("release.made", "G", {}, once="G 1")] * 2)
    with pytest.raises(Denied):
        filled.append_all(Actor("eve"), NOON, [Act("release.made", "G", {}, once="G 1")])
    assert filled.head() == 5
    assert filled.append_all(ANA, NOON, [Act("release.made", "G", {}, once="G 1")])[0].number == 6
    assert list(filled.verify()) == []


def test_an_act_is_overtaken_by_what_it_had_not_seen(filled):
    """What was entered since about the same subject, or of a kind that it depends on, by anybody but itself."""
    seen = Seen(filled.head(), frozenset({"d1", "calendar.moved"}))
    filled.append(BEN, NOON, "draft.approved", "d2", {})
    mine = filled.append(ANA, NOON, "draft.prepared", "d1", {}, seen=seen)
    with pytest.raises(Overtaken, match=r"entry 4 of the register is draft.prepared of d1, by ana"):
        filled.append(BEN, NOON, "draft.prepared", "d1", {}, seen=seen)
    own = replace(seen, own=frozenset({mine.number}))
    filled.append_all(ANA, NOON, [Act("draft.approved", "d1", {}), Act("draft.returned", "d1", {})], seen=own)
    with pytest.raises(Overtaken):
        filled.append_all(ANA, NOON, [Act("x", "y", {}), Act("draft.approved", "d1", {})], seen=own)
    later = replace(own, number=filled.head())
    filled.append(BEN, NOON, "calendar.moved", "CAL-2027-001", {})
    with pytest.raises(Overtaken):
        filled.add_person(ANA, NOON, "eve", ["author"], seen=later)
    assert ("eve" in filled.people(), filled.head(), list(filled.verify())) == (False, 7, [])


def test_an_act_is_overtaken_by_other_roles_of_whoever_does_it(filled):
    """And of nobody else, nor by roles that they gave themselves on the way."""
    seen = Seen(filled.head(), frozenset({"d1"}))
    filled.add_person(ANA, NOON, "ben", ["author"])
    mine = filled.add_person(ANA, NOON, "ana", ["approver"])[-1]
    own = replace(seen, own=frozenset({mine.number}))
    filled.append(ANA, NOON, "draft.prepared", "d1", {}, seen=own)
    for act in (
        lambda: filled.append(BEN, NOON, "draft.prepared", "d1", {}, seen=replace(seen, about=frozenset())),
        lambda: filled.append_all(ANA, NOON, [Act("draft.prepared", "d2", {})], seen=seen),
        lambda: filled.add_person(ANA, NOON, "eve", ["author"], seen=seen),
    ):
        with pytest.raises(Overtaken, match=r"is person\.added of (ana|ben), by ana"):
            act()
