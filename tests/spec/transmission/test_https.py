"""HTTPS, at an endpoint over TLS that misbehaves on command: what is taken for arrived, for refused, and for unknown."""

from __future__ import annotations

import hashlib
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from https_server import TOKEN, Endpoint
from journey_tools import free_port
from parcels import CONTENTS, Killed, parcel

from greffe.errors import BadDefinition
from greffe.transmission.channels import addresses
from greffe.transmission.channels import endpoint as way
from greffe.transmission.channels.channel import ABSENT, PARTLY, THERE, UNKNOWN, NotSent, Options, Unsure
from greffe.transmission.collecting import collect

LARGE = bytes(range(256)) * 8000


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    with Endpoint(tmp_path / "tls") as one:
        yield one


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_files_arrive_once_with_key_and_digest(endpoint: Endpoint, tmp_path: Path, method: str):
    sent, channel = parcel(tmp_path), endpoint.channel(method=method)
    assert channel.look(sent) == ABSENT
    assert channel.deliver(sent) == "2 files taken: 201: taken"
    assert [key for key, _ in endpoint.accepted] == ["D-2024-1/A.CSV", "D-2024-1/B.CSV"]
    assert dict(zip(endpoint.names, [c for _, c in endpoint.accepted], strict=True)) == CONTENTS
    assert f"{method} /in/D-2024-1/B.CSV HTTP/1.1" in endpoint.asked
    told = {
        k: endpoint.headers[k] for k in ("Idempotency-Key", "Content-Type", "Content-Length", "Authorization", "Host")
    }
    assert told == {
        "Idempotency-Key": '"D-2024-1/B.CSV"', "Content-Type": "text/csv", "Content-Length": str(len(CONTENTS["B.CSV"])),
        "Authorization": f"Bearer {TOKEN}", "Host": f"localhost:{endpoint.port}",
    }  # fmt: skip
    assert channel.look(sent) == THERE
    endpoint.asked.clear()
    assert channel.deliver(sent) == "all files were there"
    assert not [line for line in endpoint.asked if line.startswith(method)]


@pytest.mark.parametrize("fault", ["500 after", "timeout after"])
def test_what_was_taken_before_it_failed_is_found_out_by_asking(endpoint: Endpoint, tmp_path: Path, fault: str):
    sent, channel = parcel(tmp_path), endpoint.channel(timeout=1 if fault == "timeout after" else 30)
    endpoint.fault = fault
    with pytest.raises(Unsure, match=r"A\.CSV: .*(may have been taken \(500: out of order\)|no answer in time)"):
        channel.deliver(sent)
    assert channel.look(sent) == PARTLY
    assert endpoint.channel(status=None).look(sent) == UNKNOWN
    endpoint.fault = ""
    endpoint.channel().deliver(sent)
    assert endpoint.names == ["A.CSV", "B.CSV"]
    assert endpoint.again == []


@pytest.mark.parametrize(("fault", "kind", "lasting", "told"), [
    ("401", NotSent, True, "the login is refused (401: no)"),
    ("403", NotSent, True, "the login is refused (403: no)"),
    ("400", NotSent, True, "it is refused (400: no)"),
    ("429", NotSent, False, "not now (429: no)"),
    ("later", NotSent, False, "not now (503, again after 120)"),
    ("503", Unsure, False, "it may have been taken (503: no)"),
    ("409", Unsure, False, "it may have been taken (409: no)"),
    ("302", Unsure, False, "it may have been taken (302: no)"),
    ("moved", NotSent, True, "it is elsewhere, and nobody is followed there (307, points to https://127.0.0.1"),
    ("reset", Unsure, False, "localhost: "),
])  # fmt: skip
def test_answers_and_what_they_mean(
    endpoint: Endpoint, tmp_path: Path, fault: str, kind: type[Exception], lasting: bool, told: str
):
    endpoint.fault = fault
    with pytest.raises(kind) as error:
        endpoint.channel().deliver(parcel(tmp_path, LARGE=LARGE))
    assert str(error.value).startswith(f"LARGE.CSV: {told}")
    assert getattr(error.value, "lasting", False) is lasting
    assert endpoint.accepted == []
    assert not [line for line in endpoint.asked if "elsewhere" in line]


def test_a_slow_answer_counts_by_its_status(endpoint: Endpoint, tmp_path: Path):
    """The file is taken when the server says so, however slowly it goes on talking."""
    endpoint.fault = "slow body"
    assert endpoint.channel(timeout=1).deliver(parcel(tmp_path, A=b"a")).startswith("1 file taken: 201: x")


