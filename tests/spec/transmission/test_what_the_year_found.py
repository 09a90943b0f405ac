"""What the journey of a year found, each by itself: what an incremental file takes away, a withdrawal and a clock that goes back,
an alert that is told late."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from house import RELEASER, Clock
from lxml import etree
from year_counterparts import Counterparts
from year_kills import counting
from year_office import BEGINS, CASES, PRIS, SENDER, WHY, Office

from greffe.app import create_app
from greffe.errors import Refused
from greffe.release.lifecycle import withdraw
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission.building import build
from greffe.transmission.channels.channel import NotSent, Options
from greffe.transmission.channels.folder import Folder
from greffe.transmission.keeping import content
from greffe.transmission.orders.acts import Wanted, fetched, make_order
from greffe.transmission.orders.limits import Limits
from greffe.transmission.orders.sending import Means, run_orders
from greffe.transmission.plan import named_plan
from greffe.transmission.receipts import take
from greffe.transmission.sending import send
from greffe.transmission.still_open import still_open
from greffe.transmission.ways import read_channels
from greffe.web.rest.ordered import saved_answer

ROW = f"{{name}},ESTAT_CTS,{CASES},{{format}},incremental,free,{{name}}_{{{{year}}}}_{{{{number}}}}.txt,FR_SSER,4D0,,edamis,standing{WHY}\n"
FORMATS = {"CSV": "sdmx-csv-2.0", "XML": "structurespecificdata", "JSON": "sdmx-json-2.0"}

READ = ("sdmx-csv-2.0", "structurespecificdata", "genericdata", "sdmx-ml", "sdmx-json-2.0", "xlsx", "parquet")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory):
    """Three deliveries of the same figures, each in its format."""
    folder, clock = tmp_path_factory.mktemp("found"), Clock(BEGINS)
    rows = "".join(ROW.format(name=name, format=format_) for name, format_ in FORMATS.items())
    rows += ROW.format(name="BOOK", format="workbook:ESTAT_CTS").replace(",incremental,", ",full,")
    with pytest.MonkeyPatch.context() as patch, Counterparts(folder, clock) as others:
        yield Office(folder, clock, others, counting(folder, patch), rows)


def left(office: Office, name: str, year: int):
    parts = office.parts
    one = build(parts, SENDER, named_plan(parts, name, year), "Counted again.").transmission
    return send(parts, SENDER, one.id, read_channels(parts.settings.channels)).transmission


@pytest.mark.parametrize("name", FORMATS)
def test_an_incremental_file_takes_away_what_is_gone(office: Office, name: str):
    """Figures of 2023 to 2025, then of 2024 to 2026: three observations of 2023 go. Read by csv, lxml and as text, not by us."""
    parts, receipt = office.parts, office.folder / "receipt.json"
    office.put(CASES, 2025)
    office.clock.forward(minutes=1)
    first = left(office, name, 2025)
    receipt.write_text('{"verdict": "acknowledged"}', encoding="utf-8")
    take(parts, SENDER, first.id, receipt)
    office.put(CASES, 2026)
    office.clock.forward(minutes=1)
    (file,) = left(office, name, 2025).files
    assert file.content == "incremental"
    body = content(parts, file.sha256)
    if name == "CSV":
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        assert [(r["TIME_PERIOD"], r["OBS_VALUE"]) for r in rows if r["ACTION"] == "D"] == [("2023", "")] * 3
    elif name == "XML":
        (gone,) = [d for d in etree.fromstring(body).iter("{*}DataSet") if "Delete" in d.attrib.values()]
        assert [o.get("TIME_PERIOD") for o in gone.iter("Obs")] == ["2023"] * 3
        ids = [v for d in etree.fromstring(body).iter("{*}DataSet") for k, v in d.attrib.items() if k.endswith("setID")]
        assert sorted(ids) == [CASES, f"{CASES}-Delete"]
    else:
        assert b'"Delete"' in body


def test_what_was_withdrawn_does_not_leave_when_the_clock_goes_back(office: Office):
    """By the clock the withdrawal is still to come; by the register it was made."""
    parts = office.parts
    made = office.put(CASES, 2026)
    office.clock.forward(minutes=1)
    one = build(parts, SENDER, named_plan(parts, "CSV", 2025), "Counted again.").transmission
    office.clock.forward(hours=1)
    withdraw(parts, RELEASER, made.release, "It was wrong.", "C’était faux.")
    office.clock.now -= timedelta(minutes=30)
    with pytest.raises(Refused, match="was withdrawn"):
        send(parts, SENDER, one.id, read_channels(parts.settings.channels))


def test_what_is_confidential_by_now_does_not_leave(office: Office):
    """A delivery shows cases of 2025; before it leaves, they are released as confidential."""
    parts = office.parts
    office.put(CASES, 2026)
    office.clock.forward(minutes=1)
    one = build(parts, SENDER, named_plan(parts, "XML", 2025), "Counted again.").transmission
    office.put(CASES, 2025)
    with pytest.raises(Refused, match=r"hides what .* shows, .*CIV_COM.*\.2025 first \(1 in all\)"):
        send(parts, SENDER, one.id, read_channels(parts.settings.channels))
    assert parts.ledger().transmission(one.id).attempts == ()


def test_an_order_hands_nothing_out_that_is_confidential_by_now(office: Office, monkeypatch):
    """By link and by channel, in every format that shows the figure; files of another year, in each format, are handed out as before. What
    nobody here reads counts as all of its release."""
    parts, rene, box = office.parts, Actor("rene", "local"), office.folder / "box"
    box.mkdir()
    add_person(parts, HOUSE, rene.name, ["recipient:ESTAT"])
    channels = {"box": Options("box", "channels.toml", {"kind": "folder", "path": str(box), "orders": ["ESTAT"]})}
    means, ids = Means(saved_answer, Limits(), channels), []
    office.put(CASES, 2026)
    office.clock.forward(minutes=1)
    for asked, when, way in (
        ("format=csv", "release", "link"), ("format=csv&c[TIME_PERIOD]=2024", "release", "link"),
        ("format=sdmx-ml", "release", "link"), ("format=csv", f"{office.clock():%M} * * * *", "channel"),
        *((f"format={f}", "release", "link") for f in READ), *((f"format={f}&c[TIME_PERIOD]=2024", "release", "link") for f in READ),
        ("format=json-stat&c[TIME_PERIOD]=2024", "release", "link"),
    ):  # fmt: skip
        query = f"/sdmx/v2/data/dataflow/SSER/{CASES}/1.0.0/*?{asked}"
        wanted = Wanted("ESTAT", asked, query, when, way, "box" if way == "channel" else "")
        ids.append(make_order(parts, rene, wanted, saved_answer, means.limits, channels).id)

    def failed(*_):
        raise NotSent("no room")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "deliver", failed)
        office.clock.forward(hours=1)
        assert sorted(d.what for d in run_orders(parts, HOUSE, means)) == [
            "failed",
            *["prepared"] * (5 + 2 * len(READ)),
        ]
    newer = office.put(CASES, 2025).release
    office.clock.forward(minutes=5)
    assert [d.what for d in run_orders(parts, HOUSE, means) if d.id == ids[3]] == ["dropped"]
    assert (list(box.iterdir()), parts.ledger().orders[ids[3]].handed[0].state) == ([], "dropped")
    showing, others = ids[4 : 4 + len(READ)], ids[4 + len(READ) : -1]
    for id_ in (ids[0], ids[2], ids[0], *showing, ids[-1]):
        with pytest.raises(Refused, match=rf"{newer} hides what .* shows, .*\.2025 first: its file is not handed out"):
            fetched(parts, rene, id_, 1)
    assert [e.kind for e in parts.register.read(subject=ids[0])][-2:] == ["order.prepared", "order.dropped"]
    assert parts.ledger().orders[ids[0]].handed[0].said.startswith(f"{newer} hides")
    for id_ in (ids[1], *others):
        assert fetched(parts, rene, id_, 1)[1].number == 1


def test_what_a_file_does_not_hold_does_not_stop_it(office: Office):
    """The workbook of 2025 shows cases of 2025 alone: that those of 2026 are hidden by now stops it no more; those of 2025 do.
    Built as a test, it stands in the way of no delivery."""
    parts = office.parts
    put = office.put(CASES, 2027)
    office.clock.forward(minutes=1)
    made = parts.ledger().release(put.release)
    one = build(parts, SENDER, named_plan(parts, "BOOK", 2025, test=True)).transmission
    (file,) = one.files
    office.put(CASES, 2026)
    still_open(parts, one, file, made)
    office.put(CASES, 2025)
    with pytest.raises(Refused, match=r"hides what .* shows, .*CIV_COM.*\.2025 first \(1 in all\)"):
        still_open(parts, one, file, made)
    assert named_plan(parts, "BOOK", 2025, test=True).open == one.id
    real = named_plan(parts, "BOOK", 2025)
    assert (real.open, [o.code for o in real.obstacles if o.code == "under_way"]) == ("", [])


def test_readers_keep_what_they_had_when_the_clock_goes_back(office: Office):
    """Over HTTP: what was withdrawn stays so, what was out stays out, and what waits for its hour waits, however late the
    register says that it is. Whoever begins after the clock went back shows nothing before its hour by that clock."""
    parts, clock = office.parts, office.clock
    first, second = office.put(PRIS, 2024), office.put(PRIS, 2025, timedelta(hours=1))
    asked = f"/sdmx/v2/data/dataflow/SSER/{PRIS}/1.0.0/*?format=csv"
    with TestClient(create_app(parts)) as served:

        def shown(client: TestClient = served) -> tuple[int, str]:
            found = client.get(asked)
            return found.status_code, found.headers.get("release", "")

        clock.forward(minutes=30)
        assert shown() == (200, first.release)
        waits = office.put(PRIS, 2025, timedelta(hours=9))
        clock.forward(minutes=90)
        assert shown() == (200, second.release)
        modified = served.get(asked).headers["last-modified"]
        office.put(CASES, 2026)  # an entry: the register has seen this hour
        clock.now -= timedelta(minutes=80)
        assert shown() == (200, second.release)
        with TestClient(create_app(parts)) as new:
            assert shown(new) == (200, first.release)
            clock.now -= timedelta(seconds=1)
            assert shown(new) == (200, first.release)
            clock.forward(seconds=1)
        clock.forward(minutes=80)
        withdraw(parts, RELEASER, second.release, "It was wrong.", "C’était faux.")
        clock.now -= timedelta(minutes=30)
        assert shown() == (200, first.release)
        assert served.get(asked, headers={"If-Modified-Since": modified}).status_code == 200
        assert served.get(f"{asked}&asOf=2026-11-01T00:00:00Z").status_code == 404
        clock.forward(hours=30)  # ahead by mistake, where nobody enters anything
        assert shown() == (200, waits.release)
        clock.now -= timedelta(hours=30)
        assert shown() == (200, first.release)
        right = clock.now
        clock.forward(hours=12)  # another machine is ahead, and enters something that has nothing to do with it
        office.put(CASES, 2027)
        clock.now = right
        assert shown() == (200, first.release)
        clock.forward(seconds=30)
        assert shown() == (200, first.release)
