"""Codes that rows decide for some years only. In the demonstration figures begin in 2012, the rows of these tables hold from
2013-01-01 (mappings/ESTAT/indicateur_to_isco08.csv: RH_PENIT_PHYS is JOB-003): no row holds until 2012-12-31."""

from __future__ import annotations

import csv
import html
import json
import re

import pytest
from journey_tools import run
from reviewing import decide, send, signed_in, told
from site_tools import copied

from greffe.app import compose, create_app
from greffe.errors import BadQuery
from greffe.mapping.exchange.sets import table_named
from greffe.model.maps import MapRow, SourceValue
from greffe.release.review.lacking import check_free, decided, lacking
from greffe.release.review.pending import pending_on, undo
from greffe.settings import read_settings
from greffe.store.base import Actor

JOBS, COURTS = "/staff/mappings/ESTAT/indicateur_to_isco08", "/staff/mappings/ESTAT/indicateur_to_crim_crt"
CAMILLE = Actor("camille")
UNTIL_2012 = ("", "2012-12-31")
PRISON, JUDGES, PROSECUTORS = (f"INDICATEUR=RH_{who}_PHYS" for who in ("PENIT", "JUGES", "PROCUREURS"))


@pytest.fixture(scope="module")
def home(demo_home, tmp_path_factory):
    return copied(demo_home, tmp_path_factory.mktemp("years") / "var")


@pytest.fixture(scope="module")
def parts(home):
    return compose(read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=home))


@pytest.fixture(scope="module")
def author(parts):
    return signed_in(create_app(parts), CAMILLE)


def days(parts, at):
    """What is pending on a table: item → its days."""
    table = table_named(parts.catalogue(), at.removeprefix("/staff/mappings/"))
    found = pending_on(parts.acting(), CAMILLE, table)
    undo(parts.acting(), CAMILLE, table, list(found))
    return {item: (one.row.valid_from, one.row.valid_to, one.row.has_target) for item, one in found.items()}


def test_the_page_says_which_days_lack_a_row_and_which_row_holds_on_the_others(author):
    page = author.get(f"{JOBS}?show=unmapped&item={PRISON}")
    assert "On these days no row holds: … – 2012-12-31. On others: JOB-003 → OC5413A: 2013-01-01 – …" in told(page)
    assert "Nobody has decided for … – 2012-12-31" in told(page)
    (link,) = re.findall(r'<a href="([^"]+)">JOB-003</a>', page.text)
    assert "Present decision Row JOB-003" in told(author.get(html.unescape(link)))
    card = told(page).split("Candidates")[-1].partition("Why")[0]
    assert "OC5413A" in card
    assert "(aggregate)" not in card  # it leads there alone on these days, so it is exact
    assert 'name="valid_from" value=""' in page.text
    assert 'name="valid_to" value="2012-12-31"' in page.text
    french = author.get(f"{JOBS}?item={PRISON}&lang=fr")
    assert "Ces jours-là, aucune ligne ne vaut : … – 2012-12-31. Les autres jours" in told(french).replace("\xa0", " ")
    assert author.get(f"{JOBS}?lang=en").status_code == 200  # it is remembered


def test_each_way_of_deciding_is_about_the_days_that_lack_a_row(parts, author):
    """Accepted as the best candidate's button says, no target, a target chosen by hand; then many at once."""
    page = author.get(f"{JOBS}?item={PRISON}").text
    button = re.search(r"""name="targets" value='([^']+)'[^/]*value="accept" class="small" data-accept""", page)
    targets = html.unescape(button[1])
    assert json.loads(targets) == ["OC5413A"]
    assert decide(author, PRISON, JOBS, action="accept", targets=targets).status_code == 303
    assert decide(author, JUDGES, JOBS, action="none", kind="not-available", reason="Not kept.").status_code == 303
    chosen = {"target:isco08": "OC2611A", "reason": "The same before 2013."}
    assert decide(author, PROSECUTORS, JOBS, action="change", **chosen).status_code == 303
    assert days(parts, JOBS) == {
        PRISON: (*UNTIL_2012, True),
        JUDGES: (*UNTIL_2012, False),
        PROSECUTORS: (*UNTIL_2012, True),
    }
    picked = [PRISON, JUDGES, PROSECUTORS]
    bulk = {"bulk": "1", "pick": picked}
    send(author, f"{JOBS}/decide", action="none", kind="no-target", reason="Not asked.", **bulk)
    assert days(parts, JOBS) == dict.fromkeys(picked, (*UNTIL_2012, False))
    send(author, f"{JOBS}/decide", action="best", **bulk)
    assert days(parts, JOBS)[PRISON] == (*UNTIL_2012, True)


