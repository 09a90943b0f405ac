"""What the parts of the suite cost against tests/budget.csv, told before the last line of a whole run: a plugin of pytest.

Seconds are those of the tests and of what they set up, added over the workers, so that they are the same with one worker or
two on idle cores; CPU seconds, with those of the processes that tests start, are the same on busy ones. Over the budget is a
warning for a person to act on and fails nothing: a machine is as slow as it is.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Generator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

BUDGET = Path(__file__).parents[1] / "budget.csv"


@dataclass
class Spent:
    """What the tests of one row took."""

    tests: int = 0
    seconds: float = 0
    cpu: float = 0


def budget() -> dict[str, int]:
    """Seconds by folder or file, as paths from the root; a file that has a row does not count in that of its folder."""
    with BUDGET.open(encoding="utf-8", newline="") as stream:
        return {row["under"]: int(row["seconds"]) for row in csv.DictReader(stream)}


def row_of(nodeid: str, rows: Collection[str]) -> str:
    """The row that a test counts in: that of its file or of the nearest folder; "elsewhere" when none is."""
    file = PurePosixPath(nodeid.split("::", 1)[0])
    return next((str(p) for p in (file, *file.parents) if str(p) in rows), "elsewhere")


def table(spent: dict[str, Spent], allowed: dict[str, int]) -> list[tuple[str, bool]]:
    """Lines to print, and of each whether it tells that a budget was exceeded."""
    lines = [(f"{'seconds':>8} {'budget':>7} {'CPU':>7} {'tests':>6}", False)]
    for row, one in sorted(spent.items()):
        over = one.seconds > allowed.get(row, 0)
        told = f"{one.seconds:8.0f} {allowed.get(row, 0):7} {one.cpu:7.0f} {one.tests:6}  {row}"
        lines.append((told + (" is over its budget" if over else ""), over))
    all_ = [sum(getattr(s, n) for s in spent.values()) for n in ("seconds", "cpu", "tests")]
    lines.append((f"{all_[0]:8.0f} {sum(allowed.values()):7} {all_[1]:7.0f} {all_[2]:6}  in all", False))
    return lines


class Times:
    """Measures in the process that runs a test, adds up in the one that reports."""

    def __init__(self) -> None:
        self.allowed = budget()
        self.spent: dict[str, Spent] = {}
        self.last = _cpu()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now = _cpu()
        report.cpu, self.last = now - self.last, now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = self.spent.setdefault(row_of(report.nodeid, self.allowed), Spent())
        one.tests += report.when == "call"
        one.seconds += report.duration
        one.cpu += getattr(report, "cpu", 0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """After a whole run only: part of the tests says nothing of a budget."""
        whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS
        if not whole or config.option.keyword or config.option.markexpr or not self.spent:
            return
        terminalreporter.section("time against tests/budget.csv")
        for line, over in table(self.spent, self.allowed):
            terminalreporter.write_line(line, yellow=over, bold=over)


def _cpu() -> float:
    """Seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Times(), "times")
