"""Machines that have nothing in common but a register on PostgreSQL and a bucket: each step of a release is done on another
one, all but the last have lost their disks, and the figures are those of one machine."""

import shutil

import pytest
from house import FLOW, new_house
from released import put

from greffe.errors import Unavailable
from greffe.release.eviction import fetch_ahead, let_go
from greffe.release.lifecycle import kept_draft
from greffe.release.verify import faults
from greffe.store.base import Selection
from greffe.store.bucket import Bucket


def figures(parts, release):
    return [block.observations.to_pylist() for block in parts.observations.select(release.name, Selection())]


@pytest.fixture
def machines(tmp_path, new_postgresql, bucket_url):
    """A machine by its name, at the same moment as all others; `lost` takes its disk away."""
    clocks = []

    def machine(name):
        found = new_house(tmp_path / name, register_url=new_postgresql, files=bucket_url)
        if clocks:
            found.clock.now = clocks[-1].now
        clocks.append(found.clock)
        return found

    return machine


def lost(house):
    house.parts.register.close()
    shutil.rmtree(house.parts.settings.home)


def test_every_step_on_another_machine(machines, tmp_path):
    first = machines("ingests")
    first.take_published()
    first.approve_map()
    lost(first)

    second = machines("prepares")
    draft = second.draft()
    lost(second)

    third = machines("signs")
    record, again = kept_draft(third.parts, draft.id)
    assert (again.checksum, again.observations) == (record.checksum, draft.observations)
    third.sign(again)
    lost(third)

    fourth = machines("releases")
    release = fourth.release(kept_draft(fourth.parts, draft.id)[1])
    lost(fourth)

    last = machines("serves")
    alone = new_house(tmp_path / "alone")
    alone.take_published()
    alone.approve_map()
    same = alone.released()
    assert figures(last.parts, release) == figures(alone.parts, same) != []
    assert release.content_hash == same.content_hash
    assert faults(last.parts) == []


def test_what_cannot_be_shared_is_not_entered(machines, monkeypatch):
    """The store is away when an extract comes: nothing is acknowledged, and it is taken when the store is back."""
    house = machines("a")
    head = house.parts.ledger().head

    def away(self, name, content):
        raise Unavailable("The object store does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "put_new", away)
        with pytest.raises(Unavailable):
            house.take_published()
    assert house.parts.ledger().head == head
    house.take_published()
    house.approve_map()
    assert house.released(FLOW).number == 1


def test_a_replica_has_a_release_before_its_hour(machines, tmp_path):
    """It is on its disk, ready to be served, while nobody may read it yet; what was replaced is not fetched."""
    first, replica = machines("releases"), machines("serves")
    for number in (1, 2):
        put(first, number, f"ICCS0101 NR 2020 {number} A F")
    put(first, 3, "ICCS0101 NR 2020 3 A F", hours=1)
    assert [r.number for r in fetch_ahead(replica.parts)] == [2, 3]
    assert sorted(p.parent.name for p in (tmp_path / "serves/releases").glob("*/*/serving")) == ["2", "3"]
    assert replica.current().number == 2
    assert fetch_ahead(replica.parts) == []
    assert fetch_ahead(new_house(tmp_path / "alone").parts) == []


def test_what_the_bucket_has_leaves_a_machine_that_does_not_ask_for_it(machines, monkeypatch):
    """Extracts and drafts go after an idle day, whole ones in the bucket only, and come again when they are asked for."""
    house = machines("prepares")
    house.take_published()
    house.approve_map()
    draft = house.draft()
    home = house.parts.settings.home
    lying = lambda: {p.parent.name for p in home.glob("*/*/*.parquet") if p.parent.parent.name != "releases"}  # noqa: E731
    here = lying()
    assert draft.id in here
    assert let_go(house.parts) == [], "asked for today"
    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "names", lambda self, under: iter(()))
        assert let_go(house.parts, -1) == [], "what the bucket has not whole stays here"
    assert lying() == here
    gone = let_go(house.parts, -1)
    assert {name.split("/")[1] for name in gone} == here
    assert lying() == set()
    house.sign(kept_draft(house.parts, draft.id)[1])
    assert house.release(kept_draft(house.parts, draft.id)[1]).number == 1
    assert faults(house.parts) == []
    assert let_go(new_house(home.parent / "alone").parts, -1) == []
