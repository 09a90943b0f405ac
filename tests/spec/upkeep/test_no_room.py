"""Where nothing more can be written the house is still read: verified, shown, saved elsewhere. No file of the process may grow, which is
what a disk with 0 bytes left is for SQLite's index; with GREFFE_SOAK=1 it is a disk with 0 bytes left."""

import os
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from house import FLOW, new_house
from journey_tools import ROOT, Ran, inside

from greffe.cli.common import save
from greffe.errors import Broken, DiskFailed, Refused
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


def filled(home):
    """Files of every kind that may go, long unused, and some that somebody uses; the bytes of each kind that goes."""
    long_ago = time.time() - 7_200
    sizes = {"kept": 40_000, "condensed": 30_000, "tmp/duckdb-left": 20_000, "tmp/granted-left": 10_000}
    for place, size in sizes.items():
        (home / place).mkdir(parents=True, exist_ok=True)
        (home / place / "0123456789abcdef").write_bytes(bytes(size))
    for place in ("kept", "tmp/duckdb-in-use"):
        (home / place).mkdir(parents=True, exist_ok=True)
        (home / place / "in-use").write_bytes(bytes(5_000))
    for path in (*(home / "kept").iterdir(), *(home / "condensed").iterdir(), *(home / "tmp").rglob("*")):
        os.utime(path, (long_ago, long_ago))
    os.utime(home / "kept" / "in-use")
    condensed = sum(p.stat().st_size for p in (home / "condensed").iterdir())
    return {"kept": 40_000, "condensed": condensed, "temporary": 30_000}


def test_evicting_frees_what_is_made_again_without_room(home):
    """By kind, where no file may grow; what is used a moment ago or open stays, and what is kept for good. All is served as before."""
    expected = filled(home)
    truth = {p: p.read_bytes() for f in ("extracts", "drafts", "releases") for p in (home / f).rglob("*.parquet")}
    open_ = home / "tmp" / "duckdb-in-use" / "in-use"
    with open_.open("rb"):
        done = cramped(home, "store", "--evict", "--json")
        assert done.code == 0, done.err
        assert {k: v for k, v in done.json()["freed_by_kind"].items() if k != "superseded"} == expected
        assert done.json()["freed"] == sum(done.json()["freed_by_kind"].values())
        assert open_.is_file()
    assert [p.name for p in (home / "kept").iterdir()] == ["in-use"]
    assert not list((home / "condensed").iterdir())
    assert [p.name for p in (home / "tmp").iterdir()] == ["duckdb-in-use"]
    assert {p: p.read_bytes() for p in truth} == truth
    again = inside(home, "store", "--evict")
    assert (again.code, "Freed: 5,000 (" in again.out.replace("\n", " ")) == (0, True), again.out
    assert inside(home, "verify").code == 0


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
        assert inside(disk / "home", "store", "--evict").code == 0
        assert inside(disk / "home", "backup", str(tmp_path / "saved")).code == 0
        assert inside(disk / "home", "backup", str(disk / "saved")).code == DiskFailed.exit_code
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        done = inside(disk / "home", "verify")
        assert (done.code, "SQLite writes beside it" in done.err) == (DiskFailed.exit_code, True), done.err
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_file_that_was_asked_for_and_has_no_room(home, tmp_path):
    """Exit code 6, one line that names it and says what to do, no half of one, and what stood there stays."""
    out = tmp_path / "page.html"
    for before in (None, "stays"):
        if before:
            out.write_text(before)
        done = cramped(home, "quality", FLOW, "--out", str(out), bytes_=1_000)
        assert (done.code, len(done.err.splitlines())) == (DiskFailed.exit_code, 1), done.err
        assert (f"{out}: There is no room" in done.err, "greffe store --evict" in done.err) == (True, True), done.err
        assert [p.read_text() for p in tmp_path.glob("*page*")] == ([before] if before else [])
    assert inside(home, "quality", FLOW, "--out", str(out)).code == 0
    assert out.read_text().startswith("<!doctype html>")


def test_what_is_refused_for_another_reason_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "absent" / "page.html"):
        with pytest.raises(Refused, match="It cannot be written"):
            save(place, b"")
    save(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()
