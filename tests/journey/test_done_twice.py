"""What two processes do at the same moment ends as if one had come after the other: nothing is entered twice, nothing is lost, and
who comes second is told in words. What each pair stands for was tried one after the other by hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from at_once import at_once_each
from examples import SOAK
from house import FLOW, PUBLISHED, House, new_house

from greffe.release.verify import faults

LONG = pytest.mark.skipif(not SOAK, reason="soak only: some forty processes; what follows is of the same kinds")
UNTIL, LATER = "2027-03-01", "2027-06-01 08:45"


@pytest.fixture
def where(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.param == "sqlite" else {"GREFFE_REGISTER": request.getfixturevalue("new_postgresql")}


@pytest.fixture
def house(tmp_path: Path, where: dict[str, str]) -> House:
    register = {"register_url": where["GREFFE_REGISTER"]} if where else {}
    return new_house(tmp_path / "home", **register)


def both(line: str, *more: str) -> list[list[str]]:
    return [[*line.split(), *more]] * 2


@LONG
@pytest.mark.parametrize("where", ["sqlite", "postgresql"], indirect=True)
def test_who_comes_second_finds_what_the_first_did(house: House, where: dict[str, str]):
    """Pairs of commands at once: their exit codes, and how many entries of which kind come of them."""
    said, public = ("--reason", "x"), ("--reason", "x", "--reason-fr", "x")
    taken = both(f"ingest {PUBLISHED / 'ssmsi_infractions.csv'} --dataflow INT_SSMSI --origin real --as camille")
    first = [
        (taken, [0, 0], {"extract.accepted": 1}),
        (both("people --add zoe --role author --as greffe"), [0, 0], {"person.added": 1}),
        (both(f"keys make robot --role auditor --action register --until {UNTIL} --as greffe"), [0, 3], {"key.made": 1}),
        (both("calendar announce", FLOW, "--at", LATER, "--as", "farid"), [0, 3], {"calendar.announced": 1}),
        (both(f"grant add ESTAT {FLOW} --until {UNTIL} --as camille", *said), [0, 0], {"grant.proposed": 1}),
        (both(f"waive QR-VIN-01 {FLOW} --key GEO=FR --reference y --as camille", *said), [0, 0], {"waiver.proposed": 1}),
    ]  # fmt: skip
    done = played(house, where, first)
    grant, waiver, key, entry = (
        next(e.subject for e in done if e.kind == kind)
        for kind in ("grant.proposed", "waiver.proposed", "key.made", "calendar.announced")
    )
    approved = [
        (both(f"approve {one} --as driss"), [0, 3], {f"{one_kind}.approved": 1})
        for one, one_kind in ((grant, "grant"), (waiver, "waiver"))
    ]
    second = [
        *approved,
        (both(f"grant end {grant} --as driss", *said), [0, 3], {"grant.ended": 1}),
        (both(f"keys rotate {key} --overlap 0 --as greffe"), [0, 5], {"key.rotated": 1}),
        (both(f"keys revoke {key} --as greffe", *said), [0, 3], {"key.revoked": 1, "person.added": 1}),
        (both(f"calendar move {entry} --as farid --at", "2027-06-02 08:45", *public), [0, 3], {"calendar.moved": 1}),
        (both(f"calendar cancel {entry} --as farid", *public), [0, 3], {"calendar.cancelled": 1}),
    ]
    played(house, where, second)
    assert list(house.parts.register.verify()) == []


@LONG
@pytest.mark.parametrize("where", ["sqlite", "postgresql"], indirect=True)
def test_what_is_done_to_a_draft_is_done_once(house: House, where: dict[str, str]):
    """Prepared, accepted, signed, released, withdrawn; sent back."""
    house.take_published()
    house.approve_map()
    prepare = f"prepare {FLOW} --origin real --as camille"
    draft = next(e.subject for e in played(house, where, [(both(prepare), [0, 0], {"draft.prepared": 1})]))
    other = next(
        e.subject for e in played(house, where, [(both(prepare, "--reason", "other"), [0, 0], {"draft.prepared": 1})])
    )
    two = [["approve", draft, "--as", "elise"], ["approve", draft, "--as", "driss"]]
    pairs = [
        (both(f"accept {draft} --as driss --reason read"), [0, 0], {"warnings.accepted": 1}),
        (both(f"approve {draft} --as driss"), [0, 3], {"draft.approved": 1}),
        (two, [0, 3], {"draft.approved": 1}),
        (both(f"release {draft} --as farid"), [0, 0], {"release.made": 1}),
        (both(f"withdraw {FLOW}#1 --yes --as farid --reason x --reason-fr x"), [0, 3], {"release.withdrawn": 1}),
        (both(f"send-back {other} --as driss --reason x"), [0, 3], {"draft.returned": 1}),
        (both(prepare, "--reason", "other"), [0, 0], {"draft.prepared": 1}),
    ]
    played(house, where, pairs)
    assert faults(house.parts) == []


def test_what_two_do_at_once_is_neither_doubled_nor_lost(house_of_two: House):
    """One gives a role, the other another one: neither is lost. Two who sign at once have both signed; one who signs twice is told
    so the second time. Of one title there is one key."""
    home, draft = house_of_two.parts.settings.home, house_of_two.draft().id
    make = f"keys make robot --role auditor --action register --until {UNTIL} --as greffe".split()
    orders = [
        [f"people --add zoe --role {role} --as greffe".split() for role in ("author", "auditor")],
        [["approve", draft, "--as", who] for who in ("driss", "elise", "driss")],
        [make, make],
    ]
    told = at_once_each(home, orders)
    assert [sorted(code for code, _, _ in group) for group in told] == [[0, 0], [0, 0, 3], [0, 3]], told
    assert "driss has already approved" in next(err for code, _, err in told[1] if code == 3)
    assert set(house_of_two.parts.register.people()["zoe"]) == {"author", "auditor"}
    ledger = house_of_two.parts.ledger()
    assert len(ledger.keys) == 1
    signed = [e.actor for e in house_of_two.parts.register.read(kinds=("draft.approved",))]
    assert sorted(signed) == ["driss", "elise"]


@pytest.fixture
def house_of_two(tmp_path: Path) -> House:
    return new_house(tmp_path / "home", "published", "map")


def played(house: House, where: dict[str, str], pairs) -> list:
    """Play pairs of commands; what they entered."""
    begin = house.parts.register.head()
    found = at_once_each(house.parts.settings.home, [commands for commands, _, _ in pairs], **where)
    for (commands, codes, _), told in zip(pairs, found, strict=True):
        assert sorted(code for code, _, _ in told) == codes, (commands[0], told)
        assert not any("{" in err or "Traceback" in err for _, _, err in told), told
        assert all(err.startswith("Refused") for code, _, err in told if code == 3), told
    entries = list(house.parts.register.read(after=begin))
    expected = sum((Counter(kinds) for _, _, kinds in pairs), Counter())
    expected["person.added"] += expected["key.made"]  # a key is a person of its own
    assert Counter(e.kind for e in entries) == expected, json.dumps([e.kind for e in entries])
    return entries
