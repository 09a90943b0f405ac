"""What a person sends again: receipts that lie there already are taken first, from the inbox and from the counterpart."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from deliveries import SENDER, YEAR, Sending, sending_house
from https_server import Endpoint
from reviewing import send as posted
from reviewing import signed_in
from typer.testing import CliRunner, Result

from greffe.app import create_app
from greffe.cli.whole import app
from greffe.model.transmissions import Transmission
from greffe.transmission.sending import send, settle
from greffe.transmission.ways import read_channels


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    made = sending_house(tmp_path_factory.mktemp("hand"))
    settings = made.house.parts.settings
    made.house.parts.settings = replace(settings, channels=settings.home / "channels.toml")
    return made


def channel(home: Sending, values: Mapping[str, object]) -> None:
    """The one channel of that home."""
    said = "\n".join(f"{k} = {json.dumps(v)}" for k, v in values.items())
    text = f"[edamis]\n{said}\n"
    assert tomllib.loads(text)["edamis"] == dict(values)
    (home.house.parts.settings.home / "channels.toml").write_text(text, encoding="utf-8")


def lost(home: Sending, endpoint: Endpoint, year: int) -> Transmission:
    """Tried once, with an answer that nobody understood; a person was told that it did not arrive."""
    one, parts, endpoint.fault = home.signed(year=year), home.house.parts, "reset"
    assert parts.settings.channels is not None
    found = send(parts, SENDER, one.id, read_channels(parts.settings.channels)).transmission
    assert found.state == "uncertain"
    endpoint.fault = ""
    return settle(
        parts,
        SENDER,
        one.id,
        read_channels(parts.settings.channels),
        arrived=False,
        reason="The help desk does not see it.",
    )


def receipt(one: Transmission, verdict: str = "acknowledged") -> str:
    return json.dumps({"verdict": verdict, "files": [{"name": f.name, "sha256": f.sha256} for f in one.files]})


def by_hand(home: Sending, one: Transmission, *options: str) -> Result:
    words = [*options, "transmissions", "send", one.id, "--as", SENDER.name]
    return CliRunner().invoke(app, [*words, "--home", str(home.house.parts.settings.home)])


def test_a_receipt_that_is_there_is_taken_and_nothing_is_sent_again(home: Sending, tmp_path: Path):
    """On the page, of an inbox; by the command, of the counterpart; one that refuses is told as what it is."""
    parts, box = home.house.parts, tmp_path / "in"
    box.mkdir()
    with Endpoint(tmp_path / "tls") as endpoint:
        address = f"https://localhost:{endpoint.port}/receipts/{{name}}"
        channel(home, endpoint.settings(receipts=address, inbox=str(box)))
        one, two, three, four = (lost(home, endpoint, YEAR - n) for n in range(4))
        (box / "receipt.json").write_text(receipt(one), encoding="utf-8")
        client = signed_in(create_app(parts), SENDER)
        assert posted(client, f"/staff/transmissions/{one.id}", act="send").status_code == 303
        assert home.state(one.id) == "acknowledged"
        endpoint.receipts = {"one.json": receipt(two), "other.json": receipt(three, "refused")}
        taken = by_hand(home, two, "--lang", "fr")
        assert taken.exit_code == 0, taken.output
        assert "son accusé de réception était déjà là, et rien n’est transmis de nouveau" in " ".join(
            taken.stdout.split()
        )
        assert [home.state(t.id) for t in (two, three)] == ["acknowledged", "refused"]
        assert endpoint.accepted == []
        endpoint.receipts = {"odd.json": json.dumps({"transmission": "X-1", "verdict": "acknowledged"})}
        sent = by_hand(home, four)
        assert sent.exit_code == 0, sent.output
        assert "odd.json" in sent.stdout
        assert (home.state(four.id), len(endpoint.accepted)) == ("sent", 1)


def test_who_has_never_tried_and_who_may_not_send_looks_into_no_inbox(home: Sending, tmp_path: Path):
    parts, box = home.house.parts, tmp_path / "in"
    box.mkdir()
    with Endpoint(tmp_path / "tls") as endpoint:
        channel(
            home, endpoint.settings(receipts=f"https://localhost:{endpoint.port}/receipts/{{name}}", inbox=str(box))
        )
        one, two = home.signed(year=YEAR - 4), lost(home, endpoint, YEAR - 5)
        endpoint.asked.clear()
        assert by_hand(home, one).exit_code == 0
        (box / "odd.json").write_text('{"transmission": "X-2", "verdict": "acknowledged"}', encoding="utf-8")
        before = len(parts.ledger().turned_away)
        words = ["transmissions", "send", two.id, "--as", "camille", "--home", str(parts.settings.home)]
        assert CliRunner().invoke(app, words).exit_code == 4
        assert not [line for line in endpoint.asked if "receipts" in line]
        assert (len(parts.ledger().turned_away), home.state(two.id)) == (before, "failed")