def test_sources_of_several_columns_too(parts, author):
    """Twelve of twelve: every row of that table holds from 2013 (mappings/ESTAT/indicateur_to_crim_crt.csv)."""
    page = author.get(f"{COURTS}?show=unmapped").text
    items = [html.unescape(i) for i in re.findall(r'name="pick" value="([^"]+)"', page)]
    assert len(items) == 12
    done = send(author, f"{COURTS}/decide", action="none", kind="no-target", reason="No.", bulk="1", pick=items)
    assert done.status_code == 303
    assert days(parts, COURTS) == dict.fromkeys(items, (*UNTIL_2012, False))


def test_days_typed_by_hand_that_have_a_row_are_refused_with_that_row(author):
    typed = {"target:isco08": "OC5413A", "reason": "As later.", "valid_from": "2010-01-01", "valid_to": "2014-12-31"}
    answer = decide(author, PRISON, JOBS, action="change", **typed)
    assert answer.status_code == 400
    assert f"{PRISON}: for 2013-01-01 – 2014-12-31 row JOB-003 stands in the way." in told(answer)
    assert "Days without a row: … – 2012-12-31" in told(answer)
    assert 'name="valid_to" value="2014-12-31"' in answer.text  # nothing typed is lost


def test_the_command_proposes_the_same_days(home, parts):
    lead = ("mappings", "lead", "ESTAT/indicateur_to_isco08", "RH_PENIT_PHYS", "OC5413A")
    made = run(home, *lead, "--reason", "As from 2013.", "--as", "camille", "--json")
    assert made.code == 0, made.err
    assert json.loads(made.out)["valid_to"] == "2012-12-31"
    (proposal,) = (p for p in parts.acting().ledger().definitions.proposals.values() if p.reason == "As from 2013.")
    body = parts.register.content(proposal.files["mappings/ESTAT/indicateur_to_isco08.csv"]).decode()
    rows = [r for r in csv.DictReader(body.splitlines()) if r["source:INDICATEUR"] == "RH_PENIT_PHYS"]
    assert {(r["target:isco08"], r["valid_from"], r["valid_to"]) for r in rows} == {
        ("OC5413A", "2013-01-01", ""),
        ("OC5413A", "", "2012-12-31"),
    }


def row(id_, first, last, code="1"):
    return MapRow(id_, (SourceValue(code),), ("M",), valid_from=first, valid_to=last)


SOME = [row("r2", "2018-01-01", ""), row("r1", "2013-01-01", "2015-12-31"), row("r9", "", "", "2")]


def test_of_several_spans_those_with_figures_in_order():
    """Rows hold 2013 to 2015 and from 2018 on: until 2012 and 2016 to 2017 none does."""
    assert lacking(SOME, ["1"]).told == "… – 2012-12-31, 2016-01-01 – 2017-12-31"
    assert lacking(SOME, ["1"], "2014", "2016-Q1").told == "2016-01-01 – 2017-12-31"
    assert lacking(SOME, ["1"], "2012-12", "2020").told == "… – 2012-12-31, 2016-01-01 – 2017-12-31"
    assert [r.row_id for r in lacking(SOME, ["1"]).held] == ["r2", "r1"]
    assert lacking(SOME, ["3"]).told == "… – …"
    assert lacking(SOME, ["2"]).spans == ()


def test_a_code_is_decided_once_rows_hold_in_all_periods_of_its_figures():
    assert not decided(SOME, ["1"], "2012", "2014")
    assert decided(SOME, ["1"], "2013", "2015")
    assert decided([*SOME, row("r3", "2016-01-01", "2017-12-31")], ["1"], "2013", "2022")
    halves = [row("a", "", "2014-06-30"), row("b", "2014-07-01", "")]
    assert not decided(halves, ["1"], "2014", "2014")  # neither holds for the whole year
    assert not decided(halves, ["1"], "2013", "2015")
    assert decided(SOME, ["2"], "", "")


def test_where_every_day_has_a_row_that_row_is_to_change():
    with pytest.raises(BadQuery, match="for 2013-01-01 – … row r9 stands in the way") as refused:
        check_free(row("new", "2013-01-01", ""), [row("r9", "", "")], "SEXE=1")
    assert refused.value.hint == "Every day has a row: change row r9."
