"""A house from which prison figures really published leave for Eurostat: a release, a transmitter, a folder as channel."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from house import FIRST, PUBLISHED, SECOND, House, new_house
from journey_tools import ROOT

from greffe.model.transmissions import Transmission
from greffe.release.access.keys import make_key
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.transmission.building import approve, build
from greffe.transmission.channels.channel import Options
from greffe.transmission.plan import Plan, named_plan
from greffe.transmission.sending import send

SENDER = Actor("jules")
_FOLDERS: list[TemporaryDirectory] = []
PRIS = "ESTAT_CTS_PRIS"
# 692 juveniles of 2010, of whom 688 by sex: here the total is that of the sexes.
MENDED = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").replace(",692,", ",688,")
FIRST_YEAR = 2003
YEAR = 2022  # the last year of the published prison figures


@dataclass
class Sending:
    """The house, the folder that the recipient looks into, and where edited extracts lie."""

    house: House
    out: Path
    work: Path

    @property
    def channels(self) -> dict[str, Options]:
        """The folder, under the name that deliveries.csv gives; tests leave by their own."""
        found = {}
        for name in ("edamis", "edamis-test"):
            (self.out / name).mkdir(parents=True, exist_ok=True)
            found[name] = Options(name, "channels.toml", {"kind": "folder", "path": str(self.out / name)})
        return found

    @property
    def arrived(self) -> dict[str, bytes]:
        """What lies there for the recipient to take."""
        return {p.name: p.read_bytes() for p in (self.out / "edamis").glob("*") if p.is_file() and p.name[0] != "."}

    def plan(self, year: int = YEAR, **options: bool) -> Plan:
        return named_plan(self.house.parts, PRIS, year, **options)

    def built(self, reason: str = "", year: int = YEAR) -> Transmission:
        return build(self.house.parts, SENDER, self.plan(year), reason).transmission

    def signed(self, reason: str = "", year: int = YEAR) -> Transmission:
        one = self.built(reason, year)
        for person in (FIRST, SECOND):
            approve(self.house.parts, person, one.id)
        return self.house.parts.ledger().transmission(one.id)

    def state(self, id_: str) -> str:
        return self.house.parts.ledger().transmission(id_).state

    def revise(self, old: str, new: str, version: str = "9") -> None:
        """The prisons as published, a figure otherwise, released as a correction."""
        text = MENDED
        assert text.count(old) == 1
        lines = [line.replace(old, new) for line in text.splitlines()]
        header = lines[0].split(",")
        at = header.index("version")
        rows = [",".join([*c[:at], version, *c[at + 1 :]]) for c in (line.split(",") for line in lines[1:])]
        file = self.work / "revised.csv"
        file.write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
        self.house.take(file, "INT_JUSTICE")
        self.house.released(PRIS, reason="Counted again.")


def larger() -> tuple[str, str]:
    """A row of the prisons as published, and the same with a figure larger by one: for `Sending.revise`."""
    line = next(x for x in MENDED.splitlines()[::-1] if MENDED.count(x) == 1)
    cells = line.split(",")
    at = max(n for n, c in enumerate(cells) if c.isdigit() and len(c) > 3)
    return line, ",".join([*cells[:at], str(int(cells[at]) + 1), *cells[at + 1 :]])


def asking_from(folder: Path, year: int, **sent: str) -> Path:
    """The shipped mappings, in which Eurostat asks for data of an earlier year; `sent`: word of deliveries.csv → another."""
    edited = folder / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    table = edited / "policies/deadlines.csv"
    text = table.read_text(encoding="utf-8")
    assert ",ESTAT_CTS_*,2024,1," in text
    table.write_text(text.replace(",ESTAT_CTS_*,2024,1,", f",ESTAT_CTS_*,{year},1,"), encoding="utf-8")
    rows = edited / "policies/deliveries.csv"
    text = rows.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if ",workbook:" not in line and ",cepej-order:" not in line]
    text = "\n".join(lines) + "\n"  # what leaves as SDMX
    for old, new in sent.items():
        assert f",{old}," in text
        text = text.replace(f",{old},", f",{new},")
    rows.write_text(text, encoding="utf-8")
    return edited


def sending_house(folder: Path, **sent: str) -> Sending:
    """Prison figures are released; nothing was sent yet. What takes long is done once, each house is a copy."""
    kept = _kept(tuple(sent.items()))
    shutil.copytree(kept / "home", folder / "home")
    house = new_house(folder / "home", mappings=kept / "mappings")
    house.clock.forward(minutes=1)
    return Sending(house, folder / "out", folder)


@cache
def _kept(sent: tuple[tuple[str, str], ...]) -> Path:
    """The first house of that kind, which nobody acts in any more; it goes with the process."""
    _FOLDERS.append(TemporaryDirectory())
    folder = Path(_FOLDERS[-1].name)
    house = new_house(folder / "home", mappings=asking_from(folder, FIRST_YEAR, **dict(sent)))
    add_person(house.parts, HOUSE, SENDER.name, ["transmitter"])
    mended = folder / "prisons.csv"
    mended.write_text(MENDED, encoding="utf-8")
    house.take(mended, "INT_JUSTICE")
    house.approve_map(PRIS)
    house.released(PRIS)
    house.parts.register.close()
    return folder


def sent_once(sending: Sending) -> str:
    """A signed delivery that left; its id."""
    one = sending.signed()
    send(sending.house.parts, SENDER, one.id, sending.channels)
    return one.id


def machine_key(sending: Sending, body: str, action: str) -> dict[str, str]:
    """The header by which a recipient's machine shows a key for one action."""
    until = sending.house.clock() + timedelta(9)
    _, secret = make_key(sending.house.parts, HOUSE, f"{body} {action}", f"recipient:{body}", [action], [], until)
    return {"authorization": f"Bearer {secret}"}
