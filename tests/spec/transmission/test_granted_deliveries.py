"""A delivery of what not everybody has: a release before its hour, values that a release hides; each by a right that is asked for
again when it leaves. Read from the bytes that came, by csv, and from the tables of the register."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from house import AUTHOR, FIRST, RELEASER, SECOND, Clock
from year_checks import lines_of
from year_counterparts import Counterparts
from year_kills import counting
from year_office import BEGINS, CASES, PRIS, SENDER, WHY, Office

from greffe.catalogue.policies.deliveries import COLUMNS, read_deliveries
from greffe.errors import BadDefinition, Refused
from greffe.model.calendar import Words
from greffe.release.advances import grant
from greffe.release.grants import approve_grant, end_grant, propose_grant
from greffe.release.people import HOUSE, add_person
from greffe.transmission.building import approve, build
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults
from greffe.transmission.sending import send
from greffe.transmission.ways import read_channels

ROW = (
    "{name},ESTAT_CTS,{flow},sdmx-csv-2.0,{content},free,{name}_{{year}}_{{number}}.csv,FR_SSER,4D0,,edamis,{approval}"
    + WHY
    + "\n"
)
EARLY = Words("For loading before the common hour.", "Pour chargement avant l’heure commune.")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory):
    """Prisons, signed each time, and by a standing row; cases with what they hide."""
    folder, clock = tmp_path_factory.mktemp("granted"), Clock(BEGINS)
    rows = ROW.format(name="EACH", flow=PRIS, content="full", approval="each")
    rows += ROW.format(name="STANDING", flow=PRIS, content="full", approval="standing")
    rows += ROW.format(name="HIDDEN", flow=CASES, content="granted", approval="each")
    with pytest.MonkeyPatch.context() as patch, Counterparts(folder, clock) as others:
        made = Office(folder, clock, others, counting(folder, patch), rows)
        add_person(made.parts, HOUSE, AUTHOR.name, ["author"])
        yield made


def signed(office: Office, name: str) -> str:
    one = build(office.parts, SENDER, named_plan(office.parts, name, 2025), "Counted again.").transmission
    for person in (FIRST, SECOND):
        approve(office.parts, person, one.id)
    return one.id


def sent(office: Office, id_: str) -> list[dict[str, str]]:
    """The rows that came, as csv reads them."""
    send(office.parts, SENDER, id_, read_channels(office.parts.settings.channels))
    office.others.take_away()
    return list(csv.DictReader(io.StringIO(office.others.taken[-1].content.decode())))


def test_a_release_leaves_before_its_hour_to_whom_it_was_granted(office: Office):
    parts = office.parts
    out = office.put(PRIS, 2024)
    ahead = office.put(PRIS, 2025, timedelta(hours=300))
    office.clock.forward(minutes=1)
    first = parts.ledger().release(ahead.release).effective_at - timedelta(hours=100)
    assert named_plan(parts, "EACH", 2025).files[0].release.number == 1
    grant(parts, RELEASER, ahead.release, "ESTAT", first, EARLY)
    assert named_plan(parts, "EACH", 2025).files[0].release.number == 1, "not yet"
    office.clock.now = first
    plan = named_plan(parts, "EACH", 2025)
    told = {"kind": "advance", "id": ahead.release, "until": "2026-12-06T21:00:00.000000Z"}
    assert plan.files[0].as_json()["rights"] == [told]
    assert [
        p.files[0].rights for p in (named_plan(parts, "STANDING", 2025), named_plan(parts, "EACH", 2025, test=True))
    ] == [(), ()]
    assert out.release == str(named_plan(parts, "STANDING", 2025).files[0].release)
    id_ = signed(office, "EACH")
    office.clock.now = first - timedelta(seconds=1)
    with pytest.raises(
        Refused, match=f"{ahead.release} is under embargo, and ESTAT may have it from 2026-12-02 18:00:00 in Paris"
    ):
        sent(office, id_)
    assert parts.ledger().transmission(id_).attempts == ()
    office.clock.now = first
    rows = sent(office, id_)
    assert ahead.mark in {r["OBS_VALUE"] for r in rows}
    assert {r["CONF_STATUS"] for r in rows} == {"E", "A"}, "under embargo, and what is hidden"
    assert ahead.secret not in str(rows)
    (line,) = lines_of(office.folder / "home", "advance")[1:]
    assert (line.word, line.subject, line.payload["to"]) == ("accessed", ahead.release, "ESTAT")
    (built,) = [x for x in lines_of(office.folder / "home", "transmission") if x.word == "built"]
    assert built.payload["files"][0]["rights"] == [told]
    office.clock.now = first + timedelta(hours=101)
    assert list(faults(parts, parts.ledger().transmission(id_))) == [], "built again after its hour: the same bytes"
    assert [o.code for o in named_plan(parts, "EACH", 2025).obstacles] == ["same"], "everybody has it now"
    late = build(parts, SENDER, named_plan(parts, "STANDING", 2025), "For all.").transmission
    office.clock.now = first
    with pytest.raises(Refused, match=f"{ahead.release} is under embargo: STANDING"):
        sent(office, late.id)
    office.clock.now = first + timedelta(hours=101)


def test_what_is_hidden_leaves_by_a_grant_and_not_after_its_end(office: Office):
    parts = office.parts
    made = office.put(CASES, 2025)
    office.clock.forward(minutes=1)
    plan = named_plan(parts, "HIDDEN", 2025)
    assert [o.code for o in plan.obstacles] == ["no_grant"]
    assert "habilitation" in plan.obstacles[0].said("fr")
    day = office.clock().date()
    one = propose_grant(
        parts,
        AUTHOR,
        "ESTAT",
        parts.catalogue().latest(type(plan.files[0].flow), CASES),
        day + timedelta(days=9),
        "An act.",
    )
    assert named_plan(parts, "HIDDEN", 2025).obstacles, "nobody signed it"
    for person in (FIRST, SECOND):
        approve_grant(parts, person, one.id)
    rights = named_plan(parts, "HIDDEN", 2025).files[0].as_json()["rights"]
    assert rights == [{"kind": "grant", "id": one.id, "until": (day + timedelta(days=9)).isoformat()}]
    assert not named_plan(parts, "HIDDEN", 2025, test=True).files[0].rights
    id_ = signed(office, "HIDDEN")
    begun = office.clock.now
    office.clock.forward(days=11)
    with pytest.raises(Refused, match=f"Grant {one.id} is expired: HIDDEN_2025_1.csv does not leave"):
        sent(office, id_)
    office.clock.now = begun
    rows = sent(office, id_)
    assert made.secret in {r["OBS_VALUE"] for r in rows if r["CONF_STATUS"] == "A"}
    (used,) = [x for x in lines_of(office.folder / "home", "grant") if x.word == "used"]
    (file,) = parts.ledger().transmission(id_).files
    assert json.loads(json.dumps(used.payload)) == {"release": made.release, "values": 1, "sha256": file.sha256}
    assert list(faults(parts, parts.ledger().transmission(id_))) == []
    office.put(CASES, 2026)
    office.clock.forward(minutes=1)
    again = signed(office, "HIDDEN")
    end_grant(parts, AUTHOR, one.id, "No longer.")
    with pytest.raises(Refused, match=f"Grant {one.id} is ended"):
        sent(office, again)
    assert list(faults(parts, parts.ledger().transmission(id_))) == [], "what was sent stays provable"


def test_what_is_confidential_is_signed_each_time():
    header = ",".join(c for c in COLUMNS if c != "wanted") + "\n"
    row = ROW.format(name="X", flow=CASES, content="granted", approval="standing")
    with pytest.raises(BadDefinition, match="What is confidential is signed each time") as refused:
        read_deliveries((header + row).encode(), "deliveries.csv")
    assert refused.value.nearest == ("each",)
