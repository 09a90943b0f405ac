"""What people have on their desks: the same on memory, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from greffe.store.desk import Sheet

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOON + timedelta(microseconds=1)


def test_items_of_a_place_are_put_replaced_and_taken(desk):
    desk.put("camille", "a", {"r2": "two", "r1": "one"}, NOON)
    desk.put("camille", "a", {"r2": "other"}, LATER)
    assert desk.on("camille", "a") == (Sheet("a", "r1", "one", NOON), Sheet("a", "r2", "other", LATER))
    assert desk.take("camille", "a", ("r1", "r9", "r1")) == 1
    assert desk.on("camille", "a") == (Sheet("a", "r2", "other", LATER),)


def test_a_desk_is_of_one_person(desk):
    desk.put("camille", "a", {"r1": "hers"}, NOON)
    desk.put("driss", "a", {"r1": "his"}, NOON)
    assert desk.take("camille", "a", ("r1",)) == 1
    assert [s.text for s in desk.on("driss")] == ["his"]
    assert desk.on("camille") == ()


def test_places_are_apart_and_all_of_them_come_in_order(desk):
    desk.put("camille", "b", {"r1": "second"}, LATER)
    desk.put("camille", "a", {"R1": "first", "r1": "first"}, NOON)
    assert [(s.place, s.item) for s in desk.on("camille")] == [("a", "R1"), ("a", "r1"), ("b", "r1")]
    desk.clear("camille", "a")
    assert [s.place for s in desk.on("camille")] == ["b"]


def test_nothing_and_many_items_at_once(desk):
    desk.put("camille", "a", {}, NOON)
    desk.put("camille", "a", {f"r{n:04}": "x" * 100 for n in range(1_200)}, NOON)
    assert len(desk.on("camille", "a")) == 1_200
    assert desk.take("camille", "a", tuple(f"r{n:04}" for n in range(1_200))) == 1_200
