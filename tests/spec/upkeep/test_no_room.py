"""Where nothing more can be written the house is still read: verified, shown, saved elsewhere. No file of the process may grow, which is
what a disk with 0 bytes left is for SQLite's index; with GREFFE_SOAK=1 it is a disk with 0 bytes left."""

import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from house import new_house
from journey_tools import ROOT, Ran, inside

from greffe.errors import Broken, DiskFailed
from greffe.release.people import HOUSE, add_person


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    found = new_house(tmp_path_factory.mktemp("room") / "home", "published", "map", "released")
    add_person(found.parts, HOUSE, "gaston", ["administrator"])
    found.parts.register.close()
    return found.parts.settings.home


@pytest.fixture
def home(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


def cramped(home, *words, bytes_=0):
    """`greffe …` in a process of which no file may grow beyond that."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "greffe", *words],
        env=env, capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (bytes_, bytes_)),
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("words", [("verify",), ("releases",), ("store",), ("people",)])
def test_what_only_reads_needs_no_room(home, words):
    done = cramped(home, *words)
    assert done.code == 0, done.err
    assert done.out == inside(home, *words).out


def test_who_has_no_room_shuts_nobody_out(home):
    """It is alone with the register while it reads, and no longer: another one enters something before and after."""
    for name in ("hanna", "ivo"):
        assert inside(home, "people", "--add", name, "--role", "auditor", "--as", "gaston").code == 0
        assert cramped(home, "verify").code == 0


def test_several_without_room_wait_for_each_other(home):
    """Each is alone with the register in turn; none waits for good."""
    with ThreadPoolExecutor(4) as several:
        done = list(several.map(lambda _: cramped(home, "verify"), range(4)))
    assert [d.code for d in done] == [0] * 4, [d.err for d in done]


def test_a_backup_whose_place_has_no_room(home, tmp_path):
    """Exit code 6, one line that names the place, and no half of one."""
    for place in (tmp_path / "folder", tmp_path / "one.tar"):
        done = cramped(home, "backup", str(place))
        assert (done.code, len(done.err.splitlines())) == (DiskFailed.exit_code, 1), done.err
        assert str(place) in done.err
        assert not list(tmp_path.rglob("*.part*"))
    assert inside(home, "backup", str(tmp_path / "folder")).code == 0


def test_a_restore_that_finds_no_room_goes_on(home, tmp_path):
    assert inside(home, "backup", str(tmp_path / "saved")).code == 0
    done = cramped(tmp_path / "new", "restore", str(tmp_path / "saved"), bytes_=1_000)
    assert (done.code, "goes on" in done.err) == (DiskFailed.exit_code, True), done.err
    assert inside(tmp_path / "new", "restore", str(tmp_path / "saved")).code == 0
    assert inside(tmp_path / "new", "verify").code == 0


@pytest.mark.parametrize("spoil", ["cut short", "other bytes"])
def test_a_damaged_register_is_told_with_what_to_do(home, spoil):
    """By whoever meets it, and by the doctor: what to bring back, and what is no help."""
    register = home / "register.db"
    if spoil == "cut short":
        os.truncate(register, register.stat().st_size // 4096 // 3 * 4096)
    else:
        register.write_bytes(b"no database at all" * 1_000)
    for words in (("verify",), ("releases",), ("doctor",), ("backup", str(home.parent / "saved"))):
        done = inside(home, *words)
        assert done.code == Broken.exit_code, done.out + done.err
        said = " ".join((done.out + done.err).replace("│", " ").split())
        assert str(register) in said.replace(" ", ""), said
        assert "greffe restore" in said
        assert ".recover" in said


@pytest.mark.skipif(not os.environ.get("GREFFE_SOAK"), reason="mounts a disk: GREFFE_SOAK=1")
def test_a_disk_with_nothing_left_and_one_that_is_read_only(home, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], check=True)
    try:
        shutil.copytree(home, disk / "home")
        with suppress(OSError), (disk / "fill").open("wb") as fill:
            while True:
                fill.write(bytes(4096))
                fill.flush()
        assert inside(disk / "home", "verify").code == 0
        assert inside(disk / "home", "backup", str(tmp_path / "saved")).code == 0
        assert inside(disk / "home", "backup", str(disk / "saved")).code == DiskFailed.exit_code
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        done = inside(disk / "home", "verify")
        assert (done.code, "SQLite writes beside it" in done.err) == (DiskFailed.exit_code, True), done.err
    finally:
        subprocess.run(["umount", str(disk)], check=True)
