"""Advance release: to whom the policy names, not before its hours, recorded, marked in the file, told to everybody after."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from channels import seen
from fastapi.testclient import TestClient
from house import AUTHOR, FLOW, RELEASER, House, new_house
from journey_tools import inside

from greffe.app import create_app
from greffe.errors import BadQuery, Denied, NotFound, Refused
from greffe.formats.embargoed import embargoed
from greffe.model.calendar import Words
from greffe.model.dataset import DataSet, SeriesBlock
from greffe.model.references import Reference, parse_urn
from greffe.model.structures import Component, Dataflow, DataStructure, Representation
from greffe.release.advances import grant, may_have, note_access
from greffe.release.calendar import announce, move
from greffe.release.releasing import Terms, make_releases

WHY = Words("For loading before the common hour.", "Pour chargement avant l’heure commune.")
NAME = f"{FLOW}#1"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A release that waits for 1 March 2027, 08:45 in Paris."""
    made = new_house(tmp_path / "home", "published", "map")
    entry = announce(made.parts, RELEASER, [FLOW], datetime(2027, 3, 1, 7, 45, tzinfo=UTC))
    draft = made.draft()
    made.sign(draft)
    make_releases(made.parts, RELEASER, [draft.id], Terms(calendar=entry.id))
    return made


def test_who_may_have_it_when(house):
    """Eurostat: 168 hours before at most, so from 22 February 2027, 07:45 UTC on."""
    parts, at = house.parts, datetime(2027, 3, 1, 7, 45, tzinfo=UTC)
    first = datetime(2027, 2, 22, 7, 45, tzinfo=UTC)
    with pytest.raises(Denied):
        grant(parts, AUTHOR, NAME, "ESTAT", first, WHY)
    with pytest.raises(NotFound) as unknown:
        grant(parts, RELEASER, NAME, "EUROSTAT", first, WHY)
    assert unknown.value.nearest == ("ESTAT",)
    with pytest.raises(BadQuery, match="public reason"):
        grant(parts, RELEASER, NAME, "ESTAT", first, Words("Why."))
    for wrong in (first - timedelta(seconds=1), at, None):
        with pytest.raises(Refused, match="at most 168 hours before"):
            grant(parts, RELEASER, NAME, "ESTAT", wrong, WHY)
    grant(parts, RELEASER, NAME, "ESTAT", first, WHY)
    with pytest.raises(Refused, match=r"granted .* already"):
        grant(parts, RELEASER, NAME, "ESTAT", first, WHY)
    with pytest.raises(Denied, match="was not granted"):
        may_have(parts, RELEASER, NAME, "PRESSE")
    house.clock.now = first - timedelta(microseconds=1)
    with pytest.raises(Denied, match="may have"):
        may_have(parts, RELEASER, NAME, "ESTAT")
    house.clock.now = first
    assert may_have(parts, RELEASER, NAME, "ESTAT").number == 1
    move(parts, RELEASER, "CAL-2027-001", at + timedelta(days=1), WHY)
    with pytest.raises(Denied, match="2027-02-23 08:45:00 in Paris"):  # the hours of the policy move with the release
        may_have(parts, RELEASER, NAME, "ESTAT")
    house.clock.now = at + timedelta(days=1)
    with pytest.raises(Refused, match="is in effect: everybody has it"):
        may_have(parts, RELEASER, NAME, "ESTAT")


def test_nobody_hears_of_it_before_and_everybody_after(house):
    parts = house.parts
    before = seen(house)
    house.clock.now = datetime(2027, 2, 28, 9, tzinfo=UTC)
    grant(parts, RELEASER, NAME, "CABINET_GARDE_DES_SCEAUX", None, WHY)
    for minutes in (0, 5):
        house.clock.forward(minutes=minutes)
        note_access(parts, RELEASER, NAME, "CABINET_GARDE_DES_SCEAUX")
    assert seen(house) == before
    house.clock.now = datetime(2027, 3, 1, 7, 45, tzinfo=UTC)
    client = TestClient(create_app(parts))
    told = client.get("/api/v1/calendar").json()[0]["early_access"]
    assert told == client.get(f"/api/v1/releases/{FLOW}/1").json()["early_access"]
    assert told == [
        {
            "release": NAME,
            "recipient": "CABINET_GARDE_DES_SCEAUX",
            "names": {"en": "Office of the Minister of Justice", "fr": "Cabinet du garde des sceaux"},
            "start": "2027-02-28T09:00:00+00:00",
            "reasons": {"en": WHY.en, "fr": WHY.fr},
            "accesses": ["2027-02-28T09:00:00+00:00", "2027-02-28T09:05:00+00:00"],
        }
    ]
    assert RELEASER.name not in client.get("/api/v1/calendar").text


