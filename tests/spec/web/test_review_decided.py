"""What was decided is not lost on the way: many at once, addresses of codes, targets that a recipient refuses, what comes next."""

from __future__ import annotations

import html
import json
import re

import pytest
from house import AUTHOR, FIRST, SECOND
from reviewing import SEX, decide, guard, hand_in, none, send, signed_in, told
from small_catalogue import LEGS, OUT, SEXES, path
from small_house import MAN, NOBODY, OTHER, effective, sexes, small_house

from greffe.app import create_app
from greffe.catalogue.artefact_json import dump_file
from greffe.mapping.effect import Comparison
from greffe.mapping.exchange.sets import table_named
from greffe.model.findings import Finding
from greffe.model.references import Reference, Urn
from greffe.model.structures import DataConstraint
from greffe.release.datasets import Dataset
from greffe.release.effect import DatasetEffect, Effect
from greffe.release.review.pending import pending_on

ALLOWED = DataConstraint(
    Reference("SSER", "OUT_ALLOWED"), {"en": "Allowed"}, attachments=(Urn("dataflow", OUT.reference),), values={"sex": ("M", "T")}
)  # fmt: skip


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


@pytest.fixture
def app(parts):
    return create_app(parts)


@pytest.fixture
def author(app):
    return signed_in(app, AUTHOR)


def desk(parts):
    return pending_on(parts.acting(), AUTHOR, table_named(parts.catalogue(), SEXES))


def bulk(client, **fields):
    return send(client, f"{SEX}/decide", bulk="1", action="none", kind="not-applicable", reason="Not asked.", **fields)


def test_no_target_for_many_leaves_decided_rows_and_lists_what_it_would_replace(parts, author):
    """r1 leads to M: a subtree passes over it; asked for, it is listed with its target, and replaced by a second word alone."""
    effective(parts, sexes(MAN), OTHER)
    passed = bulk(author, top="1", pick=["SEXE=2"])
    assert set(desk(parts)) == {"SEXE=2"}
    assert "Left as they are because they are decided: 1: r1" in told(author.get(passed.headers["location"]))
    alone = bulk(author, top="1")
    assert (alone.status_code, "decided already" in told(alone)) == (400, True)
    decide(author, "SEXE=2", action="undo")
    for asked in ({"top": "1", "decided": "1"}, {"pick": ["r1"]}):
        page = bulk(author, **asked)
        assert (page.status_code, desk(parts)) == (200, {})
        assert "This replaces 1 decision r1 1 → M" in told(page)
        assert '<input type="hidden" name="replace" value="r1">' in page.text
    assert "done=kept-1" in bulk(author, replace=["r1"]).headers["location"]
    assert desk(parts)["r1"].row.kind == "not-applicable"


def test_the_address_of_a_code_leads_to_the_row_that_holds_it_by_now(parts, app, author):
    effective(parts, sexes(MAN), OTHER)
    address = f"{SEX}?item=SEXE%3D2&show=unused"
    assert author.get(address).status_code == 200
    none(author, "SEXE=2")
    where = hand_in(author, SEXES).headers["location"]
    for who in (FIRST, SECOND):
        send(signed_in(app, who), where, action="approve")
    moved = author.get(address)
    assert (moved.status_code, "item=r3" in moved.headers["location"]) == (303, True)
    assert "It counts nobody." in told(author.get(moved.headers["location"]))
    assert author.get(f"{SEX}/evidence?item=SEXE%3D2").status_code == 200
    assert author.get(f"{SEX}?item=SEXE%3D7").status_code == 404


def test_a_target_that_the_recipient_refuses_is_kept_on_its_authors_word_and_approvers_are_told_first(
    parts, app, author
):
    effective(parts, {path(ALLOWED): dump_file(ALLOWED)}, OTHER)
    (card,) = [c for c in author.get(f"{SEX}?item=r1").text.split("data-candidate=")[1:] if "<code>F</code>" in c]
    assert "THE RECIPIENT DOES NOT TAKE IT." in card
    assert "data-accept" not in card
    assert re.search(r'name="outside" value="1" required.*name="reason" rows="2" required', card, re.DOTALL)
    take = {"action": "accept", "targets": json.dumps(["F"])}
    typed = {"action": "change", "kind": "exact", "target:sex": "F", "reason": "Asked for."}
    for silent in (take, {**take, "reason": "Asked for."}, typed, {**take, "outside": "1"}):
        assert (decide(author, **silent).status_code, desk(parts)) == (400, {})
    assert 'name="outside"' in decide(author, **typed).text
    assert decide(author, **take, outside="1", reason="Asked for.").status_code == 303
    assert desk(parts)["r1"].row.reason.startswith("Asked for. OUT_ALLOWED (")
    where = hand_in(author, SEXES).headers["location"]
    page = signed_in(app, FIRST).get(where).text
    assert 0 < page.index('id="refused"') < page.index("<h2>What changes")
    said = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page)))
    assert "cannot be released in OUT until the constraint OUT_ALLOWED" in said
    assert f"greffe propose {path(ALLOWED)} --as NAME" in said
    assert send(signed_in(app, FIRST), where, action="approve").status_code == 303  # the decision stays possible


