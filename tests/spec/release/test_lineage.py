"""The lineage of a release and the uses of an internal observation, on figures that were really published, by hand."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from house import FLOW, PUBLISHED, House, new_house
from journey_tools import inside as run

from greffe.arrow import pq
from greffe.errors import BadQuery, Broken, NotFound, Refused
from greffe.mapping.readers import READ
from greffe.mapping.words import CALCULATIONS
from greffe.release import lineage
from greffe.release.made import made
from greffe.release.uses import Followed, uses

ROWS = "mappings/ESTAT/index_ssmsi_to_iccs.csv"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One released dataset, of published figures."""
    return new_house(tmp_path_factory.mktemp("lineage") / "home", "published", "map", "released")


@pytest.fixture(scope="module")
def table(house, tmp_path_factory) -> Path:
    """The lineage of that dataset."""
    out = tmp_path_factory.mktemp("written") / "lineage.parquet"
    written = lineage.write_lineage(house.parts, made(house.parts, FLOW), out, lambda stage: None)
    assert (written.release, written.observations, written.rows) == (f"{FLOW}#1", 480, 720)
    return out


def test_the_file_is_for_the_eyes_of_its_owner_only(house, tmp_path):
    """It holds internal values, whoever the folder is open to; also where another file stood."""
    out = tmp_path / "lineage.parquet"
    out.touch(mode=0o644)
    lineage.write_lineage(house.parts, made(house.parts, FLOW), out, lambda stage: None)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]


def differences(found: lineage.Again) -> tuple[lineage.Difference, ...]:
    return lineage.differences(found.connection, found.lineage, lineage.RELEASED, found.made.inputs.origin)


def rows_of(table: Path, **wanted: str) -> list[dict]:
    rows = pq.read_table(table).to_pylist()
    return [r for r in rows if all(r[name] == value for name, value in wanted.items())]


def test_a_count_is_one_internal_row_and_a_rate_has_its_count_and_its_population(table):
    """975 homicides of 2008 over 64,007,193 inhabitants: 1.52, as Eurostat published."""
    (count,) = rows_of(table, iccs="ICCS0101", unit="NR", TIME_PERIOD="2008")
    assert (count["OBS_VALUE"], count["calculation"], count["role"]) == ("975", "mapped", "part")
    assert (count["internal_value"], count["internal_TIME_PERIOD"], count["internal_dataflow"]) == (
        "975", "2008", "SSER:INT_SSMSI(1.0.0)",
    )  # fmt: skip
    assert f"{ROWS}:IDX-001" in count["mapping_rows"]
    operand, denominator = sorted(
        rows_of(table, iccs="ICCS0101", unit="P_HTHAB", TIME_PERIOD="2008"), key=lambda r: r["role"], reverse=True
    )
    assert {r["OBS_VALUE"] for r in (operand, denominator)} == {"1.52"}
    assert (operand["role"], operand["calculation"], operand["internal_value"]) == ("operand", "rate", "975")
    assert (operand["cell"], operand["cell_period"]) == ("A.ICCS0101.NR.FR", "2008")
    assert (operand["extract"], operand["row"]) == (count["extract"], count["row"])
    assert (denominator["role"], denominator["internal_value"]) == ("denominator", "64007193")
    assert (denominator["internal_dataflow"], denominator["internal_INDICATEUR"]) == (
        "SSER:INT_POPULATION(1.0.0)", "POP_1JAN",
    )  # fmt: skip


def test_the_file_says_what_it_is_and_whom_it_is_for(house, table):
    found = made(house.parts, FLOW)
    said = {k.decode(): v.decode() for k, v in pq.read_schema(table).metadata.items() if k.startswith(b"greffe")}
    assert said["greffe.notice"].startswith("For staff only")
    assert (said["greffe.release"], said["greffe.map_checksum"]) == (f"{FLOW}#1", found.map.checksum)
    assert set(json.loads(said["greffe.extracts"])) == {r["extract"] for r in rows_of(table)}
    assert {(r["map"], r["map_checksum"]) for r in rows_of(table)} == {(str(found.map.reference), found.map.checksum)}


