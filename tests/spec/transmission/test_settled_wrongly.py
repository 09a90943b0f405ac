"""A person may be wrong about what never came, and a file may not be taken yet: neither makes anything leave twice, or unknown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from deliveries import SENDER, YEAR, Sending, larger, sending_house
from https_server import Endpoint
from typer.testing import CliRunner

from greffe.cli.whole import app
from greffe.model.transmissions import Transmission
from greffe.transmission.running import TRIES, run
from greffe.transmission.ways import read_channels

UNTIL = date(2030, 12, 31)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    made = sending_house(tmp_path_factory.mktemp("wrong"))
    settings = made.house.parts.settings
    made.house.parts.settings = replace(settings, channels=settings.home / "channels.toml")
    return made


def channel(home: Sending, values: Mapping[str, object]) -> None:
    said = "\n".join(f"{k} = {json.dumps(v)}" for k, v in values.items())
    (home.house.parts.settings.home / "channels.toml").write_text(f"[edamis]\n{said}\n", encoding="utf-8")


def words(home: Sending, act: str, one: Transmission, *more: str) -> list[str]:
    return ["transmissions", act, one.id, *more, "--as", SENDER.name, "--home", str(home.house.parts.settings.home)]


def said(home: Sending, act: str, one: Transmission, *more: str) -> Result:
    return CliRunner().invoke(app, words(home, act, one, *more))


def killed_after_it_was_taken(home: Sending, endpoint: Endpoint, one: Transmission) -> None:
    """The endpoint has the file, and has not answered yet, when the process that sent it is killed."""
    before, endpoint.fault = len(endpoint.accepted), "timeout after"
    sender = subprocess.Popen([sys.executable, "-m", "greffe", *words(home, "send", one)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(endpoint.accepted) == before and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(sender.pid, signal.SIGKILL)
    assert sender.wait() == -signal.SIGKILL
    endpoint.fault = ""
    assert (len(endpoint.accepted), home.state(one.id)) == (before + 1, "sending")


def test_what_the_other_side_has_is_not_settled_as_lost(home: Sending, tmp_path: Path):
    lost, knows = ("--not-arrived", "--reason", "The help desk does not see it."), "--although-it-says-so"
    with Endpoint(tmp_path / "tls") as endpoint:
        channel(home, endpoint.settings())
        one = home.signed()
        killed_after_it_was_taken(home, endpoint, one)
        refused = said(home, "settle", one, *lost)
        assert refused.exit_code == 3, refused.output
        assert f"says that it has all of {one.id}" in " ".join(refused.output.split())
        assert home.state(one.id) == "sending"
        # Its status is out of order while the person says so: it is believed, and asked again before anything leaves.
        endpoint.status = 503
        assert said(home, "settle", one, *lost).exit_code == 0
        assert home.state(one.id) == "failed"
        unasked = said(home, "send", one)
        assert unasked.exit_code == 3, unasked.output
        assert f"may have arrived as {one.id}: the other side does not tell" in " ".join(unasked.output.split())
        endpoint.status = 0
        found = said(home, "send", one)
        assert found.exit_code == 0, found.output
        assert f"found at the other side, as {one.id}" in " ".join(found.output.split())
        assert (home.state(one.id), len(endpoint.accepted), endpoint.again) == ("sent", 1, [])
        # Who knows better says so, which stands in the register; then it leaves once more, under another key.
        two = home.signed(year=YEAR - 1)
        killed_after_it_was_taken(home, endpoint, two)
        assert said(home, "settle", two, *lost, knows).exit_code == 0
        assert said(home, "send", two).exit_code == 0
        assert [key.partition("/")[0] for key, _ in endpoint.accepted] == [one.id, two.id, f"{two.id}.1"]
        first = home.house.parts.ledger().transmission(two.id).attempts[0]
        assert (first.although, first.said) == (True, "jules: The help desk does not see it.")


def test_a_correction_waits_for_the_file_before_it(home: Sending, tmp_path: Path):
    """In a folder of the recipient's client: nothing of it was put, so it is failed and tried again, however often."""
    parts, clock, box = home.house.parts, home.house.clock, tmp_path / "box"
    box.mkdir()
    channel(home, {"kind": "folder", "path": str(box)})
    first = home.signed(year=YEAR - 2)
    assert said(home, "send", first).exit_code == 0
    home.revise(*larger())
    second = home.signed("Counted again.", year=YEAR - 2)
    (name,) = [f.name for f in second.files]
    assert name == first.files[0].name and second.files[0].sha256 != first.files[0].sha256
    waits = said(home, "send", second)
    assert waits.exit_code == 3 and home.state(second.id) == "failed", waits.output
    assert f"It is the file of {first.id}, which nobody took yet." in " ".join(waits.output.split())
    ways, clock.now = read_channels(parts.settings.channels), datetime.now(UTC)  # as the commands had it
    for _ in range(TRIES + 2):
        clock.forward(hours=3)
        told = [(d.what, d.failed) for d in run(parts, SENDER, UNTIL, ways) if d.id == second.id]
        assert told == [("failed", True)]
    assert len(parts.ledger().transmission(second.id).attempts) == TRIES + 3
    (box / name).unlink()  # the client took it
    clock.forward(hours=3)
    assert [d.what for d in run(parts, SENDER, UNTIL, ways) if d.id == second.id] == ["sent"]
    assert [p.name for p in box.iterdir() if p.is_file()] == [name]
