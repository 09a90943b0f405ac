"""Accounts while something else happens: another process closes one or changes a password between the look and the writing, or the
entry cannot be made. Whatever is said of it, it holds; and who is told no has what they had. On SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from house import AUTHOR
from journey_tools import inside
from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import compose, create_app
from greffe.errors import Conflict, Denied, DiskFailed, Overtaken, Refused, Unidentified
from greffe.release.access import passwords
from greffe.release.access.accounts import accept, change_password, close_account, invite, session_of, sign_in
from greffe.release.access.keys import identified, make_key, rotate_key
from greffe.release.people import HOUSE

OLD, NEW, OTHER = "zinc-mauve-ilot-karst", "forge-houle-quai-nacre", "givre-noyer-lande-sorbe"
HERE, NAME = "192.0.2.1", AUTHOR.name


@pytest.fixture
def parts(tmp_path, request):
    found = small_house(tmp_path, request.getfixturevalue("new_postgresql") if request.param else "", signed=False)
    yield found
    found.register.close()


@pytest.fixture
def other(parts):
    """Another process on the same register."""
    found = compose(parts.settings, parts.clock)
    yield found
    found.register.close()


BOTH = pytest.mark.parametrize("parts", [False, True], ids=["sqlite", "postgresql"], indirect=True)
LITE = pytest.mark.parametrize("parts", [False], ids=["sqlite"], indirect=True)


@pytest.fixture
def meanwhile(monkeypatch):
    """Something that happens once, when the password was compared: that takes a tenth of a second as shipped."""

    def arranged(act):
        compare, left = passwords.matches, [act]

        def matches(kept, password):
            found = compare(kept, password)
            if left:
                left.pop()()
            return found

        monkeypatch.setattr(passwords, "matches", matches)

    return arranged


def opened(parts, password=OLD):
    accept(parts, invite(parts, HOUSE, NAME), password)
    return sign_in(parts, NAME, password, HERE)[0]


def client_of(parts):
    return TestClient(create_app(parts), headers={"accept": "text/html"}, follow_redirects=False)


def change_of(client, token, old, new):
    client.cookies.set("greffe", token)
    guard = re.search(r'name="guard" value="([^"]+)"', client.get("/staff/account?lang=en").text)[1]
    fields = {"guard": guard, "old": old, "password": new, "again": new}
    return lambda: client.post("/staff/account", data=fields)


@LITE
def test_an_open_invitation_ends_with_the_account(parts):
    """By the commands and the pages that people use."""
    home, client = parts.settings.home, client_of(parts)
    parts.clock.now = datetime.now(UTC)  # as the commands have it
    assert inside(home, "people", "--add", "noor", "--role", "approver", "--as", "greffe").code == 0
    link = inside(home, "accounts", "invite", "noor", "--json").json()["link"].partition("/invitation/")[2]
    assert client.get(f"/invitation/{link}").status_code == 200
    assert inside(home, "accounts", "close", "noor").code == 0
    assert client.get(f"/invitation/{link}").status_code == 410
    assert client.post(f"/invitation/{link}", data={"password": OLD, "again": OLD}).status_code == 410
    assert client.post("/signin", data={"name": "noor", "password": OLD, "back": "/staff"}).status_code == 403
    again = inside(home, "accounts", "invite", "noor", "--json").json()["link"].partition("/invitation/")[2]
    assert client.post(f"/invitation/{again}", data={"password": OLD, "again": OLD}).status_code == 303
    entered = client.post("/signin", data={"name": "noor", "password": OLD, "back": "/staff"})
    assert entered.status_code == 303
    assert client.get("/staff").status_code == 200


@LITE
def test_what_an_older_program_left_of_a_closed_account_lets_nobody_in(parts):
    """It kept the link, and a session that came in between."""
    token, link = opened(parts), invite(parts, HOUSE, NAME)
    parts.note(HOUSE, "account.closed", NAME, {})
    assert session_of(parts, token) is None
    client = client_of(parts)
    assert client.post(f"/invitation/{link}", data={"password": OLD, "again": OLD}).status_code == 410


@BOTH
def test_nobody_is_signed_in_by_a_password_that_ended_meanwhile(parts, other, meanwhile):
    opened(parts)
    head = parts.register.head()
    meanwhile(lambda: close_account(other, HOUSE, NAME))
    with pytest.raises(Denied, match=r"^The name or the password is wrong\.$"):
        sign_in(parts, NAME, OLD, HERE)
    assert [e.kind for e in parts.register.read(after=head)] == ["account.closed", "action.denied"]
    opened(parts)
    meanwhile(lambda: change_password(other, AUTHOR, OLD, NEW))
    with pytest.raises(Denied):
        sign_in(parts, NAME, OLD, HERE)
    assert sign_in(parts, NAME, NEW, HERE)


@LITE
def test_who_gives_the_right_password_comes_in_though_it_was_hashed_anew_meanwhile(parts, other, meanwhile):
    """Two sign-ins at once after the parameters were raised."""
    opened(parts)
    kept = parts.access.password(NAME)
    meanwhile(lambda: other.access.replace_password(NAME, kept, passwords.hashed(OLD)))
    assert session_of(parts, sign_in(parts, NAME, OLD, HERE)[0])


@BOTH
def test_of_two_who_change_a_password_one_does_and_the_other_is_told(parts, other, meanwhile):
    opened(parts)
    meanwhile(lambda: change_password(other, AUTHOR, OLD, OTHER))
    with pytest.raises(Conflict, match="changed meanwhile"):
        change_password(parts, AUTHOR, OLD, NEW)
    assert len(list(parts.register.read(kinds=["account.changed"]))) == 1
    assert sign_in(parts, NAME, OTHER, HERE)


@LITE
def test_the_second_is_told_so_on_the_page(parts, other, meanwhile):
    change = change_of(client_of(parts), opened(parts), OLD, NEW)
    meanwhile(lambda: change_password(other, AUTHOR, OLD, OTHER))
    answer = change()
    assert (answer.status_code, "changed meanwhile" in answer.text) == (409, True)


@BOTH
def test_of_two_rotations_at_once_one_shows_a_secret_and_it_holds(parts, other, monkeypatch):
    ends = parts.clock().replace(year=2027)
    key, _ = make_key(parts, HOUSE, "A loader", "auditor", ["register"], (), ends.replace(month=1))
    shown = []
    together = parts.access.together

    def late():
        if not shown:
            shown.append(rotate_key(other, HOUSE, key.id, ends - ends)[1])
        return together()

    monkeypatch.setattr(parts.access, "together", late)
    with pytest.raises(Overtaken, match=f"key.rotated of {key.name}"):
        rotate_key(parts, HOUSE, key.id, ends - ends)
    assert identified(parts, shown[0], HERE).name == key.name
    assert identified(parts, rotate_key(parts, HOUSE, key.id, ends - ends)[1], HERE).name == key.name
    with pytest.raises(Unidentified):
        identified(parts, shown[0], HERE)


@BOTH
def test_of_two_invitations_at_once_one_shows_a_link_and_it_holds(parts, other, monkeypatch):
    shown = []
    together = parts.access.together

    def late():
        if not shown:
            shown.append(invite(other, HOUSE, NAME))
        return together()

    monkeypatch.setattr(parts.access, "together", late)
    with pytest.raises(Overtaken, match=f"account.invited of {NAME}"):
        invite(parts, HOUSE, NAME)
    assert accept(parts, shown[0], OLD) == NAME


def no_room(*_words, **_named):
    raise DiskFailed("There is no room.")


@BOTH
def test_who_is_told_that_an_act_failed_has_what_they_had(parts, monkeypatch):
    """Password and session, the link that was not used, the account that was not closed, the secret of a key."""
    token = opened(parts)
    key, secret = make_key(parts, HOUSE, "A loader", "auditor", ["register"], (), parts.clock().replace(month=12))
    link, kept = invite(parts, HOUSE, NAME), parts.access.password(NAME)
    head = parts.register.head()
    acts = (
        lambda: change_password(parts, AUTHOR, OLD, NEW),
        lambda: accept(parts, link, NEW),
        lambda: close_account(parts, HOUSE, NAME),
        lambda: invite(parts, HOUSE, NAME),
        lambda: rotate_key(parts, HOUSE, key.id, parts.clock() - parts.clock()),
        lambda: sign_in(parts, NAME, OLD, HERE),
    )
    with monkeypatch.context() as patched:
        patched.setattr(parts.register, "append", no_room)
        for act in acts:
            with pytest.raises(DiskFailed):
                act()
    assert (parts.register.head(), parts.access.password(NAME)) == (head, kept)
    assert (session_of(parts, token).person, identified(parts, secret, HERE).name) == (NAME, key.name)
    parts.register.append(HOUSE, parts.clock(), "register.moved", "sqlite:////srv/elsewhere.db", {})
    for act in acts:
        with pytest.raises(Refused, match="moved"):
            act()
    assert parts.access.password(NAME) == kept
    parts.register.append(HOUSE, parts.clock(), "register.arrived", "here", {})
    assert accept(parts, link, NEW) == NAME


@LITE
def test_by_a_clock_that_is_behind_the_register_no_password_is_chosen(parts):
    client, token = client_of(parts), opened(parts)
    change = change_of(client, token, OLD, NEW)
    link, kept = invite(parts, HOUSE, NAME), parts.access.password(NAME)
    parts.note(HOUSE, "action.denied", "-", {"what": "later"})
    parts.clock.forward(minutes=-5)
    for answer in (change(), client.post(f"/invitation/{link}?lang=en", data={"password": NEW, "again": NEW})):
        assert (answer.status_code, "one of the two is wrong" in answer.text) == (409, True)
    assert parts.access.password(NAME) == kept
    parts.clock.forward(minutes=5)
    assert accept(parts, link, NEW) == NAME
