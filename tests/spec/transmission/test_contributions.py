"""What houses contribute: only their own cells, by their own people, signed and locked, merged by the contact point, proved."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from contributions import CAPACITY, CE, CLERK, COURTS, DAP, HELD, NORA, PAUL, answered, filled, out, people
from house import FIRST, SECOND
from questionnaires import SENDER, Desk, cells_of, desk_at, opened
from site_tools import copied

from greffe.arrow import pa, pq
from greffe.catalogue.policies.coherence import check_contributions
from greffe.catalogue.policies.contributions import FILE
from greffe.catalogue.policies.read import read_policies
from greffe.errors import BadDefinition, BadQuery, Conflict, Denied, NotFound, Refused
from greffe.model.answers import AnswerKey
from greffe.model.structures import Dataflow
from greffe.release.contributing import all_waited, named
from greffe.release.people import HOUSE, add_person
from greffe.release.waiting import waiting_for
from greffe.store.base import Actor
from greffe.store.folding import folded
from greffe.store.records import release_payload
from greffe.transmission.answers import acts as answers
from greffe.transmission.answers.asked import asked
from greffe.transmission.building import approve, cancel
from greffe.transmission.channels.channel import Options
from greffe.transmission.contributions.acts import Typed, extend, give, merge, reopen, sign
from greffe.transmission.contributions.book_in import take
from greffe.transmission.contributions.carried import confirm, proposed
from greffe.transmission.contributions.places import board
from greffe.transmission.contributions.translating import translate, untold
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults, rebuild
from greffe.transmission.sending import send

DEATHS = "UNODC_CTS_PRISONS__PRIS_MORT__TOTAL__CAT00__Total__Total__2024"


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = desk_at(copied(demo_home, tmp_path_factory.mktemp("houses") / "var"))
    people(found)
    return found


def kinds(desk: Desk, who: Actor) -> dict[str, str]:
    return {t.subject: t.kind for t in waiting_for(desk.parts, who) if t.kind.startswith("contribut")}


def codes(desk: Desk, test: bool = False) -> dict[str, str]:
    return {o.about: o.code for o in named_plan(desk.parts, "UN_CTS", 2024, test=test).obstacles}


def test_whose_a_cell_is(desk: Desk):
    """By hand from contributors.csv: places and deaths in prisons are of the prison administration, nothing else of UN-CTS;
    of CEPEJ's question 91 the line of administrative courts is of the Council of State."""
    found = board(desk.parts, "UN_CTS", 2024)
    own = set(found.of("DAP"))
    names = {p.name for p in found.places}
    assert own == {n for n in names if n.split("__")[1] in ("PRIS_CAP", "PRIS_MORT")}
    assert {p.house for p in found.places} == {"DAP", "SSER"}
    assert tuple(board(desk.parts, "CEPEJ", 2024).of("CE")) == COURTS


def test_a_house_answers_its_own_cells_and_nobody_elses(desk: Desk):
    parts = desk.parts
    with pytest.raises(
        Refused,
        match=r"This cell is of SSER, not of DAP: sheet Prisons, row PERS_HELD.TOTAL.CAT00.Total.Total, column 2024",
    ):
        give(parts, PAUL, DAP, {CAPACITY: Typed("62000"), HELD: Typed("1")})
    assert not named(parts, DAP).one.cells  # all or nothing
    for who in (SENDER, CLERK, HOUSE):
        with pytest.raises(Denied, match="does not act for DAP"):
            give(parts, who, DAP, {CAPACITY: Typed("62000")})
    place = r"Sheet Prisons, row PRIS_MORT.TOTAL.CAT00.Total.Total, column 2024. A count is a whole number, 0 or more."
    for typed, wrong in (("-5", "below zero"), ("12.5", "no whole number")):
        with pytest.raises(BadQuery, match=f"{typed} is {wrong}. {place}"):
            give(parts, PAUL, DAP, {DEATHS: Typed(typed)})
    with pytest.raises(BadQuery, match="'62 000' is no number"):
        give(parts, PAUL, DAP, {CAPACITY: Typed("62 000")})
    with pytest.raises(NotFound, match=f"Nearest: .*{CAPACITY}"):
        give(parts, PAUL, DAP, {CAPACITY.replace("CAT33", "CAT93"): Typed("1")})
    with pytest.raises(NotFound, match="There is no contribution UN_CTS-2024-DAPP"):
        give(parts, PAUL, "UN_CTS-2024-DAPP", {})
    key = AnswerKey("UN_CTS", 2024, CAPACITY)
    with pytest.raises(Refused, match=r"DAP alone answers this cell: sheet Prisons, row PRIS_CAP.*column 2024"):
        answers.give(parts, SENDER, key, answers.Typed("62000"))
    round_ = asked(parts, "UN_CTS", 2024)
    assert (
        round_.counts()["of_house"] == sum(not p.cell.held for p in board(parts, "UN_CTS", 2024).of("DAP").values()) > 0
    )
    answers.give_rest(parts, SENDER, round_, "Prisons", "NA")  # what is left of the sheet, but for the house's cells
    assert CAPACITY not in parts.ledger().answers["UN_CTS/2024"]


