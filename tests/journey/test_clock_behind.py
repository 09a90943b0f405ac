"""A clock that is behind the register: who acts is refused and told what to do, who reads is answered; and the way out of entries whose
hour is still to come, which a clock that was ahead made."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from house import FLOW, RELEASER, House, new_house
from journey_tools import inside

ADD = ("people", "--add", "zoe", "--role", "author", "--as", "greffe")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return new_house(tmp_path / "home", "published", "map", "released")


def noted(house: House, **ahead: float) -> int:
    """An entry of a clock that is ahead of the one that commands have; its number."""
    house.clock.now = datetime.now(UTC) + timedelta(**ahead)
    house.parts.note(RELEASER, "note.made", "x", {})
    return house.parts.register.head()


def test_who_acts_by_a_clock_that_is_behind_is_refused(house: House):
    """Ten days: nothing is entered, and one sentence names the entry; reading goes on. Half a minute is within what clocks differ by."""
    home = house.parts.settings.home
    noted(house, seconds=30)
    assert inside(home, *ADD).code == 0
    number = noted(house, days=10)
    public = ("--reason", "x", "--reason-fr", "x")
    for order in (
        ("people", "--add", "yan", "--role", "author", "--as", "greffe"),
        ("withdraw", f"{FLOW}#1", "--yes", *public, "--as", "farid"),
        ("prepare", FLOW, "--origin", "real", "--as", "camille"),
        ("calendar", "announce", FLOW, "--at", "2031-06-01 08:45", "--as", "farid"),
    ):
        told = inside(home, *order)
        assert (told.code, len(told.err.strip().splitlines())) == (3, 1), told
        assert f"entry {number} of the register is of" in told.err and "greffe clock --right" in told.err
    assert house.parts.register.head() == number
    assert inside(home, "releases").code == 0


def test_an_entry_of_an_hour_to_come_locks_nobody_out(house: House):
    """The doctor says which it is, and that it or the clock is wrong. An administrator, and nobody else, says that the clock is right, and
    why: then people act again, and the doctor finds nothing."""
    home, number = house.parts.settings.home, noted(house, days=100)
    ill = {c["check"]: c for c in json.loads(inside(home, "doctor", "--quick", "--json").out)["found"]}["clock"]
    assert ill["state"] == "wrong" and f"entry {number} of the register is of" in json.dumps(ill)
    assert json.loads(inside(home, "clock", "--json").out)["entry"] == number
    assert inside(home, "clock", "--right", "--as", "farid", "--reason", "x").code == 4
    assert inside(home, "clock", "--right", "--as", "greffe").code == 2
    said = ("clock", "--right", "--as", "greffe", "--reason", "The time server says so.")
    assert inside(home, *said).code == 0
    assert inside(home, *said).code == 3
    entry = next(iter(house.parts.register.read(kinds=("clock.right",))))
    assert (entry.actor, entry.payload["entry"], entry.payload["reason"]) == (
        "greffe",
        number,
        "The time server says so.",
    )
    assert inside(home, *ADD).code == 0
    well = {c["check"]: c for c in json.loads(inside(home, "doctor", "--quick", "--json").out)["found"]}["clock"]
    assert well["state"] == "well", well