def test_after_a_decision_the_next_code_of_the_filter_is_there_and_its_count_is_of_now(parts, author):
    effective(parts, sexes(NOBODY), OTHER)
    assert 'codes without figures <span class="n">2</span>' in author.get(f"{SEX}?show=unused").text
    kept = send(
        author, f"{SEX}/decide", show="unused", item="SEXE=1", action="none", kind="no-target", reason="Not asked."
    )
    assert "item=SEXE%3D2" in kept.headers["location"]
    page = author.get(kept.headers["location"]).text
    assert 'codes without figures <span class="n">1</span>' in page
    assert re.search(r'value="undo-last"[^>]* data-key="u"', page)  # U undoes it from there


def test_files_of_a_proposal_are_named_by_their_whole_path(author):
    none(author)
    page = author.get(hand_in(author, SEXES).headers["location"]).text
    files = page[page.index("<dt>Files</dt>") :]
    assert f">{SEXES}</a>" in files[: files.index("</dl>")]
    assert LEGS not in files
    assert guard(page)


def test_the_title_is_the_maps_name_and_a_new_finding_says_of_which_figure(author, monkeypatch):
    """The file stands beneath; key and period with labels stand beside what is found."""
    page = told(author.get(f"{SEX}?item=r1"))
    assert "Out – SEXE → sex mappings/BODY/sexe_to_sex.csv" in page
    key = {"freq": "A", "leg": "CONVICTED", "sex": "M", "unit": "NR"}
    gone = Finding(
        "QR-VIN-02", "warning", key, "2023", {"en": "The value 958 is gone.", "fr": "La valeur 958 a disparu."}
    )
    dataset = Dataset("OUT#1", "released", OUT.reference, "real", ())
    one = DatasetEffect(dataset, "MAP_OUT", Comparison(0, 0, 0, 1, ()), (gone,), (1, 1), (1, 1))
    effect = Effect((one,), (), (), (), 0)
    monkeypatch.setattr("greffe.web.staff.effects.effect_of_targets", lambda *_: effect)
    shown = told(author.get(f'{SEX}/effect?item=r1&targets=["T"]'))
    assert "QR-VIN-02: The value 958 is gone. A.CONVICTED.M.NR 2023: A, CONVICTED, M, NR" in shown


def test_a_code_is_commented_and_somebody_is_asked_until_it_is_settled(parts, app, author):
    """At the code, before anything is proposed; the queue and To do of whoever is asked say so; it stays with the code."""
    say = {"item": "r1", "text": "Are minors in it?"}
    assert send(author, f"{SEX}/decide", action="flag", **say).status_code == 400
    wrong = send(author, f"{SEX}/decide", action="flag", asked="dris", **say)
    assert (wrong.status_code, "Nearest: driss" in told(wrong), ">Are minors in it?</textarea>" in wrong.text) == (
        400,
        True,
        True,
    )
    assert send(author, f"{SEX}/decide", action="note", item="r1", text=" ").status_code == 400
    assert send(author, f"{SEX}/decide", action="flag", asked=FIRST.name, **say).status_code == 303
    assert 'needs information <span class="n">1</span>' in author.get(f"{SEX}?show=needs-info").text
    first = signed_in(app, FIRST)
    assert "camille asks you: Are minors in it?" in told(first.get("/staff"))
    assert "asks you" not in told(signed_in(app, SECOND).get("/staff"))
    page = first.get(f"{SEX}?item=SEXE%3D1", follow_redirects=True)
    assert "asked of: driss" in told(page)
    for key in ("<kbd>N</kbd>", "<kbd>F</kbd>", 'data-key="n"', 'data-key="f"'):
        assert key in page.text
    assert send(first, f"{SEX}/decide", action="settle", item="r1", text="From 13 on.").status_code == 303
    assert "From 13 on." in told(author.get(f"{SEX}?item=r1"))
    assert "asks you" not in told(first.get("/staff"))
    assert 'needs information <span class="n">' not in author.get(SEX).text
    assert [e.kind for e in parts.register.read()].count("map.noted") == 2
