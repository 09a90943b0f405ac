"""Every published observation of the demonstration, of every flow and calculation: made again to the last digit, and its
lineage the same forward, backward, for one figure and for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from greffe.app import compose
from greffe.arrow import pq
from greffe.model.trace import Trace
from greffe.release.explain import explain
from greffe.release.lineage import RELEASED, again, differences, write_lineage
from greffe.release.made import made
from greffe.release.parts import Parts
from greffe.release.uses import uses
from greffe.settings import read_settings

FOLLOWED = ("ESTAT_CRIM_OFF_CAT", "UNODC_JUSTICE", "CEPEJ_STAT")  # sums, rates, formulas and lags among them


@pytest.fixture(scope="module")
def parts(demo_home) -> Parts:
    return compose(read_settings(home=demo_home))


@pytest.fixture(scope="module")
def flows(parts) -> list[str]:
    return list(dict.fromkeys(r.dataflow.id for r in parts.ledger().releases.values()))


@pytest.fixture(scope="module")
def tables(parts, flows, tmp_path_factory) -> dict[str, list[dict]]:
    """The lineage of every flow."""
    folder, found = tmp_path_factory.mktemp("lineages"), {}
    for flow in flows:
        release = made(parts, flow)
        written = write_lineage(parts, release, folder / f"{flow}.parquet", lambda stage: None)
        found[flow] = pq.read_table(folder / f"{flow}.parquet").to_pylist()
        assert (written.observations, written.rows) == (release.release.observations, len(found[flow]))
    return found


def test_every_published_observation_is_made_again_value_status_and_comment(parts, flows):
    """In one pass for each flow; `differences` compares every attribute."""
    assert len(flows) >= 26
    for flow in flows:
        with again(parts, made(parts, flow)) as found:
            origin = found.made.inputs.origin
            assert differences(found.connection, found.lineage, RELEASED, origin) == ()


def by_observation(parts: Parts, flow: str, rows: list[dict]) -> dict[tuple[str, str], list[dict]]:
    found = defaultdict(list)
    dims = made(parts, flow).structure.dimension_ids
    for row in rows:
        found[".".join(row[d] for d in dims), row["TIME_PERIOD"]].append(row)
    return found


def test_the_parts_of_a_mapped_observation_add_up_to_what_was_published(parts, tables):
    """Exactly, as decimals; and a missing one has a missing part."""
    sums = 0
    for flow, rows in tables.items():
        observations = by_observation(parts, flow, rows)
        assert len(observations) == made(parts, flow).release.observations
        for place, behind in observations.items():
            if behind[0]["calculation"] != "mapped":
                continue
            values = [r["internal_value"] for r in behind]
            assert {r["role"] for r in behind} == {"part"}
            if behind[0]["OBS_VALUE"] is None:
                assert None in values or behind[0]["OBS_STATUS"] == "Q", (flow, place)
            else:
                assert sum(map(Decimal, values)) == Decimal(behind[0]["OBS_VALUE"]), (flow, place)
                sums += len(values) > 1
    assert sums > 50


def all_of(trace: Trace) -> Iterator[Trace]:
    yield trace
    for operand in trace.operands:
        yield from all_of(operand)


def test_explain_agrees_with_the_release_and_with_the_table_for_every_calculation(parts, tables):
    """One observation of each calculation of each flow, the one with the most internal rows, and one that is mapped."""
    kinds = set()
    for flow, rows in tables.items():
        calculations = {c.id: c.kind for c in made(parts, flow).map.calculations}
        most: dict[str, tuple[str, str]] = {}
        observations = by_observation(parts, flow, rows)
        for place, behind in observations.items():
            origin = behind[0]["calculation"]
            if origin not in most or len(behind) > len(observations[most[origin]]):
                most[origin] = place
        for origin, (key, period) in most.items():
            found = explain(parts, f"{flow}/{key}", period)
            assert found.agrees, (flow, key, period)
            kinds.add(calculations.get(origin, origin))
            traces = list(all_of(found.trace))
            behind = [r for r in observations[key, period] if r["extract"]]
            assert {(s.extract, s.row) for t in traces for s in t.sources} == {(r["extract"], r["row"]) for r in behind}
            steps = {f"{m.file}:{m.row_id}" for t in traces for m in t.mappings}
            assert steps == {step for r in behind for step in r["mapping_rows"]}
    assert kinds >= {"mapped", "rate", "total", "formula", "lag"}


def test_backward_names_the_observations_in_whose_lineage_an_internal_row_is(parts, tables):
    """For a part, an operand and a denominator: over all releases, exactly those, with their roles."""
    everywhere = defaultdict(set)
    for flow, rows in tables.items():
        for (key, period), behind in by_observation(parts, flow, rows).items():
            for row in behind:
                everywhere[row["extract"], row["row"]].add((flow, key, period, row["role"]))
    for flow in FOLLOWED:
        rows = tables[flow]
        for role in ("part", "operand", "denominator"):
            row = next((r for r in reversed(rows) if r["role"] == role), None)
            if row is None:
                continue
            cells = {
                n.removeprefix("internal_"): v
                for n, v in row.items()
                if n.startswith("internal_") and n.upper() == n.replace("internal", "INTERNAL") and v is not None
            }
            period = cells.pop("TIME_PERIOD")
            found = uses(parts, row["internal_dataflow"], cells, period)
            (one,) = (f for f in found if (f.observation.extract, f.observation.row) == (row["extract"], row["row"]))
            named = {(u.dataflow.partition(":")[2].partition("(")[0], ".".join(u.key.values()), u.period, u.role)
                     for u in one.uses if u.published}  # fmt: skip
            assert named == everywhere[row["extract"], row["row"]], (flow, role)


def test_what_is_not_mapped_says_by_which_row(greffe):
    """Legal persons have no sex: the row of the map says so, in every flow that reads them."""
    cells = ("INDICATEUR=PEN_PQ_POURS", "SEXE=9", "AGE=PM", "NATAFF=T", "NATIONALITE=T")
    asked = [word for cell in cells for word in ("--cell", cell)]
    (one,) = greffe("explain", "--from", "INT_JUSTICE", *asked, "--period", "2022", "--json").json()["observations"]
    said = {(u["release"], u["component"]): u for u in one["unused"]}
    no = said["ESTAT_CRIM_JUST_SEX#1", "sex"]
    assert no["row"].startswith("mappings/ESTAT/sexe_to_sex.csv:SEX-")
    assert no["why"].startswith("not-applicable: ")
    told = greffe("explain", "--from", "INT_JUSTICE", *asked, "--period", "2022").out
    assert "not in ESTAT_CRIM_JUST_SEX#1: sex: not-applicable: " in told
