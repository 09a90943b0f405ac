"""Targets of which the types of a map say nothing: what is left out goes with the row, what is said otherwise stays refused.

In the small catalogue CONVICTED and PROSECUTED are typed, CASES and HELD are not; both count persons, of different people.
"""

from __future__ import annotations

import html
import io
import json
import re
from difflib import SequenceMatcher

import pytest
import yaml
from house import AUTHOR, FIRST, SECOND
from journey_tools import inside
from openpyxl import load_workbook
from reviewing import LEG, decide, guard, hand_in, send, signed_in, told
from small_catalogue import LEGS, MAP, a_type, as_yaml, the_map
from small_house import OTHER, effective, held, small_house

import greffe.release.review.accepting as accepting
from greffe.app import create_app
from greffe.catalogue.type_entries import with_types
from greffe.errors import BadQuery, Refused
from greffe.mapping.exchange.sets import table_named
from greffe.mapping.suggest.rank import Candidate
from greffe.release.merging import merge_file
from greffe.release.pieces import assembled, read_pieces
from greffe.release.review.letting_in import lead
from greffe.release.review.pending import pending_on

CASES = json.dumps(["CASES"])
CONVICTED = {"axis:population": "convicted"}


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path)


@pytest.fixture
def app(parts):
    return create_app(parts)


@pytest.fixture
def author(app):
    return signed_in(app, AUTHOR)


def card(client, item, target="CASES"):
    """What the page says of a candidate."""
    page = client.get(f"{LEG}?item={item}").text
    (found,) = [c for c in page.split("data-candidate=")[1:] if f"<code>{target}</code>" in c]
    return found


def words(markup):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)))


def admit(client, item="r2", targets=CASES, reason="Counted case by case.", **more):
    return decide(client, item, LEG, action="accept", targets=targets, admit="1", reason=reason, **more)


def test_what_is_left_out_is_proposed_with_the_row_and_takes_effect_with_two_signatures(parts, app, author):
    """CONDAMNES counts persons, convicted: the cells beside CASES agree on all but the population, which the author says. Every
    byte of the map's file that was there stays."""
    before = held(parts, MAP)
    said = words(card(author, "r2"))
    assert "LEFT OUT OF THE TYPES. The section types of BODY/out.yaml says nothing of leg=CASES ." in said
    assert "unit person" in said
    assert "TYPES DO NOT MATCH" not in said
    assert 'name="axis:population" required' in card(author, "r2")
    assert 'name="axis:counting_unit"' not in card(author, "r2")  # settled: nobody is asked
    assert admit(author, **CONVICTED).status_code == 303
    assert "adds to the types BODY/out.yaml: leg=CASES" in words(author.get("/staff/mappings/pending").text)
    where = hand_in(author, LEGS).headers["location"]
    page = told(author.get(where))
    assert "types leg=CASES" in page
    assert "convicted" in page
    for who in (FIRST, SECOND):
        assert send(signed_in(app, who), where, action="approve").status_code == 303
    acting = parts.acting()
    after = held(acting, MAP)
    assert after.startswith(before)
    (new,) = [t for t in yaml.safe_load(after)["types"] if t["cells"] == {"leg": "CASES"}]
    assert new == a_type({"leg": "CASES"}, ("person", "convicted", "flow_year", "main", "fr_met", "out"))
    assert b"CONDAMNES,CASES,r2" in held(acting, LEGS)


