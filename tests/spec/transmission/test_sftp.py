"""SFTP, at OpenSSH's own server: what it refuses, what breaks on the way, and that nothing comes twice."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from paramiko import SFTPClient
from parcels import CONTENTS, Killed, parcel, taken
from plain_sftp_server import PlainServer
from sftp_server import Server, Wire, key_pair

from greffe.errors import BadDefinition
from greffe.transmission.channels import sftp_place
from greffe.transmission.channels.channel import ABSENT, PARTLY, THERE, UNKNOWN, NotSent, Occupied, Options, Unsure
from greffe.transmission.channels.putting import found, put
from greffe.transmission.channels.sftp import Sftp

LARGE = bytes(range(256)) * 2000  # 512,000 bytes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sftp")
    with Server(folder / "keys", folder / "out") as one:
        yield one


@pytest.fixture
def out(server: Server, tmp_path: Path) -> Path:
    """A folder of the server for this test alone."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("read_back", [False, True])
def test_files_arrive_whole_and_once(server: Server, out: Path, tmp_path: Path, read_back: bool):
    sent, channel = parcel(tmp_path), server.channel(path=str(out), read_back=read_back)
    assert channel.look(sent) == ABSENT
    assert channel.deliver(sent) == "2 files in the folder"
    assert channel.look(sent) == THERE
    assert channel.deliver(sent) == "all files were there"
    assert sorted(p.name for p in out.iterdir()) == [".greffe", "A.CSV", "B.CSV"]
    assert taken(out) == ["A.CSV", "B.CSV"]
    assert channel.look(sent) == UNKNOWN
    with pytest.raises(Unsure, match="is gone"):
        channel.deliver(sent)


@pytest.mark.parametrize("read_back", [False, True])
def test_an_earlier_file_of_that_name_and_length_is_not_ours(
    server: Server, out: Path, tmp_path: Path, read_back: bool
):
    """The delivery before this one, which nobody took yet: a corrected figure changes no length. Nothing was put, and it waits."""
    (out / "A.CSV").write_bytes(CONTENTS["A.CSV"][::-1])
    channel = server.channel(path=str(out), read_back=read_back)
    assert channel.look(parcel(tmp_path)) == ABSENT
    with pytest.raises(Occupied, match=r"A\.CSV lies there, and is not this delivery's"):
        channel.deliver(parcel(tmp_path))
    assert (out / "A.CSV").read_bytes() == CONTENTS["A.CSV"][::-1]
    assert [p.name for p in out.iterdir()] == ["A.CSV"]
    (out / "A.CSV").unlink()
    assert channel.deliver(parcel(tmp_path)) == "2 files in the folder"


@pytest.mark.parametrize("others", [
    {"host_key": None, "known_hosts": "known"},
    {"host_key": None, "known_hosts": "hashed"},
])  # fmt: skip
def test_a_server_is_known_by_a_file_too(server: Server, tmp_path: Path, others: dict[str, str]):
    known = tmp_path / others["known_hosts"]
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n", encoding="utf-8")
    if known.name == "hashed":
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
        assert "127.0.0.1" not in known.read_text(encoding="utf-8")
    assert "expected one" in server.channel(**others | {"known_hosts": str(known)}).reach()


def refused(server: Server, **others: object) -> NotSent:
    with pytest.raises(NotSent) as error:
        server.channel(**others).reach()
    return error.value


def test_a_server_that_is_another_or_unknown_is_refused(server: Server, tmp_path: Path):
    other, known = key_pair(tmp_path / "other"), tmp_path / "known"
    changed = refused(server, host_key=other.with_suffix(".pub").read_text(encoding="utf-8"))
    assert changed.lasting
    assert "shows another key (ssh-ed25519 SHA256:" in str(changed)
    known.write_text(f"elsewhere.example.org {server.host_key}\n", encoding="utf-8")
    unknown = refused(server, host_key=None, known_hosts=str(known))
    assert unknown.lasting
    assert f"[127.0.0.1]:{server.port} is no server whose key is known here" in str(unknown)


