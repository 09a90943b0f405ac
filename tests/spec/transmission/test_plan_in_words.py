"""What `transmissions plan` prints is for people: what differs, on what it depends, and what an installation lacks for a format."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from deliveries import PRIS, YEAR, Sending, larger, sending_house, sent_once
from typer.testing import CliRunner

from greffe.cli.whole import app


def planned(sending: Sending) -> str:
    words = ["transmissions", "plan", PRIS, str(YEAR), "--home", str(sending.house.parts.settings.home)]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 0, found.output
    return " ".join(found.stdout.split())


def test_it_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sending = sending_house(tmp_path, full="incremental", **{"sdmx-csv-2.0": "sdmx-ml-3.0"})
    monkeypatch.setenv("GREFFE_MAPPINGS", str(sending.house.parts.settings.mappings))
    lacks = "sdmx-ml-3.0 is read again before it leaves, which needs pysdmx: pip install greffe[publications]."
    assert lacks not in planned(sending)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pysdmx", None)
        assert lacks in planned(sending)
    first = sent_once(sending)
    sending.revise(*larger())
    said = planned(sending)
    assert "since the last one that left: 0 added, 1 changed, 0 gone" in said
    assert "depends on" not in said and "'added'" not in said
    second = sending.signed("Counted again.")
    assert second.corrects == first
    assert f"whole or what changed alone: that depends on what becomes of {second.id}" in planned(sending)
