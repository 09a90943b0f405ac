"""Reviewing maps over HTTP: who may, what is refused and how it says so; nothing is lost, nothing leaks."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import threading
import time

import pytest
from house import AUTHOR, FIRST, SECOND
from openpyxl import load_workbook
from reviewing import LEG, SEX, decide, guard, hand_in, none, send, signed_in, told
from small_catalogue import LEGS, SEXES
from small_house import MAN, NOBODY, OTHER, WOMAN, effective, held, sexes, small_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadDefinition, BadQuery
from greffe.mapping.exchange.sets import table_named
from greffe.release.effect import Effect
from greffe.release.people import HOUSE, add_person
from greffe.release.proposals import propose
from greffe.release.review.pending import decide as keep
from greffe.release.review.pending import pending_on
from greffe.store.base import Actor


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


@pytest.fixture
def app(parts):
    return create_app(parts)


@pytest.fixture
def author(app):
    return signed_in(app, AUTHOR)


def test_the_public_is_sent_to_sign_in_for_every_page(app):
    public = TestClient(app, headers={"accept": "text/html"}, follow_redirects=False)
    for path in ("/staff/mappings", SEX, f"{SEX}/effect", f"{SEX}/file", f"{SEX}/evidence", "/staff/proposals"):
        answer = public.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/signin")


def test_who_reads_by_a_grant_alone_sees_no_internal_value(parts, app):
    reader = Actor("olga")
    add_person(parts, HOUSE, reader.name, ["recipient:BODY"])
    client = signed_in(app, reader)
    for path in (
        "/staff/mappings",
        f"{SEX}?item=r1",
        f"{SEX}/evidence?item=r1",
        f"{SEX}/effect?item=r1",
        "/staff/proposals",
    ):
        assert client.get(path).status_code == 403


def test_a_decision_waits_on_its_authors_desk_alone_until_it_is_handed_in(parts, app, author):
    head = parts.register.head()
    assert none(author).status_code == 303
    assert parts.register.head() == head  # nothing of it is in the register
    assert "pending" in told(author.get(f"{SEX}?item=r1"))
    again = signed_in(app, AUTHOR)  # another browser
    assert "It counts nobody." in told(again.get(f"{SEX}?item=r1"))
    assert "It counts nobody." not in told(signed_in(app, OTHER).get(f"{SEX}?item=r1"))
    made = hand_in(author, SEXES)
    assert made.status_code == 303
    page = told(author.get(made.headers["location"]))
    assert "not applicable" in page
    assert "as agreed" in page
    assert "Nothing is pending." in told(author.get("/staff/mappings/pending"))
    (proposal,) = parts.acting().ledger().definitions.proposals.values()
    assert parts.register.content(proposal.files[SEXES]).count(b"It counts nobody.") == 1


def test_who_is_no_author_decides_nothing_and_it_is_recorded(parts, app):
    approver = signed_in(app, FIRST)
    assert "Keep this decision" not in approver.get(f"{SEX}?item=r1").text
    head = parts.register.head()
    answer = none(approver)
    assert (answer.status_code, "driss is no author" in told(answer)) == (403, True)
    (entry,) = parts.register.read(after=head)
    assert (entry.kind, entry.actor) == ("action.denied", "driss")
    assert hand_in(approver, SEXES).status_code == 403


def test_an_author_does_not_approve_their_own_and_two_others_do(parts, app, author):
    add_person(parts, HOUSE, AUTHOR.name, ["author", "approver"])
    none(author)
    where = hand_in(author, SEXES).headers["location"]
    head = parts.register.head()
    denied = send(author, where, action="approve")
    assert (denied.status_code, "camille is an author of" in told(denied)) == (403, True)
    assert [e.kind for e in parts.register.read(after=head)] == ["action.denied"]
    assert send(signed_in(app, FIRST), where, action="approve").status_code == 303
    again = send(signed_in(app, FIRST), where, action="approve")
    assert (again.status_code, "has already approved" in told(again)) == (409, True)
    assert send(signed_in(app, SECOND), where, action="approve").status_code == 303
    assert b"It counts nobody." in held(parts.acting(), SEXES)


def test_a_candidate_is_accepted_as_its_button_says(parts, author):
    page = author.get(f"{SEX}?item=r1").text
    targets = html.unescape(re.search(r"""name="targets" value='([^']+)'""", page)[1])
    (chosen,) = json.loads(targets)
    assert chosen != "M"  # what it is now has no button
    assert decide(author, action="accept", targets=targets).status_code == 303
    hand_in(author, SEXES)
    (proposal,) = parts.acting().ledger().definitions.proposals.values()
    (row,) = (r for r in csv.DictReader(io.StringIO(held_in(parts, proposal))) if r["row_id"] == "r1")
    assert row["target:sex"] == chosen
    assert row["kind"] == ("aggregate" if chosen == "F" else "exact")  # r2 leads to F as well
    assert row["reason"].startswith("Accepted as proposed (score ")
    assert f"sex {chosen}:" in row["reason"]


