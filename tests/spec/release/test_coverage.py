"""What is covered and what is not, by hand: shares, target cells, what changed since, what nobody reads."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from house import AUTHOR, FIRST, FLOW, SECOND, House, new_house
from journey_tools import ROOT
from journey_tools import inside as run
from shipped_catalogue import shipped_files

from greffe.app import create_app
from greffe.engine import opened
from greffe.errors import BadQuery, NotFound, Refused
from greffe.mapping.cells import cells
from greffe.mapping.coverage import Weight, overlapping, shares, weights
from greffe.model.maps import NotProvided
from greffe.release.approvals import approve_proposal
from greffe.release.coverage import Overview, overview
from greffe.release.coverage_tables import gap_rows, table
from greffe.release.lifecycle import dataflow_named
from greffe.release.proposals import propose
from greffe.settings import EngineSettings

TABLE = "mappings/ESTAT/index_ssmsi_to_iccs.csv"
with (ROOT / "samples/published/ssmsi_infractions.csv").open(encoding="utf-8") as _stream:
    PUBLISHED = list(csv.DictReader(_stream))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A release in which homicides have no row, and kidnapping a row that says why it has no target; then a draft in
    which attempts have no row either."""
    folder = tmp_path_factory.mktemp("coverage")
    for path, body in shipped_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    lines = (folder / TABLE).read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("SSMSI_HOMICIDE,")]
    (folder / TABLE).write_text(
        "\n".join(lines).replace("SSMSI_ENLEVEMENT,ICCS020221,IDX-003,exact,exact", "SSMSI_ENLEVEMENT,,IDX-003,exact,not-available") + "\n",
        encoding="utf-8",
    )  # fmt: skip
    made = new_house(folder / "home", sdmx=folder / "sdmx", mappings=folder / "mappings")
    made.take_published()
    made.approve_map()
    made.draft()
    return made


def looked(house: House, subject: str = FLOW) -> Overview:
    return overview(house.parts, subject, lambda what: None)


def test_shares_by_rows_and_by_values(house):
    """16 lines of 15 years are 240 rows: 15 have no row in the map, 15 have one that says why."""
    (one,) = looked(house).covered
    (share,) = one.shares
    assert (share.indicator, share.rows, share.mapped, share.declared, share.unexplained) == (
        "SSMSI_INFR",
        len(PUBLISHED),
        len(PUBLISHED) - 30,
        15,
        15,
    )
    total = sum(Decimal(row["valeur"] or 0) for row in PUBLISHED)
    lost = sum(
        Decimal(r["valeur"] or 0) for r in PUBLISHED if r["index_ssmsi"] in ("SSMSI_HOMICIDE", "SSMSI_ENLEVEMENT")
    )
    assert (share.total, share.mapped_total) == (str(total), str(total - lost))
    assert (len(PUBLISHED), share.share_of_rows) == (240, "87.50")  # 210 of 240


def test_target_cells_are_filled_or_say_why(house):
    """21 codes of offence in two units: 14 lines are mapped, 7 codes have a reason; homicide and kidnapping have none."""
    (one,) = looked(house).covered
    assert (one.cells.expected, one.cells.filled) == (42, 28)
    assert (dict(one.cells.reasons), one.cells.without_reason) == ({"not-available": 10}, 4)
    assert {(c["iccs"], c["unit"]) for c in one.cells.unexplained} == {
        (iccs, unit) for iccs in ("ICCS0101", "ICCS020221") for unit in ("NR", "P_HTHAB")
    }