def test_two_people_of_a_house_at_once(desk: Desk):
    """Both read the same revision: the second is told to look again, and what the first said stands."""
    read = named(desk.parts, DAP).one.revision
    give(desk.parts, PAUL, DAP, {CAPACITY: Typed("62000")}, read)
    with pytest.raises(Conflict, match="has changed since it was read"):
        give(desk.parts, NORA, DAP, {CAPACITY: Typed("61000")}, read)
    assert named(desk.parts, DAP).one.cells[CAPACITY].value == "62000"


def test_from_open_to_sent_and_proved(desk: Desk):
    """Late and missing, then signed, merged, in the workbook of the delivery; built again byte for byte; reopened, it does not
    leave. Meanwhile another house is at work, and neither sees the other's entries."""
    parts = desk.parts
    assert codes(desk)[DAP] == "contribution_late"
    assert DAP not in codes(desk, test=True)
    assert kinds(desk, PAUL)[DAP] == "contribute"
    assert kinds(desk, SENDER)["UN_CTS 2024"] == "contributions_late"
    with pytest.raises(Refused, match="1 of 60 cells are answered"):
        sign(parts, PAUL, DAP)
    answered(desk, PAUL, DAP)
    give(parts, PAUL, DAP, {CAPACITY: Typed("62000", words={"comment": {"fr": "Au 1er janvier"}})})
    out(desk, CE)
    assert kinds(desk, NORA)[DAP] == "contribution_sign"
    with pytest.raises(Refused, match="told in one language alone"):
        sign(parts, NORA, DAP)
    give(
        parts, PAUL, DAP, {CAPACITY: Typed("62000", words={"comment": {"fr": "Au 1er janvier", "en": "On 1 January"}})}
    )
    with pytest.raises(Denied):
        sign(parts, SENDER, DAP)
    with pytest.raises(Refused, match="is not signed"):
        merge(parts, SENDER, DAP)
    signed = sign(parts, NORA, DAP)
    assert (signed.state, signed.signatory) == ("signed", "nora")
    with pytest.raises(Refused, match="is locked: nora signed it"):
        give(parts, PAUL, DAP, {CAPACITY: Typed("1")})
    assert codes(desk)[DAP] == "contribution_unmerged"
    with pytest.raises(Denied):
        merge(parts, PAUL, DAP)
    assert merge(parts, SENDER, DAP).state == "merged"
    assert DAP not in codes(desk)
    one = desk.built("UN_CTS", 2024)
    part = one.files[0].contributions[0]
    for person in (FIRST, SECOND):
        approve(parts, person, one.id)
    assert (part.id, part.house, part.signatory, part.workbook) == (DAP, "DAP", "nora", "")
    assert part.content == signed.content
    book = opened(desk.content(one))
    assert cells_of(book)[CAPACITY] == 62000
    assert [c.value for r in book["Prisons"].iter_rows() for c in r].count("Au 1er janvier / On 1 January") == 1
    desk.clock.forward(days=1)
    assert [r.same for r in rebuild(parts, one)] == [True]
    assert list(faults(parts, one)) == []
    broken = dataclasses.replace(one, files=(dataclasses.replace(
        one.files[0], contributions=(dataclasses.replace(part, content="0" * 64),)),))  # fmt: skip
    assert f"{one.id}: the register has no merge of {DAP} with the content that was sent." in faults(parts, broken)
    with pytest.raises(Refused, match="for a reason"):
        reopen(parts, SENDER, DAP, " ")
    with pytest.raises(Denied):
        reopen(parts, PAUL, DAP, "A mistake")  # merged: the contact point alone
    assert reopen(parts, SENDER, DAP, "A mistake").state == "open"
    with pytest.raises(Refused, match=f"{DAP} was reopened since {one.id} was built"):
        send(parts, SENDER, one.id, {"unodc-test": Options("unodc-test", "x", {"kind": "folder", "path": "/nowhere"})})
    assert parts.ledger().transmission(one.id).attempts == ()
    assert list(faults(parts, one)) == []  # what was built stays proved
    assert folded(parts.register.read()).contributions == parts.ledger().contributions
    cancel(parts, SENDER, one.id, "Reopened.")


