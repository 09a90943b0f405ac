"""The threat model names the tests that hold its lines: each is there, and no line is without one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/threat-model.md"


def test_every_mitigation_names_a_test_that_is_there() -> None:
    """A row of STRIDE ends with files below tests/, which hold tests."""
    rows = [
        line
        for line in PAGE.read_text("utf-8").splitlines()
        if re.match(r"\| (spoof|tamp|repud|discl|denial|elev)", line)
    ]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[a-z_/]+\.py)`", row.split("|")[-2])
        assert named, row
        for name in named:
            assert "\ndef test_" in (ROOT / name).read_text("utf-8"), name


def test_every_kind_of_threat_is_there() -> None:
    """All six of STRIDE at the border to the network."""
    border = PAGE.read_text("utf-8").split("### ")[1]
    kinds = {line.split("|")[1].strip() for line in border.splitlines() if line.startswith("| ")}
    assert kinds >= {"spoofing", "tampering", "repudiation", "disclosure", "denial", "elevation"}
