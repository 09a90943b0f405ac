"""The same figures in two dataflows: what one hides the other never tells, in whatever order they are prepared and released.

HELD_F_JUV and its like (mappings/policies/identities.csv) declare juveniles held by sex equal in Eurostat's and UNODC's tables.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from house import PUBLISHED, RELEASER, House, new_house
from journey_tools import ROOT

from greffe.arrow import pq
from greffe.errors import Conflict, Refused
from greffe.release.drafts import Draft
from greffe.release.releasing import Terms as T
from greffe.release.releasing import make_release, make_releases
from greffe.store.base import Act, Actor

AGE, HELD = "ESTAT_CRIM_PRIS_AGE", "UNODC_PRISONS"
RULE = "TEST-01,ESTAT_CRIM_PRIS_AGE;ESTAT_CRIM_PRIS_TRI,all,,,threshold,60,,,suppress,,recalled,Trial.,\n"
YEARS = ("2016", "2017", "2018")  # whole in the published file: no error to waive


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a rule that hides the juvenile women of Eurostat's table, figures, and signed maps; no draft yet."""
    folder = tmp_path_factory.mktemp("two")
    edited = folder / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    with (edited / "policies/protection.csv").open("a", encoding="utf-8") as stream:
        stream.write(RULE)
    house = new_house(folder / "home", mappings=edited)
    head, *rows = (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").splitlines()
    some = folder / "prisons.csv"
    some.write_text("\n".join([head, *(r for r in rows if r.split(",")[3][:4] in YEARS)]) + "\n", encoding="utf-8")
    house.take(PUBLISHED / "population.csv", "INT_POPULATION")
    house.take(some, "INT_JUSTICE")
    for flow in (AGE, HELD):
        house.approve_map(flow)
    house.parts.register.close()
    return folder


@pytest.fixture
def house(kept: Path, tmp_path: Path) -> House:
    shutil.copytree(kept / "home", tmp_path / "home")
    found = new_house(tmp_path / "home", mappings=kept / "mappings")
    found.clock.forward(days=1)
    return found


def women(data: Path, *cells: tuple[str, str]) -> list[str | None]:
    """The counts of the juvenile women, by year."""
    rows = pq.read_table(data).to_pylist()
    found = [r for r in rows if all(r[c] == code for c, code in cells)]
    return [r["OBS_VALUE"] for r in sorted(found, key=lambda r: r["TIME_PERIOD"])]


def of_age(draft: Draft) -> list[str | None]:
    return women(draft.data, ("age", "JUV"), ("sex", "F"), ("unit", "NR"))


def test_one_prepared_before_the_other_hides_is_not_released(house: House):
    first, early = house.draft(AGE), house.draft(HELD)
    assert of_age(first)
    assert set(of_age(first)) == {None}
    open_before = [r for r in pq.read_table(early.data).to_pylist() if r["SEX"] == "Female"]
    house.sign(first)
    house.sign(early)
    house.release(first)
    for _ in range(2):  # while it waits for its hour, and when it is in effect
        with pytest.raises(Refused, match=f"was protected without {AGE}#1"):
            make_release(house.parts, RELEASER, early.id)
        house.clock.forward(seconds=6)
    again = house.draft(HELD)
    assert again.id != early.id
    assert again.against == (f"{AGE}#1",)
    hidden = [r for r in pq.read_table(again.data).to_pylist() if r["SEX"] == "Female" and r["OBS_VALUE"] is None]
    assert [r for r in open_before if r["OBS_VALUE"] is None] == []
    assert len(hidden) >= len(YEARS)
    house.sign(again)
    assert str(house.release(again)) == f"{HELD}#1"


def test_both_at_once_are_refused_and_one_after_the_other_at_one_instant_is_right(house: House):
    first, early = house.draft(AGE), house.draft(HELD)
    house.sign(first)
    house.sign(early)
    for order in ([first.id, early.id], [early.id, first.id]):
        with pytest.raises(Refused, match="was protected without"):
            make_releases(house.parts, RELEASER, order, T())
    at = house.clock() + timedelta(days=2)
    make_release(house.parts, RELEASER, first.id, at)
    again = house.draft(HELD)
    house.sign(again)
    assert make_release(house.parts, RELEASER, again.id, at).effective_at == at


def test_what_hides_is_refused_after_the_other_told(house: House):
    """Eurostat's draft was made before UNODC's table came out with the same figures: its hiding would be for show."""
    early, open_ = house.draft(AGE), house.draft(HELD)
    house.sign(early)
    house.sign(open_)
    house.release(open_)
    with pytest.raises(Refused, match=f"{early.id} was protected without {HELD}#1"):
        make_release(house.parts, RELEASER, early.id)


def test_two_releasers_as_fast_as_each_other(house: House, monkeypatch: pytest.MonkeyPatch):
    """The other's release is entered between the check and the entry of ours: ours is taken back before its hour."""
    first, early = house.draft(AGE), house.draft(HELD)
    house.sign(first)
    house.sign(early)
    parts, real = house.parts, house.parts.note_all

    def overtaken(who: Actor, acts: list[Act]) -> None:
        monkeypatch.setattr(parts, "note_all", real)
        make_release(parts, RELEASER, first.id)
        real(who, acts)

    monkeypatch.setattr(parts, "note_all", overtaken)
    with pytest.raises(Conflict, match=f"{HELD}#1 is withdrawn before its hour"):
        make_release(parts, RELEASER, early.id)
    house.clock.forward(seconds=10)
    assert house.current(HELD) is None
    assert str(house.current(AGE)) == f"{AGE}#1"
