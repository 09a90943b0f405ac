"""The release before this one, as it was installed (tests/data/previous), with the libraries of today's lock; and houses that it
made. Another release of greffe than the one that is tested runs in processes of its own."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from journey_tools import ROOT, Ran

from greffe.store.schema import PREVIOUS

ARCHIVE: Final = ROOT / f"tests/data/previous/greffe-{PREVIOUS.version}.tar.xz"
NOW: Final = ROOT / "api"
FLOW: Final = "ESTAT_CTS_PRIS"
FIGURES: Final = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"
_CHANNELS: Final = '[edamis]\nkind = "folder"\npath = "outbox"\n[edamis-test]\nkind = "folder"\npath = "outbox"\n'


def unpacked(folder: Path) -> Path:
    """What the wheel holds, each file by the checksum that its RECORD gives."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    record = next(folder.glob("greffe-*.dist-info/RECORD"))
    for name, told, _ in csv.reader(record.read_text(encoding="utf-8").splitlines()):
        if told:
            found = base64.urlsafe_b64encode(hashlib.sha256((folder / name).read_bytes()).digest()).rstrip(b"=")
            assert f"sha256={found.decode()}" == told, name
    return folder


def environment(package: Path, home: Path, **more: str) -> dict[str, str]:
    """Of a process with that package on that home."""
    own = {"PYTHONPATH": str(package), "GREFFE_HOME": str(home), "GREFFE_WARM": "0", "COLUMNS": "200"}
    return {**os.environ, **own, **more}


class Process:
    """A release of greffe that takes command after command."""

    def __init__(self, package: Path, work: Path) -> None:
        self.package = package
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/helpers/spoken_commands.py")],
            env=environment(package, work), cwd=work, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __call__(self, environ: dict[str, str], later: float, words: list[str]) -> dict[str, object]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"environ": environ, "later": later, "words": words}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@dataclass
class Program:
    """A release of greffe on a house: `ask` is its process, or `spoken_commands.done` for this one. later: seconds that have
    passed in the house beside those of the machine."""

    ask: Callable[[dict[str, str], float, list[str]], dict[str, object]]
    home: Path
    register: str = ""
    later: float = 0

    def _said(self, *words: str) -> Ran:
        environ = {"GREFFE_HOME": str(self.home), "GREFFE_WARM": "0", "COLUMNS": "200"}
        if self.register:
            environ["GREFFE_REGISTER"] = self.register
        return Ran(**self.ask(environ, self.later, list(words)))

    def tried(self, *words: str) -> Ran:
        """A command, however it ends."""
        return self._said("greffe", *words)

    def done(self, *words: str) -> str:
        """What a command that must succeed says."""
        ran = self.tried(*words)
        assert ran.code == 0, (words, ran)
        return ran.out

    def running(self, *people: str) -> None:
        """Without people: the house is opened, as by a server; with some, they are entered by what was opened."""
        assert self._said("enter" if people else "begin", *people).code == 0

    def figures(self) -> str:
        """What readers are given of the newest release."""
        answer = self._said("get", FIGURES)
        assert answer.code == 200, answer
        return answer.out

    def released(self, extract: Path, *terms: str) -> None:
        """From a file of figures to a release that is in effect."""
        self.done(
            "ingest", str(extract), "--as", "camille", "--source", "T", "--origin", "real", "--dataflow", "INT_JUSTICE"
        )
        draft = json.loads(self.done("prepare", FLOW, "--as", "camille", "--json"))["drafts"][0]["draft"]
        for person in ("driss", "elise"):
            self.done("approve", draft, "--as", person)
        self.done("accept", draft, "--as", "driss", "--reason", "read")
        self.done("release", draft, "--as", "farid", *terms)
        self.later += 6

    def sent(self, *people: str) -> None:
        """A delivery, signed by those, that leaves as a test; what left before was taken."""
        for file in (self.home / "outbox").glob("*.CSV"):
            file.unlink()
        told = self.done(
            "transmissions", "build", FLOW, "2024", "--test", "--as", "ines", "--reason", "a try", "--json"
        )
        id_ = json.loads(told)["transmission"]
        for person in people:
            self.done("transmissions", "approve", id_, "--as", person)
        self.done("transmissions", "send", id_, "--as", "ines")


def extract(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The prison figures as published, those of the last year as if of a year that is asked for, and further changes."""
    text = (ROOT / "samples/published/prisons.csv").read_text(encoding="utf-8")
    for old, new in ((",692,", ",688,"), ("FR,2022", "FR,2025"), ("2023-05-11", "2026-05-11"), *changes):
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def built(old: Process, folder: Path) -> Path:
    """A house that the release before made: people, an extract, a map that two signed, a release, a delivery that left as a
    test. Its home."""
    home = folder / "home"
    home.mkdir(mode=0o750)
    (home / "channels.toml").write_text(_CHANNELS, encoding="utf-8")
    (home / "outbox").mkdir()
    people = {"gaston": "administrator", "camille": "author", "driss": "approver", "elise": "approver"}
    it = Program(old, home)
    for name, role in {**people, "farid": "releaser", "ines": "transmitter"}.items():
        it.done("people", "--add", name, "--role", role)
    for person in ("driss", "elise"):
        it.done("approve", f"map:MAP_{FLOW}", "--as", person)
    it.released(extract(folder, "first.csv"))
    it.sent("driss", "elise")
    return home
