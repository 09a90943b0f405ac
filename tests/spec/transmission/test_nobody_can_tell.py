"""What nobody could tell of is asked about by the unattended run, never sent again too soon, and settled by a person."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from deliveries import SENDER, YEAR, Sending, sending_house
from https_server import Endpoint
from parcels import Killed

from greffe.errors import Conflict, Refused
from greffe.transmission import holders
from greffe.transmission import sending as acts
from greffe.transmission.channels.channel import UNKNOWN, Arrived, Options, Parcel
from greffe.transmission.running import run

UNTIL = date(2026, 12, 31)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("nobody"))


def told(home: Sending, ways: dict[str, Options], id_: str) -> tuple[str, str, bool]:
    (found,) = [d for d in run(home.house.parts, SENDER, UNTIL, ways) if d.id == id_]
    return found.what, found.said, found.failed


def test_what_broke_off_is_not_sent_again_seconds_later(home: Sending, tmp_path: Path):
    """The status address says 404 at once; the recipient may still be at it. After the lease it counts; so does what a
    channel says of itself. The run asks by itself."""
    one, parts = home.signed(), home.house.parts
    with Endpoint(tmp_path / "tls") as endpoint:
        ways = {"edamis": Options("edamis", "channels.toml", endpoint.settings())}
        endpoint.fault = "reset"
        assert acts.send(parts, SENDER, one.id, ways).transmission.state == "uncertain"
        endpoint.fault = ""
        with pytest.raises(Refused, match="where it may still arrive"):
            acts.send(parts, SENDER, one.id, ways)
        what, said, failed = told(home, ways, one.id)
        assert (what, failed) == ("uncertain", True)
        assert "where it may still arrive" in said
        home.house.clock.forward(minutes=29)
        assert (told(home, ways, one.id)[0], endpoint.accepted) == ("uncertain", [])
        home.house.clock.forward(minutes=2)
        assert told(home, ways, one.id)[0] == "sent"
        assert len(endpoint.accepted) == 1
        second = home.signed(year=YEAR - 1)
        quick = {"edamis": Options("edamis", "channels.toml", endpoint.settings(settles_after=60))}
        endpoint.fault = "500 after"
        assert acts.send(parts, SENDER, second.id, quick).transmission.state == "uncertain"
        assert told(home, quick, second.id) == (
            "sent",
            "found at the other side",
            False,
        )  # it is there: nothing to wait for
        assert (len(endpoint.accepted), endpoint.again) == (2, [])
        third = home.signed(year=YEAR - 9)
        assert acts.send(parts, SENDER, third.id, quick).transmission.state == "uncertain"
        with pytest.raises(Refused, match="says that it has all of"):
            acts.settle(parts, SENDER, third.id, quick, arrived=False, reason="They lost it.")
        acts.settle(parts, SENDER, third.id, quick, arrived=False, reason="They lost it.", although=True)
        endpoint.fault = ""
        assert acts.send(parts, SENDER, third.id, quick).transmission.state == "sent"
        # Under another key: what they took and lost, they would not take again under the first one.
        assert (len(endpoint.accepted), endpoint.again) == (4, [])


class Mute:
    """Nobody can tell, and whoever sends is killed."""

    def deliver(self, _parcel: Parcel) -> str:
        raise Killed

    def look(self, _parcel: Parcel) -> Arrived:
        return UNKNOWN


def test_what_cannot_be_told_stays_in_the_output(home: Sending, monkeypatch: pytest.MonkeyPatch):
    one, parts = home.signed(year=YEAR - 2), home.house.parts
    monkeypatch.setattr(acts, "way_of", lambda _channels, _one: Mute())
    with pytest.raises(Killed):
        acts.send(parts, SENDER, one.id, {})
    home.house.clock.forward(minutes=31)
    for _ in range(3):
        assert told(home, {}, one.id)[::2] == ("uncertain", True)
    acts.settle(parts, SENDER, one.id, {}, arrived=True, reason="asked by telephone")
    assert one.id not in {d.id for d in run(parts, SENDER, UNTIL, {})}


def test_who_was_killed_is_settled_without_waiting(home: Sending, monkeypatch: pytest.MonkeyPatch):
    """While the sender lives nobody settles; once it is dead, a person who asked the recipient does, at once."""
    parts = home.house.parts
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    one = home.signed(year=YEAR - 3)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(acts, "way_of", lambda _channels, _one: Mute())
        patch.setattr(acts, "this_process", lambda: holders._named(child.pid))
        acts.send(parts, SENDER, one.id, {})
    with pytest.raises(Conflict, match="jules sends"):
        acts.settle(parts, SENDER, one.id, {}, arrived=True, reason="asked by telephone")
    child.communicate()
    assert acts.settle(parts, SENDER, one.id, {}, arrived=True, reason="asked by telephone").state == "sent"
    late = acts._ended(parts, SENDER, (one.id, 1), "failed", "it comes back late").transmission
    assert (late.state, late.attempts[-1].said) == ("sent", "jules: asked by telephone")


@pytest.mark.parametrize(
    "holder",
    ["", "x", "elsewhere|pid:[1]|1|2", holders.this_process()],
    ids=["none", "unreadable", "elsewhere", "this one"],
)
def test_who_may_live_is_not_dead(holder: str):
    assert not holders.has_died(holder)