def test_gaps_are_rows_of_a_table(house, tmp_path):
    """The source codes with their weight and period, the cells, and what nobody reads; the file says the same."""
    rows = list(gap_rows(looked(house)))
    (homicide,) = [r for r in rows if r.get("codes") == "INDEX_SSMSI=SSMSI_HOMICIDE"]
    # 975 + 804 + 797 + 874 + 814 + 802 + 765 + 880 + 779 + 710 + 696 + 753 + 692 + 734 + 821, added by hand.
    assert (homicide["rows"], homicide["sum of values"], homicide["first period"], homicide["last period"]) == (
        15,
        "11896",
        "2008",
        "2022",
    )
    assert (homicide["why"], homicide["recipients"]) == ("NO REASON", "ESTAT")
    assert sum(r["what"] == "cell never filled" for r in rows) == 4
    out = tmp_path / "gaps.csv"
    away = run(house.parts.settings.home, "coverage", FLOW, "--out", str(out / "no" / "x.csv"))
    assert (away.code, "cannot be written" in away.err) == (Refused.exit_code, True)
    other = run(house.parts.settings.home, "coverage", FLOW, "--by", "foo")
    assert "Known: dataflow, recipient, questionnaire, indicator." in " ".join(other.err.split())
    done = run(house.parts.settings.home, "coverage", FLOW, "--out", str(out), "--json")
    assert done.code == 0, done.err
    with out.open(encoding="utf-8") as stream:
        assert [r["what"] for r in csv.DictReader(stream)] == [r["what"] for r in rows]
    assert done.json()["datasets"][0]["cells"]["without_reason"] == 4
    assert done.json()["selected"] == len(PUBLISHED)


def test_summed_up_by_recipient_dataflow_questionnaire_and_indicator(house):
    """The same rows and cells under each name; an unknown word is refused with the nearest."""
    found = looked(house, "ESTAT")
    columns, rows = table(found, "recipient")
    assert columns[0] == "recipient"
    assert [(r["recipient"], r["rows"], r["no reason"], r["explained"], r["cells"]) for r in rows] == [
        ("ESTAT", 240, 15, 15, 42)
    ]
    columns, rows = table(found, "questionnaire")
    shown = ("questionnaire", "question", "cells", "filled", "codes without target", "no reason")
    assert [tuple(r[c] for c in shown) for r in rows] == [("(no questionnaire)", "", 42, 28, 2, 1)]
    _, rows = table(found, "indicator")
    read = [r for r in rows if r["datasets"]]
    assert [(r["indicator"], r["mapped"]) for r in read] == [("SSMSI_INFR", 210)]
    assert {f.id for f in found.empty} >= {"ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_PRIS_CAP"}
    with pytest.raises(BadQuery, match="nothing to sum up by"):
        table(found, "recipients")
    with pytest.raises(NotFound, match="no draft, dataflow or recipient"):
        looked(house, "ESTATT")


def test_an_indicator_that_no_map_reads_says_why_or_is_named(house):
    """`no_target.csv` explains some; the others are told apart, and the mapped one is not among them."""
    unread = looked(house).unread
    assert "SSMSI_INFR" not in unread
    assert unread["ACC_PERS"].startswith("not-available: ")
    assert all(reason or name for name, reason in unread.items())


def test_what_changed_since_the_release_before(tmp_path):
    """A release of the shipped map (240 of 240 rows), then a draft of a map in which homicides have no row (225 of 240):
    one gap more, and 93.75 %."""
    made = new_house(tmp_path / "home", "published", "map")
    first = made.released()
    lines = (ROOT / TABLE).read_text(encoding="utf-8").splitlines(keepends=True)
    without = "".join(line for line in lines if not line.startswith("SSMSI_HOMICIDE,"))
    proposal = propose(made.parts, AUTHOR, {TABLE: without.encode()}, "Taken out.")
    for person in (FIRST, SECOND):
        approve_proposal(made.parts, person, proposal.id)
    made.clock.forward(minutes=1)
    draft = made.draft()
    (one,) = looked(made, draft.id).covered
    assert one.changes is not None
    assert one.changes.since == str(first)
    assert [(g["source"], g["rows"], g["total"]) for g in one.changes.lost] == [
        ({"INDEX_SSMSI": "SSMSI_HOMICIDE"}, 15, "11896")
    ]
    assert (one.changes.settled, one.changes.share_of_rows) == ((), ("100.00", "93.75"))
    (before,) = looked(made, str(first)).covered
    assert before.changes is None


def test_shares_are_exact_and_only_of_what_adds_up():
    """1 of 3 rows has no target: 66.67 %; a rate has no share of values; values 0.1 and 0.2 of 0.3 are not floats."""
    group = {"component": "x", "source": {}, "indicator": "A", "rows": 1, "total": "0.1", "declared": False}
    found = shares({"A": Weight(3, Decimal("0.3")), "R": Weight(2, Decimal("7"))}, [group], frozenset({"A"}))
    assert [(s.indicator, s.mapped, s.share_of_rows, s.share_of_values) for s in found] == [
        ("A", 2, "66.67", "66.67"), ("R", 2, "100.00", ""),
    ]  # fmt: skip
    assert (found[0].total, found[0].mapped_total, found[0].unexplained) == ("0.3", "0.2", 1)