def held_in(parts, proposal):
    return parts.register.content(proposal.files[SEXES]).decode()


def test_sources_accepted_into_one_target_are_parts_of_it(parts, author):
    """r2 leads to F, exact; r1 accepted into F is one part of it and so is r2 from then on; into a code that nobody leads to r1
    is exact. Undone, both are as before."""
    table = table_named(parts.catalogue(), SEXES)
    part = [("r2", "aggregate", "Part of F, together with 1.")]
    for target, kind, beside in (("F", "aggregate", part), ("T", "exact", [])):
        assert decide(author, action="accept", targets=json.dumps([target]), reason="Typed.").status_code == 303
        held = pending_on(parts.acting(), AUTHOR, table)
        assert (held["r1"].row.targets, held["r1"].row.kind, held["r1"].row.reason) == ((target,), kind, "Typed.")
        assert [(i, p.row.kind, p.row.reason) for i, p in held.items() if i != "r1"] == beside
        decide(author, action="undo")
        assert pending_on(parts.acting(), AUTHOR, table) == {}


def test_no_decision_is_kept_without_a_reason(parts, author):
    silent = decide(author, action="change", reason=" ", **{"target:sex": "F", "kind": "exact"})
    assert (silent.status_code, "r1: a decision says why." in told(silent)) == (400, True)
    assert pending_on(parts.acting(), AUTHOR, table_named(parts.catalogue(), SEXES)) == {}


def test_bulk_passes_over_what_does_not_hold_and_names_what_is_left(parts, author, monkeypatch):
    """With F refused as types are: r2 takes its next best; a row of which every candidate is refused is left, by name."""
    table = table_named(parts.catalogue(), SEXES)

    def no_f(trial, files):
        rows = next(t for m in trial.maps.values() for t in m.representation_maps if t.file in files).rows
        bad = [r for r in rows if r.row_id == "r1" and r.targets != ("M",)]
        bad += [r for r in rows if r.row_id == "r2" and r.targets == ("U",)]
        return tuple(BadDefinition(f"{r.row_id} {r.targets}: types differ.", file=SEXES) for r in bad)

    monkeypatch.setattr("greffe.release.review.accepting.faults_of", no_f)
    keep(parts, AUTHOR, parts.catalogue(), table, {"r2": {"target:sex": "", "kind": "no-target", "reason": "x"}})
    answer = send(author, f"{SEX}/decide", bulk="1", pick=["r1", "r2"], action="best")
    assert "done=kept-1" in answer.headers["location"]
    (one,) = pending_on(parts.acting(), AUTHOR, table).values()
    assert (one.item, one.row.has_target, one.row.reason.startswith("Accepted as proposed")) == ("r2", True, True)
    assert one.row.targets != ("U",)
    assert "Left as they are: 1 (no likely candidate that holds together, or it is there already): r1" in told(
        author.get(answer.headers["location"])
    )
    assert author.get(f"{SEX}?left=1%0Anobody").status_code == 400


def test_an_effect_that_takes_long_is_shown_as_it_is_worked_out(author, monkeypatch):
    """The page asks again by itself, and has a link to do so."""
    go = threading.Event()

    def slow(acting, catalogue, table, line, targets, told):
        told(Effect((), (), ("SSER:MAP(1.0.0)",), (), 0), 3, 7)
        go.wait(10)
        return Effect((), (), ("SSER:MAP(1.0.0)",), (), 0)

    monkeypatch.setattr("greffe.web.staff.effects.effect_of_targets", slow)
    address = f'{SEX}/effect?item=r1&targets=["U"]'
    page = author.get(address).text
    assert "Maps worked out so far: 3 of 7." in page
    assert "Nothing to try it on: SSER:MAP(1.0.0)." in page
    assert "No published or drafted figure changes." not in page
    div = re.search(r'<div id="effect" hx-get="([^"]+)" hx-trigger="load delay:1s"', page)[1]
    assert f'<a href="{div}">' in page
    go.set()
    time.sleep(0.2)
    page = author.get(html.unescape(div)).text
    assert "No published or drafted figure changes." in page
    assert "hx-get" not in page[page.index('id="effect"') :]


def test_the_effect_of_a_candidate_and_of_what_is_pending_is_shown(author):
    none(author)
    assert "Nothing to try it on" in told(author.get(f"{SEX}/effect?item=r1"))  # this house has no extract
    assert "What it would change" in told(author.get("/staff/mappings/pending/effect"))
    assert author.get(f"{SEX}/effect?item=r2").status_code == 400
    assert author.get(f"{SEX}/effect?item=r2&targets=[]").status_code == 400
    assert author.get(f'{SEX}/effect?item=r2&targets=["M"]').status_code == 200


