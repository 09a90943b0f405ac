"""A house moves from a disk and SQLite to a bucket and PostgreSQL, and back: nothing is lost on the way, wherever it is cut off,
and nobody enters anything in the register that was left."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from examples import examples
from house import AUTHOR, PUBLISHED, Clock, House, new_house
from journey_tools import ROOT, inside

from greffe.app import compose, depot_of, register_at
from greffe.errors import BadQuery, Broken, Denied, Refused, Unavailable
from greffe.release.people import HOUSE, add_person
from greffe.release.verify import faults
from greffe.settings import read_settings
from greffe.store.base import Actor, Selection
from greffe.store.bucket import Bucket
from greffe.store.register import SqlRegister
from greffe.transmission import keeping
from greffe.upkeep import move as moving
from greffe.upkeep.move import Place, move
from greffe.upkeep.taken_back import undo

ADMIN = Actor("gaston")
as_found = partial(SqlRegister, upgrade=False)


def place(settings):
    return Place(depot_of(settings), register_at)


def quiet(_what, _done, _total):
    pass


def told(parts):
    """Everything that is entered, and the figures of every release."""
    entries = [(e.number, e.hash) for e in parts.register.read()]
    found = {
        r.name: [b.observations.to_pylist() for b in parts.observations.select(r.name, Selection())]
        for r in parts.ledger().releases.values()
    }
    return entries, found


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A house with a release, a refused extract, and a file of a transmission."""
    house = new_house(tmp_path_factory.mktemp("moves") / "home")
    add_person(house.parts, HOUSE, ADMIN.name, ["administrator"])
    house.take_published()
    wrong = tmp_path_factory.mktemp("wrong") / "population.csv"
    wrong.write_text((PUBLISHED / "population.csv").read_text("utf-8").replace("2022", "20X2"), encoding="utf-8")
    assert not house.take(wrong, "INT_POPULATION").record.accepted
    house.approve_map()
    house.released()
    sha, _ = keeping.keep(house.parts, [b"what was sent"])
    house.parts.note(ADMIN, "order.delivered", "an order", {"sha256": sha})
    house.parts.register.close()
    return house.parts.settings.home


@pytest.fixture
def house(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    settings = read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=tmp_path / "home")
    clock = Clock()
    clock.forward(days=1)
    return House(compose(settings, clock), clock)


@pytest.fixture
def there(house, new_postgresql, bucket_url):
    """Where it goes."""
    return replace(house.parts.settings, register_url=new_postgresql, files=bucket_url)


def test_to_a_bucket_and_postgresql_and_back(house, there, tmp_path):
    parts = house.parts
    before = told(parts)
    done = move(parts, ADMIN, there, place(there), quiet)
    assert done.went == ("files", "register")
    shutil.move(tmp_path / "home", tmp_path / "old")
    elsewhere = compose(replace(there, home=tmp_path / "new"), house.clock)
    entries, figures = told(elsewhere)
    assert entries[: len(before[0])] == before[0]
    assert figures == before[1]
    assert [e.kind for e in elsewhere.register.read(after=len(before[0]))] == ["register.moved", "register.arrived"]
    assert faults(elsewhere) == []

    back = replace(elsewhere.settings, register_url=f"sqlite:///{tmp_path / 'again.db'}", files="")
    assert move(elsewhere, ADMIN, back, place(back), quiet).went == ("files", "register")
    again = compose(back, house.clock)
    assert told(again)[1] == before[1]
    assert told(again)[0][: len(before[0])] == before[0]
    assert faults(again) == []


def test_the_register_that_was_left_takes_nothing_more(house, there):
    move(house.parts, ADMIN, there, place(there), quiet)
    with pytest.raises(Refused, match="was moved") as found:
        house.take_published() or house.parts.note(AUTHOR, "note.made", "x", {})
    assert "postgresql" in found.value.text()
    entries = len(list(house.parts.register.read()))
    with pytest.raises(Refused):
        house.parts.note_all(AUTHOR, [])
        house.approve_map()
    assert len(list(house.parts.register.read())) == entries