def test_refusals_say_why_and_whether_they_last(server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    stranger, password = key_pair(tmp_path / "stranger"), tmp_path / "password"
    password.write_text("Sesame-4711\n", encoding="utf-8")
    password.chmod(0o600)
    for others, told, lasting in (
        ({"key_file": str(stranger)}, "the login is refused", True),
        ({"key_file": None, "password_file": str(password)}, "the login is refused", True),
        ({"path": "/nowhere/at/all"}, "there is no such folder", True),
        ({"port": 1}, "no connection: Connection refused", False),
        ({"host": "nowhere.invalid"}, "the name is not found", False),
    ):
        error = refused(server, **others)
        assert told in str(error)
        assert error.lasting is lasting, told
    assert "Sesame" not in caplog.text


def test_a_wire_that_says_nothing_or_breaks_at_the_login_is_tried_again(server: Server):
    with Wire(server.port) as wire:
        server.channel(port=wire.port).reach()
        whole = wire.carried
    for cut in (10, whole // 3, whole * 2 // 3, whole - 300):
        with Wire(server.port, cut) as wire:
            error = refused(server, port=wire.port)
        assert not error.lasting, (cut, str(error))


@pytest.mark.parametrize("read_back", [False, True])
def test_a_cut_upload_is_resumed_where_it_stopped(server: Server, out: Path, tmp_path: Path, read_back: bool):
    sent = parcel(tmp_path, LARGE=LARGE)
    with Wire(server.port, 300_000) as wire:
        channel = server.channel(path=str(out), port=wire.port, read_back=read_back)
        with pytest.raises(NotSent, match="the connection broke") as error:
            channel.deliver(sent)
        assert not error.value.lasting
        (part,) = out.glob(".LARGE*.part")
        there = part.stat().st_size
        assert 0 < there < 300_000
        assert part.read_bytes() == LARGE[:there]
        wire.cut = -1
        assert channel.look(sent) == PARTLY
        wire.carried = 0
        channel.deliver(sent)
        assert len(LARGE) - there < wire.carried < len(LARGE) - there + 40_000
    assert (out / "LARGE.CSV").read_bytes() == LARGE


def test_a_part_that_is_spoilt_is_found_out_by_reading_back(server: Server, out: Path, tmp_path: Path):
    sent = parcel(tmp_path, LARGE=LARGE)
    part = out / f".LARGE.CSV.{sent.files[0].sha256[:12]}.part"
    part.write_bytes(b"\0" * 100_000)
    server.channel(path=str(out), read_back=True).deliver(sent)
    assert (out / "LARGE.CSV").read_bytes() == LARGE


def test_a_full_disk_leaves_a_part_that_is_completed_when_there_is_room(server: Server, out: Path, tmp_path: Path):
    """The server may write no more than 200,000 bytes into a file: its write fails as on a full disk."""
    sent = parcel(tmp_path, LARGE=LARGE)
    with (
        Server(server.keys, out, room=200_000) as full,
        pytest.raises(NotSent, match="as it does when its disk is full"),
    ):
        full.channel(path=str(out)).deliver(sent)
    assert not list(out.glob("[A-Z]*"))
    channel = server.channel(path=str(out))
    assert channel.look(sent) == PARTLY
    channel.deliver(sent)
    assert (out / "LARGE.CSV").read_bytes() == LARGE


def test_a_try_that_takes_too_long_stops_and_goes_on_with_the_next(
    server: Server, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It stops before its lease ends; the clock jumps while the file is under way."""
    sent, times = parcel(tmp_path, LARGE=LARGE), iter([0.0] * 8 + [1501.0] * 99)
    with monkeypatch.context() as patch:
        patch.setattr(sftp_place, "time", SimpleNamespace(monotonic=lambda: next(times)))
        with server.channel(path=str(out)).session() as place, pytest.raises(NotSent, match="longer than 0:25:00"):
            put(place, sent)
    assert 0 < next(out.glob(".LARGE*")).stat().st_size < len(LARGE)
    server.channel(path=str(out)).deliver(sent)
    assert (out / "LARGE.CSV").read_bytes() == LARGE


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch, after: bool) -> Iterator[list[str]]:
    """Before or after the n-th request that changes something; `seen` counts them."""
    seen: list[str] = []

    def counted(name: str) -> None:
        real = getattr(SFTPClient, name)

        def stepping(*arguments: object, **named: object) -> object:
            seen.append(name)
            if len(seen) == step and not after:
                raise Killed
            done = real(*arguments, **named)
            if len(seen) == step:
                raise Killed
            return done

        monkeypatch.setattr(SFTPClient, name, stepping)

    with monkeypatch.context() as patch:
        monkeypatch = patch
        for name in ("open", "posix_rename", "mkdir"):
            counted(name)
        yield seen


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("greedy", [False, True], ids=["left there", "taken at once"])
def test_killed_at_each_step(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, greedy: bool, after: bool
):
    """Greedy: a client takes what it sees while we are gone. It never gets a file twice, and never half of one."""
    (tmp_path / "in").mkdir()
    sent, step, unknown = parcel(tmp_path / "in"), 0, 0
    while True:
        step += 1
        out = tmp_path / f"out{step}"
        out.mkdir()
        had: list[str] = []
        with server.channel(path=str(out)).session() as place:
            try:
                with killed_at(step, monkeypatch, after):
                    put(place, sent)
                break
            except Killed:
                pass
            had += taken(out) if greedy else []
            state = found(place, sent).state
            if state in (ABSENT, PARTLY):
                put(place, sent)
        unknown += state == UNKNOWN
        had += taken(out)
        assert len(had) == len(set(had)), (step, had)
        assert set(had) == set(CONTENTS) or (state == UNKNOWN and greedy), (step, state, had)
    assert step == 8  # two files, a folder, a note, its name, two names, and one that is not reached
    assert (unknown > 0) is greedy


def test_a_wire_cut_anywhere_brings_nothing_twice(server: Server, tmp_path: Path):
    """Every stage of a delivery as bytes on the wire; the client takes what it sees whenever it is cut."""
    (tmp_path / "in").mkdir()
    sent = parcel(tmp_path / "in")
    with Wire(server.port) as wire:
        out = tmp_path / "000000"  # as long as the others: a name is bytes on the wire
        out.mkdir()
        server.channel(path=str(out), port=wire.port).deliver(sent)
        whole = wire.carried
    for cut in range(whole - 2600, whole - 300, 200):
        out = tmp_path / f"{cut:06}"
        out.mkdir()
        with Wire(server.port, cut) as wire, pytest.raises((NotSent, Unsure)) as error:
            server.channel(path=str(out), port=wire.port).deliver(sent)
        had, channel = taken(out), server.channel(path=str(out))
        if error.type is NotSent:
            assert had == []
        state = channel.look(sent)
        if state in (ABSENT, PARTLY):
            channel.deliver(sent)
        had += taken(out)
        assert len(had) == len(set(had)), (cut, had)
        assert len(had) == 2 or state == UNKNOWN, (cut, state)


@pytest.mark.parametrize(("others", "told"), [
    ({"key_file": None}, "key_file or password_file is said: one of them"),
    ({"host_key": None}, "host_key or known_hosts is said: one of them"),
    ({"host_key": "ssh-ed25519 rubbish"}, "host_key is written as in a .pub file"),
    ({"password": "hunter2"}, "has no setting 'password'. Nearest: password_file"),
    ({"read_back": "yes"}, "read_back is true or false"),
    ({"port": 99_999}, "port is a whole number up to 65535"),
    ({"key_file": "client"}, "key_file 'client' is no absolute path"),
    ({"key_file": "/nowhere"}, "key_file /nowhere cannot be read: No such file"),
])  # fmt: skip
def test_settings_that_cannot_be_are_told(server: Server, others: dict[str, object], told: str):
    with pytest.raises(BadDefinition) as error:
        server.channel(**others)
    assert told in error.value.text()
    assert "hunter2" not in error.value.text()


def test_a_secret_that_others_may_read_is_refused(server: Server, tmp_path: Path):
    key = tmp_path / "key"
    key.write_bytes((server.keys / "client").read_bytes())
    for mode in (0o640, 0o604, 0o660):
        key.chmod(mode)
        with pytest.raises(BadDefinition, match=rf"may be read by others than its owner \(mode 0{mode:o}\): chmod 600"):
            server.channel(key_file=str(key))
    key.chmod(0o400)
    server.channel(key_file=str(key))
    key.chmod(0o600)
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", "passphrase", "-f", str(key)], check=True, capture_output=True
    )
    with pytest.raises(BadDefinition, match="locked by a passphrase"):
        server.channel(key_file=str(key))


def test_a_password_and_a_server_that_renames_in_its_own_way(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    (tmp_path / "out").mkdir()
    password = tmp_path / "password"
    with PlainServer("Sesame-4711") as server:
        said = {
            "kind": "sftp", "host": "127.0.0.1", "port": server.port, "user": "fr-sser", "path": str(tmp_path / "out"),
            "password_file": str(password), "host_key": server.host_key,
        }  # fmt: skip
        for text, lasting in (("Sesame-4711\n", None), ("Sesame-4712\n", True)):
            password.write_text(text, encoding="utf-8")
            password.chmod(0o600)
            channel = Sftp(Options("unodc", "channels.toml", said))
            if lasting is None:
                assert channel.deliver(parcel(tmp_path)) == "2 files in the folder"
            else:
                with pytest.raises(NotSent, match="the login is refused") as error:
                    channel.reach()
                assert error.value.lasting
    assert taken(tmp_path / "out") == ["A.CSV", "B.CSV"]
    assert "Sesame" not in caplog.text