def test_bad_input_is_told_on_the_form_with_what_was_typed(author):
    wrong = decide(author, action="change", reason="typed", **{"target:sex": "Mm", "kind": "exact"})
    assert wrong.status_code == 400
    assert "'Mm' is not a code of" in told(wrong).replace("&#39;", "'")
    assert "Nearest: M" in told(wrong)
    assert 'value="Mm"' in wrong.text
    assert ">typed</textarea>" in wrong.text
    empty = decide(author, action="none", kind="no-target", reason=" ")
    assert (empty.status_code, "says why" in told(empty)) == (400, True)
    assert decide(author, action="accept", targets='["M","F"]').status_code == 400
    assert decide(author, action="accept", targets="<script>").status_code == 400
    assert decide(author, action="acept").status_code == 400
    assert decide(author, "r99", action="undo").status_code == 404
    assert decide(author, "SEXE=7", action="undo").status_code == 404
    assert send(author, f"{SEX}/decide", bulk="1", action="best").status_code == 400
    assert author.post(f"{SEX}/decide", data={"action": "undo"}).status_code == 403  # not of this session
    assert author.get(f"{SEX}?show=unmaped").status_code == 400
    assert author.get(f"{SEX}?page=-1").status_code == 400
    assert author.get(f"{SEX}?itm=r1").status_code == 400
    assert author.get(f"{SEX}?item=nothing").status_code == 404
    near = author.get("/staff/mappings/BODY/sexe_to_sx")
    assert (near.status_code, "BODY/sexe_to_sex" in near.text) == (404, True)


def test_what_others_changed_since_is_not_overwritten_but_shown(parts, author):
    none(author)
    effective(parts, sexes(MAN.replace("verified,,", "verified,Mended.,"), WOMAN), OTHER)
    page = told(author.get(f"{SEX}?item=r1"))
    assert "Others changed this row." in page
    refused = hand_in(author, SEXES)
    assert (refused.status_code, "Others changed r1" in told(refused)) == (409, True)
    pending = told(author.get("/staff/mappings/pending"))
    assert "Others changed 1 row since you decided. See all of them in the queue" in pending
    assert "r1" in told(author.get(f"{SEX}?show=conflict"))
    assert send(author, "/staff/mappings/pending", action=f"undo-stale {SEXES}").status_code == 303
    assert "Others changed this row." not in told(author.get(f"{SEX}?item=r1"))


def test_a_new_row_beside_one_of_another_time_is_kept(parts):
    """Figures before a row begins have no target: a row for these years is no clash, one for all years is."""
    effective(parts, sexes(MAN, WOMAN, NOBODY), OTHER)
    effective(parts, sexes(MAN.replace("exact,exact,,", "exact,exact,2013-01-01,"), WOMAN), OTHER)
    catalogue = parts.catalogue()
    table = table_named(catalogue, SEXES)
    cells = {"target:sex": "F", "reason": "Counted so before 2013."}
    with pytest.raises(BadQuery, match="for 2013-01-01 – … row r1 stands in the way"):
        keep(parts, AUTHOR, catalogue, table, {"SEXE=1": cells})
    keep(parts, AUTHOR, catalogue, table, {"SEXE=1": {**cells, "valid_to": "2012-12-31"}})
    (one,) = pending_on(parts, AUTHOR, table).values()
    assert (one.stale, one.row.valid_to, one.row.row_id) == (
        False,
        "2012-12-31",
        "r4",
    )  # r3 was NOBODY's, and is for good


def test_what_does_not_load_stays_on_the_desk(author):
    assert none(author).status_code == 303
    refused = hand_in(author, SEXES, reason=" ")
    assert (refused.status_code, "needs its reason" in told(refused)) == (400, True)
    assert hand_in(author, SEXES, effective_from="2020-01-01").status_code == 400
    assert hand_in(author, SEXES, effective_from="tomorrow").status_code == 400
    assert hand_in(author, LEGS).status_code == 400
    assert "It counts nobody." in told(author.get("/staff/mappings/pending"))


def test_bulk_takes_rows_and_is_undone_together(author):
    both = {"pick": ["r1", "r2"], "replace": ["r1", "r2"]}
    kept = send(author, f"{SEX}/decide", bulk="1", **both, action="none", kind="no-target", reason="Both.")
    assert "done=kept-2" in kept.headers["location"]
    assert told(author.get(f"{SEX}?show=pending")).count("pending") >= 2
    assert "done=undone-2" in send(author, f"{SEX}/decide", action="undo-last").headers["location"]
    below = send(
        author, f"{SEX}/decide", bulk="1", top="1", replace="r1", action="none", kind="no-target", reason="Below."
    )
    assert "done=kept-1" in below.headers["location"]
    unknown = send(author, f"{SEX}/decide", bulk="1", top="77", action="best")
    assert (unknown.status_code, "no source code" in told(unknown)) == (400, True)


