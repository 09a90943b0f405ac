"""Standing orders: each release once an order, whatever breaks; asked again before each try whether it may leave; a webhook goes
to no private address, is followed nowhere, and comes again under the same id."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from deliveries import PRIS, larger, sending_house
from house import RELEASER
from https_server import Endpoint
from parcels import Killed
from standardwebhooks_reader import verified
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadQuery, Denied, NotFound, Refused
from greffe.french import tell
from greffe.release.access.keys import make_key
from greffe.release.lifecycle import withdraw
from greffe.release.people import HOUSE, add_person, set_roles
from greffe.release.waiting import waiting_for
from greffe.store.base import Actor
from greffe.store.order_records import made_payload
from greffe.transmission.channels.channel import ABSENT, THERE, UNKNOWN, Options
from greffe.transmission.channels.folder import Folder
from greffe.transmission.keeping import content
from greffe.transmission.orders import acts
from greffe.transmission.orders import sending as doing
from greffe.transmission.orders.acts import Wanted
from greffe.transmission.orders.limits import Limits
from greffe.transmission.orders.secrets import mark_of, secret_of
from greffe.transmission.orders.sending import Means, run_orders
from greffe.transmission.webhooks import secret_text
from greffe.upkeep.doctor_keys import keys
from greffe.web.rest.ordered import saved_answer

RENE, ZOE = Actor("rene", "local"), Actor("zoe", "local")
QUERY = f"/sdmx/v2/data/dataflow/SSER/{PRIS}/1.0.0/*?format=csv&c[TIME_PERIOD]=ge:2020"


class Desk:
    """A house with a release, two bodies, and what orders work with."""

    def __init__(self, folder: Path) -> None:
        self.sending = sending_house(folder)
        self.parts, self.clock = self.sending.house.parts, self.sending.house.clock
        for who, body in ((RENE, "ESTAT"), (ZOE, "UNODC")):
            add_person(self.parts, HOUSE, who.name, [f"recipient:{body}"])
        self.out = folder / "observatory"
        self.out.mkdir()
        box = {"kind": "folder", "path": str(self.out), "orders": ["ESTAT"]}
        self.means = Means(saved_answer, Limits(), {"box": Options("box", "channels.toml", box)})

    def order(self, who=RENE, **wanted):
        body = {"rene": "ESTAT", "zoe": "UNODC"}[who.name]
        said = {"body": body, "title": "Prisons", "query": QUERY} | wanted
        return acts.make_order(self.parts, who, Wanted(**said), saved_answer, self.means.limits, self.means.channels).id

    def look(self, **by):
        self.clock.forward(**by)
        return [d.what for d in run_orders(self.parts, HOUSE, self.means)]

    def handed(self, id_):
        return self.parts.ledger().orders[id_].handed

    def states(self, id_):
        return [(h.release, h.state) for h in self.handed(id_)]

    def entries(self, id_):
        return [e.kind.partition(".")[2] for e in self.parts.register.read(subject=id_)]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def hook(tmp_path):
    with Endpoint(tmp_path / "hook") as server:
        server.fault = "hook"
        yield server


def hooked(desk, hook, **wanted):
    """An order by webhook to a server of this machine, which the installation lists."""
    limits = Limits(intranet=("localhost",), ca_file=hook.folder / "ca.pem")
    desk.means = replace(desk.means, limits=limits)
    return desk.order(way="webhook", to=f"https://localhost:{hook.port}/in", **wanted)


def test_each_release_is_there_once_by_link_and_to_its_body_alone(desk):
    id_ = desk.order()
    assert desk.look() == ["prepared"]
    assert desk.look(hours=1) == []
    (one,) = desk.handed(id_)
    asked = TestClient(create_app(desk.parts)).get(QUERY)
    assert content(desk.parts, one.sha256) == asked.content
    assert one.name == f"{id_}_{PRIS}-1.csv"
    order, same = acts.fetched(desk.parts, RENE, id_, 1)
    assert (order.id, same.sha256) == (id_, one.sha256)
    assert acts.receipt(desk.parts, RENE, id_, 1, "acknowledged", "thanks").verdict == "acknowledged"
    acts.receipt(desk.parts, RENE, id_, 1, "acknowledged")
    assert desk.entries(id_) == ["made", "prepared", "fetched", "receipted"]
    for act in (lambda: acts.own_order(desk.parts, ZOE, id_), lambda: acts.fetched(desk.parts, ZOE, id_, 1),
                lambda: acts.change(desk.parts, ZOE, id_, "end"), lambda: acts.receipt(desk.parts, ZOE, id_, 1, "refused")):  # fmt: skip
        with pytest.raises(NotFound, match="There is no order"):
            act()
    assert acts.own_orders(desk.parts, ZOE) == ()
    withdraw(desk.parts, RELEASER, f"{PRIS}#1", "It was wrong.", "C’était faux.")
    with pytest.raises(Refused, match="was withdrawn"):
        acts.fetched(desk.parts, RENE, id_, 1)


def test_the_next_release_comes_once_too_or_at_set_hours_or_not_while_an_order_is_paused(desk):
    """24 November is a Tuesday; the other one is of Mondays at six in Paris."""
    on_release, weekly, paused = desk.order(), desk.order(when="0 6 * * mon"), desk.order(title="Paused")
    acts.change(desk.parts, RENE, paused, "pause")
    assert desk.look() == ["prepared"]
    assert desk.look(days=5) == []
    assert desk.look(days=1) == ["prepared"]
    assert (len(desk.handed(on_release)), len(desk.handed(weekly))) == (1, 1)
    assert desk.look(days=7) == []
    again = another_release(desk)
    assert desk.look() == ["prepared"]
    assert desk.look(days=7) == ["prepared"]
    assert desk.states(on_release) == desk.states(weekly) == [(f"{PRIS}#1", "sent"), (again, "sent")]
    acts.change(desk.parts, RENE, paused, "resume")
    assert desk.look() == ["prepared"]
    assert desk.states(paused) == [(again, "sent")]
    acts.change(desk.parts, RENE, paused, "end")
    with pytest.raises(Refused, match="is ended"):
        acts.change(desk.parts, RENE, paused, "resume")


def another_release(desk):
    """The same dataflow out once more, one figure larger by one."""
    desk.sending.revise(*larger())
    return f"{PRIS}#2"


def test_a_webhook_is_signed_and_taken(desk, hook):
    id_ = hooked(desk, hook)
    assert desk.look() == ["prepared", "sent"]
    ((key, body),) = hook.accepted
    assert key == f"{id_}.1"
    assert body == content(desk.parts, desk.handed(id_)[0].sha256)
    assert verified(secret_text(secret_of(desk.parts.settings, id_)), hook.headers, body)
    assert desk.look(days=30) == []
    assert (desk.parts.settings.home / "webhooks.key").stat().st_mode & 0o077 == 0


def test_a_machine_with_another_key_is_told_by_the_doctor(desk, hook, tmp_path):
    """The mark of the key that signed is entered, and gives nothing of it away; a key that a setting names is never made."""
    id_ = hooked(desk, hook)
    assert desk.look() == ["prepared", "sent"]
    (entry,) = desk.parts.register.read(kinds=("order.sending",), subject=id_)
    assert entry.payload["key"] == mark_of(desk.parts.settings)
    assert list(keys(desk.parts, {})) == []
    key = desk.parts.settings.home / "webhooks.key"
    assert str(entry.payload["key"]) not in key.read_bytes().hex()
    shared = tmp_path / "shared.key"
    other = replace(desk.parts, settings=replace(desk.parts.settings, webhooks=shared))
    with pytest.raises(Refused, match="There is no key of webhooks"):
        secret_of(other.settings, id_)
    assert not shared.exists()
    shared.write_bytes(bytes(32))
    shared.chmod(0o600)
    (told,) = keys(other, {})
    assert f"another key than the one that signed {id_}" in told.text()
    assert tell(told, "fr").text != told.text()
    shared.write_bytes(key.read_bytes())
    assert list(keys(other, {})) == []


@pytest.mark.parametrize("fault", ["500 after", "reset"])
def test_what_may_have_been_taken_comes_again_under_the_same_id(desk, hook, fault):
    id_ = hooked(desk, hook)
    hook.fault = fault
    assert desk.look() == ["prepared", "failed"]
    hook.fault = "hook"
    assert desk.look(minutes=1) == ["failed"]  # not tried, and no better for that
    assert desk.look(minutes=1) == ["sent"]
    assert [k for k, _ in hook.accepted] == [f"{id_}.1"]
    assert hook.again == ([f"{id_}.1"] if fault == "500 after" else [])


def test_who_answers_drop_by_drop_holds_nobody_up(desk, hook, monkeypatch):
    slow = hooked(desk, hook)
    monkeypatch.setattr(doing, "WHOLE", 0.2)
    hook.fault = "timeout after"
    assert desk.look() == ["prepared", "failed"]
    assert desk.handed(slow)[0].said == "no answer in 0.2 s"
    hook.fault = "hook"
    monkeypatch.undo()
    assert desk.look(minutes=2) == ["sent"]
    assert hook.again == [f"{slow}.1"]


def test_a_receipt_ends_a_webhook_whose_answer_was_lost(desk, hook):
    id_ = hooked(desk, hook)
    hook.fault = "500 after"
    assert desk.look() == ["prepared", "failed"]
    one = acts.receipt(desk.parts, RENE, id_, 1, "acknowledged", "it is here")
    assert (one.state, one.verdict, one.receipt) == ("sent", "acknowledged", "it is here")
    hook.fault = "hook"
    assert desk.look(days=1) == []
    assert hook.again == []


def test_a_receiver_that_refuses_is_tried_eight_times_then_when_asked(desk, hook):
    id_ = hooked(desk, hook)
    hook.fault = "503"
    for n in range(9):
        desk.look(minutes=2 ** (n + 1))
    desk.look(days=30)
    (one,) = desk.handed(id_)
    assert (one.state, one.tries) == ("failed", 8)
    assert "503" in one.said
    tasks = [(t.kind, t.place) for t in waiting_for(desk.parts, RENE)]
    assert ("order_failed", f"/orders/{id_}") in tasks
    assert not [t for t in waiting_for(desk.parts, ZOE) if t.kind == "order_failed"]
    hook.fault = "hook"
    acts.try_again(desk.parts, RENE, id_, 1)
    assert desk.look() == ["sent"]


def test_nobody_is_followed_elsewhere(desk, hook):
    id_ = hooked(desk, hook)
    hook.fault = "moved"
    assert desk.look() == ["prepared", "failed"]
    assert len(hook.asked) == 1
    (one,) = desk.handed(id_)
    assert (one.state, one.lasting) == ("failed", True)
    assert desk.look(days=30) == ["failed"]
    assert len(hook.asked) == 1


PRIVATE = ("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.168.1.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1",
           "64:ff9b::a00:1", "0.0.0.0", "224.0.0.1")  # fmt: skip


def test_names_that_lead_inside_are_refused_and_not_told(desk, monkeypatch):
    """Loopback, private, link-local, metadata, shared, mapped and translated addresses, behind a name that looks public."""
    for n, address in enumerate(PRIVATE):
        id_ = desk.order(way="webhook", to="https://hooks.example.org/in", title=f"inside {n}")
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        asked = []

        def answers(host, port, *_, address=address, family=family, asked=asked, **__):
            asked.append(host)
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", answers)
            desk.look()
        (one,) = desk.handed(id_)
        assert (one.state, one.lasting) == ("failed", True), address
        assert address not in one.said
        assert asked == ["hooks.example.org"]  # asked once: what it answers later is not connected to
        acts.change(desk.parts, RENE, id_, "end")


def test_a_kill_after_the_receiver_took_it_is_found_out_by_the_id(desk, hook, monkeypatch):
    id_ = hooked(desk, hook)

    def killed(_answer):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(doing, "taken", killed)
        with pytest.raises(Killed):
            desk.look()
    assert desk.states(id_)[0][1] == "sending"
    assert desk.look(minutes=10) == []
    assert desk.look(minutes=21) == ["sent"]
    assert ([k for k, _ in hook.accepted], hook.again) == ([f"{id_}.1"], [f"{id_}.1"])


@pytest.mark.parametrize(("found", "then"), [(THERE, "sent"), (ABSENT, "sent"), (UNKNOWN, "uncertain")])
def test_a_channel_is_asked_after_a_kill(desk, monkeypatch, found, then):
    id_ = desk.order(way="channel", to="box")
    puts = []

    def put(self, parcel):
        puts.append(parcel.key)
        if len(puts) == 1:
            raise Killed
        return "put"

    monkeypatch.setattr(Folder, "deliver", put)
    monkeypatch.setattr(Folder, "look", lambda self, parcel: found)
    with pytest.raises(Killed):
        desk.look()
    assert desk.look(minutes=31) == [then]
    assert puts == [f"{id_}-1"] * (2 if found == ABSENT else 1)
    if then == "uncertain":
        assert desk.look(days=9) == ["uncertain"]
        assert len(puts) == 1
        assert acts.settle(desk.parts, RENE, id_, 1, arrived=True).state == "sent"


def test_a_file_arrives_in_the_folder_of_the_body(desk):
    id_ = desk.order(way="channel", to="box")
    assert desk.look() == ["prepared", "sent"]
    assert [p.name for p in desk.out.iterdir() if p.name[0] != "."] == [f"{id_}_{PRIS}-1.csv"]


def test_two_at_once_prepare_and_send_once(desk, hook):
    """Another worker does everything while the first one renders."""
    id_, inner = hooked(desk, hook), []

    def slow(parts, address):
        if not inner:
            inner.append(1)
            inner.extend(d.what for d in run_orders(parts, HOUSE, desk.means))
        return saved_answer(parts, address)

    first = [d.what for d in run_orders(desk.parts, HOUSE, replace(desk.means, answers=slow))]
    assert (inner[1:], first) == (["prepared", "sent"], [])
    assert len(hook.accepted) == 1
    assert desk.entries(id_) == ["made", "prepared", "sending", "sent"]


def test_whether_it_may_leave_is_asked_before_each_try(desk, hook):
    id_ = hooked(desk, hook)
    hook.fault = "503"
    desk.look()
    withdraw(desk.parts, RELEASER, f"{PRIS}#1", "It was wrong.", "C’était faux.")
    hook.fault = "hook"
    assert desk.look(minutes=2) == ["dropped"]
    assert hook.accepted == []
    assert desk.states(id_) == [(f"{PRIS}#1", "dropped")]
    desk.order(title="other")
    admin = Actor("gaston")
    add_person(desk.parts, HOUSE, admin.name, ["administrator"])
    set_roles(desk.parts, admin, RENE.name, [])
    assert set(desk.look()) == {"nobody's"}


def test_a_loader_never_goes_back_in_time(desk, hook):
    """A newer release was prepared while the older one could not leave: the older one is dropped, told as superseded."""
    id_ = hooked(desk, hook)
    hook.fault = "503"
    desk.look()
    newer = another_release(desk)
    hook.fault = "hook"
    assert desk.look(minutes=2) == ["prepared", "dropped", "sent"]
    assert desk.look(days=30) == []
    assert [k for k, _ in hook.accepted] == [f"{id_}.2"]
    assert desk.states(id_) == [(f"{PRIS}#1", "dropped"), (newer, "sent")]
    assert desk.handed(id_)[0].said == f"It is superseded by {newer}, which goes in its place."


def test_the_newer_one_waits_while_the_older_one_is_on_its_way(desk, hook, monkeypatch):
    """Whoever sent the older one was killed: until nobody can be sending it, nothing newer goes."""
    id_ = hooked(desk, hook)

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(doing, "_delivered", killed)
        with pytest.raises(Killed):
            desk.look()
    another_release(desk)
    assert desk.look(minutes=10) == ["prepared"]
    assert desk.look(minutes=21) == ["dropped", "sent"]
    assert [k for k, _ in hook.accepted] == [f"{id_}.2"]


def test_what_is_too_large_or_nothing_is_said_once(desk):
    large, none = desk.order(), desk.order(query=QUERY.replace("ge:2020", "ge:2090"))
    desk.means = replace(desk.means, limits=Limits(largest=100))
    assert sorted(desk.look()) == ["dropped", "empty"]
    assert desk.look(days=1) == []
    assert desk.handed(large)[0].said == "The answer has more than 100 bytes."
    assert desk.states(none) == [(f"{PRIS}#1", "empty")]
    assert list(desk.parts.settings.transmissions.glob(".*.part")) == []


def test_the_download_of_a_data_page_can_be_ordered(desk):
    """An address of 1.5; where nothing matches it says 404, and the order has an empty delivery."""
    base = f"/sdmx/v1/data/SSER,{PRIS},1.0.0/all?format=sdmx-csv"
    id_ = desk.order(query=f"{base}&startPeriod=2020")
    assert desk.look() == ["prepared"]
    kept = content(desk.parts, desk.handed(id_)[0].sha256)
    assert kept == TestClient(create_app(desk.parts)).get(f"{base}&startPeriod=2020").content
    desk.parts.note(
        HOUSE,
        "order.made",
        "O-none",
        made_payload(replace(desk.parts.ledger().orders[id_], query=f"{base}&startPeriod=2090")),
    )
    assert desk.look() == ["empty"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"query": "/sdmx/v2/structure/dataflow"}, "It is no address of data of SDMX REST."),
        ({"query": QUERY.replace(PRIS, "ESTAT_CTS_PRI")}, PRIS),
        ({"query": QUERY.replace("format", "formt")}, "format"),
        ({"query": QUERY.replace("=csv", "=cvs")}, "csv"),
        ({"query": "/sdmx/v2/data/*/*/*/*?format=csv"}, "is of one dataflow"),
        ({"query": f"{QUERY}&asOf=2026-11-01"}, "is of what is current"),
        ({"query": QUERY.replace(PRIS, "INT_JUSTICE")}, "internal"),
        ({"title": " "}, "An order has a title"),
        ({"when": "0 6 * *"}, "it has five fields"),
        ({"way": "post"}, "'post' is no way"),
        ({"way": "webhook", "to": "http://hooks.example.org"}, "It is no https address."),
        ({"way": "webhook", "to": "https://%31%32%37.0.0.1/in"}, "no host that can be looked up"),
        ({"way": "webhook", "to": "https://localhost%00.example.org/in"}, "no host that can be looked up"),
        ({"way": "webhook", "to": "https://me:secret@hooks.example.org"}, "holds a name or a secret"),
        *(
            ({"way": "webhook", "to": f"https://{host}/in"}, "it is not of the public network")
            for host in (
                "127.0.0.1",
                "localhost",
                "hooks.localhost",
                "2130706433",
                "[::ffff:127.0.0.1]",
                "169.254.169.254",
                "0.0.0.0",
                "[fd00::1]",
                "0x7f.1",
                "10.0.0.1:8443",
                "[::1]",
                "[fe80::1]",
            )
        ),
        ({"way": "channel", "to": "edamis"}, "ESTAT has no channel 'edamis'. Nearest: box."),
        ({"to": "https://x.example.org"}, "is sent nowhere"),
        (
            {"granted": True, "way": "webhook", "query": "", "dataflow": PRIS, "to": "https://x.example.org"},
            "by link alone",
        ),
        ({"dataflow": PRIS}, "of a query, or of the dataflow whose values a grant opens"),
        ({"when": "*/999999999999 * * * *"}, "/999999999999 goes beyond its field"),
        ({"when": "0 0 1 1-12/13 *"}, "/13 goes beyond its field"),
        ({"granted": True, "query": "", "dataflow": "ESTAT_CTS_PRI"}, f"Nearest: {PRIS}"),
    ],
)
def test_what_is_wrong_with_an_order_is_named(refusing, wanted, said):
    with pytest.raises(BadQuery) as told:
        refusing.order(**wanted)
    assert said in told.value.text()
    assert "secret@" not in told.value.text()


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("refusing"))


def test_who_does_not_read_for_a_body_orders_nothing_for_it_and_limits_hold(refusing):
    with pytest.raises(Denied, match="does not read for UNODC"):
        refusing.order(body="UNODC")
    key, _ = make_key(
        refusing.parts, HOUSE, "loader", "recipient:ESTAT", ["advance"], [], refusing.clock() + timedelta(9)
    )
    key = Actor(key.name, "key")
    wanted = Wanted("ESTAT", "t", QUERY)
    with pytest.raises(Denied, match="is not for orders"):
        acts.make_order(refusing.parts, key, wanted, saved_answer, Limits(), {})
    for n in range(2):
        acts.make_order(refusing.parts, RENE, replace(wanted, title=f"{n}"), saved_answer, Limits(most=2), {})
    with pytest.raises(Refused, match="ESTAT has 2 standing orders"):
        acts.make_order(refusing.parts, RENE, wanted, saved_answer, Limits(most=2), {})
