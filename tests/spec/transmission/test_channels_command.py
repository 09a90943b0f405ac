"""`greffe transmissions channels`: what is set up, whether it lets us in, and never a secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from https_server import TOKEN, Endpoint
from journey_tools import Ran, free_port, inside
from sftp_server import Server

from greffe.transmission.channels import CHANNELS
from greffe.transmission.ways import read_channels

SECRET = "Sesame-4711"  # the token of the endpoint begins with it
assert TOKEN.startswith(SECRET)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("channels")
    with Server(folder / "keys", folder / "out") as one:
        yield one


def toml(**channels: dict[str, object]) -> str:
    """The settings as somebody writes them."""
    tables = []
    for name, values in channels.items():
        lines = [
            f"{k} = {str(v).lower() if isinstance(v, bool) else v if isinstance(v, int) else repr(v)}"
            for k, v in values.items()
        ]
        tables.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(tables) + "\n"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with Endpoint(tmp_path_factory.mktemp("endpoint")) as one:
        yield one


@pytest.fixture
def asked(tmp_path: Path, server: Server, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch):
    file, password = tmp_path / "channels.toml", tmp_path / "password"
    password.write_text(SECRET, encoding="utf-8")
    password.chmod(0o600)
    (tmp_path / "out").mkdir()
    file.write_text(
        toml(
            edamis={"kind": "folder", "path": str(tmp_path / "out")},
            gone={"kind": "folder", "path": str(tmp_path / "gone")},
            unodc=server.settings(),
            closed=server.settings(key_file=None, password_file=str(password)),
            api=endpoint.settings(),
            inside=endpoint.settings(private=False),
            away=server.settings(port=free_port()),
            wrong=server.settings(password=SECRET),
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("GREFFE_CHANNELS", str(file))

    def ask(*arguments: str) -> Ran:
        ran = inside(tmp_path / "home", "transmissions", "channels", *arguments)
        assert SECRET not in ran.out + ran.err
        return ran

    return ask


def states(ran: Ran) -> dict[str, str]:
    return {row["channel"]: row["state"] for row in ran.json()["channels"]}


def test_it_lists_what_is_set_up_without_connecting(asked, server: Server):
    ran = asked("--json")
    assert ran.code == 3
    assert states(ran) == dict.fromkeys(["edamis", "gone", "unodc", "closed", "api", "inside", "away"], "set up") | {
        "wrong": "wrong"
    }
    unodc = next(r for r in ran.json()["channels"] if r["channel"] == "unodc")
    assert (unodc["kind"], unodc["where"]) == ("sftp", server.channel().where)
    table = asked("unodc")
    assert table.code == 0
    assert "sftp://" in table.out


def test_try_logs_in_and_sends_nothing(asked, server: Server, endpoint: Endpoint, tmp_path: Path):
    ran = asked("--try", "--json")
    assert ran.code == 3
    assert states(ran) == {
        "edamis": "reached", "gone": "not reached", "unodc": "reached", "closed": "refused", "api": "reached",
        "inside": "refused", "away": "not reached", "wrong": "wrong",
    }  # fmt: skip
    assert asked("unodc", "--try").code == 0
    assert endpoint.accepted == []
    assert list(server.out.iterdir()) == list((tmp_path / "out").iterdir()) == []


def test_a_name_that_is_none_is_told(asked):
    ran = asked("unodk")
    assert ran.code == 3
    assert "The channel unodk is not set up here. Nearest: unodc." in ran.err


def test_nothing_set_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GREFFE_CHANNELS", raising=False)
    ran = inside(tmp_path, "transmissions", "channels")
    assert (ran.code, "None is set up in channels.toml" in ran.out) == (0, True)


def test_a_relative_folder_is_one_of_the_home_and_of_its_copy(tmp_path: Path):
    for home in (tmp_path / "one", tmp_path / "copy"):
        (home / "out").mkdir(parents=True)
        (home / "channels.toml").write_text('[box]\nkind = "folder"\npath = "out"\n', encoding="utf-8")
        box = CHANNELS["folder"](read_channels(home / "channels.toml")["box"])
        assert (box.where, box.reach()) == (str(home / "out"), "may be written")
