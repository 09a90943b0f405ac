"""Looking for entries of a register: the same on memory, SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from greffe.store.base import Actor
from greffe.store.wanted import Wanted

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA, BEN = Actor("ana"), Actor("ben")
ACTS = (
    (ANA, "draft.prepared", "FLOW-1a", {"reason": "Année 100 %"}),
    (BEN, "draft.approved", "FLOW-1a", {"comment": "Read_it"}),
    (ANA, "release.made", "FLOW#1", {"number": 1}),
    (BEN, "session.opened", "ben", {}),
    (ANA, "session.opened", "ana", {}),
    (BEN, "releases.other", "flow_1a", {}),
)


@pytest.fixture
def filled(register):
    """Entries 3 to 8, an hour apart from noon on."""
    for person in (ANA, BEN):
        register.add_person(ANA, NOON - timedelta(days=1), person.name, ["author"])
    for hours, (who, kind, subject, payload) in enumerate(ACTS):
        register.append(who, NOON + timedelta(hours=hours), kind, subject, payload)
    return register


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [8, 7, 6, 5, 4, 3, 2, 1]),
        (Wanted(person="ben"), [8, 6, 4]),
        (Wanted(kind="draft"), [4, 3]),
        (Wanted(kind="draft.approved"), [4]),
        (Wanted(kind="release"), [5]),
        (Wanted(subject="flow"), [8, 5, 4, 3]),
        (Wanted(subject="FLOW-1A"), [4, 3]),
        (Wanted(subject="w_1"), [8]),
        (Wanted(text="read_IT"), [4]),
        (Wanted(text="100 %"), [3]),
        (Wanted(text="flow#1"), [5]),
        (Wanted(text="Année"), [3]),
        (Wanted(start="2026-11-24T13:00:00.000000Z", end="2026-11-24T15:00:00.000000Z"), [5, 4]),
        (Wanted(hidden=("session", "person"), own="ben"), [8, 6, 5, 4, 3]),
        (Wanted(after=5), [8, 7, 6]),
        (Wanted(kind="draft", after=3), [4]),
        (Wanted(hidden=("release",)), [8, 7, 6, 4, 3, 2, 1]),
        (Wanted(person="ana", kind="session", hidden=("session",), own="ben"), []),
    ],
)
def test_what_is_wanted_is_found_the_last_first(filled, wanted, numbers):
    assert [e.number for e in filled.search(wanted)] == numbers
    assert filled.count(wanted) == len(numbers)


def test_pages(filled):
    assert [e.number for e in filled.search(Wanted(), most=3)] == [8, 7, 6]
    assert [e.number for e in filled.search(Wanted(), most=3, skip=3)] == [5, 4, 3]
    assert [e.number for e in filled.search(Wanted(), before=6, most=2)] == [5, 4]
    assert [e.number for e in filled.search(Wanted(), most=3, skip=7)] == [1]


def test_more_than_one_reading_of_the_database(filled):
    for number in range(1_100):
        filled.append(ANA, NOON, "draft.prepared", f"D{number}", {})
    assert [e.number for e in filled.search(Wanted(kind="draft"))] == [*range(1_108, 8, -1), 4, 3]
    assert len(list(filled.search(Wanted(kind="draft"), most=1_001))) == 1_001
