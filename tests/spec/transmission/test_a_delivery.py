"""A delivery from plan to receipt, at a folder that a recipient's client reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import sdmx
from deliveries import PRIS, SENDER, YEAR, Sending, sending_house
from house import FIRST, RELEASER, SECOND
from judges import xml_errors
from lxml import etree
from pysdmx.io import get_datasets
from sdmx.exceptions import XMLParseError
from sdmx.reader.xml import v30

from greffe.errors import Conflict, Denied, Refused
from greffe.release.lifecycle import withdraw
from greffe.transmission.building import approve, build, cancel
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults, rebuild
from greffe.transmission.receipts import take
from greffe.transmission.sending import send

NAME = "CRIME_CTSPRIS_A_FR_2022_0000.CSV"


@pytest.fixture
def sending(tmp_path: Path) -> Sending:
    return sending_house(tmp_path)


def test_from_plan_to_receipt(sending: Sending):
    parts = sending.house.parts
    plan = sending.plan()
    assert (plan.id, plan.ready, [f.name for f in plan.files]) == (f"{PRIS}-2022-1", True, [NAME])
    assert plan.checksum == sending.plan().checksum
    one = build(parts, SENDER, plan).transmission
    with pytest.raises(Refused, match=r"signed by nobody"):
        send(parts, SENDER, one.id, sending.channels)
    approve(parts, FIRST, one.id)
    with pytest.raises(Refused, match="already approved"):
        approve(parts, FIRST, one.id)
    with pytest.raises(Refused, match="signed by driss"):
        send(parts, SENDER, one.id, sending.channels)
    approve(parts, SECOND, one.id)
    assert sending.arrived == {}
    with pytest.raises(Denied, match="no transmitter"):
        send(parts, FIRST, one.id, sending.channels)
    assert send(parts, SENDER, one.id, sending.channels).transmission.state == "sent"
    assert list(sending.arrived) == [NAME]
    with pytest.raises(Refused, match="is sent: it is not sent again"):
        send(parts, SENDER, one.id, sending.channels)
    receipt = sending.work / "receipt.json"
    receipt.write_text(f'{{"transmission": "{one.id}", "verdict": "acknowledged"}}', encoding="utf-8")
    assert take(parts, SENDER, one.id, receipt)[0].state == "acknowledged"
    assert [e.kind for e in parts.register.read(subject=one.id)] == [
        f"transmission.{w}" for w in ("built", "approved", "approved", "sending", "sent", "acknowledged")
    ]
    assert list(faults(parts, one)) == []


def test_the_file_says_what_was_released_and_nothing_of_ours_alone(sending: Sending):
    """By the figures that UNODC published: 72,350 persons held in 2022, read here from the sample, not from our store."""
    one = sending.signed()
    send(sending.house.parts, SENDER, one.id, sending.channels)
    rows = list(csv.DictReader(io.StringIO(sending.arrived[NAME].decode())))
    assert {(r["STRUCTURE"], r["STRUCTURE_ID"], r["ACTION"]) for r in rows} == {
        ("dataprovision", "SSER:SSER_ESTAT_CTS_PRIS(1.0.0)", "R")
    }
    assert not {"DATA_ORIGIN", "TERRITORY"} & set(rows[0])
    assert len(rows) == one.files[0].observations == 182
    assert "72350" in {r["OBS_VALUE"] for r in rows if r["TIME_PERIOD"] == "2022"}


def test_the_same_is_not_sent_twice_and_a_correction_says_why(sending: Sending):
    parts = sending.house.parts
    first = sending.signed()
    send(parts, SENDER, first.id, sending.channels)
    again = sending.plan()
    assert [o.code for o in again.obstacles] == ["same"]
    with pytest.raises(Refused, match="Nothing differs from what ESTAT_CTS_PRIS-2022-1 brought"):
        build(parts, SENDER, again)
    sending.revise(",60709,", ",60711,")
    plan = sending.plan()
    assert (plan.id, plan.corrects, plan.ready) == (f"{PRIS}-2022-2", first.id, True)
    changed = plan.files[0].changed
    assert changed is not None
    assert changed[1] >= 1
    with pytest.raises(Refused, match="needs its reason"):
        build(parts, SENDER, plan)
    assert build(parts, SENDER, plan, "Counted again.").transmission.corrects == first.id


def test_a_plan_that_is_no_longer_so_is_not_built(sending: Sending):
    plan = sending.plan()
    sending.revise(",60709,", ",60711,")
    with pytest.raises(Conflict, match="is not what it was"):
        build(sending.house.parts, SENDER, plan)


def test_a_file_that_its_recipient_would_refuse_is_not_built(tmp_path: Path):
    """Its name says Germany, its data France: EDAMIS would send it back."""
    wrong = {"CRIME_CTSPRIS_A_FR_{year}_0000.CSV": "CRIME_CTSPRIS_A_DE_{year}_0000.CSV"}
    sending = sending_house(tmp_path, **wrong)
    plan = sending.plan()
    assert plan.ready
    with pytest.raises(Refused, match=r"would be refused, 1 error; the first: .*its name says DE, its data FR"):
        build(sending.house.parts, SENDER, plan)
    assert not sending.house.parts.ledger().transmissions


def test_what_was_withdrawn_after_it_was_signed_does_not_leave(sending: Sending):
    one = sending.signed()
    withdraw(sending.house.parts, RELEASER, f"{PRIS}#1", "Wrong.", "Faux.")
    with pytest.raises(Refused, match="ESTAT_CTS_PRIS#1 was withdrawn"):
        send(sending.house.parts, SENDER, one.id, sending.channels)
    assert sending.arrived == {}
    assert cancel(sending.house.parts, SENDER, one.id, "Withdrawn").state == "cancelled"
    assert [o.code for o in sending.plan().obstacles] == ["no_release"]


def test_a_past_delivery_is_built_again_byte_for_byte(sending: Sending):
    """After a correction, after its release was withdrawn, and by another process."""
    one = sending.signed()
    send(sending.house.parts, SENDER, one.id, sending.channels)
    sending.revise(",60709,", ",60711,")
    withdraw(sending.house.parts, RELEASER, f"{PRIS}#1", "Wrong.", "Faux.")
    assert [r.same for r in rebuild(sending.house.parts, one)] == [True]
    kept = next((sending.house.parts.settings.transmissions).glob(f"*/{one.files[0].sha256}"))
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:-1])
    assert any("not what was written" in f for f in faults(sending.house.parts, one))


@pytest.mark.parametrize(
    ("year", "code"),
    [(2022, ""), (2023, "too_old"), (2030, "too_old")],
)
def test_what_does_not_reach_the_year_stands_in_the_way(sending: Sending, year: int, code: str):
    plan = named_plan(sending.house.parts, PRIS, year)
    assert [o.code for o in plan.obstacles] == ([code] if code else [])
    assert plan.ready is (year == YEAR)


def test_a_test_leaves_by_the_channel_for_tests(sending: Sending):
    parts = sending.house.parts
    one = build(parts, SENDER, sending.plan(test=True)).transmission
    for person in (FIRST, SECOND):
        approve(parts, person, one.id)
    channels = sending.channels
    with pytest.raises(Refused, match="edamis-test is not set up"):
        send(parts, SENDER, one.id, {"edamis": channels["edamis"]})
    send(parts, SENDER, one.id, channels)
    assert sending.arrived == {}
    assert [p.name for p in (sending.out / "edamis-test").glob("*.CSV")] == [NAME]


def test_incremental_tells_what_changed_since_it_was_acknowledged(tmp_path: Path):
    """By hand: the capacity of one day is the single figure that was counted again, and it stands in one year."""
    sending = sending_house(tmp_path, full="incremental")
    parts, receipt = sending.house.parts, sending.work / "receipt.json"
    first = sending.signed()
    send(parts, SENDER, first.id, sending.channels)
    sending.revise(",60709,", ",60711,")
    assert [(f.content, f.since) for f in sending.plan().files] == [("full", None)]  # it has not said that it holds it
    receipt.write_text('{"verdict": "acknowledged"}', encoding="utf-8")
    take(parts, SENDER, first.id, receipt)
    (file,) = sending.plan().files
    assert (file.content, str(file.since)) == ("incremental", f"{PRIS}#1")
    (sending.out / "edamis" / NAME).unlink()  # the client took the first one
    one = sending.signed("Counted again.")
    send(parts, SENDER, one.id, sending.channels)
    rows = list(csv.DictReader(io.StringIO(sending.arrived[NAME].decode())))
    assert [(r["ACTION"], r["TIME_PERIOD"], r["OBS_VALUE"]) for r in rows] == [("R", "2022", "60711")]
    assert one.files[0].observations == 1
    assert [r.same for r in rebuild(parts, one)] == [True]


def test_what_nobody_answered_is_followed_by_the_whole(tmp_path: Path):
    """The second delivery changes a figure and nobody says whether it was taken; the third release has the first figure again.
    A recipient that holds either is right after the third alone."""
    sending = sending_house(tmp_path, full="incremental")
    parts, receipt = sending.house.parts, sending.work / "receipt.json"
    receipt.write_text('{"verdict": "acknowledged"}', encoding="utf-8")
    first = sending.signed()
    send(parts, SENDER, first.id, sending.channels)
    take(parts, SENDER, first.id, receipt)
    before = _figures((sending.out / "edamis" / NAME).read_bytes())
    (sending.out / "edamis" / NAME).unlink()
    sending.revise(",60709,", ",60711,")
    second = sending.signed("Counted again.")
    send(parts, SENDER, second.id, sending.channels)
    assert len(_figures((sending.out / "edamis" / NAME).read_bytes())) == 1
    (sending.out / "edamis" / NAME).unlink()
    sending.revise(",60749,", ",60749,", "10")  # as it was at first
    (file,) = sending.plan().files
    assert (file.content, file.since, file.changed, file.unanswered) == ("full", None, (0, 1, 0), second.id)
    assert file.as_json()["unanswered"] == second.id
    third = sending.signed("It was right.")
    send(parts, SENDER, third.id, sending.channels)
    after = _figures((sending.out / "edamis" / NAME).read_bytes())
    assert (after, third.files[0].observations) == (before, len(before))
    take(parts, SENDER, second.id, receipt)  # late: of a release that the last one did not follow
    assert sending.plan().due is False


def test_nothing_differs_from_an_acknowledged_release(tmp_path: Path):
    """A release anew with the same figures is no incremental file without rows: there is nothing to send."""
    sending = sending_house(tmp_path, full="incremental")
    first = sending.signed()
    send(sending.house.parts, SENDER, first.id, sending.channels)
    receipt = sending.work / "receipt.json"
    receipt.write_text('{"verdict": "acknowledged"}', encoding="utf-8")
    take(sending.house.parts, SENDER, first.id, receipt)
    sending.revise(",60709,", ",60709,")
    plan = sending.plan()
    assert [(f.content, f.since, f.changed) for f in plan.files] == [("full", None, (0, 0, 0))]
    assert [o.code for o in plan.obstacles] == ["same"]


def _figures(content: bytes) -> dict[tuple[str, ...], str]:
    """Figure by cell, read by csv alone."""
    names = ["freq", "indic_cr", "iccs", "leg_stat", "citizen", "age", "sex", "unit", "geo", "TIME_PERIOD"]
    rows = csv.DictReader(io.StringIO(content.decode()))
    return {tuple(row[n] for n in names): row["OBS_VALUE"] for row in rows}


@pytest.mark.parametrize("name", ["structurespecificdata", "sdmx-ml-3.0", "sdmx-ml-3.1", "genericdata"])
def test_messages_have_the_parties_and_the_agreement(tmp_path: Path, name: str):
    """Read by lxml, not by us: header, and every observation of the release."""
    sending = sending_house(tmp_path, **{"sdmx-csv-2.0": name})
    one = sending.signed()
    send(sending.house.parts, SENDER, one.id, sending.channels)
    (content,) = sending.arrived.values()
    root = etree.fromstring(content)
    said = {etree.QName(e).localname: e.get("id") or e.text for e in root[0]}
    assert (said["ID"], said["Test"]) == ("ESTAT_CTS_PRIS-2022-1-ESTAT_CTS_PRIS", "false")
    assert (said["Sender"], said["Receiver"]) == ("FR_SSER", "4D0")
    assert said["DataSetAction"] == "Replace"
    # Readers of 2.1 and 3.0 want the structure or the dataflow, which are a choice there: the agreement is in Source.
    place = "{*}Structure" if name == "sdmx-ml-3.1" else "{*}Source"
    agreed = b"".join(etree.tostring(e) for e in root[0].iter(place))
    assert b"urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=SSER:SSER_ESTAT_CTS_PRIS(" in agreed
    assert xml_errors(content, lax=True) == []
    observations = list(root.iter("{*}Obs"))
    assert len(observations) == one.files[0].observations
    assert list(faults(sending.house.parts, one)) == []
    assert _seen_by_others(content, name) == [len(observations)] * (1 if name == "sdmx-ml-3.1" else 2)
    (file,) = one.files
    assert file.by_flow is (name == "sdmx-ml-3.0")
    assert [again.same for again in rebuild(sending.house.parts, one)] == [True]


def _seen_by_others(content: bytes, name: str) -> list[int]:
    """How many observations pysdmx and sdmx1 read. The latter knows no 3.1 yet, and fails on an agreement in the header of 3.0: when
    it does otherwise, the agreement goes back to its own place (0015)."""
    seen = [sum(len(d.data) for d in get_datasets(io.BytesIO(content), validate=False))]
    if name == "sdmx-ml-3.1":
        with pytest.raises(AssertionError, match="Cannot determine SDMX-ML version"):
            sdmx.read_sdmx(io.BytesIO(content))
        return seen
    assert v30.Reader.parser  # imported before any message of 2.1 is read: sdmx1 2.28 cannot import it after that
    if name == "sdmx-ml-3.0":
        usage = b"<com:StructureUsage>urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:ESTAT_CTS_PRIS(1.0.0)</com:StructureUsage>"
        agreed = b"<com:ProvisionAgreement>urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=SSER:SSER_ESTAT_CTS_PRIS(1.0.0)"
        other = content.replace(usage, agreed + b"</com:ProvisionAgreement>")
        assert other != content and xml_errors(other, lax=True) == []
        with pytest.raises(XMLParseError, match="ProvisionAgreement"):
            sdmx.read_sdmx(io.BytesIO(other))
    return [*seen, sum(len(d.obs) for d in sdmx.read_sdmx(io.BytesIO(content)).data)]