def test_a_difference_is_declared_with_its_reason_or_stays_refused(parts, app, author):
    """POURS counts persons case by case, CASES persons (the cells beside say so): the flag D covers it once its author says why,
    and the map says it in the same proposal. Without a reason, with a reason for what does not differ, or with a word against the
    cells beside, nothing is kept."""
    silent = admit(author)
    assert (silent.status_code, "does not say what leg=CASES counts" in told(silent)) == (400, True)
    other = admit(author, **CONVICTED, **{"axis:lag_1y": "So."})
    assert (other.status_code, "Nothing here is to be declared as lag_1y" in told(other)) == (400, True)
    against = admit(author, **CONVICTED, **{"axis:counting_unit": "case"})
    assert (against.status_code, "have counting_unit person, found case" in told(against)) == (400, True)
    change = {"target:leg": "CASES", "kind": "", "reason": "So."}
    assert decide(author, "r1", LEG, action="change", **change).status_code == 303
    page = words(author.get(f"{LEG}?item=r1").text)
    assert "TYPES DO NOT MATCH POURS has unit person in a case, the target has person: leg=CASES" in page
    decide(author, "r1", LEG, action="undo")
    unsaid = admit(author, "r1", **{"axis:population": "suspects"})
    assert (unsaid.status_code, "POURS has counting_unit person_case" in told(unsaid)) == (400, True)
    assert 'name="axis:flag_D"' in unsaid.text
    assert pending_on(parts.acting(), AUTHOR, table_named(parts.catalogue(), LEGS)) == {}
    declared = {"axis:population": "suspects", "axis:flag_D": "Persons count once a case."}
    assert admit(author, "r1", **declared).status_code == 303
    assert "flag_D (POURS): Persons count once a case." in words(author.get("/staff/mappings/pending").text)
    where = hand_in(author, LEGS).headers["location"]
    for who in (FIRST, SECOND):
        assert send(signed_in(app, who), where, action="approve").status_code == 303
    (new,) = [t for t in yaml.safe_load(held(parts.acting(), MAP))["types"] if t["cells"] == {"leg": "CASES"}]
    said = {"kind": "flag_D", "indicators": ["POURS"], "reason": "Persons count once a case."}
    assert (new["counting_unit"], new["conversions"]) == ("person", [said])


def test_a_deviation_stands_in_the_entry_of_its_type_and_no_other_byte_changes(parts, author):
    """POURS counts persons case by case, CONVICTED persons: the page says so first, and the entry of CONVICTED gets the flag."""
    before, target = held(parts, MAP), json.dumps(["CONVICTED"])
    said = words(card(author, "r1", "CONVICTED"))
    assert "TYPES DO NOT MATCH POURS has unit person in a case, the target has person: leg=CONVICTED" in said
    refused = admit(author, "r1", targets=target)
    assert (refused.status_code, "POURS has counting_unit person_case" in told(refused)) == (400, True)
    declared = {"axis:flag_D": "Persons count once a case."}
    assert admit(author, "r1", targets=target, **declared).status_code == 303
    (saying,) = pending_on(parts.acting(), AUTHOR, table_named(parts.catalogue(), LEGS))["r1"].types
    assert "the types do not match" not in words(author.get(f"{LEG}?item=r1").text)
    hand_in(author, LEGS)
    (made,) = (p for p in parts.acting().ledger().definitions.proposals.values() if p.author == AUTHOR.name)
    after = parts.register.content(made.files[MAP])
    types, old = (yaml.safe_load(body)["types"] for body in (after, before))
    conversion = {"kind": "flag_D", "indicators": ["POURS"], "reason": declared["axis:flag_D"]}
    assert types[1].pop("conversions") == [conversion]
    assert types == old
    changes = SequenceMatcher(None, before.splitlines(), after.splitlines()).get_opcodes()
    assert {how for how, *_ in changes} == {"equal", "insert"}
    twice = yaml.safe_load(with_types(after, MAP, [saying.type]))["types"]
    assert twice[1]["conversions"] == [conversion, conversion]


def test_accepting_the_best_of_many_asks_what_each_would_ask_alone(parts, author, monkeypatch):
    """The best for POURS deviates, that for CONDAMNES is left out of the types: nothing is kept before somebody has answered, the
    row that is not ticked stays as it is, and an answer is checked as on the page of its row."""
    best = {"r1": "CONVICTED", "r2": "CASES"}
    monkeypatch.setattr(accepting, "proposed", lambda queue, line: (Candidate((best[line.item],), 90, ()),))
    table, many = table_named(parts.catalogue(), LEGS), {"action": "best", "bulk": "1", "pick": ["r1", "r2"]}
    asked = decide(author, "", LEG, **many)
    page = words(asked.text)
    assert (asked.status_code, pending_on(parts.acting(), AUTHOR, table)) == (200, {})
    for said in ("2 rows ask something first", "POURS has unit person in a case", "says nothing of leg=CASES"):
        assert said in page
    answered = many | {"answered": "1"}
    nothing = decide(author, "", LEG, **answered)
    assert (nothing.status_code, "Nothing is chosen" in told(nothing)) == (400, True)
    silent = decide(author, "", LEG, **answered, take=["r1", "r2"], **CONVICTED)
    assert (silent.status_code, "POURS has counting_unit person_case" in told(silent)) == (400, True)
    done = decide(author, "", LEG, **answered, take=["r2"], **CONVICTED)
    assert (done.status_code, "done=kept-1" in done.headers["location"]) == (303, True)
    assert "Left as they are: 1" in told(author.get(done.headers["location"].partition("#")[0]))
    found = pending_on(parts.acting(), AUTHOR, table)
    assert {item: (one.row.targets, [s.type.population for s in one.types]) for item, one in found.items()} == {
        "r2": (("CASES",), ["convicted"])
    }


