"""What a change of maps would change in what is released and drafted: by hand, and against preparing it for good."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from examples import examples
from house import AUTHOR, FIRST, FLOW, SECOND, House, new_house
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from journey_tools import ROOT
from journey_tools import inside as run
from shipped_catalogue import shipped_files

from greffe.arrow import pq
from greffe.catalogue.load import load
from greffe.errors import BadDefinition
from greffe.release.approvals import approve_proposal
from greffe.release.datasets import DRAFTED, NEW, RELEASED
from greffe.release.effect import Effect, effect
from greffe.release.proposals import propose, proposed_catalogue

EXAMPLES = examples(3)
TABLE = "mappings/ESTAT/index_ssmsi_to_iccs.csv"
MAP = "mappings/ESTAT/crim_off_cat.yaml"
STATUSES = "mappings/common/statut_to_obs_status.csv"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One released dataset, of published figures."""
    return new_house(tmp_path_factory.mktemp("effect") / "home", "published", "map", "released")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return shipped_files()


def tried(house: House, files: dict[str, bytes], **options: object) -> Effect:
    return effect(house.parts, load(files), lambda what: None, **options)


def edited(files: dict[str, bytes], path: str, pattern: str, by: str) -> dict[str, bytes]:
    """One file changed, exactly once."""
    changed, count = re.subn(pattern, by, files[path].decode(), flags=re.MULTILINE)
    assert count == 1
    return {**files, path: changed.encode()}


def test_the_same_files_change_nothing(house, files):
    found = tried(house, files)
    assert (found.datasets, found.maps, found.untouched) == ((), (), 1)


def test_a_row_that_says_the_same_changes_no_figure(house, files):
    """Only the reason is another one: the map is looked at, and nothing comes of it."""
    found = tried(house, edited(files, TABLE, r"Line published by Eurostat as Burglary: the", "Burglary: the"))
    (one,) = found.datasets
    assert (one.dataset.name, one.dataset.state) == (f"{FLOW}#1", RELEASED)
    assert (one.comparison.added, one.comparison.gone, one.comparison.changed) == (0, 0, 0)
    assert not one.changes_anything


def test_a_row_without_a_target_takes_its_figures_away(house, files):
    """Homicides: 15 years (2008 to 2022), each with its count and its rate. The largest is the largest count."""
    found = tried(
        house,
        edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,IDX-001,exact,exact", "SSMSI_HOMICIDE,,IDX-001,exact,no-target"),
    )
    (one,) = found.datasets
    counts = one.comparison
    assert (counts.added, counts.gone, counts.changed) == (0, 30, 0)
    assert counts.gone + counts.unchanged == house.current().observations
    assert one.mapped == (one.mapped[0], one.mapped[0] - 15)
    published = {
        int(line.split(",")[7]): line.split(",")[3]
        for line in (ROOT / "samples/published/ssmsi_infractions.csv").read_text().splitlines()
        if ",SSMSI_HOMICIDE," in line
    }
    first = counts.changes[0]
    assert first.kind == "gone"
    assert (first.before, first.after, first.difference, first.period) == (
        str(max(published)),
        None,
        "",
        published[max(published)],
    )
    assert first.key == {"freq": "A", "iccs": "ICCS0101", "unit": "NR", "geo": "FR"}


