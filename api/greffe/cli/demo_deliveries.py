"""Two tests of transmission in the demonstration: one left for a folder and was acknowledged, one waits for a signature."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.markup import escape

from greffe.cli.demo_cast import FIRST, SECOND, TRANSMITTER, out
from greffe.model.transmissions import Transmission
from greffe.release.parts import Parts
from greffe.transmission.building import approve, build
from greffe.transmission.plan import named_plan
from greffe.transmission.receipts import take
from greffe.transmission.sending import send
from greffe.transmission.ways import CHANNELS_FILE, read_channels

SENT, WAITING, YEAR = "ESTAT_CTS_JUST", "ESTAT_CTS_JOB", 2024
CHANNELS: Final = """# Where transmissions of the demonstration leave: folders, from which nobody takes them.
[edamis]
kind = "folder"
path = {real}

[edamis-test]
kind = "folder"
path = {test}
"""


def deliveries(parts: Parts) -> None:
    """Built once; a second start finds them."""
    home = parts.settings.home
    file = home / CHANNELS_FILE
    if parts.ledger().transmissions or (parts.settings.channels not in (None, file)):
        return
    folders = {name: home / "outbox" / name for name in ("edamis", "edamis-test")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    # Relative to the home where the file is the home's own: a copied home delivers into itself.
    own = {n: f.relative_to(home) for n, f in folders.items()}
    words = {"real": own["edamis"], "test": own["edamis-test"]}
    file.write_text(CHANNELS.format(**{k: json.dumps(str(v)) for k, v in words.items()}), encoding="utf-8")
    one = _built(parts, SENT)
    approve(parts, SECOND, one.id)
    send(parts, TRANSMITTER, one.id, read_channels(file))
    with TemporaryDirectory() as work:
        receipt = Path(work) / "receipt.json"
        receipt.write_text(json.dumps({"transmission": one.id, "verdict": "acknowledged"}), encoding="utf-8")
        take(parts, TRANSMITTER, one.id, receipt, said="An invented receipt.")
    other = _built(parts, WAITING)
    out.print(escape(f"  sent as a test {one.id}; {other.id} waits for a second signature"))


def _built(parts: Parts, delivery: str) -> Transmission:
    """Invented figures leave as a test alone; the first approver has signed."""
    one = build(parts, TRANSMITTER, named_plan(parts, delivery, YEAR, test=True)).transmission
    return approve(parts, FIRST, one.id)
