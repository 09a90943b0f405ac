"""A backup is whole or not there, is of one moment, and makes the same house again on either database."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from house import FLOW, House, new_house
from journey_tools import inside

from greffe.app import compose
from greffe.errors import Broken, Conflict, DiskFailed, GreffeError, Refused
from greffe.release.parts import Parts
from greffe.release.verify import faults
from greffe.settings import Settings, read_settings
from greffe.upkeep.backup import Made, back_up
from greffe.upkeep.checking import check
from greffe.upkeep.places import lists, source_of, writing_to
from greffe.upkeep.restore import restore

DERIVED = ("serving", ".lock", "condensed", "tmp", "outbox", "samples", ".differing", "kept", "mended.log")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
FILE_EVENTS = {"os.rename", "os.mkdir", "os.remove"}


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def saved(parts: Parts, where: Path, *, keys: bool = False, damaged: bool = False, tell=silent) -> Made:
    return back_up(parts, writing_to(str(where)), keys=keys, damaged=damaged, tell=tell)


def settings_of(home: Path, register: str = "") -> Settings:
    told = {"GREFFE_WARM": "0"} | ({"GREFFE_REGISTER": register} if register else {})
    return read_settings(told, home=home)


def verified(settings: Settings) -> list[str]:
    return faults(compose(settings, unfinished=True))


def made_again(backup: Path, home: Path, register: str = "", *, damaged: bool = False) -> Parts:
    restore(source_of(str(backup)), settings_of(home, register), verified, silent, damaged=damaged)
    return compose(settings_of(home, register))


def files(home: Path) -> dict[str, bytes]:
    """What a house is by path, read without the code under test: all but what is derived, and the register."""
    return {
        str(p.relative_to(home)): p.read_bytes()
        for p in home.rglob("*")
        if p.is_file()
        and not set(p.relative_to(home).parts) & set(DERIVED)
        and not p.name.startswith(("register.db", "demo.txt"))  # the second is of the tests
        and not p.parent.name.startswith("since-")  # made by whoever compares releases, and made again
    }


def rows(database: Path) -> dict[str, list[tuple]]:
    with sqlite3.connect(database) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: sorted(connection.execute(f"SELECT * FROM {n}"), key=repr) for n in names}


def test_the_demonstration_comes_back_as_it_was(demo_home: Path, tmp_path: Path):
    """Files byte for byte, every table row for row but what must not come back to life; a second backup copies nothing but
    the piece of the register that grew; a key of webhooks comes along when it is asked for, and is else named as left out."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    (home / "webhooks.key").write_bytes(bytes(32))
    (home / "greffe.toml").write_text("threads = 1\n")
    (home / "transmissions" / ".half.part").write_bytes(b"half")
    parts = compose(settings_of(home))
    first = saved(parts, tmp_path / "backups")
    assert list(check(source_of(first.where), silent)) == []
    assert {"webhooks.key", "greffe.toml"} < {*first.manifest.left_out}
    (home / "releases" / FLOW / "1" / "data.parquet").rename(tmp_path / "gone.parquet")  # an earlier backup has it
    second = saved(parts, tmp_path / "backups", keys=True)
    assert second.new_files == 2  # these two
    (tmp_path / "gone.parquet").rename(home / "releases" / FLOW / "1" / "data.parquet")
    restore(source_of(str(tmp_path / "backups")), settings_of(tmp_path / "again"), verified, silent)
    before, after = files(home), files(tmp_path / "again")
    del before["transmissions/.half.part"]
    after |= {name: after.pop(f"{name}.restored") for name in ("channels.toml", "greffe.toml")}
    assert after == before
    old, new = rows(home / "register.db"), rows(tmp_path / "again" / "register.db")
    assert {n: len(old[n]) for n in ("passwords", "entries")}["entries"] > 400
    assert all(new[n] == old[n] for n in old if n not in ("sessions", "failures", "invitations"))
    assert new["sessions"] == new["failures"] == new["invitations"] == []
    assert all(p.stat().st_mode & 0o077 == 0 for p in (tmp_path / "backups").rglob("*"))