def released_otherwise(desk: Desk, old: str, new: str) -> None:
    """The prison figures come out again, the deaths of 2024 otherwise."""
    parts = desk.parts
    flow = parts.catalogue().latest(Dataflow, "UNODC_CTS_PRISONS")
    before = parts.ledger().current(flow.reference, parts.clock())
    assert before is not None
    table = pq.read_table(parts.observations.file(before.name, "data.parquet"))
    rows = table.to_pylist()
    (row,) = [r for r in rows if (r["INDICATOR"], r["TIME_PERIOD"], r["OBS_VALUE"]) == ("PRIS_MORT", "2024", old)]
    row["OBS_VALUE"] = new
    data = desk.parts.settings.home / "tmp" / "again.parquet"
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([(n, pa.string()) for n in table.column_names])), data)
    number = parts.ledger().next_number(flow.reference)
    name = f"{flow.reference.id}/{number}"
    saved = parts.observations.save(name, parts.catalogue().structure(flow), data, {}, before.name)
    made = replace(before, number=number, content_hash=saved.content_hash, draft="", effective_at=parts.clock())
    parts.note(HOUSE, "release.made", str(made), release_payload(made), once=f"release:{name}")
    desk.clock.forward(minutes=1)


def test_a_released_figure_is_never_typed_over(desk: Desk):
    """A house that says another figure than the release stops the merge, by name; a table that gives the cell to another
    house meanwhile, by sheet, row and owner."""
    parts = desk.parts
    answered(desk, PAUL, DAP)
    was = board(parts, "UN_CTS", 2024).place(DEATHS).cell.text
    give(parts, PAUL, DAP, {DEATHS: Typed("1000")})
    sign(parts, PAUL, DAP)
    with pytest.raises(Refused, match=f"{DEATHS} is released as {was}, and DAP says 1000.*Such cells: 1"):
        merge(parts, SENDER, DAP)
    reopen(parts, PAUL, DAP, "Counted again.")  # not merged yet: the house may
    give(parts, PAUL, DAP, {DEATHS: Typed(was)})
    assert sign(parts, PAUL, DAP).state == "signed"
    assert merge(parts, SENDER, DAP).state == "merged"
    assert DEATHS not in parts.ledger().answers["UN_CTS/2024"]  # confirmed, and nothing is said beside it
    assert DAP not in codes(desk)
    released_otherwise(desk, was, str(int(was) + 1))
    for test in (False, True):
        (told,) = [o for o in named_plan(parts, "UN_CTS", 2024, test=test).obstacles if o.about == DAP]
        assert told.code == "contribution_contradicted"
        assert f"{DEATHS} is released as {int(was) + 1}, and DAP says {was} (such cells: 1)" in told.said()
    released_otherwise(desk, str(int(was) + 1), was)
    assert DAP not in codes(desk)


