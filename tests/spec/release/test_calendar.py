"""The release calendar: announced to the second, moved for a reason, and nothing is to be seen before, in any channel."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from channels import CHANNELS, seen
from fastapi.testclient import TestClient
from house import AUTHOR, FLOW, RELEASER, House, new_house
from icalendar import Calendar
from journey_tools import inside
from shipped_catalogue import committed_openapi

from greffe.app import create_app
from greffe.errors import BadQuery, Denied, NotFound, Refused
from greffe.model.calendar import Words
from greffe.model.instants import given_by_people
from greffe.release.calendar import announce, cancel, move
from greffe.release.definitions import export_folders
from greffe.release.lifecycle import withdraw
from greffe.release.releasing import Terms, make_releases

WHY = Words("The source is late.", "La source est en retard.")
OTHER = "OBS_CASES"


def paris(text: str) -> datetime:
    return given_by_people(text, "--at")


def announced(house: House, text: str = "2027-03-28 08:45", *flows: str):
    return announce(house.parts, RELEASER, flows or (FLOW,), paris(text))


def test_every_address_of_plain_rest_is_a_channel():
    """A new one that could tell of a release before its hour is tried with the others, or stands here with its reason."""
    of_definitions_alone = {"/api/v1/deadlines.ics", "/health/live"}
    # Of what left to the body itself; that nothing leaves before its hour: tests/journey/test_year_of_deliveries.py.
    with_its_key = ("/api/v1/orders", "/api/v1/queries", "/api/v1/receipts")
    document = committed_openapi("greffe.yaml")
    addresses = {p.partition("?")[0].format(flow=FLOW) for p in CHANNELS}
    for path in document["paths"]:
        if not path.startswith(("/sdmx/", *with_its_key)) and path not in of_definitions_alone:
            form = re.compile(re.sub(r"{\w+}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}")))
            assert any(form.fullmatch(a) for a in addresses), path


@pytest.fixture
def house(tmp_path: Path, address: str) -> House:
    """On a register of each kind."""
    made = new_house(tmp_path / "home", register_url=address)
    made.take_published()
    made.approve_map()
    return made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> House:
    """For acts on the calendar alone: nothing is prepared."""
    return new_house(tmp_path_factory.mktemp("desk") / "home")


def test_nothing_is_to_be_seen_until_the_announced_second_of_a_night_in_which_the_clock_changes(house):
    """28 March 2027: at 02:00 it is 03:00 in Paris, 01:00 UTC; 03:00:01 in Paris is 01:00:01 UTC, two seconds after
    01:59:59 of winter time. Every channel gives the very bytes it gave before the draft was made, to the second before."""
    entry = announced(house, "2027-03-28 03:00:01")
    assert entry.at == datetime(2027, 3, 28, 1, 0, 1, tzinfo=UTC)
    draft = house.draft()
    before = seen(house)
    house.sign(draft)
    made = make_releases(house.parts, RELEASER, [draft.id], Terms(calendar=entry.id))[0]
    assert made.effective_at == entry.at
    assert seen(house) == before
    house.clock.now = datetime(2027, 3, 28, 1, 0, 0, 999_999, tzinfo=UTC)
    assert seen(house) == before
    house.clock.now = entry.at
    after = seen(house)
    data = [CHANNELS.index(p) for p in ("/sdmx/v1/data/{flow}", "/api/v1/series/{flow}", "/quality/{flow}")]
    assert [before[n][0] for n in data] == [404, 404, 404]
    assert [after[n][0] for n in data] == [200, 200, 200]
    assert house.current() == made
    same = {path for path, one, two in zip(CHANNELS, before, after, strict=True) if one == two}
    assert same <= {
        "/sdmx/v2/metadata/structure/dataflow/SSER/{flow}", "/api/v1/calendar.ics", "/health/ready",
        "/api/v1/indicators", "/api/v1/indicators/SSMSI_INFR", "/api/v1/bridge", "/api/v1/bridge/FP01",
        "/api/v1/granted/ESTAT", "/api/v1/granted/ESTAT/{flow}", "/api/v1/advance/ESTAT/{flow}", "/api/v1/register",
    }  # fmt: skip
    shown = TestClient(create_app(house.parts)).get("/api/v1/calendar").json()[0]
    assert (shown["state"], shown["releases"]) == ("released", [f"{FLOW}#1"])


def test_a_release_that_is_withdrawn_before_its_hour_was_never_there(house):
    """Every channel gives the same bytes before the withdrawal, after it, and after the hour at which it would have come."""
    house.released()
    draft = house.draft(reason="another edition")
    house.sign(draft)
    house.clock.forward(days=1)
    before = seen(house)
    at = house.clock.now + timedelta(days=40)
    made = make_releases(house.parts, RELEASER, [draft.id], Terms(at=at))[0]
    house.clock.forward(days=1)
    withdraw(house.parts, RELEASER, str(made), "Not yet.", "Pas encore.")
    assert seen(house) == before
    house.clock.now = at + timedelta(days=1)
    assert seen(house) == before


def test_what_waits_goes_with_a_move_and_a_cancelled_entry_holds_nothing(house):
    entry = announced(house)
    draft = house.draft()
    house.sign(draft)
    made = make_releases(house.parts, RELEASER, [draft.id], Terms(calendar=entry.id))[0]
    with pytest.raises(Refused, match="waits for"):
        cancel(house.parts, RELEASER, entry.id, WHY)
    later = paris("2027-10-31 02:30")
    assert later == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # the later of two half past two, of winter time (D3)
    move(house.parts, RELEASER, entry.id, later, WHY)
    house.clock.now = entry.at
    assert house.current() is None
    assert seen(house)[CHANNELS.index("/sdmx/v1/data/{flow}")][0] == 404
    house.clock.now = later - timedelta(microseconds=1)
    assert house.current() is None
    with pytest.raises(Refused, match="too near"):
        move(house.parts, RELEASER, entry.id, later + timedelta(days=1), WHY)
    house.clock.now = later
    assert house.current() == house.parts.ledger().release(str(made))
    assert house.parts.ledger().release(str(made)).effective_at == later
    with pytest.raises(Refused, match="that is past"):
        move(house.parts, RELEASER, entry.id, later + timedelta(days=1), WHY)
    assert house.current() is not None


def test_a_release_for_an_entry_that_changes_at_that_moment_goes_with_it(house, monkeypatch):
    """The entry is moved after the release was checked and before its act: it goes out at the new instant, as if it had been made for
    it then."""
    entry = announced(house)
    draft = house.draft()
    house.sign(draft)
    real = house.parts.register.append_all

    def rival(*arguments, **named):
        monkeypatch.undo()
        move(house.parts, RELEASER, entry.id, entry.at + timedelta(days=7), WHY)
        return real(*arguments, **named)

    monkeypatch.setattr(house.parts.register, "append_all", rival)
    made = make_releases(house.parts, RELEASER, [draft.id], Terms(calendar=entry.id))[0]
    assert made.effective_at == entry.at + timedelta(days=7)
    assert str(made) == f"{FLOW}#1"
    withdraw(house.parts, RELEASER, str(made), "wrong", "faux")
    cancel(house.parts, RELEASER, entry.id, WHY)
    house.clock.now = made.effective_at
    assert house.current() is None


def test_a_time_that_does_not_exist_is_refused_and_a_day_alone_names_no_hour():
    with pytest.raises(BadQuery, match="does not exist in Europe/Paris"):
        paris("2027-03-28 02:30")
    with pytest.raises(BadQuery, match="names no hour"):
        paris("2027-03-28")
    assert paris("2027-03-28 08:45") == datetime(2027, 3, 28, 6, 45, tzinfo=UTC)
    assert paris("2027-03-27 08:45") == datetime(2027, 3, 27, 7, 45, tzinfo=UTC)


def test_less_than_thirty_days_ahead_needs_a_public_reason(desk):
    """QR-EMB-03, to the second: it is 24 November 2026, 10:00 in Paris."""
    soon = desk.clock() + timedelta(days=30) - timedelta(seconds=1)
    for why in (Words(), Words("Late.", " "), Words("", "Tard.")):
        with pytest.raises(BadQuery, match=r"less than 30 days ahead \(QR-EMB-03\)"):
            announce(desk.parts, RELEASER, [FLOW], soon, reason=why)
    assert announce(desk.parts, RELEASER, [FLOW], soon, reason=WHY).notice == WHY
    assert not announce(desk.parts, RELEASER, [FLOW], soon + timedelta(seconds=1)).notice


def test_how_many_days_ahead_is_a_threshold_that_staff_change(tmp_path):
    """By proposal, as all thresholds: 14 days instead of 30."""
    house = new_house(tmp_path / "home")
    at = house.clock() + timedelta(days=14)
    export_folders(house.parts, tmp_path / "edited")
    table = tmp_path / "edited/mappings/policies/thresholds.csv"
    text = table.read_text(encoding="utf-8")
    assert "QR-EMB-03,notice,30,days" in text
    table.write_text(text.replace("QR-EMB-03,notice,30,", "QR-EMB-03,notice,14,"), encoding="utf-8")
    with pytest.raises(BadQuery, match="less than 30 days ahead"):
        announce(house.parts, RELEASER, [FLOW], at)
    house.change(tmp_path / "edited")
    with pytest.raises(BadQuery, match="less than 14 days ahead"):
        announce(house.parts, RELEASER, [FLOW], at - timedelta(seconds=1))
    assert not announce(house.parts, RELEASER, [FLOW], at).notice


def test_who_may_announce_what(desk):
    at = paris("2028-01-10 08:45")
    with pytest.raises(Denied):
        announce(desk.parts, AUTHOR, [FLOW], at)
    with pytest.raises(NotFound):
        announce(desk.parts, RELEASER, ["ESTAT_CRIM_OF_CAT"], at)
    with pytest.raises(BadQuery, match="is internal"):
        announce(desk.parts, RELEASER, ["INT_JUSTICE"], at)
    with pytest.raises(BadQuery, match="named twice"):
        announce(desk.parts, RELEASER, [FLOW, FLOW], at)
    with pytest.raises(Refused, match="past, or too near"):
        announce(desk.parts, RELEASER, [FLOW], desk.clock() + timedelta(seconds=4), reason=WHY)
    entry = announce(desk.parts, RELEASER, [FLOW, OTHER], at)
    with pytest.raises(Refused, match=f"by {entry.id}"):
        announce(desk.parts, RELEASER, [OTHER], at)
    with pytest.raises(BadQuery, match="public reason"):
        move(desk.parts, RELEASER, entry.id, at + timedelta(days=1), Words("Late."))
    with pytest.raises(Refused, match="says that already"):
        move(desk.parts, RELEASER, entry.id, at, WHY)
    cancel(desk.parts, RELEASER, entry.id, WHY)
    with pytest.raises(Refused, match="was cancelled"):
        move(desk.parts, RELEASER, entry.id, at + timedelta(days=1), WHY)


def test_the_calendar_of_a_calendar_program(tmp_path):
    """Read back by the library: UIDs stay, SEQUENCE counts, CANCELLED shows; texts in the language asked."""
    house = new_house(tmp_path / "home")
    client = TestClient(create_app(house.parts))
    assert not Calendar.from_ical(client.get("/api/v1/calendar.ics").content).events
    title = Words("Crime, 2026; first figures", "Délinquance 2026 ; premiers chiffres")
    one = announce(house.parts, RELEASER, [FLOW], paris("2027-03-28 08:45"), title)
    two = announce(house.parts, RELEASER, [OTHER], paris("2027-06-15 08:45"))
    house.clock.forward(days=1)
    move(house.parts, RELEASER, one.id, paris("2027-04-01 08:45"), WHY)
    cancel(house.parts, RELEASER, two.id, WHY)
    answer = client.get("/api/v1/calendar.ics?lang=fr")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    first, second = Calendar.from_ical(answer.content).events
    assert (first["uid"], first["sequence"], first["status"]) == ("CAL-2027-001@greffe.sser", 1, "CONFIRMED")
    assert first["dtstart"].dt == datetime(2027, 4, 1, 6, 45, tzinfo=UTC)
    assert first["summary"] == title.fr
    assert "Déplacé, était le 2027-03-28 08:45:00 : La source est en retard." in first["description"]
    assert (second["uid"], second["sequence"], second["status"]) == ("CAL-2027-002@greffe.sser", 1, "CANCELLED")
    assert b"\r\n" in answer.content
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    again = client.get("/api/v1/calendar.ics?lang=fr", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    english = Calendar.from_ical(client.get("/api/v1/calendar.ics", headers={"Accept-Language": "en"}).content)
    assert english.events[0]["summary"] == title.en
    told = client.get(f"/api/v1/calendar?dataflow={FLOW}").json()
    assert [(e["id"], e["state"], e["at_paris"]) for e in told] == [(one.id, "announced", "2027-04-01T08:45:00+02:00")]
    assert told[0]["moves"][0]["before"] == "2027-03-28T06:45:00+00:00"
    assert told[0]["moves"][0]["reasons"] == {"en": WHY.en, "fr": WHY.fr}
    house.clock.now = paris("2027-04-01 08:45")
    assert client.get("/api/v1/calendar").json()[0]["state"] == "overdue"
    assert client.get("/api/v1/calendar?lng=fr").status_code == 400


def test_on_the_command_line(tmp_path):
    """Announce, move, list; the clock is the real one, so the year lies far ahead."""
    home = new_house(tmp_path / "home").parts.settings.home
    said = ("--as", "farid")
    made = inside(home, "calendar", "announce", FLOW, OTHER, "--at", "2099-03-29 08:45", "--title", "Crime", *said)
    assert made.code == 0, made.err
    assert "CAL-2099-001 is announced for 2099-03-29 08:45:00 in Paris." in made.out
    refused = inside(home, "calendar", "move", "CAL-2099-001", "--at", "2099-03-29 02:30", *said, "--reason", "x")
    assert (refused.code, "does not exist in Europe/Paris" in refused.err) == (2, True)
    unknown = inside(home, "calendar", "cancel", "CAL-2099-002", *said, "--reason", "x", "--reason-fr", "y")
    assert "CAL-2099-001" in unknown.err
    moved = inside(
        home, "calendar", "move", "CAL-2099-001", "--at", "2099-04-01 08:45", *said, "--reason", "x", "--reason-fr", "y"
    )
    assert moved.code == 0, moved.err
    listed = inside(home, "calendar", "list", "--json").json()["calendar"][0]
    assert (listed["at"], listed["dataflows"], listed["title"]) == (
        "2099-04-01T06:45:00.000000Z", [FLOW, OTHER], "Crime",
    )  # fmt: skip
    assert [m["from"] for m in listed["moved"]] == ["2099-03-29T06:45:00.000000Z"]