def test_a_decision_that_lacks_types_says_so_first_and_is_mended_or_undone(parts, author):
    """Taken by the form: the panel stands before the queue, and the types go on the desk with the row and off it."""
    table = table_named(parts.catalogue(), LEGS)
    change = {"target:leg": "CASES", "kind": "", "reason": "Counted so."}
    assert decide(author, "r2", LEG, action="change", **change).status_code == 303
    page = author.get(f"{LEG}?item=r2").text
    assert 0 < page.index("the types lack its target") < page.index('id="queue-head"')
    refused = hand_in(author, LEGS)
    assert (refused.status_code, "which has no type" in told(refused)) == (500, True)
    assert decide(author, "r2", LEG, action="admit", admit="1", **CONVICTED).status_code == 303
    (one,) = pending_on(parts.acting(), AUTHOR, table).values()
    assert [(s.file, s.type.cells, s.type.population) for s in one.types] == [(MAP, {"leg": "CASES"}, "convicted")]
    assert (one.row.kind, one.row.reason) == ("exact", "Counted so.")
    assert "the types lack its target" not in author.get(f"{LEG}?item=r2").text
    assert decide(author, "r2", LEG, action="change", **{**change, "target:leg": "CONVICTED"}).status_code == 303
    (one,) = pending_on(parts.acting(), AUTHOR, table).values()
    assert one.types == ()  # another target: what was said of the first goes
    assert "done=undone-1" in decide(author, "r2", LEG, action="undo").headers["location"]


def test_types_that_others_said_meanwhile_are_not_said_twice(parts, author):
    admit(author, **CONVICTED)
    theirs = the_map()
    theirs["types"].append(a_type({"leg": "CASES"}, ("person", "convicted", "flow_year", "main", "fr_met", "out")))
    effective(parts, {MAP: as_yaml(theirs)}, OTHER)
    assert hand_in(author, LEGS).status_code == 303
    (proposal,) = (p for p in parts.acting().ledger().definitions.proposals.values() if p.author == AUTHOR.name)
    assert set(proposal.files) == {LEGS}


def test_the_form_does_not_say_exact_where_the_target_is_shared(parts, author):
    """No kind is preselected for a new target; where it is left to the target, two sources make a sum."""
    assert (
        decide(
            author, "r1", LEG, action="change", kind="", reason="One sum.", **{"target:leg": "CONVICTED"}
        ).status_code
        == 303
    )
    found = pending_on(parts.acting(), AUTHOR, table_named(parts.catalogue(), LEGS))
    assert {item: one.row.kind for item, one in found.items()} == {"r1": "aggregate", "r2": "aggregate"}
    assert "Part of CONVICTED, together with POURS." in found["r2"].row.reason
    page = author.get(f"{LEG}?item=r1").text
    assert '<option value="aggregate" selected>' in page


