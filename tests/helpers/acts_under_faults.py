"""One house, and the commands that are tried on copies of it while something fails: killed, cut from power, on a full disk.

In the house `later` a release is out, a correction of one figure was taken in, mapped and signed by two, and a delivery is
signed; in the house `first` nothing is but people and maps, and in `drafted` a draft is signed: there every folder is still to
be made. Each command is the next one that somebody would give. The hour is that of the machine, as commands have it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from between_workers import alone, common
from deliveries import FIRST_YEAR, MENDED, PRIS, SENDER, YEAR, asking_from, larger
from house import AUTHOR, FIRST, RELEASER, SECOND, Clock, House

from greffe.app import compose, utc_now
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Selection
from greffe.transmission.building import approve, build
from greffe.transmission.plan import named_plan
from greffe.transmission.verified import faults

QUIET = {"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}
WHY = ("--reason", "Counted again.", "--reason-fr", "Recompté.")
CHANNELS = '[edamis]\nkind = "folder"\npath = "out"\n'
ONCE = (".parquet", ".arrow", ".npy", ".json", ".sha256")  # files that are written once


@dataclass(frozen=True)
class Acts:
    """The folder with the houses as they were built."""

    folder: Path

    def words(self) -> dict[str, tuple[str, list[str]]]:
        """Each command by name: its house, and its words after `greffe`."""
        found: dict[str, tuple[str, list[str]]] = json.loads((self.folder / "words.json").read_text())
        return found


def composed(home: Path, clock: Callable[[], datetime] | None = None, *, doubted: bool = False) -> Parts:
    """The house, read by somebody who knows nothing of it; `doubted`: and who looks for what is wrong."""
    settings = read_settings(QUIET, home=home)
    return compose(settings, clock or utc_now, doubted=doubted)


@pytest.fixture(scope="session")
def acts(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Acts:
    """Built once for all workers of a run; nobody acts in it, but in copies."""
    folder = common(tmp_path_factory, worker_id) / "acts"
    with alone(folder.with_suffix(".lock")):
        if not (folder / "words.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "words.json").write_text(json.dumps(built(folder)))
    return Acts(folder)


def built(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Make the houses below an empty folder; each command by name: its house, and its words after `greffe`."""
    home, clock = folder / "later", Clock(datetime.now(UTC) - timedelta(hours=1))
    mappings = asking_from(folder, FIRST_YEAR)
    settings = replace(read_settings(QUIET, home=home), mappings=mappings)
    house = House(compose(settings, clock), clock)
    parts = house.parts
    for person, role in (*((p, "approver") for p in (FIRST, SECOND)), (AUTHOR, "author"), (RELEASER, "releaser")):
        add_person(parts, HOUSE, person.name, [role])
    add_person(parts, HOUSE, SENDER.name, ["transmitter"])
    (home / "channels.toml").write_text(CHANNELS)
    (home / "out").mkdir()
    house.approve_map(PRIS)
    _as_it_is(house, folder / "first")
    house.take(_extract(folder / "prisons.csv", MENDED), "INT_JUSTICE")
    first = house.draft(PRIS)
    house.sign(first)
    _as_it_is(house, folder / "drafted")
    house.release(first)
    house.clock.forward(minutes=1)
    one = build(parts, SENDER, named_plan(parts, PRIS, YEAR), "").transmission
    for person in (FIRST, SECOND):
        approve(parts, person, one.id)
    house.take(_corrected(folder / "corrected.csv", 9), "INT_JUSTICE")
    draft = house.draft(PRIS, reason="Counted again.")
    house.sign(draft)
    again = _corrected(folder / "again.csv", 10)
    parts.register.close()
    author, releaser, sender = (("--as", who.name) for who in (AUTHOR, RELEASER, SENDER))
    took = ["--dataflow", "INT_JUSTICE", "--origin", "real", *author]
    return {
        "ingest": ("later", ["ingest", str(again), *took]),
        "prepare": ("later", ["prepare", PRIS, *author, "--reason", "Once more."]),
        "release": ("later", ["release", draft.id, *releaser, "--revision", "correction", *WHY]),
        "withdraw": ("later", ["withdraw", f"{PRIS}#1", *releaser, *WHY]),
        "build": ("later", ["transmissions", "build", PRIS, str(YEAR - 1), *sender]),
        "send": ("later", ["transmissions", "send", one.id, *sender]),
        "first ingest": ("first", ["ingest", str(folder / "prisons.csv"), *took]),
        "first release": ("drafted", ["release", first.id, *releaser]),
    }


def _as_it_is(house: House, into: Path) -> None:
    """Another house like it."""
    house.parts.register.close()
    shutil.copytree(house.parts.settings.home, into)


def _extract(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _corrected(file: Path, version: int) -> Path:
    """The published prisons with one figure larger by one, in a higher version."""
    old, new = larger()
    lines = [line.replace(old, new) for line in MENDED.splitlines()]
    at = lines[0].split(",").index("version")
    rows = [",".join([*c[:at], str(version), *c[at + 1 :]]) for c in (line.split(",") for line in lines[1:])]
    return _extract(file, "\n".join([lines[0], *rows]) + "\n")


def state(home: Path) -> dict[str, object]:
    """What the house is for those who look at it: what is on record, and what each release and the newest one answer."""
    parts = composed(home)
    try:
        ledger, late = parts.ledger(), parts.clock() + timedelta(days=1)
        known = next(iter(ledger.releases.values()), None)
        current = ledger.current(known.dataflow, late) if known else None
        return {
            "extracts": sorted(e.id for e in ledger.accepted),
            "drafts": sorted([d.id, d.checksum[:8]] for d in ledger.drafts.values()),
            "releases": sorted([str(r), r.content_hash[:8], r.withdrawal_reason] for r in ledger.releases.values()),
            "transmissions": sorted([t.id, t.state] for t in ledger.transmissions.values()),
            "newest": [str(current), answer(parts, current)] if current else [],
            "answers": {str(r): answer(parts, r) for r in ledger.releases.values()},
            "came": {
                p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:8]
                for p in sorted((home / "out").iterdir())
                if p.name[0] != "."
            },
        }
    finally:
        parts.register.close()


def answer(parts: Parts, release: Release) -> str:
    """What a reader is given of a release, as one checksum."""
    digest = hashlib.sha256()
    for block in parts.observations.select(release.name, Selection()):
        columns = (block.series, block.counts, block.observations)
        digest.update(json.dumps([c.to_pylist() for c in columns], default=str).encode())
    return digest.hexdigest()[:16]


def wrong(home: Path) -> list[str]:
    """What `greffe verify` finds."""
    parts = composed(home, doubted=True)
    try:
        return faults(parts)
    finally:
        parts.register.close()


def given(kept: Path, home: Path) -> Path:
    """A house as it was: files that are written once are linked, what is changed in place is copied."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(kept, home, copy_function=given_file)
    return home


def given_file(source: str, target: str) -> None:
    """One file of a house as it was."""
    (os.link if source.endswith(ONCE) else shutil.copy2)(source, target)
