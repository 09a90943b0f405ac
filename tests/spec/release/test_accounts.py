"""Accounts and sessions: who may come in, for how long, and what the register says of it."""

from __future__ import annotations

import pytest
from frugal import SHIPPED
from house import AUTHOR, FIRST
from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadQuery, Denied, NotFound, Refused, TooOften
from greffe.release.access import accounts, passwords
from greffe.release.access.accounts import accept, change_password, close_account, invite, session_of, sign_in, sign_out
from greffe.release.people import HOUSE

GOOD = "zinc-mauve-ilot-karst"


@pytest.fixture
def parts(tmp_path):
    return small_house(tmp_path, signed=False)


@pytest.fixture
def opened(parts):
    accept(parts, invite(parts, HOUSE, AUTHOR.name), GOOD)
    return parts


def kinds(parts, after):
    return [(e.kind, e.actor, e.established, e.subject) for e in parts.register.read(after=after)]


def test_an_invitation_opens_an_account_once_and_the_register_says_so(parts):
    head = parts.register.head()
    token = invite(parts, HOUSE, "camille")
    assert accept(parts, token, GOOD) == "camille"
    with pytest.raises(NotFound, match="used"):
        accept(parts, token, GOOD)
    _, session = sign_in(parts, "camille", GOOD, "192.0.2.1")
    assert session.person == "camille"
    assert kinds(parts, head) == [
        ("account.invited", "greffe", "local", "camille"),
        ("account.opened", "camille", "local", "camille"),
        ("session.opened", "camille", "local", "camille"),
    ]


def test_an_invitation_ends_after_72_hours(parts):
    token = invite(parts, HOUSE, "camille")
    parts.clock.forward(hours=72)
    with pytest.raises(NotFound):
        accept(parts, token, GOOD)


def test_nobody_but_an_administrator_invites(parts):
    with pytest.raises(Denied, match="no administrator"):
        invite(parts, AUTHOR, "driss")
    with pytest.raises(NotFound, match="Nearest: camille"):
        invite(parts, HOUSE, "camile")
    with pytest.raises(Refused, match=r"^greffe is the house itself, which signs in nowhere\.$"):
        invite(parts, HOUSE, "greffe")
    with pytest.raises(NotFound) as told:
        invite(parts, HOUSE, "grefe")
    assert "greffe" not in told.value.nearest


@pytest.mark.parametrize(
    "password", ["short", "camille-greffe-2026", "aaaaaaaaaaaaaaaa", "motdepasse1234", "x" * 257, "azertyazerty"]
)
def test_passwords_that_are_easy_to_guess_are_refused(parts, password):
    token = invite(parts, HOUSE, "camille")
    with pytest.raises(BadQuery):
        accept(parts, token, password)
    assert accept(parts, token, GOOD) == "camille"  # the link still holds


def test_accents_may_be_typed_in_either_way(parts):
    accept(parts, invite(parts, HOUSE, "camille"), "e\u0301cluse-givre-noyer")
    assert sign_in(parts, "camille", "\u00e9cluse-givre-noyer", "192.0.2.1")


def test_a_stranger_and_a_wrong_password_get_the_same_words(opened):
    said = []
    for name in ("camille", "nobody"):
        with pytest.raises(Denied) as error:
            sign_in(opened, name, "wrong", "192.0.2.1")
        said.append(error.value.text())
    assert said == ["The name or the password is wrong."] * 2
    denied = list(opened.register.read(kinds=("action.denied",)))
    assert [(e.actor, e.subject) for e in denied] == [("greffe", "camille"), ("greffe", "an unknown name")]


def test_five_failures_close_the_account_to_that_address_for_a_quarter_of_an_hour(opened):
    """And to no other: who guesses from elsewhere shuts nobody out."""
    for _ in range(5):
        with pytest.raises(Denied):
            sign_in(opened, "camille", "wrong", "192.0.2.1")
    with pytest.raises(TooOften) as error:
        sign_in(opened, "camille", GOOD, "192.0.2.1")
    assert 890 <= error.value.wait <= 901
    assert sign_in(opened, "camille", GOOD, "192.0.2.2")
    opened.clock.forward(minutes=15, seconds=1)
    assert sign_in(opened, "camille", GOOD, "192.0.2.1")