def test_the_last_cycle_is_proposed_and_confirmed_by_the_house(desk: Desk):
    """What was merged for 2024 is proposed for 2025, and counts once a person of the house has confirmed it; the entry says so."""
    parts, later = desk.parts, "UN_CTS-2025-DAP"
    known = proposed(parts, named(parts, later))
    before = parts.ledger().answers["UN_CTS/2024"]
    assert known
    for name, answer in known.items():  # of the same year where it was asked then, else of the year before it
        stem, _, period = name.rpartition("__")
        cell = name if name in before else f"{stem}__{int(period) - 1}"
        assert (str(answer.key), answer.said) == (f"UN_CTS/2024/{cell}", before[cell].said)
    first, second = list(known)[:2]
    assert named(parts, later).one.cells == {}
    with pytest.raises(Denied):
        confirm(parts, SENDER, later, [first])
    with pytest.raises(Refused, match="Nothing is carried forward of NOWHERE"):
        confirm(parts, PAUL, later, ["NOWHERE"])
    one = confirm(parts, PAUL, later, [first])
    assert (set(one.cells), one.cells[first].missing, one.state) == ({first}, known[first].said.missing, "open")
    *_, entry = parts.register.read(subject=later)
    assert entry.payload["carried"] == {first: str(known[first].key)}
    assert (first in proposed(parts, named(parts, later)), second in proposed(parts, named(parts, later))) == (
        False,
        True,
    )
    assert set(confirm(parts, NORA, later).cells) == set(known)
    with pytest.raises(Refused, match="Nothing of the last cycle is to be confirmed"):
        confirm(parts, PAUL, later)


def test_the_contact_point_adds_the_language_that_a_text_lacks(desk: Desk):
    parts, id_ = desk.parts, "UN_CTS-2025-DAP"
    cell = next(iter(named(parts, id_).one.cells))
    own = Typed("", "NA", {"comment": {"fr": "Au 1er janvier"}})
    given = give(parts, PAUL, id_, {cell: own})
    with pytest.raises(Denied):
        translate(parts, PAUL, id_, (cell, "comment"), "On 1 January")
    with pytest.raises(BadQuery, match=r"'coment' is no part of an answer\. Nearest: comment"):
        translate(parts, SENDER, id_, (cell, "coment"), "x")
    with pytest.raises(Refused, match="has no source that lacks a language"):
        translate(parts, SENDER, id_, (cell, "source"), "x")
    with pytest.raises(BadQuery, match="is a text"):
        translate(parts, SENDER, id_, (cell, "comment"), " ")
    one = translate(parts, SENDER, id_, (cell, "comment"), "On 1 January")
    assert (one.content, one.revision, one.cells[cell].words) == (
        given.content,
        given.revision,
        {"comment": {"fr": "Au 1er janvier"}},
    )
    assert one.told[cell].words == {"comment": {"fr": "Au 1er janvier", "en": "On 1 January"}}
    assert [(u.language, u.translation.who) for u in untold(one) if u.translation] == [("en", SENDER.name)]
    again = give(parts, PAUL, id_, {cell: replace(own, words={"comment": {"fr": "Au 1er février"}})})
    assert again.told[cell].half == ("comment",)  # of another text: it stands no more
    translate(parts, SENDER, id_, (cell, "comment"), "On 1 February")
    answered(desk, PAUL, id_)
    give(parts, PAUL, id_, {cell: replace(own, words={"comment": {"fr": "Au 1er février"}})})
    sign(parts, PAUL, id_)
    merge(parts, SENDER, id_)
    merged = parts.ledger().answers["UN_CTS/2025"][cell]
    assert merged.said.words == {"comment": {"fr": "Au 1er février", "en": "On 1 February"}}


def test_deadlines_are_of_paris(desk: Desk):
    """15 July 18:00 of summer is 16:00 in UTC; moved by the contact point, with a reason, into winter time."""
    parts, id_ = desk.parts, "UN_CTS-2026-DAP"
    assert named(parts, id_).until == datetime(2027, 7, 15, 16, 0, tzinfo=UTC)
    with pytest.raises(Denied):
        extend(parts, PAUL, id_, datetime(2027, 1, 15, 17, 0, tzinfo=UTC), "Ill")
    with pytest.raises(Refused, match="has passed already"):
        extend(parts, SENDER, id_, datetime(2020, 1, 15, tzinfo=UTC), "Ill")
    extend(parts, SENDER, id_, datetime(2027, 1, 15, 17, 0, tzinfo=UTC), "Ill")
    assert not named(parts, id_).late(datetime(2027, 1, 15, 16, 59, tzinfo=UTC))
    assert named(parts, id_).late(datetime(2027, 1, 15, 17, 0, tzinfo=UTC))
    plan = named_plan(parts, "UN_CTS", 2026)
    assert [o.said("fr") for o in plan.obstacles if o.about == id_] == [
        f"{id_} : DAP n’a pas validé ses cellules, attendues le 2027-01-15 18:00 (heure de Paris)."
    ]