def test_a_backup_of_one_database_is_restored_in_the_other(house: House, tmp_path: Path, new_postgresql: str):
    """From SQLite to PostgreSQL and back: the pieces of the chain are the same bytes, and so is the head."""
    first = saved(house.parts, tmp_path / "one.tar")
    there = made_again(tmp_path / "one.tar", tmp_path / "there", new_postgresql)
    second = saved(there, tmp_path / "two.tar")
    there.register.close()
    assert second.manifest.register[:-1] == first.manifest.register[:-1]
    assert (second.manifest.head, second.manifest.head_hash) == (first.manifest.head, first.manifest.head_hash)
    with pytest.raises(Refused, match="register is not empty"):
        made_again(saved_other(house, tmp_path), tmp_path / "third", new_postgresql)
    again = made_again(tmp_path / "two.tar", tmp_path / "again")
    assert files(again.settings.home) == files(house.parts.settings.home)
    assert rows(tmp_path / "again/register.db") == rows(house.parts.settings.home / "register.db")


def saved_other(house: House, tmp_path: Path) -> Path:
    """A backup of another register."""
    other = new_house(tmp_path / "other")
    saved(other.parts, tmp_path / "other.tar")
    return tmp_path / "other.tar"


def test_a_release_in_the_middle_is_in_the_next_backup(house: House, tmp_path: Path):
    """It is made, and a draft prepared anew, after the register was read: the backup is of the moment before, and holds."""
    told: list[str] = []

    def meanwhile(what: str, done: int, total: int) -> None:
        if what == "files" and not told:
            told.append(what)
            house.sign(draft := house.draft(reason="in the middle"))
            house.release(draft)
            house.clock.forward(seconds=6)

    before = house.parts.register.head()
    made = saved(house.parts, tmp_path / "backups", tell=meanwhile)
    assert made.manifest.head == before < house.parts.register.head()
    assert list(check(source_of(made.where), silent)) == []
    again = made_again(tmp_path / "backups", tmp_path / "again")
    assert {str(r) for r in house.parts.ledger().releases.values()} - {str(r) for r in again.ledger().releases.values()}
    assert faults(again) == []
    assert saved(house.parts, tmp_path / "backups").manifest.head == house.parts.register.head()


def killed(act: Callable[[], object], at: int) -> bool:
    """Do something in a child that is killed right before its n-th operation on a file. Was it?"""
    child = os.fork()
    if child == 0:
        count = [0]

        def audited(name: str, arguments: tuple) -> None:
            opened = name == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
            if name in FILE_EVENTS or opened or name == "sqlite3.connect":
                count[0] += 1
                if count[0] == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        os.fsync = lambda handle: None  # a kill loses nothing that was written
        try:
            sys.addaudithook(audited)
            act()
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == -signal.SIGKILL


def test_a_backup_that_is_killed_is_none(house: House, tmp_path: Path):
    """At points thrown by a fixed seed, and right before the end: no list, no .tar; the next one is whole."""
    where = tmp_path / "backups"
    for at in sorted(random.Random(9).sample(range(1, 40), 2)):
        assert killed(lambda: saved(house.parts, where), at)
        assert lists(where) == [] if where.exists() else True
        assert killed(lambda: saved(house.parts, tmp_path / "one.tar"), at)
        assert not (tmp_path / "one.tar").exists()
    assert saved(house.parts, where).new_files < 20  # what was written before the kill is there
    assert list(check(source_of(str(where)), silent)) == []
    saved(house.parts, tmp_path / "one.tar")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["backups", "one.tar"]


def test_a_restore_that_is_killed_is_no_house(house: House, tmp_path: Path):
    """Whatever was opened after a kill refuses; the same call takes it up and ends it."""
    saved(house.parts, tmp_path / "one.tar")
    source, home = source_of(str(tmp_path / "one.tar")), settings_of(tmp_path / "home")
    tried = 0
    for at in (1, 2, 3, 9, 23, 40, 44, 50, 10_000):
        if not killed(lambda: restore(source_of(str(tmp_path / "one.tar")), home, verified, silent), at):
            break
        tried += 1
        if (home.home / "register.db").exists() or at > 3:
            with pytest.raises(Conflict, match="not whole yet"):
                compose(home)
    assert tried >= 6
    assert rows(tmp_path / "home/register.db") == rows(house.parts.settings.home / "register.db")
    with pytest.raises(Refused, match="home is not empty"):
        restore(source, home, verified, silent)