def test_a_figure_that_was_changed_behind_the_back_of_the_house_is_told_and_nothing_is_written(house, tmp_path):
    """Value, attribute and absence, each alone; the command refuses to write a lineage of what was not published."""
    release = made(house.parts, FLOW)
    changes = {
        "UPDATE released SET OBS_VALUE = '976' WHERE iccs = 'ICCS0101' AND unit = 'NR' AND TIME_PERIOD = '2008'": (
            "OBS_VALUE", "976", "975",
        ),
        "UPDATE released SET COMMENT_OBS = 'mine' WHERE iccs = 'ICCS0101' AND unit = 'NR' AND TIME_PERIOD = '2008'": (
            "COMMENT_OBS", "mine", None,
        ),
        "DELETE FROM released WHERE iccs = 'ICCS0101' AND unit = 'NR' AND TIME_PERIOD = '2008'": ("", None, "975"),
    }  # fmt: skip
    for change, wanted in changes.items():
        with lineage.again(house.parts, release) as found:
            assert differences(found) == ()
            found.connection.execute(change)
            (one,) = differences(found)
        assert (one.column, one.released, one.made) == wanted
        assert (one.key["iccs"], one.period) == ("ICCS0101", "2008")


def test_a_value_that_was_withheld_agrees_and_is_in_the_lineage_of_staff(tmp_path):
    """A confidential count is published empty, and so is its rate: status Q; the internal value stays in the file."""
    house = new_house(tmp_path / "home")
    text = (PUBLISHED / "ssmsi_infractions.csv").read_text(encoding="utf-8")
    first = "SSMSI_INFR,FR,FR,2008,A,fr_met_drom,SSMSI_HOMICIDE,975,infraction,D,"
    assert text.count(first) == 1
    (tmp_path / "changed.csv").write_text(text.replace(first, f"{first}C1"), encoding="utf-8")
    house.take(tmp_path / "changed.csv", "INT_SSMSI")
    house.take(PUBLISHED / "population.csv", "INT_POPULATION")
    house.approve_map()
    house.released()
    release, out = made(house.parts, FLOW), tmp_path / "l.parquet"
    lineage.write_lineage(house.parts, release, out, lambda stage: None)
    rows = rows_of(out, iccs="ICCS0101", TIME_PERIOD="2008")
    assert {(r["unit"], r["OBS_VALUE"], r["OBS_STATUS"]) for r in rows} == {("NR", None, "Q"), ("P_HTHAB", None, "Q")}
    assert [r["internal_value"] for r in rows if r["role"] == "part"] == ["975"]


def test_every_kind_of_calculation_is_called_by_its_name_in_both_languages(house):
    assert set(CALCULATIONS) == set(READ)
    asked = ("explain", f"{FLOW}/A.ICCS0101.P_HTHAB.FR", "2008")
    told = {lang: run(house.parts.settings.home, *asked, "--lang", lang).out for lang in ("en", "fr")}
    assert "calculation rate, rate on a population: 975 / 64007193 × 100000, rounded to 2 (" in told["en"]
    assert (
        "calcul rate, taux rapporté à une population : 975 / 64007193 × 100000, arrondi à 2 décimales (" in told["fr"]
    )


