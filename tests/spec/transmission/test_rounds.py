"""A recipient asks about real prison figures that left; it is answered with proof, asks again, accepts; every step an entry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deliveries import PRIS, SENDER, Sending, sending_house
from house import AUTHOR
from journey_tools import inside

from greffe.errors import BadInput, BadQuery, Denied, NotFound, Refused
from greffe.model.rounds import TRACE
from greffe.transmission import keeping
from greffe.transmission.foreseen.of_delivery import kept_foreseen
from greffe.transmission.proof import faults
from greffe.transmission.rounds.answering import Given, accept, again, answer, drafted
from greffe.transmission.rounds.asking import Asked, ask, late, take
from greffe.transmission.rounds.cells import places_of
from greffe.transmission.sending import send

HELD = f"{PRIS}/A.PRIS_ACT_CAP.TOTAL.TOTAL.TOTAL.TOTAL.T.NR.FR/2022"
OTHER = HELD.replace("/2022", "/2021")


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("rounds"))


@pytest.fixture(scope="module")
def sent(sending: Sending) -> str:
    one = sending.signed()
    parts = sending.house.parts
    with pytest.raises(Refused, match="nobody can have asked"):
        ask(parts, SENDER, one.id, [Asked((HELD,), "Why?")])
    send(parts, SENDER, one.id, sending.channels)
    return one.id


def entries(sending: Sending, id_: str) -> list[tuple[str, str]]:
    return [(e.kind, e.actor) for e in sending.house.parts.register.read(subject=id_)]


def test_what_was_foreseen_is_kept_with_the_delivery(sending: Sending, sent: str):
    """72,350 persons held on 1 October 2022 (UNODC 2022), 69,448 the year before; 22,365 of them unsentenced against 18,660:
    26.9 and 30.9 of a hundred; 100 juveniles after 619, which another date does not explain."""
    parts = sending.house.parts
    kept = json.loads(kept_foreseen(parts, parts.ledger().transmission(sent)))["questions"]
    assert sorted(q["kind"] for q in kept) == ["break", "change", "share"]
    by_kind = {q["kind"]: q for q in kept}
    assert HELD in by_kind["break"]["cells"]
    assert [(s["en"], s["source"]) for s in by_kind["break"]["answer"]] == [(
        "Stock of 1 October 2022; the years before are stocks of 1 January of the following year.",
        "mappings/policies/breaks.csv PRISON-DATE-2022-CTS (inferred)",
    )]  # fmt: skip
    share = by_kind["share"]
    assert "26.9 % of" in share["question"]["en"]
    assert "30.9 % in 2022" in share["question"]["en"]
    assert f"{PRIS}#1 gives 18660 of 69448 for 2021 and 22365 of 72350 for 2022." == share["answer"][0]["en"]
    assert "-84 % from 2021 to 2022" in by_kind["change"]["question"]["en"]
    assert by_kind["change"]["answer"][1]["known"] is False


def test_asked_answered_asked_again_accepted(sending: Sending, sent: str):
    parts = sending.house.parts
    sending.house.clock.forward(minutes=1)
    (one,) = ask(parts, SENDER, sent, [Asked((HELD, OTHER), "Why 72,350 after 69,448?", "2099-01-31")])
    assert (one.id, one.state, one.deadline) == (f"{sent}-q1", "asked", "2099-01-31")
    draft = {s.texts["en"]: s.source for s in drafted(parts, one)}
    assert draft[f"{HELD} is 72350 in {PRIS}#1."].startswith(f"{PRIS}#1 ")
    assert draft[f"{OTHER} is 69448 in {PRIS}#1."].startswith(f"{PRIS}#1 ")
    assert "Stock of 1 October 2022; the years before are stocks of 1 January of the following year." in draft
    assert all(draft.values())

    with pytest.raises(Refused, match="waits for our answer"):
        accept(parts, SENDER, one.id, "By mail.")
    answered = answer(parts, SENDER, one.id, Given("Stock au 1er octobre.", "Stock of 1 October."))
    assert [(p.kind, p.name) for p in answered.turns[-1].proofs] == [(TRACE, HELD), (TRACE, OTHER)]
    trace = json.loads(keeping.content(parts, answered.turns[-1].proofs[0].sha256))
    assert (trace["published"], trace["agrees"]) == ("72350", True)
    assert [s["value"] for s in trace["trace"]["sources"]] == ["72350"]
    asked = again(parts, SENDER, one.id, "And on 1 January 2023?", "2099-02-28")
    assert (asked.state, asked.question, asked.deadline) == ("asked", "And on 1 January 2023?", "2099-02-28")
    answer(parts, SENDER, one.id, Given("Non tenu.", "Not held.", trace=False))
    done = accept(parts, SENDER, one.id, "Mail of 3 March.")
    assert done.state == "accepted"
    with pytest.raises(Refused, match="the round is over"):
        again(parts, SENDER, one.id, "More?")
    assert entries(sending, one.id) == [
        (f"round.{act}", "jules") for act in ("asked", "answered", "again", "answered", "accepted")
    ]
    assert list(faults(parts, parts.ledger().transmission(sent))) == []


def test_a_file_of_queries_is_taken_whole_and_once(sending: Sending, sent: str, tmp_path: Path):
    parts = sending.house.parts
    file = tmp_path / "queries.csv"
    good = f'cells,question,deadline\n{HELD} {OTHER},"Why, please?",2099-03-01\n{OTHER},And this?,\n'
    file.write_text(good, encoding="utf-8")
    first, second = take(parts, SENDER, sent, file)
    assert (first.cells, first.question, second.deadline) == ((HELD, OTHER), "Why, please?", "")
    with pytest.raises(Refused, match="was taken before"):
        take(parts, SENDER, sent, file)
    head = parts.ledger().head
    for text, row, column, near in (
        (good.replace("/2021,And", "/1899,And"), 3, "cells", ""),
        (good.replace("2099-03-01", "01/03/2099"), 2, "deadline", ""),
        (good.replace("And this?", ""), 3, "question", ""),
        (good.replace("cells,", "cell,"), 1, "cells", "cell"),
        (good.replace(f"{PRIS}/A.", "ESTAT_CTS_PRIZ/A.", 1), 2, "cells", ""),
        ("cells,question\n", None, "", ""),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput) as error:
            take(parts, SENDER, sent, file)
        assert (error.value.row, error.value.column) == (row, column), text
        assert not near or near in error.value.nearest
    past = tmp_path / "past.csv"  # it came by post, after its day: taken, and late
    past.write_text(good.replace("2099-03-01", "2001-03-01"), encoding="utf-8")
    first, second = (parts.ledger().query(q.id) for q in take(parts, SENDER, sent, past))
    assert (first.deadline, late(parts, first), late(parts, second)) == ("2001-03-01", True, False)
    head = parts.ledger().head
    other = tmp_path / "queries.json"
    other.write_text(json.dumps({"transmission": "X-2022-1", "queries": []}), encoding="utf-8")
    with pytest.raises(Refused, match="is about X-2022-1"):
        take(parts, SENDER, sent, other)
    assert parts.ledger().head == head


def test_who_may_not_and_what_is_no_query(sending: Sending, sent: str):
    parts = sending.house.parts
    with pytest.raises(Denied):
        ask(parts, AUTHOR, sent, [Asked((HELD,), "Why?")])
    with pytest.raises(BadQuery, match="about cells"):
        ask(parts, SENDER, sent, [Asked((" ",), "Why?")])
    with pytest.raises(NotFound) as error:
        ask(parts, SENDER, sent, [Asked((HELD.replace("/2022", "/2202"),), "Why?")])
    assert HELD in error.value.nearest
    with pytest.raises(NotFound):
        answer(parts, SENDER, f"{sent}-q99", Given("a", "b"))


def test_what_is_asked_and_waits_is_not_asked_twice(sending: Sending, sent: str):
    """Typed twice, or by two; other words may be asked."""
    parts = sending.house.parts
    (first,) = ask(parts, SENDER, sent, [Asked((OTHER,), "Is it final?")])
    head = parts.register.head()
    with pytest.raises(Refused, match=f"{first.id} asks the same"):
        ask(parts, SENDER, sent, [Asked((OTHER,), " Is it final?\r\n")])
    assert parts.register.head() == head
    (second,) = ask(parts, SENDER, sent, [Asked((OTHER,), "Is it final now?")])
    assert second.number == first.number + 1


def test_a_file_parted_by_semicolons_is_taken_and_what_is_late_is_shown(sending: Sending, sent: str, tmp_path: Path):
    """As a French spreadsheet saves it; a comma in a question parts nothing there."""
    home, file = sending.house.parts.settings.home, tmp_path / "queries.csv"
    file.write_text(
        f'cells;question;deadline\n{HELD} {OTHER};"Why, please?";2001-03-02\n{OTHER};And this;\n', "utf-8-sig"
    )
    done = inside(home, "rounds", "import", sent, str(file), "--as", SENDER.name, "--json")
    assert done.code == 0, done.err
    first, second = done.json()["queries"]
    assert (first["cells"], first["question"], first["deadline"]) == ([HELD, OTHER], "Why, please?", "2001-03-02")
    listed = inside(home, "rounds", "list", "--delivery", sent, "--json").json()["queries"]
    late_ = {q["query"]: q["late"] for q in listed}
    assert (late_[first["query"]], late_[second["query"]]) == (True, False)
    french = inside(home, "--lang", "fr", "rounds", "list", "--delivery", sent).out
    assert french.count("retard") == 1 + sum(late_.values())  # that of the column, and of each
    file.write_text("cells;question\nx;y;z\n", encoding="utf-8")
    assert "2 cells are expected" in inside(home, "rounds", "import", sent, str(file), "--as", SENDER.name).err


@pytest.mark.parametrize("wrong", [
    "Q7", "ESTAT_CTS_PRIZ/A.X/2022", HELD.replace("PRIS_ACT_CAP", "PRIS_OFF_CAPA"), HELD.removeprefix(f"{PRIS}/"),
    HELD.replace("/2022", "/x"),
])  # fmt: skip
def test_a_wrong_cell_is_told_with_cells_that_were_sent(sending: Sending, sent: str, wrong: str):
    """Each of them as it is asked about; of one wrong code the cells that share all others come first."""
    parts, home = sending.house.parts, sending.house.parts.settings.home
    ran = inside(home, "rounds", "ask", sent, wrong, "--question", "Why?", "--as", SENDER.name, "--json")
    assert ran.code == 2
    near = json.loads(ran.err)["nearest"]
    assert len(near) == 3
    assert [p.cell for p in places_of(parts, parts.ledger().transmission(sent), tuple(near))] == near
    if wrong.count(".") > 1:
        assert all(cell.startswith(f"{PRIS}/A.PRIS_") and ".TOTAL.TOTAL.TOTAL.TOTAL.T." in cell for cell in near), near