def test_a_house_without_an_account(desk: Desk):
    """The contact point carries its workbook; who signed on it stands for it, and its checksum is kept with the delivery."""
    parts = desk.parts
    values: dict[str, object] = dict.fromkeys(COURTS, 2124)
    with pytest.raises(Denied):
        take(parts, PAUL, CE, b"", "ce.xlsx")
    taken = take(parts, SENDER, CE, filled(out(desk, CE), values), "ce.xlsx")
    assert (taken.state, taken.signatory) == ("contributed", "")
    with pytest.raises(Refused, match="Who signed for CE is said"):
        sign(parts, SENDER, CE)
    taken = take(parts, SENDER, CE, filled(out(desk, CE), values, "A. Martin, présidente"), "ce.xlsx")
    assert (taken.state, taken.signatory, taken.signed.who) == ("signed", "A. Martin, présidente", SENDER.name)
    merge(parts, SENDER, CE)
    one = desk.built("CEPEJ_CYCLE", 2024)
    (part,) = one.files[0].contributions
    assert one.files[1].contributions == (part,)  # the order list is made of the same answers
    assert (part.house, part.signatory, part.workbook) == ("CE", "A. Martin, présidente", taken.workbook)
    assert {cells_of(opened(desk.content(one)))[c] for c in COURTS} == {2124}
    assert [r.same for r in rebuild(parts, one)] == [True, True]
    assert list(faults(parts, one)) == []


def test_who_is_waited_for(desk: Desk):
    """CEPEJ waits for seven houses; a person who signs deliveries is asked for nothing."""
    cepej = [w.house for w in all_waited(desk.parts) if w.row.questionnaire == "CEPEJ" and w.year == 2024]
    assert sorted(cepej) == ["CCASS", "CE", "DACS", "DSJ", "INSEE", "SADJAV", "SG-BUD"]
    assert kinds(desk, FIRST) == kinds(desk, SECOND) == {}
    with pytest.raises(BadQuery, match="contributor:DAP"):
        add_person(desk.parts, HOUSE, "x", ["contributor:DAPP"])


HEADER = "questionnaire,house,way,due,confidence,reason,reference"


@pytest.mark.parametrize(("row", "told"), [
    ("UN_CTS,DAP,post,+1 07-15 18:00,recalled,x,", "'post' is not known here"),
    ("UN_CTS,DAP,account,15 July,recalled,x,", "'15 July' is no rule of a deadline"),
    ("UN_CTS,DAP,account,+1 02-30 18:00,recalled,x,", "names no day or hour"),
    ("UN_CTS,DAP,account,+1 02-29 18:00,recalled,x,", "names no day or hour"),
    ("UN_CTS,DAP,account,+1 03-28 02:30,recalled,x,", "twice or never on some days"),
    ("UN_CTS,dap,account,+1 07-15 18:00,recalled,x,", "'dap' is no name of a house"),
    ("UN_CTS,SSER,contact,+1 07-15 18:00,recalled,x,", "it has no deadline"),
    ("UN_CTSS,DAP,account,+1 07-15 18:00,recalled,x,", "There is no questionnaire UN_CTSS. Nearest: UN_CTS"),
    ("UN_CTS,DSJ,account,+1 07-15 18:00,recalled,x,", "DSJ owns no cell of UN_CTS"),
])  # fmt: skip
def test_rows_that_ask_nobody_are_refused(desk: Desk, row: str, told: str):
    catalogue = desk.parts.catalogue()
    with pytest.raises(BadDefinition) as error:
        policies = read_policies({FILE: f"{HEADER}\n{row}\n".encode()})
        policies = dataclasses.replace(catalogue.policies, contributions=policies.contributions)
        check_contributions(dataclasses.replace(catalogue, policies=policies))
    assert told in error.value.text()
    assert (error.value.file, error.value.row) == (FILE, 2)