def test_one_proposal_from_a_command_is_the_same_as_from_the_pages(parts):
    catalogue = parts.catalogue()
    table = table_named(catalogue, LEGS)
    cells = {"kind": "", "reason": "Counted so."}
    look = lead(parts, catalogue, table, "CONDAMNES", "CASES", cells, None, claim=False)
    assert (look.kind, look.admission.open, look.files) == ("exact", ("population",), {})
    made = lead(parts, catalogue, table, "r2", "CASES", cells, {"population": "convicted"}, claim=False)
    assert set(made.files) == {LEGS, MAP}
    assert yaml.safe_load(made.files[MAP])["types"][:2] == the_map()["types"]
    for source, target, said, message in (
        ("r2", "CASE", {}, "'CASE' is not in"),
        ("r2", "leg=CASES,sex=M", {}, "does not say"),
        ("r2", "CONVICTED", {"population": "convicted"}, "nothing is to be said"),
    ):
        with pytest.raises(BadQuery, match=message):
            lead(parts, catalogue, table, source, target, cells, said, claim=False)


def test_types_that_two_add_are_merged_each_by_its_cells():
    base = as_yaml(the_map())
    sides = []
    for leg in ("CASES", "HELD"):
        map_ = the_map()
        map_["types"].append(a_type({"leg": leg}, ("person", "convicted", "flow_year", "main", "fr_met", "out")))
        sides.append(as_yaml(map_))
    merged = merge_file(MAP, base, *sides)
    assert merged.conflicts == ()
    assert {t["cells"]["leg"] for t in yaml.safe_load(merged.content)["types"]} == {
        "PROSECUTED",
        "CONVICTED",
        "CASES",
        "HELD",
    }
    assert assembled(MAP, read_pieces(MAP, base)) == base


def test_types_are_written_only_into_a_list_of_entries(parts):
    (map_,) = (m for m in parts.catalogue().maps.values() if m.file == MAP)
    for body in (b"types: [{cells: {leg: CASES}}]\n", b"id: X\n"):
        with pytest.raises(Refused, match="is not written as a list"):
            with_types(body, MAP, map_.types[:1])
    held_ = b"id: X\ntypes:\n  # why\n  - cells: {leg: A}\n\n# what follows\nfixed: {}\n"
    made = with_types(held_, MAP, map_.types[:1])
    assert made.startswith(b"id: X\ntypes:\n  # why\n  - cells: {leg: A}\n  - cells: {leg: PROSECUTED}\n")
    assert made.endswith(b"\n\n# what follows\nfixed: {}\n")


def test_a_workbook_that_comes_back_with_such_a_target_brings_its_type_along(parts, author, tmp_path):
    """The sheet of types is for reading; the row is proposed with what the types lack, by the page and by the command alike."""
    book = load_workbook(io.BytesIO(author.get(f"{LEG}/file?format=xlsx").content))
    assert [row[:2] for row in book["Types"].iter_rows(min_row=4, values_only=True)] == [
        (MAP, "leg=PROSECUTED"),
        (MAP, "leg=CONVICTED"),
    ]
    sheet = book.worksheets[1]
    at = {c.value: c.column for c in sheet[1]}
    sheet.cell(4, at["target:leg"]).value = "CASES"
    book.save(file := tmp_path / "legs.xlsx")
    mute = inside(parts.settings.home, "mappings", "import", str(file), "--as", AUTHOR.name, "--reason", "x", "--types")
    assert (mute.code, "No reason is given for r2" in mute.err) == (
        3,
        True,
    )  # a row of the file says why, as one of the page does
    sheet.cell(4, at["reason"]).value = "Counted so."
    book.save(file)
    home = parts.settings.home
    look = inside(home, "mappings", "import", str(file), "--dry-run").out
    assert "left out of the types of mappings/BODY/out.yaml: leg=CASES" in " ".join(look.split())
    assert "--say population=WORD" in look
    silent = inside(home, "mappings", "import", str(file), "--as", AUTHOR.name, "--reason", "x")
    assert (silent.code, "leave out leg=CASES" in silent.err) == (3, True)
    looked = author.post(
        f"{LEG}/import",
        data={"guard": guard(author.get("/staff").text), "action": "look"},
        files={"file": ("legs.xlsx", file.read_bytes())},
    )
    assert looked.status_code == 303
    page = author.get(f"{LEG}/import")
    assert "says nothing of leg=CASES" in told(page)
    made = send(author, f"{LEG}/import", action="propose", reason="r", admit="1", **CONVICTED)
    assert made.status_code == 303
    assert "types leg=CASES" in told(author.get(made.headers["location"]))
