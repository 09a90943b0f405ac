"""What stands beside the chain is written no more once the register was moved: it would be lost, as entries would be."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from greffe.errors import Refused
from greffe.store.access import Session
from greffe.store.access_sql import SqlAccess
from greffe.store.base import Actor
from greffe.store.desk_sql import SqlDesk
from greffe.store.entering import beside
from greffe.store.leases import Claim, Ending, Standing
from greffe.store.leases_sql import SqlLeases
from greffe.store.register import SqlRegister

ANA = Actor("ana")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=9)
WRITERS: dict[type, dict[str, tuple[object, ...]]] = {
    SqlAccess: {
        "set_password": ("ana", "hashed"), "replace_password": ("ana", "", "hashed"), "close_account": ("ana",),
        "invite": ("digest", "ana", LATER), "take_invitation": ("digest", NOON),
        "open_session": ("digest", Session("ana", "local", "guard", NOON, NOON, LATER)), "touch_session": ("digest", NOON),
        "close_session": ("digest",), "close_sessions_of": ("ana",), "note_failure": ("ana", NOON, NOON),
        "forget_failures": ("ana",), "keep_secret": ("key.a", "digest", LATER, NOON), "forget_secrets": ("key.a",),
        "note_use": ("key.a", NOON),
    },
    SqlDesk: {"put": ("ana", "place", {"item": "text"}, NOON), "take": ("ana", "place", ("item",)), "clear": ("ana", "place")},
    SqlLeases: {
        "standing": ("job", NOON), "claim": (Standing("job", NOON), Claim(NOON, 1, "me", LATER, NOON), NOON),
        "renew": ("job", 1, LATER), "finish": ("job", 1, Ending("done", "{}"), NOON),
        "skip": (Standing("job", NOON), NOON, 1, NOON), "reset": ("job", NOON), "forget": (NOON, NOON),
        "set_alert": ("alert", "text"),
    },
}  # fmt: skip


@pytest.fixture
def moved(address):
    register = SqlRegister(address)
    register.add_person(ANA, NOON, ANA.name, ["administrator"])
    register.append(ANA, NOON, "register.moved", "sqlite:////srv/elsewhere.db", {})
    yield register
    register.close()


@pytest.mark.parametrize("store", WRITERS, ids=lambda s: s.__name__)
def test_every_writer_refuses_and_says_where_it_is(moved, store):
    """Each method that writes, found in the source, has a line in the table."""
    writing = {
        n for n, m in inspect.getmembers(store, inspect.isfunction) if "beside(" in inspect.getsource(m) and n[0] != "_"
    }
    assert "writing(" not in inspect.getsource(inspect.getmodule(store))
    assert writing == set(WRITERS[store])
    one = store(moved.engine)
    for name, words in WRITERS[store].items():
        act: Callable[..., object] = getattr(one, name)
        with pytest.raises(Refused, match=r"it is at sqlite:////srv/elsewhere.db now"):
            act(*words)


def test_who_closes_the_register_waits_for_what_is_being_written_beside_it(address):
    """Else it would be copied without what is committed a moment later."""
    register = SqlRegister(address)
    register.add_person(ANA, NOON, ANA.name, ["administrator"])
    with ThreadPoolExecutor(1) as pool:
        with beside(register.engine):
            closing = pool.submit(register.append, ANA, NOON, "register.moved", "sqlite:////srv/elsewhere.db", {})
            with pytest.raises(TimeoutError):
                closing.result(timeout=0.3)
        assert closing.result(timeout=20).number == 2
    register.close()


def test_entries_do_not_wait_for_what_is_written_beside_them_on_postgresql(new_postgresql):
    register = SqlRegister(new_postgresql)
    with beside(register.engine), ThreadPoolExecutor(1) as pool:
        entered = pool.submit(register.add_person, ANA, NOON, ANA.name, ["administrator"])
        assert len(entered.result(timeout=20)) == 1
    register.close()
