"""What was measured beside what was asked: printed as it comes, and as a Markdown table at the end; and on which machine."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure. `bound` None: it is told, nothing is asked of it."""

    part: str
    what: str
    found: float
    unit: str
    bound: float | None
    least: bool

    @property
    def good(self) -> bool:
        """Within its bound."""
        return self.bound is None or (self.found >= self.bound if self.least else self.found <= self.bound)

    @property
    def asked(self) -> str:
        """The bound in words."""
        return "" if self.bound is None else f"{'≥' if self.least else '≤'} {self.bound:,.0f} {self.unit}"

    @property
    def verdict(self) -> str:
        """ok, MISSED or nothing."""
        return "" if self.bound is None else "ok" if self.good else "MISSED"


class Bounds:
    """Figures by part. `quiet`: nothing is printed before the end."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.rows: list[Row] = []
        self._quiet, self._part = quiet, ""

    def part(self, name: str) -> None:
        """What comes next is of this part."""
        self._part = name
        if not self._quiet:
            print(name, flush=True)

    def say(self, what: str, found: float, bound: float | None, unit: str, *, least: bool = False) -> None:
        """One figure."""
        row = Row(self._part, what, found, unit, bound, least)
        self.rows.append(row)
        if not self._quiet:
            print(f"  {what:<58}{_short(found):>12} {unit:<6}{row.asked:>16}  {row.verdict}", flush=True)

    @property
    def missed(self) -> list[str]:
        """Those that are not within their bounds."""
        return [f"{row.part}: {row.what}" for row in self.rows if not row.good]

    def markdown(self) -> str:
        """A table for each part."""
        lines: list[str] = []
        for name in dict.fromkeys(row.part for row in self.rows):
            lines += [f"### {name}", "", "| | found | bound | |", "|---|---:|---:|---|"]
            lines += [
                f"| {r.what} | {_short(r.found)} {r.unit} | {r.asked} | {r.verdict} |"
                for r in self.rows
                if r.part == name
            ]
            lines.append("")
        return "\n".join(lines)


def _short(found: float) -> str:
    return f"{found:,.0f}" if abs(found) >= 1_000 else f"{found:,.1f}" if abs(found) >= 10 else f"{found:,.2f}"


def machine() -> str:
    """Where this was measured, and how busy that was."""
    names = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024**2
    load = ", ".join(f"{found:.1f}" for found in os.getloadavg())
    processors = len(os.sched_getaffinity(0))
    python = sys.version.split()[0]
    return (
        f"{processors} processors ({names[0] if names else 'unknown'}), {memory:.0f} GB, Python {python}; load {load}"
    )