AGES = {"T": frozenset({"MIN", "MAJ", "PM"})}
SEXES = {"T": frozenset({"1", "2", "9"})}


@pytest.mark.parametrize(
    ("held", "twice"),
    [
        ([("1", "T"), ("2", "T"), ("9", "PM")], False),  # a partition: the 9 legal persons once
        ([("1", "T"), ("2", "T"), ("9", "PM"), ("9", "T")], True),  # the same 9 under all ages: 18 would be weighed
        ([("1", "MIN"), ("1", "MAJ"), ("2", "T")], False),
        ([("T", "MIN"), ("1", "T")], True),  # boys are in both
        ([("T", "MIN"), ("1", "MAJ")], False),
    ],
)
def test_a_total_beside_its_parts_is_no_sum(tmp_path, held, twice):
    """Of 600 men, 375 women and 9 legal persons that are read twice, 975 of 993 would be 98.19 %, and it is 975 of 984,
    99.09 %: no share of values is shown. Another indicator's rows, and rows not selected, do not matter."""
    rows = [("A", *row) for row in held] + [("B", "1", "T"), ("B", "2", "T"), ("A", "T", "T")]
    with opened(EngineSettings(), tmp_path, []) as connection:
        connection.execute("CREATE TABLE s (INDICATEUR VARCHAR, SEXE VARCHAR, AGE VARCHAR)")
        connection.executemany("INSERT INTO s VALUES ($1, $2, $3)", rows)
        select = {"INDICATEUR": ["A", "B"], "AGE": ["T", "MIN", "MAJ", "PM"], "SEXE": ["1", "2", "9", "T"]}
        assert overlapping(connection, "s", select, {"SEXE": SEXES, "AGE": AGES}) == {"A"}
        connection.execute("DELETE FROM s WHERE SEXE = 'T' AND AGE = 'T'")
        assert overlapping(connection, "s", select, {"SEXE": SEXES, "AGE": AGES}) == ({"A"} if twice else set())
        assert overlapping(connection, "s", select, {"SEXE": {}}) == set()


def test_cells_of_a_small_table(tmp_path):
    """Two sexes, two units, one line only empty: filled, missing with its status, declared, and without a reason."""
    with opened(EngineSettings(), tmp_path, []) as connection:
        connection.execute(
            "CREATE TABLE o AS SELECT * FROM (VALUES ('M', 'NR', '5'), ('M', 'NR', NULL), ('F', 'NR', NULL)) "
            "t(sex, unit, OBS_VALUE)"
        )
        allowed = {"sex": frozenset({"M", "F"}), "unit": frozenset({"NR", "RT"})}
        left = [NotProvided({"unit": "RT", "sex": "M"}, "other-house", "theirs")]
        found = cells(connection, ("sex", "unit"), allowed, "o", left)
        assert (found.expected, found.filled, dict(found.reasons), found.without_reason) == (
            4,
            1,
            {"missing": 1, "other-house": 1},
            1,
        )
        assert found.unexplained == ({"sex": "F", "unit": "RT"},)
        connection.execute(
            "CREATE TABLE s AS SELECT 'A' AS INDICATEUR, CAST(1.5 AS DECIMAL(38,1)) AS OBS_VALUE, 'x' AS SEXE"
        )
        assert weights(connection, "s", {"SEXE": ["x"]}) == {"A": Weight(1, Decimal("1.5"))}


def test_no_address_of_the_service_shows_coverage(house):
    """Gaps and their sums are for staff: neither the documented addresses nor a guess gives them."""
    with TestClient(create_app(house.parts)) as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        assert not [p for p in paths if "coverage" in p or "effect" in p]
        flow = dataflow_named(house.parts, FLOW).reference
        for address in ("/coverage", f"/api/coverage/{flow.id}", f"/api/effect/{flow.id}"):
            assert client.get(address).status_code == 404
