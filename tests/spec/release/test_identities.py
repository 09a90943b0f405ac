"""Figures of several dataflows that must agree: told when a draft is made, refused when it is released, exact to a unit.

The published series of prisons holds 70,059 persons on 1 January 2019: Eurostat's and UNODC's year 2018. A later version of
that row says 70,060.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from house import AUTHOR, FIRST, PUBLISHED, RELEASER, SECOND, House, new_house
from journey_tools import ROOT
from journey_tools import inside as run
from shipped_catalogue import shipped_catalogue, shipped_files

from greffe.app import compose
from greffe.catalogue.load import load
from greffe.errors import BadDefinition, Refused
from greffe.model.calendar import Words
from greffe.release.across import left_behind
from greffe.release.lifecycle import dataflow_named
from greffe.release.releasing import Terms, make_releases
from greffe.release.waivers import approve_waiver, propose_waiver
from greffe.store.records import Waiver

ESTAT, UNODC = "ESTAT_CRIM_PRIS_TRI", "UNODC_PRISONS"
IDENTITIES, DIFFERENCES = "mappings/policies/identities.csv", "mappings/policies/differences.csv"
SENTENCED = "PRI_CONDAMNES,FR,FR,2019-01,M,fr_all,,,,T,T,,,,49716,personne,D,,1,2023-05-11"
TOTAL = "PRI_DETENUS,FR,FR,2019-01,M,fr_all,,,,T,T,,,,70059,personne,D,,1,2023-05-11"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Eurostat's table is released, of the rows that are not broken down by sex or age."""
    made = new_house(tmp_path / "home")
    header, *lines = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").splitlines()
    whole = [line for line in lines if {*line.split(",")[9:11]} <= {"", "T"}]
    path = tmp_path / "prisons.csv"
    path.write_text("\n".join([header, *whole, ""]), encoding="utf-8")
    made.take(path, "INT_JUSTICE")
    made.approve_map(ESTAT)
    made.approve_map(UNODC)
    made.released(ESTAT)
    return made


def corrected(house: House, tmp_path: Path) -> None:
    """The persons held on 1 January 2019 in a second version, one sentenced person more: 70,060."""
    lines = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").splitlines()
    assert (lines.count(TOTAL), lines.count(SENTENCED)) == (1, 1)
    path = tmp_path / "corrected.csv"
    rows = [TOTAL.replace("70059", "70060"), SENTENCED.replace("49716", "49717")]
    rows = [row.replace(",1,2023-05-11", ",2,2023-06-11") for row in rows]
    path.write_text("\n".join([lines[0], *rows, ""]), encoding="utf-8")
    house.clock.forward(days=1)
    house.take(path, "INT_JUSTICE")


def told(draft, rule="QR-XSR-01"):
    return [f for f in draft.findings if f.rule == rule]


def test_equal_figures_are_no_finding(house):
    """Seventeen years of persons held stand in both, and are the same."""
    assert told(house.draft(UNODC)) == []


def test_a_figure_that_differs_by_one_is_an_error_with_both_figures(house, tmp_path):
    """Eurostat's 70,059 is current; UNODC's draft has 70,060. The key is that of the draft."""
    corrected(house, tmp_path)
    (finding,) = told(house.draft(UNODC))
    assert (finding.severity, finding.period) == ("error", "2018")
    assert (finding.key["INDICATOR"], finding.key["CATEGORY"], finding.key["SEX"]) == ("PERS_HELD", "CAT00", "Total")
    assert finding.values == {"identity": "HELD_ESTAT_UNODC", "left": "70059", "right": "70060"}
    assert finding.messages["en"] == (
        "Eurostat and UNODC receive the same count of one concept. ESTAT_CRIM_PRIS_TRI#1 has 70059 for 2018, "
        "UNODC_PRISONS 70060 for 2018."
    )
    assert finding.messages["fr"].startswith("Eurostat et l’ONUDC reçoivent le même effectif d’un même concept.")


def test_a_draft_is_refused_when_the_other_table_came_out_meanwhile(house, tmp_path):
    """It agreed with all there was when it was prepared; 70,060 has become current since."""
    draft = house.draft(UNODC)
    assert told(draft) == []
    house.sign(draft)
    corrected(house, tmp_path)
    house.released(ESTAT)
    with pytest.raises(Refused, match=r"contradicts what is current, 1 time; the first: QR-XSR-01, Eurostat and UNODC"):
        house.release(draft)