def test_the_file_says_in_every_observation_that_it_is_under_embargo(tmp_path):
    """On the command line, whose clock is the real one: a release that waits for tomorrow."""
    house = new_house(tmp_path / "home", "published", "map")
    draft = house.draft()
    house.sign(draft)
    house.clock.now = datetime.now(UTC)
    at = (house.clock.now + timedelta(hours=3)).replace(microsecond=0)
    make_releases(house.parts, RELEASER, [draft.id], Terms(at))
    home, said = house.parts.settings.home, ("--to", "PRESSE", "--as", "farid")
    out = tmp_path / "file.csv"
    refused = inside(home, "advance", "data", NAME, *said, "--out", str(out))
    assert (refused.code != 0, out.exists()) == (True, False)
    assert "was not granted" in refused.err
    granted = inside(home, "advance", "grant", NAME, *said, "--reason", WHY.en, "--reason-fr", WHY.fr)
    assert granted.code == 0, granted.err
    for name, more in (("file.csv", ()), ("file.xml", ("--format", "structurespecificdata", "--lang", "fr"))):
        made = inside(home, "advance", "data", NAME, *said, "--out", str(tmp_path / name), *more)
        assert made.code == 0, made.err
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == house.parts.ledger().release(NAME).observations
    assert {r["CONF_STATUS"] for r in rows} == {"E"}  # the structure has no EMBARGO_DATE (QR-EMB-02)
    assert (
        next(r["OBS_VALUE"] for r in rows if (r["iccs"], r["unit"], r["TIME_PERIOD"]) == ("ICCS0101", "NR", "2008"))
        == "975"
    )
    tree = ElementTree.parse(tmp_path / "file.xml")
    header = {e.tag.split("}")[1]: e.text for e in tree.getroot()[0]}
    assert header["Test"] == "false"
    assert header["Source"].startswith("Sous embargo jusqu’au ")
    assert header["Source"].endswith(f", pour PRESSE; SSMSI; {NAME}")
    listed = inside(home, "advance", "list", "--json").json()["advances"]
    assert [(a["recipient"], len(a["accesses"])) for a in listed] == [("PRESSE", 2)]
    again = inside(home, "advance", "data", NAME, *said, "--out", str(out))
    assert "is there already" in again.err
    assert len(house.parts.ledger().advances[NAME, "PRESSE"].accesses) == 2
    nowhere = inside(home, "advance", "data", NAME, *said, "--out", str(tmp_path / "no/file.csv"))
    assert nowhere.code != 0
    assert "cannot be written" in nowhere.err
    assert len(house.parts.ledger().advances[NAME, "PRESSE"].accesses) == 2
    assert not list(tmp_path.glob(".*"))


def component(id_: str, role: str = "attribute") -> Component:
    concept = parse_urn(f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SSER:CS(1.0.0).{id_}")
    return Component(id_, concept, Representation(), role, True, ("OBS_VALUE",) if role == "attribute" else ())


@pytest.mark.parametrize(
    ("attributes", "marks"),
    [
        (("CONF_STATUS", "EMBARGO_DATE"), ["N", "C", "N"]),
        (("CONF_STATUS",), ["E", "C", "E"]),
    ],
)
def test_a_structure_with_an_embargo_date_gets_it_and_n(attributes, marks):
    """QR-EMB-02. What is confidential keeps its mark: it lasts longer than the embargo."""
    structure = DataStructure(
        Reference("SSER", "DSD"),
        {"en": "A structure"},
        dimensions=(component("GEO", "dimension"),),
        time=component("TIME_PERIOD", "time"),
        measures=(component("OBS_VALUE", "measure"),),
        attributes=tuple(component(a) for a in attributes),
    )
    columns: dict[str, list[str | None]] = {
        "TIME_PERIOD": ["2020", "2021", "2022"], "OBS_VALUE": ["1", None, "3"], "CONF_STATUS": ["F", "C", None],
        "EMBARGO_DATE": [None] * 3,
    }  # fmt: skip
    table = pa.table({c: pa.array(v) for c, v in columns.items() if c in ("TIME_PERIOD", "OBS_VALUE", *attributes)})
    block = SeriesBlock(pa.table({"GEO": ["FR"]}), pa.array([3], pa.int64()), table)
    dataset = DataSet(Dataflow(Reference("SSER", "F"), {}), structure, {}, iter([block]))
    found = embargoed(dataset, datetime(2027, 3, 28, 6, 45, tzinfo=UTC))
    assert found.attributes == attributes
    shown = next(found.blocks).observations.to_pydict()
    assert shown["CONF_STATUS"] == marks
    assert shown.get("EMBARGO_DATE", ["2027-03-28T06:45:00Z"] * 3) == ["2027-03-28T06:45:00Z"] * 3
    assert shown["OBS_VALUE"] == ["1", None, "3"]


def test_a_structure_that_cannot_say_it_is_not_handed_out():
    structure = DataStructure(Reference("SSER", "DSD"), {"en": "A structure"})
    with pytest.raises(Refused, match="no CONF_STATUS"):
        embargoed(DataSet(Dataflow(Reference("SSER", "F"), {}), structure, {}, iter([])), datetime.now(UTC))
