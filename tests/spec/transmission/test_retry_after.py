"""A recipient that says when to come again is not asked before: Retry-After in seconds and as a date (RFC 9110, 10.2.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from greffe.model.transmissions import FAILED, Attempt, Transmission
from greffe.store.base import Entry
from greffe.store.payload import Fields
from greffe.store.transmission_records import _ended
from greffe.transmission.channels.answers import Answer, taken
from greffe.transmission.channels.channel import NotSent
from greffe.transmission.running import next_try

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DATE = "Mon, 30 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3600"}, 3600),
        ({"retry-after": "Mon, 30 Nov 2026 13:30:00 GMT", "date": DATE}, 5400),
        ({"retry-after": "Sun, 29 Nov 2026 13:30:00 GMT", "date": DATE}, 0),
        ({"retry-after": "999999999999"}, 86_400),
        ({"retry-after": "soon"}, 0),
        ({}, 0),
    ],
)
def test_when_to_come_again(headers: dict[str, str], seconds: int):
    with pytest.raises(NotSent) as error:
        taken(Answer(429, headers, ""))
    assert (error.value.after, error.value.lasting) == (seconds, False)


@pytest.mark.parametrize(
    ("again", "minutes"), [("2026-11-30T13:00:00.000000Z", 60), ("2026-11-30T12:00:30.000000Z", 2), ("", 2)]
)
def test_it_is_not_tried_before_and_not_sooner_than_at_our_own_pace(again: str, minutes: int):
    one = Transmission(
        "X-2025-1", "X", "X", "ESTAT", 2025, 1, "api", False, "each", "", "", NOW, "jules", (), state="sending",
        attempts=(Attempt(1, "jules", "2026-11-30T12:00:00.000000Z", NOW),),
    )  # fmt: skip
    payload = {"attempt": 1, "said": "not now", "settled": False, "lasting": False} | (
        {"again": again} if again else {}
    )
    entry = Entry(1, "2026-11-30T12:00:00.000000Z", "jules", "local", "transmission.failed", one.id, payload, "", "")
    failed = replace(_ended(one, Fields(entry), FAILED), said={FAILED: entry.instant})
    assert next_try(failed) == NOW + timedelta(minutes=minutes)
