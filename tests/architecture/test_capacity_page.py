"""docs/reference/capacity.md says what its figures and sizes lead to, and nothing that was typed in."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("capacity_page", ROOT / "benchmarks/capacity/page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_was_measured(page: ModuleType):
    text = (ROOT / "docs/reference/capacity.md").read_text()
    assert text == page.renewed(text, page.measured(), page.sizes()), "python benchmarks/capacity/page.py"


def test_needs_are_worked_out_by_hand(page: ModuleType):
    """100 dataflows, 200 M observations: 2 M each. A request: 0.8 × 1 + 0.15 × 10 + 0.04 × 5 + 0.01 × 2 × 500 = 12.5 ms; at 60 %
    of a processor 48 a second; 100 at the peak need 3 processes. A start: 2 + 0.1 × 10 s; memory (300 + 0.1 × 1000) × 1.3 MB."""
    found = {
        "series, ms": 1, "slice of 7,752 observations, ms": 10, "structure, ms": 5, "dump, a million observations, ms": 500,
        "process that answered, MB": 300, "process, MB a thousand dataflows": 1000, "start, s": 2,
        "start, s a thousand dataflows": 10, "release and serving files, bytes an observation": 30,
        "release file, bytes an observation": 5, "publish a million observations, s": 3, "every dataflow, ms a thousand": 40,
    }  # fmt: skip
    needs = page.Needs(page.Size("x", 100, 200_000_000, 300, 100, "hand"), found)
    assert needs.request == pytest.approx(12.5)
    assert needs.rate == pytest.approx(48)
    assert needs.processes == 3
    assert needs.memory == pytest.approx(0.52)
    assert needs.start == pytest.approx(3)
    assert needs.disk == pytest.approx(6)
    assert needs.bucket == pytest.approx(3)  # 300 releases of 2 M observations of 5 bytes
    assert needs.publishing == pytest.approx(0.5)  # 300 × 2 × 3 s
    assert needs.limits[0].what == "start of a process"
