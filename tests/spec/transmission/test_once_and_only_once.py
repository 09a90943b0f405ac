"""Whatever breaks, and wherever: a recipient takes a delivery once, or it is known that nobody can tell.

The folder is killed at each of its steps, with a client that takes away what it sees; the whole is run by hypothesis against
a recipient whose truth the program never sees.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deliveries import FIRST_YEAR, SENDER, YEAR, Sending, sending_house
from https_server import Endpoint
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from parcels import CONTENTS, Killed, parcel, taken
from sftp_server import Server, key_pair

from greffe.errors import Conflict, GreffeError
from greffe.transmission import sending as acts
from greffe.transmission.channels.channel import (
    ABSENT,
    PARTLY,
    THERE,
    UNKNOWN,
    Arrived,
    NotSent,
    Options,
    Parcel,
    Unsure,
)
from greffe.transmission.channels.folder import Disk, Folder


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Before the n-th step that writes; `seen` counts them."""
    seen: list[str] = []

    def counted(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def stepping(*arguments: object, **named: object) -> object:
            writing = name != "open" or any(c in str(arguments[1:]) + str(named) for c in "w+")
            if writing:
                seen.append(name)
                if len(seen) == step:
                    raise Killed
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, stepping)

    with monkeypatch.context() as patch:
        monkeypatch = patch
        for owner, name in ((Path, "open"), (Path, "replace"), (Path, "mkdir"), (os, "fsync")):
            counted(owner, name)
        yield seen


@pytest.mark.parametrize("greedy", [False, True], ids=["left there", "taken at once"])
def test_a_folder_killed_at_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, greedy: bool):
    (tmp_path / "in").mkdir()
    sent, step, unknown = parcel(tmp_path / "in"), 0, 0
    while True:
        step += 1
        out = tmp_path / f"out{step}"
        out.mkdir()
        channel, had = Folder(Options("x", "x", {"kind": "folder", "path": str(out)})), []
        try:
            with killed_at(step, monkeypatch):
                channel.deliver(sent)
            break
        except Killed:
            pass
        had += taken(out) if greedy else []
        state = channel.look(sent)
        if state in (ABSENT, PARTLY):
            channel.deliver(sent)
        unknown += state == UNKNOWN
        had += taken(out)
        assert len(had) == len(set(had)), (step, had)
        assert set(had) == set(CONTENTS) or (state == UNKNOWN and greedy), (step, state, had)
    assert step > 8
    assert (unknown > 0) is greedy


