"""Random tables against an attacker who knows everything that is published: written apart from the code under test.

The attacker gets the published table, the releases before it, and writes down his own equations: in every dimension a total is
the sum of its parts. He asks for the least and the most that each hidden cell can be, over real numbers (which is more than
whole ones allow, so that his interval is never wider than the truth allows for a reader of sums alone).
"""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path

import highspy
import numpy as np
import pytest
from examples import examples
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from protected import THRESHOLD, Protected, earlier, protected, totals, world

from greffe.catalogue.related_cells import Cells
from greffe.catalogue.relations import relations_of
from greffe.linear import blocks, intervals
from greffe.linear.system import System

EXAMPLES = examples(30)
N = THRESHOLD.n
PARTS = {0: ("T", ("M", "F")), 1: ("TOTAL", ("ADULT", "JUV")), 2: ("TOTAL", ("ICCS01", "ICCS02", "ICCS03"))}
HERE, WIDE = world(3), world(30)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, dict[tuple[str, ...], int]]:
    """A table of one to three dimensions, every cell there, counts often small, with all its totals."""
    dimensions = draw(st.integers(1, 3))
    kept = [PARTS[d][1] if d < dimensions else (PARTS[d][0],) for d in range(3)]
    count = st.one_of(st.integers(0, 6), st.integers(0, 60), st.integers(100, 900))
    cells = {(*key, "FR", "NR", "2020"): draw(count) for key in product(*kept)}
    above = [dict.fromkeys(PARTS[d][1], PARTS[d][0]) if d < dimensions else {} for d in range(3)]
    return dimensions, totals(cells, (*above, {}, {}, {}))


class Attacker:
    """One unknown a cell; in each dimension the total equals its parts; what is published is fixed; counts are not negative."""

    def __init__(
        self,
        keys: list[tuple[str, ...]],
        known: list[dict[tuple[str, ...], str | None]],
        partitions: dict[int, tuple[str, tuple[str, ...]]],
    ) -> None:
        self.number = {key: n for n, key in enumerate(keys)}
        model = highspy.HighsLp()
        rows = []
        for key, at in product(keys, partitions):
            total, parts = partitions[at]
            parts = [(*key[:at], p, *key[at + 1 :]) for p in parts]
            if key[at] == total and all(p in self.number for p in parts):
                rows.append([(self.number[key], 1.0), *((self.number[p], -1.0) for p in parts)])
        lower, upper = np.zeros(len(keys)), np.full(len(keys), highspy.kHighsInf)
        for publication in known:
            for key, value in publication.items():
                if value is not None and key in self.number:
                    lower[self.number[key]] = upper[self.number[key]] = float(value)
        model.num_col_, model.num_row_ = len(keys), len(rows)
        model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(len(keys)), lower, upper
        model.row_lower_ = model.row_upper_ = np.zeros(len(rows))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
        model.a_matrix_.index_ = np.array([n for row in rows for n, _ in row], dtype=np.int32)
        model.a_matrix_.value_ = np.array([f for row in rows for _, f in row])
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)  # one scheduler a process: the first to run decides
        self.solver.passModel(model)

    def interval(self, key: tuple[str, ...]) -> tuple[float, float]:
        found = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self.solver.changeColCost(self.number[key], 1.0)
            self.solver.changeObjectiveSense(sense)
            self.solver.run()
            status = self.solver.getModelStatus()
            unbounded = status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
            assert unbounded or status == highspy.HighsModelStatus.kOptimal, status
            found.append(highspy.kHighsInf if unbounded else self.solver.getInfo().objective_function_value)
            self.solver.changeColCost(self.number[key], 0.0)
        return found[0], found[1]


def unsafe(
    found: Protected,
    known: list[dict[tuple[str, ...], str | None]],
    partitions: dict[int, tuple[str, tuple[str, ...]]] = PARTS,
) -> dict[tuple[str, ...], tuple[float, float]]:
    """The primary cells whose interval is narrower than declared: from nought to twice the threshold."""
    attacker = Attacker(sorted(found.values), known, partitions)
    intervals = {key: attacker.interval(key) for key, conf in found.conf.items() if conf == "A"}
    return {key: (low, high) for key, (low, high) in intervals.items() if low > 1e-6 or high < 2 * N - 1e-6}


SETTINGS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(tables())
def test_no_interval_is_narrower_than_declared(table):
    """Whoever is not safe is named by an error; who is not named is safe. What is free is as it was."""
    _, cells = table
    found = protected(HERE, sorted(cells.items()))
    small = {key for key, value in cells.items() if 0 < value < N}
    assert small <= found.hidden
    assert all(found.values[key] == str(cells[key]) for key in set(cells) - found.hidden)
    named = {(*f.key.values(), f.period) for f in found.findings if f.severity == "error"}
    note(f"{len(cells)} cells, {len(small)} small, {len(found.hidden)} hidden, {len(named)} named")
    assert set(unsafe(found, [found.values])) <= named
    for key in named:  # a cell is given up only when nothing beside it is left to hide
        beside = {k for k in cells if sum(a != b for a, b in zip(k, key, strict=True)) == 1}
        assert beside <= found.hidden


