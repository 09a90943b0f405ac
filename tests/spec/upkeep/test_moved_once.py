"""A register goes to one place: whatever is asked for afterwards, and wherever it was cut off, two of them are never open."""

import json
import sqlite3
from datetime import timedelta
from functools import partial

import pytest
from at_once import at_once
from house import Clock, new_house
from journey_tools import inside

from greffe.app import compose, depot_of, register_at
from greffe.errors import Conflict, Refused
from greffe.release.access.accounts import open_session, session_of
from greffe.release.access.keys import identified, make_key
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Actor
from greffe.store.register import SqlRegister
from greffe.upkeep import move as moving
from greffe.upkeep.move import Place, move
from greffe.upkeep.one_move import only_one
from greffe.upkeep.taken_back import undo

ADMIN = Actor("gaston")
as_found = partial(SqlRegister, upgrade=False)


@pytest.fixture
def house(tmp_path):
    found = new_house(tmp_path / "home")
    add_person(found.parts, HOUSE, ADMIN.name, ["administrator"])
    return found


@pytest.fixture
def said(tmp_path):
    """Name → the file of settings that names the register of that name."""

    def write(name):
        (tmp_path / f"{name}.toml").write_text(f'register = "{address_in(tmp_path, name)}"\n', encoding="utf-8")
        return str(tmp_path / f"{name}.toml")

    return write


def address_in(folder, name):
    return f"sqlite:///{folder / name}.db"


def going(house, *words):
    return inside(house.parts.settings.home, "move", *words, "--as", ADMIN.name)


def to(house, folder, name):
    """A move by the functions, for what is cut off on the way."""
    target = read_settings({"GREFFE_REGISTER": address_in(folder, name)}, home=house.parts.settings.home)
    move(house.parts, ADMIN, target, Place(depot_of(target), register_at), lambda *_: None)


def is_open(url):
    """Whether an entry is taken there; it is entered."""
    register = as_found(url)
    try:
        register.append(ADMIN, Clock()(), "order.asked", "something", {})
    except Refused:
        return False
    finally:
        register.close()
    return True


def test_what_was_moved_goes_to_no_second_place(house, said, tmp_path):
    """With the old settings once more: refused, with what to do, and no second register is made; to the same place it goes on."""
    assert going(house, "--to", said("a")).code == 0
    assert is_open(address_in(tmp_path, "a"))
    done = going(house, "--to", said("b"))
    assert (done.code, done.out) == (3, "")
    assert f"moved to {address_in(tmp_path, 'a')} already" in done.err
    assert "greffe move --undo" in done.err
    assert not (tmp_path / "b.db").exists()
    assert going(house, "--to", said("a")).code == 0
    assert not is_open(house.parts.settings.register_url)


def test_files_do_not_go_from_a_house_whose_register_went(house, said, tmp_path):
    assert going(house, "--to", said("a")).code == 0
    (tmp_path / "files.toml").write_text('files = "s3://nowhere/at-all"\n', encoding="utf-8")
    done = going(house, "--to", str(tmp_path / "files.toml"))
    assert (done.code, "already" in done.err) == (3, True), done.err


