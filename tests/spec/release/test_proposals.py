"""Proposals of artefacts and maps: proposed, signed by two others, effective at a date, superseded (D1, D2)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from house import AUTHOR, FIRST, RELEASER, SECOND
from small_catalogue import LEGS, SEXES, codelist, path
from small_house import (
    CONDAMNES,
    MAN,
    NOBODY,
    NOON,
    OTHER,
    POURS,
    STOCK,
    WOMAN,
    effective,
    held,
    legs,
    sexes,
    small_house,
    small_parts,
)

from greffe.catalogue.artefact_json import dump_file
from greffe.cli.proposals import approval_told
from greffe.errors import BadDefinition, BadQuery, Denied, NotFound, Refused
from greffe.model.references import Reference
from greffe.release.approvals import approve_proposal, comment_proposal, reject_proposal, withdraw_proposal
from greffe.release.definitions import map_subject
from greffe.release.people import HOUSE, add_person, approvers, author_of
from greffe.release.proposal_pages import described, told
from greffe.release.proposals import others_on, propose, proposed_catalogue, state_of
from greffe.release.tasks.remade import outrun, refused
from greffe.release.tasks.signing import to_sign
from greffe.release.tasks.task import Asker

WITH_NOBODY = sexes(MAN, WOMAN, NOBODY)
JANUARY = date(2027, 1, 1)
MIDNIGHT = datetime(2026, 12, 31, 23, tzinfo=UTC)  # of 1 January in Paris


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


def state(parts, proposal):
    ledger = parts.ledger()
    return state_of(ledger, ledger.definitions.proposal(proposal.id), parts.clock())


def waits(parts, person):
    asker = Asker(person.name, ("approver",))
    return {(t.kind, t.subject) for t in to_sign(parts, asker) if t.kind == "proposal"}


def test_two_others_approve_and_it_is_effective_at_once_with_the_map_signed(parts):
    before = parts.catalogue()
    made = propose(parts, AUTHOR, WITH_NOBODY, "Legal persons are named.")
    assert (state(parts, made), parts.catalogue().checksum) == ("open", before.checksum)
    assert proposed_catalogue(parts, made).checksum != before.checksum
    approve_proposal(parts, FIRST, made.id, "read")
    assert (state(parts, made), parts.catalogue().checksum) == ("open", before.checksum)
    approve_proposal(parts, SECOND, made.id)
    assert (state(parts, made), held(parts, SEXES)) == ("effective", WITH_NOBODY[SEXES])
    (map_,) = parts.catalogue().maps.values()
    subject = map_subject(map_)
    assert author_of(parts, subject, map_.checksum) == AUTHOR.name
    assert approvers(parts, subject, map_.checksum) == (FIRST.name, SECOND.name)
    assert list(parts.register.verify()) == []


def test_a_map_that_nobody_signed_whole_is_not_signed_by_a_change_of_a_row(tmp_path):
    parts = small_house(tmp_path, signed=False)
    effective(parts, WITH_NOBODY)
    (map_,) = parts.catalogue().maps.values()
    assert approvers(parts, map_subject(map_), map_.checksum) == ()


def test_three_different_persons(parts):
    for person in (AUTHOR, OTHER):
        add_person(parts, HOUSE, person.name, ["author", "approver"])
    made = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    with pytest.raises(Denied, match="is an author"):
        approve_proposal(parts, AUTHOR, made.id)
    with pytest.raises(Denied, match="is no approver"):
        approve_proposal(parts, RELEASER, made.id)
    approve_proposal(parts, FIRST, made.id)
    with pytest.raises(Refused, match="already approved"):
        approve_proposal(parts, FIRST, made.id)
    assert approve_proposal(parts, OTHER, made.id).effective_at == NOON


@pytest.mark.parametrize(
    ("files", "error", "told"),
    [
        (sexes(MAN, WOMAN), Refused, "Nothing changes"),
        (sexes(MAN.replace(",M,", ",MM,"), WOMAN), BadDefinition, "'MM'"),
        ({"mappings/BODY/other.csv": b"row_id\n"}, BadDefinition, "other.csv"),
        ({"mappings/../x.csv": b""}, BadDefinition, "No definition stands"),
        ({"elsewhere/x.csv": b""}, BadDefinition, "No definition stands"),
        ({"sdmx/received/x.json": b""}, BadDefinition, "No definition stands"),
        ({"mappings/BODY/none.csv": None}, NotFound, "none.csv"),
        ({path(codelist("CL_SEX")): None}, BadDefinition, "CL_SEX"),
        ({path(codelist("CL_SEX")): dump_file(codelist("CL_SEX", "M", "F", "T", "X"))}, Refused, "does not change"),
    ],
)
def test_what_may_not_be_is_refused_and_nothing_is_recorded(parts, files, error, told):
    head = parts.register.head()
    with pytest.raises(error, match=told):
        propose(parts, AUTHOR, files, "a reason")
    assert parts.register.head() == head


def test_every_row_that_does_not_read_is_told_at_once(parts):
    wrong = sexes(MAN.replace("exact,exact", "exakt,exact"), WOMAN, NOBODY.replace("no-target", "nothing"))
    with pytest.raises(BadDefinition) as told:
        propose(parts, AUTHOR, wrong | legs(POURS.replace("broader", "broad")), "a reason")
    first, *lines = str(told.value).splitlines()
    assert first == "3 places do not read:"
    for line, words in zip(
        lines,
        ((LEGS, "row 2", "'broad'"), (SEXES, "row 2", "'exakt'"), (SEXES, "row 4", "'nothing'", "not-applicable")),
        strict=True,
    ):
        assert all(word in line for word in words), line


def test_a_reason_is_needed_and_authors_propose(parts):
    with pytest.raises(BadQuery, match="needs its reason"):
        propose(parts, AUTHOR, WITH_NOBODY, "  ")
    with pytest.raises(Denied):
        propose(parts, FIRST, WITH_NOBODY, "a reason")


def test_a_refused_proposal_waits_for_its_author_until_the_change_is_proposed_again(parts):
    made = propose(parts, AUTHOR, WITH_NOBODY, "Legal persons are named.")
    reject_proposal(parts, FIRST, made.id, "Not so.")
    (task,) = refused(parts, Asker(AUTHOR.name, ("author",)))
    assert (task.subject, task.by, task.place) == (made.id, FIRST.name, f"/staff/proposals/{made.id}")
    assert list(refused(parts, Asker(SECOND.name, ("author", "approver")))) == []
    parts.clock.forward(seconds=1)
    propose(parts, AUTHOR, WITH_NOBODY, "As discussed.")
    assert list(refused(parts, Asker(AUTHOR.name, ("author",)))) == []


def test_the_same_proposed_again_is_the_same_and_after_a_no_another_one(parts):
    made = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    assert propose(parts, AUTHOR, WITH_NOBODY, "a reason") == made
    reject_proposal(parts, FIRST, made.id, "not yet")
    again = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    assert (again.id != made.id, state(parts, made), state(parts, again)) == (True, "rejected", "open")


def test_a_rejected_or_withdrawn_proposal_is_kept_with_its_reason_and_never_takes_effect(parts):
    before = parts.catalogue().checksum
    one, two = (propose(parts, AUTHOR, WITH_NOBODY, reason) for reason in ("one", "two"))
    approve_proposal(parts, FIRST, one.id)
    with pytest.raises(BadQuery):
        reject_proposal(parts, SECOND, one.id, "")
    with pytest.raises(Denied, match="administrator"):
        withdraw_proposal(parts, OTHER, one.id, "not mine")
    reject_proposal(parts, SECOND, one.id, "The reason is not enough.")
    withdraw_proposal(parts, AUTHOR, two.id, "It was one too many.")
    assert (state(parts, one), state(parts, two)) == ("rejected", "withdrawn")
    for made in (one, two):
        with pytest.raises(Refused, match=r"elise on 2026-11-24: The reason|camille on 2026-11-24: It was"):
            approve_proposal(parts, SECOND, made.id)
    kept = parts.ledger().definitions.proposal(one.id)
    assert (kept.closing.person, kept.closing.reason) == (SECOND.name, "The reason is not enough.")
    assert parts.catalogue().checksum == before


def test_it_waits_for_its_date_and_readers_switch_at_that_instant_without_a_write(parts):
    before = parts.catalogue().checksum
    made = propose(parts, AUTHOR, WITH_NOBODY, "from the year on", JANUARY)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, made.id)
    head = parts.register.head()
    assert (state(parts, made), parts.catalogue().checksum) == ("approved", before)
    parts.clock.now = MIDNIGHT.replace(hour=22, minute=59, second=59)
    assert (parts.catalogue().checksum, held(parts, SEXES)) == (before, sexes(MAN, WOMAN)[SEXES])
    waiting = parts.state()
    parts.clock.now = MIDNIGHT
    assert (state(parts, made), held(parts, SEXES)) == ("effective", WITH_NOBODY[SEXES])
    assert parts.state() != waiting
    assert parts.catalogue_at(NOON).checksum == before
    assert parts.register.head() == head


def test_what_waits_is_laid_over_what_took_effect_before_it(parts):
    waiting = propose(parts, AUTHOR, WITH_NOBODY, "from the year on", JANUARY)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, waiting.id)
    shorter = legs(POURS, CONDAMNES)
    effective(parts, shorter, OTHER)
    assert (held(parts, SEXES), held(parts, LEGS)) == (sexes(MAN, WOMAN)[SEXES], shorter[LEGS])
    parts.clock.now = MIDNIGHT
    assert (held(parts, SEXES), held(parts, LEGS)) == (WITH_NOBODY[SEXES], shorter[LEGS])
    (map_,) = parts.catalogue().maps.values()
    assert len(approvers(parts, map_subject(map_), map_.checksum)) == 2


def test_nobody_comes_between_with_the_file_of_one_that_waits(parts):
    waiting = propose(parts, AUTHOR, WITH_NOBODY, "from the year on", JANUARY)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, waiting.id)
    other = propose(parts, OTHER, sexes(MAN, WOMAN, NOBODY.replace("Legal", "All legal")), "now")
    with pytest.raises(Refused, match=rf"{waiting.id} of camille sets {SEXES} from 2027-01-01"):
        approve_proposal(parts, FIRST, other.id)
    withdraw_proposal(parts, AUTHOR, waiting.id, "The other one is better.")
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, other.id)
    parts.clock.now = MIDNIGHT
    assert (state(parts, waiting), state(parts, other)) == ("withdrawn", "effective")
    with pytest.raises(Refused, match="is effective"):
        withdraw_proposal(parts, OTHER, other.id, "too late")


def test_what_another_replaced_is_superseded(parts):
    first = effective(parts, WITH_NOBODY)
    second = effective(parts, sexes(MAN, WOMAN), OTHER)
    assert (state(parts, first), state(parts, second)) == ("superseded", "effective")


def test_a_second_editor_is_told_and_nothing_is_overwritten(parts):
    mine = propose(parts, AUTHOR, WITH_NOBODY, "mine")
    assert others_on(parts, mine) == ()
    other = propose(parts, OTHER, legs(POURS, CONDAMNES), "another file of the same map")
    assert [(p.id, p.author) for p in others_on(parts, other)] == [(mine.id, AUTHOR.name)]
    stale = propose(parts, OTHER, sexes(MAN, WOMAN, NOBODY.replace("Legal", "All legal")), "the same file")
    assert {p.id for p in others_on(parts, stale)} == {mine.id, other.id}
    assert waits(parts, FIRST) == {("proposal", p.id) for p in (mine, other, stale)}
    assert list(outrun(parts, Asker(OTHER.name, ("author",)))) == []
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, mine.id)
    assert waits(parts, FIRST) == {("proposal", other.id)}
    assert {t.subject: (t.place, t.more) for t in outrun(parts, Asker(OTHER.name))} == {
        stale.id: (f"/staff/proposals/{stale.id}", SEXES)
    }
    assert list(outrun(parts, Asker(AUTHOR.name, ("author",)))) == []
    with pytest.raises(Refused, match=rf"is stale: {SEXES} was changed by proposal {mine.id} of camille"):
        approve_proposal(parts, FIRST, stale.id)
    for person in (FIRST, SECOND):
        approve_proposal(parts, person, other.id)
    withdraw_proposal(parts, OTHER, stale.id, "Made again.")
    assert list(outrun(parts, Asker(OTHER.name, ("author",)))) == []
    assert (held(parts, SEXES), held(parts, LEGS)) == (WITH_NOBODY[SEXES], legs(POURS, CONDAMNES)[LEGS])


def test_a_row_is_commented_where_it_stands(parts):
    made = propose(parts, AUTHOR, WITH_NOBODY | legs(POURS, CONDAMNES, STOCK.replace("recalled", "verified")), "both")
    told = comment_proposal(parts, FIRST, made.id, "Which law says so?", f"{SEXES}#r3")
    told = comment_proposal(parts, AUTHOR, made.id, "The penal code.")
    assert [(c.person, c.path, c.row) for c in told.comments] == [(FIRST.name, SEXES, "r3"), (AUTHOR.name, "", "")]
    with pytest.raises(NotFound, match="2 files have a row r3"):
        comment_proposal(parts, FIRST, made.id, "Which?", "r3")
    with pytest.raises(NotFound, match="Nothing of"):
        comment_proposal(parts, FIRST, made.id, "Which?", "r9")
    with pytest.raises(BadQuery):
        comment_proposal(parts, FIRST, made.id, " ")


def test_a_new_version_of_a_list_comes_in_by_a_proposal(parts):
    later = replace(codelist("CL_SEX", "M", "F", "X", "T"), reference=Reference("SSER", "CL_SEX", "1.1.0"))
    effective(parts, {path(later).replace("CL_SEX", "CL_SEX_2"): dump_file(later)})
    assert ("codelist", later.reference) in parts.catalogue().artefacts


def test_on_both_databases_a_second_process_sees_the_same(tmp_path, address):
    parts = small_house(tmp_path / "one", address)
    made = effective(parts, WITH_NOBODY)
    other = small_parts(tmp_path / "one", parts.clock, address)
    assert other.catalogue().checksum == parts.catalogue().checksum
    assert other.ledger().definitions.proposal(made.id) == made
    assert list(other.register.verify()) == []


def test_two_approvers_at_once_make_one_effect(tmp_path, address):
    """Both read that nobody has approved; the register takes one first, and the other looks again: his is the second."""
    parts = small_house(tmp_path / "one", address)
    made = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    outcomes = at_once(
        lambda: approve_proposal(small_parts(tmp_path / "one", parts.clock, address), FIRST, made.id),
        lambda: approve_proposal(small_parts(tmp_path / "one", parts.clock, address), SECOND, made.id),
    )
    assert [type(o).__name__ for o in outcomes] == ["Proposal", "Proposal"]
    kinds = [e.kind for e in parts.register.read() if e.subject == made.id]
    assert kinds == ["proposal.made", "proposal.approved", "proposal.effective"]
    assert held(parts, SEXES) == WITH_NOBODY[SEXES]


def test_of_two_proposals_for_one_file_approved_at_once_one_wins_and_the_other_is_told(tmp_path, address):
    parts = small_house(tmp_path / "one", address)
    contents = [WITH_NOBODY, sexes(MAN, WOMAN, NOBODY.replace("Legal", "All legal"))]
    made = [propose(parts, AUTHOR, files, f"number {n}") for n, files in enumerate(contents)]
    for proposal in made:
        approve_proposal(parts, FIRST, proposal.id)
    outcomes = at_once(
        *(
            lambda id_=proposal.id: approve_proposal(small_parts(tmp_path / "one", parts.clock, address), SECOND, id_)
            for proposal in made
        )
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Proposal", "Refused"]
    won = next(n for n, o in enumerate(outcomes) if not isinstance(o, Refused))
    assert "is stale" in str(outcomes[1 - won])
    assert held(parts, SEXES) == contents[won][SEXES]


class Late:
    """A register in which somebody else acts between the reading and the first writing of whoever uses it."""

    def __init__(self, register, meanwhile):
        self._register, self._meanwhile = register, [meanwhile]

    def append(self, *arguments, **options):
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._register.append(*arguments, **options)

    def __getattr__(self, name):
        return getattr(self._register, name)


@pytest.mark.parametrize(
    ("meanwhile", "outcome", "kinds"),
    [
        (lambda parts, id_: approve_proposal(parts, FIRST, id_), "effective", ["approved", "effective"]),
        (lambda parts, id_: reject_proposal(parts, FIRST, id_, "no"), "rejected", ["rejected"]),
        (lambda parts, id_: withdraw_proposal(parts, AUTHOR, id_, "no"), "withdrawn", ["withdrawn"]),
    ],
)
def test_a_decision_on_what_was_decided_meanwhile_looks_again(tmp_path, address, meanwhile, outcome, kinds):
    parts = small_house(tmp_path / "one", address)
    made = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    late = small_parts(tmp_path / "one", parts.clock, address)
    late.register = Late(late.register, lambda: meanwhile(parts, made.id))
    if outcome == "effective":
        approve_proposal(late, SECOND, made.id)
    else:
        with pytest.raises(Refused, match=f"is {outcome} by"):
            approve_proposal(late, SECOND, made.id)
    assert state(parts, made) == outcome
    written = [e.kind.removeprefix("proposal.") for e in parts.register.read() if e.subject == made.id]
    assert written == ["made", *kinds]


@pytest.mark.parametrize("before", [True, False])
def test_a_process_that_is_killed_leaves_both_the_signature_and_the_effect_or_neither(tmp_path, before):
    parts = small_house(tmp_path)
    made = propose(parts, AUTHOR, WITH_NOBODY, "a reason")
    approve_proposal(parts, FIRST, made.id)

    class Killed(Exception):
        pass

    def append(*arguments, **options):
        if not before:
            whole(*arguments, **options)
        raise Killed

    killed = small_parts(tmp_path, parts.clock)
    whole, killed.register.append = killed.register.append, append
    with pytest.raises(Killed):
        approve_proposal(killed, SECOND, made.id)
    again = small_parts(tmp_path, parts.clock)
    signed = len(again.ledger().definitions.proposal(made.id).approvals)
    (map_,) = again.catalogue().maps.values()
    assert (signed, held(again, SEXES) == WITH_NOBODY[SEXES]) == ((1, False) if before else (2, True))
    assert len(approvers(again, map_subject(map_), map_.checksum)) == 2  # of the old map, or of the new one
    if before:
        assert approve_proposal(again, SECOND, made.id).effective_at == NOON


def at_once(*acts):
    """What each act gave or raised, all of them started together."""
    found, barrier = [None] * len(acts), threading.Barrier(len(acts))

    def run(place, act):
        barrier.wait()
        try:
            found[place] = act()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_people_read_days_of_paris_and_programs_instants(parts):
    """D3: what is signed at 23:30 UTC is signed on the next day in Paris; JSON keeps the instant in UTC."""
    parts.clock.forward(hours=11, minutes=30)
    made = effective(parts, WITH_NOBODY)
    data = described(parts, made)
    assert data["approvals"][0]["instant"] == "2026-11-24T23:30:00.000000Z"
    assert next(iter(told(data))) == "approved by driss on 2026-11-25"
    assert approval_told(parts, made).endswith("effective from 2026-11-25 00:30:00 in Paris on.")
    other = propose(parts, AUTHOR, sexes(MAN, WOMAN), "back")
    comment_proposal(parts, FIRST, other.id, "Why?")
    reject_proposal(parts, FIRST, other.id, "no")
    lines = list(told(described(parts, parts.ledger().definitions.proposal(other.id))))
    assert lines[:2] == ["driss on 2026-11-25: Why?", "rejected by driss on 2026-11-25: no"]


def test_the_service_and_administrators_do_not_stand_in_for_an_approver(parts):
    """Three different persons (D1): who enters people has not thereby read a map, and the service is no person."""
    made = propose(parts, AUTHOR, WITH_NOBODY, "Legal persons are named.")
    add_person(parts, HOUSE, "gaelle", ["administrator"])
    for name in ("gaelle", HOUSE.name):
        with pytest.raises(Denied, match=f"{name} is no approver"):
            approve_proposal(parts, replace(AUTHOR, name=name), made.id)
    assert state(parts, made) == "open"


def test_the_id_of_a_withdrawn_row_is_not_given_to_another_decision(parts):
    """Row r003 goes; another decision under its id is refused, the same one may come back."""
    for files in (WITH_NOBODY, sexes(MAN, WOMAN)):
        made = propose(parts, AUTHOR, files, "as it is")
        for person in (FIRST, SECOND):
            approve_proposal(parts, person, made.id)
    id_ = NOBODY.split(",")[2]
    value = NOBODY.split(",")[0]
    other = NOBODY.replace(f"{value},", "T,", 1)
    with pytest.raises(
        Refused, match=f"row {id_}: that id was given to the decision about {value}, which was withdrawn"
    ):
        propose(parts, AUTHOR, sexes(MAN, WOMAN, other), "another decision")
    assert propose(parts, AUTHOR, WITH_NOBODY, "it was right").author == AUTHOR.name