@SETTINGS
@given(tables(), st.data())
def test_a_later_release_with_a_further_margin_opens_nothing(table, data):
    """First a table that lacks some of its totals, then the whole of it: with both in hand the attacker knows no more."""
    _, cells = table
    margins = sorted(k for k in cells if k[0] == "T" or k[1] == "TOTAL" or k[2] == "TOTAL")
    lacking = set(data.draw(st.lists(st.sampled_from(margins), min_size=1, unique=True)))
    with tempfile.TemporaryDirectory() as folder:
        first = protected(HERE, sorted((k, v) for k, v in cells.items() if k not in lacking), folder=Path(folder) / "1")
        second = protected(HERE, sorted(cells.items()), earlier=[earlier("OBS_PERSONS#1", Path(folder) / "1")])
    named = {(*f.key.values(), f.period) for f in second.findings if f.severity == "error"}
    opened = unsafe(second, [first.values, second.values])
    assert set(opened) <= named
    assert {k for k, conf in first.conf.items() if conf == "A"} <= second.hidden


@pytest.mark.parametrize("seed", range(3))
def test_large_blocks_are_as_safe(monkeypatch, seed):
    """The ways of large blocks (interior points, a few cells moving while all others stay), tried on one of some 400 cells:
    the attacker finds nothing, and the summary says which cells tables of real numbers prove."""
    for module, name, value in (
        (blocks, "WHOLE", 40), (blocks, "LARGE", 60), (blocks, "AROUND", 50), (intervals, "FEW", 5),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    chance = np.random.default_rng(seed)
    offences = tuple(f"ICCS{n:02}" for n in range(1, 31))
    weights = dict(zip(offences, chance.lognormal(2.5, 1.2, 30), strict=True))
    cells = {
        (s, a, o, "FR", "NR", "2020"): int(chance.poisson(weights[o] * (0.8 if s == "M" else 0.2)))
        for s, a, o in product(PARTS[0][1], PARTS[1][1], offences)
    }
    above = [dict.fromkeys(parts, total) for total, parts in (PARTS[0], PARTS[1], ("TOTAL", offences))]
    full = totals(cells, (*above, {}, {}, {}))
    found = protected(world(30), sorted(full.items()))
    assert not [f for f in found.findings if f.severity == "error"]
    assert unsafe(found, [found.values], {**PARTS, 2: ("TOTAL", offences)}) == {}
    assert any("tables of real numbers" in f.messages["en"] for f in found.findings)


@pytest.mark.parametrize("told", [True, False], ids=["true table told", "published alone"])
@pytest.mark.parametrize("seed", range(3))
def test_the_audit_names_the_cells_that_an_attacker_works_out(monkeypatch, seed, told):
    """A table of some 400 cells, of which so many are hidden by chance that some are safe and others are not: the audit names
    those whose interval holds one whole number, and only them. It does not matter whether it is told the true table."""
    monkeypatch.setattr(blocks, "WHOLE", 40)
    chance = np.random.default_rng(seed)
    offences = tuple(f"ICCS{n:02}" for n in range(1, 31))
    cells = {
        (s, a, o, "FR", "NR", "2020"): int(chance.poisson(4)) for s, a, o in product(PARTS[0][1], PARTS[1][1], offences)
    }
    above = [dict.fromkeys(parts, total) for total, parts in (PARTS[0], PARTS[1], ("TOTAL", offences))]
    full = totals(cells, (*above, {}, {}, {}))
    keys = sorted(full)
    published = {key: None if chance.random() < 0.55 else str(full[key]) for key in keys}
    attacker = Attacker(keys, [published], {**PARTS, 2: ("TOTAL", offences)})
    hidden = [n for n, key in enumerate(keys) if published[key] is None]
    spans = {n: attacker.interval(keys[n]) for n in hidden}
    given = {n for n, (low, high) in spans.items() if np.floor(high + 1e-6) - np.ceil(low - 1e-6) < 1}
    relations = relations_of(WIDE.catalogue.codelists(WIDE.structure), WIDE.structure)
    values = [None if published[key] is None else full[key] for key in keys]
    equations = list(Cells(relations, keys, values).equations())
    truth = [full[key] for key in keys]
    system = System(truth if told else list(values), [v is not None for v in values], equations)
    assert max(map(len, system.blocks(hidden))) > 40
    assert 0 < len(given) < len(hidden)
    assert intervals.exact(system, hidden) == given
    if told:  # a true table that is not true proves nothing: what it says is checked against every equation
        free = next(n for n in hidden if n not in given)
        system.values[free] = truth[free] + 1
        assert intervals.exact(system, hidden) == given
