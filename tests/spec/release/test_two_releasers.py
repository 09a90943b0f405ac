"""Two who release at the same moment, and clocks that jump while releases wait for their hour."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from examples import examples
from house import FLOW, RELEASER, Clock, House, new_house
from released import put

from greffe.app import compose
from greffe.errors import Conflict, Refused
from greffe.model.calendar import Words
from greffe.release.calendar import announce, move
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.release.parts import Parts
from greffe.release.releasing import Terms, make_release, make_releases
from greffe.release.verify import faults
from greffe.settings import read_settings

LATER = Words("One table is not ready.", "Un tableau n’est pas prêt.")


def at_once(*acts) -> list[object]:
    """What each gives back or raises, all begun at one moment."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def do(number, act):
        start.wait()
        try:
            found[number] = act()
        except (Conflict, Refused) as error:
            found[number] = error

    threads = [threading.Thread(target=do, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def another(house: House) -> Parts:
    """Another process of the same house: nothing in common but what is on the disk."""
    settings = read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=house.parts.settings.home)
    return compose(settings, house.clock)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return new_house(tmp_path / "home", "published", "map")


def test_of_two_releasers_one_makes_it(house: House):
    """Four at once with two drafts of one dataflow: what is made is a chain without a fork, and whoever is told that a release is
    made finds it, of his draft: of one draft there is one, whoever asked first."""
    drafts = [house.draft(reason="one"), house.draft(reason="other")]
    for draft in drafts:
        house.sign(draft)
    told = at_once(*(lambda n=n: make_release(another(house), RELEASER, drafts[n % 2].id) for n in range(4)))
    made = [t for t in told if not isinstance(t, Exception)]
    there = list(house.parts.ledger().releases.values())
    assert len(made) >= 1
    assert {(r.number, r.draft) for r in made} == {(r.number, r.draft) for r in there}
    assert [r.number for r in there] == sorted({r.number for r in there}), (
        "the number of files that are none is passed over"
    )
    assert [r.replaces for r in there] == ["", *(str(r) for r in there[:-1])]
    assert len({r.draft for r in there}) == len(there), "a draft is a release once"
    assert faults(house.parts) == []
    assert all(t.hint or t.text() for t in told if isinstance(t, Exception))


def test_a_release_and_what_undoes_it_at_once(house: House):
    """Its entry of the calendar is moved while it is released for it, and it is withdrawn by two: each holds, or is refused."""
    draft = house.draft()
    house.sign(draft)
    entry = announce(house.parts, RELEASER, [FLOW], house.clock() + timedelta(days=40))
    later = entry.at + timedelta(days=1)
    at_once(
        lambda: make_releases(another(house), RELEASER, [draft.id], Terms(calendar=entry.id)),
        lambda: move(another(house), RELEASER, entry.id, later, LATER),
    )
    ledger = house.parts.ledger()
    assert {r.effective_at for r in ledger.releases.values()} <= {ledger.calendar[entry.id].at}
    if not ledger.releases:
        make_releases(house.parts, RELEASER, [draft.id], Terms(calendar=entry.id))
    house.clock.now = later + timedelta(hours=1)
    told = at_once(
        *(lambda: withdraw(another(house), RELEASER, f"{FLOW}#1", "It was wrong.", "C’était faux.") for _ in range(2))
    )
    assert len([t for t in told if isinstance(t, Exception)]) == 1
    assert len(list(house.parts.register.read(kinds=("release.withdrawn",)))) == 1
    assert faults(house.parts) == []


@pytest.mark.parametrize("seed", range(examples(2, 60)))
def test_whoever_reads_never_goes_back_while_clocks_jump(tmp_path: Path, seed: int):
    """Releases for now and for later, entries, and a clock that goes forward and back by hours: the newest release that a
    process shows is never older than the one before, nor shown before its hour by the latest clock that the register knows."""
    dice, house = random.Random(seed), new_house(tmp_path / "home")
    reader, flow = house.parts.reading(), dataflow_named(house.parts, FLOW).reference
    shown, highest, made = 0, house.clock(), 0
    for _ in range(12):
        step = dice.choice(("forward", "back", "release", "release"))
        if step == "release":
            made += 1
            put(house, made, f"ICCS0101 NR 2020 {made} A F", hours=dice.choice((0, 0, 1, 3)))
        else:
            _jump(house.clock, dice.uniform(0, 3) if step == "forward" else -dice.uniform(0, 3))
            house.parts.note(RELEASER, "note.made", step, {})
        highest = max(highest, house.clock())
        now = reader.clock()
        current = reader.ledger().current(flow, now)
        number = current.number if current else 0
        assert number >= shown, (step, number, shown)
        assert current is None or current.effective_at <= highest
        shown = number
    assert made > 2


def _jump(clock: Clock, hours: float) -> None:
    clock.now += timedelta(hours=hours)
