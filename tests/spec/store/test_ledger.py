"""What the register's entries amount to: records come back as they were appended, and states follow one another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from greffe.errors import Broken, NotFound
from greffe.model.references import Reference
from greffe.model.releases import Release, current_at
from greffe.store import records
from greffe.store.base import Actor, Entry
from greffe.store.folding import folded
from greffe.store.ledger import Ledger
from greffe.store.ledger_reader import LedgerReader

T0 = datetime(2026, 11, 24, 15, 0, 0, tzinfo=UTC)
FLOW = Reference("SSER", "ESTAT_CRIM_PRIS_CAP", "1.0.0")
ANA, BEN, CLO = Actor("ana"), Actor("ben"), Actor("clo")


@pytest.fixture
def people(register):
    for actor in (ANA, BEN, CLO):
        register.add_person(ANA, T0, actor.name, ["approver"])
    return register


def extract(id_="e1", accepted=True):
    return records.ExtractRecord(
        id_, "c" * 64, Reference("SSER", "INT_JUSTICE"), "été.csv", "GENESIS", T0, "bureau A", "synthetic", 12, 3,
        True, "rows 4 and 5 are known", accepted,
    )  # fmt: skip


def draft(id_="d1", checksum="k1"):
    return records.DraftRecord(
        id_, FLOW, "key", checksum, "real", "SSER", "SSER:MAP_X(1.0.0)", "m", "cat", {"e1": "c"}, 0, 2, 30, 5, "2023"
    )


def release(number=1, **change):
    made = Release(FLOW, number, "h", T0, T0 + timedelta(seconds=5), "real", "SSER", 30, 5, "2023", "revision", "d1")
    return replace(made, **change)


def test_extracts_are_told_accepted_or_refused(people):
    for record in (extract(), extract("e2", accepted=False)):
        people.append(BEN, T0, record.kind, record.id, record.payload())
    state = folded(people.read())
    assert state.extracts == {"e1": extract(), "e2": extract("e2", accepted=False)}
    assert state.accepted == (extract(),)
    with pytest.raises(NotFound, match="Nearest: e1"):
        state.extract("e11")


def test_a_draft_tells_who_prepared_it_and_when(people):
    people.append(BEN, T0, "draft.prepared", "d1", draft().payload())
    state = folded(people.read())
    assert state.draft("d1") == replace(draft(), author="ben", prepared_at="2026-11-24T15:00:00.000000Z")


def test_an_approval_names_a_checksum_and_an_edit_unsigns(people):
    for actor, checksum in ((BEN, "k1"), (CLO, "k1"), (CLO, "k1"), (CLO, "k0")):
        people.append(actor, T0, "draft.approved", "d1", records.Approval("d1", checksum, comment="read").payload())
    state = folded(people.read())
    assert [a.person for a in state.approvals("d1", "k1")] == ["ben", "clo"]
    assert [a.person for a in state.approvals("d1", "k0")] == ["clo"]
    assert state.approvals("d2", "k1") == ()


def test_maps_have_an_author_and_approvers_of_rows(people):
    people.append(ANA, T0, "map.approved", "M", records.Approval("M", "k", "author").payload())
    people.append(BEN, T0, "map.approved", "M", records.Approval("M", "k", rows=("r001",)).payload())
    found = folded(people.read()).approvals("M", "k")
    assert [(a.person, a.role, a.rows) for a in found] == [("ana", "author", ()), ("ben", "approver", ("r001",))]


def test_warnings_are_accepted_in_writing(people):
    people.append(BEN, T0, "warnings.accepted", "d1", records.Acceptance("d1", "k1", "known", ("QR-1",)).payload())
    state = folded(people.read())
    assert [(a.person, a.reason, a.rules) for a in state.accepted_warnings("d1", "k1")] == [("ben", "known", ("QR-1",))]
    assert state.accepted_warnings("d1", "k2") == ()


def test_a_waiver_is_in_force_after_two_others_approved(people):
    waiver = records.Waiver("w1", "QR-REV-01", FLOW, {"geo": "FR"}, "2019", "published so", "note 12")
    people.append(ANA, T0, "waiver.proposed", "w1", waiver.payload())
    for actor, in_force in ((ANA, False), (BEN, False), (BEN, False), (CLO, True)):
        people.append(actor, T0, "waiver.approved", "w1", records.Approval("w1", "").payload())
        state = folded(people.read())
        assert state.waiver("w1").in_force is in_force
    assert state.waiver("w1").author == "ana"
    assert state.waiver("w1").key == {"geo": "FR"}


def test_the_current_release_is_the_readable_one_with_the_highest_number(people):
    late = release(3, effective_at=T0 + timedelta(days=30))
    for made in (release(1), release(2), late):
        people.append(BEN, T0, "release.made", str(made), records.release_payload(made), once=str(made))
    state = folded(people.read())
    assert state.releases_of(FLOW) == (release(1), release(2), late)
    assert state.current(FLOW, T0) is None
    assert state.current(FLOW, T0 + timedelta(seconds=5)) == release(2)
    assert state.current(FLOW, T0 + timedelta(days=30)) == late
    assert state.current(replace(FLOW, id="OTHER"), T0 + timedelta(days=30)) is None
    assert (state.next_number(FLOW), state.next_number(replace(FLOW, id="OTHER"))) == (4, 1)
    assert state.release_of_draft("d1") == release(1)


def test_a_withdrawn_release_gives_way_to_the_one_before(people):
    for made in (release(1), release(2)):
        people.append(BEN, T0, "release.made", str(made), records.release_payload(made))
    later = T0 + timedelta(days=1)
    people.append(BEN, later, "release.withdrawn", f"{FLOW.id}#2", records.Withdrawal(FLOW, 2, "wrong year").payload())
    state = folded(people.read())
    assert state.release(f"{FLOW.id}#2") == release(2, withdrawn_at=later, withdrawal_reason="wrong year")
    a_second_before = later - timedelta(seconds=1)
    assert state.current(FLOW, later).number == 1
    assert state.current(FLOW, a_second_before).number == 1, "what is on record has happened, whatever a clock says"
    assert current_at(state.releases.values(), a_second_before).number == 2, "asked for as it was"


def test_the_last_catalogue_is_effective(people):
    for files in ({"sdmx/a.json": "1"}, {"sdmx/a.json": "2", "mappings/b.csv": "3"}):
        people.append(ANA, T0, "catalogue.imported", "catalogue", records.CatalogueVersion("x", files).payload())
    state = folded(people.read())
    assert Ledger().definitions.now(T0) is None
    assert state.definitions.now(T0).files == {"sdmx/a.json": "2", "mappings/b.csv": "3"}
    assert len(state.catalogues) == 2


def test_a_reader_folds_only_what_is_new(people):
    asked = []

    class Counting:
        head = staticmethod(people.head)

        @staticmethod
        def read(*, after=0):
            asked.append(after)
            return people.read(after=after)

    reader = LedgerReader(Counting())
    assert set(reader.refresh().people) == {"ana", "ben", "clo"}
    reader.refresh(T0)
    people.append(BEN, T0, "draft.prepared", "d1", draft().payload())
    assert reader.refresh().draft("d1").author == "ben"
    assert asked == [0, 3]
    assert (reader.read_at, reader.ledger.head) == (T0, 4)
    assert reader.ledger == folded(people.read())


def test_a_kind_of_a_newer_program_changes_nothing(people):
    people.append(ANA, T0, "job.leased", "x", {"anything": [1]})
    state = folded(people.read())
    assert (state.head, state.drafts) == (4, {})


@pytest.mark.parametrize("payload", [{"rows": "12"}, {"partial": 1}, {"dataflow": "INT_JUSTICE"}, {"moment": "now"}])
def test_an_unreadable_field_is_broken(payload):
    entry = Entry(
        9, "2026-11-24T15:00:00.000000Z", "ana", "key", "extract.accepted", "e", extract().payload() | payload, "", ""
    )
    with pytest.raises(Broken, match="Entry 9"):
        folded([entry])