def test_a_file_that_vanished_is_told(house: House, tmp_path: Path):
    """No backup, with its name; with --damaged one that says so, and that is restored only by who says so too."""
    home = tmp_path / "home"
    shutil.copytree(house.parts.settings.home, home)
    gone = home / "releases" / FLOW / "1" / "data.parquet"
    for same in gone.parent.parent.glob("*/data.parquet"):  # of the same content: one would do for both
        same.unlink()
    parts = compose(settings_of(home))
    with pytest.raises(Broken, match="ESTAT_CRIM_OFF_CAT/1/data"):
        saved(parts, tmp_path / "backups")
    assert lists(tmp_path / "backups") == []
    made = saved(parts, tmp_path / "backups", damaged=True)
    assert str(gone) in made.manifest.faults[0]
    assert list(check(source_of(made.where), silent)) == []
    with pytest.raises(Refused, match="was damaged"):
        made_again(tmp_path / "backups", tmp_path / "again")
    assert made_again(tmp_path / "backups", tmp_path / "again", damaged=True).register.head() == made.manifest.head


@pytest.mark.parametrize(("name", "at"), [("backups", 7), ("one.tar", 1)])
@pytest.mark.parametrize("damaged", [False, True])
def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(
    house: House, tmp_path: Path, name: str, at: int, damaged: bool, monkeypatch: pytest.MonkeyPatch
):
    count = [0]

    def full(handle: int) -> None:
        count[0] += 1
        if count[0] == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFailed, match="No space left on device"):
        saved(house.parts, tmp_path / name, damaged=damaged)
    assert [p for p in tmp_path.rglob("*") if p.name.endswith((".part", ".one", ".json", ".tar"))] == []


