"""An order that cannot be delivered is told once, by mail, until it is delivered: not as well again between two tries."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from deliveries import PRIS, Sending, sending_house
from smtp_sink import SmtpSink

from greffe.app import job_tools
from greffe.jobs.running import run_due, run_now
from greffe.jobs.works import WORKS
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission.orders import acts
from greffe.transmission.orders.acts import Wanted
from greffe.transmission.orders.limits import Limits
from greffe.transmission.ways import read_channels
from greffe.web.rest.ordered import saved_answer

RENE = Actor("rene", "local")
QUERY = f"/sdmx/v2/data/dataflow/SSER/{PRIS}/1.0.0/*?format=csv&c[TIME_PERIOD]=ge:2020"
ORDERS_ALONE = "".join(
    f"[jobs.{name}]\nenabled = false\n"
    for name in ("transmissions", "receipts", "releases", "reminders", "verify", "housekeeping")
)


def office(folder: Path, sink: SmtpSink, box: Path) -> Sending:
    """Orders of Eurostat leave by a folder, and the jobs tell by mail."""
    made = sending_house(folder)
    home, add = made.house.parts.settings.home, add_person
    add(made.house.parts, HOUSE, RENE.name, ["recipient:ESTAT"])
    said = "\n".join(f"{k} = {str(v)!r}" for k, v in sink.settings().items() if k not in ("port", "to"))
    mail = f'[alerts.smtp]\n{said}\nport = {sink.port}\nto = ["ops@example.org"]\n'
    (home / "jobs.toml").write_text(ORDERS_ALONE + mail, encoding="utf-8")
    (home / "channels.toml").write_text(
        f'[box]\nkind = "folder"\npath = "{box}"\norders = ["ESTAT"]\n', encoding="utf-8"
    )
    settings = made.house.parts.settings
    made.house.parts.settings = replace(settings, jobs=home / "jobs.toml", channels=home / "channels.toml")
    return made


def look(made: Sending, minutes: int) -> str:
    made.house.clock.forward(minutes=minutes)
    return {r.job: r.outcome for r in run_due(job_tools(made.house.parts), WORKS, "one")}.get("orders", "")


def test_it_is_in_alert_until_it_is_delivered(tmp_path: Path):
    box = tmp_path / "box"
    with SmtpSink(tmp_path) as sink:
        made = office(tmp_path, sink, box)
        parts = made.house.parts
        look(made, 1)
        wanted = Wanted("ESTAT", "Prisons", QUERY, way="channel", to="box")
        id_ = acts.make_order(parts, RENE, wanted, saved_answer, Limits(), read_channels(parts.settings.channels)).id
        # Tried by hand first, at once; then each minute, of which two in ten try: the folder is not there.
        made.house.clock.forward(seconds=1)
        assert run_now(job_tools(parts), WORKS, "hand", "orders").outcome == "attention"
        assert [look(made, 1) for _ in range(10)] == ["attention"] * 10
        (one,) = parts.ledger().orders[id_].handed
        assert (one.state, 2 < one.tries < 5) == ("failed", True)
        assert [m["Subject"] for m in sink.mails] == ["[Greffe] orders needs somebody to look / demande qu’on regarde"]
        assert id_ in sink.mails[0].get_content()
        for _ in range(8):
            look(made, 130)
        assert parts.ledger().orders[id_].handed[0].lasting  # given up, and still told
        assert look(made, 1) == "attention"
        before = len(sink.mails)
        box.mkdir()
        acts.try_again(parts, RENE, id_, 1)
        assert look(made, 1) == "done"
        assert [m["Subject"] for m in sink.mails[before:]] == ["[Greffe] orders is well again / va de nouveau bien"]
        shutil.rmtree(box)
        assert look(made, 1) == "done"