def test_what_does_not_come_out_as_published_has_no_lineage(house, tmp_path, monkeypatch):
    one = lineage.Difference({"iccs": "ICCS0101"}, "2008", "OBS_VALUE", "976", "975")
    monkeypatch.setattr(lineage, "differences", lambda *asked, **more: (one,))
    with pytest.raises(Broken, match="ICCS0101 2008 OBS_VALUE 976 and 975"):
        lineage.write_lineage(house.parts, made(house.parts, FLOW), tmp_path / "no.parquet", lambda stage: None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(house, tmp_path):
    with pytest.raises(Refused, match="cannot be written"):
        lineage.write_lineage(house.parts, made(house.parts, FLOW), tmp_path / "no/x.parquet", lambda stage: None)


def followed(house: House, flow: str, period: str = "", **cells: str) -> tuple[Followed, ...]:
    return uses(house.parts, flow, cells, period)


def test_an_internal_count_is_in_the_count_and_in_the_rate(house, table):
    (homicides,) = followed(house, "INT_SSMSI", "2008", INDICATEUR="SSMSI_INFR", INDEX_SSMSI="SSMSI_HOMICIDE")
    assert homicides.observation.text == "975"
    count, rate = homicides.uses
    assert (count.value, count.role, count.calculation, count.published) == ("975", "part", "mapped", True)
    assert (rate.value, rate.role, rate.calculation, rate.cell) == ("1.52", "operand", "rate", "A.ICCS0101.NR.FR")
    assert f"{ROWS}:IDX-001" in count.mapping_rows
    assert homicides.unused == ()
    place = (homicides.observation.extract, homicides.observation.row)
    named = {(r["iccs"], r["unit"], r["TIME_PERIOD"]) for r in rows_of(table) if (r["extract"], r["row"]) == place}
    assert named == {(u.key["iccs"], u.key["unit"], u.period) for u in homicides.uses}


def test_a_population_is_the_denominator_of_every_rate_of_its_year(house):
    (people,) = followed(house, "INT_POPULATION", "2008")
    assert {u.role for u in people.uses} == {"denominator"}
    assert {(u.key["unit"], u.period) for u in people.uses} == {("P_HTHAB", "2008")}
    assert len(people.uses) == 16


def test_a_population_of_a_year_without_counts_says_what_would_read_it(house):
    (people,) = followed(house, "INT_POPULATION", "2024")
    (no,) = people.unused
    assert people.uses == ()
    assert no.why.startswith("rate divides by INDICATEUR=POP_1JAN")


@pytest.mark.parametrize(
    ("flow", "period", "cells", "error", "said"),
    [
        ("INT_SSMSI", "2008", {"INDEX_SSMS": "X"}, BadQuery, "no dimension INDEX_SSMS. Nearest: INDEX_SSMSI."),
        ("INT_SSMSI", "2008", {"INDICATEUR": "SSMSI_INF"}, BadQuery, "no code SSMSI_INF. Nearest: SSMSI_INFR"),
        ("INT_SSMSI", "", {}, BadQuery, "More than 20 internal observations have these codes"),
        ("INT_SSMSI", "1900", {}, NotFound, "No current release is made from an extract with such an observation"),
        ("INT_SSMS", "2008", {}, NotFound, "INT_SSMSI"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(house, flow, period, cells, error, said):
    with pytest.raises(error) as raised:
        uses(house.parts, flow, cells, period)
    assert said in raised.value.text()


def test_the_commands_tell_the_same(house, table, tmp_path):
    """`greffe explain --from`, as text and as JSON, and `greffe lineage`."""
    home, out = house.parts.settings.home, tmp_path / "l.parquet"
    asked = ("explain", "--from", "INT_SSMSI", "--cell", "INDEX_SSMSI=SSMSI_HOMICIDE", "--period", "2008")
    told = run(home, *asked).out
    assert f"{FLOW}#1/A.ICCS0101.NR.FR 2008 = 975: part" in told
    assert "operand of rate, through A.ICCS0101.NR.FR 2008" in told
    (one,) = run(home, *asked, "--json").json()["observations"]
    assert [(u["value"], u["role"]) for u in one["uses"]] == [("975", "part"), ("1.52", "operand")]
    assert run(home, "lineage", FLOW, "--out", str(out), "--json").json()["rows"] == 720
    assert pq.read_table(out).equals(pq.read_table(table))
    assert run(home, "lineage", FLOW, "--out", str(tmp_path / "no/x")).code == Refused.exit_code
    for cell in ("FREQ=NOPE", "NOPE=A"):
        unknown = run(home, "explain", "--from", "INT_SSMSI", "--cell", cell)
        assert (unknown.code, "Known: " in unknown.err) == (2, True), unknown.err
    wrong = run(home, "explain", "--from", "INT_SSMSI", "--cell", "INDEX_SSMSI")
    assert (wrong.code, "'INDEX_SSMSI' is not COMPONENT=CODE" in wrong.err) == (2, True)
    wrong = run(home, "explain", FLOW)
    assert (wrong.code, "A series and a period" in wrong.err) == (2, True)
