"""Keys for machines: what each opens, for how long, what is recorded, and that nothing of a secret is anywhere."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import timedelta

import pytest
from house import AUTHOR, FIRST, RELEASER
from journey_tools import inside
from small_house import small_house

from greffe.errors import BadQuery, Denied, NotFound, Refused, TooOften, Unidentified
from greffe.model.references import Reference
from greffe.release.access.accounts import invite
from greffe.release.access.keys import identified, make_key, may_open, reads_for, revoke_key, rotate_key
from greffe.release.definitions import approve_map
from greffe.release.lifecycle import withdraw
from greffe.release.people import HOUSE, actor, add_person, set_roles
from greffe.release.who_did_what import visible
from greffe.store.base import Actor
from greffe.store.wanted import Wanted

HERE = "192.0.2.1"
NUMBERS = itertools.count(1)
OUT, OTHER = Reference("SSER", "OUT"), Reference("SSER", "ELSE")


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path, signed=False)


def made(parts, role="recipient:BODY", actions=("granted",), flows=(), days=90):
    return make_key(
        parts, HOUSE, f"A loader {next(NUMBERS)}", role, actions, flows, parts.clock() + timedelta(days=days)
    )


def denied(parts, after=0):
    found = parts.register.read(after=after, kinds=["action.denied"])
    return [(e.actor, e.established, e.subject, e.payload["what"]) for e in found]


def test_a_key_is_an_actor_whose_use_is_noted_outside_of_the_chain(parts):
    key, secret = made(parts)
    head = parts.register.head()
    assert identified(parts, secret, HERE) == Actor(f"key.{key.id}", "key")
    assert parts.access.uses() == {key.name: parts.clock()}
    assert parts.register.head() == head
    assert parts.ledger().people[key.name] == ("recipient:BODY",)
    assert list(parts.register.verify()) == []


@pytest.mark.parametrize(
    ("key", "asked", "opens"),
    [
        ({"actions": ("granted",)}, ("BODY", "granted", OUT), True),
        ({"actions": ("granted",), "flows": ("OUT",)}, ("BODY", "granted", OUT), True),
        ({"actions": ("granted",), "flows": ("OUT",)}, ("BODY", "granted", OTHER), False),
        ({"actions": ("granted",)}, ("BODY", "advance", OUT), False),
        ({"actions": ("advance",)}, ("BODY", "advance", OUT), True),
        ({"actions": ("granted", "advance")}, ("OTHER", "granted", OUT), False),
        ({"role": "auditor", "actions": ("register",)}, ("BODY", "granted", OUT), False),
    ],
)
def test_a_key_opens_its_actions_for_its_dataflows_and_its_body(parts, key, asked, opens):
    who = identified(parts, made(parts, **key)[1], HERE)
    if opens:
        reads_for(parts, who, *asked)
    else:
        with pytest.raises(Denied):
            reads_for(parts, who, *asked)


def test_the_register_is_opened_by_a_key_of_an_auditor_alone(parts):
    auditor = identified(parts, made(parts, "auditor", ("register",))[1], HERE)
    assert visible(parts, auditor, Wanted()) == Wanted()
    with pytest.raises(Denied, match="not for register"):
        visible(parts, identified(parts, made(parts)[1], HERE), Wanted())


@pytest.mark.parametrize("role", ["approver", "releaser", "administrator"])
def test_no_key_signs_releases_or_lets_others_in(parts, role):
    """Neither by being made so nor by being given that role in the table of people."""
    with pytest.raises(BadQuery):
        made(parts, role, ("granted",))
    key, secret = made(parts)
    with pytest.raises(NotFound):
        set_roles(parts, HOUSE, key.name, [role])
    parts.register.add_person(HOUSE, parts.clock(), key.name, (role,))
    who = identified(parts, secret, HERE)
    acts = {
        "approver": lambda: approve_map(parts, who, next(iter(parts.catalogue().maps.values()))),
        "releaser": lambda: withdraw(parts, who, "OUT#1", "why"),
        "administrator": lambda: invite(parts, who, AUTHOR.name),
    }
    with pytest.raises(Denied, match="no machine"):
        acts[role]()


def test_a_key_does_not_act_on_the_command_line_nor_sign_in(parts):
    key, _ = made(parts)
    with pytest.raises(Denied, match="is a key"):
        actor(parts, key.name)
    with pytest.raises(NotFound):
        invite(parts, HOUSE, key.name)
    with pytest.raises(BadQuery, match="no name of a person"):
        add_person(parts, HOUSE, "key.0123456789ab", ["author"])
    with pytest.raises(Denied):  # as asserted by whoever runs a command
        may_open(parts, Actor(key.name), "granted", OUT)


def test_a_key_expires_to_the_microsecond_and_lives_400_days_at_most(parts):
    with pytest.raises(BadQuery, match="400 days"):
        made(parts, days=400.001)
    with pytest.raises(BadQuery, match="400 days"):
        made(parts, days=0)
    key, secret = made(parts, days=400)
    parts.clock.forward(days=400, microseconds=-1)
    who = identified(parts, secret, HERE)
    parts.clock.forward(microseconds=1)
    with pytest.raises(Unidentified):
        identified(parts, secret, HERE)
    with pytest.raises(Denied, match="does not hold"):  # known before, asked after
        may_open(parts, who, "granted", OUT)
    assert parts.ledger().keys[key.name].state(parts.clock()) == "expired"
    assert denied(parts)[-1] == ("greffe", "local", key.name, "use a key, expired")


def test_rotation_gives_another_secret_and_the_old_one_holds_for_the_overlap(parts):
    key, old = made(parts)
    for days in (-1, 7.001):
        with pytest.raises(BadQuery, match="at most 7 days"):
            rotate_key(parts, HOUSE, key.id, timedelta(days=days))
    _, new = rotate_key(parts, HOUSE, key.id, timedelta(days=2))
    parts.clock.forward(days=2, microseconds=-1)
    assert identified(parts, old, HERE) == identified(parts, new, HERE)
    parts.clock.forward(microseconds=1)
    with pytest.raises(Unidentified):
        identified(parts, old, HERE)
    assert identified(parts, new, HERE).name == key.name
    _, last = rotate_key(parts, HOUSE, key.id, timedelta(), parts.clock() + timedelta(days=300))
    with pytest.raises(Unidentified):
        identified(parts, new, HERE)
    parts.clock.forward(days=299)
    assert identified(parts, last, HERE).name == key.name


def test_a_revoked_key_opens_nothing_from_then_on(parts):
    key, secret = made(parts)
    who = identified(parts, secret, HERE)
    with pytest.raises(BadQuery, match="reason"):
        revoke_key(parts, HOUSE, key.id, " ")
    assert revoke_key(parts, HOUSE, key.id, "Lost").revoked_for == "Lost"
    with pytest.raises(Unidentified):
        identified(parts, secret, HERE)
    with pytest.raises(Denied):
        reads_for(parts, who, "BODY", "granted", OUT)
    for again in (lambda: revoke_key(parts, HOUSE, key.id, "x"), lambda: rotate_key(parts, HOUSE, key.id, timedelta())):
        with pytest.raises(Refused):
            again()
    assert parts.ledger().people[key.name] == ()
    assert list(parts.register.verify()) == []


def test_keys_are_an_administrators(parts):
    key, _ = made(parts)
    for who in (AUTHOR, FIRST, RELEASER):
        with pytest.raises(Denied):
            make_key(parts, who, "x", "auditor", ["register"], (), parts.clock() + timedelta(days=1))
        with pytest.raises(Denied):
            rotate_key(parts, who, key.id, timedelta())
        with pytest.raises(Denied):
            revoke_key(parts, who, key.id, "x")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"role": "recipient"}, "recipient:BODY"),
        ({"role": "recipient:BODI"}, "Nearest: recipient:BODY"),
        ({"role": "auditor:BODY"}, "Nearest: auditor"),
        ({"role": "transmitter"}, "Roles of keys: auditor, recipient"),
        ({"actions": ("grant",)}, "Nearest: granted"),
        ({"actions": ()}, "Known: advance, granted"),
        ({"flows": ("OUTE",)}, "Nearest: OUT"),
        ({"role": "auditor", "actions": ("register",), "flows": ("OUT",)}, "of all dataflows"),
    ],
)
def test_what_no_key_can_be_is_said_with_what_is_near(parts, asked, told):
    with pytest.raises((BadQuery, NotFound), match=told):
        made(parts, **asked)
    assert parts.ledger().keys == {}


WRONG = ("", "x", "greffe_0123456789ab_" + "A" * 43, "é" * 50, "greffe_" + "0" * 100_000)


def test_wrong_secrets_are_recorded_and_then_not_looked_at(parts):
    key, secret = made(parts)
    head = parts.register.head()
    for number in range(50):
        with pytest.raises(Unidentified, match="does not hold"):
            identified(parts, WRONG[number % len(WRONG)], HERE)
    assert denied(parts, head) == [("greffe", "local", "an unknown key", "use a key")] * 50
    with pytest.raises(TooOften) as told:
        identified(parts, secret, HERE)
    assert told.value.wait == 901
    assert len(denied(parts, head)) == 50
    assert identified(parts, secret, "192.0.2.2").name == key.name
    parts.clock.forward(minutes=15, seconds=1)
    assert identified(parts, secret, HERE).name == key.name


def test_a_wrong_secret_of_a_key_is_not_told_from_an_unknown_key(parts):
    _, secret = made(parts)
    told = []
    for wrong in (secret[:-1] + ("A" if secret[-1] != "A" else "B"), "greffe_000000000000_" + secret[-43:]):
        with pytest.raises(Unidentified) as error:
            identified(parts, wrong, HERE)
        told.append(error.value.text())
    assert told[0] == told[1]


def test_nothing_of_a_secret_is_in_the_register(parts):
    key, first = made(parts)
    _, second = rotate_key(parts, HOUSE, key.id, timedelta(days=1))
    with pytest.raises(Unidentified):
        identified(parts, first + "x", HERE)
    said = json.dumps([dict(e.payload) | {"s": e.subject, "k": e.kind} for e in parts.register.read()])
    for secret in (first, second):
        assert secret.split("_", 2)[2][:12] not in said
        assert hashlib.sha256(secret.encode()).hexdigest() not in said
    assert '"key.made"' in said


def test_on_the_command_line(tmp_path):
    """And what is denied there to a known person is recorded, with the command that was tried."""
    parts = small_house(tmp_path, signed=False)
    home = parts.settings.home
    refused = inside(home, "keys", "make", "x", "--role", "auditor", "--action", "register", "--as", "camille")
    assert (refused.code, "no administrator" in refused.err) == (4, True)
    (entry,) = parts.register.read(kinds=["action.denied"])
    assert (entry.actor, entry.established, entry.subject) == ("camille", "cli-asserted", "camille")
    assert entry.payload["what"].endswith(" keys make")
    assert inside(home, "keys", "list", "--json").json() == {"keys": []}
    key = inside(home, "keys", "make", "Cour des comptes", "--role", "auditor", "--action", "register", "--json").json()
    assert key["secret"].startswith(f"greffe_{key['key']}_")
    again = inside(home, "keys", "rotate", key["key"], "--overlap", "0", "--json").json()
    assert again["secret"] != key["secret"]
    assert inside(home, "keys", "revoke", key["key"], "--reason", "Done").code == 0
    (listed,) = inside(home, "keys", "list", "--json").json()["keys"]
    assert (listed["state"], "secret" in listed) == ("revoked", False)
    told = inside(home, "keys", "rotate", "000", "--as", "greffe")
    assert "There is no key 000." in told.err


def test_two_keys_in_force_are_not_called_the_same(parts):
    """Whatever the capitals and blanks; once the first is revoked its title is free."""
    ends = parts.clock() + timedelta(days=9)
    first, _ = make_key(parts, HOUSE, "Eurostat", "recipient:BODY", ["granted"], [], ends)
    with pytest.raises(Refused, match=first.id):
        make_key(parts, HOUSE, " eurostat", "recipient:BODY", ["granted"], [], ends)
    revoke_key(parts, HOUSE, first.id, "Lost")
    assert make_key(parts, HOUSE, "Eurostat", "recipient:BODY", ["granted"], [], ends)[0].id != first.id


LOOKING_ALIKE = (
    "n\u03bfor", "\u0441amille", "camille\u0661", "\uff4eoor", "\u2160an", "noo\u0433", "e\u0301lise", "\U0001d4f7oor", "n\u200boor",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["", " ", "\t", "\u00a0", " camille", "cam  ille", "camille ", "a/b", "x" * 62, *LOOKING_ALIKE]
)
def test_a_name_that_is_none_is_refused_and_nobody_is_entered(parts, name):
    head = parts.register.head()
    with pytest.raises(BadQuery, match="blank" if not name.strip() else "no name of a person"):
        add_person(parts, HOUSE, name, ["author"])
    assert parts.register.head() == head


@pytest.mark.parametrize(
    "name", ["\u00c9lise Lef\u00e8vre", "\u0141ukasz", "Nguy\u1ec5n.An", "ana@example.org", "noor_2", "\u0110\u1eb7ng"]
)
def test_names_of_latin_letters_are_names(parts, name):
    add_person(parts, HOUSE, name, ["author"])
    assert parts.ledger().people[name] == ("author",)


def test_whoever_is_there_keeps_a_name_that_would_not_be_entered_now(parts):
    greek = "\u039d\u03af\u03ba\u03b7"
    parts.enter_person(HOUSE, greek, ("author",))
    add_person(parts, HOUSE, greek, ["releaser"])
    assert parts.ledger().people[greek] == ("author", "releaser")


def test_two_people_are_told_apart_by_more_than_capitals(parts):
    with pytest.raises(Refused, match="camille is there already"):
        add_person(parts, HOUSE, "Camille", ["author"])


class Killed(BaseException):
    """Whoever made the key ended at that point."""


@pytest.mark.parametrize(("place", "of"), [("keep_secret", "access"), ("add_person", "register")])
@pytest.mark.parametrize("after", [False, True])
def test_a_key_that_was_cut_off_is_none(parts, monkeypatch, place, of, after):
    """Killed before or after each of its two writes: there is no key, no role of one and no secret."""
    writes = getattr(getattr(parts, of), place)
    secrets_: list[str] = []

    def cut_off(*words, **named):
        if of == "access":
            secrets_.append(words[0])
        if after:
            writes(*words, **named)
        raise Killed

    kept = parts.access.keep_secret
    head, people = parts.register.head(), dict(parts.register.people())
    with monkeypatch.context() as patched:
        patched.setattr(parts.access, "keep_secret", lambda *w: (secrets_.append(w[0]), kept(*w)))
        patched.setattr(getattr(parts, of), place, cut_off)
        with pytest.raises(Killed):
            make_key(parts, HOUSE, "A loader", "recipient:BODY", ["granted"], (), parts.clock() + timedelta(days=9))
    made_ = [k for k in parts.ledger().keys.values() if k.title == "A loader"]
    assert (made_, parts.register.head(), parts.register.people()) == ([], head, people)
    assert [parts.access.secrets(n, parts.clock()) for n in secrets_] == [()] * len(secrets_)
    assert made(parts)[0].state(parts.clock()) == "in force"


def test_what_no_entry_came_of_leaves_no_secret(parts, monkeypatch):
    def overtaken(*_words, **_named):
        raise Refused("Somebody was faster.")

    names = []
    kept = parts.access.keep_secret
    monkeypatch.setattr(parts.access, "keep_secret", lambda *w: (names.append(w[0]), kept(*w)))
    monkeypatch.setattr(parts.register, "add_person", overtaken)
    with pytest.raises(Refused, match="faster"):
        made(parts)
    assert [parts.access.secrets(n, parts.clock()) for n in names] == [()]