def test_a_move_is_taken_back_on_purpose(house, there):
    with pytest.raises(Refused, match="not moved"):
        undo(house.parts, ADMIN, as_found)
    move(house.parts, ADMIN, there, place(there), quiet)
    with pytest.raises(Denied):
        undo(house.parts, AUTHOR, as_found)
    with pytest.raises(BadQuery, match="was moved to"):
        undo(house.parts, ADMIN, as_found, at=house.parts.settings.register_url)
    assert undo(house.parts, ADMIN, as_found, at=there.register_url) == "closed"
    house.parts.note(ADMIN, "order.asked", "works again", {})
    with pytest.raises(Refused, match="was moved"):
        as_found(there.register_url).append(ADMIN, house.clock(), "order.asked", "in the copy", {})


def moved_on_disk(house, tmp_path):
    """A move to another file by the command; the home, the copy."""
    home, copy, file = house.parts.settings.home, tmp_path / "new.db", tmp_path / "new.toml"
    house.parts.register.close()
    file.write_text(f'register = "sqlite:///{copy}"\n', encoding="utf-8")
    assert inside(home, "move", "--to", str(file), "--as", ADMIN.name).code == 0
    return home, copy


def test_a_copy_with_entries_of_its_own_is_not_given_up(house, tmp_path):
    """Neither register is changed, whatever is said; the way back is told."""
    home, copy = moved_on_disk(house, tmp_path)
    there = as_found(f"sqlite:///{copy}")
    for n in range(2):
        there.append(ADMIN, house.clock(), "order.asked", f"worked on {n}", {})
    heads = there.head(), house.parts.register.head()
    for words in ((), ("--unseen", "nobody was there")):
        done = inside(home, "move", "--undo", "--as", ADMIN.name, *words)
        assert (done.code, "would be lost: 2." in done.err, "Move back" in done.err) == (3, True, True), done.err
    assert (there.head(), house.parts.register.head()) == heads


def test_a_copy_that_is_closed_is_left_and_the_register_here_works(house, tmp_path):
    """Cut off between the two, the same command goes on."""
    home, copy = moved_on_disk(house, tmp_path)
    there, here = as_found(f"sqlite:///{copy}"), f"sqlite:///{home / 'register.db'}"
    there.append(ADMIN, house.clock(), "register.moved", here, {"undone": True})
    done = inside(home, "move", "--undo", "--as", ADMIN.name)
    assert (done.code, "takes nothing more" in done.err) == (0, True), done.err
    assert there.head() == house.parts.register.head() + 1
    house.parts.note(ADMIN, "order.asked", "works again", {})


def test_a_copy_that_is_away_needs_a_reason_which_is_kept(house, tmp_path):
    home, copy = moved_on_disk(house, tmp_path)
    copy.unlink()
    refused = inside(home, "move", "--undo", "--as", ADMIN.name)
    assert (refused.code, "--unseen" in refused.err, copy.exists()) == (3, True, False), refused.err
    done = inside(home, "move", "--undo", "--as", ADMIN.name, "--unseen", "the disk burned")
    assert (done.code, "not looked into" in done.err) == (0, True), done.err
    *_, last = house.parts.register.read()
    assert (last.kind, last.payload) == ("register.arrived", {"undone": True, "unseen": "the disk burned"})