def test_what_a_client_takes_while_we_look_does_not_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The first file is shown, the second not yet; the client takes the first after it was seen there."""
    out, had = tmp_path / "out", []
    (tmp_path / "in").mkdir()
    out.mkdir()
    sent, channel = parcel(tmp_path / "in"), Folder(Options("x", "x", {"kind": "folder", "path": str(out)}))
    with pytest.raises(Killed), killed_at(13, monkeypatch):
        channel.deliver(sent)
    assert [p.name for p in out.glob("[A-Z]*")] == ["A.CSV"]
    real = Disk.write

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "write", full)
        with pytest.raises(Unsure, match="No space left on device"):  # one file is shown: it is not none that arrived
            channel.deliver(sent)

    def taking(self: Disk, *arguments: object) -> None:
        had.extend(taken(out))
        real(self, *arguments)

    monkeypatch.setattr(Disk, "write", taking)
    channel.deliver(sent)
    assert had + taken(out) == ["A.CSV", "B.CSV"]


@dataclass
class Recipient:
    """What really arrived, and how the way to it misbehaves."""

    fault: str = ""
    tells: bool = True
    accepted: list[str] = field(default_factory=list)

    def deliver(self, parcel: Parcel) -> str:
        if self.fault == "refused":
            raise NotSent("no login")
        if self.fault == "killed before":
            raise Killed
        if parcel.key in self.accepted:
            return "it was there"
        self.accepted.append(parcel.key)
        if self.fault == "timed out":
            raise Unsure("no answer")
        if self.fault == "killed after":
            raise Killed
        return "taken"

    def look(self, parcel: Parcel) -> Arrived:
        if not self.tells:
            return UNKNOWN
        return THERE if parcel.key in self.accepted else ABSENT


class Once(RuleBasedStateMachine):
    """Two senders, a recipient, time; a person settles by the truth that they ask for on the telephone."""

    home: Sending

    def __init__(self) -> None:
        super().__init__()
        self.recipient = Recipient()
        self.parts = self.home.house.parts
        years = {t.year for t in self.parts.ledger().transmissions.values()}
        self.id = self.home.signed(year=next(y for y in range(FIRST_YEAR, YEAR) if y not in years)).id

    def attempt(self, id_: str) -> None:
        original = acts.way_of
        acts.way_of = lambda _channels, _one: self.recipient  # the way is the recipient itself
        try:
            acts.send(self.parts, SENDER, id_, {})
        except (Killed, GreffeError):
            pass
        finally:
            acts.way_of = original

    @property
    def state(self) -> str:
        return self.parts.ledger().transmission(self.id).state

    @rule(fault=st.sampled_from(["", "refused", "timed out", "killed before", "killed after"]), tells=st.booleans())
    def send(self, fault: str, tells: bool) -> None:
        self.recipient.fault, self.recipient.tells = fault, tells
        self.attempt(self.id)

    @rule(minutes=st.sampled_from([1, 31, 600]))
    def time_goes_on(self, minutes: int) -> None:
        self.home.house.clock.forward(minutes=minutes)

    @precondition(lambda self: self.state == "uncertain")
    @rule()
    def settle(self) -> None:
        arrived = self.parts.ledger().transmission(self.id).key in self.recipient.accepted
        acts.settle(self.parts, SENDER, self.id, {}, arrived=arrived, reason="asked by telephone")

    @invariant()
    def once(self) -> None:
        assert len(self.recipient.accepted) <= 1
        if self.state == "sent":
            assert len(self.recipient.accepted) == 1
        if self.state in ("failed", "approved"):
            assert self.recipient.accepted == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("once"))


def test_any_order_of_faults(home: Sending):
    Once.home = home
    run_state_machine_as_test(Once, settings=limits(max_examples=12, stateful_step_count=12, deadline=None))


def test_two_senders_at_once(home: Sending):
    """While one has it in hand, the other is told to wait; after its lease it asks first."""
    parts = home.house.parts
    one = home.signed()
    recipient = Recipient(fault="killed after")
    original, acts.way_of = acts.way_of, lambda _channels, _one: recipient
    try:
        with pytest.raises(Killed):
            acts.send(parts, SENDER, one.id, {})
        with pytest.raises(Conflict, match="jules sends"):
            acts.send(parts, SENDER, one.id, {})
        home.house.clock.forward(minutes=31)
        recipient.fault = ""
        assert acts.send(parts, SENDER, one.id, {}).said == "found at the other side"
    finally:
        acts.way_of = original
    assert recipient.accepted == [one.id]


def test_what_no_channel_foresaw_may_have_arrived(home: Sending, monkeypatch: pytest.MonkeyPatch):
    class Way:
        def deliver(self, _parcel: object) -> str:
            raise KeyError("of some library")

    one = home.signed(year=YEAR - 1)
    monkeypatch.setattr(acts, "way_of", lambda _channels, _one: Way())
    found = acts.send(home.house.parts, SENDER, one.id, {})
    assert (found.transmission.state, found.said) == ("uncertain", "KeyError: 'of some library'")


def test_real_ways_from_send_to_the_register(home: Sending, tmp_path: Path):
    """A 500 after acceptance is uncertain until the endpoint is asked; a server with another key waits for a person."""
    parts = home.house.parts
    first, second = (home.signed(year=YEAR - n).id for n in (2, 3))
    with Endpoint(tmp_path / "tls") as endpoint:
        ways = {"edamis": Options("edamis", "channels.toml", endpoint.settings())}
        endpoint.fault = "500 after"
        assert acts.send(parts, SENDER, first, ways).transmission.state == "uncertain"
        endpoint.fault = ""
        found = acts.send(parts, SENDER, first, ways)
        assert (found.transmission.state, found.said) == ("sent", "found at the other side")
        assert ([key for key, _ in endpoint.accepted], endpoint.again) == (
            [f"{first}/CRIME_CTSPRIS_A_FR_2020_0000.CSV"],
            [],
        )
    with Server(tmp_path / "keys", tmp_path / "sftp") as server:
        other = key_pair(tmp_path / "other").with_suffix(".pub").read_text(encoding="utf-8")
        for host_key, state in ((other, "failed"), (server.host_key, "sent")):
            ways = {"edamis": Options("edamis", "channels.toml", server.settings(host_key=host_key))}
            assert acts.send(parts, SENDER, second, ways).transmission.state == state
    assert [(a.ended, a.lasting) for a in parts.ledger().transmission(second).attempts] == [
        ("failed", True),
        ("sent", False),
    ]
    assert [p.name for p in (tmp_path / "sftp").glob("*.CSV")] == ["CRIME_CTSPRIS_A_FR_2019_0000.CSV"]