def test_a_try_ends_before_its_lease(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """All files of it together: time is over before a file, or with its first byte."""
    for jump, kind in ((1, NotSent), (2, Unsure)):
        ticks = iter([0.0] * jump + [1500.0] * 99)
        with monkeypatch.context() as patch:
            patch.setattr(way, "time", SimpleNamespace(monotonic=lambda ticks=ticks: next(ticks)))
            with pytest.raises(kind, match="the time of this try is over"):
                endpoint.channel(status=None).deliver(parcel(tmp_path, A=b"a"))
    assert endpoint.accepted == []


def test_what_a_server_says_is_told_without_the_token(
    endpoint: Endpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    endpoint.fault = "echo"
    with pytest.raises(NotSent) as error:
        endpoint.channel().deliver(parcel(tmp_path))
    assert str(error.value) == "A.CSV: it is refused (422: column 3 [31mis empty; you sent Bearer …)"
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(vars(endpoint.channel()))


def test_a_part_that_was_taken_is_no_delivery_and_not_none(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first file is there, the second refused: asking finds it, and only the second is sent again."""
    sent, channel = parcel(tmp_path), endpoint.channel()
    endpoint.accepted.append(("D-2024-1/A.CSV", CONTENTS["A.CSV"]))
    endpoint.fault = "401"
    with pytest.raises(Unsure, match=r"1 of 2 files was taken; then B\.CSV: the login is refused"):
        channel.deliver(sent)
    endpoint.fault = ""
    channel.deliver(sent)
    assert endpoint.names == ["A.CSV", "B.CSV"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_request(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool):
    """Two questions and two files; whoever comes next asks first. No file comes twice, not even under the same key."""
    real, calls = way.Endpoint.ask, 0
    for step in range(1, 5):
        sent, calls = parcel(tmp_path, key=f"D-2024-{step}"), 0
        channel = endpoint.channel()

        def dying(self: way.Endpoint, *arguments: object, step: int = step, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step and not after:
                raise Killed
            answer = real(self, *arguments, **named)
            if calls == step:
                raise Killed
            return answer

        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(way.Endpoint, "ask", dying)
            channel.deliver(sent)
        state = channel.look(sent)
        assert state == (ABSENT if step + after < 4 else PARTLY if step + after == 4 else THERE), step
        channel.deliver(sent)
    assert len(endpoint.accepted) == 8
    assert endpoint.again == []


@pytest.mark.parametrize(("status", "found"), [(200, UNKNOWN), (500, UNKNOWN), (404, ABSENT), (302, UNKNOWN)])
def test_what_the_status_address_says(endpoint: Endpoint, tmp_path: Path, status: int, found: str):
    """200 without the digest of our file may be any file; then nothing is sent."""
    endpoint.status = status
    assert endpoint.channel().look(parcel(tmp_path)) == found
    if found == UNKNOWN:
        with pytest.raises(NotSent, match="does not tell what is there: nothing was sent"):
            endpoint.channel().deliver(parcel(tmp_path))
        assert endpoint.accepted == []


def test_certificates_and_closed_doors(endpoint: Endpoint, tmp_path: Path):
    """Nothing was sent in any of these: a private authority that is not named, another name, nobody there."""
    sent = parcel(tmp_path)
    with Endpoint(tmp_path / "other", name="other.example.org") as other:
        for channel in (endpoint.channel(ca_file=None), other.channel()):
            for act in (channel.reach, lambda channel=channel: channel.deliver(sent)):
                with pytest.raises(NotSent, match="its certificate does not hold") as error:
                    act()
                assert error.value.lasting
        assert other.asked == []
    port = free_port()
    away = endpoint.channel(url=f"https://localhost:{port}/{{name}}", status=None)
    for act in (away.reach, lambda: away.deliver(sent)):
        with pytest.raises(NotSent, match="localhost: no connection: ") as error:
            act()
        assert not error.value.lasting
    assert endpoint.asked == []


def test_reach_asks_whether_the_token_is_taken_and_sends_nothing(endpoint: Endpoint, tmp_path: Path):
    assert "we are let in; the status address says 404" in endpoint.channel().reach()
    assert "the token is not tried" in endpoint.channel(status=None).reach()
    assert endpoint.asked == ["GET /status/greffe-try/greffe-try HTTP/1.1"]
    with pytest.raises(NotSent, match="the login is refused") as error:
        endpoint.channel(token_file=None).reach()
    assert error.value.lasting


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::",
])  # fmt: skip
def test_an_address_inside_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, tmp_path: Path
):
    """Also where a name has one address outside; and what was asked once is what is connected to."""
    answers = [(0, 0, 0, "", (a, 443)) for a in ("9.9.9.9", address)]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_arguments, **_named: answers)
    with pytest.raises(NotSent, match="inside a private network") as error:
        endpoint.channel(private=False).deliver(parcel(tmp_path))
    assert error.value.lasting
    assert addresses.public("9.9.9.9")
    assert addresses.public("2620:fe::fe")


def test_it_connects_to_the_address_that_it_asked_for_once(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A name that leads elsewhere the second time (rebinding) leads nowhere: each request asks for it once alone."""
    real, names = socket.getaddrinfo, []

    def asked(host: object, *arguments: object, **named: object) -> object:
        names.append(host)
        return real(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    endpoint.channel(status=None).deliver(parcel(tmp_path, A=b"a"))
    assert names.count("localhost") == 1
    assert set(names) <= {"localhost", "::1", "127.0.0.1"}


@pytest.mark.parametrize(("others", "told"), [
    ({"url": "http://localhost/{name}"}, "url is no https address"),
    ({"url": "https://me:hunter2@localhost/{name}"}, "url holds a name or a secret before @"),
    ({"url": "https://localhost/{nom}"}, "url has key and name in braces, and nothing else"),
    ({"url": "https://localhost/in", "status": None}, "url says where PUT puts each file: name, in braces"),
    ({"url": None}, "url is a text that must be said"),
    ({"status": "https://elsewhere.example.org/{key}/{name}"}, "status is of another server than url"),
    ({"status": "https://localhost/{name}"}, "status has key and name in braces"),
    ({"method": "PATCH"}, "method is PUT or POST"),
    ({"timeout": 1800}, "timeout is 900 seconds at most"),
    ({"ca_file": "/nowhere.pem"}, "ca_file /nowhere.pem holds no certificates that can be read"),
    ({"token": "hunter2"}, "has no setting 'token'. Nearest: token_file"),
])  # fmt: skip
def test_settings_that_cannot_be_are_told(endpoint: Endpoint, others: dict[str, object], told: str):
    with pytest.raises(BadDefinition) as error:
        endpoint.channel(**others)
    assert told in error.value.text()
    assert "hunter2" not in error.value.text()


def test_a_token_that_others_may_read_is_refused(endpoint: Endpoint):
    (endpoint.folder / "token").chmod(0o644)
    with pytest.raises(BadDefinition, match=r"token may be read by others than its owner \(mode 0644\)"):
        endpoint.channel()
    (endpoint.folder / "token").chmod(0o600)
    (endpoint.folder / "token").write_text("two words", encoding="utf-8")
    with pytest.raises(BadDefinition, match="holds no bearer token") as error:
        endpoint.channel()
    assert "two words" not in error.value.text()


def test_two_channels_with_one_inbox_lose_no_receipt(endpoint: Endpoint, tmp_path: Path):
    """Both list a receipt of one name: each is fetched once, and neither is written over the other."""
    box, said = tmp_path / "box", ['{"verdict": "refused"}', '{"verdict": "acknowledged"}']
    with Endpoint(tmp_path / "other") as other:
        ways = {}
        for name, one, text in (("a", endpoint, said[0]), ("b", other, said[1])):
            one.receipts = {"receipt-1.json": text}
            address = f"https://localhost:{one.port}/receipts/{{name}}"
            ways[name] = Options(name, "c", one.settings(receipts=address, inbox=str(box)))
        assert [(d.id, d.what) for d in collect(ways)] == [("a", "fetched"), ("b", "fetched")]
        assert list(collect(ways)) == []
    held = {p.name: p.read_text() for p in box.iterdir() if p.name[0] != "."}
    mark = hashlib.sha256(said[1].encode()).hexdigest()[:12]
    assert held == {"receipt-1.json": said[0], f"receipt-1-{mark}.json": said[1]}


def test_receipts_are_fetched_by_the_names_of_a_list(endpoint: Endpoint, tmp_path: Path):
    """Each name once; a list that is none, a login that is refused and an address elsewhere are told."""
    address, box = f"https://localhost:{endpoint.port}/receipts/{{name}}", tmp_path / "box"
    ways = {"api": Options("api", "c", endpoint.settings(receipts=address, inbox=str(box)))}
    endpoint.receipts = {"a.json": '{"verdict": "refused"}', "b c.csv": "message\nx\n", "../d.json": "{}"}
    assert [(d.what, d.failed) for d in collect(ways)] == [("not fetched", True), ("fetched", False)]
    assert {p.name: p.read_text() for p in box.iterdir() if p.name[0] != "."} == {
        "a.json": '{"verdict": "refused"}', "b c.csv": "message\nx\n",
    }  # fmt: skip
    del endpoint.receipts["../d.json"]
    endpoint.asked.clear()
    assert list(collect(ways)) == []
    assert endpoint.asked == ["GET /receipts/ HTTP/1.1"]
    endpoint.status = 401
    assert "the list of receipts is not to be had (401)" in next(collect(ways)).said
    with pytest.raises(BadDefinition, match="is of another server than url"):
        endpoint.channel(receipts="https://elsewhere.example/{name}")
