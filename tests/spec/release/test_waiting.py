"""What waits for whom: by their roles, by how far each thing is, the most urgent first. The clock stands on 24 November 2026."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import ClassVar

import pytest
from house import AUTHOR, FIRST, FLOW, PUBLISHED, RELEASER, SECOND, House, new_house
from released import put

from greffe.errors import BadQuery, Denied, Refused
from greffe.model.calendar import Words
from greffe.release.access.keys import make_key
from greffe.release.calendar import announce, cancel
from greffe.release.datasets import known
from greffe.release.denials import take_note
from greffe.release.drafts import Draft
from greffe.release.grants import approve_grant, propose_grant
from greffe.release.lifecycle import accept_warnings, approve_draft, dataflow_named, send_back
from greffe.release.obstacles import may_still_sign
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.release.review.pending import decide
from greffe.release.tasks import mapping
from greffe.release.tasks.task import GROUPS, Asker
from greffe.release.waiting import Task, waiting_drafts, waiting_for, warnings_accepted
from greffe.store.base import Actor
from greffe.web.pages.words import table as table_of_words
from greffe.web.staff import tasks

BOTH = Words("Sooner than usual.", "Plus tôt que d’habitude.")
AUDITOR, ADMIN = Actor("hana"), Actor("gaston")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[House, Draft]:
    """The published offences handed over, the map signed, a draft prepared; it has warnings."""
    house = new_house(tmp_path_factory.mktemp("waiting") / "home", "published", "map")
    add_person(house.parts, HOUSE, AUDITOR.name, ["auditor"])
    return house, house.draft()


def of(house: House, who: Actor, *kinds: str) -> list[Task]:
    return [t for t in waiting_for(house.parts, who) if t.kind in kinds]


def kinds(house: House, who: Actor, subject: str) -> list[str]:
    return [t.kind for t in waiting_for(house.parts, who) if t.subject == subject]


def test_a_draft_passes_from_hand_to_hand(built):
    """Two sign, one accepts the warnings, then the releaser has it, then nobody. Its author never signs."""
    house, draft = built
    parts, record = house.parts, house.parts.ledger().drafts[draft.id]
    assert [d.id for d in waiting_drafts(parts.ledger())] == [draft.id]
    assert kinds(house, AUTHOR, draft.id) == ["found"]  # the warnings that nobody has accepted
    assert kinds(house, RELEASER, draft.id) == []
    assert kinds(house, FIRST, draft.id) == ["sign", "warnings"]
    (told,) = [t for t in waiting_for(parts, FIRST) if t.kind == "warnings"]
    assert (told.count, told.by, told.place) == (len(draft.warnings), "camille", f"/staff/findings/{draft.id}")
    assert may_still_sign(parts, record) == ("driss", "elise")

    approve_draft(parts, FIRST, draft.id)
    assert kinds(house, FIRST, draft.id) == ["warnings"]
    assert kinds(house, SECOND, draft.id) == ["sign", "warnings"]
    assert may_still_sign(parts, record) == ("elise",)
    approve_draft(parts, SECOND, draft.id)
    assert kinds(house, RELEASER, draft.id) == []  # the warnings

    rules = sorted({f.rule for f in draft.warnings})
    assert len(rules) > 1
    accept_warnings(parts, SECOND, draft.id, "read", rules[:1])
    assert not warnings_accepted(parts, record)  # one rule of several
    accept_warnings(parts, SECOND, draft.id, "read", rules[1:])
    assert warnings_accepted(parts, record)
    assert kinds(house, SECOND, draft.id) == []
    assert kinds(house, RELEASER, draft.id) == ["release"]

    house.release(draft)
    assert waiting_drafts(parts.ledger()) == []
    assert of(house, AUTHOR, "found") == []
    assert all(kinds(house, who, draft.id) == [] for who in (AUTHOR, FIRST, SECOND, RELEASER))


def test_what_was_sent_back_waits_for_its_author_alone(built):
    house, _ = built
    draft = house.draft(reason="Another try")
    send_back(house.parts, FIRST, draft.id, "Look at 2018 again.")
    assert kinds(house, AUTHOR, draft.id) == ["returned"]
    assert all(kinds(house, who, draft.id) == [] for who in (FIRST, SECOND, RELEASER))
    again = house.draft(reason="Another try")
    assert again.id == draft.id
    assert kinds(house, FIRST, draft.id) == ["sign", "warnings"]
    later = house.draft(reason="A third one")
    assert [d.id for d in waiting_drafts(house.parts.ledger())] == [later.id]  # of a dataflow the last one waits


def test_announced_instants_come_near_pass_and_go(built):
    """Told 45 days ahead without a draft; overdue from their instant on; cancelled ones and those with a release never. The
    most urgent stands first."""
    house, _ = built
    clock, parts = house.clock, house.parts
    started = clock.now
    soon, far = started + timedelta(days=44), started + timedelta(days=46)
    first = announce(parts, RELEASER, ["ESTAT_CRIM_PRIS_CAP"], soon)
    second = announce(parts, RELEASER, ["ESTAT_CRIM_PRIS_TRI"], far)
    gone = announce(parts, RELEASER, ["ESTAT_CRIM_PRIS_AGE"], soon)
    cancel(parts, RELEASER, gone.id, BOTH)
    told = of(house, AUTHOR, "undrafted", "overdue")
    assert [(t.kind, t.subject, t.due, t.count) for t in told] == [("undrafted", first.id, soon, 1)]
    assert told[0].place == "/staff/drafts/ESTAT_CRIM_PRIS_CAP"
    assert [t.place for t in of(house, RELEASER, "undrafted")] == [f"/staff/releases#{first.id}"]
    try:
        clock.now = soon
        kinds_now = {t.subject: t.kind for t in of(house, RELEASER, "undrafted", "overdue")}
        assert kinds_now == {first.id: "overdue", second.id: "undrafted"}
        order = [t.subject for t in of(house, RELEASER, "undrafted", "overdue")]
        assert order == [first.id, second.id]
    finally:
        clock.now = started
    assert of(house, FIRST, "undrafted", "overdue") == []  # an approver prepares nothing


def test_a_draft_is_due_when_its_dataflow_is_announced(built):
    house, _ = built
    waits = waiting_drafts(house.parts.ledger())[0]
    at = house.clock.now + timedelta(days=60)
    entry = announce(house.parts, RELEASER, [FLOW], at)
    (task,) = [t for t in waiting_for(house.parts, FIRST) if (t.kind, t.subject) == ("sign", waits.id)]
    assert task.due == at
    cancel(house.parts, RELEASER, entry.id, BOTH)
    (task,) = [t for t in waiting_for(house.parts, FIRST) if (t.kind, t.subject) == ("sign", waits.id)]
    assert task.due is None


def test_deadlines_are_one_line_a_recipient_and_day(built):
    """Within 90 days of 24 November 2026 none is to come; CEPEJ's of 1 October 2025 is late: it ended with that day, at
    22:00 UTC, with its five questionnaires. Three months before 1 October 2027 that one is near."""
    house, _ = built
    cepej = [t for t in of(house, AUTHOR, "late", "deadline") if t.subject == "CEPEJ"]
    assert [(t.kind, t.due, t.count) for t in cepej] == [("late", datetime(2025, 10, 1, 22, tzinfo=UTC), 5)]
    started = house.clock.now
    try:
        house.clock.now = datetime(2027, 7, 4, tzinfo=UTC)
        near = [(t.kind, t.due) for t in of(house, AUTHOR, "late", "deadline") if t.subject == "CEPEJ"]
        assert ("deadline", datetime(2027, 10, 1, 22, tzinfo=UTC)) in near
        house.clock.now = datetime(2027, 7, 2, tzinfo=UTC)
        near = [t.due for t in of(house, AUTHOR, "deadline") if t.subject == "CEPEJ"]
        assert near == []
    finally:
        house.clock.now = started


def test_signatures_are_asked_of_who_has_not_given_them(built):
    """A grant: neither of its author nor of who signed it; signed by two it waits for nobody."""
    house, _ = built
    until = (house.clock.now + timedelta(days=90)).date()
    grant = propose_grant(
        house.parts, AUTHOR, "ESTAT", dataflow_named(house.parts, FLOW), until, "For the joint check."
    )
    assert kinds(house, FIRST, grant.id) == kinds(house, SECOND, grant.id) == ["grant"]
    approve_grant(house.parts, FIRST, grant.id)
    assert (kinds(house, FIRST, grant.id), kinds(house, SECOND, grant.id)) == ([], ["grant"])
    approve_grant(house.parts, SECOND, grant.id)
    assert kinds(house, SECOND, grant.id) == []
    waiting_maps = {t.subject for t in of(house, FIRST, "map")}
    signed = house.parts.catalogue().map_to(dataflow_named(house.parts, FLOW)).reference.id
    assert signed not in waiting_maps
    assert waiting_maps


def test_what_was_denied_is_told_until_somebody_takes_note(built):
    """To an auditor, until one says in the register what they found; what is denied after the page was read still waits."""
    house, _ = built
    parts = house.parts
    with pytest.raises(Denied):
        approve_draft(parts, AUTHOR, waiting_drafts(parts.ledger())[0].id)
    for subject in ("x", "y"):
        parts.note(AUTHOR, "action.denied", subject, {"what": "approve"})
    read_up_to = parts.register.head()
    (told,) = of(house, AUDITOR, "denied")
    assert (told.count >= 2, told.place) == (True, "/staff/denied")
    assert of(house, AUTHOR, "denied") == []
    with pytest.raises(Denied):
        take_note(parts, AUTHOR, read_up_to, "Mine.")
    with pytest.raises(BadQuery):
        take_note(parts, AUDITOR, read_up_to, " ")
    parts.note(AUTHOR, "action.denied", "z", {"what": "approve"})
    assert take_note(parts, AUDITOR, read_up_to, "A wrong button.") == told.count
    (left,) = of(house, AUDITOR, "denied")
    assert left.count == 1
    (entry,) = parts.register.read(kinds=("action.reviewed",))
    assert (entry.actor, entry.payload["comment"]) == (AUDITOR.name, "A wrong button.")
    take_note(parts, AUDITOR, parts.register.head(), "The same.")
    assert of(house, AUDITOR, "denied") == []
    with pytest.raises(Refused):
        take_note(parts, AUDITOR, parts.register.head(), "Again.")


def test_codes_without_a_target_wait_for_authors(built):
    """A line a table, with how many codes: counted here by hand in what the draft says of itself."""
    house, _ = built
    parts, catalogue = house.parts, house.parts.catalogue()
    (dataset, *_others) = known(parts, dataflow_named(parts, FLOW).reference)
    left = {(g["file"], str(g["source"])) for g in dataset.listed("unmapped") if not g["declared"]}
    wanted = {f"{file.removeprefix('mappings/').removesuffix('.csv')}": 0 for file, _ in left}
    for file, _ in left:
        wanted[file.removeprefix("mappings/").removesuffix(".csv")] += 1
    told = {t.subject: t.count for t in of(house, AUTHOR, "unmapped")}
    assert {name: told.get(name) for name in wanted} == wanted
    assert of(house, FIRST, "unmapped") == []
    table = next(t for m in catalogue.maps.values() for t in m.representation_maps)
    item = table.rows[0].row_id
    decide(parts, AUTHOR, catalogue, table, {item: {"reason": "Read again."}})
    (mine,) = of(house, AUTHOR, "pending")
    assert (mine.count, mine.place) == (1, "/staff/mappings/pending")


def test_no_page_waits_for_what_takes_long(built, monkeypatch):
    """It is told without, and says so; what was found beside is there the next time."""
    house, _ = built
    go = threading.Event()
    late = Task("pending", "", "/staff/mappings/pending", house.clock.now, count=3)
    monkeypatch.setattr(tasks, "_slow", lambda parts: (lambda _parts, _asker: [late] if go.wait(20) else [],))
    told = tasks.Tasks(house.parts)
    first = told.of(AUTHOR, 0.01)
    assert (first.whole, late in first.tasks) == (False, False)
    assert told.counts(AUTHOR)["/staff"] == len(first.tasks) > 0
    go.set()
    second = told.of(AUTHOR, 20)
    assert (second.whole, late in second.tasks, len(second.tasks)) == (True, True, len(first.tasks) + 1)
    assert told.counts(AUTHOR)["/staff/mappings"] == 1


def test_pairs_that_no_longer_agree_are_told_from_those_that_never_did(built, monkeypatch):
    """A pair that was explained before a release of ours and is open since; one that was open before, too; one that agrees."""
    house, _ = built
    first, second = (put(house, n, f"ICCS0101 NR 2020 {900 + n} A F") for n in (11, 12))
    house.clock.forward(seconds=10)

    class Stub:
        sources: ClassVar = {str(second): None, "UNODC-2026": None}

        def now(self, releases=()):
            states = {"new~one": "open", "old~one": "partly", "good~one": "equal"}
            if releases:
                assert releases == (str(first),)
                states["new~one"] = "explained"
            pairs = tuple((SimpleNamespace(id=i), SimpleNamespace(state=s)) for i, s in states.items())
            return SimpleNamespace(sources=self.sources, answers=pairs)

    monkeypatch.setattr(mapping, "shared", lambda parts, make: Stub())
    source = mapping.compared(house.parts)
    told = {t.kind: t for t in source(house.parts, Asker("camille", ("author",)))}
    assert {k: (t.count, t.more) for k, t in told.items()} == {"parted": (1, str(second)), "differ": (1, "")}
    assert told["parted"].place == "/bridge/new~one"
    assert list(source(house.parts, Asker("driss", ("approver",)))) == []


def test_every_task_has_its_words():
    """What is to be done and why it is theirs, and the name of its group."""
    said = table_of_words("staff_todo")
    for kind, group in GROUPS.items():
        assert {f"kind_{kind}", f"why_{kind}", f"group_{group}"} <= set(said), kind


def test_errors_wait_for_an_author_and_nothing_is_signed_meanwhile(built):
    """The prison file as published: of 692 juveniles of 2010 the sexes say 688."""
    house, _ = built
    house.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    draft = house.draft("UNODC_PRISONS")
    (told,) = [t for t in waiting_for(house.parts, AUTHOR) if t.subject == draft.id]
    assert (told.kind, told.count, told.place) == ("errors", len(draft.errors), f"/staff/findings/{draft.id}")
    assert all(kinds(house, who, draft.id) == [] for who in (FIRST, SECOND, RELEASER))


def test_what_was_made_with_another_map_waits_for_authors(built, monkeypatch):
    """A line for the decision that changed it; nothing once it is prepared with the new one."""
    house, _ = built
    parts, flow = house.parts, dataflow_named(house.parts, FLOW)
    assert of(house, AUTHOR, "remapped") == []
    ledger, map_ = parts.ledger(), parts.catalogue().map_to(flow)
    (waits,) = [d for d in waiting_drafts(ledger) if d.dataflow == flow.reference]
    old = replace(ledger, drafts={**ledger.drafts, waits.id: replace(waits, map_checksum="0")})
    version = replace(ledger.catalogues[-1], proposal="P-1", change={map_.file: "0"})
    old = replace(old, definitions=replace(old.definitions, catalogues=(*ledger.catalogues, version)))
    monkeypatch.setattr(Parts, "ledger", lambda _self: old)
    (task,) = of(house, AUTHOR, "remapped")
    assert (task.subject, task.place, task.count, task.more) == (FLOW, f"/staff/drafts/{FLOW}", 1, "P-1")
    assert of(house, FIRST, "remapped") == []


def test_a_key_that_ends_is_told_to_an_administrator(built):
    """From thirty days before on, and no longer once it is over."""
    house, _ = built
    add_person(house.parts, HOUSE, ADMIN.name, ["administrator"])
    ends = house.clock.now + timedelta(days=31)
    make_key(house.parts, ADMIN, "Cour des comptes", "auditor", ["register"], [], ends)
    started = house.clock.now
    try:
        assert of(house, ADMIN, "key") == []
        house.clock.now = ends - timedelta(days=30)
        assert [(t.subject, t.due) for t in of(house, ADMIN, "key")] == [("Cour des comptes", ends)]
        assert of(house, RELEASER, "key") == []
        house.clock.now = ends
        assert of(house, ADMIN, "key") == []
    finally:
        house.clock.now = started
