"""One draft, released by several processes at the same moment: it becomes a release once, and each is told of that one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from at_once import ENTRY, FILES, FREE, at_once
from examples import SOAK, examples
from house import House, new_house

from greffe.release.verify import faults

STORES = ["sqlite", "postgresql"] if SOAK else ["sqlite"]
BOTH = pytest.mark.parametrize("where", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def where(request: pytest.FixtureRequest) -> dict[str, str]:
    """What commands are told of the register: nothing of that which is in the house."""
    return {} if request.param == "sqlite" else {"GREFFE_REGISTER": request.getfixturevalue("new_postgresql")}


@pytest.fixture
def house(tmp_path: Path, where: dict[str, str]) -> House:
    register = {"register_url": where["GREFFE_REGISTER"]} if where else {}
    return new_house(tmp_path / "home", "published", "map", **register)


def signed(house: House, reason: str) -> str:
    draft = house.draft(reason=reason)
    house.sign(draft)
    return draft.id


@BOTH
def test_a_draft_that_two_release_at_once_is_released_once(house: House, where: dict[str, str]):
    """Whichever way they lie: the second comes with its files when the first has released, or with its line in the register when
    the first has entered its own; or (in the soak) both run as they run. Both are told of the same release, and that all is well."""
    home = house.parts.settings.home
    for number, at in enumerate((FILES, ENTRY, *(FREE,) * examples(0, 30))):
        draft = signed(house, f"of {number}")
        told = at_once(home, *(["release", draft, "--as", "farid", "--json"],) * 2, at=at, **where)
        assert [code for code, _, _ in told] == [0, 0], told
        made = str(
            house.parts.ledger().release_of_draft(draft)
        )  # numbers under which the second left its files are passed over
        assert {_release(out) for _, out, _ in told} == {made}, at
        assert [r.draft for r in house.parts.ledger().releases.values()].count(draft) == 1, at
    assert faults(house.parts) == []


@pytest.mark.parametrize("where", STORES, indirect=True)
def test_two_drafts_of_one_dataflow_at_once_are_a_chain(house: House, where: dict[str, str]):
    """The second is judged by what the first made, and replaces it."""
    drafts = [signed(house, "one"), signed(house, "other")]
    orders = [["release", d, "--as", "farid", "--json"] for d in drafts]
    told = at_once(house.parts.settings.home, *orders, at=ENTRY, **where)
    assert [code for code, _, _ in told] == [0, 0], told
    made = sorted(house.parts.ledger().releases.values(), key=lambda r: r.number)
    assert [r.draft for r in made] == drafts
    assert [r.replaces for r in made] == ["", str(made[0])]
    assert faults(house.parts) == []


@pytest.mark.parametrize("where", STORES, indirect=True)
def test_a_draft_is_sent_back_or_released_and_never_both(house: House, where: dict[str, str]):
    """A releaser and an approver at once, either the first."""
    for number, first in enumerate(("release", "send-back")):
        draft = signed(house, f"{first} comes first")
        acts = [["release", draft, "--as", "farid"], ["send-back", draft, "--as", "driss", "--reason", "It is wrong."]]
        told = at_once(house.parts.settings.home, *acts[:: 1 - 2 * number], at=ENTRY, **where)
        assert [code for code, _, _ in told] == [0, 3], told
        ledger = house.parts.ledger()
        assert (ledger.release_of_draft(draft) is None, draft in ledger.returned) == (bool(number), bool(number))


def _release(out: str) -> str:
    told = json.loads(out)
    return told["releases"][0]["release"] if "releases" in told else told["release"]
