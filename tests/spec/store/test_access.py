"""What sign-in keeps: the same on memory, SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from greffe.errors import Denied
from greffe.store.access import Session
from greffe.store.base import Actor

ANA = Actor("ana")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SESSION = Session("camille", "local", "guard", NOON, NOON, NOON + timedelta(hours=9))


def test_a_password_is_set_replaced_and_removed(access):
    assert access.password("camille") == ""
    access.set_password("camille", "one")
    access.set_password("camille", "two")
    access.set_password("driss", "three")
    assert (access.password("camille"), access.password("driss")) == ("two", "three")
    access.set_password("camille", "")
    assert (access.password("camille"), access.password("driss")) == ("", "three")


def test_another_password_ends_the_sessions_of_that_person_alone(access):
    access.open_session("a", SESSION)
    access.open_session("b", replace(SESSION, person="driss"))
    access.set_password("camille", "one")
    assert access.session("a") is None
    assert access.session("b") == replace(SESSION, person="driss")


def test_an_invitation_holds_once_until_its_end_and_the_last_one_only(access):
    access.invite("first", "camille", NOON + timedelta(hours=1))
    access.invite("second", "camille", NOON + timedelta(hours=1))
    assert access.invited("first", NOON) == ""
    assert access.invited("second", NOON) == "camille"
    assert access.invited("second", NOON + timedelta(hours=1)) == ""
    assert [access.invitation_was("second", NOON + timedelta(hours=h)) for h in (0, 1)] == ["", "expired"]
    assert access.take_invitation("second", NOON) == "camille"
    assert access.take_invitation("second", NOON) == ""
    assert [access.invitation_was(d, NOON) for d in ("first", "second", "never")] == ["", "used", ""]
    assert access.invited("second", NOON - timedelta(hours=1)) == ""


def test_of_many_who_take_an_invitation_at_once_one_gets_it(access):
    access.invite("d", "camille", NOON + timedelta(hours=1))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: access.take_invitation("d", NOON), range(8)))
    assert sorted(got) == [""] * 7 + ["camille"]


def test_a_session_is_kept_touched_and_closed(access):
    access.open_session("a", SESSION)
    access.touch_session("a", NOON + timedelta(minutes=5))
    assert access.session("a") == replace(SESSION, seen_at=NOON + timedelta(minutes=5))
    access.close_session("a")
    assert access.session("a") is None


def test_sessions_that_ended_are_forgotten_when_another_starts(access):
    access.open_session("old", SESSION)
    access.open_session(
        "new", replace(SESSION, started_at=SESSION.ends_at, ends_at=SESSION.ends_at + timedelta(hours=9))
    )
    assert access.session("old") is None
    assert access.session("new") is not None


def test_failures_are_counted_within_the_window_and_forgotten(access):
    hour = timedelta(hours=1)
    assert access.note_failure("x", NOON, NOON - hour) == 1
    assert access.note_failure("x", NOON + hour, NOON) == 2
    assert access.note_failure("y", NOON + hour, NOON) == 1
    assert access.failures("x", NOON + hour) == (NOON + hour,)
    assert access.note_failure("x", NOON + 2 * hour, NOON + hour) == 2
    access.forget_failures("x")
    assert access.failures("x", NOON) == ()
    assert access.failures("y", NOON) == (NOON + hour,)


def test_secrets_of_a_key_hold_to_their_end_and_the_others_no_longer_than_is_said(access):
    hour = timedelta(hours=1)
    access.keep_secret("key.a", "one", NOON + 9 * hour, NOON)
    access.keep_secret("key.b", "other", NOON + 9 * hour, NOON)
    access.keep_secret("key.a", "two", NOON + 5 * hour, NOON + 2 * hour)
    assert access.secrets("key.a", NOON + hour) == ("one", "two")
    assert access.secrets("key.a", NOON + 2 * hour) == ("two",)
    access.keep_secret("key.a", "three", NOON + 9 * hour, NOON + 99 * hour)
    assert access.secrets("key.a", NOON + 4 * hour) == ("three", "two")
    assert access.secrets("key.a", NOON + 5 * hour) == ("three",)
    access.forget_secrets("key.a")
    assert access.secrets("key.a", NOON) == ()
    assert access.secrets("key.b", NOON) == ("other",)


def test_the_last_use_of_a_key_is_kept(access):
    access.note_use("key.a", NOON)
    access.note_use("key.a", NOON + timedelta(minutes=1))
    assert access.uses() == {"key.a": NOON + timedelta(minutes=1)}


def test_a_password_is_replaced_by_who_knows_which_one_is_kept(access):
    access.set_password("camille", "one")
    access.open_session("a", SESSION)
    assert (access.replace_password("camille", "other", "two"), access.password("camille")) == (False, "one")
    assert access.session("a") == SESSION
    assert (access.replace_password("camille", "one", "two"), access.password("camille")) == (True, "two")
    assert access.session("a") is None
    assert (access.replace_password("driss", "", "first"), access.password("driss")) == (True, "first")


def test_of_many_who_replace_one_password_at_once_one_does(access):
    access.set_password("camille", "old")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: access.replace_password("camille", "old", f"new{n}"), range(8)))
    assert sum(done) == 1
    assert access.password("camille") == f"new{done.index(True)}"


def test_a_session_starts_only_while_the_password_that_was_given_is_kept(access):
    access.set_password("camille", "one")
    assert access.open_session("a", SESSION, "one") is True
    access.set_password("camille", "two")
    assert (access.open_session("b", SESSION, "one"), access.session("b")) == (False, None)
    access.close_account("camille")
    assert (access.open_session("c", SESSION, "two"), access.session("c")) == (False, None)
    assert (access.open_session("d", SESSION, ""), access.session("d")) == (False, None)
    assert (access.open_session("e", SESSION), access.session("e")) == (True, SESSION)  # by a provider


def test_with_an_account_ends_whatever_lets_that_person_in(access):
    for person in ("camille", "driss"):
        access.set_password(person, "one")
        access.invite(f"link-{person}", person, NOON + timedelta(hours=1))
        access.open_session(f"session-{person}", replace(SESSION, person=person))
    access.close_account("camille")
    assert (access.password("camille"), access.session("session-camille")) == ("", None)
    assert (access.invited("link-camille", NOON), access.take_invitation("link-camille", NOON)) == ("", "")
    assert (access.password("driss"), access.invited("link-driss", NOON)) == ("one", "driss")
    assert access.session("session-driss") is not None


def test_what_is_written_together_stands_with_its_entry_or_not_at_all(access, register):
    register.add_person(ANA, NOON, ANA.name, [])
    access.set_password("camille", "old")
    access.open_session("a", SESSION)
    access.invite("link", "camille", NOON + timedelta(hours=1))

    def change(who):
        with access.together():
            assert access.replace_password("camille", "old", "new")
            access.invite("later", "camille", NOON + timedelta(hours=1))
            register.append(who, NOON, "account.changed", "camille", {})

    with pytest.raises(Denied):  # a stranger: the entry is refused
        change(Actor("nobody"))
    assert (access.password("camille"), access.session("a"), access.invited("link", NOON)) == (
        "old",
        SESSION,
        "camille",
    )
    assert (register.head(), list(register.read(kinds=["account.changed"]))) == (1, [])
    change(ANA)
    assert (access.password("camille"), access.session("a"), access.invited("link", NOON)) == ("new", None, "")
    assert [e.kind for e in register.read(after=1)] == ["account.changed"]
    access.set_password("camille", "again")  # what follows is a transaction of its own
    assert access.password("camille") == "again"
