"""A backup whose target goes away ends at once and says so; of one that is killed nothing is left that anybody reads."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from house import House, new_house
from journey_tools import ROOT, inside
from s3_server import Line, new_bucket

from greffe.errors import DiskFailed, Unavailable
from greffe.store.bucket import Bucket
from greffe.upkeep.backup import back_up
from greffe.upkeep.checking import check
from greffe.upkeep.places import source_of, writing_to


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return new_house(tmp_path_factory.mktemp("cut") / "home", "published", "map", "released")


def after(line: Line, puts: int, act) -> None:
    """Do something once that many files were put."""
    count = [0]

    def fault(method: str, _path: str, _body: bytes) -> None:
        count[0] += method == "PUT"
        if count[0] == puts and method == "PUT":
            act()

    line.fault = fault


@pytest.mark.parametrize("more", [(), ("--damaged",)])
def test_a_bucket_that_goes_away_ends_it(house: House, s3: str, line: Line, more: tuple[str, ...]):
    """One line and exit code 6, after the tries of one file: no second one is tried. No list, whatever was asked for."""
    bucket = new_bucket(s3)
    after(line, 5, lambda: setattr(line, "down", True))
    done = inside(house.parts.settings.home, "backup", bucket, *more)
    assert (done.code, len(done.err.splitlines())) == (Unavailable.exit_code, 1), done.err
    assert done.err.startswith("Service unavailable: The object store does not answer")
    asked = [path for method, path in line.asked if method == "PUT"]
    assert len(set(asked)) == 6
    line.down = False
    line.fault = lambda *_: None
    assert list(Bucket(bucket).names("objects"))
    assert inside(house.parts.settings.home, "backup", "check", bucket).code == 2, "there is none"
    assert inside(house.parts.settings.home, "backup", bucket, *more).code == 0
    assert inside(house.parts.settings.home, "backup", "check", bucket).code == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_who_is_killed_leaves_nothing_where_files_wait(
    house: House, s3: str, line: Line, tmp_path: Path, how: signal.Signals
):
    """A file of the house waits in the folder of temporary files until its checksum is known."""
    found: list[subprocess.Popen[bytes]] = []
    after(line, 3, lambda: found[0].send_signal(how))
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(house.parts.settings.home)}
    command = [sys.executable, "-m", "greffe", "backup", new_bucket(s3)]
    found.append(subprocess.Popen(command, env=env | {"TMPDIR": str(tmp_path)}))
    assert found[0].wait(60) == -how
    assert list(tmp_path.iterdir()) == []


def saved(house: House, where: Path, tell) -> None:
    back_up(house.parts, writing_to(str(where)), keys=False, damaged=False, tell=tell)


def test_the_next_backup_sweeps_what_others_left(house: House, tmp_path: Path):
    """Of those that were killed, by any name, with what the release before left too. What is of one that goes on stays, and what is
    no lock of ours."""
    child = os.fork()
    if child == 0:
        saved(house, tmp_path / "killed.tar", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert {p.name for p in tmp_path.iterdir()} == {".killed.tar.lock", ".killed.tar.part"}
    (tmp_path / ".killed.tar.part.one").write_text("a file of the house")
    (tmp_path / ".strange.tar.lock").write_text("7")
    (tmp_path / ".strange.tar.part").write_text("of somebody else")
    ran: list[str] = []

    def meanwhile(*_: object) -> None:
        if not ran:
            ran.append("two")
            saved(house, tmp_path / "two.tar", lambda *_: None)
            assert (tmp_path / ".one.tar.part").is_file()

    saved(house, tmp_path / "one.tar", meanwhile)
    assert {p.name for p in tmp_path.iterdir()} == {"one.tar", "two.tar", ".strange.tar.lock", ".strange.tar.part"}
    for name in ("one.tar", "two.tar"):
        assert list(check(source_of(str(tmp_path / name)), lambda *_: None)) == []


def test_a_file_that_cannot_be_read_is_a_fault_of_the_house_alone(house: House, s3: str, line: Line, tmp_path: Path):
    """With --damaged, in a bucket: what is gone is told in the list, and all the rest is in it."""
    home = tmp_path / "home"
    shutil.copytree(house.parts.settings.home, home)
    gone = next(home.glob("drafts/*/draft.json"))
    gone.unlink()
    bucket = new_bucket(s3)
    assert inside(home, "backup", bucket).code == 7
    made = inside(home, "backup", bucket, "--damaged", "--json").json()
    assert [str(gone) in fault for fault in made["faults"]] == [True]
    whole = inside(house.parts.settings.home, "backup", f"{bucket}/whole", "--json").json()
    assert 0 < whole["files"] - made["files"] <= 3


@pytest.mark.parametrize("bytes_", [0, 1_000])
def test_no_room_for_what_waits(house: House, s3: str, line: Line, bytes_: int, tmp_path: Path):
    """Where a bucket is the target: exit code 6 and one line, which says where room lacks."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(house.parts.settings.home)}
    done = subprocess.run(
        [sys.executable, "-m", "greffe", "backup", new_bucket(s3), "--damaged"],
        env=env | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_)),
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (DiskFailed.exit_code, 1), done.stderr
    assert "TMPDIR" in done.stderr
    assert (str(tmp_path) in done.stderr) == (bytes_ > 0)
