"""Receipts that come before we know that a delivery left, or after a person said that it did not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from deliveries import SENDER, YEAR, Sending, sending_house

from greffe.errors import Conflict, Refused
from greffe.model.transmissions import Transmission
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission.channels.channel import Options, Parcel, Unsure
from greffe.transmission.channels.folder import Folder
from greffe.transmission.handed_in import hand_in
from greffe.transmission.inbox import poll
from greffe.transmission.receipts import take
from greffe.transmission.running import run
from greffe.transmission.sending import send, settle
from greffe.transmission.turned_away import waiting

RENE = Actor("rene", "local")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    found = sending_house(tmp_path_factory.mktemp("turns"))
    add_person(found.house.parts, HOUSE, RENE.name, ["recipient:ESTAT"])
    return found


def ways(home: Sending, inbox: Path) -> dict[str, Options]:
    inbox.mkdir(exist_ok=True)
    (home.out / "edamis").mkdir(parents=True, exist_ok=True)
    told = {"kind": "folder", "path": str(home.out / "edamis"), "inbox": str(inbox)}
    return {"edamis": Options("edamis", "channels.toml", told)}


def receipt(one: Transmission, verdict: str = "acknowledged") -> bytes:
    return json.dumps({"verdict": verdict, "files": [{"name": f.name, "sha256": f.sha256} for f in one.files]}).encode()


def lost(home: Sending, channels: dict[str, Options], year: int, monkeypatch: pytest.MonkeyPatch) -> Transmission:
    """Sent once, with an answer that nobody understood; a person was told that it did not arrive."""

    def deliver(_self: Folder, _parcel: Parcel) -> str:
        raise Unsure("500")

    one, parts = home.signed(year=year), home.house.parts
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "deliver", deliver)
        assert send(parts, SENDER, one.id, channels).transmission.state == "uncertain"
    return settle(parts, SENDER, one.id, channels, arrived=False, reason="The help desk does not see it.")


def test_a_receipt_in_the_inbox_is_looked_for_before_it_is_sent_again(home: Sending, tmp_path: Path, monkeypatch):
    parts, channels = home.house.parts, ways(home, tmp_path / "in")
    one = lost(home, channels, YEAR, monkeypatch)
    (tmp_path / "in" / "receipt.json").write_bytes(receipt(one))
    home.house.clock.forward(minutes=10)
    told = [(d.what, d.failed) for d in run(parts, SENDER, date(2026, 12, 31), channels) if d.id == one.id]
    assert told == [("acknowledged", False)]
    found = parts.ledger().transmission(one.id)
    assert (found.state, len(found.attempts), len(found.receipts)) == ("acknowledged", 1, 1)
    with pytest.raises(Refused, match="is acknowledged: it is not sent again"):
        send(parts, SENDER, one.id, channels)
    assert home.arrived == {}


def test_a_failed_try_is_ended_by_the_checksum_or_by_a_person(home: Sending, tmp_path: Path, monkeypatch):
    parts, channels = home.house.parts, ways(home, tmp_path / "in")
    one, file = lost(home, channels, YEAR - 1, monkeypatch), tmp_path / "named.json"
    file.write_text(json.dumps({"transmission": one.id, "verdict": "acknowledged"}), encoding="utf-8")
    with pytest.raises(Refused, match="does not say the checksum of what was tried"):
        take(parts, SENDER, one.id, file)
    (tmp_path / "in" / "named.json").write_bytes(file.read_bytes())
    assert [(d.id, d.failed) for d in poll(parts, SENDER, channels)] == [("named.json", True)]
    assert home.state(one.id) == "failed"
    assert hand_in(parts, RENE, ("r.json", receipt(one, "reported")))[0].state == "sent"
    other = lost(home, channels, YEAR - 2, monkeypatch)
    assert hand_in(parts, RENE, ("r.json", receipt(other, "refused")))[0].state == "refused"
    third = lost(home, channels, YEAR - 3, monkeypatch)
    file.write_text("{}", encoding="utf-8")
    assert take(parts, SENDER, third.id, file, "acknowledged", "They wrote.")[0].state == "acknowledged"


@pytest.mark.parametrize("ends", ["sent", "uncertain"])
def test_a_receipt_that_comes_while_it_is_sent_is_taken(home: Sending, tmp_path: Path, monkeypatch, ends: str):
    """The recipient is quicker than our own register; how the try ends changes nothing of what it said."""
    parts, channels = home.house.parts, ways(home, tmp_path / "in")
    one, real = home.signed(year=YEAR - 4 if ends == "sent" else YEAR - 5), Folder.deliver

    def deliver(self: Folder, parcel: Parcel) -> str:
        said = real(self, parcel)
        told = json.dumps({"transmission": one.id, "verdict": "acknowledged"}).encode()
        assert hand_in(parts, RENE, ("receipt.json", told))[0].state == "acknowledged"
        if ends == "uncertain":
            raise Unsure("500")
        return said

    monkeypatch.setattr(Folder, "deliver", deliver)
    assert send(parts, SENDER, one.id, channels).transmission.state == "acknowledged"
    (attempt,) = parts.ledger().transmission(one.id).attempts
    assert attempt.ended == ends
    assert one.id not in [w.about for w in waiting(parts)]


def test_who_was_answered_meanwhile_does_not_send(home: Sending, tmp_path: Path, monkeypatch):
    """The receipt is entered between the look at the delivery and the entry that it is being sent."""
    parts, channels = home.house.parts, ways(home, tmp_path / "in")
    one = lost(home, channels, YEAR - 6, monkeypatch)

    def quick(*_of: object) -> None:
        hand_in(parts, RENE, ("receipt.json", receipt(one)))

    monkeypatch.setattr("greffe.transmission.sending._may_leave", quick)
    monkeypatch.setattr(Folder, "deliver", None)
    with pytest.raises(Conflict, match=r"has answered .* meanwhile"):
        send(parts, SENDER, one.id, channels)
    assert home.state(one.id) == "acknowledged"