def test_figures_that_move_to_another_cell_are_added_there(house, files):
    """The same figures under another code: gone here, added there, and no other moves."""
    found = tried(house, edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,"))
    (one,) = found.datasets
    assert (one.comparison.added, one.comparison.gone, one.comparison.changed) == (30, 30, 0)
    codes = {(c.kind, c.key["iccs"]) for c in one.comparison.changes}
    assert codes == {("gone", "ICCS0101"), ("added", "ICCS1001")}


def test_changed_figures_have_difference_and_percent(house, files):
    """Two lines change places: homicides of 2010 become what was published of attempts that year."""
    swapped = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS0102,")
    swapped = edited(swapped, TABLE, "^SSMSI_TENTATIVE_HOMICIDE,ICCS0102,", "SSMSI_TENTATIVE_HOMICIDE,ICCS0101,")
    (one,) = tried(house, swapped).datasets
    change = next(
        c for c in one.comparison.changes
        if (c.key["iccs"], c.key["unit"], c.period) == ("ICCS0101", "NR", "2010")
    )  # fmt: skip
    # Published for 2010: 797 homicides, 1 210 attempts; 1210 - 797 = 413, 413 / 797 = 51.819… %.
    assert (change.before, change.after, change.difference, change.percent) == ("797", "1210", "413", "51.82")
    sizes = [abs(float(c.difference)) for c in one.comparison.changes]
    assert sizes == sorted(sizes, reverse=True)


def test_a_rule_that_would_newly_fail_is_told_without_values(house, files):
    """Status E asks for a note (QR-MAN-04): figures marked final become estimates without one."""
    (one,) = (d for d in tried(house, edited(files, STATUSES, "^D,A,", "D,E,")).datasets)
    assert {"QR-MAN-04"} <= {f.rule for f in one.findings}
    assert all(not f.values for f in one.findings)
    broken = {"ICCS0601"}  # in 2016, whatever the source says: its comment alone changes
    still = [c for c in one.comparison.changes if "OBS_STATUS" not in c.attributes]
    assert {(c.key["iccs"], c.period) for c in still} <= {(code, "2016") for code in broken}
    assert all(c.attributes["OBS_STATUS"] == ("A", "E") for c in one.comparison.changes if c not in still)


def test_nothing_is_entered_and_a_lost_cache_is_made_again(house, files):
    """The register is as it was; without the kept rows the answer is the same, from the kept extract."""
    change = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")
    head, drafts = house.parts.ledger().head, sorted(house.parts.settings.drafts.rglob("*"))
    first = tried(house, change)
    shutil.rmtree(house.parts.settings.condensed)
    assert tried(house, change) == first
    for path in house.parts.settings.condensed.glob("*.parquet"):
        path.write_bytes(b"something else")
    assert tried(house, change) == first
    assert (house.parts.ledger().head, sorted(house.parts.settings.drafts.rglob("*"))) == (head, drafts)


def test_only_one_dataflow_and_only_so_many_changes(house, files):
    change = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")
    assert tried(house, change, dataflow="ESTAT_CRIM_JUST_SEX").datasets == ()
    (one,) = tried(house, change, dataflow=FLOW, most=3).datasets
    assert (len(one.comparison.changes), one.comparison.added) == (3, 30)


def test_a_proposal_is_tried_as_it_was_made(house, files):
    """By its id on the command line, and as the catalogue that it would make."""
    changed = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")[TABLE]
    proposal = propose(house.parts, AUTHOR, {TABLE: changed}, "Tried.")
    (one,) = effect(house.parts, proposed_catalogue(house.parts, proposal), lambda what: None).datasets
    assert (one.comparison.added, one.comparison.gone) == (30, 30)
    told = run(house.parts.settings.home, "effect", proposal.id, "--json")
    assert told.json()["totals"] == {FLOW: {"added": 30, "gone": 30, "changed": 0}}


def test_a_map_without_an_extract_is_named(house, files):
    """A table that several maps read: flows without a dataset are named, and tried when they are asked for."""
    change = edited(files, "mappings/ESTAT/sexe_to_sex.csv", "Men, all ages: natural", "Natural")
    found = tried(house, change)
    assert (found.datasets, found.waiting) == ((), ())
    assert "ESTAT_CRIM_JUST_SEX" in found.without
    asked = tried(house, change, dataflow="ESTAT_CRIM_JUST_SEX")
    assert (asked.datasets, asked.without) == ((), ())
    assert [name.partition("(")[0] for name in asked.waiting] == ["SSER:MAP_ESTAT_CRIM_JUST_SEX"]


ROWS = st.lists(
    st.tuples(st.integers(1, 16), st.sampled_from(["ICCS1001", "ICCS1002", "ICCS0701", "", "same"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, rate=st.booleans(), fewer=st.booleans())
def test_the_effect_is_what_preparing_it_would_show(house, tmp_path_factory, rows, rate, fewer):
    """For random changes of rows, of a calculation and of what is selected: the effect says of every observation what
    importing the change and preparing a draft then makes of it."""
    files = shipped_files()
    for number, target in rows:
        lines = files[TABLE].decode().splitlines()
        cells = lines[number].split(",")
        if target != "same":
            cells[1], cells[4] = target, "exact" if target else "no-target"
        lines[number] = ",".join(cells)
        files[TABLE] = ("\n".join(lines) + "\n").encode()
    if rate:
        files = edited(files, MAP, r"decimals: 2$", "decimals: 1")
    if fewer:
        files = edited(files, MAP, r"where: \{unit: \[NR\]\}", "where: {unit: [NR], iccs: [ICCS0401, ICCS0502]}")
    try:
        after = load(files)
    except BadDefinition:
        reject()  # two rows for one cell, or a cell that nothing leads to: refused at load, as on import
    found = effect(house.parts, after, lambda what: None, dataflow=FLOW)
    folder = tmp_path_factory.mktemp("files")
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    home = tmp_path_factory.mktemp("other") / "home"
    other = new_house(home, sdmx=folder / "sdmx", mappings=folder / "mappings")
    other.take_published()
    draft = other.draft()
    before = table(house.parts.observations.file(house.current().name, "data.parquet"))
    now = table(draft.data)
    wanted = {k: (before.get(k), now.get(k)) for k in before.keys() | now.keys() if before.get(k) != now.get(k)}
    told = {
        (*c.key.values(), c.period): (c.before, c.after) for d in found.datasets for c in d.comparison.changes
    }  # fmt: skip
    assert {k: tuple(r and r["OBS_VALUE"] for r in pair) for k, pair in wanted.items()} == told
    if found.datasets:
        known = {(f.rule, tuple(f.key.items()), f.period) for f in house.draft().findings}
        new = {(f.rule, tuple(f.key.items()), f.period) for f in draft.findings} - known
        assert new <= {(f.rule, tuple(f.key.items()), f.period) for f in found.datasets[0].findings}


def table(path: Path) -> dict[tuple[str, ...], dict[str, object]]:
    rows = pq.read_table(path).to_pylist()
    return {(r["freq"], r["iccs"], r["unit"], r["geo"], r["TIME_PERIOD"]): r for r in rows}


def test_a_draft_that_waits_is_looked_at_too(tmp_path, files):
    """A draft, then a flow without any dataset: what would be added to nothing is all of it."""
    made = new_house(tmp_path / "home", "published")
    change = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")
    (new,) = tried(made, change).datasets
    assert (new.dataset.state, new.comparison.gone, new.comparison.unchanged) == (NEW, 0, 0)
    draft = made.draft()
    assert new.comparison.added == draft.observations
    (one,) = tried(made, change).datasets
    assert (one.dataset.name, one.dataset.state) == (draft.id, DRAFTED)
    assert (one.comparison.added, one.comparison.gone) == (30, 30)


def published(code: str) -> int:
    """The number of years that the published file has of a line."""
    return sum(f",{code}," in line for line in (ROOT / "samples/published/ssmsi_infractions.csv").open())


def test_an_effect_is_that_of_the_change_alone_beside_what_is_effective_and_not_released(tmp_path, files):
    """Others moved homicides, effective and not released; mine takes attempts away. Each figure has a count and a rate."""
    made = new_house(tmp_path / "home", "published", "map", "released")
    theirs = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")
    proposal = propose(made.parts, AUTHOR, {TABLE: theirs[TABLE]}, "Theirs.")
    for person in (FIRST, SECOND):
        approve_proposal(made.parts, person, proposal.id)
    both = edited(
        theirs,
        TABLE,
        "^SSMSI_TENTATIVE_HOMICIDE,ICCS0102,([^,]*),exact,exact",
        r"SSMSI_TENTATIVE_HOMICIDE,,\1,exact,no-target",
    )
    attempts, homicides = 2 * published("SSMSI_TENTATIVE_HOMICIDE"), 2 * published("SSMSI_HOMICIDE")
    assert attempts and homicides == 30
    (one,) = tried(made, both, before=made.parts.catalogue(), alone=True).datasets
    assert one.dataset.name == f"{FLOW}#1"
    mine = one.comparison
    assert (mine.added, mine.gone, mine.changed) == (0, attempts, 0)
    assert {c.key["iccs"] for c in mine.changes} == {"ICCS0102"}
    assert one.mapped[0] - one.mapped[1] == attempts // 2
    assert one.since is not None
    assert (one.since.added, one.since.gone, one.since.changed) == (homicides, homicides + attempts, 0)
    (whole,) = tried(made, both, before=made.parts.catalogue()).datasets
    assert (whole.comparison.added, whole.comparison.gone) == (homicides, homicides + attempts)
    assert whole.since is None
    (back,) = tried(made, files, before=made.parts.catalogue(), alone=True).datasets  # mine takes theirs back
    assert (back.comparison.added, back.comparison.gone) == (homicides, homicides)
    assert back.since is not None and not back.since.moves


def test_alone_is_against_the_release_where_its_map_is_effective(house, files):
    change = edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,")
    (one,) = tried(house, change, alone=True).datasets
    assert (one.comparison.added, one.comparison.gone, one.since) == (30, 30, None)


def test_a_confidential_value_is_shown_by_no_effect(tmp_path, files):
    """Homicides of 2010 are confidential: moved to another cell, they are empty there, and no finding tells them."""
    made = new_house(tmp_path / "home")
    text = (ROOT / "samples/published/ssmsi_infractions.csv").read_text()
    secret = tmp_path / "secret.csv"
    line = "SSMSI_INFR,FR,FR,2010,A,fr_met_drom,SSMSI_HOMICIDE,797,infraction,D,,1,2024-11-30"
    assert line in text
    secret.write_text(text.replace(line, line.replace("797,infraction,D,,", "797,infraction,D,C1,")))
    made.take(secret, "INT_SSMSI")
    made.take(ROOT / "samples/published/population.csv", "INT_POPULATION")
    made.draft()
    found = tried(made, edited(files, TABLE, "^SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,"))
    (one,) = found.datasets
    moved = [c for c in one.comparison.changes if c.period == "2010"]
    assert [(c.kind, c.key["unit"], c.before, c.after) for c in moved if c.kind == "added"] == [
        ("added", "NR", None, None), ("added", "P_HTHAB", None, None),
    ]  # fmt: skip
    told = json.dumps([f.as_json() for f in one.findings]) + str([replace(c, key={}) for c in moved])
    assert "797" not in told


def test_on_the_command_line(house, tmp_path):
    """`greffe export`, one row edited, `greffe effect FOLDER --json`; a folder of another kind is refused in a line."""
    home = house.parts.settings.home
    assert run(home, "export", str(tmp_path / "files")).code == 0
    path = tmp_path / "files" / TABLE
    path.write_text(path.read_text().replace("SSMSI_HOMICIDE,ICCS0101,", "SSMSI_HOMICIDE,ICCS1001,"))
    done = run(home, "effect", str(tmp_path / "files"), "--json")
    assert done.code == 0, done.err
    told = done.json()
    assert told["totals"] == {FLOW: {"added": 30, "gone": 30, "changed": 0}}
    assert told["datasets"][0]["dataset"] == f"{FLOW}#1"
    shown = run(home, "effect", str(tmp_path / "files"), "--most", "2")
    assert f"{FLOW}#1 (released): 30 added, 30 gone, 0 changed" in shown.err
    refused = run(home, "effect", str(tmp_path))
    assert refused.code != 0 and "neither mappings/ nor sdmx/" in refused.err
    assert "Traceback" not in refused.err
