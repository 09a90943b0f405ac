"""One byte of one file is another one: it is told by verify or the doctor, or it is derived and made again; no answer, delivery,
draft or release is ever made of it, and reads go on from what is intact."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from acts_under_faults import Acts, composed, given, state, wrong
from examples import SOAK, examples
from house_files import DERIVED, doctor, files, kind
from journey_tools import inside

from greffe.errors import Broken

pytest_plugins = ("acts_under_faults",)

USED = {  # a command, and a kind of file that it makes something of
    "prepare": "extracts/*/rows.parquet",
    "release": "drafts/*/data.parquet",
    "send": "transmissions/*",
}


def flipped(path: Path, at: int) -> None:
    """Another bit, in a file of its own."""
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    mode = path.stat().st_mode
    path.unlink()
    path.write_bytes(body)
    path.chmod(mode)


@pytest.fixture(scope="module")
def later(acts: Acts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house with everything in it, its serving files made."""
    home = tmp_path_factory.mktemp("flips") / "later"
    shutil.copytree(acts.folder / "later", home)
    state(home)
    return home


def test_each_kind_of_file(later: Path, tmp_path: Path):
    before, every = state(later), files(later)
    assert {*map(kind, (str(p.relative_to(later)) for p in every.values()))} >= {
        "extracts/*/rows.parquet", "extracts/*/original.csv", "drafts/*/data.parquet", "drafts/*/draft.json",
        "releases/*/data.parquet", "releases/*/difference.parquet", "releases/*/manifest.json", "releases/*/manifest.sha256",
        "releases/*/serving/observations.arrow", "transmissions/*", "condensed/*.parquet",
    }  # fmt: skip
    for name, path in every.items():
        relative = str(path.relative_to(later))
        home = given(later, tmp_path / "home")
        flipped(home / relative, path.stat().st_size // 2)
        told = [*wrong(home), *doctor(home)]
        assert told or any(d in f"/{relative}" for d in DERIVED), f"{name}: nobody told"
        try:
            there = state(home)
        except Broken as error:
            assert "not what was written" in error.text(), name
            assert "manifest" in name, f"{name}: its release could be read from what is intact"
        else:
            assert there["answers"] == before["answers"], name


@pytest.mark.parametrize(("act", "what"), USED.items())
def test_nothing_is_made_of_a_file_that_is_another(acts: Acts, later: Path, tmp_path: Path, act: str, what: str):
    """The command ends with what is wrong, and nothing more is there than before."""
    before, home = state(later), given(later, tmp_path / "home")
    found = [p for p in home.rglob("*") if p.is_file() and kind(str(p.relative_to(home))) == what]
    for path in found:
        flipped(path, path.stat().st_size // 2)
    ran = inside(home, *acts.words()[act][1])
    assert (ran.code, len(ran.err.splitlines())) == (7, 1), ran
    assert "not what was written" in ran.err.replace("\n", " ") or "not the one" in ran.err
    assert found
    assert state(home) == before


def test_each_page_of_the_register(later: Path, tmp_path: Path):
    """Where SQLite, the chain and the checksums of contents see nothing, what is answered is the same."""
    before, dice = state(later), random.Random(5)
    pages = (later / "register.db").stat().st_size // 4096
    told = unchanged = 0
    for page in dice.sample(range(pages), min(pages, examples(6, 400))):
        home = given(later, tmp_path / "home")
        flipped(home / "register.db", page * 4096 + dice.randrange(4096))
        try:
            there = state(home)
        except Broken:
            told += 1
            assert wrong_or_broken(home), f"page {page}: read as broken, and nobody tells"
            continue
        assert there == before, f"page {page}"
        unchanged += 1
    assert told + unchanged == min(pages, examples(6, 400))
    if SOAK:
        assert told > 20


def wrong_or_broken(home: Path) -> bool:
    try:
        return bool(wrong(home) or doctor(home))
    except Broken:
        return True


def test_an_entry_or_a_content_that_was_changed_is_not_read(later: Path, tmp_path: Path):
    """By hand in the database: the day of a release, and a label of a code list. Nothing is served by it; the doctor tells all."""
    changes = (
        ("UPDATE entries SET payload = replace(payload, '\"real\"', '\"fake\"') WHERE kind = 'release.made'", "Entry "),
        ("UPDATE contents SET bytes = CAST(bytes || ' ' AS BLOB)", "Content "),
    )
    for statement, said in changes:
        home = given(later, tmp_path / "home")
        with sqlite3.connect(home / "register.db") as connection:
            assert connection.execute(statement).rowcount > 0
        connection.close()
        with pytest.raises(Broken, match=f"{said}.*is not what was written"):
            _read(home)
        assert any(said in line for line in doctor(home))
        assert any(said in line for line in wrong(home))
        ran = inside(home, "verify")
        assert ran.code == 7
    _read(later)


def _read(home: Path) -> None:
    """What a process reads of a register when it starts: all entries, and the files of the catalogue."""
    parts = composed(home)
    parts.register.contents(parts.ledger().definitions.now(parts.clock()).files.values())