def test_whoever_tries_too_often_is_told_when_on_the_page(opened):
    for _ in range(5):
        with pytest.raises(Denied):
            sign_in(opened, "camille", "wrong", "testclient")
    client = TestClient(create_app(opened), headers={"accept": "text/html"})
    answer = client.post("/signin", data={"name": "camille", "password": "wrong", "back": "/staff"})
    assert (answer.status_code, "16 minutes." in answer.text) == (429, True)  # a second more than 15, in whole minutes
    assert 0 < int(answer.headers["retry-after"]) <= 901


def test_many_failures_from_wherever_close_the_account(opened, monkeypatch):
    """A hundred; a dozen here, for each takes the work that a right password takes."""
    assert accounts.FROM_ANYWHERE == 100
    monkeypatch.setattr(accounts, "FROM_ANYWHERE", 12)
    for number in range(12):
        with pytest.raises(Denied):
            sign_in(opened, "camille", "wrong", f"192.0.2.{number // 4}")
    with pytest.raises(TooOften):
        sign_in(opened, "camille", GOOD, "192.0.2.200")


def test_fifty_failures_close_an_address_whatever_the_names(opened):
    for number in range(50):
        with pytest.raises(Denied):
            sign_in(opened, f"name{number}", "wrong", "192.0.2.9")
    with pytest.raises(TooOften):
        sign_in(opened, "camille", GOOD, "192.0.2.9")
    assert sign_in(opened, "camille", GOOD, "192.0.2.1")


def test_a_session_ends_when_idle_and_after_a_working_day(opened):
    token, _ = sign_in(opened, "camille", GOOD, "192.0.2.1")
    opened.clock.forward(minutes=29)
    assert session_of(opened, token)
    opened.clock.forward(minutes=29)
    assert session_of(opened, token)
    opened.clock.forward(minutes=30)
    assert session_of(opened, token) is None
    token, _ = sign_in(opened, "camille", GOOD, "192.0.2.1")
    for _ in range(26):
        opened.clock.forward(minutes=20)
        assert session_of(opened, token)
    opened.clock.forward(minutes=20)
    assert session_of(opened, token) is None


def test_signing_out_and_closing_end_sessions(opened):
    one, _ = sign_in(opened, "camille", GOOD, "192.0.2.1")
    two, _ = sign_in(opened, "camille", GOOD, "192.0.2.1")
    sign_out(opened, one)
    assert session_of(opened, one) is None
    assert session_of(opened, two)
    close_account(opened, HOUSE, "camille")
    assert session_of(opened, two) is None
    with pytest.raises(Denied):
        sign_in(opened, "camille", GOOD, "192.0.2.1")


def test_a_password_is_changed_by_whoever_knows_it(opened):
    token, _ = sign_in(opened, "camille", GOOD, "192.0.2.1")
    with pytest.raises(Denied):
        change_password(opened, AUTHOR, "wrong", "forge-houle-quai-nacre")
    change_password(opened, AUTHOR, GOOD, "forge-houle-quai-nacre")
    assert session_of(opened, token) is None
    assert sign_in(opened, "camille", "forge-houle-quai-nacre", "192.0.2.1")
    with pytest.raises(BadQuery):
        change_password(opened, FIRST, "x", GOOD)


def test_nothing_secret_is_in_the_register(opened):
    token, session = sign_in(opened, "camille", GOOD, "192.0.2.1")
    written = "".join(f"{e.subject}{e.payload}" for e in opened.register.read())
    for secret in (token, session.guard, GOOD, "192.0.2.1"):
        assert secret not in written


def test_of_a_token_that_is_none_nothing_is_known(opened):
    assert session_of(opened, "") is None
    assert session_of(opened, "x" * 5000) is None


def test_a_password_costs_what_the_standard_asks_for_and_an_older_hash_is_renewed(opened, monkeypatch):
    """RFC 9106, its second choice: three passes over 64 MiB, four lanes. One that cost less is made anew at the next sign-in"""
    before = opened.access.password("camille")
    assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")  # as the tests make them (tests/helpers/frugal.py)
    monkeypatch.setattr(passwords, "_HASHER", SHIPPED)
    assert sign_in(opened, "camille", GOOD, "192.0.2.1")
    after = opened.access.password("camille")
    assert after.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert sign_in(opened, "camille", GOOD, "192.0.2.1")
    assert opened.access.password("camille") == after
    with pytest.raises(Denied):
        sign_in(opened, "camille", GOOD + "x", "192.0.2.1")
