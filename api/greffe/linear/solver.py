"""The one door to HiGHS: a linear programme, with whole unknowns when asked, in arrays."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
INFINITE: Final = float(highspy.kHighsInf)
MOST_SECONDS: Final = 60.0  # of one programme; one that takes longer counts as one without an answer


@dataclass
class Programme:
    """Minimise cost · x where lower ≤ x ≤ upper and each row's sum lies between its two sides."""

    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def unknown(self, lower: float, upper: float, cost: float = 0.0) -> int:
        """Add an unknown; its number."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, terms: Sequence[tuple[int, int]], least: float, most: float) -> None:
        """Add a row: terms are (unknown, factor)."""
        for column, factor in terms:
            self.columns.append(column)
            self.factors.append(float(factor))
        self.starts.append(len(self.columns))
        self.least.append(least)
        self.most.append(most)

    def solved(self, *, whole: bool = False, inside: bool = False) -> Floats | None:
        """The unknowns at the least cost, or None: there is no solution, or none was found in time. The same programme
        gives the same answer: one thread, no start from chance. `inside`: by an interior point and no corner, which is
        what large programmes can be had by."""
        solver = self.opened(whole=whole)
        for option, value in _INSIDE if inside else ():
            solver.setOptionValue(option, value)
        return _answer(solver)

    def opened(self, *, whole: bool) -> highspy.Highs:
        """A solver that has read the programme."""
        solver = _opened()
        for option, value in _OPTIONS:
            solver.setOptionValue(option, value)
        solver.passModel(self._model(whole))
        return solver

    def _model(self, whole: bool) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self.least)
        model.col_cost_, model.col_lower_, model.col_upper_ = _array(self.cost), _array(self.lower), _array(self.upper)
        model.row_lower_, model.row_upper_ = _array(self.least), _array(self.most)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.asarray(self.starts, dtype=np.int32)
        model.a_matrix_.index_ = np.asarray(self.columns, dtype=np.int32)
        model.a_matrix_.value_ = _array(self.factors)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return model


class Session:
    """One programme asked many times, with other bounds and costs each: every answer starts from the one before."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._solver = programme.opened(whole=False)

    def solved(self, bounds: Mapping[int, tuple[float, float]], costs: Mapping[int, float]) -> Floats | None:
        """The unknowns at the least cost with these bounds and costs in place of those of the programme."""
        given = self._programme
        for column, (lower, upper) in bounds.items():
            self._solver.changeColBounds(column, lower, upper)
        for column, cost in costs.items():
            self._solver.changeColCost(column, cost)
        found = _answer(self._solver)
        for column in bounds:
            self._solver.changeColBounds(column, given.lower[column], given.upper[column])
        for column in costs:
            self._solver.changeColCost(column, given.cost[column])
        return found


_OPTIONS: Final[tuple[tuple[str, bool | int | float | str], ...]] = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 0),
    ("time_limit", MOST_SECONDS),
    ("mip_rel_gap", 0.0),
)

_INSIDE: Final[tuple[tuple[str, str | float], ...]] = (
    ("solver", "ipx"),
    ("run_crossover", "off"),
    ("time_limit", 10 * MOST_SECONDS),
)


def _answer(solver: highspy.Highs) -> Floats | None:
    """The unknowns at the least cost, or None. Raises RuntimeError when the solver refuses to run at all: that it found
    nothing must never be taken from one that did not look."""
    solver.run()
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kNotset, highspy.HighsModelStatus.kModelError):
        raise RuntimeError("HiGHS did not run: its threads are set otherwise by another user in this process.")
    if status != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value, dtype=np.float64)


@contextmanager
def _without_banner() -> Iterator[None]:
    """HiGHS tells its licence on standard output when the first solver is made, whatever its options say: that output is
    what commands answer with."""
    with _FIRST:
        try:
            kept = os.dup(1)
        except OSError:  # there is no standard output
            yield
            return
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            try:
                yield
            finally:
                os.dup2(kept, 1)
                os.close(kept)


def _opened() -> highspy.Highs:
    if _SAID.is_set():
        return highspy.Highs()  # type: ignore[no-untyped-call]
    sys.stdout.flush()
    with _without_banner():
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
    _SAID.set()
    return solver


_FIRST: Final = threading.Lock()
_SAID: Final = threading.Event()


def _array(numbers: Sequence[float]) -> Floats:
    return np.asarray(numbers, dtype=np.float64)