def test_two_tables_that_change_together_are_drafted_one_after_the_other(house, tmp_path):
    """The first contradicts what is current; the second agrees with the first draft, and then the first with the second."""
    house.released(UNODC)
    corrected(house, tmp_path)
    assert len(told(house.draft(UNODC))) == 1
    assert told(house.draft(ESTAT)) == []
    again = house.draft(UNODC)
    assert told(again) == []
    house.sign(again)
    with pytest.raises(Refused, match=r"contradicts what is current, 1 time; the first: QR-XSR-01"):
        house.release(again)
    other = house.draft(ESTAT)
    house.sign(other)
    terms = Terms(revision="correction", reason=Words("One person more.", "Une personne de plus."))
    made = make_releases(house.parts, RELEASER, [again.id, other.id], terms)
    assert [str(one) for one in made] == [f"{UNODC}#2", f"{ESTAT}#2"]


def test_withdrawing_one_of_two_that_agree_is_told_at_once(house, tmp_path):
    """Eurostat's first table holds 70,059 persons in 2018, UNODC's 70,060 since both were corrected: without Eurostat's second
    they would contradict each other in public. Without UNODC's nothing is current again, and nothing is contradicted."""
    corrected(house, tmp_path)
    house.draft(UNODC)
    other = house.draft(ESTAT)
    again = house.draft(UNODC)
    for draft in (again, other):
        house.sign(draft)
    terms = Terms(revision="correction", reason=Words("One person more.", "Une personne de plus."))
    make_releases(house.parts, RELEASER, [again.id, other.id], terms)
    house.clock.forward(seconds=6)
    parts = house.parts
    assert left_behind(parts, parts.ledger().release(f"{UNODC}#1")) == ()
    against = left_behind(parts, parts.ledger().release(f"{ESTAT}#2"))
    assert {f.rule for f in against} == {"QR-XSR-01"}
    assert [(f.period, sorted(f.values.values())) for f in against if "70059" in f.values.values()] != []

    def withdrawn(*more: str):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("greffe.cli.common.compose", lambda _, **_more: compose(parts.settings, house.clock))
            words = ("--reason", "It was wrong.", "--reason-fr", "C’était faux.", "--as", RELEASER.name)
            return run(parts.settings.home, "withdraw", f"{ESTAT}#2", *words, *more)

    refused = withdrawn()
    assert refused.code == Refused.exit_code
    said = " ".join(refused.err.split())
    assert f"Without {ESTAT}#2, what is current again contradicts other dataflows" in said
    assert "70059" in said
    assert "--yes" in said
    assert parts.ledger().release(f"{ESTAT}#2").withdrawn_at is None
    done = withdrawn("--yes")
    assert done.code == 0, done.err
    assert "contradicts other dataflows" in " ".join(done.err.split())
    assert parts.ledger().release(f"{ESTAT}#2").withdrawn_at is not None


def test_a_waiver_lifts_it_and_the_command_still_tells(house, tmp_path):
    """Two people other than the author sign that the figures stand as they were published (D19); `greffe identities` says
    what holds between releases and what does not, and exits 1."""
    home = house.parts.settings.home
    before = run(home, "identities")
    assert before.code == 0
    assert "They guard nothing, for they find no two figures to compare: " in " ".join(before.err.split())
    alone = run(home, "identities", "--json")
    assert not any(row["guards"] for row in json.loads(alone.out)["identities"])
    assert states(alone)["HELD_ESTAT_UNODC"] == "guards nothing: no two current releases of one origin"
    corrected(house, tmp_path)
    draft = house.draft(UNODC)
    flow = dataflow_named(house.parts, UNODC)
    key = dict(told(draft)[0].key)
    waiver = Waiver("", "QR-XSR-01", flow.reference, key, "2018", "published so", "UNODC file of May 2023")
    named = propose_waiver(house.parts, AUTHOR, waiver)
    for person in (FIRST, SECOND):
        approve_waiver(house.parts, person, named.id)
    house.sign(draft)
    assert str(house.release(draft)) == f"{UNODC}#1"
    done = run(home, "identities", "--json")
    assert done.code == 1
    assert states(done)["HELD_ESTAT_UNODC"] == "1 contradict it"
    assert states(done)["UNSENT_ESTAT_UNODC"] == "holds"
    rows = json.loads(done.out)["identities"]
    guarding = [row["identity"] for row in rows if row["guards"]]
    assert guarding == [row["identity"] for row in rows[: len(guarding)] if row["compared"]]
    assert {"HELD_ESTAT_UNODC", "UNSENT_ESTAT_UNODC"} <= {*guarding}
    assert next(r for r in rows if r["identity"] == "JUDGES_AT_MOST")["guards"] is False
    (finding,) = json.loads(done.out)["findings"]
    assert (finding["values"]["left"], finding["values"]["right"], finding["period"]) == ("70059", "70060", "2018")