@pytest.mark.parametrize("cut", ["files", "closing", "copy", "arrival", "verify"])
def test_cut_off_anywhere_the_same_call_goes_on(house, there, monkeypatch, cut, tmp_path):
    before = told(house.parts)

    def away(*_arguments, **_named):
        raise Unavailable("cut off")

    with monkeypatch.context() as patched:
        if cut == "files":
            calls = []
            original = Bucket.put

            def third(self, name, file):
                calls.append(1)
                return away() if len(calls) == 3 else original(self, name, file)

            patched.setattr(Bucket, "put", third)
        elif cut == "closing":
            patched.setattr(moving, "snapshot", away)
        elif cut == "copy":
            patched.setattr(moving, "fill", away)
        elif cut == "arrival":
            patched.setattr(moving, "_arrive", away)
        else:
            patched.setattr(moving, "_looks", away)
        with pytest.raises(Unavailable):
            move(house.parts, ADMIN, there, place(there), quiet)
    move(house.parts, ADMIN, there, place(there), quiet)
    shutil.move(tmp_path / "home", tmp_path / "old")
    elsewhere = compose(replace(there, home=tmp_path / "new"), house.clock)
    assert told(elsewhere)[1] == before[1]
    assert faults(elsewhere) == []
    kinds = [e.kind for e in elsewhere.register.read(after=len(before[0]))]
    assert kinds == ["register.moved", "register.arrived"]


def test_what_is_damaged_stops_it_before_the_register_moves(house, there):
    extract = next(iter(house.parts.ledger().accepted))
    shutil.rmtree(house.parts.settings.extracts / extract.id)
    with pytest.raises(Broken, match=extract.id):
        move(house.parts, ADMIN, there, place(there), quiet)
    house.parts.note(ADMIN, "order.asked", "the house works on", {})


def test_a_register_that_is_in_use_is_no_place(house, there, tmp_path):
    other = new_house(tmp_path / "other", register_url=there.register_url)
    head = other.parts.register.head()
    with pytest.raises(Refused, match="not empty"):
        move(house.parts, ADMIN, there, place(there), quiet)
    assert other.parts.register.head() == head
    house.parts.note(ADMIN, "order.asked", "the house works on", {})


def test_who_may_and_what_is_nothing_to_do(house, there):
    with pytest.raises(Denied):
        move(house.parts, AUTHOR, there, place(there), quiet)
    with pytest.raises(BadQuery, match="there already"):
        move(house.parts, ADMIN, house.parts.settings, place(house.parts.settings), quiet)


def test_on_the_command_line(house, there, tmp_path):
    home = house.parts.settings.home
    house.parts.register.close()
    file = tmp_path / "new.toml"
    file.write_text(f'register = "{there.register_url}"\nfiles = "{there.files}"\n', encoding="utf-8")
    done = inside(home, "move", "--to", str(file), "--as", ADMIN.name, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["moved"] == ["files", "register"]
    refused = inside(home, "move", "--as", ADMIN.name)
    assert refused.code == 2
    assert "move --undo" in refused.err


def test_killed_at_any_moment_the_same_command_goes_on(house, there, tmp_path):
    """`greffe move` in a process of its own, killed with all that it started: what is served is what was, nothing is entered in
    both registers, and the same command ends it."""
    home, dice = house.parts.settings.home, random.Random(4)
    before = told(house.parts)
    house.parts.register.close()
    file = tmp_path / "new.toml"
    file.write_text(f'register = "{there.register_url}"\nfiles = "{there.files}"\n', encoding="utf-8")
    words = [sys.executable, "-m", "greffe", "move", "--to", str(file), "--as", ADMIN.name, "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home)}
    killed = 0
    for _ in range(examples(1, 25)):
        process = subprocess.Popen(
            words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(dice.uniform(0.8, 2.5))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            break
        left = compose(house.parts.settings, house.clock)
        entries, figures = told(left)
        assert entries[: len(before[0])] == before[0]
        assert {e.kind for e in left.register.read(after=len(before[0]))} <= {"register.moved"}
        assert figures == before[1]
        assert faults(left) == []
        left.register.close()
    if process.returncode != 0:
        assert inside(home, *words[3:]).code == 0
    shutil.move(home, tmp_path / "old")
    elsewhere = compose(replace(there, home=tmp_path / "new"), house.clock)
    assert told(elsewhere)[1] == before[1]
    assert faults(elsewhere) == []
    assert [e.kind for e in elsewhere.register.read(after=len(before[0]))] == ["register.moved", "register.arrived"]
    print(f"{killed} kills")