@pytest.mark.parametrize("step", ["snapshot", "fill", "_arrive"])
def test_cut_off_it_goes_nowhere_else_but_by_undoing(house, said, tmp_path, monkeypatch, step):
    """Once it is entered where the register goes: another place is refused, until the move is taken back."""

    def away(*_arguments, **_named):
        raise Conflict("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(moving, step, away)
        with pytest.raises(Conflict, match="cut off"):
            to(house, tmp_path, "a")
    done = going(house, "--to", said("b"))
    assert (done.code, "already" in done.err, (tmp_path / "b.db").exists()) == (3, True, False), done.err
    assert going(house, "--undo").code == 0
    assert going(house, "--to", said("b")).code == 0
    found = [address_in(tmp_path, "b"), house.parts.settings.register_url]
    if step == "_arrive":  # what was copied stays closed
        found.append(address_in(tmp_path, "a"))
    assert [is_open(url) for url in found] == [True, False, False][: len(found)]


def test_a_copy_that_was_not_opened_opens_itself_by_no_undoing(house, tmp_path, monkeypatch):
    """Asked with the settings of the new place, where the last entry names that place itself."""
    with monkeypatch.context() as patched:
        patched.setattr(moving, "_arrive", lambda *_: (_ for _ in ()).throw(Conflict("cut off")))
        with pytest.raises(Conflict):
            to(house, tmp_path, "a")
    for words in ((), ("--unseen", "whatever")):
        done = inside(
            house.parts.settings.home,
            "move",
            "--undo",
            "--as",
            ADMIN.name,
            *words,
            GREFFE_REGISTER=address_in(tmp_path, "a"),
        )
        assert (done.code, "did not end" in done.err) == (3, True), done.err
    assert not is_open(address_in(tmp_path, "a"))


def test_a_copy_that_was_given_up_stays_closed_while_the_other_works(house, said, tmp_path):
    assert going(house, "--to", said("a")).code == 0
    assert going(house, "--undo").code == 0
    for words in ((), ("--unseen", "whatever")):
        done = inside(
            house.parts.settings.home,
            "move",
            "--undo",
            "--as",
            ADMIN.name,
            *words,
            GREFFE_REGISTER=address_in(tmp_path, "a"),
        )
        assert (done.code, "was given up" in done.err) == (3, True), done.err
    assert [is_open(address_in(tmp_path, "a")), is_open(house.parts.settings.register_url)] == [False, True]


def test_undone_while_it_is_copied_the_copy_is_not_opened(house, tmp_path, monkeypatch):
    """Somebody takes the move back while another process still copies: it finds the copy empty, and the other must not open it."""
    original = moving.fill

    def meanwhile(*arguments):
        other = compose(house.parts.settings, house.clock)
        assert undo(other, ADMIN, as_found) == "empty"
        other.register.close()
        original(*arguments)

    monkeypatch.setattr(moving, "fill", meanwhile)
    with pytest.raises(Conflict, match="opened again meanwhile"):
        to(house, tmp_path, "a")
    assert [is_open(house.parts.settings.register_url), is_open(address_in(tmp_path, "a"))] == [True, False]


def test_a_copy_that_went_on_is_not_called_arrived(house, said, tmp_path):
    """From there it was moved once more: who asks with the first settings is told where it is now."""
    assert going(house, "--to", said("a")).code == 0
    there = address_in(tmp_path, "a")
    assert (
        inside(house.parts.settings.home, "move", "--to", said("c"), "--as", ADMIN.name, GREFFE_REGISTER=there).code
        == 0
    )
    done = going(house, "--to", said("a"))
    assert (done.code, address_in(tmp_path, "c") in done.err) == (3, True), done.err


def test_one_place_is_known_by_any_of_its_names(house, said, tmp_path, monkeypatch):
    """A file by a path that goes round. By one from where one stands it would be another file for others: refused."""
    monkeypatch.chdir(tmp_path)
    near, round_ = tmp_path / "near.toml", tmp_path / "round.toml"
    near.write_text('register = "sqlite:///a.db"\n', encoding="utf-8")
    assert going(house, "--to", str(near)).code == 2
    (tmp_path / "beside").mkdir()
    round_.write_text(f'register = "sqlite:///{tmp_path}/beside/../a.db"\n', encoding="utf-8")
    assert going(house, "--to", str(round_)).code == 0
    *_, last = house.parts.register.read()
    assert (last.kind, last.subject) == ("register.moved", f"sqlite:///{tmp_path}/beside/../a.db")
    again = going(house, "--to", said("a"), "--json")
    assert (again.code, json.loads(again.out)["moved"]) == (0, ["register"])


def test_of_two_who_move_it_at_once_one_is_told_so(house, said):
    """Both came as far as they could before the first entered anything."""
    command = ["move", "--to", said("a"), "--as", ADMIN.name]
    gave = at_once(house.parts.settings.home, command, command)
    assert sorted(code for code, _, _ in gave) == [0, 5], gave
    (told,) = (err for code, _, err in gave if code == 5)
    assert told.startswith("Conflict: A move of this house is under way."), told
    assert len(told.splitlines()) == 1, told
    assert going(house, "--to", said("a")).code == 0


def test_whoever_moves_it_is_alone_with_it(address):
    """On SQLite and PostgreSQL; until the process ends or is done."""
    register = SqlRegister(address)
    with only_one(address), pytest.raises(Conflict, match="under way"), only_one(address):
        pass
    with only_one(address):
        register.add_person(ADMIN, Clock()(), ADMIN.name, ["administrator"])  # the house works meanwhile
    register.close()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"date,title\n", "is no database of SQLite"),
        ("CREATE TABLE albums (title TEXT)", "it has tables such as albums"),
        ("CREATE TABLE entries (title TEXT)", "it has tables such as entries"),
        (None, "It is a folder"),
    ],
)
def test_a_file_of_something_else_is_said_to_be_that(house, said, tmp_path, content, says):
    """And is left as it is."""
    there = tmp_path / "a.db"
    if content is None:
        there.mkdir()
    elif isinstance(content, bytes):
        there.write_bytes(content)
    else:
        with sqlite3.connect(there) as database:
            database.execute(content)
    before = there.read_bytes() if content is not None else b""
    done = going(house, "--to", said("a"))
    assert (done.code, says in done.err) == (2, True), done.err
    assert content is None or there.read_bytes() == before
    assert is_open(house.parts.settings.register_url)


def test_where_it_was_moved_from_it_is_read_on_by_keys(house, said):
    """And by whoever is signed in; what would be written down of that is not."""
    parts, until = house.parts, house.clock() + timedelta(days=9)
    key, secret = make_key(parts, ADMIN, "A loader", "auditor", ["register"], (), until)
    token, _ = open_session(parts, ADMIN)
    assert going(house, "--to", said("a")).code == 0
    house.clock.now += timedelta(minutes=10)
    assert identified(parts, secret, "192.0.2.1").name == key.name
    found = session_of(parts, token)
    assert found is not None and found.person == ADMIN.name
    house.clock.now += timedelta(hours=10)
    assert session_of(parts, token) is None
    for act in (lambda: open_session(parts, ADMIN), lambda: identified(parts, secret[:-1] + "?", "192.0.2.1")):
        with pytest.raises(Refused, match="it is at"):
            act()