def states(done):
    return {row["identity"]: row["state"] for row in json.loads(done.out)["identities"]}


@pytest.mark.parametrize(("difference", "severity"), [("-1", "info"), ("-2", "error")])
def test_a_declared_difference_excuses_exactly_itself(house, tmp_path, difference, severity):
    """Eurostat less UNODC is -1: a declaration of -1 makes a notice of it with its reason, one of -2 excuses nothing."""
    corrected(house, tmp_path)
    edited = tmp_path / "edited"
    files = shipped_files()
    row = f"HELD_ESTAT_UNODC,,2018,{difference},One person was registered late.,Une personne saisie tardivement.,synthetic,\n"
    header = "identity,cells,period,difference,en,fr,confidence,reference\n"
    files[DIFFERENCES] = (files.get(DIFFERENCES, header.encode()).decode() + row).encode()
    for path, content in files.items():
        (edited / path).parent.mkdir(parents=True, exist_ok=True)
        (edited / path).write_bytes(content)
    house.change(edited)
    (finding,) = told(house.draft(UNODC))
    assert finding.severity == severity
    assert ("Declared: One person was registered late." in finding.messages["en"]) == (severity == "info")


def test_real_and_synthetic_figures_are_not_held_against_each_other(house, tmp_path):
    """An invented extract of the same key says 12; it is no contradiction of a real figure (D13)."""
    path = tmp_path / "invented.csv"
    header = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").splitlines()[0]
    path.write_text("\n".join([header, TOTAL.replace("70059", "12"), ""]), encoding="utf-8")
    house.take(path, "INT_JUSTICE", origin="synthetic")
    draft = house.draft(UNODC, origin="synthetic")
    assert told(draft) == []


@pytest.mark.parametrize(
    ("old", "new", "column", "message"),
    [
        ("JUST_SEX_AGE,", "JUST_SEX_CTZ,", "identity", "JUST_SEX_CTZ stands in line 2 already."),
        ("ESTAT_CRIM_JUST_AGE,freq", "ESTAT_CRIM_JUST_AGES,freq", "right", "There is no dataflow ESTAT_CRIM_JUST_AGES."),
        ("age=TOTAL;unit=NR;geo=FR,leg", "ages=TOTAL;unit=NR;geo=FR,leg", "right_cells", "ages is no dimension"),
        ("age=TOTAL;unit=NR;geo=FR,leg", "age=TOTALS;unit=NR;geo=FR,leg", "right_cells", "'TOTALS' is no code of age."),
        ("age=TOTAL;unit=NR;geo=FR,leg", "age=TOTAL;unit=NR,leg", "right_cells", "geo of ESTAT_CRIM_JUST_AGE may have"),
        ("leg_stat=leg_stat,0,0,P", "leg_stat=legstat,0,0,P", "by", "legstat is no dimension"),
    ],
)  # fmt: skip
def test_an_identity_that_means_nothing_is_refused_with_its_place(old, new, column, message):
    """File, row and column, and what is near."""
    files = shipped_files()
    text = files[IDENTITIES].decode()
    assert old in text
    files[IDENTITIES] = text.replace(old, new, 1).encode()
    with pytest.raises(BadDefinition, match=re.escape(message)) as refused:
        load(files)
    assert (refused.value.file, refused.value.column) == (IDENTITIES, column)
    assert refused.value.row in (2, 3)


def test_every_shipped_identity_joins_flows_that_the_samples_release():
    """None stands there untried."""
    catalogue = shipped_catalogue()
    released = {
        line.split(",")[0] for line in (ROOT / "samples/flows.csv").read_text(encoding="utf-8").splitlines()[1:]
    }
    for one in catalogue.policies.identities:
        assert {one.left.dataflow, one.right.dataflow} <= released, one.id
