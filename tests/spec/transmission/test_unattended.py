"""`transmissions run`: what may leave leaves by nobody's hand; what may not holds nothing else up, and is told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from deliveries import PRIS, SENDER, Sending, sending_house
from house import FIRST, SECOND
from parcels import Killed

from greffe.cli.transmissions_shown import entries_of, lines_of
from greffe.errors import Denied, Refused
from greffe.jobs.configured import Job
from greffe.release.deadlines import due
from greffe.release.job import rules_version
from greffe.transmission import running
from greffe.transmission import sending as acts
from greffe.transmission.building import approve
from greffe.transmission.channels.channel import ABSENT, NotSent
from greffe.transmission.giving_up import give_up, take_up
from greffe.transmission.plan import named_plan
from greffe.transmission.running import FIRST_WAIT, TRIES, next_try, run, soon

UNTIL = date(2026, 12, 31)


@pytest.fixture
def sending(tmp_path: Path) -> Sending:
    return sending_house(tmp_path)


def told(sending: Sending) -> dict[str, str]:
    return {d.id: d.what for d in run(sending.house.parts, SENDER, UNTIL, sending.channels)}


def test_it_builds_waits_for_signatures_and_sends(sending: Sending):
    """Data of 2024 and 2025 are asked for until the end of 2026, and the figures end with 2022: held up, and said."""
    done = told(sending)
    assert {id_: what for id_, what in done.items() if id_.startswith(PRIS)} == {
        f"{PRIS}-2024-1": "held up", f"{PRIS}-2025-1": "held up",
    }  # fmt: skip
    one = sending.built(year=2022)
    assert one.id not in told(sending)
    for person in (FIRST, SECOND):
        approve(sending.house.parts, person, one.id)
    assert told(sending)[one.id] == "sent"
    assert one.id not in told(sending)
    assert list(sending.arrived) == ["CRIME_CTSPRIS_A_FR_2022_0000.CSV"]


def test_a_refused_login_is_tried_again_later_and_not_for_ever(sending: Sending, monkeypatch: pytest.MonkeyPatch):
    class Closed:
        tries = 0

        def deliver(self, _parcel: object) -> str:
            self.tries += 1
            raise NotSent("login refused")

        def look(self, _parcel: object) -> str:
            return ABSENT

    closed, parts = Closed(), sending.house.parts
    one = sending.signed()
    monkeypatch.setattr(acts, "way_of", lambda _channels, _one: closed)
    for n in range(1, TRIES + 1):
        assert told(sending)[one.id] == "failed"
        assert closed.tries == n
        assert (told(sending)[one.id], closed.tries) == (
            "failed",
            n,
        )  # it is not tried yet, and is told: it is no better
        sending.house.clock.forward(minutes=FIRST_WAIT.total_seconds() / 60 * 2 ** (n - 1))
    assert next_try(parts.ledger().transmission(one.id)) is None
    sending.house.clock.forward(days=30)
    assert told(sending)[one.id] == "failed"
    assert closed.tries == TRIES
    assert parts.ledger().transmission(one.id).attempts[-1].said == "login refused"


def test_whose_senders_died_too_often_has_failed(sending: Sending, monkeypatch: pytest.MonkeyPatch):
    """It looks as if somebody sent it until its last lease is over; then it has failed, and waits for a person."""

    class Way:
        tries, deadly = 0, True

        def deliver(self, _parcel: object) -> str:
            self.tries += 1
            if self.deadly:
                raise Killed
            return "taken"

        def look(self, _parcel: object) -> str:
            return ABSENT

    way, parts = Way(), sending.house.parts
    one = sending.signed()
    monkeypatch.setattr(acts, "way_of", lambda _channels, _one: way)
    for n in range(1, TRIES + 1):
        with pytest.raises(Killed):
            told(sending)
        assert way.tries == n
        sending.house.clock.forward(days=3)
    assert parts.ledger().transmission(one.id).state == "sending"
    for _ in range(3):
        assert told(sending)[one.id] == "failed"
        found = parts.ledger().transmission(one.id)
        assert (found.state, found.tries, way.tries) == ("failed", TRIES, TRIES)
        assert "a person sends it again" in found.attempts[-1].said
        sending.house.clock.forward(days=3)
    way.deadly = False
    assert acts.send(parts, SENDER, one.id, {}).transmission.state == "sent"
    assert way.tries == TRIES + 1


def test_what_a_person_must_mend_is_not_tried_again_until_one_sends_it(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
):
    """A changed host key: tried once. A person sends it, and a server that is away then is tried again by itself."""

    class Way:
        tries, lasting = 0, True

        def deliver(self, _parcel: object) -> str:
            self.tries += 1
            raise NotSent("the server shows another key", lasting=self.lasting)

    way, parts = Way(), sending.house.parts
    one = sending.signed()
    monkeypatch.setattr(acts, "way_of", lambda _channels, _one: way)
    assert told(sending)[one.id] == "failed"
    sending.house.clock.forward(days=30)
    assert (told(sending)[one.id], way.tries) == ("failed", 1)
    (entry,) = parts.register.read(subject=one.id, kinds=["transmission.failed"])
    assert (entry.payload["lasting"], entry.payload["said"]) == (True, "the server shows another key")
    assert parts.ledger().transmission(one.id).attempts[-1].lasting
    way.lasting = False
    assert acts.send(parts, SENDER, one.id, {}).transmission.state == "failed"
    sending.house.clock.forward(days=1)
    assert told(sending)[one.id] == "failed"
    assert way.tries == 3


def test_show_tells_what_proves_a_delivery(sending: Sending):
    """Signatures, what the channel said, the map with its version, and the rules, whose checksum is that of their code now."""
    parts, one = sending.house.parts, sending.signed()
    acts.send(parts, SENDER, one.id, sending.channels)
    one = parts.ledger().transmission(one.id)
    told = list(lines_of(parts, one))
    assert told[0] == f"Built by {SENDER.name}, approved by {FIRST.name}, {SECOND.name}."
    assert told[1].endswith(": sent  1 file in the folder")
    release = one.files[0].release
    draft = parts.ledger().draft(parts.ledger().release(release).draft)
    assert told[2] == f"{release}  SSER:MAP_{PRIS}(1.0.0)  sha256 {draft.map_checksum}"
    assert told[3].startswith(f"rules sha256 {rules_version()}  catalogue sha256 ")
    assert [e["said"] for e in entries_of(parts, one)][-1] == "1 file in the folder"


def test_who_loses_a_race_raises_no_alarm(sending: Sending, monkeypatch: pytest.MonkeyPatch):
    """Another process is sending it, or has sent it, once this one has listed what is to leave."""
    one, parts, clock = sending.signed(), sending.house.parts, sending.house.clock

    class Gone:
        def deliver(self, _parcel: object) -> str:
            raise Killed

    def begun(parts, who, id_, channels, *, again):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(acts, "way_of", lambda *_: Gone())
            acts.send(parts, who, id_, channels)
        return acts.send(parts, who, id_, channels, again=again)

    def ended(parts, who, id_, channels, *, again):
        acts.send(parts, who, id_, channels, again=again)
        return acts.send(parts, who, id_, channels, again=again)

    for other in (begun, ended):
        monkeypatch.setattr(running, "send", other)
        (found,) = (d for d in run(parts, SENDER, UNTIL, sending.channels) if d.id == one.id)
        assert (found.what, found.failed) == ("in other hands", False), found
        clock.forward(minutes=61)
    assert parts.ledger().transmission(one.id).state == "sent"
    assert len(sending.arrived) == 1


def test_unless_told_it_looks_as_far_ahead_as_the_job(sending: Sending):
    parts = sending.house.parts
    assert soon(parts) == (sending.house.clock() + timedelta(days=30)).date()
    assert Job("t", "transmissions", "* * * * *").days == 30


def test_a_missed_deadline_is_given_up_with_a_reason_and_left_out(sending: Sending):
    parts = sending.house.parts

    def late() -> set[int]:
        return {d.year for d in due(parts, UNTIL) if d.flow.id == PRIS and d.late}

    assert told(sending)[f"{PRIS}-2024-1"] == "held up"
    assert 2024 in late()
    with pytest.raises(Denied):
        give_up(parts, FIRST, PRIS, 2024, "The collection is closed")
    with pytest.raises(Refused, match=f"{PRIS}-2024 is given up for a reason"):
        give_up(parts, SENDER, PRIS, 2024, " ")
    with pytest.raises(Refused, match="what is not late is not given up"):
        give_up(parts, SENDER, PRIS, 2030, "Too early")
    with pytest.raises(Refused, match="is not given up"):
        take_up(parts, SENDER, PRIS, 2024, "Asked for again")
    one = give_up(parts, SENDER, PRIS, 2024, "The collection is closed")
    assert (one.who, one.reason, one.deadline) == (SENDER.name, "The collection is closed", one.deadline)
    assert f"{PRIS}-2024-1" not in told(sending)
    assert 2024 not in late()
    said = [o.said() for o in named_plan(parts, PRIS, 2024).obstacles if o.code == "given_up"]
    assert said[0].startswith(f"{PRIS}-2024 was given up by {SENDER.name} on ")
    assert said[0].endswith(": The collection is closed")
    with pytest.raises(Refused, match="is given up already"):
        give_up(parts, SENDER, PRIS, 2024, "Twice")
    take_up(parts, SENDER, PRIS, 2024, "Asked for again")
    assert told(sending)[f"{PRIS}-2024-1"] == "held up"
