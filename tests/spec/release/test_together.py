"""Several dataflows are released at once: checked before anything is written, all or none, visible at one instant."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import AUTHOR, FIRST, FLOW, PUBLISHED, RELEASER, House, new_house
from journey_tools import inside

from greffe.app import create_app
from greffe.errors import BadQuery, Broken, Denied, Refused
from greffe.model.calendar import Words
from greffe.release.calendar import announce, move
from greffe.release.lifecycle import approve_draft, withdraw
from greffe.release.releasing import Terms, make_releases

CAPACITY = "ESTAT_CRIM_PRIS_CAP"
WHY = Words("One table is not ready.", "Un tableau n’est pas prêt.")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = new_house(tmp_path / "home", "published")
    mended = tmp_path / "prisons.csv"  # 692 juveniles of 2010, of whom 688 by sex
    mended.write_text(
        (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").replace(",692,", ",688,"), encoding="utf-8"
    )
    made.take(mended, "INT_JUSTICE")
    for flow in (FLOW, CAPACITY):
        made.approve_map(flow)
    return made


def test_all_or_none(house):
    crime, places = house.draft(FLOW), house.draft(CAPACITY)
    house.sign(crime)
    approve_draft(house.parts, FIRST, places.id)
    head = house.parts.register.head()
    with pytest.raises(Denied):
        make_releases(house.parts, AUTHOR, [crime.id], Terms())
    with pytest.raises(Refused, match=r"approvals|not accepted"):
        make_releases(house.parts, RELEASER, [crime.id, places.id], Terms())
    assert house.parts.register.head() == head
    assert not house.parts.settings.releases.exists() or not list(house.parts.settings.releases.glob("*/1"))
    with pytest.raises(BadQuery, match="both given"):
        make_releases(house.parts, RELEASER, [crime.id], Terms(house.clock() + timedelta(days=1), "CAL-2027-001"))


def test_what_is_announced_together_comes_out_together_at_one_instant(house):
    crime, places = house.draft(FLOW), house.draft(CAPACITY)
    for draft in (crime, places):
        house.sign(draft)
    entry = announce(house.parts, RELEASER, [FLOW, CAPACITY], house.clock() + timedelta(days=31))
    with pytest.raises(Refused, match=f"announces {CAPACITY} too"):
        make_releases(house.parts, RELEASER, [crime.id], Terms(calendar=entry.id))
    made = make_releases(house.parts, RELEASER, [crime.id, places.id], Terms(calendar=entry.id))
    assert {r.effective_at for r in made} == {entry.at}
    assert make_releases(house.parts, RELEASER, [crime.id, places.id], Terms(calendar=entry.id)) == made
    kinds = [(e.kind, e.subject) for e in house.parts.register.read()][-3:]
    assert kinds == [
        ("release.made", f"{FLOW}#1"), ("release.made", f"{CAPACITY}#1"), ("calendar.filled", entry.id),
    ]  # fmt: skip
    client = TestClient(create_app(house.parts))

    def statuses() -> list[int]:
        return [client.get(f"/sdmx/v1/data/{flow}").status_code for flow in (FLOW, CAPACITY)]

    house.clock.now = entry.at - timedelta(microseconds=1)
    assert statuses() == [404, 404]
    house.clock.now = entry.at
    assert statuses() == [200, 200]
    withdraw(house.parts, RELEASER, f"{FLOW}#1", WHY.en, WHY.fr)
    with pytest.raises(Refused, match="made of this draft and withdrawn"):
        make_releases(house.parts, RELEASER, [crime.id, places.id], Terms(calendar=entry.id))


def test_a_flow_that_is_not_ready_is_taken_out_of_the_entry(house):
    crime = house.draft(FLOW)
    house.sign(crime)
    entry = announce(house.parts, RELEASER, [FLOW, CAPACITY], house.clock() + timedelta(days=31))
    moved = move(house.parts, RELEASER, entry.id, None, WHY, [FLOW])
    assert [[f.id for f in m.flows_before] for m in moved.moves] == [[FLOW, CAPACITY]]
    made = make_releases(house.parts, RELEASER, [crime.id], Terms(calendar=entry.id))
    assert made[0].effective_at == entry.at
    with pytest.raises(Refused, match="its dataflows stay"):
        move(house.parts, RELEASER, entry.id, None, WHY, [CAPACITY])
    with pytest.raises(Refused, match="was made for"):
        other = house.draft(FLOW, reason="a second look")
        house.sign(other)
        make_releases(house.parts, RELEASER, [other.id], Terms(calendar=entry.id))


def test_a_fault_in_the_second_leaves_none(house):
    """The data of the second draft are damaged after they were signed: the first is no release either."""
    crime, places = house.draft(FLOW), house.draft(CAPACITY)
    for draft in (crime, places):
        house.sign(draft)
    whole = places.data.read_bytes()
    places.data.write_bytes(whole[:-1] + b"x")
    with pytest.raises(Broken):
        make_releases(house.parts, RELEASER, [crime.id, places.id], Terms())
    assert not house.parts.ledger().releases
    places.data.write_bytes(whole)
    home = house.parts.settings.home
    made = inside(home, "release", crime.id, places.id, "--as", "farid", "--at", "2099-03-29 08:45", "--json")
    assert made.code == 0, made.err
    assert [(r["release"], r["effective_at"], r["vintage"]) for r in made.json()["releases"]] == [
        (f"{FLOW}#1", "2099-03-29T06:45:00.000000Z", "2022-E1"),
        (f"{CAPACITY}#1", "2099-03-29T06:45:00.000000Z", "2022-E1"),
    ]