def test_what_was_tampered_with_is_refused_and_named(house: House, tmp_path: Path):
    """Each in a copy: a piece that is another, one that is gone, a list that was edited, with and without its seal, a file that
    was cut off, another file. None becomes a house."""
    made = saved(house.parts, tmp_path / "backups")
    saved(house.parts, tmp_path / "one.tar")
    data = next(k for k in made.manifest.files if k.path.endswith("1/data.parquet"))
    entries = made.manifest.register[0]

    def object_of(folder: Path, sha: str) -> Path:
        return folder / "objects" / sha[:2] / sha

    def flip(path: Path) -> None:
        body = bytearray(path.read_bytes())
        body[len(body) // 2] ^= 1
        path.write_bytes(body)

    def edited(folder: Path, **told: object) -> None:
        path = lists(folder)[0]
        document = json.loads(path.read_text())
        document["backup"] |= told
        path.write_text(json.dumps(document))

    spoils: dict[str, Callable[[Path], object]] = {
        "1/data.parquet is not what was written": lambda f: flip(object_of(f, data.sha256)),
        "1/data.parquet is missing": lambda f: object_of(f, data.sha256).unlink(),
        "register/1-": lambda f: flip(object_of(f, entries.sha256)),
        "list of the backup is not": lambda f: edited(f, head=1),
    }
    for number, (said, spoil) in enumerate(spoils.items()):
        copy = tmp_path / f"spoiled{number}"
        shutil.copytree(tmp_path / "backups", copy)
        spoil(copy)
        with pytest.raises(Broken, match=said):
            raise Broken(next(iter(check(source_of(str(copy)), silent))))
        refused(copy, tmp_path / f"home{number}", said)
    whole = (tmp_path / "one.tar").read_bytes()
    for number, body in enumerate((whole[: len(whole) // 2], whole[:-20_000], b"no tar")):
        path = tmp_path / f"cut{number}.tar"
        path.write_bytes(body)
        refused(path, tmp_path / f"cut-home{number}", f"cut{number}.tar: It is no backup, or not a whole one")


def refused(backup: Path, home: Path, said: str) -> None:
    with pytest.raises(Broken, match=said):
        made_again(backup, home)
    if home.exists():
        with pytest.raises(Conflict):
            compose(settings_of(home))


def test_the_list_may_not_lead_out_of_the_home(house: House, tmp_path: Path):
    """Sealed anew by who wrote it: a path that leads elsewhere, and a file that no entry names, are found all the same."""
    made = saved(house.parts, tmp_path / "backups")
    for path, said in (
        ("extracts/../../x", "no file of a house"),
        ("extracts/x/y", "no entry of the register names it"),
    ):
        for one in lists(tmp_path / "backups"):
            one.unlink()
        other = replace(made.manifest, files=(*made.manifest.files, replace(made.manifest.files[0], path=path)))
        (tmp_path / "backups" / f"{other.name}.backup.json").write_bytes(other.written())
        with pytest.raises(GreffeError, match=said):
            raise Broken(next(iter(check(source_of(str(tmp_path / "backups")), silent))))


def test_the_commands_say_what_they_did(house: House, tmp_path: Path):
    """Another tool reads the .tar; exit codes; what is no target."""
    home = house.parts.settings.home
    done = inside(home, "backup", str(tmp_path / "one.tar"), "--json")
    assert done.json()["entries"] == house.parts.register.head()
    with tarfile.open(tmp_path / "one.tar") as tar:
        assert tar.getnames()[-1] == "backup.json"
    assert inside(home, "backup", "check", str(tmp_path / "one.tar")).code == 0
    assert inside(home, "backup", "check", str(tmp_path / "none.tar")).code == 2
    assert "no address of a bucket" in inside(home, "backup", "ftp://bucket/x").err
    assert inside(home, "restore", str(tmp_path / "one.tar")).code == 3


def test_in_a_bucket(house: House, tmp_path: Path, bucket_url: str, bucket):
    """What is new is put, the list last; a machine that has nothing else makes the house again. Damage is named."""
    home = house.parts.settings.home
    first = inside(home, "backup", bucket_url, "--json").json()
    again = inside(home, "backup", f"{bucket_url}/", "--json").json()
    assert first["new_files"] > 10
    assert again["new_files"] <= 2, "nothing but what stands beside the chain is new"
    assert [r["entries"] for r in inside(home, "backup", "list", bucket_url, "--json").json()["backups"]] == [
        first["entries"], again["entries"],
    ]  # fmt: skip
    assert inside(home, "backup", "check", bucket_url).code == 0
    assert inside(home, "backup", "check", first["backup"]).code == 0
    assert inside(tmp_path / "again", "restore", bucket_url).code == 0
    assert files(tmp_path / "again") == files(home)
    gone, other = sorted(name for name, _ in bucket.names("objects"))[:2]
    bucket.remove([gone])
    (tmp_path / "x").write_bytes(b"x")
    bucket.put(other, tmp_path / "x")
    checked = inside(home, "backup", "check", bucket_url, "--json")
    assert checked.code == 7
    assert len({line.partition(": ")[2] for line in checked.json()["found"]}) >= 2
    assert inside(home, "backup", "check", f"{bucket_url}/none.backup.json").code == 2
    assert inside(home, "backup", "check", f"{bucket_url}/nothing").code == 2


def test_of_two_restores_into_one_home_the_second_is_told(house: House, tmp_path: Path):
    """While the first one writes; a home that was refused holds nothing of it afterwards, nor does one that is whole."""
    saved(house.parts, tmp_path / "one.tar")
    home, ran = tmp_path / "home", []

    def meanwhile(what: str, done: int, total: int) -> None:
        if not ran:
            ran.append(inside(home, "restore", str(tmp_path / "one.tar")))

    restore(source_of(str(tmp_path / "one.tar")), settings_of(home), verified, meanwhile)
    (second,) = ran
    assert (second.code, len(second.err.splitlines())) == (3, 1)
    assert "Another restore runs here." in second.err
    assert not list(home.glob(".restoring*"))
    assert inside(home, "restore", str(tmp_path / "one.tar")).code == 3
    assert not list(home.glob(".restoring*"))
    assert inside(home, "verify").code == 0
