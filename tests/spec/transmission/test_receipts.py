"""What comes back is kept as it came, read onto the cells, and never taken for a receipt of something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deliveries import PRIS, SENDER, Sending, sending_house
from house import FIRST
from sftp_server import Server

from greffe.errors import BadInput, BadQuery, Denied, GreffeError, Refused
from greffe.transmission.channels.channel import Options
from greffe.transmission.collecting import collect
from greffe.transmission.inbox import poll
from greffe.transmission.keeping import content, kept
from greffe.transmission.receipts import remarks, take, take_or_keep
from greffe.transmission.sending import send
from greffe.transmission.turned_away import faults, look_at, waiting

NAME = "CRIME_CTSPRIS_A_FR_2022_0000.CSV"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sending, str]:
    """Two deliveries left; a third is built."""
    home = sending_house(tmp_path_factory.mktemp("receipts"))
    for year in (2021, 2022):
        one = home.signed(year=year)
        send(home.house.parts, SENDER, one.id, home.channels)
    home.built(year=2020)
    return home, one.id


def given(folder: Path, text: str | bytes, name: str = "receipt.json") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("parted", [",", ";"])
def test_a_report_becomes_findings_on_the_cells(sent, tmp_path: Path, parted: str):
    """Parted by semicolons where a spreadsheet of somebody who writes decimals with a comma wrote it."""
    home, id_ = sent
    text = (
        "file,freq,indic_cr,sex,TIME_PERIOD,severity,message\n"
        + f"{NAME},A,PRIS_ACT_CAP,T,2022,warning,Much more than 2021\n"
    ).replace(",", parted)
    one, read = take(home.house.parts, SENDER, id_, given(tmp_path, text, "report.csv"))
    assert one.state == "sent"
    (remark,) = read.remarks
    assert (remark.key, remark.period, remark.severity) == (
        {"freq": "A", "indic_cr": "PRIS_ACT_CAP", "sex": "T"}, "2022", "warning",
    )  # fmt: skip
    assert remarks(home.house.parts, one)[-1] == remark
    again, _ = take(home.house.parts, SENDER, id_, given(tmp_path, text, "report.csv"))
    assert again.receipts == one.receipts, "the same file once more is no second receipt"
    assert content(home.house.parts, again.receipts[-1].sha256) == text.encode()


@pytest.mark.parametrize(("name", "text", "verdict", "told", "kind"), [
    ("r.json", '{"transmission": "ESTAT_CTS_PRIS-2021-1", "verdict": "acknowledged"}', "",
     "is about ESTAT_CTS_PRIS-2021-1, not about ESTAT_CTS_PRIS-2022-1", Refused),
    ("r.json", '{"transmission": "X-1", "verdict": "acknowledged"}', "", "No such delivery left here.", Refused),
    ("r.json", "{", "", "It is no JSON", BadInput),
    ("r.json", '{"verdict": 3}', "", "verdict is no text", BadInput),
    ("r.json", '{"verdict": "taken"}', "", "'taken' is no verdict", BadInput),
    ("r.json", '{"verdict": "refused"}', "acknowledged", "says refused, not acknowledged", Refused),
    ("r.json", '{"findings": [{"key": 3}]}', "", "It is no finding with a key", BadInput),
    ("r.json", json.dumps({"findings": [{"file": "OTHER.CSV", "message": "x"}]}), "", "no file of ESTAT_CTS_PRIS-2022-1", Refused),
    ("r.csv", "a,b\n1,2\n", "", "No column says what was found", BadInput),
    ("r.csv", "sexe,message\nT,x\n", "", "No dimension of the delivery has this name. Nearest: sex", BadInput),
    ("r.csv", "sex,message\nT\n", "", "2 cells are expected", BadInput),
    ("r.csv", b"sex,message\n\xff,x\n", "", "It is not UTF-8", BadInput),
    ("letter.pdf", b"%PDF-1.7", "", "no receipt that can be read here", BadQuery),
    ("letter.pdf", b"%PDF-1.7", "fine", "'fine' is no verdict", BadQuery),
])  # fmt: skip
def test_what_is_no_receipt_of_it(sent, tmp_path: Path, name, text, verdict, told, kind: type[GreffeError]):
    home, id_ = sent
    before = home.house.parts.ledger().transmission(id_)
    with pytest.raises(kind) as error:
        take(home.house.parts, SENDER, id_, given(tmp_path, text, name), verdict)
    assert told in error.value.text()
    assert home.house.parts.ledger().transmission(id_) == before


def test_of_what_was_not_sent_nothing_can_have_come(sent, tmp_path: Path):
    home, _ = sent
    with pytest.raises(Refused, match="is built: no receipt of it can have come"):
        take(home.house.parts, SENDER, f"{PRIS}-2020-1", given(tmp_path, '{"verdict": "acknowledged"}'))


def test_a_letter_counts_as_a_person_says(sent, tmp_path: Path):
    home, _ = sent
    letter = given(tmp_path, b"%PDF-1.7 refused", "letter.pdf")
    one, _ = take(home.house.parts, SENDER, f"{PRIS}-2021-1", letter, "refused", "Not in the agreed format.")
    assert (one.state, one.receipts[-1].said) == ("refused", "Not in the agreed format.")
    plan = home.plan(2021)
    assert (plan.id, plan.ready, plan.files[0].changed) == (f"{PRIS}-2021-2", True, None)


CELL = {"freq": "A", "indic_cr": "PRIS_ACT_CAP", "sex": "T"}
NOWHERE = {"freq": "A", "indic_cr": "PRIS_ACT_CAP", "sex": "NOBODY"}


def said(**told: object) -> str:
    return json.dumps({"verdict": "acknowledged"} | told)


@pytest.mark.parametrize(("text", "told"), [
    (said(files=[{"name": NAME, "sha256": "0000"}]), f"says that {NAME} has the checksum 0000"),
    (said(files=[{"sha256": "0000"}]), "has the checksum 0000"),
    (said(files=[{"name": "OTHER.CSV"}]), "speaks of OTHER.CSV, which is no file of"),
    (said(colour="blue", findings=[{"key": CELL, "code": "7"}]), "not read here: colour, findings.code"),
    (said(findings=[{"key": NOWHERE, "period": "2022", "message": "x"}]), "cells alone that were not sent"),
    (said(findings=[{"key": {"planet": "A"}, "message": "x"}]), "cells alone that were not sent"),
    (said(findings=[{"key": CELL, "period": "1850", "message": "x"}]), "cells alone that were not sent"),
    (said(message_id="X-1-PRIS"), "is about X-1-PRIS"),
])  # fmt: skip
def test_what_waits_for_a_person(sent, tmp_path: Path, text: str, told: str):
    home, id_ = sent
    before = home.house.parts.ledger().transmission(id_)
    with pytest.raises(Refused) as error:
        take(home.house.parts, SENDER, id_, given(tmp_path, text))
    assert told in error.value.text()
    assert home.house.parts.ledger().transmission(id_) == before


def boxes(home: Sending, folder: Path) -> tuple[Path, Path, dict[str, Options]]:
    """The inboxes of the channel that the deliveries left by and of another one."""
    ours, other = folder / "ours", folder / "other"
    for box in (ours, other):
        box.mkdir()
    values = dict(home.channels["edamis"].values)
    return ours, other, {
        "edamis": Options("edamis", "c", values | {"inbox": str(ours)}), "unodc": Options("unodc", "c", values | {"inbox": str(other)}),
    }  # fmt: skip


def test_an_inbox_knows_what_was_sent_and_by_which_way(sent, tmp_path: Path):
    """By message id, checksum and name; of another channel, or of nothing, it stays and is told. Then the verdict turns."""
    home, id_ = sent
    parts, (ours, other, ways) = home.house.parts, boxes(home, tmp_path)
    (file,) = parts.ledger().transmission(id_).files
    given(other, said(transmission=id_), "a.json")
    given(ours, said(), f"{id_}.json")
    given(ours, b"sex,message\nT,x\n", f"{id_}7_report.csv")
    done = {d.id: (d.what, d.failed) for d in poll(parts, SENDER, ways)}
    assert done == {
        "a.json": ("not taken", True),
        f"{id_}.json": ("unknown", True),
        f"{id_}7_report.csv": ("unknown", True),
    }
    assert parts.ledger().transmission(id_).state == "sent"
    for box in (ours, other):
        for path in box.glob("*.*"):
            path.unlink()
    given(ours, said(files=[{"name": NAME, "sha256": file.sha256.upper()}]), "1.json")
    given(
        ours,
        said(files=[{"name": NAME}], findings=[{"key": CELL, "message": "y"}, {"key": NOWHERE, "message": "y"}]),
        "2.json",
    )
    given(ours, said(message_id=f"{id_}-{file.dataflow.id}"), "3.json")
    given(ours, b"sex,message\nT,look\n", f"{Path(NAME).stem}_report.csv")
    assert [(d.id, d.what, d.said, d.failed) for d in poll(parts, SENDER, ways)] == [
        (id_, "acknowledged", "0 findings", False),
        (id_, "acknowledged", "2 findings, 1 on cells that were not sent", True),
        (id_, "acknowledged", "0 findings", False),
        (id_, "reported", "1 findings", False),
    ]
    given(ours, json.dumps({"transmission": id_, "verdict": "refused"}), "4.json")
    (found,) = poll(parts, SENDER, ways)
    assert (found.what, found.failed, parts.ledger().transmission(id_).state) == ("not taken", True, "acknowledged")
    assert f"says refused, and {id_} was acknowledged before" in found.said
    assert take(parts, SENDER, id_, ours / "4.json", "refused")[0].state == "refused"  # a person has read it


def test_what_nobody_took_is_kept_told_and_looked_at(sent, tmp_path: Path):
    """One that lies in an inbox: entered once, by its bytes, until somebody says what became of it; then it goes out of the way."""
    home, id_ = sent
    parts, (ours, _, ways) = home.house.parts, boxes(home, tmp_path)
    text = said(transmission=id_, files=[{"name": NAME, "sha256": "0" * 64}])
    file = given(ours, text, "wrong.json")
    before = len(list(parts.register.read(kinds=("receipt.turned_away",))))
    for _ in range(2):
        assert [(d.what, d.failed) for d in poll(parts, SENDER, ways)] == [("not taken", True)]
    assert len(list(parts.register.read(kinds=("receipt.turned_away",)))) == before + 1
    one = next(r for r in waiting(parts) if r.name == "wrong.json")
    assert (one.about, one.way, one.who, content(parts, one.sha256)) == (
        id_,
        "edamis",
        SENDER.name,
        text.encode(),
    )
    assert "has the checksum 0000" in one.fault
    assert list(faults(parts)) == []
    with pytest.raises(Refused, match="What became of"):
        look_at(parts, SENDER, one.id, " ")
    with pytest.raises(Denied):
        look_at(parts, FIRST, one.id, "x")
    look_at(parts, SENDER, one.id, "Eurostat looked into the wrong folder.")
    assert [d.id for d in poll(parts, SENDER, ways)] == []
    assert not file.exists()
    assert [p.name.partition("-")[2] for p in (ours / ".refused").iterdir()] == ["wrong.json"]
    assert one.id not in {r.id for r in waiting(parts)}
    kept(parts.settings, one.sha256).write_bytes(b"other")
    assert one.id in "".join(faults(parts))
    kept(parts.settings, one.sha256).write_text(text)


def test_a_person_who_brings_a_wrong_one_leaves_it_behind_and_a_typo_does_not(sent):
    home, id_ = sent
    parts = home.house.parts
    wrong = ("r.json", said(files=[{"name": "OTHER.CSV"}]).encode())
    with pytest.raises(Refused, match="no file of"):
        take_or_keep(parts, SENDER, id_, wrong, "page")
    assert [(r.way, r.about) for r in waiting(parts) if r.name == "r.json"] == [("page", id_)]
    with pytest.raises(BadQuery, match="no verdict"):
        take_or_keep(parts, SENDER, id_, ("s.pdf", b"%PDF"), "page", "fine")
    assert "s.pdf" not in {r.name for r in waiting(parts)}


def test_receipts_are_fetched_from_a_server_once(tmp_path: Path):
    """OpenSSH's: what lies in its folder comes into the inbox once, a changed file again, a name that is none is told."""
    there, box = tmp_path / "srv" / "receipts", tmp_path / "box"
    with Server(tmp_path / "keys", tmp_path / "srv") as server:
        there.mkdir()
        given(there, "{}", "a.json")
        given(there, "x", ".hidden")
        given(there, "x", "a;b.json")
        values = server.settings(receipts=str(there), inbox=str(box))
        ways = {"unodc": Options("unodc", "c", values)}
        told = [(d.id, d.what, d.failed) for d in collect(ways)]
        assert told == [("unodc", "not fetched", True), ("unodc", "fetched", False)]
        (box / "a.json").unlink()  # it was taken
        assert [d.what for d in collect(ways)] == ["not fetched"]
        given(there, '{"verdict": "refused"}', "a.json")
        (there / "a;b.json").unlink()
        assert [d.said for d in collect(ways)] == ["1 files"]
        assert (box / "a.json").read_text() == '{"verdict": "refused"}'
        gone = {"unodc": Options("unodc", "c", values | {"receipts": "/nowhere"})}
        assert "there is no such folder" in next(collect(gone)).said
        nowhere = Options("unodc", "c", {k: v for k, v in values.items() if k != "inbox"})
        assert "fetched into inbox, which is not said" in next(collect({"unodc": nowhere})).said