def test_hostile_text_is_text_everywhere(parts, author):
    hostile = "<script>alert(1)</script>\u202eevil" + "x" * 10_000
    assert none(author, reason=hostile).status_code == 303
    pages = [author.get(f"{SEX}?item=r1"), author.get("/staff/mappings/pending")]
    where = hand_in(author, SEXES, reason=hostile).headers["location"]
    pages += [author.get(where), author.get("/staff/proposals"), author.get(f"{SEX}?item=r1")]
    send(author, where, action="comment", text=hostile, place="r1")
    pages.append(author.get(where))
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text


def test_a_stale_proposal_is_merged_with_a_choice(parts, author, app):
    """Both changed the reason of one row: the page shows the three versions, and a side is chosen."""
    mine = propose(parts, AUTHOR, sexes(MAN.replace("verified,,", "verified,Mine.,"), WOMAN), "mine")
    effective(parts, sexes(MAN.replace("verified,,", "verified,Theirs.,"), WOMAN), OTHER)
    where = f"/staff/proposals/{mine.id}"
    page = told(author.get(where))
    assert "Others changed the same files" in page
    assert "Mine." in page
    assert "Theirs." in page
    assert send(signed_in(app, FIRST), where, action="approve").status_code == 409
    undecided = send(author, where, action="merge")
    assert (undecided.status_code, "changed by both" in told(undecided)) == (409, True)
    merged = send(author, where, action="merge", **{"take-0": "mine"}, reason="ours holds")
    assert merged.status_code == 303
    assert "Mine." in told(author.get(merged.headers["location"]))
    assert "superseded" in told(author.get(where))


def test_reject_and_withdraw_need_a_reason(parts, author, app):
    none(author)
    where = hand_in(author, SEXES).headers["location"]
    first = signed_in(app, FIRST)
    assert send(first, where, action="reject", reason=" ").status_code == 400
    assert send(first, where, action="withdraw", reason="not mine").status_code == 403
    assert send(author, where, action="reject", reason="no").status_code == 403
    assert send(first, where, action="reject", reason="The footnote says otherwise.").status_code == 303
    assert "The footnote says otherwise." in told(author.get(where))
    assert where.partition("?")[0].rsplit("/", 1)[1] in told(author.get("/staff/proposals?state=rejected"))
    assert send(first, where, action="approve").status_code == 409
    assert author.get("/staff/proposals?state=rejectd").status_code == 400
    assert author.get("/staff/proposals/P-00000000").status_code == 404


def bring(client, name, body, at=SEX):
    return client.post(
        f"{at}/import", data={"guard": guard(client.get("/staff").text), "action": "look"}, files={"file": (name, body)}
    )


def test_a_workbook_is_looked_at_first_and_proposed_after(parts, author):
    out = author.get(f"{SEX}/file?format=xlsx")
    assert "attachment" in out.headers["content-disposition"]
    book = load_workbook(io.BytesIO(out.content))
    sheet = book.worksheets[1]
    at = next(c.column for c in sheet[1] if c.value == "reason")
    sheet.cell(3, at).value = "Said in the workbook."
    changed = io.BytesIO()
    book.save(changed)
    head = parts.register.head()
    assert bring(author, "sexes.xlsx", changed.getvalue()).status_code == 303
    page = told(author.get(f"{SEX}/import"))
    assert "Changes: 1." in page
    assert "Said in the workbook." in page
    assert parts.register.head() == head
    made = send(author, f"{SEX}/import", action="propose", reason="from the workbook")
    assert made.status_code == 303
    assert "Said in the workbook." in told(author.get(made.headers["location"]))
    assert "Said in the workbook." not in told(author.get(f"{SEX}/import"))


def test_files_that_are_none_or_of_another_table_are_refused(author):
    assert bring(author, "x.xlsx", b"nothing").status_code == 400
    other = author.get(f"{LEG}/file?format=sssom").content
    answer = bring(author, "legs.tsv", other)
    assert (answer.status_code, "is of BODY/indicateur_to_leg" in told(answer)) == (400, True)
    assert author.get(f"{SEX}/file?format=xls").status_code == 400
    assert send(author, f"{SEX}/import", action="propose", reason="x").status_code == 404


def test_versions_of_a_table_are_compared(parts, author):
    effective(parts, sexes(MAN.replace("verified,,", "verified,Mended.,"), WOMAN), OTHER)
    page = told(author.get(f"{SEX}/versions"))
    assert "Mended." in page
    assert "imported with the service" in page
    assert "They are the same." in told(author.get(f"{SEX}/versions?from=2&to=2"))
    assert author.get(f"{SEX}/versions?from=9").status_code == 404
